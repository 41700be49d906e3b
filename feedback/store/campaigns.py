"""Groups of copies found by ingest: many records of one text, by how many accounts, within how few hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from feedback.store.connection import Store


@dataclass(frozen=True, slots=True)
class Campaign:
    """One group: the earliest record (`near_duplicate_of`) with its text and place, and the size of the group.

    `hours` spans the middle half of its times; `polarity` is the verdict on the earliest record, where there is one.
    """

    product: str
    near_duplicate_of: str
    text: str
    records: int
    accounts: int
    first: datetime | None
    last: datetime | None
    hours: float | None
    polarity: str | None
    file: str
    sheet: str | None
    row: int | None


def save(store: Store, product: str, groups: pd.DataFrame, at: datetime) -> None:
    """Replace the groups of one product (columns of ingest's `campaigns`) by those found now."""
    with store.write() as connection:
        connection.execute("DELETE FROM campaigns WHERE product = ?", [product])
        for row in groups.to_dict("records"):
            first, last, hours = (None if pd.isna(row[name]) else row[name] for name in ("first", "last", "hours"))
            connection.execute(
                "INSERT INTO campaigns VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [product, row["near_duplicate_of"], int(row["records"]), int(row["accounts"]), first, last, hours, at],
            )


def load(store: Store, *, since: datetime | None = None, until: datetime | None = None) -> list[Campaign]:
    """The groups that reach into [since, until), the largest first, ties by id."""
    rows = store.rows(
        """
        SELECT c.product, c.near_duplicate_of, f.text, c.records, c.accounts, c.first_at, c.last_at, c.hours,
               v.polarity, f.file, f.sheet, f."row"
        FROM campaigns c JOIN feedback f ON f.id = c.near_duplicate_of
            LEFT JOIN verdicts v ON v.feedback_id = c.near_duplicate_of
        WHERE (? IS NULL OR c.last_at >= ?) AND (? IS NULL OR c.first_at < ?)
        ORDER BY c.records DESC, c.near_duplicate_of
        """,
        [since, since, until, until],
    )
    return [Campaign(*row) for row in rows]
