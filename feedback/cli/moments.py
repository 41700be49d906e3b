"""Moments on the command line: ISO 8601, or a bare date."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from feedback.errors import UsageError


def begin(text: str | None, zone: ZoneInfo, option: str) -> datetime | None:
    """`text` as a moment; a bare date is its first instant in `zone`. None stays None."""
    if text is None:
        return None
    parsed = _parse(text, option)
    if not isinstance(parsed, datetime):
        return datetime.combine(parsed, time(), zone)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)


def end(text: str | None, zone: ZoneInfo, option: str) -> datetime | None:
    """`text` as an exclusive end; a bare date counts whole, to the next midnight in `zone`. None stays None."""
    if text is None:
        return None
    parsed = _parse(text, option)
    if not isinstance(parsed, datetime):
        return datetime.combine(parsed + timedelta(days=1), time(), zone)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)


def as_of(text: str | None, zone: ZoneInfo) -> datetime:
    """The present, or the moment that stands in for it; a bare date is its last second."""
    if text is None:
        return datetime.now(zone).replace(microsecond=0)
    parsed = _parse(text, "--as-of")
    if not isinstance(parsed, datetime):
        return datetime.combine(parsed, time(23, 59, 59), zone)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)


def _parse(text: str, option: str) -> date:
    """A date, or a datetime when a time is given."""
    plain = text.strip()
    try:
        return date.fromisoformat(plain)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(plain)
    except ValueError:
        hint = "ISO 8601: 2026-11-21 or 2026-11-21T18:30+08:00"
        raise UsageError(f"{option}: {text!r} is not a date", hint=hint) from None
