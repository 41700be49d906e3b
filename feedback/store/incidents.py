"""Incidents, their history and their notifications: in and out of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from feedback.store.connection import Store

INCIDENT_COLUMNS = (
    "id", "keyword", "product", "cause", "state", "opened_at", "due_at", "owner", "acknowledged_at", "closed_at",
    "since", "n", "negative", "share", "lower", "upper", "threshold",
    "window_start", "window_end",
)  # fmt: skip
EVENT_COLUMNS = ("incident_id", "at", "kind", "who", "text")


class _Event(Protocol):
    @property
    def incident_id(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def who(self) -> str | None: ...
    @property
    def text(self) -> str: ...


class _Incident(Protocol):
    @property
    def id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Notification:
    """A message about one state of one incident on one channel; `status`: sent, failed, held (quiet hours)."""

    incident_id: str
    state: str
    channel: str
    status: str
    attempts: int
    last_error: str | None
    at: datetime


def incidents(store: Store, zone: ZoneInfo) -> list[dict[str, Any]]:
    """All incidents as INCIDENT_COLUMNS → value, ordered by number; times in `zone`."""
    rows = store.rows(f"SELECT {', '.join(INCIDENT_COLUMNS)} FROM incidents ORDER BY id")
    return [_zoned(dict(zip(INCIDENT_COLUMNS, row, strict=True)), zone) for row in rows]


def events(store: Store, zone: ZoneInfo, incident_id: str | None = None) -> list[dict[str, Any]]:
    """The history of one incident, or of all, as EVENT_COLUMNS → value, oldest first; times in `zone`."""
    rows = store.rows(
        """
        SELECT incident_id, "at", kind, who, "text" FROM incident_events
        WHERE ? IS NULL OR incident_id = ? ORDER BY incident_id, number
        """,
        [incident_id, incident_id],
    )
    return [_zoned(dict(zip(EVENT_COLUMNS, row, strict=True)), zone) for row in rows]


def save(store: Store, changes: Sequence[tuple[_Incident, _Event]]) -> None:
    """Incidents, new or changed, each with the event that made it so; all of them or none."""
    if not changes:
        return
    with store.write() as connection:
        for incident, event in changes:
            values = [getattr(incident, name) for name in INCIDENT_COLUMNS]
            marks = ", ".join("?" * len(values))
            connection.execute(
                f"INSERT OR REPLACE INTO incidents ({', '.join(INCIDENT_COLUMNS)}) VALUES ({marks})", values
            )
            connection.execute(
                """
                INSERT INTO incident_events
                SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ? FROM incident_events WHERE incident_id = ?
                """,
                [event.incident_id, event.at, event.kind, event.who, event.text, event.incident_id],
            )


def notifications(store: Store, zone: ZoneInfo) -> list[Notification]:
    """All notifications, ordered by incident, state, channel."""
    rows = store.rows(
        'SELECT incident_id, state, channel, status, attempts, last_error, "at" FROM notifications'
        " ORDER BY incident_id, state, channel"
    )
    return [
        Notification(str(i), str(s), str(c), str(t), int(n), e, at.astimezone(zone)) for i, s, c, t, n, e, at in rows
    ]


def keep_notification(store: Store, sent: Notification) -> None:
    """Keep what became of a message; attempts add up over runs."""
    with store.write() as connection:
        connection.execute(
            """
            INSERT INTO notifications VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET status = excluded.status, last_error = excluded.last_error, "at" = excluded."at",
                                      attempts = attempts + excluded.attempts
            """,
            [sent.incident_id, sent.state, sent.channel, sent.status, sent.attempts, sent.last_error, sent.at],
        )


def repeats(store: Store) -> Mapping[str, int]:
    """Record id → how many exact copies of it were met on ingest and not stored."""
    return {str(i): int(n) for i, n in store.rows("SELECT id, count(*) FROM duplicates GROUP BY id ORDER BY id")}


def waiting(store: Store) -> int:
    """How many records that the judge reads have no verdict yet."""
    return int(
        store.rows(
            """
            SELECT count(*) FROM feedback f LEFT JOIN verdicts v ON v.feedback_id = f.id
            WHERE v.feedback_id IS NULL AND coalesce(f.language, 'zh') = 'zh'
            """
        )[0][0]
    )


def judged_products(store: Store) -> list[str]:
    """The products that have judged records, sorted."""
    return [
        str(row[0])
        for row in store.rows(
            "SELECT DISTINCT f.product FROM feedback f JOIN verdicts v ON v.feedback_id = f.id ORDER BY 1"
        )
    ]


def _zoned(row: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    return {name: value.astimezone(zone) if isinstance(value, datetime) else value for name, value in row.items()}
