"""What the report shows, gathered from the store and the pipeline; nothing is written and no incident opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from feedback import pipeline
from feedback.errors import NothingToDo
from feedback.judge.prevalence import Rates
from feedback.records import Lead
from feedback.settings import Settings
from feedback.store import Store, read
from feedback.store import campaigns as store_campaigns
from feedback.store.campaigns import Campaign
from feedback.track.share import Adjusted, Share, share_of
from feedback.track.windows import back, midnight, period


@dataclass(frozen=True)
class ReportData:
    """What the report shows: records of the period, overall share, keywords, leads, what was left out.

    `records` counts all stored; `overall` counts judged records without copies, `corrected` takes the judges' own
    errors (`rates`, by judge) out of it. `campaigns` are groups of copies, the largest first.
    """

    products: tuple[str, ...]
    frame: pd.DataFrame
    records: int
    overall: Share
    corrected: Adjusted | None
    rates: Mapping[str, Rates | None]
    track: pipeline.TrackResult | None
    leads: tuple[Lead, ...]
    aside: Mapping[str, int]
    campaigns: tuple[Campaign, ...]
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
    rates = pipeline.judge_rates(store, settings)
    by_judge = {
        str(name): (int((part == "negative").sum()), len(part)) for name, part in voices.groupby("judge")["polarity"]
    }
    return ReportData(
        products=products,
        frame=frame,
        records=records,
        overall=share_of(int((voices["polarity"] == "negative").sum()), len(voices), settings.track.confidence),
        corrected=pipeline.correct(by_judge, rates, settings.track.confidence),
        rates=rates,
        track=_report_track(store, settings, frame, since, until, now),
        leads=tuple(pipeline.leads(store)),
        aside=read.aside(store),
        campaigns=tuple(store_campaigns.load(store, since=since, until=until)),
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
    # Whole days, so that the page is the same at any hour of the day; a mistaken date in the future moves nothing.
    end = until or midnight(min(now.astimezone(settings.zone), last), settings.zone) + timedelta(days=1)
    begin = midnight(first, settings.zone)
    days = (end - begin).days
    step = settings.track.step if days <= 31 else "7d" if days <= 500 else "28d"
    chosen = settings.model_copy(update={"track": settings.track.model_copy(update={"step": step})})
    if since is None:
        # Steps that end where the window ends: the last one is as long as the others.
        length = period(step, "step")
        begin = back(end, -(-(end - begin) // length) * length, settings.zone)
    return pipeline.track(store, chosen, end=end, now=now, since=since or begin, dry_run=True)
