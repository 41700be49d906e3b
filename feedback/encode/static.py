"""The default encoder: word vectors that ship with the package, averaged by rarity. No model to load, no network.

`words.npz` holds word statistics only: vectors of the 24,000 most frequent words of about 350,000 public Chinese posts
and reviews, learned by `learn()` (tests/benchmarks/leads_vectors.py makes the file).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from feedback.encode import Cut, Vectors, unit_length

FILE = Path(__file__).with_name("words.npz")


class WordVectors:
    """Words, their vectors (n, d) and their shares of all running words, as `words.npz` holds them."""

    def __init__(self, words: list[str], vectors: Vectors, share: NDArray[np.float32]) -> None:
        self.vectors = vectors
        self.share = share
        self.index = {word: number for number, word in enumerate(words)}

    def rarity(self, word: str) -> float:
        """−ln of the word's share of running words; a word unknown here counts as rarer than any known one."""
        number = self.index.get(word)
        return float(-np.log(self.share[number])) if number is not None else 14.0

    def save(self, file: Path) -> None:
        """Write the vectors as signed bytes, one scale for all."""
        scale = float(np.abs(self.vectors).max()) / 127
        np.savez_compressed(
            file,
            words=np.frombuffer("\n".join(self.index).encode(), dtype=np.uint8),
            vectors=np.round(self.vectors / scale).astype(np.int8),
            share=self.share.astype(np.float32),
        )


@lru_cache(maxsize=2)
def word_vectors(file: Path = FILE) -> WordVectors:
    """The vectors of `file`; loaded without executing code."""
    with np.load(file, allow_pickle=False) as data:
        words = data["words"].tobytes().decode().split("\n")
        return WordVectors(words, _spread(data["vectors"].astype(np.float32)), data["share"])


def _spread(vectors: Vectors) -> Vectors:
    """Vectors without their mean and the two directions that all share (all-but-the-top: Mu and Viswanath 2018)."""
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    common = axes[:, -2:]
    return unit_length(centred - (centred @ common) @ common.T)


class StaticEncoder:
    """Mean of word vectors, each weighted by a / (a + share) (smooth inverse frequency: Arora, Liang and Ma 2017)."""

    name = "static"
    stateless = True

    def __init__(self, cut: Cut, *, smoothing: float = 1e-3) -> None:
        self._words = word_vectors()
        self._cut = cut
        self._weight = (smoothing / (smoothing + self._words.share)).astype(np.float32)

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors of shape (len(texts), d); a text without known words is all zeros."""
        from scipy.sparse import csr_matrix

        index = self._words.index
        rows: list[int] = []
        columns: list[int] = []
        for row, text in enumerate(texts):
            for word in self._cut(text):
                number = index.get(word)
                if number is not None:
                    rows.append(row)
                    columns.append(number)
        counts = csr_matrix((self._weight[columns], (rows, columns)), shape=(len(texts), len(index)))
        return unit_length(counts @ self._words.vectors)


def learn(
    sentences: Iterable[list[str]], *, size: int = 24_000, dimensions: int = 128, window: int = 5, least: int = 25
) -> WordVectors:
    """Word vectors from segmented sentences: positive pointwise mutual information, reduced by SVD.

    Contexts are weighted by nearness (window − distance + 1) / window and smoothed by the power 0.75 (Levy, Goldberg
    and Dagan 2015); vectors are U·√S, scaled to length 1. `least`: occurrences that a word needs. Deterministic.
    """
    from scipy.sparse import csr_matrix
    from sklearn.utils.extmath import randomized_svd

    sentences = list(sentences)
    counts = Counter(word for sentence in sentences for word in sentence)
    words = [word for word, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if n >= least][:size]
    index = {word: number for number, word in enumerate(words)}
    gap = [-1] * window
    stream = np.array(
        [number for sentence in sentences for number in ([index.get(word, -1) for word in sentence] + gap)],
        dtype=np.int64,
    )
    n = len(words)
    pairs = csr_matrix((n, n), dtype=np.float64)
    for distance in range(1, window + 1):
        left, right = stream[:-distance], stream[distance:]
        both = (left >= 0) & (right >= 0)
        keys, times = np.unique(left[both] * n + right[both], return_counts=True)
        weight = times * (window - distance + 1) / window
        pairs = pairs + csr_matrix((weight, (keys // n, keys % n)), shape=(n, n))
    pairs = (pairs + pairs.T).tocsr()
    total = np.asarray(pairs.sum(axis=1)).ravel()
    context = total**0.75 / (total**0.75).sum()
    cells = pairs.tocoo()
    information = np.log(cells.data / (total[cells.row] * context[cells.col]))
    keep = (information > 0) & (cells.data >= min(1.5, cells.data.max()))
    matrix = csr_matrix((information[keep], (cells.row[keep], cells.col[keep])), shape=(n, n))
    u, s, _ = randomized_svd(matrix, min(dimensions, n - 1), n_iter=4, random_state=0)
    share = np.array([counts[word] for word in words], dtype=np.float32) / sum(counts.values())
    return WordVectors(words, unit_length(u * np.sqrt(s)), share.astype(np.float32))
