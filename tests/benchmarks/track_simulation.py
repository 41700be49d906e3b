"""Streams with known truth: how often does each rule ring falsely, and how fast does it find a real rise?

    python -m tests.benchmarks.track_simulation [--runs 1000] [--seed 20240601]

Records come by the hour (Poisson), negative ones among them by the true rate. 90 days lead in, then a year is scored.
A false alarm is the beginning of a run of alarms; delays count from the hour of the step to the end of the hour that
rings.

Rules: *ours* (feedback.track.alarm, every hour); *breach* (the 7-day Wilson bound of `track`, every midnight);
*naive* (the day's share > 5%); *two sigma* (the day's share above mean + 2 s of the last 28 days and above 5%);
*EWMA* (λ = 0.2, 3 σ, of daily shares about the last 56 days' rate); *CUSUM told both* (knows the rate before and
after, its limit set on other streams to 0.1 false alarms a keyword-year at a steady 3%: nothing that must learn the
rates can be expected to be as fast).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from feedback.track.alarm import HOURS, AlarmRule, rings
from feedback.track.share import wilson

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
#: [hours, 2]: stream and hour of each alarm.
Alarms = Ints
Rule = Callable[[Ints, Ints], Alarms]

LEAD, YEAR, LINE = 90, 365, 0.05


@dataclass(frozen=True)
class Truth:
    """The true rate and the expected records of every hour."""

    rate: Floats
    volume: Floats

    def draw(self, rng: np.random.Generator, runs: int) -> tuple[Ints, Ints]:
        """`runs` streams: n and negative, [runs, hours]."""
        n = rng.poisson(self.volume, (runs, len(self.volume)))
        return n, rng.binomial(n, self.rate)


def steady(n: float, rate: float, days: int = LEAD + YEAR) -> Truth:
    """One rate, `n` records a day."""
    return Truth(np.full(days * HOURS, rate), np.full(days * HOURS, n / HOURS))


def weekly(n: float) -> Truth:
    """4.5% at weekends, 2.4% on weekdays: 3% in the mean."""
    days = np.arange(LEAD + YEAR) % 7
    return Truth(np.repeat(np.where(days >= 5, 0.045, 0.024), HOURS), np.full(len(days) * HOURS, n / HOURS))


def bursts(n: float) -> Truth:
    """A steady 3% whose volume is tenfold for two days of every month."""
    truth = steady(n, 0.03)
    days = np.arange(LEAD + YEAR) % 30
    return Truth(truth.rate, truth.volume * np.repeat(np.where(days < 2, 10.0, 1.0), HOURS))


STEP = (LEAD + 10) * HOURS + 12


def step(n: float, after: float, days: int) -> Truth:
    """3% up to noon of a day, then `after`."""
    truth = steady(n, 0.03, LEAD + 10 + days)
    return Truth(np.where(np.arange(len(truth.rate)) < STEP, 0.03, after), truth.volume)


def drift(n: float, after: float, over: int, days: int) -> Truth:
    """From 3% to `after` in a straight line over `over` days."""
    truth = steady(n, 0.03, LEAD + 10 + days)
    part = np.clip((np.arange(len(truth.rate)) - STEP) / (over * HOURS), 0, 1)
    return Truth(0.03 + (after - 0.03) * part, truth.volume)


def ours(n: Ints, k: Ints) -> Alarms:
    found = rings(n, k, AlarmRule())
    return np.stack([found.stream, found.hour], axis=1)


def daily(above: Callable[[Ints, Ints], npt.NDArray[np.bool_]]) -> Rule:
    """A rule on whole days becomes alarms at the last hour of each day."""

    def rule(n: Ints, k: Ints) -> Alarms:
        shape = (len(n), -1, HOURS)
        on = above(n.reshape(shape).sum(axis=2), k.reshape(shape).sum(axis=2))
        stream, day = np.nonzero(on)
        return np.stack([stream, (day + 1) * HOURS - 1], axis=1)

    return rule


def _trailing(x: Floats, length: int) -> Floats:
    """Sums of the `length` days before each day, that day not among them."""
    total = np.pad(x.cumsum(axis=1), ((0, 0), (1, 0)))
    at = np.arange(x.shape[1])
    return total[:, at] - total[:, np.clip(at - length, 0, None)]


def naive(n: Ints, k: Ints) -> npt.NDArray[np.bool_]:
    return k > LINE * n


def two_sigma(n: Ints, k: Ints) -> npt.NDArray[np.bool_]:
    share = k / np.maximum(n, 1)
    mean = _trailing(share, 28) / 28
    spread = np.sqrt(np.clip(_trailing(share**2, 28) / 28 - mean**2, 0, None))
    return (share > mean + 2 * spread) & (share > LINE)


def ewma(n: Ints, k: Ints) -> npt.NDArray[np.bool_]:
    weight, width = 0.2, 3.0
    rate = _trailing(k.astype(float), 56) / np.maximum(_trailing(n.astype(float), 56), 1)
    share = np.where(n > 0, k / np.maximum(n, 1), rate)
    level, variance = rate[:, 28].copy(), np.zeros(len(n))
    on = np.zeros(n.shape, dtype=bool)
    for day in range(28, n.shape[1]):
        level = (1 - weight) * level + weight * share[:, day]
        one = rate[:, day] * (1 - rate[:, day]) / np.maximum(n[:, day], 1)
        variance = (1 - weight) ** 2 * variance + weight**2 * one
        on[:, day] = level > rate[:, day] + width * np.sqrt(variance)
    return on


def breach(n: Ints, k: Ints) -> npt.NDArray[np.bool_]:
    n7, k7 = _trailing(n.astype(float), 7) + 0, _trailing(k.astype(float), 7) + 0
    n7, k7 = np.roll(n7, -1, axis=1), np.roll(k7, -1, axis=1)
    n7[:, -1] = k7[:, -1] = 0
    lower, _ = wilson(k7.astype(np.int64), n7.astype(np.int64))
    return (n7 >= 20) & (np.nan_to_num(lower) > LINE)


def cusum(before: float, after: float, limit: float) -> Rule:
    """Page's CUSUM of the log likelihood ratio, told both rates; starts anew after each alarm."""
    hit, miss = np.log(after / before), np.log((1 - after) / (1 - before))

    def rule(n: Ints, k: Ints) -> Alarms:
        level = np.zeros(len(n))
        found = []
        for hour in range(n.shape[1]):
            level = np.maximum(0, level) + k[:, hour] * hit + (n[:, hour] - k[:, hour]) * miss
            rang = np.flatnonzero(level >= limit)
            found.extend((int(stream), hour) for stream in rang)
            level[rang] = 0
        return np.array(found, dtype=np.int64).reshape(-1, 2)

    return rule


def told_both(rng: np.random.Generator, n: float, after: float, runs: int) -> Rule:
    """The CUSUM whose limit gives 0.1 false alarms a keyword-year at a steady 3%, to a tenth of a nat."""
    counts = steady(n, 0.03, YEAR).draw(rng, runs)
    low, high = 2.0, 14.0
    while high - low > 0.1:
        middle = (low + high) / 2
        if len(cusum(0.03, after, middle)(*counts)) > 0.1 * runs:
            low = middle
        else:
            high = middle
    return cusum(0.03, after, high)


DAILY: dict[str, Rule] = {
    "breach, 7 days": daily(breach), "naive": daily(naive), "two sigma": daily(two_sigma), "EWMA": daily(ewma)
}  # fmt: skip


def false_alarms(alarms: Alarms, runs: int) -> float:
    """False alarms a keyword-year; what follows another within 24 hours is the same alarm."""
    alarms = alarms[np.lexsort((alarms[:, 1], alarms[:, 0]))]
    same = (np.diff(alarms[:, 0], prepend=-1) == 0) & (np.diff(alarms[:, 1], prepend=0) <= HOURS)
    return float(((alarms[:, 1] >= LEAD * HOURS) & ~same).sum() / runs)


def delays(alarms: Alarms, runs: int) -> Floats:
    """Hours from the step to the first alarm after it; infinite when none came."""
    found = np.full(runs, np.inf)
    after = alarms[alarms[:, 1] >= STEP]
    np.minimum.at(found, after[:, 0], after[:, 1] - STEP + 1.0)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20_240_601)
    options = parser.parse_args()
    runs, rng = options.runs, np.random.default_rng(options.seed)
    rules: dict[str, Rule] = {"ours": ours, **DAILY}

    print(f"False alarms a keyword-year ({runs} keyword-years each)\n")
    print(f"| stream | n a day | {' | '.join(rules)} |\n|---|--:|{'--:|' * len(rules)}")
    calm = [
        (f"steady {rate:.1%}", n, steady(n, rate)) for rate in (0.01, 0.03, 0.049) for n in (5, 20, 200, 1000, 5000)
    ]
    calm += [("weekly season about 3%", n, weekly(n)) for n in (20, 200, 5000)]
    calm += [("3%, volume bursts", n, bursts(n)) for n in (20, 200)]
    for name, n, truth in calm:
        counts = truth.draw(rng, runs)
        row = [f"{false_alarms(rule(*counts), runs):.2f}" for rule in rules.values()]
        print(f"| {name} | {n} | {' | '.join(row)} |", flush=True)

    print(f"\nHours to detection from 3%: mean, 95th percentile, found within the target ({runs} runs each)\n")
    print(f"| rise | n a day | target | {' | '.join([*rules, 'CUSUM told both'])} | ours ÷ CUSUM |")
    print(f"|---|--:|--:|{'--:|' * (len(rules) + 2)}")
    rises: list[tuple[str, float, float, int, Truth]] = []
    for n, days in ((20, 200), (200, 60), (1000, 40)):
        for after, target in ((0.07, 0), (0.10, 72), (0.15, 36), (0.20, 24)):
            rises.append((f"step to {after:.0%}", n, after, target if n == 200 else 0, step(n, after, days)))
    rises.append(("drift to 10% over 28 days", 200, 0.10, 0, drift(200, 0.10, 28, 90)))
    for name, n, after, target, truth in rises:
        counts = truth.draw(rng, runs)
        every = {**rules, "CUSUM told both": told_both(rng, n, after, runs)}
        found = {key: delays(rule(*counts), runs) for key, rule in every.items()}
        cells = []
        for hours in found.values():
            within = f", {np.mean(hours <= target):.1%}" if target else ""
            missed = f" (missed {np.isinf(hours).mean():.1%})" if np.isinf(hours).any() else ""
            late = np.sort(hours)[int(0.95 * runs)]
            cells.append(f"{hours[np.isfinite(hours)].mean():.0f}{missed}, {late:.0f}{within}")
        ratio = found["ours"].mean() / found["CUSUM told both"].mean()
        print(f"| {name} | {n} | {f'{target} h' if target else '—'} | {' | '.join(cells)} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
