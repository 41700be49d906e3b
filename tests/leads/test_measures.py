"""Other rankings: impact on stars and NPS, opportunity score, RICE."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from feedback.leads.measures import Interval, Measures, measure, order
from feedback.settings import LeadSettings
from tests.leads.test_export import lead


def record(person: str, rating: float | None = None, nps: int | None = None, **other: Any) -> dict[str, Any]:
    made = {"product": "p", "person": person, "rating": rating, "nps": nps, "complains": rating is None or rating < 4}
    return made | other


def measured(
    members: dict[str, list[dict[str, Any]]], others: list[dict[str, Any]], **settings: Any
) -> dict[str, Measures]:
    rows = [
        {"lead_id": name, "feedback_id": f"{name}{n}", **one}
        for name, some in members.items()
        for n, one in enumerate(some)
    ]
    everybody = pd.DataFrame([one for some in members.values() for one in some] + others)
    return measure(pd.DataFrame(rows).drop(columns="complains"), everybody, LeadSettings(**settings))


BAD = [record(f"b{n}", 1.0) for n in range(10)]
GOOD = [record(f"g{n}", 5.0) for n in range(30)]


def test_impact_is_the_mean_with_less_the_mean_without() -> None:
    found = measured({"A": BAD}, GOOD, bootstrap=400)["A"].rating
    assert found is not None
    assert (found.value, found.n) == (pytest.approx(4.0 - 5.0), 10)
    assert found.lower is not None
    assert found.upper is not None
    # Resampled people: the share of bad ones is Binomial(40, 1/4)-like, the impact −4 × that share.
    spread = 4 * math.sqrt(0.25 * 0.75 / 40)
    assert found.lower == pytest.approx(-1 - 1.96 * spread, abs=0.15)
    assert found.upper == pytest.approx(-1 + 1.96 * spread, abs=0.15)


def test_impact_on_nps_is_in_points() -> None:
    angry = [record("a", nps=3), record("b", nps=6)]
    fine = [record("c", nps=9), record("d", nps=8), record("e", nps=10), record("f", nps=7)]
    found = measured({"A": angry}, fine)["A"]
    assert found.rating is None
    assert found.nps is not None
    assert found.nps.value == pytest.approx(0.0 - 50.0)


def test_one_loud_person_moves_the_interval_not_only_the_value() -> None:
    loud = measured({"A": [record("loud", 1.0) for _ in range(10)]}, GOOD, bootstrap=200)["A"].rating
    many = measured({"A": BAD}, GOOD, bootstrap=200)["A"].rating
    assert loud is not None and many is not None  # noqa: PT018
    assert loud.value == many.value
    assert loud.upper == 0.0, "without that person there is no impact"
    assert many.upper is not None and many.upper < 0  # noqa: PT018


def test_opportunity_is_ulwicks() -> None:
    some = [record("a", 5.0, complains=True), record("b", 1.0), record("c", 2.0), record("d", 2.0)]
    found = measured({"A": some}, [record(f"x{n}", 1.0) for n in range(11)], bootstrap=0)["A"]
    importance = 10 * math.log(5) / math.log(16)
    assert found.importance == pytest.approx(importance)
    assert found.satisfaction == 2.5
    assert found.opportunity == Interval(pytest.approx(2 * importance - 2.5), None, None, 4)


def test_nothing_is_made_up_where_nothing_is_known() -> None:
    found = measured({"A": [record("a"), record("b")]}, GOOD, bootstrap=5)["A"]
    assert (found.rating, found.nps, found.satisfaction, found.opportunity) == (None, None, None, None)
    everything = measured({"A": BAD}, [], bootstrap=5)["A"]
    assert everything.rating is None, "no other mean to compare with"
    assert measure(pd.DataFrame(), pd.DataFrame(), LeadSettings()) == {}


def test_products_are_kept_apart_and_rows_may_come_in_any_order() -> None:
    other = [record(f"b{n}", 5.0, product="q") for n in range(10)]
    found = measured({"A": BAD, "B": other}, GOOD, bootstrap=50)
    assert found["A"] == measured({"B": other[::-1], "A": BAD[::-1]}, GOOD[::-1], bootstrap=50)["A"]
    assert found["A"].rating is not None
    assert found["A"].rating.value == pytest.approx(-1.0)


def test_order_puts_what_is_unknown_last() -> None:
    def of(impact: float | None, odi: float) -> Measures:
        moved = None if impact is None else Interval(impact, None, None, 3)
        return Measures(moved, None, 5.0, 1.0, Interval(odi, None, None, 3))

    leads = [lead(1), lead(2, people=50), lead(3, effort=2.0)]
    measures = {"LEAD-0001": of(None, 9.0), "LEAD-0002": of(0.1, 3.0), "LEAD-0003": of(-0.4, 12.0)}
    assert [one.rank for one in order(leads, measures, "impact")] == [3, 2, 1]
    assert [one.rank for one in order(leads, measures, "odi")] == [3, 1, 2]
    assert [one.rank for one in order(leads, {}, "rice")] == [3, 2, 1]
    assert [one.rank for one in order(leads, {}, "impact")] == [1, 2, 3]
