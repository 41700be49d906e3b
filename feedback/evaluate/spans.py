"""Spans against spans: characters that person and judge both marked under the same code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from feedback.evaluate.gold import GoldRecord
from feedback.evaluate.resample import Number, number, ratio, resampled
from feedback.records import UNSPECIFIED, Verdict


@dataclass(frozen=True, slots=True)
class SpanScore:
    """Overlap of characters per code, counted over all records with marked spans (micro).

    `precision` and `recall` of characters, `f1` with its interval. `agreed` is the F1 over those `pairs` of record and
    code that both gave: how well the words are found once the code is right; `touched` of them share a character.
    """

    records: int
    precision: float | None
    recall: float | None
    f1: Number | None
    pairs: int
    agreed: Number | None
    touched: int


def span_score(gold: Sequence[GoldRecord], verdicts: Sequence[Verdict], resamples: int, seed: int) -> SpanScore | None:
    """The overlap on the records whose spans people marked; None when there are none.

    A code that the person gave without marking words, and `unspecified`, which no words show, are left out.
    """
    rows: list[list[int]] = []
    pairs = touched = 0
    for record, verdict in zip(gold, verdicts, strict=True):
        if record.spans is None:
            continue
        marked = _characters(record.spans)
        shown = _characters([(s.code, s.start, s.end) for s in verdict.spans])
        loose = {UNSPECIFIED, *(code for code in record.codes if code not in marked)}
        marked, shown = ({code: v for code, v in side.items() if code not in loose} for side in (marked, shown))
        both = marked.keys() & shown.keys()
        right = sum(len(marked[code] & shown[code]) for code in both)
        pairs += len(both)
        touched += sum(bool(marked[code] & shown[code]) for code in both)
        all_marked, all_shown = sum(map(len, marked.values())), sum(map(len, shown.values()))
        rows.append([right, all_marked, all_shown, sum(len(marked[code]) + len(shown[code]) for code in both)])
    if not rows:
        return None
    sums = resampled(np.array(rows, np.float64), resamples, seed)
    hit, true, said = sums[0, :3]
    return SpanScore(
        records=len(rows),
        precision=float(hit / said) if said else None,
        recall=float(hit / true) if true else None,
        f1=number(ratio(2 * sums[:, 0], sums[:, 1] + sums[:, 2])),
        pairs=pairs,
        agreed=number(ratio(2 * sums[:, 0], sums[:, 3])),
        touched=touched,
    )


def _characters(spans: Sequence[tuple[str, int, int]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for code, start, end in spans:
        found.setdefault(code, set()).update(range(start, end))
    return found
