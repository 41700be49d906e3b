"""JSON and JSON lines into rows: objects become columns, nested objects become dotted ones."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from feedback.errors import UnreadableFile
from feedback.ingest.encodings import lines
from feedback.ingest.model import Cell, Quarantined, Row, Sheet, Source, Tally

MAX_BYTES: Final = 512 * 1024**2
MAX_DEPTH: Final = 60
_HEAD: Final = 500


def sheet(source: Source, encoding: str) -> Sheet:
    """A .json or .jsonl file as a table whose first row is its keys.

    A .json holds an array of objects, or has one somewhere inside: the longest list of objects is taken. Raises
    UnreadableFile when there is none, or the document is damaged, too deep or too large.
    """
    if source.suffix == ".json" and not _is_lines(source, encoding):
        records = _document(source, encoding)
        keys = _keys(records)
        return Sheet(source, None, encoding, lambda tally: _rows(enumerate(records, 1), keys))
    head = [item for item in islice(_objects(source, encoding, Tally()), _HEAD) if not isinstance(item, Quarantined)]
    if not head:
        raise UnreadableFile(f"{source.name}: no JSON objects in it", hint="one object a line, or an array of objects")
    keys = _keys([record for _, record in head])

    def from_lines(tally: Tally) -> Iterator[Row | Quarantined]:
        return _rows(_objects(source, encoding, tally), keys)

    return Sheet(source, None, encoding, from_lines)


def flatten(value: Any, prefix: str = "", depth: int = 0) -> dict[str, Cell]:
    """A nested object as one level of dotted keys; lists of plain values are joined, other lists kept as JSON."""
    if depth > 6:
        return {prefix: json.dumps(value, ensure_ascii=False, default=str)[:1000]}
    flat: dict[str, Cell] = {}
    for key, inner in value.items():
        name = f"{prefix}.{key}" if prefix else str(key)
        if isinstance(inner, dict):
            flat.update(flatten(inner, name, depth + 1))
        elif isinstance(inner, list):
            plain = all(isinstance(item, (str, int, float)) for item in inner)
            flat[name] = "、".join(map(str, inner)) if plain else json.dumps(inner, ensure_ascii=False, default=str)
        else:
            flat[name] = "" if inner is None else inner
    return flat


def _is_lines(source: Source, encoding: str) -> bool:
    """Whether a .json file really holds one object a line."""
    heads = []
    for item in islice(lines(source, encoding, Tally()), 20):
        if not isinstance(item, Quarantined) and item[1].strip():
            heads.append(item[1].strip())
    if len(heads) < 2:
        return False
    return all(isinstance(_loads(text), dict) for text in heads[:2])


def _objects(source: Source, encoding: str, tally: Tally) -> Iterator[tuple[int, dict[str, Any]] | Quarantined]:
    for item in lines(source, encoding, tally):
        if isinstance(item, Quarantined):
            yield item
            continue
        number, text = item
        if not text.strip():
            continue
        value = _loads(text)
        if isinstance(value, dict):
            yield number, value
        elif isinstance(value, str) and value.strip():
            yield number, {"text": value}
        else:
            yield Quarantined(source.name, None, number, "not_object", text[:5000])


def _rows(
    records: Iterator[tuple[int, dict[str, Any]] | Quarantined] | enumerate[dict[str, Any]], keys: list[str]
) -> Iterator[Row | Quarantined]:
    yield 0, list(keys)
    for item in records:
        if isinstance(item, Quarantined):
            yield item
        else:
            flat = flatten(item[1])
            yield item[0], [flat.get(key, "") for key in keys]


def _keys(records: list[dict[str, Any]]) -> list[str]:
    keys: dict[str, None] = {}
    for record in records[:_HEAD]:
        keys.update(dict.fromkeys(flatten(record)))
    return list(keys)


def _loads(text: str) -> Any:
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _depth(text: str) -> int:
    deepest = depth = 0
    quoted = escaped = False
    for char in text:
        if quoted:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                quoted = False
        elif char == '"':
            quoted = True
        elif char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _document(source: Source, encoding: str) -> list[dict[str, Any]]:
    with source.open() as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UnreadableFile(
            f"{source.name}: larger than {MAX_BYTES // 1024**2} MB", hint="give it as JSON lines, one object a line"
        )
    text = data.decode(encoding, "replace").lstrip("\ufeff")
    del data
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise UnreadableFile(f"{source.name}: nested deeper than {MAX_DEPTH} levels", hint="give the records alone")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(
            f"{source.name}: not valid JSON: {error}", hint="check where the file is cut off"
        ) from None
    best = _longest(document)
    if not best:
        raise UnreadableFile(f"{source.name}: no list of records in it", hint="give an array of objects")
    return best


def _longest(document: Any) -> list[dict[str, Any]]:
    """The longest list of objects in a document; else a list of texts; else objects keyed by their ids."""
    best: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    keyed: list[dict[str, Any]] = []
    queue: deque[Any] = deque([document])
    while queue:
        value = queue.popleft()
        if isinstance(value, list):
            objects = [item for item in value if isinstance(item, dict)]
            if objects:
                best = max(best, objects, key=len)  # lists inside the records (replies to a post) do not compete
                continue
            if len(value) > len(texts) and all(isinstance(item, str) for item in value):
                texts = [{"text": item} for item in value]
            queue.extend(item for item in value if isinstance(item, list))
        elif isinstance(value, dict):
            inner = [item for item in value.values() if isinstance(item, dict)]
            if len(inner) == len(value):
                keyed = max(keyed, inner, key=len)
            queue.extend(item for item in value.values() if isinstance(item, (list, dict)))
    if not best and keyed and len(keyed) == 1:
        # The last wrapper before the values is the record itself.
        only = keyed[0]
        while len(only) == 1 and isinstance(next(iter(only.values())), dict):
            only = next(iter(only.values()))
        keyed = [only]
    return best or keyed or texts
