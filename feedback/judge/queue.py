"""Which records a person should label next: where the judge is in doubt, each unlike the others, rare codes first.

Doubt about the polarity: 1 - (best chance - second), margin sampling (Scheffer, Decomain and Wrobel 2001). Doubt about
a code: how near its chance is to the threshold, in log odds, times how rare the code is. Diversity: greedy, each pick
weighed by its distance from the nearest one picked (TF-IDF of character pairs, cosine).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

#: So many records for each to be picked are compared with one another.
_POOL_PER_PICK: Final = 20
_POOL_AT_LEAST: Final = 500
#: A code as rare as 1 in 16 of the usual one weighs at most four times as much, a common one at least half.
_RAREST, _COMMONEST = 4.0, 0.5


@dataclass(frozen=True, slots=True)
class Pick:
    """A record to label: its place in the input, what is most in doubt ("polarity" or a code), and its worth."""

    index: int
    about: str
    worth: float


def choose(
    ids: Sequence[str],
    texts: Sequence[str],
    polarity: NDArray[np.floating],
    codes: NDArray[np.floating],
    names: Sequence[str],
    thresholds: NDArray[np.floating],
    count: int,
) -> list[Pick]:
    """`count` records, the worthiest first; the same whatever the order of the input (ties by id).

    `polarity`: n × 4 chances; `codes`: n × len(names) chances; `thresholds`: of each code.
    """
    if not ids or count < 1:
        return []
    doubts = np.hstack([_margin(polarity)[:, None], _nearness(codes, thresholds) * _rarity(codes)])
    # Rounded, so that the order of a sum inside a library cannot turn a tie.
    worth = np.round(doubts[:, 0] + (doubts[:, 1:].max(1) if len(names) else 0), 6).astype(np.float64)
    pool = sorted(range(len(ids)), key=lambda i: (-worth[i], ids[i]))[: max(count * _POOL_PER_PICK, _POOL_AT_LEAST)]
    picked = _spread([texts[i] for i in pool], worth[pool], count)
    about = ("polarity", *names)
    return [Pick(pool[i], about[int(doubts[pool[i]].argmax())], float(worth[pool[i]])) for i in picked]


def _margin(chances: NDArray[np.floating]) -> Numbers:
    ordered = np.sort(chances.astype(np.float64), axis=1)
    doubt: Numbers = 1 - (ordered[:, -1] - ordered[:, -2])
    return doubt


def _nearness(chances: NDArray[np.floating], thresholds: NDArray[np.floating]) -> Numbers:
    """1 at the threshold, falling with the distance in log odds."""
    near: Numbers = np.exp(-np.abs(_odds(chances) - _odds(thresholds)))
    return near


def _odds(chance: NDArray[np.floating]) -> Numbers:
    safe = np.clip(chance.astype(np.float64), 1e-4, 1 - 1e-4)
    odds: Numbers = np.log(safe / (1 - safe))
    return odds


def _rarity(chances: NDArray[np.floating]) -> Numbers:
    """The root of how much rarer a code is expected to be here than the middle one."""
    expected = chances.astype(np.float64).sum(0) + 1
    middle = np.median(expected) if len(expected) else 1.0
    rarity: Numbers = np.clip(np.sqrt(middle / expected), _COMMONEST, _RAREST)
    return rarity


def _spread(texts: list[str], worth: Numbers, count: int) -> list[int]:
    """Greedily the worthiest that is least like those picked before; a copy of one picked is never picked."""
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

    hashed = HashingVectorizer(analyzer="char", ngram_range=(1, 2), n_features=1 << 18, alternate_sign=False, norm=None)
    vectors = TfidfTransformer(sublinear_tf=True).fit_transform(hashed.transform(texts))
    likeness = np.zeros(len(texts))
    free = np.ones(len(texts), bool)
    picked: list[int] = []
    while len(picked) < count and free.any():
        value = np.where(free, np.round(worth * (1 - likeness), 6), -1.0)
        best = int(value.argmax())
        if picked and likeness[best] > 1 - 1e-6:
            break
        picked.append(best)
        free[best] = False
        likeness = np.maximum(likeness, np.asarray((vectors @ vectors[best].T).todense()).ravel())
    return picked
