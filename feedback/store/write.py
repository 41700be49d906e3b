"""Feedback rows into the store: known ids, inserts, repeats, marks of copies, and the book of what was taken in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from feedback.store.connection import Store


@dataclass(frozen=True)
class IngestRow:
    """One line of the table `ingests`."""

    file: str
    sheet: str | None
    kind: str
    product: str
    encoding: str | None
    read: int
    stored: int
    known: int
    duplicates: int
    near_duplicates: int
    quarantined: int
    finished_at: datetime


def author_salt(store: Store) -> bytes:
    """The key under which authors are hashed: made once per store, so that a person hashes alike in every run."""
    found = store.rows("SELECT value FROM keys WHERE name = 'author_salt'")
    if found:
        return bytes(found[0][0])
    salt = secrets.token_bytes(32)
    with store.write() as connection:
        connection.execute("INSERT INTO keys VALUES ('author_salt', ?)", [salt])
    return salt


def known_ids(store: Store, ids: Sequence[str]) -> set[str]:
    """Those of `ids` that the store already has."""
    if not ids:
        return set()
    found = store.rows("SELECT id FROM feedback WHERE id IN (SELECT unnest(?::VARCHAR[]))", [list(ids)])
    return {row[0] for row in found}


@contextmanager
def modest(store: Store, limit: str = "500MB") -> Iterator[None]:
    """Bound what the database holds in memory while many rows go in; it spills to disk beside the store."""
    store.connection.execute(f"SET memory_limit = '{limit}'")
    try:
        yield
    finally:
        store.connection.execute("RESET memory_limit")


def insert_feedback(store: Store, new: pd.DataFrame, repeats: pd.DataFrame, known: pd.DataFrame | None = None) -> int:
    """One batch, one transaction: `new` records (FEEDBACK_COLUMNS) and the places of `repeats` (id, file, sheet, row).

    A place already noted is not noted again, so that a run repeated after a kill leaves no trace of its own. Records
    `known` (id, engagement) take the larger count, whichever export comes first; the number of those changed is
    returned.
    """
    with store.write() as connection:
        counted = None if known is None else known.loc[known["engagement"].notna(), ["id", "engagement"]]
        refreshed = 0
        if counted is not None and len(counted):
            connection.register("incoming", counted)
            row = connection.execute(
                """
                UPDATE feedback SET engagement = i.engagement FROM incoming i
                WHERE feedback.id = i.id AND (feedback.engagement IS NULL OR feedback.engagement < i.engagement)
                """
            ).fetchone()
            refreshed = int(row[0]) if row else 0
            connection.unregister("incoming")
        if len(new):
            connection.register("incoming", new)
            connection.execute("INSERT INTO feedback BY NAME SELECT * FROM incoming")
            connection.unregister("incoming")
        if len(repeats):
            connection.register("incoming", repeats[["id", "file", "sheet", "row"]])
            connection.execute(
                """
                INSERT INTO duplicates SELECT i.id, i.file, i.sheet, i."row" FROM incoming i WHERE NOT EXISTS (
                    SELECT 1 FROM duplicates d
                    WHERE d.id = i.id AND d.file = i.file AND d.sheet IS NOT DISTINCT FROM i.sheet
                        AND d."row" = i."row")
                """
            )
            connection.unregister("incoming")
        return refreshed


class Comparable:
    """What finding copies needs of one product's records, read from the store piece by piece."""

    def __init__(self, store: Store, product: str, progress: Callable[[int, int], None] | None = None) -> None:
        self._store, self._product, self._progress = store, product, progress

    def blocks(self) -> Iterator[pd.DataFrame]:
        """All records that have a text, some thousand at a time: id, kind, author, text, created_at.

        `progress` is called with (records done, of) after each.
        """
        chosen = "FROM feedback WHERE product = ? AND text <> ''"
        ((total,),) = self._store.rows(f"SELECT count(*) {chosen}", [self._product])
        done = 0
        for block in self._store.frames(f"SELECT id, kind, author, text, created_at {chosen}", [self._product]):
            yield block
            done += len(block)
            if self._progress is not None:
                self._progress(done, total)

    def texts(self, ids: Sequence[str]) -> dict[str, str]:
        """The texts of some records, by id."""
        sql = "SELECT id, text FROM feedback WHERE id IN (SELECT unnest(?::VARCHAR[]))"
        return dict(self._store.rows(sql, [list(ids)])) if ids else {}

    def voices(self, ids: Sequence[str]) -> pd.DataFrame:
        """Columns author, created_at of some records."""
        return self._store.frame(
            "SELECT author, created_at FROM feedback WHERE id IN (SELECT unnest(?::VARCHAR[])) ORDER BY id", [list(ids)]
        )


def mark_copies(store: Store, product: str, marks: pd.DataFrame) -> None:
    """Replace the marks of one product by `marks` (id, near_duplicate_of, duplicate_reason); one transaction."""
    with store.write() as connection:
        connection.register("marks", marks.astype(object))
        connection.execute(
            """
            UPDATE feedback SET near_duplicate_of = NULL, duplicate_reason = NULL
            WHERE product = ? AND near_duplicate_of IS NOT NULL AND id NOT IN (SELECT id FROM marks)
            """,
            [product],
        )
        connection.execute(
            """
            UPDATE feedback SET near_duplicate_of = m.near_duplicate_of, duplicate_reason = m.duplicate_reason
            FROM marks m WHERE feedback.id = m.id AND (feedback.near_duplicate_of IS DISTINCT FROM m.near_duplicate_of
                OR feedback.duplicate_reason IS DISTINCT FROM m.duplicate_reason)
            """
        )
        connection.unregister("marks")


def record_ingests(store: Store, rows: Iterable[IngestRow]) -> None:
    """Note what a finished run took in."""
    with store.write() as connection:
        for row in rows:
            connection.execute(
                "INSERT INTO ingests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [row.file, row.sheet, row.kind, row.product, row.encoding, row.read, row.stored, row.known,
                 row.duplicates, row.near_duplicates, row.quarantined, row.finished_at],
            )  # fmt: skip
