"""The part of the pipeline where people and judge meet: measuring on gold, the queue of labels, labels in and out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback.errors import InputError, NothingToDo
from feedback.evaluate import Evaluation, GoldRecord, read_gold
from feedback.evaluate import evaluate as measured
from feedback.evaluate.calibration import Calibration, calibration
from feedback.evaluate.sources import SourceRow, by_source
from feedback.judge import labelread, labelsheet, shipped
from feedback.judge.combine import Judge
from feedback.judge.queue import choose
from feedback.judge.signals import read as signals_of
from feedback.lexicon import taxonomy
from feedback.records import POLARITIES, UNSPECIFIED, Verdict
from feedback.settings import Settings
from feedback.store import Store
from feedback.store import labels as store_labels

#: Texts read by the judge at once.
_AT_ONCE = 500
#: Of more waiting records than this the queue looks at the most doubtful half as many, and as many drawn by their ids.
LOOKED_THROUGH: Final = 20_000


@dataclass(frozen=True)
class Evaluated:
    """What a judge was worth on gold records: together, source by source (where the gold names them), its scores."""

    whole: Evaluation
    by_source: tuple[SourceRow, ...]
    calibration: Calibration


def evaluate(
    settings: Settings,
    gold: Path,
    *,
    judge: str | None = None,
    model: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluated:
    """Judge the records of `gold` with a model (default: that of the settings) and measure the verdicts.

    Raises InputError for a gold file that cannot be used, BadModel for such a model. `progress`(done, of).
    """
    tax = taxonomy(settings.lexicons)
    records = read_gold(gold, tax)
    reader = _judge(settings, len(records), judge, model)
    verdicts: list[Verdict] = []
    chances = []
    for chunk in _chunks([record.text for record in records]):
        verdicts += reader.judge(chunk)
        chances.append(_chances(reader, chunk))
        if progress is not None:
            progress(len(verdicts), len(records))
    families = {name: code.family for name, code in tax.codes.items()}
    labels, scores = reader.model.meta.labels, np.concatenate(chances)
    return Evaluated(
        whole=measured(records, verdicts, families),
        by_source=by_source(records, verdicts, families),
        calibration=calibration(records, {name: scores[:, labels.index(name)] for name in ("negative", *reader.codes)}),
    )


def _judge(settings: Settings, count: int, wanted: str | None = None, model: Path | None = None) -> Judge:
    file = model or shipped.choose(wanted, settings.judge.model, count)[1]
    return Judge.load(settings.judge.thresholds, file=file, folder=settings.lexicons)


def _chances(judge: Judge, texts: Sequence[str]) -> NDArray[np.float32]:
    """Calibrated probabilities of every label, whether given or not: texts × labels of the model."""
    return judge.scores(signals_of(judge.model, judge.book, texts))[0]


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[at : at + _AT_ONCE] for at in range(0, len(texts), _AT_ONCE))


@dataclass(frozen=True)
class Queue:
    """The records worth labelling next, the worthiest first; `waiting` records of the store have no label yet."""

    rows: tuple[labelsheet.Row, ...]
    waiting: int


def label_queue(store: Store, settings: Settings, *, count: int) -> Queue:
    """The `count` records that a label would teach most (see judge/queue.py), with what the judge says of them.

    Raises NothingToDo when every record is labelled, or none is there.
    """
    frame, waiting = store_labels.unlabelled(store, LOOKED_THROUGH)
    if frame.empty:
        raise NothingToDo(f"{store.path}: no record waits for a label", hint="run `feedback ingest` first")
    judge = _judge(settings, shipped.LARGE)
    texts = [str(text) for text in frame["text"]]
    chances = np.concatenate([_chances(judge, chunk) for chunk in _chunks(texts)])
    codes = [code for code in judge.codes if code != UNSPECIFIED]
    columns = [judge.model.meta.labels.index(code) for code in codes]
    cuts = np.array([judge.thresholds.get(code, 0.5) for code in codes])
    picks = choose(
        [str(i) for i in frame["id"]], texts, chances[:, : len(POLARITIES)], chances[:, columns], codes, cuts, count
    )
    verdicts = judge.judge([texts[pick.index] for pick in picks])
    rows = []
    for pick, verdict in zip(picks, verdicts, strict=True):
        record = frame.iloc[pick.index]
        rows.append(
            labelsheet.Row(
                id=str(record["id"]),
                text=str(record["text"]),
                product=str(record["product"]),
                channel=_text(record["channel"]),
                rating=None if pd.isna(record["rating"]) else float(record["rating"]),
                context=_text(record["context"]),
                polarity=verdict.polarity,
                codes=verdict.codes,
                sure=max(verdict.scores.values()),
                about=pick.about,
            )
        )
    return Queue(tuple(rows), waiting)


@dataclass(frozen=True)
class Imported:
    """Rows read = `given` + `repeated` + `unlabelled` + `rejected`; of the given, `new` and `changed` were stored."""

    read: int
    given: int
    new: int
    changed: int
    repeated: int
    unlabelled: int
    rejected: tuple[labelread.Rejected, ...]


def label_import(store: Store, settings: Settings, file: Path, *, by: str, now: datetime) -> Imported:
    """Take the labels of a sheet into the store; rows with a fault are left out and named. Again: no change.

    Raises InputError for a file that is no sheet of labels, or holds none that can be used.
    """
    rows = labelread.read_sheet(file)
    texts = store_labels.texts(store, [row.cells.get("id", "") for row in rows])
    checked = labelread.check(rows, texts, taxonomy(settings.lexicons))
    if not checked.given:
        first = checked.rejected[0] if checked.rejected else None
        raise InputError(
            f"{file}: no label that can be used" + (f"; row {first.row}: {first.reason}" if first else ""),
            hint="choose a polarity in each row that you label",
        )
    labels = [store_labels.Label(g.id, g.polarity, g.codes, g.note) for g in checked.given]
    new, changed = store_labels.save(store, labels, by=by, at=now)
    return Imported(len(rows), len(labels), new, changed, checked.repeated, checked.unlabelled, checked.rejected)


@dataclass(frozen=True)
class Labels:
    """The labels that count, one per record, and on how many records several people disagree."""

    records: tuple[GoldRecord, ...]
    disputed: int


def labels(store: Store) -> Labels:
    """What people said, as gold records whose source is product and channel; of several labels the latest counts."""
    frame = store_labels.labelled(store)
    if frame.empty:
        raise NothingToDo(f"{store.path}: no labels", hint="run `feedback label queue`, then `feedback label import`")
    records = tuple(
        GoldRecord(
            text=str(row["text"]),
            polarity=str(row["polarity"]),
            codes=tuple(str(code) for code in row["codes"]),
            id=str(row["id"]),
            source="/".join(part for part in (str(row["product"]), _text(row["channel"])) if part),
        )
        for row in frame.to_dict("records")
    )
    return Labels(records, int((~frame["agree"].astype(bool)).sum()))


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) or not str(value) else str(value)
