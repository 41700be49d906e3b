"""Which words show a code: the rules' own hits where there are any, else the clause that speaks loudest for the code."""

from __future__ import annotations

from collections.abc import Sequence

from feedback.judge.model import Model
from feedback.judge.rules import RuleBook
from feedback.records import POLARITIES, UNSPECIFIED, Span
from feedback.text.clauses import Clause, clauses

#: A second clause is shown too when its output comes this near to the loudest one and is above zero.
_NEAR = 0.5
_MOST = 3


def locate(text: str, form: str, codes: Sequence[str], model: Model, book: RuleBook) -> tuple[Span, ...]:
    """The spans of `codes` in `text`, by start, end and code; `form` is its own opinion in normal form.

    Each code gets one span at least; a span is a clause, trimmed to letters, so that a reader sees a whole thought.
    """
    parts = [part for part in clauses(form, form) if form[part.start : part.end].strip()]
    if not parts:
        return ()
    heard = model.outputs([form[part.start : part.end] for part in parts])
    hits = book.hits(form)
    found: set[tuple[int, int, str]] = set()
    for code in codes:
        column = len(POLARITIES) + model.meta.codes.index(code)
        loud = heard[:, column] if code != UNSPECIFIED else heard[:, 0]
        shown = {_around(parts, hit.start) for hit in hits if hit.label == code and hit.weight >= 0.5}
        order = sorted(range(len(parts)), key=lambda i: (i not in shown, -float(loud[i]), i))
        best = float(loud[order[0]])
        for rank, i in enumerate(order[:_MOST]):
            if rank == 0 or i in shown or (not shown and loud[i] > 0 and loud[i] > best - _NEAR):
                start, end = _trimmed(form, parts[i])
                found.add((start, end, code))
    return tuple(Span(code, start, end, text[start:end]) for start, end, code in sorted(found))


def _around(parts: Sequence[Clause], at: int) -> int:
    """The number of the clause that holds position `at`, or of the last one before it."""
    return max((i for i, part in enumerate(parts) if part.start <= at), default=0)


def _trimmed(form: str, part: Clause) -> tuple[int, int]:
    piece = form[part.start : part.end]
    start = part.start + len(piece) - len(piece.lstrip())
    return start, part.end - (len(piece) - len(piece.rstrip()))
