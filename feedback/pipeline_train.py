"""The part of the pipeline that learns: labelled records to a model file, never to a worse one silently."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from feedback.errors import BadModel, UsageError
from feedback.evaluate import read_gold
from feedback.judge import model as models
from feedback.judge.rules import RuleBook
from feedback.judge.train import Labelled, Recipe, train
from feedback.lexicon import taxonomy
from feedback.settings import Settings

#: The measures whose mean says which of two models is better, and by how much it may be worse and still replace it.
DECISIVE: Final = ("negative_f1", "polarity_macro_f1", "families_macro_f1", "codes_micro_f1")
TOLERANCE: Final = 0.003


@dataclass(frozen=True)
class Learned:
    """`before`, `after`: measures on unseen sources of the model that stood in `file` (None: none did) and the new."""

    file: Path
    gold: int
    examples: int
    beside: int
    before: dict[str, float] | None
    after: dict[str, float]


def learn(
    settings: Settings,
    gold: Sequence[Path],
    output: Path,
    *,
    examples: Sequence[Path] = (),
    beside: Sequence[Path] = (),
    halved: Sequence[str] = (),
    replace: bool = False,
    note: Callable[[str], None] = lambda _: None,
) -> Learned:
    """Train on `gold`, `examples` and `beside`, measure on gold of sources left out, write the model to `output`.

    `beside`: labelled records that are learned from and never measured on (see judge.train). `halved`: sources that are
    the only one of their kind (see judge.folds). Raises UsageError, and writes nothing, when the model that stands at
    `output` did better and `replace` is not set; InputError for files that cannot be used.
    """
    tax = taxonomy(settings.lexicons)
    recipe = Recipe(halved=tuple(halved))
    read = [record for file in gold for record in read_gold(file, tax)]
    unknown = sorted(set(halved) - {record.source for record in read})
    if unknown:
        raise UsageError(f"--halve {unknown[0]}: no record has this source", hint="halve only sources of the gold")
    invented = [record for file in example_files(examples) for record in read_gold(file, tax)]
    others = [record for file in beside for record in read_gold(file, tax)]
    before = _measures(output)
    trained = train(
        [Labelled(r.text, r.polarity, tuple(r.codes), r.source) for r in read],
        [Labelled(r.text, r.polarity, tuple(r.codes), weight=recipe.example_weight) for r in invented],
        RuleBook.load(settings.lexicons),
        tax,
        recipe,
        note,
        beside=[Labelled(r.text, r.polarity, tuple(r.codes), r.source) for r in others],
    )
    after = trained.model.meta.measures
    if before is not None and not replace and _worth(after) < _worth(before) - TOLERANCE:
        raise UsageError(
            f"{output}: the model there is better: {_worth(before):.3f} against {_worth(after):.3f} (mean of "
            f"{', '.join(DECISIVE)} on unseen sources)",
            hint="write to another file with -o, or insist with --replace",
        )
    models.save(trained.model, output)
    return Learned(output, len(read), len(invented), len(others), before, after)


def example_files(paths: Sequence[Path]) -> list[Path]:
    """Files as they are, folders as the *.jsonl in them, sorted."""
    return [file for path in paths for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])]


def _measures(file: Path) -> dict[str, float] | None:
    if not file.exists():
        return None
    try:
        return models.load(file).meta.measures
    except BadModel:
        return None


def _worth(measures: dict[str, float]) -> float:
    return sum(measures.get(name, 0.0) for name in DECISIVE) / len(DECISIVE)
