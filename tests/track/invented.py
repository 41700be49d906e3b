"""Invented records for the tests of the track room, as frames and as a store."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from feedback.records import FEEDBACK_COLUMNS
from feedback.store import Store

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def record(number: int, when: datetime | None, polarity: str = "neutral", **fields: Any) -> dict[str, Any]:
    """One judged record; `fields` stand over the defaults."""
    row: dict[str, Any] = dict.fromkeys(FEEDBACK_COLUMNS)
    row.update(
        id=f"r{number:06}", kind="social", channel="weibo", product="青舟",
        text=f"青舟用着还行 {number}", created_at=when,
        author=f"a{number}", file="invented.csv", row=number + 2, language="zh", engagement=0, polarity=polarity,
        negative=0.0, mixed=0.0, neutral=0.0, positive=0.0, codes=[], families=[], stage=None, judge="test",
    )  # fmt: skip
    row[polarity] = 1.0
    row.update(fields)
    return row


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The rows as store.read.judged would hand them out."""
    table = pd.DataFrame(rows)
    table["created_at"] = pd.to_datetime(table["created_at"], utc=True)
    for name in ("near_duplicate_of", "duplicate_reason", "author"):
        table[name] = table[name].astype(object).where(table[name].notna(), None)
    table["engagement"] = table["engagement"].astype("Int64")
    return table


def days(first: str, counts: list[tuple[int, int]], start: int = 0, **fields: Any) -> list[dict[str, Any]]:
    """For each day from `first` the records of (n, negative), spread over the day, the negative ones among them."""
    rows: list[dict[str, Any]] = []
    for day, (n, negative) in enumerate(counts):
        for i in range(n):
            when = at(first) + timedelta(days=day, seconds=int((i + 0.5) * 86_400 / n))
            bad = (i + 1) * negative // n > i * negative // n
            rows.append(record(start + len(rows), when, "negative" if bad else "neutral", **fields))
    return rows


def fill(path: Path, rows: list[dict[str, Any]], repeats: dict[str, int] | None = None) -> Path:
    """A store with these judged records."""
    with Store(path) as store, store.write() as connection:
        for row in rows:
            marks = ", ".join("?" * len(FEEDBACK_COLUMNS))
            connection.execute(f"INSERT INTO feedback VALUES ({marks})", [row[name] for name in FEEDBACK_COLUMNS])
            connection.execute(
                "INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '{}', 'test', now())",
                [
                    row[n]
                    for n in (
                        "id",
                        "polarity",
                        "negative",
                        "mixed",
                        "neutral",
                        "positive",
                        "codes",
                        "families",
                        "stage",
                    )
                ],
            )
        for id_, count in (repeats or {}).items():
            for i in range(count):
                connection.execute("INSERT INTO duplicates VALUES (?, 'invented.csv', NULL, ?)", [id_, 10_000 + i])
    return path
