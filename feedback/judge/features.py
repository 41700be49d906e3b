"""Texts to sparse rows of hashed n-grams, for a whole batch at once in numpy: no Python loop over characters.

    texts ─join─▶ code points ─polynomial hashes─▶ buckets ─one sort─▶ binary rows

Character n-grams carry Chinese without a segmenter; a blank, whatever its kind or length, counts as one character.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

#: Buckets are numbered with this many bits; collisions among the n-grams that a model keeps are rare.
BITS: Final = 22
_SALT = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0x100000001B3)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_LENGTH = np.uint64(0xD6E8FEB86659FD93)
_END = "\0"


def ngrams(texts: Sequence[str], longest: int) -> sparse.csr_matrix:
    """Binary rows over 2**BITS buckets, one a text, of all character n-grams of 1..`longest` characters.

    Texts should be in normal form (feedback.text.normal). Columns ascend within a row.
    """
    joined = _END.join(text.replace(_END, " ") for text in texts) + _END
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    blank = (points == 32) | (points == 10) | (points == 13) | (points == 9)
    keep = np.ones(len(points), bool)
    keep[1:] = ~(blank[1:] & blank[:-1])
    points, blank = points[keep], blank[keep]
    ends = points == 0
    rows = np.cumsum(ends) - ends
    letters = _mixed((np.where(blank, 32, points).astype(np.uint64) + np.uint64(1)) * _SALT)
    running, whole = letters.copy(), ~ends
    keys: list[NDArray[np.int64]] = []
    for length in range(1, longest + 1):
        if length > 1:
            running = running[:-1] * _STEP + letters[length - 1 :]
            whole = whole[:-1] & ~ends[length - 1 :]
        bucket = _mixed(running[whole] * _LENGTH + np.uint64(length)) >> np.uint64(64 - BITS)
        keys.append((rows[: len(running)][whole] << BITS) | bucket.astype(np.int64))
    return _binary(np.concatenate(keys), len(texts))


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits of 64-bit hashes (the finaliser of splitmix64, shortened)."""
    values ^= values >> np.uint64(31)
    values *= _MIX
    values ^= values >> np.uint64(29)
    return values


def _binary(keys: NDArray[np.int64], count: int) -> sparse.csr_matrix:
    keys.sort()
    if len(keys):
        first = np.ones(len(keys), bool)
        first[1:] = keys[1:] != keys[:-1]
        keys = keys[first]
    pointer = np.searchsorted(keys, np.arange(count + 1, dtype=np.int64) << BITS)
    columns = (keys & ((1 << BITS) - 1)).astype(np.int32)
    return sparse.csr_matrix((np.ones(len(columns), np.float32), columns, pointer), shape=(count, 1 << BITS))


def selected(rows: sparse.csr_matrix, place: NDArray[np.int32]) -> sparse.csr_matrix:
    """The columns of `rows` that have a place: `place[bucket]` is the new column, or -1 to drop it."""
    columns = place[rows.indices]
    keep = columns >= 0
    kept = np.concatenate([[0], np.cumsum(keep)])
    width: Any = int(place.max(initial=-1)) + 1
    return sparse.csr_matrix((rows.data[keep], columns[keep], kept[rows.indptr]), shape=(rows.shape[0], width))
