"""The part of the pipeline where people and judge meet: measuring on gold, the queue of labels, labels in and out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from feedback.evaluate import Evaluation, read_gold
from feedback.evaluate import evaluate as measured
from feedback.evaluate.calibration import Calibration, calibration
from feedback.evaluate.sources import SourceRow, by_source
from feedback.judge import model as judge_model
from feedback.judge.combine import Judge
from feedback.judge.signals import read as signals_of
from feedback.lexicon import taxonomy
from feedback.records import Verdict
from feedback.settings import Settings

#: Texts read by the judge at once.
_AT_ONCE = 500


@dataclass(frozen=True)
class Evaluated:
    """What a judge was worth on gold records: together, source by source (where the gold names them), its scores."""

    whole: Evaluation
    by_source: tuple[SourceRow, ...]
    calibration: Calibration


def evaluate(
    settings: Settings, gold: Path, *, model: Path | None = None, progress: Callable[[int, int], None] | None = None
) -> Evaluated:
    """Judge the records of `gold` with a model (default: the shipped one) and measure the verdicts.

    Raises InputError for a gold file that cannot be used, BadModel for such a model. `progress`(done, of).
    """
    tax = taxonomy(settings.lexicons)
    records = read_gold(gold, tax)
    judge = _judge(settings, model)
    verdicts: list[Verdict] = []
    chances = []
    for chunk in _chunks([record.text for record in records]):
        verdicts += judge.judge(chunk)
        chances.append(_chances(judge, chunk))
        if progress is not None:
            progress(len(verdicts), len(records))
    families = {name: code.family for name, code in tax.codes.items()}
    labels, scores = judge.model.meta.labels, np.concatenate(chances)
    return Evaluated(
        whole=measured(records, verdicts, families),
        by_source=by_source(records, verdicts, families),
        calibration=calibration(records, {name: scores[:, labels.index(name)] for name in ("negative", *judge.codes)}),
    )


def _judge(settings: Settings, model: Path | None = None) -> Judge:
    return Judge.load(settings.judge.thresholds, file=model or judge_model.SHIPPED, folder=settings.lexicons)


def _chances(judge: Judge, texts: Sequence[str]) -> NDArray[np.float32]:
    """Calibrated probabilities of every label, whether given or not: texts × labels of the model."""
    return judge.scores(signals_of(judge.model, judge.book, texts))[0]


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[at : at + _AT_ONCE] for at in range(0, len(texts), _AT_ONCE))
