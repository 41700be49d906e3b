"""Share, interval, states and the control over keywords."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from feedback.track.share import fewest, p_value, share_of, shares, state_of, survivors


@pytest.mark.parametrize(
    ("n", "needed"), [(20, 3), (50, 6), (100, 10), (200, 17), (500, 35), (1000, 64)], ids=lambda value: str(value)
)
def test_negatives_needed_for_a_breach_are_those_of_the_spec(n: int, needed: int) -> None:
    states = [state_of(share_of(k, n), 0.05) for k in range(n + 1)]
    assert states.index("breach") == needed
    assert set(states[needed:]) == {"breach"}


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (1, 20), (61, 812), (5, 5), (0, 5000), (4999, 5000)])
def test_wilson_agrees_with_scipy(k: int, n: int) -> None:
    share = share_of(k, n)
    oracle = binomtest(k, n).proportion_ci(0.95, method="wilson")
    assert share.share == k / n
    assert share.lower == pytest.approx(oracle.low, abs=1e-12)
    assert share.upper == pytest.approx(oracle.high, abs=1e-12)
    assert 0 <= share.lower <= share.share <= share.upper <= 1


def test_one_of_twenty_is_five_percent_but_says_little() -> None:
    share = share_of(1, 20)
    assert (round(share.lower or 0, 3), round(share.upper or 0, 3)) == (0.009, 0.236)
    assert state_of(share, 0.05) == "calm"


def test_nothing_counted_is_not_zero_percent() -> None:
    empty, one = shares(np.array([0, 0]), np.array([0, 1]))
    assert (empty.n, empty.share, empty.lower, empty.upper) == (0, None, None, None)
    assert one.share == 0.0
    assert state_of(empty, 0.05) == "too few"
    assert p_value(empty, 0.05) == 1.0


@pytest.mark.parametrize(
    ("threshold", "smallest"), [(0.05, 20), (0.1, 10), (1 / 3, 3), (0.03, 34), (0.07, 15), (0.5, 2)]
)
def test_too_few_ends_where_one_negative_no_longer_breaks_the_line(threshold: float, smallest: int) -> None:
    assert fewest(threshold) == smallest
    assert state_of(share_of(smallest - 1, smallest - 1), threshold) == "too few"
    assert state_of(share_of(1, smallest), threshold) == "calm"


def test_alone_the_interval_decides_among_many_a_weak_breach_does_not_survive() -> None:
    weak, calm = share_of(10, 100), share_of(2, 100)
    assert survivors([weak], 0.05, 0.05) == [True]
    many = [weak, *[calm] * 99]
    assert survivors(many, 0.05, 0.05) == [False] * 100
    assert state_of(weak, 0.05, survives=False) == "watch"
    strong = share_of(40, 100)
    assert survivors([strong, *[calm] * 99], 0.05, 0.05)[0]


def test_those_too_few_are_not_tested_and_do_not_weigh_on_the_others() -> None:
    weak = share_of(10, 100)
    assert survivors([weak, *[share_of(3, 3)] * 500], 0.05, 0.05) == [True, *[False] * 500]
    assert survivors([], 0.05, 0.05) == []
