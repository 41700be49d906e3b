"""Our own file of rows set aside, unpacked: each row's `raw` becomes the columns that the row had at first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from feedback.errors import UnreadableFile
from feedback.ingest.clean import cell
from feedback.ingest.model import QUARANTINE_COLUMNS, Cell, Quarantined, Row, Sheet, Tally

_HEAD: Final = 50
#: More keys than a sheet has columns: not one of ours.
_MOST_KEYS: Final = 2000


def unpacked(sheet: Sheet) -> Sheet:
    """The sheet itself, or one with the first columns of its rows when it is a quarantine file (in any format).

    It is one when a header has `reason` and `raw` and half of the raw cells or more are JSON objects. Columns that
    people added beside ours stay, and overrule what stands in `raw`. A raw cell that is no object is set aside again.

    Raises UnreadableFile when no raw cell holds anything.
    """
    if sheet.lines:
        return sheet
    head = [row for row in islice(sheet.rows(Tally()), _HEAD) if not isinstance(row, Quarantined)]
    head = [row for row in head if any(cell(value) for value in row[1])]
    if len(head) < 2:
        return sheet
    start, cells = head[0]
    names = [cell(value) for value in cells]
    if not {"reason", "raw"} <= set(names):
        return sheet
    raws = [text for _, row in head[1:] if (text := _at(row, names.index("raw")))]
    if not raws or 2 * sum(_object(text) is not None for text in raws) < len(raws):
        return sheet
    keys = _keys(sheet, start, names)
    if not keys:
        raise UnreadableFile(
            f"{sheet.source.name}: a file of rows set aside, and its raw column holds no cells",
            hint='write the missing text into raw, as {"column": "text"}, or mend the first file',
        )
    return replace(sheet, rows=lambda tally: _rows(sheet, start, names, keys, tally), delimiter=None, headed=True)


def _keys(sheet: Sheet, start: int, names: Sequence[str]) -> list[str]:
    """The columns that people added, then those of all raw cells in the order in which they are met."""
    keys = dict.fromkeys(name for name in names if name and name not in QUARANTINE_COLUMNS)
    for item in sheet.rows(Tally()):
        if not isinstance(item, Quarantined) and item[0] > start and len(keys) < _MOST_KEYS:
            keys.update(dict.fromkeys(_object(_at(item[1], names.index("raw"))) or ()))
    # A column that was taken apart ("user" into "user.id") is taken apart again.
    return [key for key in keys if "." not in key or key.split(".", 1)[0] not in keys]


def _rows(
    sheet: Sheet, start: int, names: Sequence[str], keys: Sequence[str], tally: Tally
) -> Iterator[Row | Quarantined]:
    place = names.index("raw")
    added = {name: i for i, name in enumerate(names) if name and name not in QUARANTINE_COLUMNS}
    yield start, list(keys)
    for item in sheet.rows(tally):
        if isinstance(item, Quarantined):
            yield item
            continue
        number, cells = item
        if number <= start or not any(cell(value) for value in cells):
            continue
        raw = _at(cells, place)
        values = _object(raw)
        if values is None:
            yield Quarantined(sheet.source.name, sheet.name, number, "raw_lost", raw)
            continue
        mended = {name: cells[i] for name, i in added.items() if _at(cells, i)}
        yield number, [mended.get(key, values.get(key, "")) for key in keys]


def _at(cells: Sequence[Cell], place: int) -> str:
    return str(cells[place]).strip() if place < len(cells) and cells[place] is not None else ""


def _object(text: str) -> dict[str, Cell] | None:
    if not text.startswith("{"):
        return None
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return {str(key): "" if inner is None else inner for key, inner in value.items()}
