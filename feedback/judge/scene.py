"""What the scan of one text finds, and the small questions that rules ask of it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

#: Marks that end a clause; conjunctions do not, so that an aspect may stand before one.
BOUNDARIES = '。!?;:,、…~\n\r "()[]<>《》【】|'
#: Slots of the scan that no rule owns.
NEGATOR, OTHER, FIRST_SLOT = range(3)


class Scene(NamedTuple):
    """What the scan of one text found: occurrences by slot, excuses, negators and the marks between clauses."""

    form: str
    slots: dict[int, list[tuple[int, int]]]
    excuses: list[tuple[int, int, frozenset[int]]]
    negators: list[tuple[int, int]]
    bounds: list[int]


@dataclass
class Entry:
    """What an occurrence of a word means: rules that fire (`coded`: for codes), slots it fills, gaps, patterns."""

    rules: list[int] = field(default_factory=list)
    coded: list[int] = field(default_factory=list)
    plain: list[int] = field(default_factory=list)
    aspects: list[int] = field(default_factory=list)
    states: list[int] = field(default_factory=list)
    pardons: list[int] = field(default_factory=list)
    others: list[tuple[int, str, int]] = field(default_factory=list)

    def packed(self, length: int) -> tuple[object, ...]:
        """The entry as the scan unpacks it; most words only excuse, which the third place tells at once."""
        lists = (self.rules, self.coded, self.plain, self.aspects, self.states, self.others)
        return (length, frozenset(self.pardons), any(lists), *(tuple(part) for part in lists))


def negators(slots: dict[int, list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """The negators of a text, longest first where they overlap, without those inside words that deny nothing."""
    found = slots.get(NEGATOR)
    if not found:
        return []
    others = slots.get(OTHER, ())
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if kept and start < kept[-1][1]:
            continue
        if any(
            (begin <= start and end <= stop) or (begin <= start < stop and stop - begin > 1) for begin, stop in others
        ):
            continue
        kept.append((start, end))
    return kept


def longest(spans: list[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    kept: list[tuple[int, int, bool]] = []
    for span in sorted(spans, key=lambda item: (item[0] - item[1], item[0], item[2])):
        if all(span[1] <= start or end <= span[0] for start, end, _ in kept):
            kept.append(span)
    return sorted(kept)


def crosses(bounds: list[int], start: int, end: int) -> bool:
    """Does a clause boundary stand inside [start, end)?"""
    place = bisect_right(bounds, start)
    return place < len(bounds) and bounds[place] < end


def floor(bounds: list[int], start: int) -> int:
    place = bisect_right(bounds, start)
    return bounds[place - 1] + 1 if place else 0


def ceiling(bounds: list[int], end: int) -> int:
    place = bisect_right(bounds, end - 1)
    return bounds[place] if place < len(bounds) else 1 << 30
