"""Periods and windows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from feedback.errors import UsageError
from feedback.track.windows import Window, back, period, tiles
from tests.track.invented import ZONE, at

DAY = timedelta(days=1)


def test_periods() -> None:
    assert [period(text) for text in ("24h", "7d", "4w", " 1D ")] == [DAY, 7 * DAY, 28 * DAY, DAY]
    assert period("15min") == timedelta(minutes=15)


@pytest.mark.parametrize("text", ["", "7", "d", "0d", "-1d", "7m", "1.5d", "7d 3h", "七天", "9999999d", "99999w"])
def test_what_is_no_period_names_the_option(text: str) -> None:
    with pytest.raises(UsageError, match="--window") as caught:
        period(text, "--window")
    assert "7d" in str(caught.value.hint) or "36500 days" in str(caught.value.hint)


def test_the_last_window_is_cut_and_marked() -> None:
    found = tiles(at("2026-11-01"), at("2026-11-03T10:00"), DAY, ZONE)
    assert found == [
        Window(at("2026-11-01"), at("2026-11-02")),
        Window(at("2026-11-02"), at("2026-11-03")),
        Window(at("2026-11-03"), at("2026-11-03T10:00"), complete=False),
    ]


def test_without_a_beginning_whole_days_end_at_midnight() -> None:
    found = tiles(None, at("2026-11-03T10:00").astimezone(UTC), 7 * DAY, ZONE, count=2)
    assert [(w.start, w.end, w.complete) for w in found] == [
        (at("2026-10-21"), at("2026-10-28"), True),
        (at("2026-10-28"), at("2026-11-03T10:00"), False),
    ]
    assert tiles(None, at("2026-11-04"), DAY, ZONE, count=1) == [Window(at("2026-11-03"), at("2026-11-04"))]


def test_hours_run_back_from_the_end() -> None:
    found = tiles(None, at("2026-11-03T10:30"), timedelta(hours=12), ZONE, count=2)
    assert [w.start for w in found] == [at("2026-11-02T10:30"), at("2026-11-02T22:30")]
    assert all(w.complete for w in found)


def test_a_change_of_clocks_moves_no_midnight() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    end = datetime(2026, 10, 27, tzinfo=berlin)
    found = tiles(None, end, DAY, berlin, count=3)
    assert [w.start.hour for w in found] == [0, 0, 0]
    assert (found[1].end.astimezone(UTC) - found[1].start.astimezone(UTC)) == timedelta(hours=25)
    assert back(end, 7 * DAY, berlin) == datetime(2026, 10, 20, tzinfo=berlin)
