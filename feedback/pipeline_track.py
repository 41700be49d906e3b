"""The part of the pipeline that watches the negative share: share, states, incidents, messages."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import NoReturn

import pandas as pd

from feedback.errors import BadModel, NothingToDo, UsageError
from feedback.judge import model as judge_model
from feedback.judge import shipped
from feedback.judge.prevalence import Rates, combined
from feedback.lexicon import taxonomy
from feedback.settings import Settings
from feedback.store import Store, read
from feedback.store import incidents as store_incidents
from feedback.store.incidents import Notification
from feedback.text.words import segmenter
from feedback.track import brief as brief_room
from feedback.track import incidents as incident_room
from feedback.track import keywords as keywords_room
from feedback.track import messages, monitor
from feedback.track import signs as sign_room
from feedback.track.brief import Brief
from feedback.track.incidents import Event, Incident
from feedback.track.monitor import Tracked
from feedback.track.share import Adjusted
from feedback.track.signs import Sign
from feedback.track.windows import back, period


@dataclass(frozen=True)
class TrackResult:
    """Keywords watched, their incidents (all that are kept) and those that this run opened, or would with dry_run.

    `waiting` records are not yet judged and count nowhere; `rates` are those of the judges, by name; `stale` is the
    time of the newest record where the last quarter of the window holds none; `unmet` keywords were asked for,
    are known to no list, and stand in no record. `unnamed`: for a keyword that is a product the records of that product
    (in the window; of all time where none ever names it) that do not name it, where those are the most.
    """

    tracked: Tracked
    incidents: tuple[Incident, ...]
    opened: tuple[Incident, ...]
    now: datetime
    waiting: int
    signs: tuple[Sign, ...] = ()
    rates: Mapping[str, Rates | None] = field(default_factory=dict)
    stale: datetime | None = None
    unmet: tuple[str, ...] = ()
    unnamed: Mapping[str, int] = field(default_factory=dict)


def track(
    store: Store,
    settings: Settings,
    *,
    end: datetime,
    now: datetime,
    keywords: Sequence[str] = (),
    products: Sequence[str] = (),
    since: datetime | None = None,
    dry_run: bool = False,
) -> TrackResult:
    """Negative share of each keyword in the window that ends at `end`; incidents opened at `now`, unless `dry_run`.

    The corrected share takes each judge's errors, as measured when it was trained, out of what that judge read. Raises
    NothingToDo when no record is judged, UsageError for products that the store does not know.
    """
    frame = read.judged(store, products=products, until=end)
    if frame.empty:
        _explain_nothing(store, products)
    rates = judge_rates(store, settings)
    known = keywords_room.products(settings.lexicons)
    configured = keywords_room.from_settings(settings.track.keywords)
    present = [str(name) for name in frame["product"].unique()]
    chosen = keywords_room.choose(keywords, known, configured, present)
    tracked = monitor.watch(
        frame,
        chosen,
        settings.track,
        end=end,
        zone=settings.zone,
        since=since,
        repeats=store_incidents.repeats(store),
        correct=partial(correct, rates=rates, confidence=settings.track.confidence),
        only_mentioned=not keywords,
    )
    if not keywords and settings.lexicons is None:
        # The package's lexicon names products that the package made up: nobody else's unless a record names them.
        strange = {n for n, k in known.items() if n not in configured and not keywords_room.names(k, present)}
        shown = tuple(w for w in tracked.keywords if w.last_mention or w.keyword not in strange)
        tracked = replace(tracked, keywords=shown)
    before = incidents(store, settings)
    opened = incident_room.openings(tracked, before, hours=settings.track.incident_hours, now=now, zone=settings.zone)
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
        signs=sign_room.signs(
            frame,
            tracked,
            zone=settings.zone,
            confidence=settings.track.confidence,
            nps_floor=settings.track.nps_floor,
        ),
        rates=rates,
        stale=_stale(frame, end, settings),
        unmet=tuple(
            w.keyword
            for w in tracked.keywords
            if keywords and w.last_mention is None and w.keyword not in {*known, *configured, *present}
        ),
        unnamed=_unnamed(frame, tracked, {k.name: keywords_room.names(k, present) for k in chosen}),
    )


def _unnamed(frame: pd.DataFrame, tracked: Tracked, products: Mapping[str, Sequence[str]]) -> dict[str, int]:
    found = {}
    for watched in tracked.keywords:
        silent = frame["product"].isin(products[watched.keyword]).to_numpy(copy=True)
        silent[watched.mentions.rows] = False
        silent[watched.mentions.left_out_rows] = False
        if watched.last_mention:
            silent &= (frame["created_at"] >= watched.window.start).to_numpy()
        if silent.sum() > watched.share.n:
            found[watched.keyword] = int(silent.sum())
    return found


def _stale(frame: pd.DataFrame, end: datetime, settings: Settings) -> datetime | None:
    newest = frame["created_at"].max()
    if pd.isna(newest):
        return None
    last: datetime = newest.tz_convert(settings.zone).to_pydatetime()
    return last if end - last > period(settings.track.window, "--window") / 4 else None


def judge_rates(store: Store, settings: Settings) -> dict[str, Rates | None]:
    """For each judge of the store how often it found negatives and cleared others, on sources it never saw."""
    own = {settings.judge.model.stem: settings.judge.model} if settings.judge.model else {}
    found: dict[str, Rates | None] = {}
    for name in read.judges(store):
        file = (own | shipped.JUDGES).get(name)
        try:
            found[name] = Rates.of(judge_model.load(file).meta.rates) if file else None
        except BadModel:
            # Verdicts already stored can be counted without the model that gave them.
            found[name] = None
    return found


def correct(
    counts: Mapping[str, tuple[int, int]], rates: Mapping[str, Rates | None], confidence: float
) -> Adjusted | None:
    """The share without the judges' errors from (negative, n) by judge; None where a judge's rates are unknown."""
    parts = [(negative, n, rates.get(judge)) for judge, (negative, n) in sorted(counts.items()) if n]
    known = [(negative, n, measured) for negative, n, measured in parts if measured is not None]
    if len(known) < len(parts):
        return None
    found = combined(known, confidence=confidence)
    return Adjusted(found.share, found.lower, found.upper) if found else None


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


def incident_brief(store: Store, settings: Settings, incident_id: str, *, now: datetime) -> Brief:
    """The one-page brief of an incident: the window that opened it, and how things stand at `now`."""
    incident = incident_room.named(incidents(store, settings), incident_id)
    window = incident_room.opening_window(incident, period(settings.track.window, "--window"), settings.zone)
    frame = read.judged(store, until=max(now, window.end))
    known = keywords_room.products(settings.lexicons)
    configured = keywords_room.from_settings(settings.track.keywords)
    look = partial(
        monitor.watch,
        frame,
        keywords_room.choose([incident.keyword], known, configured, ()),
        settings.track,
        zone=settings.zone,
        repeats=store_incidents.repeats(store),
        correct=partial(correct, rates=judge_rates(store, settings), confidence=settings.track.confidence),
    )
    present = look(end=now, start=back(now, window.end - window.start, settings.zone))
    return brief_room.gather(
        incident,
        look(end=window.end, start=window.start).keywords[0],
        frame,
        incident_history(store, settings, incident.id),
        segmenter(settings.text, settings.lexicons).cut,
        present=present.keywords[0],
        now=now,
        zone=settings.zone,
        lang=settings.lang,
        confidence=settings.track.confidence,
        taxonomy=taxonomy(settings.lexicons),
    )


def notify(
    store: Store, settings: Settings, result: TrackResult, *, clock: Callable[[], float], sleep: Callable[[float], None]
) -> tuple[Notification, ...]:
    """Send what is still to be said of the incidents of `result`, keeping what became of each message.

    Within the quiet hours messages are held and go with the first run after them. A channel that lacks what it needs
    counts as failed.
    """
    # The web client takes a while to load, and most runs send nothing.
    from feedback.track.notify import deliver

    channels = settings.track.channels
    told = {(n.incident_id, n.state, n.channel): n.status for n in store_incidents.notifications(store, settings.zone)}
    hold = messages.quiet(settings.track.quiet_hours, result.now, settings.zone)
    kept = []
    for name, message in messages.outstanding(
        result.incidents, list(channels), told, now=result.now, lang=settings.lang
    ):
        if hold:
            status, attempts, error = "held", 0, None
        else:
            sent = deliver(message, name, channels[name], os.environ, clock=clock, sleep=sleep)
            status, attempts, error = messages.SENT if sent.sent else "failed", sent.attempts, sent.error
        note = Notification(message.incident_id, message.state, name, status, attempts, error, result.now)
        store_incidents.keep_notification(store, note)
        kept.append(note)
    return tuple(kept)


def _explain_nothing(store: Store, products: Sequence[str]) -> NoReturn:
    known = store_incidents.judged_products(store)
    if not known:
        raise NothingToDo(f"{store.path}: no judged record", hint="run `feedback ingest` and `feedback analyze` first")
    unknown = sorted(set(products) - set(known))
    if unknown:
        raise UsageError(f"--product {unknown[0]}: no such product", hint=f"valid: {', '.join(known)}")
    raise NothingToDo(
        f"{store.path}: no judged record before the end of the window", hint="name a later --as-of or --until"
    )
