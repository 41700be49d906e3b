"""What the judge sees of a batch of texts: normal forms of the own opinion, what the n-grams say, and the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from feedback.judge.model import Model
from feedback.judge.rules import RuleBook
from feedback.text.normal import normalise
from feedback.text.own import own_opinion

Array = NDArray[np.float32]


#: Rule features stand beside n-gram rows of length 1: at this scale they inform, and do not drown them.
SCALE = 0.3


@dataclass(frozen=True)
class Signals:
    """`forms[i]`: the author's own words in normal form, as long as the text. `outputs`: what the table of n-grams
    says, texts × labels. `extras`: features that go straight to the labels, texts × extras."""

    forms: list[str]
    outputs: Array
    extras: sparse.csr_matrix


def form(text: str) -> str:
    """The author's own words of `text` in normal form: the rest is blank, so that offsets stay those of `text`."""
    return normalise(own_opinion(text).text_masked)


def read(model: Model, book: RuleBook, texts: Sequence[str]) -> Signals:
    """The signals of `texts` for `model`."""
    forms = [form(text) for text in texts]
    return Signals(forms, model.outputs(forms), ruled(book, forms, model.meta.rules))


def ruled(book: RuleBook, forms: list[str], names: Sequence[str]) -> sparse.csr_matrix:
    """Rule features by name: a rule that the model does not know is left out, one that is gone says nothing."""
    place = {name: column for column, name in enumerate(names)}
    known = [(column, place[name]) for column, name in enumerate(book.feature_names) if name in place]
    theirs, mine = np.array(known, np.int32).reshape(-1, 2).T
    shape = (len(book.feature_names), len(names))
    scale = np.full(len(mine), SCALE, np.float32)
    return (book.features(forms) @ sparse.csr_matrix((scale, (theirs, mine)), shape=shape)).tocsr()
