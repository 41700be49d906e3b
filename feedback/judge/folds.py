"""Which sources stand in which fold: a source is held out whole, so that validation asks what a new shop asks."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: The fold of records that are learned from and never judged.
BESIDE: Final = -1


def by_source(
    sources: Sequence[str], texts: Sequence[str], *, count: int = 8, halved: Collection[str] = ()
) -> NDArray[np.int64]:
    """The fold (0..count-1) of each record. The largest sources are placed first, each into the smallest fold.

    Sources in `halved` (the only one of their kind) are cut in two by a hash of the text, so that their kind is known
    in training while equal texts stay together. Depends on the set of records alone, not on their order.
    """
    groups = [
        f"{source}#{_digest(text) % 2}" if source in halved else source
        for source, text in zip(sources, texts, strict=True)
    ]
    sizes = Counter(groups)
    load = [0] * count
    fold: dict[str, int] = {}
    for group, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        # The two halves of a source never share a fold: one must be known while the other is judged.
        other = fold.get(f"{group[:-1]}{1 - int(group[-1])}", -1) if group[-2:] in ("#0", "#1") else -1
        place = min((f for f in range(count) if f != other), key=lambda f: (load[f], f))
        fold[group] = place
        load[place] += size
    return np.array([fold[group] for group in groups], np.int64)


def learned_from(
    fold: NDArray[np.int64], sources: Sequence[str], texts: Sequence[str], k: int, *, judged: int
) -> NDArray[np.intp]:
    """Places of the records to learn from while fold `k` of the first `judged` records is judged.

    Those of the other folds; and of those that stand `BESIDE` the folds the ones whose source and text are not judged.
    """
    now = [place for place in range(judged) if fold[place] == k]
    seen, read = {sources[place] for place in now}, {texts[place] for place in now}
    known = np.array([source in seen or text in read for source, text in zip(sources, texts, strict=True)], bool)
    return np.flatnonzero((fold != k) & ~((fold == BESIDE) & known))


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def at_random(texts: Sequence[str], count: int = 8) -> NDArray[np.int64]:
    """A fold for each text by its hash alone: for records without a source."""
    return np.array([_digest(text) % count for text in texts], np.int64)
