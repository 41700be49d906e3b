"""Gold records: texts people have read: JSON lines with text, polarity, codes, and optionally spans, id, source."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from feedback.errors import InputError, UnreadableFile
from feedback.lexicon import Taxonomy
from feedback.records import POLARITIES

NEEDED: Final = ("text", "polarity", "codes")
_FORM: Final = 'each line: {"text": "…", "polarity": "negative", "codes": ["function"]}'


@dataclass(frozen=True, slots=True)
class GoldRecord:
    """One text as a person reads it. `spans` are (code, start, end), end exclusive; None where nobody marked any.

    `source` is "" where none is named.
    """

    text: str
    polarity: str
    codes: tuple[str, ...]
    spans: tuple[tuple[str, int, int], ...] | None = None
    id: str | None = None
    source: str = ""


def read_gold(file: Path, tax: Taxonomy) -> list[GoldRecord]:
    """The records of `file`, in order.

    Raises UnreadableFile for the file, InputError naming the line and the valid values for what is in it.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except IsADirectoryError:
        raise UnreadableFile(f"{file}: a folder", hint="name one file of JSON lines") from None
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}", hint="check the name") from None
    except UnicodeDecodeError:
        raise UnreadableFile(f"{file}: not UTF-8", hint="save it as JSON lines in UTF-8") from None
    # Not splitlines(): a text may hold U+2028 and its like, which end no JSON line.
    records = [
        parse(line, f"{file}: line {number}", tax) for number, line in enumerate(text.split("\n"), 1) if line.strip()
    ]
    if not records:
        raise UnreadableFile(f"{file}: no labelled record in it", hint=_FORM)
    return records


def says_itself(file: Path) -> bool:
    """Whether the first record looks like what `classify` writes: verdicts of a judge, that prove nothing about it."""
    with file.open(encoding="utf-8-sig") as stream:
        first = next((line for line in stream if line.strip()), "{}")
    return {"code_scores", "scores"} <= set(json.loads(first))


def parse(line: str, where: str, tax: Taxonomy) -> GoldRecord:
    """One line of a gold file; `where` begins the message of the InputError that a fault raises."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not JSON: {error}", hint=_FORM) from None
    if not isinstance(entry, dict):
        raise InputError(f"{where}: not a JSON object", hint=_FORM)
    missing = [key for key in NEEDED if key not in entry]
    if missing:
        raise InputError(f"{where}: lacks {', '.join(missing)}", hint=f"needed: {', '.join(NEEDED)}")
    text, polarity, given = entry["text"], entry["polarity"], entry["codes"]
    if not isinstance(text, str):
        raise InputError(f"{where}: text is no string", hint=_FORM)
    if polarity not in POLARITIES:
        raise InputError(f"{where}: unknown polarity {polarity!r}", hint=f"valid: {', '.join(POLARITIES)}")
    if not isinstance(given, list):
        raise InputError(f"{where}: codes is no list", hint=_FORM)
    for code in given:
        _known(code, where, tax)
    own, source, spans = entry.get("id"), entry.get("source"), entry.get("spans")
    return GoldRecord(
        text=text,
        polarity=polarity,
        codes=tuple(code for code in tax.codes if code in given),
        spans=None if spans is None else _spans(spans, text, where, tax),
        id=None if own is None else str(own),
        source="" if source is None else str(source),
    )


def _known(code: Any, where: str, tax: Taxonomy) -> None:
    if not isinstance(code, str) or code not in tax.codes:
        raise InputError(f"{where}: unknown code {code!r}", hint=f"valid: {', '.join(tax.codes)}")


def _spans(entries: Any, text: str, where: str, tax: Taxonomy) -> tuple[tuple[str, int, int], ...]:
    hint = 'each span: {"code": "function", "start": 0, "end": 4}, end exclusive, within the text'
    if not isinstance(entries, list):
        raise InputError(f"{where}: spans is no list", hint=hint)
    found = []
    for entry in entries:
        if not isinstance(entry, dict) or not {"code", "start", "end"} <= entry.keys():
            raise InputError(f"{where}: a span lacks code, start or end", hint=hint)
        _known(entry["code"], where, tax)
        start, end = entry["start"], entry["end"]
        if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
            raise InputError(f"{where}: no span from {start!r} to {end!r} in {len(text)} characters", hint=hint)
        if entry.get("quote", text[start:end]) != text[start:end]:
            raise InputError(f"{where}: the quote of {entry['code']} is not text[{start}:{end}]", hint=hint)
        found.append((str(entry["code"]), start, end))
    return tuple(sorted(found))
