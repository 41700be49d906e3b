"""The sequential alarm, small; the full measurement is tests/benchmarks/track_simulation.py."""

from __future__ import annotations

import numpy as np
import pytest

from feedback.track.alarm import HOURS, AlarmRule, reference, rings


def draw(rate: np.ndarray, n: float, runs: int, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(n / HOURS, (runs, len(rate)))
    return counts, rng.binomial(counts, rate)


def test_steady_streams_stay_silent() -> None:
    for n in (20, 200):
        assert len(rings(*draw(np.full(240 * HOURS, 0.03), n, 40), AlarmRule()).hour) <= 2


def test_a_step_is_found_within_the_target_and_its_beginning_named() -> None:
    at = 90 * HOURS
    rate = np.where(np.arange(at + 4 * HOURS) < at, 0.03, 0.10)
    found = rings(*draw(rate, 200, 60), AlarmRule())
    late = found.hour >= at
    first = np.full(60, 10_000)
    np.minimum.at(first, found.stream[late], found.hour[late] - at + 1)
    assert np.mean(first <= 72) >= 0.95
    firsts = [np.flatnonzero(late & (found.stream == stream))[0] for stream in range(60)]
    assert abs(np.median(found.start[firsts]) - at) <= 12
    assert found.reference[firsts].mean() == pytest.approx(0.033, abs=0.004)
    assert (found.evidence >= AlarmRule().limit).all()


def test_a_weekly_season_below_the_line_does_not_ring_once_it_is_known() -> None:
    days = np.arange(150) % 7
    rate = np.repeat(np.where(days >= 5, 0.045, 0.024), HOURS)
    found = rings(*draw(rate, 2000, 10), AlarmRule())
    assert (found.hour < 60 * HOURS).all()


def test_streams_do_not_touch_one_another_and_silence_is_no_evidence() -> None:
    rate = np.where(np.arange(70 * HOURS) < 60 * HOURS, 0.03, 0.3)
    n, k = draw(rate, 100, 3)
    alone = rings(n[1:2], k[1:2], AlarmRule())
    together = rings(n, k, AlarmRule())
    assert together.hour[together.stream == 1].tolist() == alone.hour.tolist()
    nothing = rings(np.zeros((2, 48), dtype=np.int64), np.zeros((2, 48), dtype=np.int64), AlarmRule())
    assert len(nothing.hour) == 0
    assert len(rings(np.zeros((0, 48), dtype=np.int64), np.zeros((0, 48), dtype=np.int64), AlarmRule()).hour) == 0


def test_without_history_the_reference_leans_on_the_line() -> None:
    rule = AlarmRule()
    none, some = reference(np.array([0.0, 300.0]), np.array([0.0, 10_000.0]), rule)
    assert none > rule.threshold
    assert 0.03 < some < 0.034


def test_a_rise_from_nothing_to_well_below_the_line_does_not_ring() -> None:
    rate = np.where(np.arange(100 * HOURS) < 80 * HOURS, 0.002, 0.03)
    assert len(rings(*draw(rate, 500, 20), AlarmRule()).hour) == 0
