"""A sequential alarm for the stream: looks every hour, and still rings falsely at most once in ten years.

For each hour t with k negative of n records and each of six alternative rates p₁ the likelihood ratio against the
reference p₀ is L = (p₁/p₀)^k ((1−p₁)/(1−p₀))^(n−k), and R ← (1 + R)·L. The average of the six R is a mixture
Shiryaev–Roberts e-detector: while the rate is at most p₀, E[R at t] ≤ t, so that the mean time to a false alarm is at
least the limit A at which it rings (Shin, Ramdas and Rinaldo 2024, "E-detectors", NEJSDS 2:229; Shiryaev 1963;
Roberts 1966). Here A = ten years of hours, 11.4 nats. Looking every hour costs nothing: the promise is about the
whole path, not about one look.

p₀ is not known, so it is the upper Wilson bound of the keyword's own last eight weeks, without the newest days and
without the rise under suspicion; with little history it leans on the threshold, and on weekdays that are known to be
worse it is that weekday's own bound. The alternatives lie above both p₀ and the threshold, spread over odds ratios
1.25 … 8, and an alarm also needs the share since the likeliest start of the rise to be above the threshold: a rise
that stays below the line is none of PR's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

#: Odds of the alternatives over those of max(p₀, threshold).
_ODDS: Final = np.array([1.25, 1.6, 2.1, 3.0, 4.5, 8.0])
#: While any alternative's CUSUM is above this (nats), the reference takes no newer days in.
_SUSPICION: Final = 2.0
#: The reference is at least this part of the threshold: for a rise from nearly nothing to no more than this the promise
#: holds whatever the history was.
_FLOOR: Final = 0.6
#: Records at the threshold that stand in for missing history.
_PRIOR_RECORDS: Final = 20.0
#: χ² of the seven weekdays' rates (6 degrees of freedom) from which the week has a season (by chance 1 in 1000).
_SEASON: Final = 22.46
HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """How the alarm is set: `years` between false alarms, `baseline` and `gap` in days, `z` of the reference."""

    threshold: float = 0.05
    years: float = 10.0
    baseline: int = 56
    gap: int = 2
    z: float = 1.0

    @property
    def limit(self) -> float:
        """Evidence (nats) at which it rings."""
        return float(np.log(self.years * 365 * HOURS))


@dataclass(frozen=True, slots=True)
class Alarm:
    """It rang: `since` is the day on which the rise most likely began; `evidence` against the `reference` in nats."""

    rang: date
    since: date
    reference: float
    evidence: float
    limit: float


@dataclass(frozen=True)
class Rings:
    """Every ring: stream, hour, likeliest first hour of the rise, reference rate, evidence. Equal lengths."""

    stream: Ints
    hour: Ints
    start: Ints
    reference: Floats
    evidence: Floats


def reference(negative: Floats, n: Floats, rule: AlarmRule) -> Floats:
    """The upper Wilson bound of the baseline, the threshold standing in for what is missing; never far below it."""
    total = n + _PRIOR_RECORDS
    p = (negative + _PRIOR_RECORDS * rule.threshold) / total
    z = rule.z
    bound: Floats = (p + z * z / (2 * total) + z * np.sqrt(p * (1 - p) / total + (z / (2 * total)) ** 2)) / (
        1 + z * z / total
    )
    return np.maximum(bound, _FLOOR * rule.threshold)


def rings(n: Ints, negative: Ints, rule: AlarmRule) -> Rings:
    """When the alarm rings on many streams at once.

    `n`, `negative`: [streams, hours], the first hour being midnight and hours a multiple of 24. After a ring the
    evidence of that stream starts from nothing.
    """
    streams, hours = n.shape
    days = hours // HOURS
    day_n = _cumulate(n.reshape(streams, days, HOURS).sum(axis=2))
    day_k = _cumulate(negative.reshape(streams, days, HOURS).sum(axis=2))
    every = np.arange(streams)
    log_r = np.full((streams, len(_ODDS)), -np.inf)
    cusum = np.zeros_like(log_r)
    since = np.zeros((streams, len(_ODDS)), dtype=np.int64)
    sum_n, sum_k = np.zeros_like(since), np.zeros_like(since)
    quiet = np.zeros(streams, dtype=np.int64)
    # A stream's evidence begins with its first record, so that it does not hang on what other streams there are.
    started = np.zeros((streams, 1), dtype=bool)
    busy = n.sum(axis=0) > 0
    found: list[tuple[Ints, Ints, Ints, Floats, Floats]] = []
    for day in range(days):
        if not day_n[:, day + 1].any():
            quiet[:] = day + 1
            continue
        last = np.clip(np.minimum(day - rule.gap, quiet), 0, None)
        first = np.clip(last - rule.baseline, 0, None)
        p0 = _references(day_n, day_k, first, last, day, rule)
        line = np.maximum(p0, rule.threshold)
        odds = (line / (1 - line))[:, None] * _ODDS
        p1 = odds / (1 + odds)
        hit, miss = np.log(p1 / p0[:, None]), np.log((1 - p1) / (1 - p0[:, None]))
        for hour in range(day * HOURS, (day + 1) * HOURS):
            if not busy[hour]:
                log_r = np.where(started, np.logaddexp(0.0, log_r), log_r)
                continue
            m, k = n[:, hour, None], negative[:, hour, None]
            started |= m > 0
            gain = k * hit + (m - k) * miss
            log_r = np.where(started, np.logaddexp(0.0, log_r) + gain, log_r)
            fresh = cusum <= 0
            cusum = np.where(fresh, 0.0, cusum) + gain
            since = np.where(fresh, hour, since)
            sum_n, sum_k = np.where(fresh, 0, sum_n) + m, np.where(fresh, 0, sum_k) + k
            evidence = np.logaddexp.reduce(log_r, axis=1) - np.log(len(_ODDS))
            best = cusum.argmax(axis=1)
            high = sum_k[every, best] > rule.threshold * sum_n[every, best]
            rang = np.flatnonzero((evidence >= rule.limit) & high & (n[:, hour] > 0))
            if len(rang):
                found.append((rang, np.full(len(rang), hour), since[rang, best[rang]], p0[rang], evidence[rang]))
                log_r[rang] = -np.inf
                cusum[rang] = 0.0
        quiet = np.where(cusum.max(axis=1) <= _SUSPICION, day + 1, quiet)
    if not found:
        none, nothing = np.array([], dtype=np.int64), np.array([])
        return Rings(none, none, none, nothing, nothing)
    parts = [np.concatenate([part[i] for part in found]) for i in range(5)]
    return Rings(parts[0], parts[1], parts[2], parts[3], parts[4])


def _references(day_n: Ints, day_k: Ints, first: Ints, last: Ints, day: int, rule: AlarmRule) -> Floats:
    """Each stream's reference for `day` from its days [first, last); higher on weekdays that are known to be worse."""
    every = np.arange(len(day_n))
    n = (day_n[every, last] - day_n[every, first]).astype(float)
    k = (day_k[every, last] - day_k[every, first]).astype(float)
    p0 = reference(k, n, rule)
    # Counts of the same weekday: days of the baseline a multiple of 7 before `day`, and so for each of the seven.
    back = np.arange(1, rule.baseline + rule.gap + 7)
    index = day - back[None, :]
    inside = (index >= first[:, None]) & (index < last[:, None])
    index = np.broadcast_to(np.clip(index, 0, None), inside.shape)
    one_n = np.where(inside, day_n[every[:, None], index + 1] - day_n[every[:, None], index], 0)
    one_k = np.where(inside, day_k[every[:, None], index + 1] - day_k[every[:, None], index], 0)
    week_n = np.stack([one_n[:, back % 7 == d].sum(axis=1) for d in range(7)], axis=1).astype(float)
    week_k = np.stack([one_k[:, back % 7 == d].sum(axis=1) for d in range(7)], axis=1).astype(float)
    rate = np.clip(k / np.maximum(n, 1), 1e-9, 1 - 1e-9)[:, None]
    spread = ((week_k - week_n * rate) ** 2 / np.maximum(week_n * rate * (1 - rate), 1e-9)).sum(axis=1)
    own = reference(week_k[:, 0], week_n[:, 0], rule)
    return np.where((spread > _SEASON) & (week_n.min(axis=1) * rate[:, 0] >= 5), np.maximum(p0, own), p0)


def _cumulate(counts: Ints) -> Ints:
    return np.concatenate([np.zeros((len(counts), 1), dtype=np.int64), counts.cumsum(axis=1)], axis=1)
