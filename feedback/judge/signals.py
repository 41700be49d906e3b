"""What the judge sees of a batch of texts: normal forms of the own opinion, what the n-grams say, and the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from feedback.judge.model import Model
from feedback.judge.rules import RuleBook, Scan
from feedback.text.normal import normalise
from feedback.text.own import own_opinion

Array = NDArray[np.float32]


#: Rule features stand beside n-gram rows of length 1: at this scale they inform, and do not drown them.
SCALE = 0.3


@dataclass(frozen=True)
class Signals:
    """`forms[i]`: the author's own words in normal form, as long as the text. `outputs`: what the table of n-grams
    says, texts × labels. `extras`: features that go straight to the labels, texts × extras.
    `scans`: what the rules found in each."""

    forms: list[str]
    outputs: Array
    extras: sparse.csr_matrix
    scans: list[Scan]


def form(text: str) -> str:
    """The author's own words of `text` in normal form: the rest is blank, so that offsets stay those of `text`."""
    return normalise(own_opinion(text).text_masked)


def read(model: Model, book: RuleBook, texts: Sequence[str]) -> Signals:
    """The signals of `texts` for `model`."""
    forms = [form(text) for text in texts]
    scans = book.scan(forms)
    return Signals(forms, model.outputs(forms), by_name(book, book.featured(scans), model.meta.rules), scans)


def ruled(book: RuleBook, forms: list[str], names: Sequence[str]) -> sparse.csr_matrix:
    """Rule features of texts in normal form, scaled, in the order of `names`."""
    return by_name(book, book.featured(book.scan(forms)), names)


def by_name(book: RuleBook, found: sparse.csr_matrix, names: Sequence[str]) -> sparse.csr_matrix:
    """Features by name and scaled: a rule that the model does not know is left out, one that is gone says nothing."""
    place = {name: column for column, name in enumerate(names)}
    known = [(column, place[name]) for column, name in enumerate(book.feature_names) if name in place]
    theirs, mine = np.array(known, np.int32).reshape(-1, 2).T
    shape = (len(book.feature_names), len(names))
    scale = np.full(len(mine), SCALE, np.float32)
    return (found @ sparse.csr_matrix((scale, (theirs, mine)), shape=shape)).tocsr()
