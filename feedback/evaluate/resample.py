"""The bootstrap behind every interval: sums over records drawn again with replacement (Efron and Tibshirani 1993)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
#: Lower and upper end of a 95% interval: percentiles of the draws.
Interval = tuple[float, float]

#: How many drawn records are held at once: bounds memory at about 200 MB however large the gold is.
_AT_ONCE = 10_000_000


@dataclass(frozen=True, slots=True)
class Number:
    """A measure and its interval."""

    value: float
    interval: Interval | None


def resampled(per_record: Numbers, resamples: int, seed: int) -> Numbers:
    """Column sums of `per_record`: row 0 over all records, the others over `resamples` draws of as many."""
    n = len(per_record)
    rng = np.random.default_rng(seed)
    sums = [per_record.sum(0, keepdims=True)]
    step = max(1, _AT_ONCE // n)
    for at in range(0, resamples, step):
        rows = min(step, resamples - at)
        drawn = rng.integers(0, n, (rows, n)) + np.arange(rows)[:, None] * n
        times = np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n)
        sums.append(times.astype(np.float64) @ per_record)
    return np.concatenate(sums)


def number(draws: Numbers) -> Number | None:
    """The value of the records themselves (first) with the middle 95% of the draws; None where there is no value."""
    if np.isnan(draws[0]):
        return None
    known = draws[1:][~np.isnan(draws[1:])]
    if not len(known):
        return Number(float(draws[0]), None)
    low, high = np.quantile(known, [0.025, 0.975])
    return Number(float(draws[0]), (float(low), float(high)))


def ratio(above: Numbers, below: Numbers) -> Numbers:
    """above ÷ below; nan where there is nothing below."""
    result: Numbers = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)
    return result


def mean(values: Numbers) -> Numbers:
    """Mean over columns, those without a value left out; nan where none has one."""
    known = ~np.isnan(values)
    return ratio(np.where(known, values, 0).sum(1), known.sum(1).astype(np.float64))
