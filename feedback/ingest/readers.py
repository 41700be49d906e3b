"""A source into its sheets of raw rows: format by suffix and content, then encoding, then delimiter."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from feedback.errors import UnreadableFile
from feedback.ingest import delimited, documents, encodings, structured, workbooks
from feedback.ingest.model import Quarantined, Row, Sheet, Source, Tally
from feedback.ingest.sources import SUFFIXES

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"%PDF", b"\x7fELF", b"MZ", b"Rar!", b"7z\xbc\xaf")


def sheets(source: Source, wanted: str | None = None) -> list[Sheet]:
    """The sheets of a source. Raises UnreadableFile, naming the file, when it is not what its name says."""
    with source.open() as stream:
        head = stream.read(1 << 18)
    if not head.strip(b"\x00 \r\n\t\xef\xbb\xbf"):
        raise UnreadableFile(f"{source.name}: the file is empty", hint="export it again")
    suffix = source.suffix
    if head.startswith(b"PK\x03\x04") and suffix not in (".docx", ".ods", ".xlsb"):
        suffix = ".xlsx"
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        suffix = ".xls"
    if suffix in (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods") and (head.startswith((b"PK", b"\xd0\xcf\x11\xe0"))):
        return workbooks.sheets(source, wanted)
    if wanted is not None:
        raise UnreadableFile(f"{source.name}: no sheet {wanted!r}", hint="only workbooks have sheets: leave it out")
    if suffix == ".docx":
        return documents.word(source)
    encoding = encodings.detect(head)
    if head.startswith(_PICTURES) or (not encoding.startswith(("utf-16", "utf-32")) and _binary(head)):
        raise UnreadableFile(
            f"{source.name}: not a text or workbook file", hint=f"known formats: {', '.join(SUFFIXES)}"
        )
    if suffix in (".jsonl", ".ndjson", ".json"):
        return [structured.sheet(source, encoding)]
    if suffix == ".md":
        return [documents.markdown(source, encoding)]
    if suffix not in SUFFIXES:
        raise UnreadableFile(
            f"{source.name}: unknown format {suffix or '(none)'}", hint=f"known: {', '.join(SUFFIXES)}"
        )
    return [_text(source, encoding, suffix)]


def _text(source: Source, encoding: str, suffix: str) -> Sheet:
    ahead = islice(encodings.lines(source, encoding, Tally()), delimited.HEAD)
    head = [item[1] for item in ahead if not isinstance(item, Quarantined)]
    seen = sum(len(line.encode("utf-8", "replace")) + 1 for line in head)
    expected = round(source.size * len(head) / seen) if seen and not source.name.endswith(".gz") else None
    # An .xls that is really text (many export buttons do so) is tab- or comma-separated.
    delimiter = delimited.sniff(head, ".csv" if suffix.startswith((".xls", ".ods")) else suffix)
    if delimiter is None:
        plain = lambda tally: _lines(source, encoding, tally)  # noqa: E731
        return Sheet(source, None, encoding, plain, lines=True, expected=expected)
    chosen = delimiter

    def rows(tally: Tally) -> Iterator[Row | Quarantined]:
        return delimited.table(encodings.lines(source, encoding, tally), chosen, tally)

    return Sheet(source, None, encoding, rows, delimiter=delimiter, expected=expected)


def _lines(source: Source, encoding: str, tally: Tally) -> Iterator[Row | Quarantined]:
    for item in encodings.lines(source, encoding, tally):
        yield item if isinstance(item, Quarantined) else (item[0], [item[1]])


def _binary(head: bytes) -> bool:
    """Whether a head is no text: NUL bytes, or many control characters."""
    control = sum(head.count(bytes([code])) for code in (*range(1, 9), *range(14, 27), 28, 29, 30, 31))
    return head.count(0) > len(head) * 0.001 + 2 or control > len(head) * 0.02 + 8
