"""What the report shows, gathered from the store and the pipeline; nothing is written and no incident opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from feedback import pipeline
from feedback.errors import NothingToDo
from feedback.records import Lead
from feedback.settings import Settings
from feedback.store import Store, read
from feedback.track.share import Share, share_of
from feedback.track.windows import midnight


@dataclass(frozen=True)
class ReportData:
    """What the report shows: records of the period, overall share, keywords, leads, what was left out.

    `records` counts all stored; `overall` counts judged records without copies.
    """

    products: tuple[str, ...]
    frame: pd.DataFrame
    records: int
    overall: Share
    judges: tuple[str, ...]
    track: pipeline.TrackResult | None
    leads: tuple[Lead, ...]
    aside: Mapping[str, int]
    now: datetime


def gather(
    store: Store, settings: Settings, *, since: datetime | None, until: datetime | None, now: datetime
) -> ReportData:
    """Everything for the page about records in [since, until); it opens no incident and changes nothing.

    Raises NothingToDo when no record of the period is judged.
    """
    frame = read.judged(store, since=since, until=until)
    if frame.empty:
        if since or until:
            raise NothingToDo(f"{store.path}: no judged record in this period", hint="widen --since and --until")
        raise NothingToDo(f"{store.path}: no judged record", hint="run `feedback ingest` and `feedback analyze` first")
    records, products = read.totals(store)
    voices = frame[frame["near_duplicate_of"].isna()]
    return ReportData(
        products=products,
        frame=frame,
        records=records,
        overall=share_of(int((voices["polarity"] == "negative").sum()), len(voices), settings.track.confidence),
        judges=read.judges(store),
        track=_report_track(store, settings, frame, since, until, now),
        leads=tuple(pipeline.leads(store)),
        aside=read.aside(store),
        now=now,
    )


def _report_track(
    store: Store, settings: Settings, frame: pd.DataFrame, since: datetime | None, until: datetime | None, now: datetime
) -> pipeline.TrackResult | None:
    """Keywords over the whole period, in steps that leave some sixty points or fewer; None without dated records."""
    dated = frame["created_at"].dropna()
    if dated.empty:
        return None
    first, last = (moment.tz_convert(settings.zone).to_pydatetime() for moment in (dated.min(), dated.max()))
    end = until or min(now, midnight(last, settings.zone) + timedelta(days=1))
    days = (end - first).days
    step = settings.track.step if days <= 31 else "7d" if days <= 500 else "28d"
    chosen = settings.model_copy(update={"track": settings.track.model_copy(update={"step": step})})
    return pipeline.track(store, chosen, end=end, now=now, since=since or midnight(first, settings.zone), dry_run=True)
