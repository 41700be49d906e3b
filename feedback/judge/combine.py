"""The judge: texts in, verdicts out. Own opinion → model and rules → probabilities → decision → spans and stage."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from feedback.errors import BadSettings
from feedback.judge import model as models
from feedback.judge.measure import decide
from feedback.judge.model import Model
from feedback.judge.rules import Hit, RuleBook
from feedback.judge.shipped import FAST
from feedback.judge.signals import Signals, read
from feedback.judge.spans import spans
from feedback.judge.stages import stage_of
from feedback.lexicon import Taxonomy, taxonomy
from feedback.records import FAMILIES, POLARITIES, UNSPECIFIED, Span, Verdict
from feedback.text.clauses import Clause, clauses

Array = NDArray[np.float32]


_LETTER: Final = re.compile(r"[^\W_]")


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
        # A code that the taxonomy no longer has is never given: its threshold is out of reach.
        names = (*model.meta.codes, *FAMILIES)
        reach = [self.thresholds.get(name, 0.5) if name in tax.codes or name in FAMILIES else 2.0 for name in names]
        self._column = {label: place for place, label in enumerate(model.meta.labels)}
        self._cut = np.array(reach, np.float32)
        self._stages = tuple(tax.stages.values())
        self._held = [place for place, name in enumerate(names) if name in (thresholds or {})]
        self._order = [model.meta.codes.index(code) for code in tax.codes if code in model.meta.codes]

    @classmethod
    def load(
        cls, thresholds: Mapping[str, float] | None = None, *, file: Path | None = None, folder: Path | None = None
    ) -> Judge:
        """The judge of a model file (default: the shipped one) with the rules of a lexicon folder."""
        return cls(models.load(file or FAST), RuleBook.load(folder), taxonomy(folder), thresholds)

    def scores(self, signals: Signals) -> tuple[Array, Array]:
        """Calibrated probabilities of all labels, and the polarities' outputs as they are decided by."""
        outputs = self.model.blended(signals.outputs + signals.extras @ self.model.direct, signals.forms)
        return self.model.calibrated(outputs), outputs[:, : len(POLARITIES)] + self.model.offsets

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        """One verdict a text, in order. The same text gets the same verdict in any batch."""
        signals = read(self.model, self.book, texts)
        chances, stands = self.scores(signals)
        polarity = stands.argmax(1)
        for row, form in enumerate(signals.forms):
            if not _speaks(form):
                # Nothing of it is the author's own, or nothing but marks: no stand, no complaint.
                polarity[row] = POLARITIES.index("neutral")
                chances[row] = np.arange(chances.shape[1]) == polarity[row]
        likely = chances[:, len(POLARITIES) :]
        given = decide(likely, self._cut, polarity, self.model.meta.codes, self.taxonomy, self._held)
        verdicts = self._verdicts(polarity, chances.astype(np.float64), given)
        blaming = [row for row, verdict in enumerate(verdicts) if verdict.codes]
        units = [clauses(signals.forms[row], signals.forms[row]) for row in blaming]
        heard = self.model.outputs(
            [signals.forms[row][u.start : u.end] for row, own in zip(blaming, units, strict=True) for u in own]
        )
        at = 0
        for row, own in zip(blaming, units, strict=True):
            hits = self.book.told(signals.scans[row])
            shown = (verdicts[row], own, hits, heard[at : at + len(own)])
            verdicts[row] = self._shown(texts[row], signals.forms[row], *shown)
            at += len(own)
        return verdicts

    def _verdicts(
        self, polarity: NDArray[np.int64], chances: NDArray[np.float64], given: NDArray[np.bool_]
    ) -> list[Verdict]:
        """Verdicts without their spans and stages."""
        base = len(POLARITIES)
        found = []
        blamed = np.asarray(given.any(1)).tolist()
        for row, (stand, chance) in enumerate(zip(polarity.tolist(), chances.round(4).tolist(), strict=True)):
            scores = dict(zip(POLARITIES, chance[:base], strict=True))
            if not blamed[row]:
                found.append(Verdict(POLARITIES[stand], scores, (), {}, ()))
                continue
            mine = given[row].tolist()
            places = [place for place in self._order if mine[place]]
            codes = tuple(self.model.meta.codes[place] for place in places)
            sure = {code: chance[base + place] for code, place in zip(codes, places, strict=True)}
            found.append(Verdict(POLARITIES[stand], scores, codes, sure, self.taxonomy.families_of(codes)))
        return found

    def _shown(
        self, text: str, form: str, verdict: Verdict, units: Sequence[Clause], hits: Sequence[Hit], heard: Array
    ) -> Verdict:
        """The verdict with the words that show each code, and the stage that they tell of."""
        scores = {code: heard[:, self._column[code]].tolist() for code in verdict.codes if code != UNSPECIFIED}
        scores[UNSPECIFIED] = heard[:, 0].tolist()
        # Without letters (an emoji, say) the whole text is what shows the code.
        bare = tuple(Span(code, 0, len(text), text) for code in verdict.codes)
        found = spans(form, verdict.codes, hits, scores, units) or bare
        shown = tuple(Span(span.code, span.start, span.end, text[span.start : span.end]) for span in found)
        stage = stage_of(form, verdict.codes, shown, self._stages)
        return replace(verdict, spans=tuple(sorted(shown, key=lambda s: (s.start, s.end, s.code))), stage=stage)


def _speaks(form: str) -> bool:
    """Whether there is a letter, a number or a symbol (emoji) in it."""
    return bool(_LETTER.search(form)) or any(unicodedata.category(sign) == "So" for sign in form)


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
