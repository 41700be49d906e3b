"""The counts of a run: read = stored + known + duplicates + quarantined, per file and sheet."""

from __future__ import annotations

import csv
import glob
import hashlib
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import pandas as pd

from feedback.ingest.messages import Skipped, say
from feedback.ingest.model import QUARANTINE_COLUMNS, Batch, Quarantined, Table

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
SAMPLE_ROWS: Final = 5


@dataclass
class FileReport:
    """What became of one file or sheet. `sample`: its first rows as understood (FEEDBACK_COLUMNS).

    `refreshed` of the `known` ones have more likes, comments or reposts than were stored; `no_text` of those set aside
    have no text.
    """

    table: Table
    read: int = 0
    stored: int = 0
    known: int = 0
    duplicates: int = 0
    near_duplicates: int = 0
    quarantined: int = 0
    refreshed: int = 0
    no_text: int = 0
    masked: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    sample: pd.DataFrame = field(default_factory=pd.DataFrame)

    def add(self, batch: Batch) -> None:
        """Count what a batch read and set aside."""
        self.read += batch.read
        self.quarantined += len(batch.quarantined)
        self.no_text += sum(row.reason == "no_text" for row in batch.quarantined)
        self.masked += batch.masked
        self.notes += batch.notes
        if len(self.sample) < SAMPLE_ROWS:
            self.sample = pd.concat([self.sample, batch.frame.head(SAMPLE_ROWS - len(self.sample))], ignore_index=True)

    def warning(self, lang: str) -> str | None:
        """What to say when most rows were set aside for want of a text: the column is likely the wrong one."""
        if 2 * self.no_text <= self.read or self.table.layout != "table" or "text" not in self.table.columns:
            return None
        other = self.table.other_text or ("列名" if lang == "zh" else "COLUMN")
        plain = re.fullmatch(r"\w+", other) is not None
        mapping = f"--map text={other if plain else shlex.quote(other)}"
        words = say("mostly_no_text", lang, self.no_text).replace("{read}", str(self.read))
        return words.replace("{column}", self.table.columns["text"]).replace("{map}", mapping)


@dataclass(frozen=True)
class IngestReport:
    """What one run did: its files, what was left out and why, the quarantine file, and the largest groups of
    copies that it made or enlarged."""

    files: tuple[FileReport, ...]
    skipped: tuple[Skipped, ...]
    quarantine: Path | None
    campaigns: pd.DataFrame
    dry_run: bool


class Ledger:
    """Which ids this run has met, and in which file it found them new. Ids are kept as numbers, to save memory."""

    def __init__(self) -> None:
        self._met: dict[int, int] = {}

    def split(self, frame: pd.DataFrame, known: set[str], file: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """(new rows, rows met before in this run, rows known from earlier runs) of one batch of a file."""
        new, again, old = [], [], []
        for place, identifier in enumerate(frame["id"]):
            number = int(identifier, 16)
            if number in self._met:
                again.append(place)
                continue
            self._met[number] = -1 if identifier in known else file
            if identifier in known:
                old.append(place)
            else:
                new.append(place)
        return frame.iloc[new], frame.iloc[again], frame.iloc[old]

    def new_in(self, identifier: str) -> int | None:
        """The number of the file in which this run found an id new; None when it did not."""
        file = self._met.get(int(identifier, 16), -1)
        return None if file < 0 else file

    def unmet(self, frame: pd.DataFrame) -> list[str]:
        """The ids of a batch that this run has not met yet: only these need looking up."""
        return [identifier for identifier in frame["id"] if int(identifier, 16) not in self._met]


class Quarantine:
    """The file of rows set aside, written only when there are any; UTF-8 with BOM, formulas neutralised.

    A row that stands in a quarantine file of an earlier run is not written again: `path` is then the earlier file.
    """

    def __init__(self, folder: Path, stem: str, now: datetime, lang: str) -> None:
        self._folder, self._stem, self._lang = folder, stem, lang
        self._path = folder / f"{stem}.quarantine-{now:%Y%m%d-%H%M%S}.csv"
        self._earlier: dict[bytes, Path] | None = None
        self._fresh = True
        self.path: Path | None = None

    def write(self, rows: tuple[Quarantined, ...]) -> None:
        """Append those of `rows` that no earlier file holds."""
        if not rows:
            return
        if self._earlier is None:
            self._earlier = dict(self._read())
        new = []
        for row in rows:
            cells = [
                neutral(v) for v in (row.file, row.sheet or "", row.row or "", say(row.reason, self._lang), row.raw)
            ]
            if (file := self._earlier.get(_mark(cells))) is None:
                new.append(cells)
            elif self._fresh:
                self.path = file
        if new:
            self._append(new)

    def _append(self, rows: list[list[object]]) -> None:
        while self._fresh and self._path.exists():  # two runs within one second
            self._path = self._path.with_name(self._path.stem + "x.csv")
        with self._path.open(
            "w" if self._fresh else "a", encoding="utf-8-sig" if self._fresh else "utf-8", newline=""
        ) as stream:
            writer = csv.writer(stream)
            if self._fresh:
                writer.writerow(QUARANTINE_COLUMNS)
            writer.writerows(rows)
        self._fresh, self.path = False, self._path

    def _read(self) -> Iterator[tuple[bytes, Path]]:
        """The marks of the rows of earlier files, the oldest first; a file that people broke is passed over."""
        csv.field_size_limit(10_000_000)
        for file in sorted(self._folder.glob(f"{glob.escape(self._stem)}.quarantine-*.csv")):
            try:
                with file.open(encoding="utf-8-sig", newline="") as stream:
                    yield from ((_mark(list(cells)), file) for cells in csv.reader(stream))
            except (OSError, UnicodeError, csv.Error):
                continue


def _mark(cells: Sequence[object]) -> bytes:
    """A row by its content and place; the folder of its file and the words of the reason may differ between runs."""
    file, sheet, row, _, raw = (*map(str, cells), *[""] * 5)[:5]
    place = [re.split(r"[/\\!]", file)[-1], sheet, row, raw]
    return hashlib.blake2b("\x1f".join(place).encode("utf-8", "replace"), digest_size=8).digest()


def neutral(value: object) -> object:
    """A cell that a spreadsheet will not take for a formula."""
    if not isinstance(value, str):
        return value
    text = value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    return f"'{text}" if text.startswith(_FORMULA) else text
