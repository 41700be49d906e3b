"""What the scan of one text finds, and the small questions that rules ask of it."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

#: Marks that end a clause; conjunctions do not, so that an aspect may stand before one.
BOUNDARIES = '。!?;:,、…~\n\r "()[]<>《》【】|'
#: Slots of the scan that no rule owns.
NEGATOR, OTHER, FIRST_SLOT = range(3)
Listed = defaultdict[str, list[int]]


class Scene(NamedTuple):
    """What the scan of one text found: occurrences by slot, excuses, negators and the marks between clauses."""

    form: str
    slots: dict[int, list[tuple[int, int]]]
    excuses: list[tuple[int, int, frozenset[int]]]
    negators: list[tuple[int, int]]
    bounds: list[int]


class Entries:
    """What the occurrence of each word means: rules that fire (`coded`: for codes), slots it fills, gaps, patterns."""

    def __init__(self) -> None:
        self.rules: Listed = defaultdict(list)
        self.coded: Listed = defaultdict(list)
        self.plain: Listed = defaultdict(list)
        self.aspects: Listed = defaultdict(list)
        self.states: Listed = defaultdict(list)
        self.pardons: Listed = defaultdict(list)
        self.others: defaultdict[str, list[tuple[int, str, int]]] = defaultdict(list)

    def packed(self) -> Iterator[tuple[str, tuple[object, ...]]]:
        """Each word with its entry as the scan unpacks it; most only excuse, which the second place tells at once."""
        parts = (self.rules, self.coded, self.plain, self.aspects, self.states, self.others)
        speaking = set().union(*parts)
        silent: tuple[object, ...] = (False, *((),) * len(parts))
        sets: dict[tuple[int, ...], frozenset[int]] = {(): frozenset()}
        for word in {**self.pardons, **dict.fromkeys(speaking)}:
            slots = tuple(self.pardons.get(word, ()))
            excused = sets.get(slots) or sets.setdefault(slots, frozenset(slots))
            if word not in speaking:
                yield word, (excused, *silent)
            else:
                yield word, (excused, True, *(tuple(part.get(word, ())) for part in parts))


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
