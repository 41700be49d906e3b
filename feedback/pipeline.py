"""READ FIRST: the stages in order, each as load → stage → save. Only this module joins rooms.

Every function takes an open `Store`, `Settings` and plain values, and returns a frozen dataclass. Time is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import pandas as pd

from feedback import ingest as ingest_room
from feedback.judge import shipped
from feedback.judge.combine import judge_texts
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
from feedback.pipeline_leads import (
    proposal_decline as proposal_decline,
)
from feedback.pipeline_track import (
    TrackResult as TrackResult,
)
from feedback.pipeline_track import (
    change_incident as change_incident,
)
from feedback.pipeline_track import (
    correct as correct,
)
from feedback.pipeline_track import (
    incident_brief as incident_brief,
)
from feedback.pipeline_track import (
    incident_history as incident_history,
)
from feedback.pipeline_track import (
    incidents as incidents,
)
from feedback.pipeline_track import (
    judge_rates as judge_rates,
)
from feedback.pipeline_track import (
    notify as notify,
)
from feedback.pipeline_track import (
    track as track,
)
from feedback.records import Verdict
from feedback.settings import Settings
from feedback.store import Store, read
from feedback.store import campaigns as store_campaigns
from feedback.store import verdicts as store_verdicts
from feedback.store import write as store_write

#: Groups of copies kept per product, the largest.
CAMPAIGNS = 50
#: Records judged and stored in one transaction.
JUDGED_AT_ONCE = 500


@dataclass(frozen=True)
class IngestPlan:
    """Files looked into and understood, before anything is stored."""

    tables: tuple[ingest_room.Table, ...]
    skipped: tuple[ingest_room.Skipped, ...]
    options: ingest_room.Options


def plan_ingest(paths: Sequence[Path], options: ingest_room.Options, *, now: datetime) -> IngestPlan:
    """Look into `paths`, without a store. Raises InputError for an unusable file; among others it is left out."""
    options = replace(options, now=now)
    sources, skipped = ingest_room.find(paths, now)
    lenient = len(paths) > 1 or any(path.is_dir() for path in paths)
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
                    report.refreshed += store_write.insert_feedback(store, new, again, old)
                else:
                    seen.append(new[["id", "kind", "author", "text", "created_at"]])
                report.add(batch)
                report.stored += len(new)
                report.known += len(old)
                report.duplicates += len(again)
                if progress is not None:
                    progress(report)
    comparable: ingest_room.Records = ingest_room.Held(seen)
    if store is not None and not dry_run:
        comparable = store_write.Comparable(store, options.product, comparing)
    marks = ingest_room.mark_copies(comparable, options.settings)
    grown: set[str] = set()
    for identifier, earliest in marks[["id", "near_duplicate_of"]].itertuples(index=False):
        if (place := ledger.new_in(identifier)) is not None:
            files[place].near_duplicates += 1
            grown.add(earliest)
        elif earliest not in grown and ledger.new_in(earliest) is not None:
            grown.add(earliest)
    if store is not None and not dry_run:
        store_write.mark_copies(store, options.product, marks)
        store_write.record_ingests(store, [
            store_write.IngestRow(r.table.sheet.source.name, r.table.sheet.name, options.kind, options.product,
                                  r.table.sheet.encoding, r.read, r.stored, r.known, r.duplicates, r.near_duplicates,
                                  r.quarantined, now)
            for r in files
        ])  # fmt: skip
    groups = ingest_room.campaigns(comparable, marks, top=CAMPAIGNS)
    if store is not None and not dry_run:
        store_campaigns.save(store, options.product, groups[groups["records"] >= 3], now)
    news = groups[groups["near_duplicate_of"].isin(grown)].head(5)
    return ingest_room.IngestReport(tuple(files), plan.skipped, aside.path, news, dry_run)


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
    name, file = shipped.choose(judge, settings.judge.model, len(ids), before[0] if before else None)
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
