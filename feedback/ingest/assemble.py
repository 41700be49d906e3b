"""Rows of a table into batches of feedback: fields read, text cleaned and masked, ids given, bad rows set aside."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd

from feedback.ingest import dates, interview, numbers, privacy, tables
from feedback.ingest.clean import SCIENTIFIC, cell, count_foreign, is_empty, join, same
from feedback.ingest.language import language
from feedback.ingest.model import Batch, Cell, Options, Quarantined, Table, Tally
from feedback.records import FEEDBACK_COLUMNS

_RAW_LIMIT: Final = 20_000
#: Zones of exports differ: only what lies more than a day ahead is surely wrong.
_DAY: Final = timedelta(days=1)
_ENGAGEMENT: Final = ("likes", "comments", "reposts")


def batches(table: Table, options: Options) -> Iterator[Batch]:
    """The batches of a table, in order; every row read is in `frame` or in `quarantined`, none is in both."""
    assembler = _Assembler(table, options)
    for item in _answers(table, assembler.tally):
        if isinstance(item, Quarantined):
            assembler.bad.append(item)
        elif isinstance(item, interview.Answer):
            assembler.answer(item)
        else:
            assembler.row(*item)
        if len(assembler.records) + len(assembler.bad) >= options.chunk:
            yield assembler.batch()
    last = assembler.batch()
    if last.read or last.notes or last.masked:
        yield last


def _answers(table: Table, tally: Tally) -> Iterator[Any]:
    rows = tables.body(table, tally)
    if table.layout == "blocks":
        return interview.blocks(rows, table.sheet.source.name)
    if table.layout == "people":
        return interview.people(rows, table.header, table.sheet.source.name)
    if table.layout == "questions":
        return interview.questions(rows, table.header, table.sheet.source.name)
    return rows


class _Assembler:
    """Collects the records of one batch after the other."""

    def __init__(self, table: Table, options: Options) -> None:
        assert table.as_of is not None
        self.table, self.options = table, options
        self.reading = dates.Reading(options.zone, table.as_of, table.month_first)
        self.tally = Tally()
        self.records: list[tuple[Any, ...]] = []
        self.bad: list[Quarantined] = []
        self.file, self.sheet = table.sheet.source.name, table.sheet.name
        self.twins: Counter[str] = Counter()

    def batch(self) -> Batch:
        """What was collected, and a fresh start."""
        frame = pd.DataFrame(self.records, columns=list(FEEDBACK_COLUMNS))
        frame = frame.astype(dict.fromkeys(FEEDBACK_COLUMNS, object))
        frame["created_at"] = pd.to_datetime(frame["created_at"], utc=True)
        frame["rating"] = frame["rating"].astype("Float64")
        frame = frame.astype({"nps": "Int64", "engagement": "Int64", "row": "Int64"})
        done = Batch(self.table, frame, tuple(self.bad), Counter(self.tally.masked), Counter(self.tally.notes))
        self.records, self.bad = [], []
        self.tally.masked.clear()
        self.tally.notes.clear()
        return done

    def row(self, number: int, cells: list[Cell]) -> None:
        """One row of a table, or one line."""
        index, notes = self.table.index, self.tally.notes

        def get(field: str) -> str:
            at = index.get(field)
            return cell(cells[at]) if at is not None and at < len(cells) else ""

        at = index.get("text")
        raw = cells[at] if at is not None and at < len(cells) else ""
        if isinstance(raw, str) and len(raw) > self.options.settings.max_cell_characters:
            self.set_aside(number, "long_cell", cells)
            return
        body, title = get("text"), get("title")
        body = "" if is_empty(body) else body
        count_foreign(body, notes)
        title = "" if is_empty(title) else title
        nps = numbers.nps(get("nps")) if "nps" in index else None
        text = join(title, body)
        if not text and nps is None:
            self.set_aside(number, "no_text", cells)
            return
        if "\ufffd" in text and text.count("\ufffd") > 0.5 * len(text):
            self.set_aside(number, "unreadable", cells)
            return
        rating = numbers.stars(get("rating"), self.table.rating_scale) if "rating" in index else None
        counts = [numbers.count(get(field)) for field in _ENGAGEMENT if field in index]
        known = [value for value in counts if value is not None]
        engagement = sum(known) if known else numbers.count(get("engagement")) if "engagement" in index else None
        self.record(
            number,
            text,
            when=self._when(self._time(cells)) if "created_at" in index else self.table.date_in_name,
            author=get("author"),
            rating=rating,
            nps=nps,
            version=get("version") or None,
            region=_place(get("region")),
            channel=get("channel") or None,
            engagement=engagement,
            url=get("url") or None,
            context=get("context") or None,
        )

    def answer(self, answer: interview.Answer) -> None:
        """One answer of an interview."""
        when = self._when(answer.when) if answer.when else self.table.date_in_name
        text = answer.text
        if when is None and text:
            self.tally.notes["undated_answers"] += 1
        if len(text) > self.options.settings.max_cell_characters:
            self.set_aside(answer.row, "long_cell", [answer.text])
        elif text:
            self.record(answer.row, text, when=when, author=answer.person, context=answer.question)
        else:
            self.set_aside(answer.row, "no_text", [answer.text])

    def record(
        self,
        number: int,
        text: str,
        *,
        when: datetime | None,
        author: str,
        rating: float | None = None,
        nps: int | None = None,
        version: str | None = None,
        region: str | None = None,
        channel: str | None = None,
        engagement: int | None = None,
        url: str | None = None,
        context: str | None = None,
    ) -> None:
        """Mask, name and keep one record."""
        options, masked = self.options, self.tally.masked
        clear = privacy.mask(text, masked)
        context = privacy.mask(context, masked) if context else None
        url = privacy.mask(url, masked) if url else None
        channel = options.channel or (privacy.mask(channel, masked) if channel else None)
        region = privacy.mask(region, masked) if region else None
        if SCIENTIFIC.fullmatch(author):
            self.tally.notes["scientific_ids"] += 1
            author = ""
        key = privacy.author_key(author)
        moment = when.isoformat() if when else ""
        parts = [options.kind, channel or "", key or "", moment, same(clear), options.product]
        if options.kind == "interview":
            parts.append(context or "")
        if not clear:
            # Scores without words, name or time would all be one record; their place among their like tells them apart.
            twin = "\x1f".join([*parts, str(nps)])
            self.twins[twin] += 1
            parts += [str(nps), re.split(r"[/\\!]", self.file)[-1], str(self.twins[twin])]
        tongue = language(clear)
        if tongue != "zh":
            self.tally.notes["other_language"] += 1
        self.records.append((
            identity(parts), options.kind, channel, options.product, text if options.settings.keep_raw else clear, when,
            privacy.author_hash(key, options.salt) if key else None, rating, nps, version, region, engagement, url,
            self.file, self.sheet, number, context, tongue, None, None,
        ))  # fmt: skip

    def set_aside(self, number: int | None, reason: str, cells: list[Cell]) -> None:
        """Quarantine one row with its raw content under its column names."""
        header = self.table.header or ("text",)
        named = {
            (header[i] if i < len(header) and header[i] else f"column_{i + 1}"): str(value)[:_RAW_LIMIT]
            for i, value in enumerate(cells)
            if value not in ("", None)
        }
        raw = json.dumps(named, ensure_ascii=False)
        self.bad.append(Quarantined(self.file, self.sheet, number, reason, raw))

    def _time(self, cells: list[Cell]) -> Cell:
        """The cell of the time; a date and a time of day in columns of their own are put together."""
        value = cells[self.table.index["created_at"]]
        clock = self.table.index.get("clock")
        if clock is None or not cell(cells[clock]):
            return value
        day = value.date().isoformat() if isinstance(value, datetime) else cell(value)
        return f"{day} {cell(cells[clock])}" if day else ""

    def _when(self, value: Cell) -> datetime | None:
        plain = value if isinstance(value, (datetime, int, float)) else cell(value)
        moment = dates.parse(plain, self.reading)
        if moment is None:
            if plain != "" and not is_empty(str(plain)):
                self.tally.notes["unknown_dates"] += 1
            return None
        if moment.how != "full":
            self.tally.notes[f"{moment.how}_dates"] += 1
        now = self.options.now
        if now is not None and moment.at > now + _DAY:
            self.tally.notes["future_dates"] += 1
        return moment.at


def identity(parts: list[str]) -> str:
    """The id of a record: a hash of kind, channel, author, time, masked text, product; the same in any store and order.

    Of the author's name only 24 bits of its own hash go in: enough to keep two people apart, too few to find a name
    by trying.
    """
    parts = list(parts)
    if parts[2]:
        parts[2] = hashlib.blake2b(parts[2].encode("utf-8", "surrogatepass"), digest_size=3).hexdigest()
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _place(text: str) -> str | None:
    """A region without its label: "IP属地：广东" is 广东."""
    return re.sub(r"^(?:IP\s*)?(?:属地|归属地|发布于|来自)\s*[:：]?\s*", "", text, flags=re.I) or None
