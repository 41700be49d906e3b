"""Bytes into lines of text, whatever the encoding, even where a file changes it midway."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from feedback.ingest.model import Quarantined, Source, Tally

#: A line longer than this is not a row; bounded so that a file without line breaks cannot fill the memory.
MAX_LINE_BYTES: Final = 4 * 1024 * 1024
_COMMON: Final = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去"
    "法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又"
    "这很非常质量服务商品东西买快递客服差评垃圾酒店房间味道送餐感觉比较喜欢满意不错希望问题手机软件更新"
    "這個們來說時會過對後裡麼樣還開從無與長機實發現買東評價間覺歡滿問題軟體"
)
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CJK: Final = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")


def _cp936(error: UnicodeError) -> tuple[str, int]:
    """Error handler: byte 0x80 of Windows' CP936 is the euro sign; any other stray byte becomes U+FFFD."""
    if isinstance(error, UnicodeDecodeError):
        stray = error.object[error.start : error.start + 1]
        return ("€" if stray == b"\x80" else "\ufffd", error.start + 1)
    raise error


codecs.register_error("feedback_cp936", _cp936)


def detect(head: bytes) -> str:
    """The encoding of a file from its first bytes: utf-8, utf-8-sig, utf-16-le, utf-16-be, utf-32, gb18030 or big5."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if len(head) >= 4:
        pairs = len(head) // 2
        if head[1::2].count(0) > 0.3 * pairs and head[0::2].count(0) < 0.05 * pairs:
            return "utf-16-le"
        if head[0::2].count(0) > 0.3 * pairs and head[1::2].count(0) < 0.05 * pairs:
            return "utf-16-be"
    odd = [line for line in head.split(b"\n") if not line.isascii()]
    if len(odd) > 1 and not head.endswith(b"\n"):
        odd = odd[:-1]
    failing = [line for line in odd if not _is_utf8(line)]
    if len(failing) * 2 <= len(odd):
        return "utf-8"
    sample = b"\n".join(failing[:400])
    return max(("gb18030", "big5"), key=lambda name: _plausible(sample.decode(name, "replace")))


def lines(source: Source, encoding: str, tally: Tally) -> Iterator[tuple[int, str] | Quarantined]:
    """(number, text without its line break) of every line; too long ones come as `Quarantined`.

    Each line is decoded on its own, so a file that switches from UTF-8 to GBK stays readable. Bytes that no encoding
    explains become U+FFFD and are counted in `tally.notes["undecodable"]`.
    """
    with source.open() as stream:
        if encoding.startswith(("utf-16", "utf-32")):
            yield from _wide(stream, encoding, source, tally)
            return
        second = "gb18030" if encoding.startswith("utf-8") else encoding
        for number, (raw, whole) in enumerate(_pieces(stream), 1):
            if number == 1 and raw.startswith(codecs.BOM_UTF8):
                raw = raw[3:]
            if not whole:
                shown = raw[:200].decode(second, "replace")
                yield Quarantined(source.name, None, number, "long_line", shown)
            else:
                yield number, _decode(raw, second, encoding, tally)


def _pieces(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Lines by \\n, \\r\\n or lone \\r; (start of the line, False) for one that is too long."""
    rest = b""
    while True:
        raw = stream.readline(MAX_LINE_BYTES)
        if not raw:
            return
        if len(raw) >= MAX_LINE_BYTES and not raw.endswith(b"\n"):
            if b"\r" in raw[:-1] and b"\r\n" not in raw:  # an old Mac file: one "line", many carriage returns
                *some, rest = (rest + raw).split(b"\r")
                yield from ((piece, True) for piece in some)
                continue
            while (more := stream.readline(MAX_LINE_BYTES)) and not more.endswith(b"\n"):
                pass
            yield rest + raw[:1000], False
            rest = b""
            continue
        raw = rest + raw.rstrip(b"\n")
        rest = b""
        if raw.endswith(b"\r"):
            raw = raw[:-1]
        if b"\r" in raw and b'"' not in raw:
            yield from ((piece, True) for piece in raw.split(b"\r"))
        else:
            yield raw, True


def _wide(stream: BinaryIO, encoding: str, source: Source, tally: Tally) -> Iterator[tuple[int, str] | Quarantined]:
    reader = codecs.getreader(encoding)(stream, "replace")
    number, pending = 0, ""
    while True:
        piece = reader.read(1 << 16)
        text = pending + piece
        *whole, pending = text.split("\n") if piece else [*text.split("\n"), ""]
        for line in whole:
            number += 1
            line = line.removesuffix("\r").lstrip("\ufeff")
            if "\ufffd" in line:
                tally.notes["undecodable"] += 1
            yield number, line
        if not piece:
            return
        if len(pending) > MAX_LINE_BYTES:
            number += 1
            yield Quarantined(source.name, None, number, "long_line", pending[:200])
            while (piece := reader.read(1 << 16)) and "\n" not in piece:
                pass
            pending = piece.partition("\n")[2]


def _decode(raw: bytes, second: str, first: str, tally: Tally) -> str:
    if raw.isascii():
        return raw.decode("ascii")
    utf8 = _strict(raw, "utf-8")
    if utf8 is not None and (first.startswith("utf-8") or _CJK.search(utf8)):
        if not first.startswith("utf-8"):
            tally.notes["encoding_switch"] += 1
        return utf8
    other = _strict(raw, second)
    if other is not None:
        if first.startswith("utf-8"):
            broken = raw.decode("utf-8", "replace")
            if broken.count("\ufffd") <= 2 and _plausible(broken) > _plausible(other):
                tally.notes["undecodable"] += 1
                return broken
            tally.notes["encoding_switch"] += 1
        return other
    candidates = [raw.decode("utf-8", "replace"), raw.decode(second, "feedback_cp936")]
    best = max(candidates, key=_plausible)
    if "\ufffd" in best:
        tally.notes["undecodable"] += 1
    return best


def _strict(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_utf8(line: bytes) -> bool:
    return _strict(line, "utf-8") is not None


def _plausible(text: str) -> float:
    """How much a decoding looks like Chinese people write: common characters up, damage and rare ones down."""
    wide = [char for char in text[:4000] if ord(char) > 0x7F]
    if not wide:
        return 0.0
    common = sum(char in _COMMON or char in "，。！？、；：“”（）《》…~" for char in wide)
    return (common - 3 * sum(char == "\ufffd" or "\ue000" <= char <= "\uf8ff" for char in wide)) / len(wide)
