"""Delimited text into rows of cells: finds the delimiter, survives stray quotes, numbers as a spreadsheet does."""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterator
from itertools import islice
from typing import Final

from feedback.ingest.model import Quarantined, Row, Tally

DELIMITERS: Final = (",", "\t", ";", "|", "，", "\x01", "^")
#: A quoted cell may run over this many lines; a quote still open then is a stray character.
MAX_CELL_LINES: Final = 200
#: Lines read ahead to learn a file's shape.
HEAD: Final = 200

Lines = Iterator[tuple[int, str] | Quarantined]


def sniff(head: list[str], suffix: str) -> str | None:
    """The delimiter of a file from its first lines; None when they are plain lines without columns.

    A .csv is always a table (comma, unless another delimiter is steadier); a .txt only when the columns are steady.
    """
    lines = [line for line in head if line.strip()]
    best, best_score = None, 0.0
    for delimiter in DELIMITERS:
        widths = [len(cells) for _, cells in rows(iter(enumerate(lines, 1)), delimiter, Tally()) if len(cells) > 1]
        if not widths:
            continue
        width, count = Counter(widths).most_common(1)[0]
        # Steadiness first; a wide steady table beats a narrow one.
        score = count / max(len(lines) * 0.9, 1) + min(width, 10) * 0.02
        if count >= 0.5 * len(lines) and score > best_score:
            best, best_score = delimiter, score
    if suffix == ".csv":
        return best or ","
    if suffix == ".tsv":
        return best or "\t"
    return best if best_score >= (0.95 if best == "\t" else 1.0) and (best == "\t" or len(lines) > 2) else None


def rows(lines: Iterator[tuple[int, str]], delimiter: str, tally: Tally) -> Iterator[Row]:
    """Rows of cells; numbers count records, not physical lines, as a spreadsheet shows them; blank ones count too."""
    number = 0
    pending = _Pushback(lines)
    for _, line in pending:
        number += 1
        if '"' not in line:
            yield number, list(line.split(delimiter))
            continue
        cells, taken, rest = _quoted(line, pending, delimiter)
        if taken is False:
            tally.notes["unbalanced_quotes"] += 1
        pending.back.extendleft(reversed(rest))
        yield number, list(cells)


class _Pushback:
    """Lines that can be given back; flat, however often that happens."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self.back: deque[tuple[int, str]] = deque()
        self._lines = iter(lines)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        return self.back.popleft() if self.back else next(self._lines)


def table(lines: Lines, delimiter: str, tally: Tally) -> Iterator[Row | Quarantined]:
    """`rows`, letting lines that are already quarantined pass in their place."""
    waiting: list[Quarantined] = []

    def good() -> Iterator[tuple[int, str]]:
        for item in lines:
            if isinstance(item, Quarantined):
                waiting.append(item)
                yield 0, ""  # keeps the numbering
            else:
                yield item

    for row in rows(good(), delimiter, tally):
        while waiting and waiting[0].row is not None:
            bad = waiting.pop(0)
            yield Quarantined(bad.file, bad.sheet, row[0], bad.reason, bad.raw)
        yield row


def _quoted(
    line: str, pending: Iterator[tuple[int, str]], delimiter: str
) -> tuple[list[str], bool, list[tuple[int, str]]]:
    """Cells of a line with quotes, with the next ones while a quote is open; (cells, balanced, lines given back)."""
    if (cells := _strict(line, delimiter)) is not None:
        return cells, True, []
    if line.count('"') % 2 == 0:
        return _lenient(line, delimiter), False, []
    joined, taken = [line], []
    for item in islice(pending, MAX_CELL_LINES):
        taken.append(item)
        joined.append(item[1])
        if item[1].count('"') % 2 == 1:
            if (cells := _strict("\n".join(joined), delimiter)) is not None:
                return cells, True, []
            break
    return _lenient(line, delimiter), False, taken


def _strict(text: str, delimiter: str) -> list[str] | None:
    try:
        parsed = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return parsed[0] if len(parsed) == 1 else None


def _lenient(line: str, delimiter: str) -> list[str]:
    """Cells of a line whose quotes do not pair: quotes that enclose a whole cell go, the others stay as written."""
    cells: list[str] = []
    parts = line.split(delimiter)
    closing = [place for place, part in enumerate(parts) if (len(part) - len(part.rstrip('"'))) % 2 == 1]
    start = 0
    for place, part in enumerate(parts):
        if place < start:
            continue
        start = place + 1
        if part.startswith('"'):
            after = place if part != '"' and (len(part) - len(part.rstrip('"'))) % 2 == 1 else place + 1
            end = closing[found] if (found := bisect_left(closing, after)) < len(closing) else None
            if end is not None:
                whole = delimiter.join(parts[place : end + 1])
                cells.append(whole[1:-1].replace('""', '"'))
                start = end + 1
                continue
        cells.append(part)
    return cells
