"""Opened once for a rise, and the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from feedback.errors import UsageError
from feedback.settings import TrackSettings
from feedback.track.incidents import Incident, acknowledge, close, named, note, openings
from feedback.track.keywords import Keyword
from feedback.track.monitor import watch
from tests.track.invented import ZONE, at, days, frame

CALM, BAD = (30, 0), (30, 6)


def opened(counts: list[tuple[int, int]], known: list[Incident], now: datetime) -> list[Incident]:
    """What a run at `now` over days from 2026-09-01 opens."""
    table = frame(days("2026-09-01", counts))
    tracked = watch(table, [Keyword("青舟", ("青舟",))], TrackSettings(), end=now, zone=ZONE)
    return [incident for incident, _ in openings(tracked, known, hours=24, now=now, zone=ZONE)]


def after(count: int) -> datetime:
    return at("2026-09-01") + timedelta(days=count)


def test_one_rise_opens_one_incident_however_often_it_is_looked_at() -> None:
    counts = [CALM] * 30 + [BAD] * 10
    known: list[Incident] = []
    for day in (28, 30, 31, 32, 33, 36, 40):
        known += opened(counts, known, after(day))
    (incident,) = known
    assert (incident.id, incident.state, incident.keyword) == ("INC-0001", "open", "青舟")
    assert incident.due_at - incident.opened_at == timedelta(hours=24)
    assert incident.since == after(30).date()
    assert not incident.overdue(incident.due_at)
    assert incident.overdue(incident.due_at + timedelta(seconds=1))


def test_a_closed_one_stays_closed_while_the_same_rise_lasts() -> None:
    counts = [CALM] * 30 + [BAD] * 20
    (first,) = opened(counts, [], after(35))
    done, _ = close(first, after(36), "李")
    for day in (36, 40, 50):
        assert opened(counts, [done], after(day)) == []


def test_a_new_rise_after_a_calm_stretch_opens_another() -> None:
    counts = [CALM] * 30 + [BAD] * 6 + [CALM] * 14 + [BAD] * 8
    (first,) = opened(counts, [], after(35))
    done, _ = close(first, after(36), None)
    for day in (36, 38, 44, 50):
        assert opened(counts, [done], after(day)) == []
    (second,) = opened(counts, [done], after(58))
    assert (second.id, second.since) == ("INC-0002", after(50).date())
    taken, _ = acknowledge(second, after(58), "李")
    assert opened(counts, [done, taken], after(58)) == []


def test_a_further_step_upwards_after_the_closing_is_a_new_rise() -> None:
    counts = [CALM] * 30 + [BAD] * 15 + [(30, 18)] * 6
    (first,) = opened(counts, [], after(35))
    done, _ = close(first, after(40), None)
    (second,) = opened(counts, [done], after(51))
    assert second.id == "INC-0002"


def test_a_calm_keyword_opens_nothing() -> None:
    assert opened([CALM] * 40, [], after(40)) == []


def example() -> Incident:
    return opened([CALM] * 30 + [BAD] * 10, [], after(40))[0]


def test_the_life_of_an_incident_leaves_its_history() -> None:
    incident = example()
    taken, one = acknowledge(incident, after(41), "李")
    told, two = note(taken, after(42), "  已致电\n三位用户 ", None)
    handed, three = acknowledge(told, after(43), "王")
    done, four = close(handed, after(44), None)
    assert [(e.kind, e.who, e.text) for e in (one, two, three, four)] == [
        ("acknowledged", "李", ""), ("note", None, "已致电\n三位用户"), ("owner", "王", ""), ("closed", "王", ""),
    ]  # fmt: skip
    assert (done.state, done.owner, done.acknowledged_at, done.closed_at) == ("closed", "王", after(41), after(44))
    assert not done.overdue(after(99))
    late, _ = note(done, after(45), "复盘", None)
    assert late.state == "closed"


def test_what_cannot_be_done_is_said() -> None:
    done, _ = close(example(), after(41), None)
    for change in (acknowledge, close):
        with pytest.raises(UsageError, match="INC-0001 is closed"):
            change(done, after(42), None)
    with pytest.raises(UsageError, match="empty"):
        note(done, after(42), " \n", None)


def test_numbers_are_read_as_people_write_them() -> None:
    incident = example()
    assert {named([incident], text).id for text in ("INC-0001", "inc-1", "1", " 0001 ")} == {"INC-0001"}
    with pytest.raises(UsageError, match="INC-0002: no such incident") as caught:
        named([incident], "INC-0002")
    assert caught.value.hint == "valid: INC-0001"
    with pytest.raises(UsageError, match="no such"):
        named([], "")
