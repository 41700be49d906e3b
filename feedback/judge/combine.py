"""The judge: texts in, verdicts out. Own opinion → model and rules → probabilities → decision → spans and stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from feedback.errors import BadSettings
from feedback.judge import model as models
from feedback.judge.model import Model
from feedback.judge.rules import RuleBook
from feedback.judge.signals import Signals, read
from feedback.judge.spans import spans
from feedback.judge.stages import stage_of
from feedback.lexicon import Taxonomy, taxonomy
from feedback.records import FAMILIES, POLARITIES, UNSPECIFIED, Verdict
from feedback.text.clauses import Clause, clauses

Array = NDArray[np.float32]


class Judge:
    """A model and a rule book that judge together. Holds no state between texts; built once per process."""

    def __init__(
        self, model: Model, book: RuleBook, tax: Taxonomy, thresholds: Mapping[str, float] | None = None
    ) -> None:
        self.model, self.book, self.taxonomy = model, book, tax
        unknown = sorted(set(thresholds or {}) - {*tax.codes, *FAMILIES})
        if unknown:
            raise BadSettings(
                f"judge.thresholds: no such code {unknown[0]!r}", hint=f"valid: {', '.join([*tax.codes, *FAMILIES])}"
            )
        self.thresholds = {**model.meta.thresholds, **(thresholds or {})}
        self.codes = tuple(code for code in model.meta.codes if code in tax.codes)

    @classmethod
    def load(
        cls, thresholds: Mapping[str, float] | None = None, *, file: Path | None = None, folder: Path | None = None
    ) -> Judge:
        """The judge of a model file (default: the shipped one) with the rules of a lexicon folder."""
        return cls(models.load(file or models.SHIPPED), RuleBook.load(folder), taxonomy(folder), thresholds)

    def scores(self, signals: Signals) -> tuple[Array, Array]:
        """Calibrated probabilities of all labels, and the polarities' outputs as they are decided by."""
        outputs = signals.outputs + signals.extras @ self.model.direct
        return self.model.calibrated(outputs), outputs[:, : len(POLARITIES)] + self.model.offsets

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        """One verdict a text, in order. The same text gets the same verdict in any batch."""
        signals = read(self.model, self.book, texts)
        chances, stands = self.scores(signals)
        verdicts = [self._verdict(signals.forms[i], chances[i], stands[i]) for i in range(len(texts))]
        blaming = [i for i, verdict in enumerate(verdicts) if verdict.codes]
        units = [clauses(signals.forms[i], signals.forms[i]) for i in blaming]
        heard = self.model.outputs(
            [signals.forms[i][u.start : u.end] for i, own in zip(blaming, units, strict=True) for u in own]
        )
        at = 0
        for i, own in zip(blaming, units, strict=True):
            verdicts[i] = self._shown(texts[i], signals.forms[i], verdicts[i], own, heard[at : at + len(own)])
            at += len(own)
        return verdicts

    def _verdict(self, form: str, chance: Array, stand: Array) -> Verdict:
        """The verdict without its spans and stage."""
        by = dict(zip(self.model.meta.labels, chance.tolist(), strict=True))
        blank = not form.strip()
        polarity = "neutral" if blank else POLARITIES[int(stand.argmax())]
        codes = () if blank else self.decide(by, polarity)
        return Verdict(
            polarity=polarity,
            scores={p: round(by[p], 4) for p in POLARITIES},
            codes=codes,
            code_scores={code: round(by[code], 4) for code in codes},
            families=self.taxonomy.families_of(codes),
        )

    def _shown(self, text: str, form: str, verdict: Verdict, units: Sequence[Clause], heard: Array) -> Verdict:
        """The verdict with the words that show each code, and the stage that they tell of."""
        labels = self.model.meta.labels
        scores = {code: heard[:, labels.index(code)].tolist() for code in verdict.codes if code != UNSPECIFIED}
        scores[UNSPECIFIED] = heard[:, 0].tolist()
        found = spans(form, verdict.codes, self.book.hits(form), scores, units)
        shown = tuple(replace(span, quote=text[span.start : span.end]) for span in found)
        stage = stage_of(form, verdict.codes, shown, self.taxonomy.stages.values())
        return replace(verdict, spans=tuple(sorted(shown, key=lambda s: (s.start, s.end, s.code))), stage=stage)

    def decide(self, by: Mapping[str, float], polarity: str) -> tuple[str, ...]:
        """The codes over their thresholds, in the order of display; `unspecified` only alone and under blame."""
        given = [code for code in self.codes if code != UNSPECIFIED and by[code] >= self.thresholds.get(code, 0.5)]
        for family in FAMILIES:
            # A family that is sure of itself while none of its codes is: its likeliest code speaks for it.
            members = [code for code in self.codes if self.taxonomy.codes[code].family == family]
            if members and by[family] >= self.thresholds.get(family, 0.5) and not set(members) & set(given):
                given.append(max(members, key=lambda code: by[code] / self.thresholds.get(code, 0.5)))
        if not given and polarity in ("negative", "mixed") and UNSPECIFIED in self.codes:
            given = [UNSPECIFIED] if by[UNSPECIFIED] >= self.thresholds.get(UNSPECIFIED, 0.5) else []
        return tuple(code for code in self.taxonomy.codes if code in given)


@lru_cache(maxsize=2)
def cached(thresholds: tuple[tuple[str, float], ...], folder: Path | None, file: Path | None) -> Judge:
    """The judge of a model file (None: the shipped one), loaded once per process."""
    return Judge.load(dict(thresholds), file=file, folder=folder)


def judge_texts(
    texts: Sequence[str],
    thresholds: tuple[tuple[str, float], ...] = (),
    folder: Path | None = None,
    file: Path | None = None,
) -> list[Verdict]:
    """`Judge.judge` for workers: everything it needs can be pickled."""
    return cached(thresholds, folder, file).judge(texts)
