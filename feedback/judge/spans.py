"""Which words of a text show a code: a hit, its clause, or the clause that the model scores highest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from feedback.judge.rules import Hit
from feedback.records import Span
from feedback.text.clauses import Clause, clauses

#: A clause up to this length is quoted whole; of a longer one the hit with this much around it.
WHOLE = 22
AROUND = 8
_TRIM = " \t\r\n,.;:!?、，。；：！？…~～\"'“”‘’()（）[]【】《》<>-—_*=+|/\\"
#: Openings that belong to the sentence, not to the complaint.
_OPENINGS = (
    "但是",
    "不过",
    "可是",
    "然而",
    "就是",
    "只是",
    "而且",
    "并且",
    "另外",
    "还有",
    "但",
    "然后",
    "所以",
    "因此",
    "结果",
    "尤其",
)


def spans(
    text: str,
    codes: Iterable[str],
    hits: Sequence[Hit],
    scores: Mapping[str, Sequence[float]] | None = None,
    units: Sequence[Clause] | None = None,
) -> tuple[Span, ...]:
    """One span for each of `codes`, in their order; quotes are verbatim. Empty for a text without letters.

    `units` are the clauses of the text, `scores[code][i]` the model's score of clause i, where it has one.
    """
    parts = clauses(text) if units is None else units
    found = []
    for code in codes:
        start, end = select(text, code, hits, parts, (scores or {}).get(code))
        if end > start:
            found.append(Span(code, start, end, text[start:end]))
    return tuple(found)


def select(
    text: str, code: str, hits: Sequence[Hit], units: Sequence[Clause], scores: Sequence[float] | None = None
) -> tuple[int, int]:
    """(start, end) of the words that show `code`; (0, 0) when there are no clauses.

    The best hit of the code wins: by weight, then by the score of its clause, then the first. Without a hit the clause
    of the highest score; without scores the clause of the first blaming hit, else the longest.
    """
    if not units:
        return (0, 0)
    own = [hit for hit in hits if hit.label == code]
    if own:
        best = max(own, key=lambda hit: (hit.weight, _score(hit, units, scores), hit.start - hit.end, -hit.start))
        return _around(text, best, units)
    if scores is not None and len(scores) == len(units):
        place = max(range(len(units)), key=lambda i: (scores[i], -i))
        return trim(text, units[place].start, units[place].end)
    blamed = [hit for hit in hits if hit.label == "negative"]
    if blamed:
        return _around(text, max(blamed, key=lambda hit: (hit.weight, -hit.start)), units)
    longest = max(units, key=lambda unit: (unit.end - unit.start, -unit.start))
    return trim(text, longest.start, longest.end)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """text[start:end] without marks and blanks at its ends and without an opening conjunction."""
    while start < end and text[start] in _TRIM:
        start += 1
    while end > start and text[end - 1] in _TRIM:
        end -= 1
    for opening in _OPENINGS:
        if text.startswith(opening, start) and end - start - len(opening) >= 2:
            return trim(text, start + len(opening), end)
    return start, end


def _around(text: str, hit: Hit, units: Sequence[Clause]) -> tuple[int, int]:
    first = next((unit for unit in units if unit.start <= hit.start < unit.end), None)
    last = next((unit for unit in units if unit.start < hit.end <= unit.end), None)
    start = min(hit.start, first.start) if first else hit.start
    end = max(hit.end, last.end) if last else hit.end
    if end - start > max(WHOLE, hit.end - hit.start):
        start, end = max(start, hit.start - AROUND), min(end, hit.end + AROUND)
    return trim(text, start, end)


def _score(hit: Hit, units: Sequence[Clause], scores: Sequence[float] | None) -> float:
    if scores is None or len(scores) != len(units):
        return 0.0
    return max((scores[i] for i, unit in enumerate(units) if unit.start <= hit.start < unit.end), default=0.0)
