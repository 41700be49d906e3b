"""Which tables of which files are taken in: every file is looked into before anything is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from feedback.errors import FeedbackError, InputError, MissingColumn, UnreadableFile
from feedback.ingest import readers, tables
from feedback.ingest.assemble import batches
from feedback.ingest.clean import alike, cell
from feedback.ingest.messages import Skipped
from feedback.ingest.model import Batch, Options, Quarantined, Source, Table, Tally
from feedback.ingest.sources import find


def read(path: Path, options: Options, now: datetime) -> Iterator[Batch]:
    """The batches of one file, folder or archive, streamed. Raises InputError before the first batch where it can."""
    sources, _ = find([path], now)
    tables_found, _ = plan(sources, options)
    for table in tables_found:
        yield from batches(table, options)


def plan(sources: Iterable[Source], options: Options, *, lenient: bool = False) -> tuple[list[Table], list[Skipped]]:
    """The tables to take in, and what was left out and why.

    Of a workbook's sheets those are taken that have a text column and do not merely repeat a fuller one. Raises
    UnreadableFile or MissingColumn for a file that cannot be used; `lenient` (files of a folder) leaves it out instead,
    unless none can be used.
    """
    found: list[Table] = []
    skipped: list[Skipped] = []
    first: FeedbackError | None = None
    for source in sources:
        try:
            found += _of_source(source, options, skipped)
        except InputError as error:
            if not lenient:
                raise
            first = first or error
            skipped.append(Skipped("", str(error)))
    if not found and first is not None:
        raise first
    return found, skipped


def _of_source(source: Source, options: Options, skipped: list[Skipped]) -> list[Table]:
    kept: list[Table] = []
    lacking: MissingColumn | None = None
    for sheet in readers.sheets(source, options.sheet):
        try:
            table = tables.understand(sheet, options)
        except MissingColumn as error:
            lacking = lacking or error
            skipped.append(Skipped("", error.message))
            continue
        if table is not None:
            kept.append(table)
    if not kept:
        if lacking is not None:
            skipped.remove(Skipped("", lacking.message))
            raise lacking
        raise UnreadableFile(f"{source.name}: no rows in it", hint="export it again")
    if len(kept) > 1 and options.sheet is None:
        fullest = max(kept, key=lambda table: len(table.columns))
        for table in [other for other in kept if other is not fullest and len(other.columns) < len(fullest.columns)]:
            if _repeats(table, fullest):
                kept.remove(table)
                skipped.append(Skipped(f"{source.name} [{table.sheet.name}]", "skip_repeats", fullest.sheet.name or ""))
    return kept


def _repeats(poor: Table, rich: Table, sample: int = 200) -> bool:
    """Whether most of the first texts of one sheet also stand in another."""
    texts = {text for text in _texts(rich, None) if text}
    some = [text for text in _texts(poor, sample) if text]
    return bool(some) and sum(text in texts for text in some) > 0.5 * len(some)


def _texts(table: Table, limit: int | None) -> Iterator[str]:
    for item in islice(tables.body(table, Tally()), limit):
        if not isinstance(item, Quarantined):
            for field in ("text", "title"):
                at = table.index.get(field)
                if at is not None and at < len(item[1]):
                    yield alike(cell(item[1][at]))
