"""Reads back a sheet that people labelled, row by row: what can be kept, what cannot and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from feedback.errors import MissingColumn, UnreadableFile
from feedback.judge.labelsheet import CODES, HEADS, POLARITY_ZH, cell
from feedback.lexicon import Taxonomy
from feedback.records import POLARITIES, UNSPECIFIED

_NEEDED: Final = ("id", "polarity", "code1")
#: A header stands within the first so many rows: people put a title above it.
_LOOK: Final = 10


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of the sheet, numbered as the spreadsheet does; `cells` by the keys of HEADS, blanks taken off."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Given:
    """A label that a person gave to record `id`."""

    row: int
    id: str
    polarity: str
    codes: tuple[str, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot be kept, and why."""

    row: int
    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The labels of a sheet, one per record; rows left unlabelled; rows that repeat another; rows with a fault."""

    given: tuple[Given, ...]
    unlabelled: int
    repeated: int
    rejected: tuple[Rejected, ...]


def read_sheet(file: Path) -> list[SheetRow]:
    """The rows of a csv (UTF-8 or GB18030) or xlsx. Raises UnreadableFile, MissingColumn."""
    try:
        data = file.read_bytes()
    except IsADirectoryError:
        raise UnreadableFile(f"{file}: a folder", hint="name one xlsx or csv file") from None
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}", hint="check the name") from None
    rows = list(_workbook(data, file) if data[:4] == b"PK\x03\x04" else _csv(data, file))
    heads = {head[lang].casefold(): key for key, head in HEADS.items() for lang in ("zh", "en")}
    for at, (_, row) in enumerate(rows[:_LOOK]):
        keys = [heads.get(value.casefold()) for value in row]
        if set(_NEEDED) <= set(keys):
            return [_row(number, keys, row) for number, row in rows[at + 1 :] if any(row)]
    wanted = ", ".join(f"{HEADS[key]['zh']} or {HEADS[key]['en']}" for key in _NEEDED)
    raise MissingColumn(
        f"{file}: no label sheet", hint=f"columns needed: {wanted}; make one with `feedback label queue`"
    )


def _row(number: int, keys: list[str | None], row: list[str]) -> SheetRow:
    return SheetRow(number, {key: value for key, value in zip(keys, row, strict=False) if key is not None})


def _workbook(data: bytes, file: Path) -> Iterator[tuple[int, list[str]]]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook

    try:
        # The sheet to read is the first: the others explain.
        sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            yield number, [_plain(value) for value in row]
    except (BadZipFile, KeyError, ValueError, OSError, IndexError) as error:
        raise UnreadableFile(f"{file}: not a workbook, or damaged: {error}", hint="save it again as xlsx") from None


def _csv(data: bytes, file: Path) -> Iterator[tuple[int, list[str]]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise UnreadableFile(f"{file}: neither UTF-8 nor GB18030", hint="save it as xlsx, or as csv in UTF-8")
    if "\0" in text:
        raise UnreadableFile(f"{file}: not a text file", hint="give the xlsx or csv that `feedback label queue` made")
    named = tuple(HEADS["polarity"].values())
    lines = text.split("\n", _LOOK)[:_LOOK]
    header = next((line for line in lines if any(name in line.casefold() for name in named)), lines[0])
    mark = max((",", ";", "\t"), key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        # A cell may hold line breaks; a spreadsheet numbers records, not lines.
        yield from ((number, [_plain(value) for value in row]) for number, row in enumerate(reader, 1))
    except csv.Error as error:
        raise UnreadableFile(f"{file}: {error}", hint="save it as xlsx") from None


def _plain(value: Any) -> str:
    return "" if value is None else str(value).strip()


def check(rows: list[SheetRow], texts: Mapping[str, str], tax: Taxonomy) -> Checked:
    """Validate every row; `texts` are those of the known records by id. A row without polarity and codes is skipped."""
    given: dict[str, Given] = {}
    rejected: list[Rejected] = []
    unlabelled = repeated = 0
    polarities = _choices({name: (name, POLARITY_ZH[name]) for name in POLARITIES})
    codes = _choices({name: (name, code.zh, code.en) for name, code in tax.codes.items()})
    for row in rows:
        cells = row.cells
        own = cells.get("id", "")
        chosen = [cells[f"code{n}"] for n in range(1, CODES + 1) if cells.get(f"code{n}")]
        if not cells.get("polarity") and not chosen:
            unlabelled += 1
            continue
        read = [codes.get(_key(value), value) for value in chosen]
        polarity = polarities.get(_key(cells.get("polarity", "")), cells.get("polarity", ""))
        reason = _fault(own, cells.get("text"), polarity, read, texts, tax)
        label = Given(
            row.number, own, polarity, tuple(code for code in tax.codes if code in read), cells.get("note") or None
        )
        if reason is None and own in given:
            before = given[own]
            if (before.polarity, before.codes) == (label.polarity, label.codes):
                repeated += 1
                continue
            reason = f"row {before.row} labels the same record otherwise"
        if reason is not None:
            rejected.append(Rejected(row.number, own, reason))
            continue
        given[own] = label
    return Checked(tuple(given.values()), unlabelled, repeated, tuple(rejected))


def _fault(
    own: str, text: str | None, polarity: str, codes: list[str], texts: Mapping[str, str], tax: Taxonomy
) -> str | None:
    if own not in texts:
        return f"no record {own!r} in the store" if own else "no id"
    if text is not None and _loose(text) not in (_loose(cell(texts[own])), _loose(texts[own])):
        # Sorting some columns of a sheet and not the others sets labels beside the wrong text.
        return "the text is not that of this id: were columns sorted apart?"
    if not polarity:
        return "codes without a polarity"
    if polarity not in POLARITIES:
        return f"unknown polarity {polarity!r}; valid: {', '.join(POLARITIES)}"
    unknown = [code for code in codes if code not in tax.codes]
    if unknown:
        return f"unknown code {unknown[0]!r}; valid: {', '.join(tax.codes)}"
    if UNSPECIFIED in codes and set(codes) != {UNSPECIFIED}:
        return f"{UNSPECIFIED} stands together with another code"
    if UNSPECIFIED in codes and polarity not in ("negative", "mixed"):
        return f"{UNSPECIFIED} in a {polarity} record: only with negative or mixed"
    return None


def _choices(names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Every way to write a choice → its name: alone, or with the Chinese name beside it as the drop-down shows it."""
    ways = {}
    for name, forms in names.items():
        for form in (*forms, f"{forms[0]} {forms[1]}"):
            ways[_key(form)] = name
    return ways


def _key(value: str) -> str:
    return "".join(value.split()).casefold()


def _loose(text: str) -> str:
    """Without blanks, which spreadsheets change on the way."""
    return "".join(text.split())
