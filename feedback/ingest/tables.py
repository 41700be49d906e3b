"""A sheet of raw rows into a table: where its header stands, what is notice, footer or repeated header."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import PurePath
from typing import Final

from feedback.errors import MissingColumn, UnreadableFile
from feedback.ingest import columns, dates, interview, names, numbers, setaside
from feedback.ingest.clean import cell
from feedback.ingest.model import Cell, Options, Quarantined, Row, Sheet, Table, Tally
from feedback.ingest.structured import flatten

_HEAD: Final = 400
_NOTICE: Final = re.compile(
    r"导出|欢迎反馈|数据支持|数据来源|版权|合计|总计|共\s?\d+\s?[条行]|仅供|说明[:：]|注[:：]|备注[:：]|生成时间|制表|统计(时间|周期)|export|total",
    re.I,
)
_CUT: Final = re.compile(
    r"(?:一次性?|最多|仅|只能?|支持|上限|超过).{0,8}(?:导出|下载|显示).{0,6}?(\d[\d,]*)\s*[条行]|(?:导出|下载|显示)前\s*(\d[\d,]*)\s*[条行]"
)


def understand(sheet: Sheet, options: Options) -> Table | None:
    """The table of a sheet, None when the sheet is blank.

    Raises MissingColumn when no column can be the text.
    """
    sheet = setaside.unpacked(sheet)
    rows = [row for row in islice(sheet.rows(Tally()), _HEAD) if not isinstance(row, Quarantined)]
    filled = [(number, cells) for number, cells in rows if any(cell(value) for value in cells)]
    if not filled:
        return None
    table = _times(Table(sheet, "lines", None, (), {"text": "-"}, {"text": 0}), options)
    lines = [cell(cells[0]) for _, cells in filled if cells]
    if options.kind == "interview" and (sheet.lines or len(filled[0][1]) == 1) and interview.is_blocks(lines):
        return replace(table, layout="blocks")
    if (
        options.kind == "interview"
        and sheet.delimiter == ","
        and sheet.source.suffix != ".csv"
        and interview.is_blocks(lines)
    ):
        raise UnreadableFile(
            f"{sheet.source.name}: notes with commas taken for a table", hint="save them as .md or .docx"
        )
    if options.kind != "interview" and (sheet.lines or len(filled[0][1]) == 1) and interview.is_notes(lines):
        raise UnreadableFile(
            f"{sheet.source.name}: questions and answers of an interview, not one {options.kind} a line",
            hint="take it in with --kind interview",
        )
    if sheet.lines and options.kind == "interview":
        table = replace(table, notes=("lines_as_answers",))
    if sheet.lines:
        # A list of texts may bear a heading of its own.
        heading = names.candidates(lines[0]) if len(lines) > 1 and len(lines[0]) <= 8 else []
        known = any(field == "text" and rank < 200 for field, rank in heading)
        return (
            replace(table, header_row=filled[0][0], header=(lines[0],), columns={"text": lines[0]}) if known else table
        )
    return _table(table, filled, options)


def _times(table: Table, options: Options) -> Table:
    name = PurePath(table.sheet.source.name.rpartition("!")[2]).name
    in_name = dates.in_name(name, options.zone)
    if options.as_of is not None:
        return replace(table, as_of=options.as_of, as_of_from="--as-of", date_in_name=in_name)
    if in_name is not None:
        end = in_name + timedelta(days=1) - timedelta(seconds=1)
        return replace(table, as_of=end, as_of_from="name", date_in_name=in_name)
    return replace(table, as_of=table.sheet.source.modified, as_of_from="mtime")


def _table(table: Table, filled: list[Row], options: Options) -> Table | None:
    if options.kind in ("review", "social") and "text" not in options.mapping and _asks(filled[0][1]):
        raise UnreadableFile(
            f"{table.sheet.source.name}: one question a column, not one {options.kind} a row",
            hint="take it in with --kind interview or survey, or name one column with --map text=COLUMN",
        )
    position = 0 if table.sheet.headed else _header_position(filled, options)
    named = position is not None
    if position is not None and len(filled) == position + 1:
        return None
    body = filled[position + 1 :] if position is not None else filled
    header_row: int | None = None
    if position is not None:
        position, names_in_it = (0, filled[0][1]) if table.sheet.headed else _stacked(filled, position)
        body = filled[position + 1 :]
        header_row = filled[position][0]
        header = _header(names_in_it)
    else:
        header = tuple(f"column_{i + 1}" for i in range(max(len(cells) for _, cells in filled)))
    dicts = _dict_columns(header, body)
    header = header + tuple(f"{header[i]}.{key}" for i, keys in dicts.items() for key in keys)
    table = replace(table, header_row=header_row, header=header)
    width = len(header) - sum(map(len, dicts.values()))
    even = [cells for _, cells in body if len(cells) <= width] or [cells for _, cells in body]
    sample = [expand(cells, dicts, len(header)) for cells in even]
    where = table.sheet.source.name + (f" [{table.sheet.name}]" if table.sheet.name else "")
    assert table.as_of is not None
    mapping = _mapping(options, header)
    if options.kind == "interview" and "text" not in mapping and not _long_form(header):
        if sample and interview.is_people(header):
            return replace(table, layout="people", columns={"text": "*"}, index={})
        if sample and interview.is_questions(header):
            asked = {"text": "*"}
            return replace(table, layout="questions", columns=asked, index={})
    reading = dates.Reading(options.zone, table.as_of)
    choice = columns.choose(header, sample, reading, kind=options.kind, mapping=mapping, named=named, where=where)
    if table.sheet.headed:
        _check_set_aside(choice, header, sample, where)
    notes = ["rows_as_answers"] if options.kind == "interview" and "context" not in choice.index else []
    times = [row[choice.index["created_at"]] for row in sample] if "created_at" in choice.index else []
    month_first, evident = dates.month_first(times)
    if not evident:
        notes.append("ambiguous_dates")
    ratings = [row[choice.index["rating"]] for row in sample] if "rating" in choice.index else []
    return replace(
        table,
        layout="table",
        columns={field: header[i] for field, i in choice.index.items()},
        index=dict(choice.index),
        rating_scale=numbers.scale_of(ratings),
        month_first=month_first,
        notes=tuple(notes),
        other_text=None if choice.other_text is None else header[choice.other_text],
    )


def _check_set_aside(
    choice: columns.Choice, header: Sequence[str], sample: Sequence[Sequence[Cell]], where: str
) -> None:
    """Rows set aside lack their text: a column of short words (a name, a device) is not taken in its place.

    Raises MissingColumn.
    """
    at = choice.index.get("text")
    if at is None or "text" not in choice.by_content:
        return
    lengths = [len(text) for row in sample if (text := cell(row[at]))]
    if not lengths or sum(lengths) < 10 * len(lengths):
        raise MissingColumn(
            f"{where}: rows set aside, still without a text; columns in raw: {', '.join(header[:20])}",
            hint="add the text to raw under its column's name, or name a column with --map text=COLUMN",
        )


def _mapping(options: Options, header: Sequence[str]) -> Mapping[str, str]:
    """--map, over the first saved profile whose columns all stand in this header."""
    present = {names.key(name) for name in header}
    for _, profile in sorted(options.settings.profiles.items(), key=lambda item: (-len(item[1]), item[0])):
        if profile and all(names.key(column) in present for column in profile.values()):
            return {**profile, **options.mapping}
    return options.mapping


def _long_form(header: Sequence[str]) -> bool:
    """Whether an interview table has a column of questions and one of answers."""
    fields = [{field for field, _ in names.candidates(name)} for name in header if len(names.key(name)) <= 6]
    asked = [found for found in fields if "context" in found]
    return bool(asked) and any("text" in found and "context" not in found for found in fields)


def _header_position(filled: list[Row], options: Options) -> int | None:
    """The row that names the columns, among the first 30; None when there is none."""
    choices = [options.mapping, *options.settings.profiles.values()]
    wanted = [{names.key(column) for column in choice.values()} for choice in choices if choice]
    best, best_score = None, 0
    for place, (_, cells) in enumerate(filled[:30]):
        texts = [cell(value) for value in cells]
        short = [text for text in texts if text and len(text) <= 60]
        if not short or any(isinstance(value, float) for value in cells):
            continue
        if any(columns <= {names.key(text) for text in short} for columns in wanted):
            return place
        fields = {found[0][0] for text in short if (found := names.candidates(text))}
        score = len(fields)
        exact = any(rank < 200 for text in short for _, rank in names.candidates(text))
        alone = score == 1 and exact and place < 3 and (len(short) == 1 or _no_data(texts))
        if score > best_score and (score >= 2 or alone):
            best, best_score = place, score
    if best is not None:
        return best
    if options.kind in ("interview", "survey"):
        wide = [i for i, (_, cells) in enumerate(filled[:10]) if sum(bool(cell(value)) for value in cells) >= 2]
        if wide and _is_question_row(filled[wide[0]][1]):
            return wide[0]
    return 0 if _looks_like_header(filled) else None


def _stacked(filled: list[Row], position: int) -> tuple[int, list[Cell]]:
    """Where the header ends and its names: those of two rows where merged cells leave some names in the one alone."""
    best, cells = position, filled[position][1]
    most = len(_fields(cells))
    for low in (position, position + 1):
        if not 0 < low < len(filled) - 1 or filled[low][0] - filled[low - 1][0] != 1:
            continue
        above, below = ([cell(value) for value in filled[at][1]] for at in (low - 1, low))
        width = max(len(above), len(below))
        above, below = (row + [""] * (width - len(row)) for row in (above, below))
        if max(map(len, (*above, *below))) > 20 or not _no_data([*above, *below]) or sum(map(bool, below)) < 2:
            continue
        merged: list[Cell] = [under or over for over, under in zip(above, below, strict=True)]
        if any(over and not under for over, under in zip(above, below, strict=True)) and len(_fields(merged)) > most:
            best, cells, most = low, merged, len(_fields(merged))
    return best, cells


def _fields(cells: Sequence[Cell]) -> set[str]:
    return {found[0][0] for value in cells if (text := cell(value)) and (found := names.candidates(text))}


def _no_data(texts: list[str]) -> bool:
    return not any(re.fullmatch(r"[\d.,:/\-% ]+", text) for text in texts if text)


def _is_question_row(cells: Sequence[Cell]) -> bool:
    texts = [cell(value) for value in cells if cell(value)]
    asking = sum(text.endswith(("?", "？", "吗", "呢", "么")) or text.startswith(("您", "你", "请")) for text in texts)
    return asking >= 2 or any(names.is_identity(text) for text in texts[:2])


def _asks(cells: Sequence[Cell]) -> bool:
    """Whether a row is beyond doubt a header of questions: three or more, and no column that is known as the text."""
    texts = [text for value in cells if (text := cell(value))]
    asking = [
        text for text in texts if re.search(r"[?？吗呢]$", text) or re.match(r"您|请问|你[们觉认对是会的最]", text)
    ]
    known = any(field == "text" and rank < 200 for text in texts for field, rank in names.candidates(text))
    return len(asking) >= 3 and 2 * len(asking) >= len(texts) and not known


def _looks_like_header(filled: list[Row]) -> bool:
    """An unknown first row is a header with words over columns of numbers or dates, and no value repeated below."""
    first = [cell(value) for value in filled[0][1]]
    if len(filled) < 2 or not all(first) or len(set(first)) < len(first) or max(map(len, first)) > 40:
        return False
    if not _no_data(first):
        return False
    below = [[cell(value) for value in cells] for _, cells in filled[1:]]
    for i, name in enumerate(first):
        values = [row[i] for row in below if i < len(row) and row[i]]
        if name in values:
            return False
        if values and sum(bool(re.fullmatch(r"[\d.,:/\- ]+", value)) for value in values) > 0.8 * len(values):
            return True
    return False


def _header(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Column names, each once; the header ends with its last name."""
    texts = [re.sub(r"\s+", " ", cell(value)) for value in cells]
    while texts and not texts[-1]:
        texts.pop()
    seen: dict[str, int] = {}
    unique = []
    for text in texts:
        seen[text] = seen.get(text, 0) + 1
        unique.append(text if seen[text] == 1 or not text else f"{text}_{seen[text]}")
    return tuple(unique)


def _dict_columns(header: Sequence[str], body: list[Row]) -> dict[int, tuple[str, ...]]:
    """Columns whose cells are Python dicts or JSON objects written out, with their keys."""
    found: dict[int, tuple[str, ...]] = {}
    for i in range(len(header)):
        values = [str(cells[i]) for _, cells in body[:100] if i < len(cells) and cell(cells[i])]
        parsed = [literal(value) for value in values if value.lstrip().startswith("{")]
        keys = dict.fromkeys(key for value in parsed if value for key in value)
        if keys and len([value for value in parsed if value]) > 0.6 * len(values):
            found[i] = tuple(keys)[:60]
    return found


def literal(text: str) -> dict[str, Cell] | None:
    """A Python dict or JSON object written as text, flat; None when it is none. Nothing is executed."""
    if len(text) > 50_000 or text.count("{") + text.count("[") > 2000:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        try:
            value = ast.literal_eval(text.strip())
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            return None
    return flatten(value) if isinstance(value, dict) else None


def expand(cells: Sequence[Cell], dicts: Mapping[int, tuple[str, ...]], width: int) -> list[Cell]:
    """A row at the header's full width, dict columns taken apart into the columns after it."""
    if not dicts:
        return list(cells) + [""] * (width - len(cells)) if len(cells) < width else list(cells)
    base = width - sum(map(len, dicts.values()))
    row = (list(cells) + [""] * (base - len(cells)))[:base]
    for i, keys in dicts.items():
        value = literal(str(row[i])) or {}
        row += [value.get(key, "") for key in keys]
    return row


def body(table: Table, tally: Tally) -> Iterator[Row | Quarantined]:
    """The rows of a table that are records: without notices, footers, blank rows and repeated headers.

    Rows longer than the header are put together again: their text was cut at its own delimiters.
    """
    if table.layout == "lines" or table.layout == "blocks":
        for item in table.sheet.rows(tally):
            if (
                isinstance(item, Quarantined)
                or table.layout == "blocks"
                or (item[0] != table.header_row and cell(item[1][0] if item[1] else ""))
            ):
                yield item
        return
    header_keys = [names.key(name) for name in table.header]
    base = len(header_keys) - sum("." in name and name.split(".", 1)[0] in table.header for name in table.header)
    dicts = _known_dicts(table)
    text_at = table.index.get("text", -1)
    started = table.header_row is None
    for item in table.sheet.rows(tally):
        if isinstance(item, Quarantined):
            yield item
            continue
        number, cells = item
        if not started:
            started = number == table.header_row
            continue
        filled = [i for i, value in enumerate(cells) if value is not None and value != "" and not _blank(value)]
        if not filled:
            continue
        if len(cells) > base and filled[-1] >= base and 0 <= text_at < base:
            cells = _rejoin(cells, base, text_at, table.sheet.delimiter, tally)
        if _is_notice(cells, filled, text_at, base, tally) or _repeats(cells, header_keys[:base], table):
            continue
        yield number, expand(cells, dicts, len(table.header))


def _blank(value: Cell) -> bool:
    return isinstance(value, str) and (value.isspace() or (len(value) < 4 and not cell(value)))


def _known_dicts(table: Table) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for i, name in enumerate(table.header):
        keys = tuple(other[len(name) + 1 :] for other in table.header[i + 1 :] if name and other.startswith(f"{name}."))
        if keys and table.sheet.source.suffix not in (".json", ".jsonl", ".ndjson"):
            found[i] = keys
    return found


def _rejoin(cells: list[Cell], width: int, text_at: int, delimiter: str | None, tally: Tally) -> list[Cell]:
    extra = len(cells) - width
    if delimiter is None:
        if text_at != width - 1:
            return cells
        while cells and not cell(cells[-1]):
            cells = cells[:-1]
        extra = len(cells) - width
    tally.notes["rejoined"] += 1
    joined = (delimiter or ",").join(cell(value) for value in cells[text_at : text_at + extra + 1])
    return [*cells[:text_at], joined, *cells[text_at + extra + 1 :]]


def _is_notice(cells: list[Cell], filled: list[int], text_at: int, width: int, tally: Tally) -> bool:
    """A footer of sums, or a notice: one cell alone, in a table of three or more columns, that speaks of the export."""
    if len(filled) <= 8 and numbers.is_sum([text for value in cells if (text := cell(value))]):
        tally.notes["notice"] += 1
        return True
    if len(filled) != 1 or width < 3:
        return False
    text = cell(cells[filled[0]])
    if not _NOTICE.search(text) or (filled[0] == text_at and not _CUT.search(text)):
        return False
    if match := _CUT.search(text):
        tally.notes["cut_at"] = int((match[1] or match[2]).replace(",", ""))
    tally.notes["notice"] += 1
    return True


def _repeats(cells: list[Cell], header: list[str], table: Table) -> bool:
    if table.header_row is None:
        return False
    pairs = [(value, key) for value, key in zip(cells, header, strict=False) if key]
    return bool(pairs) and all(isinstance(value, str) and names.key(value) == key for value, key in pairs)
