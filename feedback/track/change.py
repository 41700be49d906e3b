"""Since when: change points of a rate, exactly, from daily counts.

The days are cut into stretches of one rate each. A stretch's marginal likelihood under a Beta(½, ½) prior of its rate
is a ratio of Beta functions; the best partition is found exactly by dynamic programming (optimal partitioning:
Jackson et al. 2005, IEEE Sig. Proc. Lett. 12:105; the product-partition model: Barry and Hartigan 1992, Ann. Stat.
20:260). Each further change must pay log(days) + 3 nats. The interval of a change point is its exact 95% posterior
range between its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.special import betaln

_PRIOR = 0.5
_CHANGE_COST = 3.0

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rise:
    """The share rose above the threshold on `since` (95% range `earliest`..`latest`), from `before` to `after`.

    When it has been above the threshold as far back as is known, `since` is its latest step upwards.

    `latest_rise` is the first day of the latest step upwards: later than `since` when it went on rising.
    """

    since: date
    earliest: date
    latest: date
    before: float
    after: float
    latest_rise: date


def log_marginal(
    negative: npt.NDArray[np.float64] | Ints, n: npt.NDArray[np.float64] | Ints
) -> npt.NDArray[np.float64]:
    """Log marginal likelihood of `negative` of `n` under one unknown rate, up to the binomial coefficient."""
    result: npt.NDArray[np.float64] = betaln(negative + _PRIOR, n - negative + _PRIOR) - betaln(_PRIOR, _PRIOR)
    return result


def stretches(negative: Ints, n: Ints) -> list[int]:
    """First positions of the stretches of one rate, in order; the first is 0. Arrays of one count per day."""
    days = len(n)
    k, m = np.concatenate([[0], np.cumsum(negative)]), np.concatenate([[0], np.cumsum(n)])
    cost = np.log(max(days, 2)) + _CHANGE_COST
    best = np.zeros(days + 1)
    best[0] = cost
    cut = np.zeros(days + 1, dtype=np.int64)
    for end in range(1, days + 1):
        score = best[:end] + log_marginal(k[end] - k[:end], m[end] - m[:end]) - cost
        # The earliest of equals, so that the result does not hang on rounding.
        cut[end] = int(np.argmax(score))
        best[end] = score[cut[end]]
    starts = [int(cut[days])] if days else []
    while starts and starts[-1] > 0:
        starts.append(int(cut[starts[-1]]))
    return starts[::-1]


def last_rise(days: Sequence[date], negative: Ints, n: Ints, threshold: float) -> Rise | None:
    """The rise above `threshold` that still lasts at the end of the days, or None when there is none to be seen.

    `days` with their counts, oldest first; days without records may be left out. When no change is certain enough by
    itself but the newest stretch holds one that is likelier than none, that one is reported, with its wide range.
    """
    keep = np.asarray(n) > 0
    names = [day for day, kept in zip(days, keep, strict=True) if kept]
    k, m = np.asarray(negative)[keep], np.asarray(n)[keep]
    if len(names) < 2:
        return None
    starts = stretches(k, m)
    edges = [*starts, len(names)]
    rates = [float(k[a:b].sum() / m[a:b].sum()) for a, b in pairwise(edges)]
    first = len(rates)
    while first > 0 and rates[first - 1] > threshold:
        first -= 1
    if first == 0:
        # Above the line as far back as is known: what can be told is the latest step upwards, if there was one.
        first = max((i for i in range(1, len(rates)) if rates[i] > rates[i - 1]), default=0)
    if first == len(rates) or first == 0:
        # The newest stretch is below the line, or there never was a step: look for one likely step inside the newest.
        return _likely(names, k, m, edges[-2], threshold)
    low, mid, high = edges[first - 1], edges[first], edges[first + 1]
    earliest, latest = _range(k, m, low, high)
    steps = [edges[i] for i in range(max(first, 1), len(rates)) if rates[i] > rates[i - 1]]
    after = float(k[mid:].sum() / m[mid:].sum())
    return Rise(
        names[mid], names[min(earliest, mid)], names[max(latest, mid)], rates[first - 1], after, names[steps[-1]]
    )


def _posterior(k: Ints, m: Ints, low: int, high: int) -> npt.NDArray[np.float64]:
    """Log weights of a single change at low+1 … high−1 inside [low, high)."""
    left_k, left_m = np.cumsum(k[low:high])[:-1], np.cumsum(m[low:high])[:-1]
    weights: npt.NDArray[np.float64] = log_marginal(left_k, left_m) + log_marginal(
        k[low:high].sum() - left_k, m[low:high].sum() - left_m
    )
    return weights


def _range(k: Ints, m: Ints, low: int, high: int) -> tuple[int, int]:
    weights = _posterior(k, m, low, high)
    mass = np.cumsum(np.exp(weights - weights.max()))
    mass /= mass[-1]
    return low + 1 + int(np.searchsorted(mass, 0.025)), low + 1 + int(np.searchsorted(mass, 0.975))


def _likely(names: Sequence[date], k: Ints, m: Ints, low: int, threshold: float) -> Rise | None:
    high = len(names)
    if high - low < 2:
        return None
    weights = _posterior(k, m, low, high)
    left_k, left_m = np.cumsum(k[low:high])[:-1], np.cumsum(m[low:high])[:-1]
    before = left_k / left_m
    after = (k[low:high].sum() - left_k) / (m[low:high].sum() - left_m)
    weights = np.where((after > threshold) & (before < after), weights, -np.inf)
    at = int(np.argmax(weights))
    if not np.isfinite(weights[at]):
        return None
    # The Bayes factor of a change on any one of these days, all alike beforehand, against none.
    average = weights[at] + np.log(np.exp(weights - weights[at]).sum() / len(weights))
    if average <= float(log_marginal(k[low:high].sum(), m[low:high].sum())):
        return None
    mid = low + 1 + at
    earliest, latest = _range(k, m, low, high)
    return Rise(
        names[mid], names[min(earliest, mid)], names[max(latest, mid)], float(before[at]), float(after[at]), names[mid]
    )
