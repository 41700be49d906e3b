"""Watches keywords: from judged records to share, state, series and rise per keyword."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from feedback.errors import UsageError
from feedback.settings import TrackSettings
from feedback.track.alarm import HOURS, Alarm, AlarmRule, rings
from feedback.track.change import Rise, last_rise
from feedback.track.keywords import Keyword, Matcher
from feedback.track.mentions import Mentions, collect
from feedback.track.share import BREACH, WATCH, Adjusted, Share, share_of, shares, state_of, survivors
from feedback.track.windows import Window, back, midnight, period, tiles

#: Windows before the present one that the series shows when no beginning is asked for.
_SERIES_WINDOWS = 12
#: History that the search for a change point looks at.
_HISTORY = timedelta(days=730)
_MOST_POINTS = 20_000
_HOUR = 3_600_000_000_000


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Copies that do not count: exact ones (and the same author saying the same again), and near ones."""

    duplicates: int
    near_duplicates: int


@dataclass(frozen=True, slots=True)
class Point:
    """One window of the series; its state is that of its own interval, without the control over keywords."""

    window: Window
    share: Share
    state: str


@dataclass(frozen=True)
class Watched:
    """A keyword at the end of its window. `product` is the one most of its records belong to.

    `by_engagement` weighs each record by 1 + engagement; `adjusted` corrects the share for the judge's errors;
    `last_mention` tells where the data end; `last_window` is the share of the stretch before the window.
    """

    keyword: str
    product: str
    products: Mapping[str, int]
    window: Window
    share: Share
    state: str
    by_engagement: float | None
    adjusted: Adjusted | None
    rise: Rise | None
    alarm: Alarm | None
    left_out: LeftOut
    series: tuple[Point, ...]
    last_mention: datetime | None
    mentions: Mentions


@dataclass(frozen=True)
class Tracked:
    """All keywords watched, with the settings in force."""

    threshold: float
    false_discovery_rate: float
    end: datetime
    keywords: tuple[Watched, ...]

    @property
    def breach(self) -> bool:
        """Is any keyword in breach?"""
        return any(watched.state == "breach" for watched in self.keywords)


#: Judge → (negative, n) of what it read; the share with the judges' own errors taken out, where that is known.
Correct = Callable[[Mapping[str, tuple[int, int]]], Adjusted | None]


def watch(
    frame: pd.DataFrame,
    keywords: Sequence[Keyword],
    settings: TrackSettings,
    *,
    end: datetime,
    zone: ZoneInfo,
    since: datetime | None = None,
    repeats: Mapping[str, int] | None = None,
    correct: Correct | None = None,
    only_mentioned: bool = False,
    start: datetime | None = None,
) -> Tracked:
    """Each keyword's share in the window that ends at `end` (exclusive), its state, series and rise.

    `frame`: columns of store.read.judged, any order; records at or after `end` or without a time do not count. The
    window begins at `start`, else one window's length before `end` and no earlier than `since`; the series runs from
    `since`, else over the last twelve windows. `correct` takes the judges' errors out of a share. With
    `only_mentioned` keywords that no record mentions are passed over unless nothing is left. Raises UsageError for a
    bad period.
    """
    timed = np.flatnonzero(frame["created_at"].notna() & (frame["created_at"] < end))
    found = [timed[rows].tolist() for rows in Matcher(keywords).find_all(frame["text"].iloc[timed])]
    if only_mentioned and any(found):
        pairs = [(keyword, rows) for keyword, rows in zip(keywords, found, strict=True) if rows]
    else:
        pairs = list(zip(keywords, found, strict=True))
    collected = [collect(frame, rows, repeats or {}) for _, rows in pairs]
    given, start = start, start or back(end, period(settings.window, "--window"), zone)
    if given is None and since is not None and since.astimezone(UTC) > start.astimezone(UTC):
        start = since
    window = Window(start.astimezone(zone), end.astimezone(zone))
    counted = [_count(mentions, window, settings.confidence) for mentions in collected]
    passed = survivors(counted, settings.threshold, settings.false_discovery_rate)
    watched = []
    alarms = standing_alarms(collected, AlarmRule(settings.threshold, settings.alarm_years), window, zone)
    for (keyword, _), mentions, share, survives, alarm in zip(pairs, collected, counted, passed, alarms, strict=True):
        inside = _inside(mentions.times, window)
        weight = mentions.weight[inside]
        watched.append(
            Watched(
                keyword=keyword.name,
                product=next(iter(mentions.products), ""),
                products=mentions.products,
                window=window,
                share=share,
                state=state_of(share, settings.threshold, survives=survives),
                by_engagement=float((weight * mentions.negative[inside]).sum() / weight.sum()) if share.n else None,
                adjusted=correct(_by_judge(mentions, inside)) if correct else None,
                rise=_rise(mentions, share, settings.threshold, end, zone),
                alarm=alarm,
                left_out=LeftOut(_size(mentions.duplicates, window), _size(mentions.near_duplicates, window)),
                series=_series(mentions, settings, since, end, zone),
                last_mention=_last(mentions, zone),
                mentions=mentions,
            )
        )
    return Tracked(settings.threshold, settings.false_discovery_rate, end, tuple(watched))


def standing_alarms(
    collected: Sequence[Mentions], rule: AlarmRule, window: Window, zone: ZoneInfo
) -> list[Alarm | None]:
    """For each keyword the first alarm that rang within `window`, if any.

    The streams begin one baseline before the window's start, and a month more, in whole days of `zone`; the hours of
    the last day after the window's end are empty.
    """
    today = midnight(window.end, zone)
    last = ns(today if today == window.end else back(today, -timedelta(days=1), zone))
    days = rule.baseline + 31 + max(1, round((window.end - window.start) / timedelta(days=1)))
    hours = days * HOURS
    first = last - hours * _HOUR
    n = np.zeros((len(collected), hours), dtype=np.int64)
    negative = np.zeros_like(n)
    for row, mentions in enumerate(collected):
        begin, stop = np.searchsorted(mentions.times, [first, ns(window.end)])
        at = (mentions.times[begin:stop] - first) // _HOUR
        n[row] = np.bincount(at, minlength=hours)
        negative[row] = np.bincount(at, weights=mentions.negative[begin:stop], minlength=hours).astype(np.int64)
    found: list[Alarm | None] = [None] * len(collected)
    rang = rings(n, negative, rule)
    for i in range(len(rang.stream)):
        # Rings that follow the first belong to the same rise.
        if first + int(rang.hour[i]) * _HOUR >= ns(window.start) and found[int(rang.stream[i])] is None:
            found[int(rang.stream[i])] = Alarm(
                rang=_day(first + int(rang.hour[i]) * _HOUR, zone),
                since=_day(first + int(rang.start[i]) * _HOUR, zone),
                reference=float(rang.reference[i]),
                evidence=float(rang.evidence[i]),
                limit=rule.limit,
            )
    return found


def _day(nanosecond: int, zone: ZoneInfo) -> date:
    return pd.Timestamp(nanosecond, tz="UTC").tz_convert(zone).date()


def ns(moment: datetime) -> int:
    """A zoned time as nanoseconds since 1970, UTC."""
    return int((moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)) * 1000


def _inside(times: npt.NDArray[np.int64], window: Window) -> slice:
    return slice(int(np.searchsorted(times, ns(window.start))), int(np.searchsorted(times, ns(window.end))))


def _size(times: npt.NDArray[np.int64], window: Window) -> int:
    return len(times[_inside(times, window)])


def _count(mentions: Mentions, window: Window, confidence: float) -> Share:
    inside = _inside(mentions.times, window)
    return share_of(int(mentions.negative[inside].sum()), len(mentions.times[inside]), confidence)


def _by_judge(mentions: Mentions, inside: slice) -> dict[str, tuple[int, int]]:
    judges, negative = mentions.judges[inside], mentions.negative[inside]
    return {str(name): (int(negative[judges == name].sum()), int((judges == name).sum())) for name in np.unique(judges)}


def _series(
    mentions: Mentions, settings: TrackSettings, since: datetime | None, end: datetime, zone: ZoneInfo
) -> tuple[Point, ...]:
    step = period(settings.step, "--step")
    count = 1
    if since is None and len(mentions.times):
        # Nothing is to be seen before the first mention; one more, for steps that end at midnight after `end`.
        history = timedelta(microseconds=(ns(end) - int(mentions.times[0])) / 1000)
        count = min(-(-_SERIES_WINDOWS * period(settings.window, "--window") // step), -(-history // step) + 1)
    if (end - since) / step > _MOST_POINTS if since is not None else count > _MOST_POINTS:
        raise UsageError(
            f"--step {settings.step}: more than {_MOST_POINTS:,} points", hint="a longer --step, a later --since"
        )
    windows = tiles(since, end, step, zone, count=max(1, count))
    if since is None and len(mentions.times):
        windows = [w for w in windows if ns(w.end) > mentions.times[0]] or windows[-1:]
    edges = np.searchsorted(mentions.times, [ns(w.start) for w in windows] + [ns(windows[-1].end)] if windows else [])
    totals = np.concatenate([[0], np.cumsum(mentions.negative)])
    found = shares(np.diff(totals[edges]), np.diff(edges), settings.confidence) if windows else []
    return tuple(Point(w, s, state_of(s, settings.threshold)) for w, s in zip(windows, found, strict=True))


def _rise(mentions: Mentions, share: Share, threshold: float, end: datetime, zone: ZoneInfo) -> Rise | None:
    if state_of(share, threshold) not in (BREACH, WATCH):
        return None
    days, negative, n = daily(mentions, end - _HISTORY, end, zone)
    return last_rise(days, negative, n, threshold)


def daily(
    mentions: Mentions, start: datetime, end: datetime, zone: ZoneInfo
) -> tuple[list[date], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Days of `zone` that have mentions in [start, end), with negative and all counts."""
    inside = _inside(mentions.times, Window(start, end))
    local = pd.to_datetime(mentions.times[inside], utc=True).tz_convert(zone)
    table = pd.DataFrame({"day": local.date, "negative": mentions.negative[inside], "n": 1}).groupby("day").sum()
    return list(table.index), table["negative"].to_numpy(dtype=np.int64), table["n"].to_numpy(dtype=np.int64)


def _last(mentions: Mentions, zone: ZoneInfo) -> datetime | None:
    if not len(mentions.times):
        return None
    return pd.Timestamp(int(mentions.times[-1]), tz="UTC").tz_convert(zone).to_pydatetime()
