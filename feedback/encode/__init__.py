"""Texts as vectors. An encoder is anything with `.encode(list[str])`; `encoder(name)` finds one by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
#: Cuts a text into words in the spelling that word vectors know (normal form).
Cut = Callable[[str], list[str]]


class Encoder(Protocol):
    """Turns texts into vectors.

    `stateless`: the vector of a text depends on that text alone, so that vectors of different runs may be compared.
    """

    name: str
    stateless: bool

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors of shape (len(texts), d), float32, each of length 1 or all zeros."""
        ...


def encoder(name: str, cut: Cut, progress: Callable[[int, int], None] | None = None) -> Encoder:
    """The encoder called `name`: "static" (ships with the package), "tfidf", or a sentence-transformers model.

    `cut` gives the words of a text; any other name is a model's path or name, for which the extra `semantic` must be
    installed and `progress` is told (texts done, texts in all). Raises UsageError.
    """
    if name == "static":
        from feedback.encode.static import StaticEncoder

        return StaticEncoder(cut)
    if name == "tfidf":
        from feedback.encode.tfidf import TfidfEncoder

        return TfidfEncoder(cut)
    from feedback.encode.sentence import SentenceEncoder

    return SentenceEncoder(Path(name) if Path(name).exists() else name, progress=progress)


def unit_length(vectors: NDArray[np.floating]) -> Vectors:
    """Rows of `vectors` (n, d) scaled to length 1; rows of zeros stay."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = np.asarray(vectors / np.where(length > 0, length, 1.0), dtype=np.float32)
    return scaled
