"""Word and Markdown documents into lines or tables."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from feedback.errors import UnreadableFile
from feedback.ingest.encodings import lines
from feedback.ingest.model import Cell, Quarantined, Row, Sheet, Source, Tally
from feedback.ingest.sources import check_archive

MAX_BYTES: Final = 128 * 1024**2
_MARKS: Final = re.compile(r"^\s*(?:#{1,6}\s+|[-*+]\s+|>\s?|\d+[.、)]\s+)?|\*\*|__|`")


def word(source: Source) -> list[Sheet]:
    """A .docx: its tables of two or more rows and columns, if any, else its paragraphs as lines.

    Raises UnreadableFile when it is damaged or a bomb.
    """
    import docx

    with source.open() as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UnreadableFile(f"{source.name}: larger than {MAX_BYTES // 1024**2} MB", hint="split the document")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive, source.name)
        document: Any = docx.Document(io.BytesIO(data))
        paragraphs = [paragraph.text for paragraph in document.paragraphs]
        tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    except UnreadableFile:
        raise
    except Exception as error:  # the library lets many kinds through for a damaged package
        what = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UnreadableFile(f"{source.name}: not a readable Word document: {what}", hint="save it again") from None
    tables = [table for table in tables if len(table) > 1 and len(table[0]) > 1]
    if tables:
        return [
            Sheet(source, f"table {number}" if len(tables) > 1 else None, None, _fixed(list(enumerate(table, 1))))
            for number, table in enumerate(tables, 1)
        ]
    split = [line for text in paragraphs for line in text.split("\n")]
    return [Sheet(source, None, None, _fixed([(number, [line]) for number, line in enumerate(split, 1)]), lines=True)]


def markdown(source: Source, encoding: str) -> Sheet:
    """A .md: its table when most of it is one, else its lines without their marks."""
    head = [item for item in lines(source, encoding, Tally()) if not isinstance(item, Quarantined)]
    barred = [line for _, line in head if line.strip().startswith("|")]
    if len(barred) > 2 and len(barred) * 2 > sum(1 for _, line in head if line.strip()):
        grid: list[tuple[int, list[str]]] = []
        for number, line in head:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if line.strip().startswith("|") and not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
                grid.append((number, cells))
        return Sheet(source, None, encoding, _fixed(grid))

    def plain(tally: Tally) -> Iterator[Row | Quarantined]:
        for item in lines(source, encoding, tally):
            yield item if isinstance(item, Quarantined) else (item[0], [_MARKS.sub("", item[1])])

    return Sheet(source, None, encoding, plain, lines=True)


def _fixed(grid: list[Any]) -> Any:
    def rows(tally: Tally) -> Iterator[Row]:
        for number, cells in grid:
            values: list[Cell] = list(cells)
            yield number, values

    return rows
