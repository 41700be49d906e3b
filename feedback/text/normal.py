"""One spelling for comparing: full-width → half-width, traditional → simplified, upper → lower case.

Every code point becomes exactly one code point, so an offset into the normal form is an offset into the text.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from feedback.errors import BadLexicon
from feedback.lexicon import bundled

_SPACES = "\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u2060\u3000\ufeff"
_MARKS = {
    "。": "。", "｡": "。", "．": ".", "､": "、", "﹐": ",", "﹒": ".", "﹔": ";", "﹕": ":", "﹖": "?",
    "﹗": "!", "∶": ":",
    "“": '"', "”": '"', "„": '"', "「": '"', "」": '"', "『": '"', "』": '"', "‘": "'", "’": "'", "—": "-", "–": "-",
    "━": "-", "─": "-", "～": "~", "〜": "~", "〔": "(", "〕": ")", "［": "[", "］": "]", "﹝": "(", "﹞": ")",
    "①": "1", "②": "2", "③": "3", "④": "4", "⑤": "5", "⑥": "6", "⑦": "7", "⑧": "8", "⑨": "9", "×": "x", "✖": "x",
}  # fmt: skip


def normalise(text: str) -> str:
    """The normal form of `text`, of the same length: position i of one is position i of the other."""
    return text.translate(_table())


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    table = {ord(space): " " for space in _SPACES}
    table.update({0xFF01 + i: chr(0x21 + i).lower() for i in range(94)})
    table.update({ord("A") + i: chr(ord("a") + i) for i in range(26)})
    table.update({ord(mark): plain for mark, plain in _MARKS.items()})
    for traditional, simple in traditional_pairs(bundled("lexicons") / "traditional.txt"):
        table.setdefault(ord(traditional), simple)
    return table


def traditional_pairs(file: Path) -> list[tuple[str, str]]:
    """The pairs (traditional, simplified) of `file`. Raises BadLexicon, naming the line of what is no pair."""
    pairs = []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadLexicon(f"{file}: {error}", hint="restore it from the package's lexicons/") from None
    for number, line in enumerate(lines, 1):
        for pair in [] if line.startswith("#") else line.split():
            if len(pair) != 2:
                raise BadLexicon(f"{file}: line {number}: {pair!r}", hint="a pair is two characters: 國国")
            pairs.append((pair[0], pair[1]))
    return pairs
