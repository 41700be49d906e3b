"""Frames out of the store, in an order that does not depend on the order of writing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from feedback.store.connection import Store


def unjudged(store: Store, *, since: datetime | None = None, redo: bool = False) -> pd.DataFrame:
    """Records waiting for the judge: columns id, text, context, rating, kind, language; ordered by id.

    With `redo` all records; with `since` only those created at or after it.
    """
    return store.frame(
        """
        SELECT f.id, f.text, f.context, f.rating, f.kind, f.language
        FROM feedback f LEFT JOIN verdicts v ON v.feedback_id = f.id
        WHERE (? OR v.feedback_id IS NULL) AND (? IS NULL OR f.created_at >= ?) AND coalesce(f.language, 'zh') = 'zh'
        ORDER BY f.id
        """,
        [redo, since, since],
    )


def judged(
    store: Store,
    *,
    products: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """Judged records with their verdicts, ordered by id.

    Columns: all of FEEDBACK_COLUMNS, then polarity, negative, mixed, neutral, positive (probabilities), codes, families
    (arrays of names), stage, judge. `since` is inclusive, `until` exclusive; both leave out records without a time.
    """
    return store.frame(
        """
        SELECT f.*, v.polarity, v.negative, v.mixed, v.neutral, v.positive, v.codes, v.families, v.stage, v.judge
        FROM feedback f JOIN verdicts v ON v.feedback_id = f.id
        WHERE (len(?) = 0 OR list_contains(?, f.product))
          AND (? IS NULL OR f.created_at >= ?) AND (? IS NULL OR f.created_at < ?)
        ORDER BY f.id
        """,
        [list(products), list(products), since, since, until, until],
    )


def complaints(
    store: Store,
    *,
    products: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """One row per span of every judged record, ordered by id, start, code.

    Columns: feedback_id, code, span_start, span_end, quote, then of the record: text, kind, channel, product, version,
    created_at, author, rating, engagement, url, file, sheet, row, near_duplicate_of, polarity, stage.
    """
    return store.frame(
        """
        SELECT c.*, f.text, f.kind, f.channel, f.product, f.version, f.created_at, f.author, f.rating, f.engagement,
               f.url, f.file, f.sheet, f."row", f.near_duplicate_of, v.polarity, v.stage
        FROM complaints c JOIN feedback f ON f.id = c.feedback_id JOIN verdicts v ON v.feedback_id = c.feedback_id
        WHERE (len(?) = 0 OR list_contains(?, f.product))
          AND (? IS NULL OR f.created_at >= ?) AND (? IS NULL OR f.created_at < ?)
        ORDER BY c.feedback_id, c.span_start, c.code
        """,
        [list(products), list(products), since, since, until, until],
    )


def judges(store: Store) -> tuple[str, ...]:
    """The names of the judges whose verdicts are in the store, ordered."""
    return tuple(str(row[0]) for row in store.rows("SELECT DISTINCT judge FROM verdicts ORDER BY judge"))


def totals(store: Store) -> tuple[int, tuple[str, ...]]:
    """How many records are stored, and of which products, ordered."""
    records = int(store.rows("SELECT count(*) FROM feedback")[0][0])
    products = tuple(str(row[0]) for row in store.rows("SELECT DISTINCT product FROM feedback ORDER BY product"))
    return records, products


def aside(store: Store) -> dict[str, int]:
    """What no count includes, by reason: duplicates, copies, near, quarantined, language, unjudged, undated.

    A file taken in several times counts its bad rows once, as of the last time.
    """
    row = store.rows(
        """
        SELECT (SELECT count(*) FROM duplicates),
               count(*) FILTER (f.near_duplicate_of IS NOT NULL AND f.duplicate_reason = 'copy'),
               count(*) FILTER (f.near_duplicate_of IS NOT NULL AND f.duplicate_reason IS DISTINCT FROM 'copy'),
               (SELECT coalesce(sum(latest), 0) FROM (SELECT arg_max(quarantined, finished_at) AS latest
                FROM ingests GROUP BY file, sheet, kind, product)),
               count(*) FILTER (coalesce(f.language, 'zh') <> 'zh'),
               count(*) FILTER (coalesce(f.language, 'zh') = 'zh' AND v.feedback_id IS NULL),
               count(*) FILTER (f.created_at IS NULL)
        FROM feedback f LEFT JOIN verdicts v ON v.feedback_id = f.id
        """
    )[0]
    names = ("duplicates", "copies", "near", "quarantined", "language", "unjudged", "undated")
    return dict(zip(names, (int(value) for value in row), strict=True))


def texts(store: Store) -> list[str]:
    """The texts of all records, copies left out, by id."""
    sql = "SELECT text FROM feedback WHERE near_duplicate_of IS NULL ORDER BY id"
    return [str(text) for (text,) in store.rows(sql)]
