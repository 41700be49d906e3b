"""Since when."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from feedback.track.change import Rise, last_rise, stretches


def line(*parts: tuple[int, int, int]) -> tuple[list[date], np.ndarray, np.ndarray]:
    """Days with (days, n, negative) each."""
    n = np.array([n for days, n, _ in parts for _ in range(days)])
    k = np.array([k for days, _, k in parts for _ in range(days)])
    return [date(2026, 9, 1) + timedelta(days=i) for i in range(len(n))], k, n


def test_a_clear_step_is_found_on_its_day() -> None:
    rise = last_rise(*line((40, 50, 1), (10, 50, 6)), threshold=0.05)
    assert rise == Rise(date(2026, 10, 11), date(2026, 10, 10), date(2026, 10, 11), 0.02, 0.12, date(2026, 10, 11))


def test_going_on_rising_the_first_crossing_is_since_and_the_last_step_is_kept() -> None:
    rise = last_rise(*line((40, 100, 2), (20, 100, 9), (10, 100, 30)), threshold=0.05)
    assert rise is not None
    assert (rise.since, rise.latest_rise) == (date(2026, 10, 11), date(2026, 10, 31))
    assert rise.before == 0.02
    assert rise.after == pytest.approx((20 * 9 + 10 * 30) / 3000)


def test_an_old_rise_that_fell_again_is_not_the_present_one() -> None:
    rise = last_rise(*line((20, 100, 2), (20, 100, 15), (20, 100, 2), (5, 100, 15)), threshold=0.05)
    assert rise is not None
    assert rise.since == date(2026, 9, 1) + timedelta(days=60)
    assert last_rise(*line((20, 100, 2), (20, 100, 15), (20, 100, 2)), threshold=0.05) is None


def test_nothing_to_see() -> None:
    assert last_rise([], np.array([], dtype=int), np.array([], dtype=int), 0.05) is None
    assert last_rise(*line((1, 100, 50)), threshold=0.05) is None
    assert last_rise(*line((60, 100, 20)), threshold=0.05) is None, "always above the line: no beginning"
    assert last_rise(*line((60, 0, 0)), threshold=0.05) is None


def test_above_the_line_all_along_the_latest_step_upwards_is_told() -> None:
    rise = last_rise(*line((30, 50, 5), (20, 50, 20)), threshold=0.05)
    assert rise is not None
    assert (rise.since, rise.before, rise.after) == (date(2026, 10, 1), 0.1, 0.4)
    assert last_rise(*line((30, 50, 20), (20, 50, 5)), threshold=0.05) is None


def test_days_without_records_change_nothing() -> None:
    days, k, n = line((40, 50, 1), (10, 50, 6))
    later = [day + timedelta(days=30 * (i >= 40)) for i, day in enumerate(days)]
    rise = last_rise(later, k, n, 0.05)
    assert rise is not None
    assert rise.since == later[40]


def test_a_weak_step_has_a_wide_range_around_it() -> None:
    rise = last_rise(*line((60, 5, 0), (8, 5, 1)), threshold=0.05)
    assert rise is not None
    assert rise.earliest < rise.since <= rise.latest
    assert rise.earliest <= date(2026, 10, 31) <= rise.latest


def test_chance_makes_no_stretches() -> None:
    rng = np.random.default_rng(7)
    false = sum(len(stretches(rng.binomial(30, 0.04, 120), np.full(120, 30))) > 1 for _ in range(60))
    assert false <= 3
