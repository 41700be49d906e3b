"""The counts of a run: read = stored + known + duplicates + quarantined, per file and sheet."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import pandas as pd

from feedback.ingest.messages import say
from feedback.ingest.model import QUARANTINE_COLUMNS, Batch, Quarantined, Table

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
SAMPLE_ROWS: Final = 5


@dataclass
class FileReport:
    """What became of one file or sheet. `sample`: its first rows as understood (FEEDBACK_COLUMNS)."""

    table: Table
    read: int = 0
    stored: int = 0
    known: int = 0
    duplicates: int = 0
    near_duplicates: int = 0
    quarantined: int = 0
    masked: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    sample: pd.DataFrame = field(default_factory=pd.DataFrame)

    def add(self, batch: Batch) -> None:
        """Count what a batch read and set aside."""
        self.read += batch.read
        self.quarantined += len(batch.quarantined)
        self.masked += batch.masked
        self.notes += batch.notes
        if len(self.sample) < SAMPLE_ROWS:
            self.sample = pd.concat([self.sample, batch.frame.head(SAMPLE_ROWS - len(self.sample))], ignore_index=True)


@dataclass(frozen=True)
class IngestReport:
    """What one run did: its files, what was left out and why, the quarantine file, and the largest groups of copies."""

    files: tuple[FileReport, ...]
    skipped: tuple[str, ...]
    quarantine: Path | None
    campaigns: pd.DataFrame
    dry_run: bool


class Ledger:
    """Which ids this run has met, and in which file it found them new. Ids are kept as numbers, to save memory."""

    def __init__(self) -> None:
        self._met: dict[int, int] = {}

    def split(self, frame: pd.DataFrame, known: set[str], file: int) -> tuple[pd.DataFrame, pd.DataFrame, int]:
        """(new rows, rows met before in this run, count of rows known from earlier runs) of one batch of a file."""
        new, again, old = [], [], 0
        for place, identifier in enumerate(frame["id"]):
            number = int(identifier, 16)
            if number in self._met:
                again.append(place)
                continue
            self._met[number] = -1 if identifier in known else file
            if identifier in known:
                old += 1
            else:
                new.append(place)
        return frame.iloc[new], frame.iloc[again], old

    def new_in(self, identifier: str) -> int | None:
        """The number of the file in which this run found an id new; None when it did not."""
        file = self._met.get(int(identifier, 16), -1)
        return None if file < 0 else file

    def unmet(self, frame: pd.DataFrame) -> list[str]:
        """The ids of a batch that this run has not met yet: only these need looking up."""
        return [identifier for identifier in frame["id"] if int(identifier, 16) not in self._met]


class Quarantine:
    """The file of rows set aside, written only when there are any; UTF-8 with BOM, formulas neutralised."""

    def __init__(self, folder: Path, stem: str, now: datetime, lang: str) -> None:
        self._path = folder / f"{stem}.quarantine-{now:%Y%m%d-%H%M%S}.csv"
        self._lang = lang
        self.path: Path | None = None

    def write(self, rows: tuple[Quarantined, ...]) -> None:
        """Append rows."""
        if not rows:
            return
        fresh = self.path is None
        while fresh and self._path.exists():  # two runs within one second
            self._path = self._path.with_name(self._path.stem + "x.csv")
        with self._path.open("w" if fresh else "a", encoding="utf-8-sig" if fresh else "utf-8", newline="") as stream:
            writer = csv.writer(stream)
            if fresh:
                writer.writerow(QUARANTINE_COLUMNS)
            for row in rows:
                cells = [row.file, row.sheet or "", row.row or "", say(row.reason, self._lang), row.raw]
                writer.writerow([neutral(value) for value in cells])
        self.path = self._path


def neutral(value: object) -> object:
    """A cell that a spreadsheet will not take for a formula."""
    if not isinstance(value, str):
        return value
    text = value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    return f"'{text}" if text.startswith(_FORMULA) else text
