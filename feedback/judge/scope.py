"""Negation and its scope: does a negator reach the word that begins at a place?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

from feedback.errors import BadLexicon
from feedback.judge.rulefile import expand
from feedback.lexicon import find, read_toml

_KEYS = ("negators", "not_negators", "fillers")


@dataclass(frozen=True)
class Negation:
    """`negators`: 不, 没有 …; `others`: words that contain one but deny nothing (不错, 不过); `gaps`: what may stand
    between a negator and the word that it denies (太, 怎么, 是很 …), the empty string among them."""

    negators: tuple[str, ...]
    others: tuple[str, ...]
    gaps: frozenset[str]
    longest_gap: int

    def count(self, form: str, start: int, ends: list[tuple[int, int]], floor: int) -> int:
        """How many negators deny the word at `start`, following chains (没有一次不…); none before `floor` is looked at.

        `ends` are (start, end) of the negators of the text, in order.
        """
        found = 0
        at = start
        for begin, end in reversed(ends):
            if end > at:
                if begin < at and begin >= floor:
                    # 没有异味, and the word is 有异味: the negator reaches into it.
                    found += 1
                    at = begin
                continue
            if begin < floor or at - end > self.longest_gap or form[end:at] not in self.gaps:
                break
            found += 1
            at = begin
        return found


@dataclass(frozen=True)
class Degree:
    """Neighbours of a word of one character: `before` and `after` a state, `noun_before` an aspect."""

    before: frozenset[str]
    after: frozenset[str]
    noun_before: frozenset[str]


@lru_cache(maxsize=4)
def degree(folder: Path | None = None) -> Degree:
    """The degree lexicon `degree.toml`. Raises BadLexicon."""
    file = find("degree.toml", folder)
    data = read_toml(file)
    sets = []
    for key in ("before", "after", "noun_before"):
        if not isinstance(data.get(key), str) or not data[key]:
            raise BadLexicon(f"{file}: {key!r} is missing or empty", hint="needed: before, after, noun_before")
        sets.append(frozenset(data[key]))
    return Degree(*sets)


@lru_cache(maxsize=4)
def negation(folder: Path | None = None) -> Negation:
    """The negation lexicon `negation.toml`. Raises BadLexicon."""
    file = find("negation.toml", folder)
    data = read_toml(file)
    words: dict[str, tuple[str, ...]] = {}
    for key in _KEYS:
        if not isinstance(data.get(key), str) or not data[key].split():
            raise BadLexicon(f"{file}: {key!r} is missing or empty", hint=f"needed: {', '.join(_KEYS)}")
        words[key] = tuple(dict.fromkeys(word for entry in data[key].split() for word in expand(entry)))
    fillers = words["fillers"]
    gaps = frozenset({"", *fillers, *("".join(pair) for pair in product(fillers, repeat=2))})
    return Negation(words["negators"], words["not_negators"], gaps, max(map(len, gaps)))
