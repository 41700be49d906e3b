"""READ FIRST: the stages in order, each as load → stage → save. Only this module joins rooms.

Every function takes an open `Store`, `Settings` and plain values, and returns a frozen dataclass. Time is passed in.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NoReturn

import pandas as pd

from feedback import ingest as ingest_room
from feedback.errors import BadModel, NothingToDo, UsageError
from feedback.judge import model as judge_model
from feedback.judge.combine import judge_texts
from feedback.lexicon import taxonomy
from feedback.pipeline_leads import (
    LeadsBuilt as LeadsBuilt,
)
from feedback.pipeline_leads import (
    lead as lead,
)
from feedback.pipeline_leads import (
    lead_change as lead_change,
)
from feedback.pipeline_leads import (
    lead_history as lead_history,
)
from feedback.pipeline_leads import (
    lead_move as lead_move,
)
from feedback.pipeline_leads import (
    lead_since as lead_since,
)
from feedback.pipeline_leads import (
    lead_split as lead_split,
)
from feedback.pipeline_leads import (
    leads as leads,
)
from feedback.pipeline_leads import (
    leads_build as leads_build,
)
from feedback.pipeline_leads import (
    leads_context as leads_context,
)
from feedback.pipeline_leads import (
    leads_merge as leads_merge,
)
from feedback.pipeline_leads import (
    leads_proposals as leads_proposals,
)
from feedback.pipeline_leads import (
    leads_undo as leads_undo,
)
from feedback.records import Verdict
from feedback.settings import Settings
from feedback.store import Store, read
from feedback.store import incidents as store_incidents
from feedback.store import verdicts as store_verdicts
from feedback.store import write as store_write
from feedback.store.incidents import Notification
from feedback.text.words import segmenter
from feedback.track import brief as brief_room
from feedback.track import incidents as incident_room
from feedback.track import keywords as keywords_room
from feedback.track import messages, monitor
from feedback.track import signs as sign_room
from feedback.track.brief import Brief
from feedback.track.incidents import Event, Incident
from feedback.track.monitor import JudgeErrors, Tracked
from feedback.track.signs import Sign

#: Records judged and stored in one transaction.
JUDGED_AT_ONCE = 500


@dataclass(frozen=True)
class IngestPlan:
    """Files looked into and understood, before anything is stored."""

    tables: tuple[ingest_room.Table, ...]
    skipped: tuple[str, ...]
    options: ingest_room.Options


def plan_ingest(paths: Sequence[Path], options: ingest_room.Options, *, now: datetime) -> IngestPlan:
    """Look into `paths`, without a store. Raises InputError for an unusable file; inside a folder it is left out."""
    sources, skipped = ingest_room.find(paths, now)
    lenient = any(path.is_dir() for path in paths)
    tables, left_out = ingest_room.plan(sources, options, lenient=lenient)
    return IngestPlan(tuple(tables), (*skipped, *left_out), options)


def ingest(
    store: Store | None,
    settings: Settings,
    plan: IngestPlan,
    *,
    now: datetime,
    dry_run: bool = False,
    progress: Callable[[ingest_room.FileReport], None] | None = None,
    comparing: Callable[[int, int], None] | None = None,
) -> ingest_room.IngestReport:
    """Take the planned tables into the store, each batch one transaction; then mark copies within the product.

    Killed at any moment and run again, it loses and doubles nothing. With `dry_run` nothing is written (`store` may be
    None: nothing is known yet). Rows set aside go to a csv beside the store. `progress` is told of every batch read,
    `comparing` (done, of) of the records looked at for copies.
    """
    salt = b"dry run" if store is None or dry_run else store_write.author_salt(store)
    options = replace(plan.options, salt=salt)
    ledger = ingest_room.Ledger()
    aside = ingest_room.Quarantine(settings.store.parent, settings.store.stem, now, settings.lang)
    files: list[ingest_room.FileReport] = []
    seen: list[pd.DataFrame] = []
    with store_write.modest(store) if store is not None else nullcontext():
        for table in plan.tables:
            report = ingest_room.FileReport(table)
            files.append(report)
            for batch in ingest_room.batches(table, options):
                known = store_write.known_ids(store, ledger.unmet(batch.frame)) if store is not None else set()
                new, again, old = ledger.split(batch.frame, known, len(files) - 1)
                if not dry_run and store is not None:
                    aside.write(batch.quarantined)
                    store_write.insert_feedback(store, new, again)
                else:
                    seen.append(new[["id", "kind", "author", "text", "created_at"]])
                report.add(batch)
                report.stored += len(new)
                report.known += old
                report.duplicates += len(again)
                if progress is not None:
                    progress(report)
    comparable: ingest_room.Records = ingest_room.Held(seen)
    if store is not None and not dry_run:
        comparable = store_write.Comparable(store, options.product, comparing)
    marks = ingest_room.mark_copies(comparable, options.settings)
    for identifier in marks["id"]:
        if (place := ledger.new_in(identifier)) is not None:
            files[place].near_duplicates += 1
    if store is not None and not dry_run:
        store_write.mark_copies(store, options.product, marks)
        store_write.record_ingests(store, [
            store_write.IngestRow(r.table.sheet.source.name, r.table.sheet.name, options.kind, options.product,
                                  r.table.sheet.encoding, r.read, r.stored, r.known, r.duplicates, r.near_duplicates,
                                  r.quarantined, now)
            for r in files
        ])  # fmt: skip
    groups = ingest_room.campaigns(comparable, marks)
    return ingest_room.IngestReport(tuple(files), plan.skipped, aside.path, groups, dry_run)


@dataclass(frozen=True)
class Analyzed:
    """Records judged by this run, and of those the negative ones and those with a complaint."""

    judged: int
    negative: int
    complaining: int


def analyze(
    store: Store,
    settings: Settings,
    *,
    now: datetime,
    since: datetime | None = None,
    redo: bool = False,
    judge: str | None = None,
    run: Callable[[Callable[[list[str]], list[Verdict]], Iterable[list[str]]], Iterable[list[Verdict]]] = map,
    progress: Callable[[int, int], None] | None = None,
) -> Analyzed:
    """Judge every record not yet judged (with `redo`, all). `run`, an engine, maps a function over chunks, in order.

    A chunk is stored in one transaction as it comes, so that a killed run goes on where it was. `progress`(done, of).
    Without `judge`, the one that judged the store before goes on: shares of two judges cannot be compared.
    """
    frame = read.unjudged(store, since=since, redo=redo)
    ids, texts = frame["id"].tolist(), frame["text"].tolist()
    thresholds = tuple(sorted(settings.judge.thresholds.items()))
    before = read.judges(store)
    name, file = judge_model.choose(judge, settings.judge.model, len(ids), before[0] if before else None)
    work = partial(judge_texts, thresholds=thresholds, folder=settings.lexicons, file=file)
    counts = [0, 0, 0]
    chunks = (texts[at : at + JUDGED_AT_ONCE] for at in range(0, len(texts), JUDGED_AT_ONCE))
    for verdicts in run(work, chunks):
        store_verdicts.save(store, ids[counts[0] : counts[0] + len(verdicts)], verdicts, judge=name, at=now)
        counts[0] += len(verdicts)
        counts[1] += sum(verdict.polarity == "negative" for verdict in verdicts)
        counts[2] += sum(bool(verdict.codes) for verdict in verdicts)
        if progress is not None:
            progress(counts[0], len(ids))
    return Analyzed(*counts)


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
    signs: tuple[Sign, ...] = ()


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

    `errors` of the judge (default: those measured when it was trained) go into the corrected share. Raises NothingToDo
    when no record is judged, UsageError for products that the store does not know.
    """
    frame = read.judged(store, products=products, until=end)
    if frame.empty:
        _explain_nothing(store, products)
    errors = errors or judge_errors(store, settings)
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
    )


def judge_errors(store: Store, settings: Settings) -> JudgeErrors | None:
    """How often the judge of the store found negatives and cleared others, on sources it never saw; None: unknown."""
    names = read.judges(store)
    own = {settings.judge.model.stem: settings.judge.model} if settings.judge.model else {}
    file = (own | judge_model.JUDGES).get(names[0]) if len(names) == 1 else None
    try:
        rates = judge_model.load(file).meta.rates if file else {}
    except BadModel:
        # Verdicts already stored can be counted without the model that gave them.
        return None
    if not rates.get("negative") or not rates.get("others"):
        return None
    return JudgeErrors(rates["found"] / rates["negative"], rates["cleared"] / rates["others"])


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


def incident_brief(
    store: Store, settings: Settings, incident_id: str, *, now: datetime, errors: JudgeErrors | None = None
) -> Brief:
    """The one-page brief of an incident as things stand at `now`."""
    incident = incident_room.named(incidents(store, settings), incident_id)
    frame = read.judged(store, until=now)
    known = keywords_room.products(settings.lexicons)
    configured = keywords_room.from_settings(settings.track.keywords)
    chosen = keywords_room.choose([incident.keyword], known, configured, ())
    tracked = monitor.watch(
        frame,
        chosen,
        settings.track,
        end=now,
        zone=settings.zone,
        repeats=store_incidents.repeats(store),
        errors=errors or judge_errors(store, settings),
    )
    return brief_room.gather(
        incident,
        tracked.keywords[0],
        frame,
        incident_history(store, settings, incident.id),
        segmenter(settings.text, settings.lexicons).cut,
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

    Within the quiet hours messages are held and go with the first run after them. Raises BadSettings when a channel
    lacks what it needs.
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
