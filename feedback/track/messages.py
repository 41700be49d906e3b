"""What is said about an incident, and to whom still: at most one message per incident, state and channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from feedback.errors import BadSettings
from feedback.track.brief import percent
from feedback.track.incidents import CLOSED, Incident
from feedback.track.share import Share
from feedback.track.wording import CAUSES, INCIDENT_STATES, say

OVERDUE: Final = "overdue"
SENT: Final = "sent"


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `facts` is the same for machines. `state` is the incident's, or "overdue"."""

    incident_id: str
    state: str
    title: str
    lines: tuple[str, ...]
    facts: Mapping[str, str | int | float | None]

    @property
    def text(self) -> str:
        """Title and lines, one below the other."""
        return "\n".join([self.title, *self.lines])


def compose(incident: Incident, state: str, lang: str) -> Message:
    """The message about `incident` having come to `state`."""
    label = say(OVERDUE, lang) if state == OVERDUE else INCIDENT_STATES[state][lang]
    due = f"{incident.due_at:%Y-%m-%d %H:%M}"
    label = label.format(due=due)
    opened = Share(incident.n, incident.negative, incident.share, incident.lower, incident.upper)
    lines = [
        say("opened", lang).format(
            at=f"{incident.opened_at:%Y-%m-%d %H:%M}", cause=CAUSES[incident.cause][lang], share=percent(opened, lang)
        )
    ]
    if incident.since:
        lines.append(f"{say('since', lang)}: {incident.since}")
    if state != CLOSED:
        owner = incident.owner or say("nobody", lang)
        clock = say("due", lang).format(due=due)
        current = INCIDENT_STATES[incident.state][lang]
        lines.append(say("standing", lang).format(state=current, owner=owner, clock=clock))
    return Message(
        incident.id,
        state,
        say("message", lang).format(id=incident.id, keyword=incident.keyword, state=label),
        tuple(lines),
        {
            "id": incident.id,
            "keyword": incident.keyword,
            "product": incident.product,
            "state": state,
            "cause": incident.cause,
            "opened_at": incident.opened_at.isoformat(),
            "due_at": incident.due_at.isoformat(),
            "since": incident.since.isoformat() if incident.since else None,
            "owner": incident.owner,
            "n": incident.n,
            "negative": incident.negative,
            "share": incident.share,
            "lower": incident.lower,
            "upper": incident.upper,
            "threshold": incident.threshold,
        },
    )


def outstanding(
    incidents: Iterable[Incident],
    channels: Sequence[str],
    told: Mapping[tuple[str, str, str], str],
    *,
    now: datetime,
    lang: str,
) -> list[tuple[str, Message]]:
    """(channel, message) still to be sent; `told` maps (incident, state, channel) to what became of it.

    Each incident's present state once, and once that it is overdue; that one is closed only where it was spoken of
    before.
    """
    found = []
    for incident in incidents:
        states = [incident.state] + ([OVERDUE] if incident.overdue(now) else [])
        for state in states:
            for channel in channels:
                spoken = any(i == incident.id and c == channel and s == SENT for (i, _, c), s in told.items())
                if told.get((incident.id, state, channel)) == SENT or (state == CLOSED and not spoken):
                    continue
                found.append((channel, compose(incident, state, lang)))
    return found


def quiet(hours: str | None, now: datetime, zone: ZoneInfo) -> bool:
    """Does `now` lie within the quiet hours (`22:00-08:00`, over midnight too)? BadSettings when unreadable."""
    if not hours:
        return False
    try:
        first, last = (time.fromisoformat(part.strip()) for part in hours.split("-"))
    except ValueError:
        raise BadSettings(f"track.quiet_hours: {hours!r}", hint="give it as 22:00-08:00") from None
    clock = now.astimezone(zone).time()
    return first <= clock < last if first <= last else clock >= first or clock < last
