"""Signs beside the negative share."""

from __future__ import annotations

from typing import Any

import pytest

from feedback.settings import TrackSettings
from feedback.track.keywords import Keyword
from feedback.track.monitor import watch
from feedback.track.signs import Sign, net_promoters, signs
from tests.track.invented import ZONE, at, days, frame, record

CALM = [(10, 0)] * 70


def look(rows: list[dict[str, Any]], end: str = "2026-11-10", floor: float = 0) -> tuple[Sign, ...]:
    table = frame(rows)
    tracked = watch(table, [Keyword("青舟", ("青舟",))], TrackSettings(), end=at(end), zone=ZONE)
    return signs(table, tracked, zone=ZONE, confidence=0.95, nps_floor=floor)


def test_nothing_is_said_of_a_steady_stream() -> None:
    assert look(days("2026-09-01", CALM)) == ()
    assert look([]  # type: ignore[arg-type]
                or days("2026-11-03", [(10, 0)] * 7)) == ()  # fmt: skip


def test_a_burst_of_volume() -> None:
    rows = days("2026-09-01", [(10, 0)] * 63 + [(40, 0)] * 7)
    assert look(rows) == (Sign("volume", "青舟", None, 280, 70.0),)
    assert look([*rows, *days("2026-11-05", [(80, 80)], start=50_000)]) == (), "a breach says enough"


def test_bought_praise() -> None:
    copies = [
        record(
            900 + i, at("2026-11-05"), "positive", near_duplicate_of="r000001", duplicate_reason="near", author=f"{i}"
        )
        for i in range(8)
    ]
    assert look([*days("2026-09-01", CALM), *copies]) == (Sign("praise", "青舟", "copies", 8, 0),)
    gone = [
        record(900 + i, at("2026-11-05"), "positive", rating=5.0, text=f"（该条评论已经被删除）青舟好 {i}")
        for i in range(6)
    ]
    assert look([*days("2026-09-01", CALM), *gone]) == (Sign("praise", "青舟", "deleted", 6, 0),)


def test_a_rare_theme_that_grows_and_a_common_one_that_does_not() -> None:
    rows = days("2026-09-01", CALM)
    for row in rows[::5]:
        row["codes"] = ["price"]
    for row in rows[-30:-20]:
        row["codes"] = ["control"]
    assert look(rows) == (Sign("theme", "青舟", "control", 10, 0),)


def survey(when: str, scores: list[int], start: int) -> list[dict[str, Any]]:
    return [record(start + i, at(when), kind="survey", nps=score) for i, score in enumerate(scores)]


def test_a_red_nps() -> None:
    good, bad = [10] * 30 + [7] * 10, [10] * 18 + [7] * 8 + [3] * 14
    fell = look([*survey("2026-10-30", good, 0), *survey("2026-11-05", bad, 100)])
    assert [(s.kind, s.subject, s.now, s.before, s.red) for s in fell] == [("nps", "青舟", 10.0, 75.0, "fall")]
    low = look([*survey("2026-11-05", bad, 100)], floor=20)
    assert [(s.now, s.red) for s in low] == [(10.0, "floor")]
    assert low[0].lower is not None
    assert low[0].lower < 10 < (low[0].upper or 0)
    assert look(survey("2026-11-05", [0] * 19, 0)) == (), "too few answers"


def test_net_promoters() -> None:
    assert net_promoters([10] * 19) is None
    assert net_promoters([9, 10, 8, 7] * 10 + [0, 6] * 10) == pytest.approx((0.0, 100 * (40 / 59) ** 0.5 / 60**0.5))
