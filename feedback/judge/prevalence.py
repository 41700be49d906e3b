"""The share of negatives corrected for the judge's own errors (Rogan and Gladen 1978).

    corrected = (observed + specificity - 1) ÷ (sensitivity + specificity - 1)

A judge that misses some negatives and cries wolf at others biases the share that it counts; both rates were measured on
records of sources that it had not seen, and are themselves uncertain: the interval includes that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtri

#: Pairs of rates, steps of the grid of shares, and draws where several judges' parts are put together.
_PAIRS: Final = 256
_GRID: Final = 1000
_DRAWS: Final = 4000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rates:
    """How often the judge is right: it `found` so many of so many `negative` ones, and `cleared` so many `others`."""

    negative: int
    found: int
    others: int
    cleared: int

    @property
    def sensitivity(self) -> float:
        """The share of truly negative records that the judge calls negative."""
        return self.found / self.negative

    @property
    def specificity(self) -> float:
        """The share of the others that it does not call negative."""
        return self.cleared / self.others

    @classmethod
    def of(cls, measured: Mapping[str, int]) -> Rates | None:
        """The rates kept in a model's description; None where they were never measured."""
        if not measured.get("negative") or not measured.get("others"):
            return None
        return cls(measured["negative"], measured["found"], measured["others"], measured["cleared"])


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corrected share with its interval, all within 0..1."""

    share: float
    lower: float
    upper: float


def corrected(negative: int, n: int, rates: Rates, *, confidence: float = 0.95) -> Corrected | None:
    """The corrected share of `negative` in `n` records of one judge; see `combined`."""
    return combined([(negative, n, rates)], confidence=confidence)


def combined(
    parts: Sequence[tuple[int, int, Rates]], *, confidence: float = 0.95, seed: int = 20_261_122
) -> Corrected | None:
    """The corrected share of records that several judges read: each part (negative, n, rates) by its own judge's rates.

    The whole is the mean of the parts weighted by their n. The interval is the middle of the posterior, in which the
    rates are as uncertain as the records they were measured on leave them (Joseph, Gyorkos and Coupal 1995, Am. J.
    Epidemiol. 141:263): near 0, where the formula of the point is cut, it stays as wide as the few records demand. None
    when nothing was counted or a judge is no better than chance.
    """
    counted = [(negative, n, rates) for negative, n, rates in parts if n > 0]
    total = sum(n for _, n, _ in counted)
    if not counted or any(rates.sensitivity + rates.specificity - 1 <= 0.05 for _, _, rates in counted):
        return None
    point = sum(
        n / total * (negative / n + rates.specificity - 1) / (rates.sensitivity + rates.specificity - 1)
        for negative, n, rates in counted
    )
    tails = np.array([(1 - confidence) / 2, (1 + confidence) / 2])
    known = [(n / total, *_posterior(negative, n, rates)) for negative, n, rates in counted]
    if len(known) == 1:
        low, high = _quantiles(known[0][1], tails)
    else:
        generator = np.random.default_rng(seed)
        drawn = [size * _quantiles(below, generator.random(_DRAWS)) for size, below, _ in known]
        low, high = np.quantile(np.sum(drawn, axis=0), tails)
    # The middle of a posterior never reaches the ends: they belong to it where the likelihood ratio does not bar them.
    bar = float(ndtri(tails[1])) ** 2 / 2
    none, all_ = (sum(lost[end] for *_, lost in known) for end in (0, 1))
    share = min(1.0, max(0.0, point))
    return Corrected(
        share, 0.0 if none < bar else min(float(low), share), 1.0 if all_ < bar else max(float(high), share)
    )


def _posterior(negative: int, n: int, rates: Rates) -> tuple[Floats, tuple[float, float]]:
    """The posterior of the true share up to each edge of a grid, and the log likelihood lost at shares of 0 and of 1.

    Averaged over pairs of rates; all three priors are Jeffreys'. The pairs are a Kronecker sequence: evenly spread, the
    same on every machine.
    """
    steps = np.arange(_PAIRS)
    found = betaincinv(rates.found + 0.5, rates.negative - rates.found + 0.5, (steps + 0.5) / _PAIRS)
    evenly = (steps * 0.618033988749895 + 0.5) % 1
    cleared = betaincinv(rates.cleared + 0.5, rates.others - rates.cleared + 0.5, evenly)
    share = (np.arange(_GRID) + 0.5) / _GRID
    seen = np.clip(np.outer(found, share) + np.outer(1 - cleared, 1 - share), 1e-12, 1 - 1e-12)
    logs = negative * np.log(seen) + (n - negative) * np.log1p(-seen)
    likely = np.exp(logs - logs.max()).mean(axis=0)
    with np.errstate(divide="ignore"):
        lost = np.log(likely.max()) - np.log(likely[[0, -1]])
    below = np.concatenate([[0.0], np.cumsum(likely / np.sqrt(share * (1 - share)))])
    return below / below[-1], (float(lost[0]), float(lost[1]))


def _quantiles(below: Floats, at: Floats) -> Floats:
    return np.interp(at, below, np.arange(_GRID + 1) / _GRID)
