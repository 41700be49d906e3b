"""New, rising, falling, solved: with the counts behind it."""

from __future__ import annotations

import pandas as pd
import pytest

from feedback.leads.delta import movement, solved, version_key
from tests.leads.test_export import lead


@pytest.mark.parametrize(
    ("recent", "expected", "people", "says"),
    [
        (12, 4.0, 40, "rising"), (6, 4.0, 40, "steady"), (0, 4.0, 40, "falling"), (1, 4.0, 40, "steady"),
        (5, 0.0, 5, "new"), (0, 0.0, 40, "steady"), (None, None, 40, None),
    ],
)  # fmt: skip
def test_movement(recent: int | None, expected: float | None, people: int, says: str | None) -> None:
    assert movement(lead(recent=recent, expected=expected, people=people)) == says


def records(counts: dict[str, int], start: int = 0) -> pd.DataFrame:
    rows = [(f"{version} {n}", version) for version, count in counts.items() for n in range(start, start + count)]
    return pd.DataFrame(rows, columns=["person", "version"])


def test_a_fix_shows_in_the_interval() -> None:
    everybody = records({"3.9": 200, "3.10": 200})
    found = solved("LEAD-0001", records({"3.9": 40, "3.10": 4}), everybody, "3.10")
    assert (found.before, found.before_all, found.since, found.since_all) == (40, 200, 4, 200)
    assert found.difference == pytest.approx(-0.18)
    # Newcombe's method 10 for 4/200 − 40/200.
    assert (found.lower, found.upper) == (pytest.approx(-0.2425, abs=2e-3), pytest.approx(-0.1213, abs=2e-3))
    assert found.verdict == "solved"
    assert solved("L", records({"3.9": 4, "3.10": 40}), everybody, "3.10").verdict == "worse"
    assert solved("L", records({"3.9": 10, "3.10": 9}), everybody, "3.10").verdict == "not shown"


def test_without_records_on_both_sides_nothing_is_said() -> None:
    found = solved("L", records({"3.9": 4}), records({"3.9": 9}), "3.10")
    assert (found.verdict, found.difference) == ("too few", None)
    blank = pd.DataFrame({"person": ["a"], "version": [None]})
    assert solved("L", blank, blank, "1").verdict == "too few"


def test_versions_are_numbers() -> None:
    assert version_key("v3.10.2-beta") == (3, 10, 2)
    assert sorted(["3.10", "3.9", "3.9.1"], key=version_key) == ["3.9", "3.9.1", "3.10"]
