"""Which column is which field: by name, checked against what is in it; what has no known name, by content."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from feedback.errors import MissingColumn, UsageError
from feedback.ingest import dates, names, numbers
from feedback.ingest.clean import cell
from feedback.ingest.model import Cell

#: Fields that a column may stand for, in the order in which they choose.
FIELDS: Final = ("text", "created_at", "rating", "nps", "title", "author", "url", "likes", "comments", "reposts",
                 "engagement", "version", "region", "channel", "context")  # fmt: skip
_LETTERS: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[A-Za-z]+[ ,.!?']+[A-Za-z]+")
_URL: Final = re.compile(r"^\s*(?:https?://|www\.|//|[\w-]+\.(?:com|cn|net|org)\b)", re.I)
_CLOCK: Final = re.compile(r"[012]?\d[:：][0-5]\d(?:[:：][0-5]\d)?")
_SAMPLE: Final = 300
#: Words of the maker or of the shop: never what a user said, however long they are.
_FOREIGN: Final = re.compile(r"回复|回应|客服|处理|商品|产品|店铺|课程|reply|response|product", re.I)


@dataclass(frozen=True)
class Choice:
    """field → position, which positions were found by content alone, and the next best column for the text."""

    index: dict[str, int]
    by_content: frozenset[str]
    other_text: int | None = None


def choose(
    header: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    reading: dates.Reading,
    *,
    kind: str,
    mapping: Mapping[str, str],
    named: bool,
    where: str,
) -> Choice:
    """The columns of a table from its header and a sample of its rows; `mapping` (field → column) overrules.

    Raises MissingColumn when nothing in it can be the text, UsageError when `mapping` names what is not there.
    """
    samples = [[row[i] for row in rows[:_SAMPLE] if i < len(row) and cell(row[i])] for i in range(len(header))]
    index = {field: _position(header, field, column, where) for field, column in mapping.items()}
    taken = set(index.values())
    by_content: set[str] = set()
    options: dict[str, list[tuple[float, int]]] = {}
    for position, name in enumerate(header):
        for field, rank in names.candidates(name) if named and name else ():
            if (samples[position] or rank < 200) and _fits(field, samples[position], reading):
                options.setdefault(field, []).append((_cost(field, rank, samples[position]), position))
    if kind == "interview":
        asked = {position for _, position in options.get("context", [])}
        options["text"] = [option for option in options.get("text", []) if option[1] not in asked]
    for field in FIELDS:
        if field in index or (field == "context" and kind not in ("interview", "survey")):
            continue
        free = [(cost, position) for cost, position in options.get(field, []) if position not in taken]
        if free:
            index[field] = min(free)[1]
            if field == "text":
                index[field] = _fuller(index[field], header, samples, len(rows[:_SAMPLE]), reading, options)
            taken.add(index[field])
    for field, finder in (("created_at", _time_like), ("rating", _rating_like), ("text", _text_like)):
        if field in index:
            continue
        scored = [(finder(samples[i], reading, named), -i) for i in range(len(header)) if i not in taken]
        best = max(scored, default=(0.0, 0))
        if best[0] > 0:
            index[field] = -best[1]
            taken.add(index[field])
            by_content.add(field)
    _settle(index, samples, kind)
    clock = next((i for i, sample in enumerate(samples) if i not in taken and _clocks(sample)), None)
    if clock is not None and "created_at" in index and not any(":" in cell(v) for v in samples[index["created_at"]]):
        index["clock"] = clock
    if "text" not in index and not (kind == "survey" and "nps" in index):
        if "title" in index:
            index["text"] = index.pop("title")
        else:
            raise MissingColumn(
                f"{where}: no column with text; columns: {', '.join(name or '-' for name in header[:20])}",
                hint="name it with --map text=COLUMN",
            )
    rivals = [(_text_like(samples[i], reading, True) * len(samples[i]), -i)
              for i in range(len(header)) if i not in index.values() and _may_be_text(i, header, options)]  # fmt: skip
    best_rival = max(rivals, default=(0.0, 0))
    return Choice(index, frozenset(by_content), -best_rival[1] if best_rival[0] > 0 else None)


def _fuller(
    chosen: int,
    header: Sequence[str],
    samples: list[list[Cell]],
    rows: int,
    reading: dates.Reading,
    options: Mapping[str, list[tuple[float, int]]],
) -> int:
    """The column chosen as the text by its name, or the one with far more running text where that is nearly empty.

    A sure name ("评论内容") gives way below 10 % of filled cells, a weak one ("备注") below 50 %; the other column must
    be filled in half of the rows and hold five times the words.
    """
    rank = min(rank for field, rank in names.candidates(header[chosen]) if field == "text")
    weak = rank >= names.WEAK_TEXT
    if rows < 3 or len(samples[chosen]) >= (0.5 if weak else 0.1) * rows:
        return chosen
    words = [_text_like(sample, reading, True) * len(sample) for sample in samples]
    least = 5 * sum(len(cell(value)) for value in samples[chosen])
    filled = [i for i in range(len(header)) if i != chosen and 2 * len(samples[i]) >= rows]
    fuller = [(words[i], -i) for i in filled if words[i] >= least and _may_be_text(i, header, options)]
    return -max(fuller)[1] if fuller else chosen


def _may_be_text(position: int, header: Sequence[str], options: Mapping[str, list[tuple[float, int]]]) -> bool:
    """Whether no other field claims a column by its name, nor the maker or the shop."""
    claimed = any(position == at for field, found in options.items() if field != "text" for _, at in found)
    name = header[position]
    return not (claimed or _FOREIGN.search(name) or names.is_identity(name))


def _clocks(sample: list[Cell]) -> bool:
    """Whether a column holds times of day alone."""
    return bool(sample) and _share(sample, lambda value: bool(_CLOCK.fullmatch(cell(value)))) > 0.9


def _settle(index: dict[str, int], samples: list[list[Cell]], kind: str) -> None:
    """A survey's "score" of 0..10 is its NPS; a question is a context only beside answers."""
    if kind == "survey" and "nps" not in index and "rating" in index:
        values = [number for value in samples[index["rating"]] if (number := numbers.nps(value)) is not None]
        if values and len(values) > 0.9 * len(samples[index["rating"]]) and max(values) > 5:
            index["nps"] = index.pop("rating")


def _position(header: Sequence[str], field: str, column: str, where: str) -> int:
    if field not in FIELDS:
        raise UsageError(f"--map {field}={column}: no field {field!r}", hint=f"fields: {', '.join(FIELDS)}")
    for position, name in enumerate(header):
        if name.strip() == column.strip():
            return position
    wanted = names.key(column)
    for position, name in enumerate(header):
        if wanted and names.key(name) == wanted:
            return position
    if column.isdigit() and 1 <= int(column) <= len(header):
        return int(column) - 1
    raise UsageError(f"{where}: --map {field}={column}: no such column", hint=f"columns: {', '.join(header[:20])}")


def _fits(field: str, sample: list[Cell], reading: dates.Reading) -> bool:
    """Whether what a column holds can be the field that its name says; an empty column may be anything but the text."""
    if not sample:
        return field != "text"
    if _share(sample, lambda value: str(value).startswith(("{", "[{"))) > 0.5:
        return False
    if field == "text":
        return _share(sample, lambda value: isinstance(value, str) and not _bare(value)) > 0.3
    if field == "created_at":
        return _share(sample, lambda value: dates.parse(value, reading) is not None) > 0.3
    if field in ("rating", "nps"):
        return _share(sample, lambda value: numbers.rating(value) is not None) > 0.5 and (
            field == "nps" or _share(sample, lambda value: numbers.stars(value, 100) is not None) > 0.3
        )
    if field in ("likes", "comments", "reposts", "engagement"):
        return _share(sample, lambda value: numbers.count(str(value)) is not None) > 0.6
    if field == "url":
        return _share(sample, lambda value: bool(_URL.search(str(value)))) > 0.5
    if field in ("author", "region", "version", "channel"):
        return statistics.fmean(len(cell(value)) for value in sample) <= 60
    return True


def _cost(field: str, rank: int, sample: list[Cell]) -> float:
    """Preference among columns that fit one field: the surer name; for text also the longer content."""
    if field == "text" and sample:
        length = statistics.fmean(len(cell(value)) for value in sample)
        return rank + (300 if length < 5 else 0) + 100 / (length + 1)
    return rank + (500 if not sample else 0)


def _share(sample: list[Cell], test: object) -> float:
    return sum(bool(test(value)) for value in sample) / len(sample)  # type: ignore[operator]


def _bare(value: str) -> bool:
    """A number, a date or a link rather than words."""
    return (
        not re.search(r"[^\W\d_]", value)
        or bool(_URL.match(value))
        or (bool(re.match(r"\d{4}[-/年.]\d", value)) and len(value) < 30)
    )


def _text_like(sample: list[Cell], reading: dates.Reading, named: bool) -> float:
    texts = [str(value) for value in sample if isinstance(value, str)]
    if len(texts) < 0.5 * max(len(sample), 1) or not texts:
        return 0.0
    wordy = sum(bool(_LETTERS.search(text)) and not _bare(text) for text in texts) / len(texts)
    length = statistics.fmean(map(len, texts))
    distinct = len(set(texts)) / len(texts)
    if wordy < 0.5 or length < (4 if named else 2) or (len(texts) > 20 and distinct < 0.05):
        return 0.0
    return length * wordy * distinct


def _time_like(sample: list[Cell], reading: dates.Reading, named: bool) -> float:
    full = [value for value in sample if not isinstance(value, (int, float)) and _is_full(value, reading)]
    return len(full) / len(sample) if len(full) > 0.8 * max(len(sample), 1) else 0.0


def _is_full(value: Cell, reading: dates.Reading) -> bool:
    moment = dates.parse(value, reading)
    return moment is not None and moment.how == "full" and len(str(value)) <= 40


def _rating_like(sample: list[Cell], reading: dates.Reading, named: bool) -> float:
    if not sample:
        return 0.0
    starred = _share(
        sample, lambda value: any(mark in str(value) for mark in ("★", "☆", "⭐")) and len(str(value)) <= 12
    )
    if starred > 0.8:
        return starred
    values = [parsed[0] for value in sample if (parsed := numbers.rating(value)) is not None]
    whole = len(values) == len(sample) and set(values) <= {1.0, 2.0, 3.0, 4.0, 5.0} and len(set(values)) >= 3
    return 0.5 if whole and not named and len(values) >= 3 else 0.0
