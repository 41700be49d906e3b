"""Verdicts against gold: polarity, families, codes and spans, each with n and an interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from feedback.evaluate.gold import GoldRecord
from feedback.evaluate.resample import Interval, Number, Numbers, mean, number, ratio, resampled
from feedback.evaluate.spans import SpanScore, span_score
from feedback.records import FAMILIES, POLARITIES, Verdict

#: Codes with fewer gold records than this have no say in the macro value.
LEAST: Final = 10
RESAMPLES: Final = 500
SEED: Final = 20_240_601


@dataclass(frozen=True, slots=True)
class Score:
    """One label. `support`: gold records that bear it; `said`: records that the judge gave it; `interval` is of F1."""

    precision: float | None
    recall: float | None
    f1: float | None
    support: int
    said: int
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Verdicts against gold; None where gold and verdicts hold nothing of the kind.

    The averages of the codes are over those with a family (not `unspecified`), `codes_macro_f1` over `counted`: those
    of them with LEAST gold records or more. Labels that neither person nor judge gave have no say in an average.
    """

    records: int
    resamples: int
    accuracy: Number
    polarity_macro_f1: Number | None
    polarity: dict[str, Score]
    families_macro_f1: Number | None
    families: dict[str, Score]
    codes_micro_f1: Number | None
    codes_macro_f1: Number | None
    counted: tuple[str, ...]
    codes: dict[str, Score]
    spans: SpanScore | None


def evaluate(
    gold: Sequence[GoldRecord],
    verdicts: Sequence[Verdict],
    families: Mapping[str, str | None],
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Evaluation:
    """Measure `verdicts` against `gold`, of the same order, which itself does not matter; at least one record.

    `families`: every code in the order of display → its family, None for `unspecified`.
    """
    order = sorted(range(len(gold)), key=lambda i: _key(gold[i], verdicts[i]))
    gold, verdicts = [gold[i] for i in order], [verdicts[i] for i in order]
    names = (*POLARITIES, *FAMILIES, *families)
    true, said = _marks(gold, names, families), _marks(verdicts, names, families)
    sums = resampled(np.hstack([true * said, true, said]), resamples, seed)
    hit, wanted, given = np.split(sums, 3, axis=1)
    f1 = ratio(2 * hit, wanted + given)
    at = {name: column for column, name in enumerate(names)}
    real = [at[code] for code, family in families.items() if family is not None]
    counted = tuple(names[column] for column in real if wanted[0, column] >= LEAST)

    def score(name: str) -> Score:
        column = at[name]
        right, in_gold, in_verdicts = (side[0, column] for side in (hit, wanted, given))
        value = number(f1[:, column])
        return Score(
            precision=float(right / in_verdicts) if in_verdicts else None,
            recall=float(right / in_gold) if in_gold else None,
            f1=value.value if value else None,
            support=int(in_gold),
            said=int(in_verdicts),
            interval=value.interval if value else None,
        )

    def macro(columns: Sequence[int]) -> Number | None:
        return number(mean(f1[:, list(columns)])) if columns else None

    accuracy = number(hit[:, : len(POLARITIES)].sum(1) / len(gold))
    assert accuracy is not None
    return Evaluation(
        records=len(gold),
        resamples=resamples,
        accuracy=accuracy,
        polarity_macro_f1=macro([at[name] for name in POLARITIES]),
        polarity={name: score(name) for name in POLARITIES},
        families_macro_f1=macro([at[name] for name in FAMILIES]),
        families={name: score(name) for name in FAMILIES},
        codes_micro_f1=number(ratio(2 * hit[:, real].sum(1), (wanted + given)[:, real].sum(1))),
        codes_macro_f1=macro([at[name] for name in counted]),
        counted=counted,
        codes={code: score(code) for code in families},
        spans=span_score(gold, verdicts, resamples, seed),
    )


def _key(record: GoldRecord, verdict: Verdict) -> tuple[object, ...]:
    # The bootstrap draws by position: an order that hangs on content alone gives the same intervals in any row order.
    return record.text, record.polarity, record.codes, record.spans or (), verdict.polarity, verdict.codes


def _marks(
    records: Sequence[GoldRecord | Verdict], names: Sequence[str], families: Mapping[str, str | None]
) -> Numbers:
    """Records × names of 0 and 1; a family is borne by whoever bears one of its codes."""
    place = {name: column for column, name in enumerate(names)}
    marks = np.zeros((len(records), len(names)))
    for row, record in enumerate(records):
        marks[row, place[record.polarity]] = 1
        for code in record.codes:
            marks[row, place[code]] = 1
            family = families[code]
            if family is not None:
                marks[row, place[family]] = 1
    return marks
