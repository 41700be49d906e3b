"""The measures source by source: where the judge does well and where it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feedback.evaluate.gold import GoldRecord
from feedback.evaluate.measures import evaluate
from feedback.records import Verdict


@dataclass(frozen=True, slots=True)
class SourceRow:
    """The measures on the records of one source; None where neither gold nor verdicts hold anything of the kind.

    `complaining`: gold records with a code.
    """

    source: str
    records: int
    negatives: int
    complaining: int
    accuracy: float
    negative_f1: float | None
    families_macro_f1: float | None
    codes_micro_f1: float | None


def by_source(
    gold: Sequence[GoldRecord], verdicts: Sequence[Verdict], families: Mapping[str, str | None]
) -> tuple[SourceRow, ...]:
    """One row per source, by name; records without a source are in none."""
    places: dict[str, list[int]] = {}
    for row, record in enumerate(gold):
        if record.source:
            places.setdefault(record.source, []).append(row)
    rows = []
    for source, inside in sorted(places.items()):
        here = [gold[i] for i in inside]
        found = evaluate(here, [verdicts[i] for i in inside], families, resamples=0)
        rows.append(
            SourceRow(
                source=source,
                records=len(here),
                negatives=found.polarity["negative"].support,
                complaining=sum(bool(record.codes) for record in here),
                accuracy=found.accuracy.value,
                negative_f1=found.polarity["negative"].f1,
                families_macro_f1=found.families_macro_f1.value if found.families_macro_f1 else None,
                codes_micro_f1=found.codes_micro_f1.value if found.codes_micro_f1 else None,
            )
        )
    return tuple(rows)
