"""Texts out of a file, one by one, for verbs that judge without a store: csv, tsv, xlsx, JSON lines, plain lines."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from feedback.errors import MissingColumn, UnreadableFile

#: Names of a text column, the surest first; names of an id column.
TEXT = ("text", "内容", "评论", "评论内容", "评价", "评价内容", "正文", "文本", "review", "content", "comment", "body")
ID = ("id", "ID", "编号", "序号")
_HALF = re.compile("[\ud800-\udfff]")


def texts(file: Path | None, column: str | None) -> Iterator[tuple[str, str]]:
    """(id, text) of each record of `file` (None: standard input), in order, read as they are needed.

    The id is the input's own when it has one, else the record's position from 1. Raises UnreadableFile, MissingColumn.
    """
    for number, (own, text) in enumerate(_records(file, column), 1):
        # JSON may hold half a surrogate pair, which no encoding can write out again.
        yield own or str(number), _HALF.sub("\ufffd", text)


def _records(file: Path | None, column: str | None) -> Iterator[tuple[str | None, str]]:
    name = "standard input" if file is None else str(file)
    with _opened(file) as stream:
        head = _head(stream, name)
        if head[:4] == b"PK\x03\x04":
            yield from _table(_workbook(file, name), column, name)
            return
        wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
        if (b"\0" in head and not wide) or head[:4] in (b"\x89PNG", b"%PDF", b"\xff\xd8\xff\xe0"):
            raise UnreadableFile(f"{name}: not a text file", hint="give csv, tsv, xlsx, JSON lines or plain lines")
        lines = io.TextIOWrapper(stream, encoding=_encoding(head), errors="replace", newline="")
        suffix = "" if file is None else file.suffix.lower()
        if suffix in (".csv", ".tsv"):
            csv.field_size_limit(10_000_000)
            yield from _table(csv.reader(lines, delimiter="\t" if suffix == ".tsv" else _delimiter(head)), column, name)
        elif suffix in (".jsonl", ".ndjson", ".json") or head.lstrip()[:1] == b"{":
            yield from _json(lines, column, name)
        else:
            for line in lines:
                text = line.rstrip("\r\n")
                if text.strip():
                    yield None, text


@contextmanager
def _opened(file: Path | None) -> Iterator[BinaryIO]:
    if file is None:
        yield sys.stdin.buffer
        return
    try:
        stream = file.open("rb")
    except IsADirectoryError:
        raise UnreadableFile(f"{file}: a folder", hint="name one file") from None
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}", hint="check the name") from None
    with stream:
        yield stream


def _head(stream: BinaryIO, name: str) -> bytes:
    """The first bytes, still to be read again: both kinds of stream can look ahead."""
    head: bytes = stream.peek(1 << 16)  # type: ignore[attr-defined]
    if not head.strip(b"\xef\xbb\xbf \r\n\t"):
        raise UnreadableFile(f"{name}: the file is empty", hint="give one with texts in it")
    return head


def _encoding(head: bytes) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    # The cut may fall inside a character: leave the last bytes out of the test.
    for cut in range(4):
        try:
            head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return "utf-8-sig"
    return "gb18030"


def _delimiter(head: bytes) -> str:
    first = head.replace(b"\0", b"").split(b"\n", 1)[0]
    return max((",", ";", "\t"), key=lambda mark: first.count(mark.encode()))


def _workbook(file: Path | None, name: str) -> Iterator[list[Any]]:
    from zipfile import BadZipFile

    import openpyxl

    try:
        source: Any = file if file is not None else io.BytesIO(sys.stdin.buffer.read())
        book = openpyxl.load_workbook(source, read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise UnreadableFile(f"{name}: not a workbook, or damaged: {error}", hint="export it again") from None
    for sheet in book.worksheets:
        for row in sheet.iter_rows(values_only=True):
            yield list(row)
        return


def _table(rows: Iterator[list[Any]], column: str | None, name: str) -> Iterator[tuple[str | None, str]]:
    head = list(islice(rows, 10))
    header, text_at = _header(head, column, name)
    names = [str(cell or "").strip() for cell in head[header]]
    id_at = next((names.index(known) for known in ID if known in names and names.index(known) != text_at), None)
    for row in chain(head[header + 1 :], rows):
        if [str(cell or "").strip() for cell in row] == names:
            continue  # exports put together bear the header again midway
        text = "" if text_at >= len(row) or row[text_at] is None else str(row[text_at])
        if any(cell not in (None, "") for cell in row):  # a record without text has its line too: positions must agree
            own = row[id_at] if id_at is not None and id_at < len(row) else None
            yield (str(own) if own not in (None, "") else None), text


def _header(head: list[list[Any]], column: str | None, name: str) -> tuple[int, int]:
    """The row that holds the names, and the column of the text. A notice above the header is passed over."""
    wanted = (column,) if column is not None else TEXT
    for number, row in enumerate(head):
        names = [str(cell or "").strip().lstrip("\ufeff") for cell in row]
        for known in wanted:
            if known in names:
                return number, names.index(known)
    columns = ", ".join(str(cell) for cell in (head[0] if head else []) if cell)
    problem = "no text column" if column is None else f"no column {column!r}"
    raise MissingColumn(f"{name}: {problem}", hint=f"name it with --text-column; columns: {columns[:200]}")


def _json(lines: Iterator[str], column: str | None, name: str) -> Iterator[tuple[str | None, str]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise UnreadableFile(f"{name}: line {number}: not JSON: {error}", hint="one JSON object a line") from None
        fields = record if isinstance(record, dict) else {}
        key = next((k for k in ((column,) if column else TEXT) if isinstance(fields.get(k), str)), None)
        if key is None:
            raise MissingColumn(
                f"{name}: line {number}: no text", hint=f"name its key with --text-column; keys: {', '.join(fields)}"
            )
        yield (str(fields["id"]) if fields.get("id") not in (None, "") else None), fields[key]
