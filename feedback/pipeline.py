"""READ FIRST: the stages in order, each as load → stage → save. Only this module joins rooms.

Every function takes an open `Store`, `Settings` and plain values, and returns a frozen dataclass. Time is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from feedback.errors import NothingToDo, UsageError
from feedback.settings import Settings
from feedback.store import Store, read
from feedback.store import incidents as store_incidents
from feedback.track import incidents as incident_room
from feedback.track import keywords as keywords_room
from feedback.track import monitor
from feedback.track.incidents import Event, Incident
from feedback.track.monitor import JudgeErrors, Tracked


@dataclass(frozen=True)
class TrackResult:
    """Keywords watched, their incidents (all that are kept) and those that this run opened, or would with dry_run.

    `waiting` records are not yet judged and count nowhere.
    """

    tracked: Tracked
    incidents: tuple[Incident, ...]
    opened: tuple[Incident, ...]
    now: datetime
    waiting: int


def track(
    store: Store,
    settings: Settings,
    *,
    end: datetime,
    now: datetime,
    keywords: Sequence[str] = (),
    products: Sequence[str] = (),
    since: datetime | None = None,
    errors: JudgeErrors | None = None,
    dry_run: bool = False,
) -> TrackResult:
    """Negative share of each keyword in the window that ends at `end`; incidents opened at `now`, unless `dry_run`.

    Raises NothingToDo when no record is judged, UsageError for products that the store does not know.
    """
    frame = read.judged(store, products=products, until=end)
    if frame.empty:
        _explain_nothing(store, products)
    known = keywords_room.products(settings.lexicons)
    configured = keywords_room.from_settings(settings.track.keywords)
    present = [str(name) for name in frame["product"].unique()]
    tracked = monitor.watch(
        frame,
        keywords_room.choose(keywords, known, configured, present),
        settings.track,
        end=end,
        zone=settings.zone,
        since=since,
        repeats=store_incidents.repeats(store),
        errors=errors,
        only_mentioned=not keywords,
    )
    before = incidents(store, settings)
    opened = incident_room.openings(
        tracked, before, hours=settings.track.incident_hours, now=now, zone=settings.zone
    )
    if not dry_run:
        store_incidents.save(store, opened)
        before = incidents(store, settings)
    watched = {w.keyword for w in tracked.keywords}
    return TrackResult(
        tracked=tracked,
        incidents=tuple(i for i in before if i.keyword in watched),
        opened=tuple(incident for incident, _ in opened),
        now=now,
        waiting=store_incidents.waiting(store),
    )


def incidents(store: Store, settings: Settings) -> tuple[Incident, ...]:
    """All incidents, ordered by number, times in the zone of the settings."""
    return tuple(Incident(**row) for row in store_incidents.incidents(store, settings.zone))


def incident_history(store: Store, settings: Settings, incident_id: str) -> tuple[Event, ...]:
    """The history of one incident, oldest first."""
    return tuple(Event(**row) for row in store_incidents.events(store, settings.zone, incident_id))


def change_incident(
    store: Store, settings: Settings, incident_id: str, change: Callable[[Incident], tuple[Incident, Event]]
) -> Incident:
    """Apply `change` (of track.incidents: acknowledge, note, close) to one incident and keep both it and the event."""
    changed, event = change(incident_room.named(incidents(store, settings), incident_id))
    store_incidents.save(store, [(changed, event)])
    return changed


def _explain_nothing(store: Store, products: Sequence[str]) -> NoReturn:
    known = store_incidents.judged_products(store)
    if not known:
        raise NothingToDo(
            f"{store.path}: no judged record", hint="run `feedback ingest` and `feedback analyze` first"
        )
    unknown = sorted(set(products) - set(known))
    if unknown:
        raise UsageError(f"--product {unknown[0]}: no such product", hint=f"valid: {', '.join(known)}")
    raise NothingToDo(
        f"{store.path}: no judged record before the end of the window", hint="name a later --as-of or --until"
    )
