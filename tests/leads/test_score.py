"""The rank: people rather than records, trend against share, stability by resampling."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from feedback.leads.method import explain, method, rice
from feedback.leads.score import FACTORS, rank
from feedback.settings import LeadSettings
from tests.leads.invented import NOW


def unit(lead: str, person: str, days: float, rating: float | None = 1.0, **other: Any) -> dict[str, Any]:
    return {
        "lead_id": lead, "product": "p", "person": person, "created_at": NOW - timedelta(days=days), "rating": rating,
        "polarity": "negative", "how": "aspect",
    } | other  # fmt: skip


def table(units: list[dict[str, Any]], **settings: Any) -> pd.DataFrame:
    frame = pd.DataFrame(units)
    everybody = frame.drop(columns=["lead_id", "how"])
    return rank(frame, everybody, LeadSettings(**settings)).table.set_index("lead_id")


EVEN = [unit("A", f"a{n}", n) for n in range(60)] + [unit("B", f"b{n}", 2 * n) for n in range(30)]


def test_factors_are_those_of_the_docs() -> None:
    found = table(EVEN)
    a = found.loc["A"]
    # The newest record is of day 0, so 28 days back hold a0..a27 and b0..b13.
    expected = 32 / 48 * 42
    assert a["reach"] == pytest.approx(math.log(61) / math.log(91))
    assert a["severity"] == pytest.approx(1.0)
    assert a["value"] == 0.5
    assert (a["recent"], a["expected"]) == (28, pytest.approx(expected))
    assert a["trend"] == pytest.approx((28 + 5) / (28 + expected + 10))
    assert a["confidence"] == pytest.approx(60 / 63)
    assert a["score"] == pytest.approx(math.prod(a[name] for name in FACTORS))
    assert found["rank"].to_dict() == {"A": 1, "B": 2}


def test_a_person_counts_once() -> None:
    loud = EVEN + [unit("B", "b0", 1) for _ in range(500)]
    assert table(loud).loc["B", "people"] == 30
    assert table(loud)["rank"].to_dict() == {"A": 1, "B": 2}


def test_weights_change_the_rank() -> None:
    units = [unit("many", f"m{n}", n, rating=4.0) for n in range(50)] + [unit("bad", f"b{n}", n) for n in range(20)]
    assert table(units, weights={"reach": 9.0})["rank"]["many"] == 1
    assert table(units, weights={"severity": 9.0})["rank"]["bad"] == 1
    assert table(units, weights=dict.fromkeys(FACTORS, 0.0))["score"].tolist() == [1.0, 1.0]


def test_stars_before_polarity() -> None:
    units = [unit("x", f"x{n}", n, rating=None, polarity="mixed") for n in range(1000)]
    assert table(units).loc["x", "severity"] == pytest.approx(0.5)


def test_undated_records_are_even() -> None:
    units = [unit("x", f"x{n}", 0, created_at=pd.NaT) for n in range(10)]
    frame = pd.DataFrame(units)
    frame["created_at"] = pd.to_datetime(frame["created_at"], utc=True)
    found = rank(frame, frame.drop(columns=["lead_id", "how"]), LeadSettings()).table
    assert found["trend"].tolist() == [0.5]


def test_stability_is_seeded_and_tells_the_clear_from_the_close() -> None:
    close = [unit(f"L{lead:02d}", f"{lead}-{n}", n) for lead in range(20) for n in range(10)]
    clear = [unit("big", f"big{n}", n % 60) for n in range(400)]
    first, second = table(close + clear, top=5), table(close + clear, top=5)
    assert first["stability"].equals(second["stability"])
    assert first.loc["big", "stability"] > 0.95
    assert first["stability"].min() < 0.9
    assert table(EVEN, bootstrap=0)["stability"].isna().all()


def test_nothing_to_rank_is_an_empty_table() -> None:
    empty = pd.DataFrame(columns=list(EVEN[0]))
    assert rank(empty, empty, LeadSettings()).table.empty


def test_the_order_of_rows_plays_no_part() -> None:
    assert table(EVEN).equals(table(EVEN[::-1]))


def test_the_method_names_every_factor_with_its_values() -> None:
    for lang in ("zh", "en"):
        text = str(method(LeadSettings(trend_days=14, bootstrap=50, top=7), lang))
        for value in ("14", "50", "7", "0.5"):
            assert value in text
    assert callable(explain)
    assert callable(rice)
