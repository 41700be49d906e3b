"""The share of negatives corrected for the judge's own errors (Rogan and Gladen 1978).

    corrected = (observed + specificity - 1) ÷ (sensitivity + specificity - 1)

A judge that misses some negatives and cries wolf at others biases the share that it counts; both rates were measured on
records of sources that it had not seen, and are themselves uncertain: the interval includes that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


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


def corrected(negative: int, n: int, rates: Rates, *, draws: int = 4000, seed: int = 20_261_122) -> Corrected | None:
    """The corrected share of `negative` in `n` records of one judge; see `combined`."""
    return combined([(negative, n, rates)], draws=draws, seed=seed)


def combined(
    parts: Sequence[tuple[int, int, Rates]],
    *,
    confidence: float = 0.95,
    draws: int = 4000,
    seed: int = 20_261_122,
) -> Corrected | None:
    """The corrected share of records that several judges read: each part (negative, n, rates) by its own judge's rates.

    The whole is the mean of the parts weighted by their n. The interval is that of draws of every observed share and
    of both rates of every judge from their Jeffreys posteriors (such intervals are compared by Lang and Reiczigel
    2014); shares outside 0..1 are cut, after the mean, since cutting the parts would bias it. None when nothing was
    counted or a judge is no better than chance.
    """
    counted = [(negative, n, rates) for negative, n, rates in parts if n > 0]
    total = sum(n for _, n, _ in counted)
    if not counted or any(rates.sensitivity + rates.specificity - 1 <= 0.05 for _, _, rates in counted):
        return None
    generator = np.random.default_rng(seed)

    def drawn(yes: int, of: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return generator.beta(yes + 0.5, of - yes + 0.5, draws)

    share, shares = 0.0, np.zeros(draws)
    for negative, n, rates in counted:
        found, cleared = drawn(rates.found, rates.negative), drawn(rates.cleared, rates.others)
        shares += n / total * (drawn(negative, n) + cleared - 1) / np.maximum(found + cleared - 1, 0.05)
        power = rates.sensitivity + rates.specificity - 1
        share += n / total * (negative / n + rates.specificity - 1) / power
    tail = (1 - confidence) / 2
    low, high = np.quantile(np.clip(shares, 0, 1), [tail, 1 - tail])
    share = min(1.0, max(0.0, share))
    return Corrected(share, min(float(low), share), max(float(high), share))
