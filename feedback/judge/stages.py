"""The stage of the user's journey that a complaint tells of, or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from feedback.lexicon import Stage
from feedback.records import Span
from feedback.text.finder import Finder
from feedback.text.normal import normalise

#: What a code alone says of the stage, where the taxonomy knows such a stage.
_OF_CODE = {"fulfilment": "delivery", "aftersales": "aftersales", "support": "aftersales"}
_IN_SPAN, _ELSEWHERE, _CODE = 3, 1, 2


def stage_of(text: str, codes: Sequence[str], spans: Sequence[Span], stages: Iterable[Stage]) -> str | None:
    """The stage of a complaint; None without codes or when nothing in the text tells.

    Words of a stage inside a span count 3, elsewhere 1, a code that belongs to one stage 2; the most wins, then the
    stage that is mentioned first, then the later one in the journey.
    """
    if not codes:
        return None
    known = tuple(stages)
    order = {stage.name: place for place, stage in enumerate(known)}
    points: dict[str, int] = {}
    first: dict[str, int] = {}
    last_end = 0
    finder, names = _finder(known)
    found = [(start, end, names[place]) for place, start, end in finder.found(normalise(text))]
    if len(found) > 1:
        found.sort(key=lambda item: (item[0], -item[1], order[item[2]]))
    for start, end, name in found:
        if start < last_end:
            continue
        last_end = end
        inside = any(span.start < end and start < span.end for span in spans)
        points[name] = points.get(name, 0) + (_IN_SPAN if inside else _ELSEWHERE)
        first.setdefault(name, start)
    for code in codes:
        name = _OF_CODE.get(code, "")
        if name in order:
            points[name] = points.get(name, 0) + _CODE
    if not points:
        return None
    return max(points, key=lambda name: (points[name], -first.get(name, len(text)), order[name]))


@lru_cache(maxsize=4)
def _finder(stages: tuple[Stage, ...]) -> tuple[Finder, list[str]]:
    """The words of all stages and whose each is: of two stages with one word, the earlier."""
    owner = {normalise(word): stage.name for stage in reversed(stages) for word in stage.words if word}
    return Finder(list(owner)), list(owner.values())
