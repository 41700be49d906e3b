"""Workbooks (xlsx, xls, xlsb, ods) into rows of cells: values only, formulas are never evaluated."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import IO, Any, Final

from feedback.errors import UnreadableFile
from feedback.ingest.model import Cell, Quarantined, Row, Sheet, Source, Tally
from feedback.ingest.sources import check_archive

MAX_BYTES: Final = 512 * 1024**2
#: Cells of the rectangle that a sheet spans; a single value in the last corner would otherwise fill the memory.
MAX_CELLS: Final = 60_000_000
#: Types of records in an xlsb: 0 begins a row, 1 to 11 are cells.
_LAST_CELL: Final = 11
_REFERENCE: Final = re.compile(rb'<c\b[^>]{0,80}?\br="([A-Z]{1,3})(\d{1,7})"|<row\b[^>]{0,80}?\br="(\d{1,7})"')


def sheets(source: Source, wanted: str | None) -> list[Sheet]:
    """The sheets of a workbook that hold anything, in order; only `wanted` when it is named.

    Raises UnreadableFile for a damaged, locked or oversized workbook, or when `wanted` is not there.
    """
    data = _bytes(source)
    _guard(data, source)
    book = _load(data, source)
    names = list(book.sheet_names)
    if wanted is not None and wanted not in names:
        raise UnreadableFile(f"{source.name}: no sheet {wanted!r}", hint=f"its sheets: {', '.join(names)}")
    chosen = [name for name in names if wanted is None or name == wanted]
    return [Sheet(source, name, None, _rows_of(book, name, source)) for name in chosen]


def _rows_of(book: Any, name: str, source: Source) -> Any:
    def rows(tally: Tally) -> Iterator[Row | Quarantined]:
        with _faults(source):
            sheet = book.get_sheet_by_name(name)
            values = sheet.to_python(skip_empty_area=False)
        for number, cells in enumerate(values, 1):
            yield number, [_cell(value) for value in cells]

    return rows


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the zone is given by the reader of dates
    if isinstance(value, (time, timedelta)):
        return str(value)
    return value


class _faults:  # noqa: N801 - used as a statement
    """Turns what the reader throws, Rust panics included, into UnreadableFile."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit, UnreadableFile)):
            return
        what = str(error).splitlines()[0] if str(error) else type(error).__name__
        locked = "password" in what.lower() or "encrypt" in what.lower()
        hint = "save it without a password" if locked else "open it in a spreadsheet program and save it again"
        raise UnreadableFile(f"{self.source.name}: not a readable workbook: {what}", hint=hint) from None


def _load(data: bytes, source: Source) -> Any:
    import python_calamine

    with _faults(source):
        return python_calamine.load_workbook(io.BytesIO(data))


def _bytes(source: Source) -> bytes:
    with source.open() as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UnreadableFile(
            f"{source.name}: the workbook is larger than {MAX_BYTES // 1024**2} MB", hint="save it as csv"
        )
    return data


def _guard(data: bytes, source: Source) -> None:
    """Refuse bombs before the reader sees them: far too large when unpacked, or one value in the far corner."""
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive, source.name)
            for member in archive.infolist():
                if member.filename.lower().startswith("xl/worksheets/") and member.filename.lower().endswith(".xml"):
                    with archive.open(member) as stream:
                        _guard_sheet(stream, source)
                elif member.filename.lower().startswith("xl/worksheets/") and member.filename.lower().endswith(".bin"):
                    with archive.open(member) as stream:
                        _guard_binary(stream.read(), source)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise UnreadableFile(
            f"{source.name}: not a readable workbook: {error}", hint="the file is cut off or damaged; fetch it again"
        ) from None


def _guard_sheet(stream: IO[bytes], source: Source) -> None:
    widest, lowest, tail = 1, 1, b""
    while chunk := stream.read(1 << 20):
        for column, row, outer in _REFERENCE.findall(tail + chunk):
            lowest = max(lowest, int(row or outer))
            if len(column) > 1 or column:
                widest = max(widest, _column(column))
        tail = chunk[-200:]
        _small_enough(widest, lowest, source)


def _guard_binary(part: bytes, source: Source) -> None:
    """The same for a sheet of an xlsb: its records begin with type and length, seven bits a byte (MS-XLSB 2.1.4)."""
    at, size = 0, len(part)
    lowest = widest = 0
    while at < size:
        kind, at = part[at], at + 1
        if kind & 0x80 and at < size:
            kind, at = kind & 0x7F | part[at] << 7, at + 1
        length = shift = 0
        while at < size and shift < 28:
            byte, at = part[at], at + 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if kind <= _LAST_CELL and at + 4 <= size:
            number = int.from_bytes(part[at : at + 4], "little")
            if kind:
                widest = max(widest, number + 1)
            else:
                lowest = max(lowest, number + 1)
        at += length
    _small_enough(widest, lowest, source)


def _small_enough(columns: int, rows: int, source: Source) -> None:
    if columns * rows > MAX_CELLS:
        raise UnreadableFile(
            f"{source.name}: a sheet spans {rows} rows × {columns} columns",
            hint="delete the stray cells far from the table, or save it as csv",
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
