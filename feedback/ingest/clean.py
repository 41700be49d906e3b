"""Cells into clean text: stray marks out, the export tool's own words taken off, title and body joined."""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections import Counter
from datetime import datetime
from typing import Final

_DIRT: Final = re.compile(r"[\ufeff\u200b\u200c\u2060\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_EXCEL_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BREAK_TAG: Final = re.compile(r"<\s*(?:br|/p|/div|/li)\s*/?\s*>", re.I)
_TAG: Final = re.compile(r"</?(?:p|div|span|a|b|i|em|strong|img|font|ul|ol|li|h[1-6]|u)(?:\s[^<>]{0,500})?/?>", re.I)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});", re.I)
_SPACES: Final = re.compile(r"[ \t\u00a0]+")
_MANY_BREAKS: Final = re.compile(r"\n{3,}")
#: What the export tool or the maker put into an author's words.
_DELETED: Final = re.compile(r"\s*[（(\[【]该?条?评[论价]已(?:经)?被?(?:用户|作者)?删除[）)\]】]\s*")
_REPLY: Final = re.compile(
    r"\n?\s*(?:-{5,}\s*\n?)?\s*(?:开发者|商家|官方|卖家|店家|掌柜)(?:的)?(?:回复|回应)\s*[:：].*\Z", re.S
)
_EMPTY: Final = frozenset(
    ("", "nan", "none", "null", "n/a", "na", "#n/a", "\\n", "-", "--", "/", "无内容", "未回答", "（空）", "(空)",
     "(跳过)", "（跳过）")
)  # fmt: skip
_END_MARKS: Final = "。！？!?…~～.；;，,、：:"
_ALIKE: Final = re.compile(r"[\W_]+")
SCIENTIFIC: Final = re.compile(r"\d(?:\.\d+)?[eE]\+\d{1,3}")


def cell(value: object) -> str:
    """A cell as plain text: one line break for each, no invisible marks, no HTML."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, float):
        text = "" if math.isnan(value) else repr(value)
    elif isinstance(value, datetime):
        text = value.isoformat(sep=" ")
    else:
        text = "" if value is None else str(value)
    if text.isascii() and text.isalnum():
        return text
    if "_x" in text:
        text = _EXCEL_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if "<" in text:
        text = _TAG.sub("", _BREAK_TAG.sub("\n", text))
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _SPACES.sub(" ", _DIRT.sub("", text))
    if "\n" in text:
        text = _MANY_BREAKS.sub("\n\n", "\n".join(line.strip() for line in text.split("\n")))
    return text.strip()


def is_empty(text: str) -> bool:
    """Whether a cleaned cell says nothing: blank, NaN, "未回答"."""
    return len(text) <= 16 and text.lower() in _EMPTY


def count_foreign(text: str, notes: Counter[str]) -> None:
    """Count the export tool's notice of deletion and the maker's reply. They stay: the judge looks past them."""
    if "删除" in text[:20] and _DELETED.match(text):
        notes["deleted_mark"] += 1
    if _reply(text) is not None:
        notes["maker_reply"] += 1


def own_words(text: str) -> str:
    """A text without the notice of deletion and the maker's reply: what copies are compared by."""
    if "删除" in text and (match := _DELETED.search(text)):
        text = text[: match.start()] + text[match.end() :]
    reply = _reply(text)
    return text if reply is None else text[:reply].strip()


def _reply(text: str) -> int | None:
    """Where the maker's reply begins."""
    if ("回复" in text or "回应" in text) and (match := _REPLY.search(text)):
        within = "---" in match[0] or match.start() == 0 or match[0].startswith("\n")
        return match.start() if within else None
    return None


def join(title: str, body: str) -> str:
    """Title and body as one text: "title。body"; only one of them where the other repeats it."""
    if not title or not body:
        return title or body
    short, long = alike(title), alike(body)
    if long == short:
        return title if len(title) >= len(body) else body
    if short and long.startswith(short):
        return body
    return f"{title}{body}" if title[-1] in _END_MARKS else f"{title}。{body}"


def alike(text: str) -> str:
    """A text as copies are compared: width, case, spaces, punctuation and emoji do not count."""
    return _ALIKE.sub("", unicodedata.normalize("NFKC", own_words(text)).casefold())


def same(text: str) -> str:
    """A text as exact duplicates are compared, and as the id sees it: width and spaces do not count."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
