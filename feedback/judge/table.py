"""The first layer: tf-idf weighted n-grams, a linear model of all labels at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from feedback.judge.features import selected
from feedback.judge.linear import fit
from feedback.records import POLARITIES

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Table:
    """`weights[i]` (labels), times idf already, belongs to the n-gram whose bucket is `buckets[i]`.

    `direct` (extras × labels) are the weights of the features learned beside the n-grams.
    """

    buckets: NDArray[np.uint32]
    weights: Array
    idf: Array
    bias: Array
    direct: Array

    def outputs(self, rows: sparse.csr_matrix, extras: sparse.csr_matrix) -> Array:
        """What is said of binary n-gram rows (see features.ngrams) and of the extras beside them: rows × labels."""
        place = np.full(rows.shape[1], -1, np.int32)
        place[self.buckets] = np.arange(len(self.buckets), dtype=np.int32)
        said = say(selected(rows, place), self.weights, self.idf, self.bias)
        return said + np.asarray(extras @ self.direct, np.float32)


def say(rows: sparse.csr_matrix, weights: Array, idf: Array, bias: Array) -> Array:
    """Rows of known n-grams times the table, divided by the rows' tf-idf length, plus the intercepts."""
    length = np.sqrt(np.maximum(np.asarray(rows @ np.square(idf), np.float32), 1e-6))
    return np.asarray(np.asarray(rows @ weights, np.float32) / length[:, None] + bias, np.float32)


def train_table(
    rows: sparse.csr_matrix, extras: sparse.csr_matrix, labels: Array, weight: Array, *, penalty: float, rarest: int,
    aside: NDArray[np.bool_],
) -> Table:  # fmt: skip
    """Learn from binary n-gram rows and the extras beside them; n-grams in fewer than `rarest` texts are dropped.

    `weight` (n × labels): what each label of each text counts; `aside` (extras): only the polarities learn from these.
    """
    frequency = np.bincount(rows.indices, minlength=rows.shape[1])
    buckets = np.flatnonzero(frequency >= rarest)
    place = np.full(rows.shape[1], -1, np.int32)
    place[buckets] = np.arange(len(buckets), dtype=np.int32)
    idf = (np.log((1 + rows.shape[0]) / (1 + frequency[buckets])) + 1).astype(np.float32)
    kept = selected(rows, place)
    kept = sparse.csr_matrix((idf[kept.indices], kept.indices, kept.indptr), shape=(rows.shape[0], len(buckets)))
    length = np.sqrt(np.maximum(np.asarray(kept.multiply(kept).sum(1)).ravel(), 1e-6))
    kept.data = (kept.data / np.repeat(length, np.diff(kept.indptr))).astype(np.float32)
    n, cut = len(buckets), len(POLARITIES)
    found = np.zeros((n + extras.shape[1], labels.shape[1]), np.float32)
    bias = np.zeros(labels.shape[1], np.float32)
    for columns, heard, exclusive in (
        (slice(0, cut), np.ones(len(aside), bool), cut),
        (slice(cut, None), ~aside, 0),
    ):
        both = sparse.hstack([kept, extras[:, heard]]).tocsr().astype(np.float32)
        learned = fit(both, labels[:, columns], weight[:, columns], exclusive=exclusive, penalty=penalty)
        found[np.r_[np.ones(n, bool), heard], columns], bias[columns] = learned
    return Table(buckets.astype(np.uint32), found[:n] * idf[:, None], idf, bias, found[n:])
