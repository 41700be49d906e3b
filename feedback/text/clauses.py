"""Clauses: the units that hold one opinion each, cut at punctuation, spaces, emoji and conjunctions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feedback.text.normal import normalise


@dataclass(frozen=True, slots=True)
class Clause:
    """`text[start:end]` is one clause without the marks around it."""

    start: int
    end: int


#: A clause may begin before these words; they belong to the clause that they open.
CONJUNCTIONS = (
    "但是", "但就是", "但", "不过", "可是", "可惜", "然而", "就是", "只是", "只不过", "而且", "并且", "另外",
    "还有", "此外", "除此之外", "除了", "至于",
    "反而", "反倒", "却", "尤其", "特别是", "结果", "后来", "所以", "因此", "而是", "同时", "虽然", "尽管",
    "如果", "要是",
    "因为", "由于", "不仅", "不但", "甚至", "最后", "总之", "其次", "首先", "再加上", "加上", "美中不足", "唯一",
)  # fmt: skip

#: Marks between clauses. A dot or comma between digits (3.5, 1,000) and a hyphen inside a word are not.
_EMOJI = "\U0001f300-\U0001faff\u2600-\u27bf\ufe0f\u2b50\u2b55\u200d"
_MARK = re.compile(rf"(?:[。!?;:、…~\n\r\s\"()\[\]<>《》【】|·^*=+{_EMOJI}]|[.,](?!\d)|(?<!\d)[.,]|-{{2,}})+")
_NOT_BEFORE = re.compile(r"(?:不|也|还|那|这|都|真|你|我|他|它)$")
_CUT = re.compile("|".join(sorted(CONJUNCTIONS, key=len, reverse=True)))
#: Words that merely contain a conjunction.
_INSIDE = re.compile(
    r"不但是|但愿|就是说|就是要|就是喜欢|只不过是|还有点|还有些|还有待|也就是|不就是|却步|忘却|冷却|退却|结果子|因为所以|唯一一|加上去|不仅仅"
)


def clauses(text: str, normal: str | None = None) -> list[Clause]:
    """The clauses of `text` in order; pass its `normal` form when it is at hand. Empty for a text of marks alone."""
    form = normalise(text) if normal is None else normal
    found: list[Clause] = []
    at = 0
    for match in _MARK.finditer(form):
        if match.start() > at:
            _cut(form, at, match.start(), found)
        at = match.end()
    if at < len(form):
        _cut(form, at, len(form), found)
    return found


def _cut(form: str, start: int, end: int, found: list[Clause]) -> None:
    """Cut form[start:end], which has no marks, before its conjunctions; both sides keep two characters or more."""
    if end - start >= 6:
        for match in _CUT.finditer(form, start + 2, end - 2):
            at = match.start()
            if at - start < 2 or _NOT_BEFORE.search(form, start, at) or _INSIDE.match(form, at):
                continue
            if len(match.group()) == 1 and end - at < 4:
                continue
            found.append(Clause(start, at))
            start = at
    found.append(Clause(start, end))
