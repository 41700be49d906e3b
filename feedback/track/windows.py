"""Periods and the windows of a series, right at midnight in the zone of the settings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from feedback.errors import UsageError

_DAY = timedelta(days=1)
_LONGEST = timedelta(days=36_500)
_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": _DAY, "w": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True)
class Window:
    """[start, end); `complete` is False when the data could not yet reach its end."""

    start: datetime
    end: datetime
    complete: bool = True


def period(text: str, name: str = "period") -> timedelta:
    """`7d`, `24h`, `4w`, `15min` as a time span; UsageError names `name` otherwise."""
    found = re.fullmatch(r"\s*(\d{1,5})\s*(min|[hdw])\s*", text.lower())
    if not found or int(found[1]) == 0:
        raise UsageError(f"{name}: {text!r} is not a period", hint="a number with h, d or w, such as 24h, 7d or 4w")
    span = int(found[1]) * _UNITS[found[2]]
    if span > _LONGEST:
        raise UsageError(f"{name}: {text!r} is too long", hint=f"at most {_LONGEST.days} days")
    return span


def back(moment: datetime, span: timedelta, zone: ZoneInfo) -> datetime:
    """`span` before `moment`: whole days go by the calendar of `zone`, so that a change of clocks moves no midnight."""
    if span % _DAY:
        return moment.astimezone(UTC) - span
    # Arithmetic on a zoned time keeps the wall clock.
    return moment.astimezone(zone) - span


def midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    """The midnight that begins the day of `moment` in `zone`."""
    return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def tiles(since: datetime | None, end: datetime, step: timedelta, zone: ZoneInfo, *, count: int = 0) -> list[Window]:
    """Windows of length `step` side by side up to `end`; the last is cut at `end` and marked when it is incomplete.

    From `since` forwards; without `since` the last `count` windows, which run from midnight to midnight when the step
    is of whole days.
    """
    whole_days = not step % _DAY
    if since is None:
        last = midnight(end, zone)
        ceiling = end.astimezone(zone) if not whole_days or last == end else last + _DAY
        edges = [ceiling]
        for _ in range(count):
            edges.append(back(edges[-1], step, zone))
        edges.reverse()
    else:
        edges = [since.astimezone(zone)]
        while edges[-1].astimezone(UTC) < end.astimezone(UTC):
            edges.append(back(edges[-1], -step, zone))
    return [
        Window(
            a.astimezone(zone),
            min(b.astimezone(UTC), end.astimezone(UTC)).astimezone(zone),
            b.astimezone(UTC) <= end.astimezone(UTC),
        )
        for a, b in pairwise(edges)
    ]
