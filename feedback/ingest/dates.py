"""Times as exports write them, into UTC; None where a time cannot be known, never a silent guess."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_YMD: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*[日号]?")
_COMPACT: Final = re.compile(
    r"(?<!\d)((?:19|20)\d{2})(0[1-9]|1[0-2])([0-2]\d|3[01])(?:[ T_-]?([0-2]\d)([0-5]\d)([0-5]\d)?)?(?!\d)"
)
_SHORT: Final = re.compile(r"(?<![\d.])(\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})(?![\d])日?")
_DMY: Final = re.compile(r"(?<!\d)(\d{1,2})([-/.])(\d{1,2})\2((?:19|20)\d{2})(?!\d)")
_MONTHS: Final = {
    name: i
    for i, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_MONTH: Final = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_MDY_WORDS: Final = re.compile(
    _MONTH + r"\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(?:\d{1,2}:\d{2}(?::\d{2})?\s+(?:[+-]\d{4}\s+)?)?((?:19|20)\d{2})", re.I
)
_DMY_WORDS: Final = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[\s-]+" + _MONTH + r",?[\s-]+((?:19|20)\d{2})", re.I)
_MD_CJK: Final = re.compile(r"(?<![\d年])(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?")
_MD: Final = re.compile(r"^\D{0,8}?(\d{1,2})[-/](\d{1,2})(?![-/.\d])")
_TIME: Final = re.compile(
    r"(凌晨|早上|上午|中午|下午|晚上|[ap]\.?m\.?)?\s*(?<!\d)(\d{1,2})\s*[:：时点]\s*(\d{1,2})(?:\s*[:：分]\s*(\d{1,2}))?(?:\.\d+)?\s*秒?分?\s*(am|pm|a\.m\.|p\.m\.)?",
    re.I,
)
_ZONE: Final = re.compile(r"(?:\d|\s)(Z|UTC|GMT|[+-]\d{2}:?\d{2})(?:\s|$|\s+(?:19|20)\d{2})")
_AGO: Final = re.compile(
    r"(\d+|半|[一二两三四五六七八九十几]|an?)\s*(?:个)?\s*(秒|分钟|分|小时|钟头|天|日|周|星期|月|年|seconds?|minutes?|mins?|hours?|days?|weeks?|months?|years?)(?:钟)?\s*(?:之?前|ago)",
    re.I,
)
_DAYS: Final = {
    "今天": 0,
    "今日": 0,
    "today": 0,
    "昨天": 1,
    "昨日": 1,
    "yesterday": 1,
    "前天": 2,
    "前日": 2,
    "大前天": 3,
}
_NUMBERS: Final = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2, "a": 1, "an": 1}
_UNIT_SECONDS: Final = (
    ("秒", 1), ("sec", 1), ("分", 60), ("min", 60), ("小时", 3600), ("钟头", 3600), ("hour", 3600), 
    ("天", 86400), ("日", 86400),     ("day", 86400), ("周", 604800), ("星期", 604800), ("week", 604800),
    ("month", 2592000), ("月", 2592000), ("year", 31536000), ("年", 31536000),
)  # fmt: skip
_FILE_DATE: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})(?:(\d{2})(\d{2})|[-_. 年](\d{1,2})[-_. 月](\d{1,2}))(?!\d)日?")
_EARLIEST: Final = 1990


@dataclass(frozen=True)
class Reading:
    """How the times of one column are read. `as_of` is what relative times and dates without a year count from."""

    zone: ZoneInfo
    as_of: datetime
    month_first: bool = True


@dataclass(frozen=True)
class Moment:
    """A time and how it was found: "full", "relative" (5小时前), "yearless" (9月4日), "serial" (a bare number)."""

    at: datetime
    how: str = "full"


def parse(value: object, reading: Reading) -> Moment | None:
    """The moment that a cell names, in UTC; None when it names none or one that cannot be."""
    if isinstance(value, datetime):
        at = value if value.tzinfo else value.replace(tzinfo=reading.zone)
        return _checked(at, reading)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(float(value), reading) if 0 <= value < 1e17 else None
    text = str(value).strip()
    if not text or len(text) > 80:
        return None
    return _text(text, reading)


@lru_cache(maxsize=20_000)
def _text(text: str, reading: Reading) -> Moment | None:
    if text[:4].isdigit() and len(text) >= 10:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            if not text.isdigit() or len(text) == 14:
                return _checked(at if at.tzinfo else at.replace(tzinfo=reading.zone), reading)
    text = unicodedata.normalize("NFKC", text)
    if re.fullmatch(r"\d{4,17}(?:\.\d+)?", text):
        if not ((match := _COMPACT.fullmatch(text)) and len(text) in (8, 12, 14)):
            return _number(float(text), reading)
        return _build(reading, "full", int(match[1]), int(match[2]), int(match[3]), text, match.span())
    if match := _YMD.search(text) or _COMPACT.search(text):
        return _build(reading, "full", int(match[1]), int(match[2]), int(match[3]), text, match.span())
    if match := _MDY_WORDS.search(text):
        return _build(reading, "full", int(match[3]), _MONTHS[match[1].lower()], int(match[2]), text, (0, 0))
    if match := _DMY_WORDS.search(text):
        return _build(reading, "full", int(match[3]), _MONTHS[match[2].lower()], int(match[1]), text, match.span())
    if match := _DMY.search(text):
        first, second = int(match[1]), int(match[3])
        month, day = (first, second) if (reading.month_first and first <= 12) or second > 12 else (second, first)
        return _build(reading, "full", int(match[4]), month, day, text, match.span())
    return _relative(text, reading) or _partial(text, reading)


def _relative(text: str, reading: Reading) -> Moment | None:
    lower = text.lower()
    if "刚刚" in text or lower in ("just now", "now"):
        return _checked(reading.as_of, reading, "relative")
    if match := _AGO.search(lower):
        unit = next(seconds for name, seconds in _UNIT_SECONDS if match[2].startswith(name))
        if match[1] == "几":
            return None
        number = 0.5 if match[1] == "半" else float(_NUMBERS.get(match[1], 0) or match[1])
        try:
            return _checked(reading.as_of - timedelta(seconds=number * unit), reading, "relative")
        except OverflowError:
            return None
    for word in sorted(_DAYS, key=len, reverse=True):
        if word in lower:
            day = reading.as_of.astimezone(reading.zone) - timedelta(days=_DAYS[word])
            return _build(reading, "relative", day.year, day.month, day.day, text, (0, 0))
    return None


def _partial(text: str, reading: Reading) -> Moment | None:
    """Two-digit years, and dates without a year: those take the latest year not after the day of `as_of`."""
    if (match := _SHORT.search(text)) and 1 <= int(match[2]) <= 12 and 1 <= int(match[3]) <= 31:
        return _build(reading, "full", 2000 + int(match[1]), int(match[2]), int(match[3]), text, match.span())
    if match := (_MD_CJK.search(text) or _MD.search(text)):
        month, day = int(match[1]), int(match[2])
        local = reading.as_of.astimezone(reading.zone)
        midnight = local.replace(hour=23, minute=59, second=59)
        for year in range(local.year, local.year - 9, -1):  # back to the last leap year for 02-29
            moment = _build(reading, "yearless", year, month, day, text, match.span())
            if moment is not None and moment.at <= midnight:
                return moment
    return None


def _build(
    reading: Reading, how: str, year: int, month: int, day: int, text: str, span: tuple[int, int]
) -> Moment | None:
    rest = text[span[1] :] if span[1] else text
    hour = minute = second = 0
    compact = _COMPACT.search(text[span[0] :]) if span[1] else None
    if compact and compact[4]:
        hour, minute, second = int(compact[4]), int(compact[5]), int(compact[6] or 0)
    elif match := (_TIME.search(rest) or (_TIME.search(text[: span[0]]) if span[0] > 3 else None)):
        hour, minute, second = int(match[2]), int(match[3]), int(match[4] or 0)
        half = (match[1] or match[5] or "").lower().replace(".", "")
        if half in ("下午", "晚上", "pm") and hour < 12:
            hour += 12
        elif half in ("am", "凌晨", "上午") and hour == 12:
            hour = 0
        elif half == "中午" and hour < 3:
            hour += 12
    extra = timedelta(days=1) if hour == 24 and minute == 0 else timedelta()
    zone_text = _ZONE.search(rest + " ") if _TIME.search(rest) else None
    try:
        at = datetime(year, month, day, hour % 24 if extra else hour, minute, second, tzinfo=reading.zone) + extra
    except ValueError:
        return None
    if zone_text:
        at = at.replace(tzinfo=_offset(zone_text[1]))
    return _checked(at, reading, how)


def _offset(text: str) -> tzinfo | None:
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    return datetime.strptime(text.replace(":", ""), "%z").tzinfo


def _number(value: float, reading: Reading) -> Moment | None:
    """Epoch seconds, milliseconds or microseconds, an Excel serial, or digits run together (20190930)."""
    for low, high, scale in ((6e8, 4e9, 1.0), (6e11, 4e12, 1e3), (6e14, 4e15, 1e6)):
        if low <= value < high:
            return _checked(datetime.fromtimestamp(value / scale, UTC), reading, "serial")
    if 32_000 <= value < 62_000:  # Excel: days since 1899-12-30, 1987 to 2069
        at = datetime(1899, 12, 30, tzinfo=reading.zone) + timedelta(days=int(value))
        return _checked(at + timedelta(seconds=round((value % 1) * 86400)), reading, "serial")
    if value == int(value) and 19_900_101 <= value <= 20_991_231:
        match = _COMPACT.fullmatch(str(int(value)))
        if match:
            return _build(reading, "full", int(match[1]), int(match[2]), int(match[3]), match[0], match.span())
    return None


def _checked(at: datetime, reading: Reading, how: str = "full") -> Moment | None:
    try:
        # Whole seconds: a workbook's 08:30 may come as 08:29:59.999999.
        at = (at.astimezone(UTC) + timedelta(milliseconds=1)).replace(microsecond=0)
    except (OverflowError, ValueError):
        return None
    return Moment(at, how) if _EARLIEST <= at.year <= 2100 else None


def month_first(values: list[object]) -> tuple[bool, bool]:
    """(month stands first, evidence was found) for dates such as 03/04/2022, from a sample of the column."""
    first_big = second_big = ambiguous = 0
    for value in values:
        if isinstance(value, str) and (match := _DMY.search(value)):
            first_big += int(match[1]) > 12
            second_big += int(match[3]) > 12
            ambiguous += 1
    return second_big >= first_big, bool(first_big or second_big or not ambiguous)


def in_name(name: str, zone: ZoneInfo) -> datetime | None:
    """The last date that stands in a file's name, as midnight there; None without one."""
    for match in reversed(list(_FILE_DATE.finditer(name))):
        try:
            return datetime(int(match[1]), int(match[2] or match[4]), int(match[3] or match[5]), tzinfo=zone)
        except ValueError:
            continue
    return None
