"""Incidents: opened by a breach or an alarm, once for each rise; open → acknowledged → closed, with a clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from feedback.errors import UsageError
from feedback.track.monitor import Tracked, Watched, ns
from feedback.track.share import BREACH, fewest
from feedback.track.windows import Window, back

OPEN: Final = "open"
ACKNOWLEDGED: Final = "acknowledged"
CLOSED: Final = "closed"


@dataclass(frozen=True, slots=True)
class Incident:
    """One rise of one keyword and what people did about it.

    `cause` is "breach" (the window's bound is above the threshold) or "alarm" (the sequential test of the stream);
    `since` the day of the rise where one was found. The counts are those of the window when it was opened; incidents
    of older stores do not know their window's bounds.
    """

    id: str
    keyword: str
    product: str
    cause: str
    state: str
    opened_at: datetime
    due_at: datetime
    owner: str | None
    acknowledged_at: datetime | None
    closed_at: datetime | None
    since: date | None
    n: int
    negative: int
    share: float | None
    lower: float | None
    upper: float | None
    threshold: float
    window_start: datetime | None = None
    window_end: datetime | None = None

    def overdue(self, now: datetime) -> bool:
        """Is it past its time and not closed?"""
        return self.state != CLOSED and now > self.due_at


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an incident's history; `kind`: opened, acknowledged, note, owner, closed."""

    incident_id: str
    at: datetime
    kind: str
    who: str | None
    text: str


def openings(
    tracked: Tracked, known: Iterable[Incident], *, hours: int, now: datetime, zone: ZoneInfo
) -> list[tuple[Incident, Event]]:
    """The incidents to open now, numbered on from those `known`, in the order of the keywords.

    A keyword in breach, or with an alarm that stands, opens one unless one of its own is open or acknowledged, or the
    last one was closed and this is still the same rise: neither a step upwards after the closing nor a calm stretch
    in between.
    """
    past = sorted(known, key=lambda incident: incident.id)
    number = max((int(incident.id.removeprefix("INC-")) for incident in past), default=0)
    opened = []
    for watched in tracked.keywords:
        cause = BREACH if watched.state == BREACH else "alarm" if watched.alarm else None
        last = next((i for i in reversed(past) if i.keyword == watched.keyword), None)
        if cause is None or (last is not None and not _new_rise(watched, last, tracked.threshold, zone)):
            continue
        number += 1
        opened.append(_open(f"INC-{number:04}", watched, cause, tracked.threshold, hours, now, last))
    return opened


def _open(
    id_: str, watched: Watched, cause: str, threshold: float, hours: int, now: datetime, last: Incident | None
) -> tuple[Incident, Event]:
    since = watched.rise.since if watched.rise else watched.alarm.since if watched.alarm else None
    share = watched.share
    incident = Incident(
        id=id_,
        keyword=watched.keyword,
        product=watched.product,
        cause=cause,
        state=OPEN,
        opened_at=now,
        due_at=now + timedelta(hours=hours),
        owner=None,
        acknowledged_at=None,
        closed_at=None,
        since=since,
        n=share.n,
        negative=share.negative,
        share=share.share,
        lower=share.lower,
        upper=share.upper,
        threshold=threshold,
        window_start=watched.window.start,
        window_end=watched.window.end,
    )
    follows = f" ← {last.id}" if last else ""
    return incident, Event(id_, now, "opened", None, f"{share.negative}/{share.n}{follows}")


def _new_rise(watched: Watched, last: Incident, threshold: float, zone: ZoneInfo) -> bool:
    if last.state != CLOSED or last.closed_at is None:
        return False
    rose = watched.rise.latest_rise if watched.rise else watched.alarm.since if watched.alarm else None
    if rose is not None and rose > last.closed_at.astimezone(zone).date():
        return True
    mentions = watched.mentions
    low, high = np.searchsorted(mentions.times, [ns(last.closed_at), ns(watched.window.start)])
    n = int(high - low)
    return n >= fewest(threshold) and float(mentions.negative[low:high].mean()) <= threshold


def acknowledge(incident: Incident, at: datetime, owner: str | None) -> tuple[Incident, Event]:
    """Someone has taken it up; again, with another owner, it is handed over. UsageError when it is closed."""
    _not_closed(incident)
    taken = replace(
        incident,
        state=ACKNOWLEDGED,
        acknowledged_at=incident.acknowledged_at or at,
        owner=owner or incident.owner,
    )
    kind = "acknowledged" if incident.state == OPEN else "owner"
    return taken, Event(incident.id, at, kind, owner or incident.owner, "")


def note(incident: Incident, at: datetime, text: str, owner: str | None) -> tuple[Incident, Event]:
    """A note in the history, closed or not; an owner given takes it over. UsageError when the note is empty."""
    if not text.strip():
        raise UsageError(f"{incident.id}: the note is empty", hint="give the text after the number")
    return replace(incident, owner=owner or incident.owner), Event(incident.id, at, "note", owner, text.strip())


def close(incident: Incident, at: datetime, owner: str | None) -> tuple[Incident, Event]:
    """Done; only a new rise opens another. UsageError when it is closed already."""
    _not_closed(incident)
    done = replace(incident, state=CLOSED, closed_at=at, owner=owner or incident.owner)
    return done, Event(incident.id, at, "closed", owner or incident.owner, "")


def named(incidents: Sequence[Incident], id_: str) -> Incident:
    """The incident of that number (INC-0001, inc-1 and 1 are the same). UsageError lists the valid ones."""
    bare = id_.strip().upper().removeprefix("INC-").lstrip("0")
    for incident in incidents:
        if incident.id.removeprefix("INC-").lstrip("0") == bare:
            return incident
    valid = ", ".join(incident.id for incident in incidents) or "none: no incident was ever opened"
    raise UsageError(f"{id_}: no such incident", hint=f"valid: {valid}")


def opening_window(incident: Incident, span: timedelta, zone: ZoneInfo) -> Window:
    """The window that opened `incident`; where the store does not tell, the `span` up to the moment of opening."""
    end = incident.window_end or incident.opened_at
    return Window(incident.window_start or back(end, span, zone), end)


def _not_closed(incident: Incident) -> None:
    if incident.state == CLOSED:
        raise UsageError(f"{incident.id} is closed", hint="only a new rise opens another incident")
