"""Gold records to a model: n-grams and rules learned together, calibrated on what is said of unseen sources.

    gold ─┬─ fold by source ─ learned without the fold ─▶ outputs for unseen sources ─▶ calibration, measures
          └─ learned on everything ─────────────────────────────────────────────────▶ the model

Invented examples help to train, with a weight; they never count in a measure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from feedback.errors import InputError
from feedback.judge import folds, measure
from feedback.judge.course import COURSE
from feedback.judge.features import ngrams
from feedback.judge.model import Meta, Model, rounded
from feedback.judge.rules import RuleBook
from feedback.judge.signals import form, ruled
from feedback.judge.table import Table, train_table
from feedback.lexicon import Taxonomy
from feedback.records import FAMILIES, POLARITIES

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text as a person reads it. `weight` is what it counts in training; 0 < weight ≤ 1 marks an invented example."""

    text: str
    polarity: str
    codes: tuple[str, ...]
    source: str = ""
    weight: float = 1.0


@dataclass(frozen=True)
class Recipe:
    """How to train. `halved`: sources that are the only one of their kind (see folds). `penalty`: 1/C.

    `rarest`: n-grams in fewer texts are dropped; `example_weight`: what an invented example counts beside a record;
    `example_stand`: the part of it that its polarity counts (examples teach the borders, records how people speak).
    """

    longest: int = 3
    rarest: int = 3
    penalty: float = 0.2
    example_weight: float = 0.7
    example_stand: float = 0.3
    fold_count: int = 8
    halved: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trained:
    """A model, and what it said of each gold record (in the order of `gold`) while the record's source was unseen."""

    model: Model
    gold: tuple[Labelled, ...]
    calibration: measure.Calibration


def train(
    gold: Sequence[Labelled],
    examples: Sequence[Labelled],
    book: RuleBook,
    tax: Taxonomy,
    recipe: Recipe,
    note: Callable[[str], None] = lambda _: None,
    *,
    beside: Sequence[Labelled] = (),
) -> Trained:
    """Train and validate. The order of records does not matter. Raises InputError when there are too few of them.

    `beside`: records learned from like gold and never measured on; those of a source rest while that source is judged.
    """
    if len(gold) < 50 or len({record.polarity for record in gold}) < 2:
        raise InputError(
            f"{len(gold)} labelled records are too few to train on", hint="give 50 or more, of two polarities or more"
        )
    gold = sorted(gold, key=lambda r: (r.text, r.source, r.polarity, r.codes))
    examples = sorted(examples, key=lambda r: (r.text, r.polarity, r.codes))
    beside = sorted(beside, key=lambda r: (r.text, r.source, r.polarity, r.codes))
    records = [*gold, *examples, *beside]
    n = len(gold)
    codes = tuple(code for code in tax.codes if any(code in record.codes for record in records))
    labels = label_matrix(records, codes, tax)
    weight = counted(records, labels, recipe)
    forms = [form(record.text) for record in records]
    rows = ngrams(forms, recipe.longest)
    fold = np.concatenate([
        folds.by_source(
            [r.source for r in gold], [r.text for r in gold], count=recipe.fold_count, halved=recipe.halved
        ),
        folds.at_random([r.text for r in examples], recipe.fold_count),
        np.full(len(beside), folds.BESIDE),
    ])  # fmt: skip
    sources, texts = [r.source for r in records], [r.text for r in records]
    extras = ruled(book, forms, book.feature_names)
    outputs = np.zeros_like(labels)
    for k in range(recipe.fold_count):
        note(f"fold {k + 1} of {recipe.fold_count}")
        inside, outside = folds.learned_from(fold, sources, texts, k, judged=n), np.flatnonzero(fold == k)
        outside = outside[outside < n]
        if len(outside):
            table = learned(rows[inside], extras[inside], labels[inside], weight[inside], recipe, book.feature_names)
            outputs[outside] = table.outputs(rows[outside], extras[outside])
    note("the whole")
    table = learned(rows, extras, labels, weight, recipe, book.feature_names)
    calibration = measure.calibrated(outputs[:n], labels[:n], fold[:n], codes, tax)
    meta = Meta(
        codes=codes,
        families={code: tax.codes[code].family for code in codes},
        longest=recipe.longest,
        thresholds=calibration.thresholds,
        rules=book.feature_names,
        measures=calibration.measures,
        rates=calibration.rates,
        trained_on={
            "gold": n,
            "examples": len(examples),
            "beside": len(beside),
            "sources": len({r.source for r in gold}),
        },
    )
    model = Model(
        meta, table.buckets, table.weights, table.idf, table.bias, table.direct,
        calibration.slope, calibration.shift, calibration.offsets,
    )  # fmt: skip
    return Trained(rounded(model), tuple(gold), calibration)


def label_matrix(records: Sequence[Labelled], codes: tuple[str, ...], tax: Taxonomy) -> Array:
    """Records × labels of 0 and 1, columns as Meta.labels."""
    result = np.zeros((len(records), len(POLARITIES) + len(codes) + len(FAMILIES)), np.float32)
    column = {code: len(POLARITIES) + j for j, code in enumerate(codes)}
    family = {name: len(POLARITIES) + len(codes) + j for j, name in enumerate(FAMILIES)}
    for row, record in enumerate(records):
        result[row, POLARITIES.index(record.polarity)] = 1
        for code in record.codes:
            result[row, column[code]] = 1
            of = tax.codes[code].family
            if of is not None:
                result[row, family[of]] = 1
    return result


def counted(records: Sequence[Labelled], labels: Array, recipe: Recipe) -> Array:
    """What each label of each record counts in training, in the shape of `labels`."""
    weight = np.repeat(np.array([[record.weight] for record in records], np.float32), labels.shape[1], 1)
    weight[weight[:, 0] < 1, : len(POLARITIES)] *= np.float32(recipe.example_stand)
    return weight


def learned(
    rows: sparse.csr_matrix,
    extras: sparse.csr_matrix,
    labels: Array,
    weight: Array,
    recipe: Recipe,
    names: Sequence[str],
) -> Table:
    """The table that the recipe makes of n-gram rows, extras (called `names`) beside them, labels and what each counts.

    The course of a text informs its polarity only: codes are judged better without it.
    """
    aside = np.array([name in COURSE for name in names], bool)
    return train_table(rows, extras, labels, weight, penalty=recipe.penalty, rarest=recipe.rarest, aside=aside)
