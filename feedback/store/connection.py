"""Opening the store: one DuckDB file, migrated, held by one process at a time."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pandas as pd

from feedback.errors import NothingToDo, StoreBusy, StoreDamaged, StoreTooNew
from feedback.store.schema import MIGRATIONS


class Store:
    """An open store. Use as a context manager; `write()` groups changes into one transaction.

    Raises StoreBusy when another process holds the file (with its number where known), StoreTooNew when a newer version
    wrote it, StoreDamaged when it is not a store.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        if not create and not path.is_file():
            raise NothingToDo(f"{path}: no such store", hint="run `feedback ingest` first, or name one with --store")
        if create and not path.parent.is_dir():
            raise StoreDamaged(f"{path}: its folder does not exist", hint="create the folder or name another --store")
        self.path = path
        self.connection = _connect(path)
        try:
            self._migrate()
        except BaseException:
            self.connection.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self.connection.close()

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction: all of it is stored, or nothing."""
        self.connection.begin()
        try:
            yield self.connection
        except BaseException:
            self.connection.rollback()
            raise
        self.connection.commit()

    def frame(self, sql: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """The result of a query as a frame; times come zoned in UTC."""
        with warnings.catch_warnings():
            # duckdb calls a pandas option that pandas 3 deprecates; nothing here can mend that.
            warnings.simplefilter("ignore")
            return self.connection.execute(sql, list(parameters)).df()

    def frames(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[pd.DataFrame]:
        """The result of a query as frames of some thousand rows, read as they are asked for."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, list(parameters))
            while True:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    block = cursor.fetch_df_chunk(2)
                if block.empty:
                    return
                yield block

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The result of a query as tuples."""
        return self.connection.execute(sql, list(parameters)).fetchall()

    def _migrate(self) -> None:
        try:
            self.connection.execute("SET TimeZone = 'UTC'")
            known = {row[0] for row in self.rows("SELECT table_name FROM information_schema.tables")}
            if "migrations" not in known:
                if known:
                    raise StoreDamaged(
                        f"{self.path}: a DuckDB file, but not one of feedback's", hint="name another file with --store"
                    )
                done: list[str] = []
            else:
                done = [row[0] for row in self.rows("SELECT name FROM migrations ORDER BY number")]
        except duckdb.Error as error:
            raise StoreDamaged(f"{self.path}: {_first_line(error)}", hint="restore it from a copy") from None
        ours = [name for name, _ in MIGRATIONS]
        if done != ours[: len(done)]:
            raise StoreTooNew(
                f"{self.path}: the store has {len(done)} migrations, this version knows {len(ours)}",
                hint="upgrade feedback, or name another store with --store",
            )
        if len(done) == len(ours):
            return
        with self.write() as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS migrations"
                " (number INTEGER PRIMARY KEY, name VARCHAR, applied_at TIMESTAMPTZ)"
            )
            for number, (name, sql) in enumerate(MIGRATIONS, 1):
                if number > len(done):
                    connection.execute(sql)
                    connection.execute("INSERT INTO migrations VALUES (?, ?, now())", [number, name])


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(path))
    except duckdb.IOException as error:
        text = str(error)
        if "lock" in text.lower():
            holder = re.search(r"held in (\S+).*?\(PID (\d+)\)", text)
            by = f" by process {holder[2]} ({holder[1]})" if holder else ""
            raise StoreBusy(f"{path}: the store is in use{by}", hint="wait until it ends, then try again") from None
        raise StoreDamaged(f"{path}: {_first_line(error)}", hint="is this a feedback store?") from None
    except duckdb.Error as error:
        raise StoreDamaged(f"{path}: {_first_line(error)}", hint="restore it from a copy") from None


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
