"""Gathers the complaints of a product around what they are about, where its own texts tell more than the lexicon.

Seeded k-means (Basu, Banerjee and Mooney 2002). A complaint is three vectors side by side, each of length 1 before its
weight: its meaning (1), its telling words (`_WORDS`; those around the quote count `_AROUND`) and the aspects that the
lexicon finds (`_LEXICON`).
Groups begin as the complaints of one aspect; what has none, or one of a trade that the product is not in, is cut into
groups of its own by k-means. Then each complaint goes to the nearest group, a few times over; one in which the lexicon
finds a single clear aspect stays. A group without an aspect becomes a mined one (mine.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback.encode import Vectors
from feedback.leads.aspects import Aspect, Matcher, trust
from feedback.leads.mine import DOMAIN, WORD, aspect_of
from feedback.text.normal import normalise

#: Fewer complaints than this are placed by the lexicon alone.
ENOUGH = 100
#: A product is of trades that the lexicon knows where the likeliest has this share, and either those of `_BESIDE` and
#: more have `_TOGETHER`, or their words make up `_TOLD` of what the `_TOP` most telling words weigh.
_HOME, _BESIDE, _TOGETHER, _TOLD, _TOP = 0.3, 0.1, 0.6, 0.25, 100
#: Once a product is known, trades of this likelihood are its own too.
_ALSO = 0.05
_WORDS, _LEXICON, _AROUND = 1.5, 0.8, 0.5
#: An aspect of this share of a complaint's weights is clear.
_CLEAR = 0.6
#: Complaints that an aspect needs to begin a group.
_SEED = 5
#: Groups without an aspect: this many times the root of the number of complaints.
_GROUPS = 0.65
_ROUNDS = 6
#: Complaints that new groups are sought among at most.
_SAMPLE = 2000
#: A word of common speech (1 in 55 running words) weighs nothing; words that the vectors lack count as this rare.
_COMMON, _UNKNOWN = 4.0, 11.0
_NAME, _NEAR = 6, 0.45
_SEED_OF_DRAW = 0

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Gathered:
    """For each complaint its aspect ("": none) and how likeness put it there ("": its words did); aspects mined."""

    aspect: list[str]
    how: list[str]
    mined: dict[str, Aspect]


@dataclass(frozen=True)
class _Features:
    """Complaints as rows: `meaning` (n, d) and sparse `signs` (n, words + aspects); `words` name the first columns."""

    meaning: Array
    signs: Any
    words: list[str]

    def middles(self, group: NDArray[np.intp], count: int) -> tuple[Array, Array]:
        """The mean rows of each group; zeros for an empty one."""
        from scipy.sparse import csr_matrix

        sizes = np.maximum(np.bincount(group[group >= 0], minlength=count), 1)
        rows = np.flatnonzero(group >= 0)
        share = csr_matrix((1.0 / sizes[group[rows]], (group[rows], rows)), shape=(count, len(group)))
        return share @ self.meaning, np.asarray((share @ self.signs).todense())

    def nearest(self, middles: tuple[Array, Array]) -> NDArray[np.intp]:
        """The group of the least Euclidean distance for each row."""
        meaning, signs = middles
        half = ((meaning**2).sum(axis=1) + (signs**2).sum(axis=1)) / 2
        merit = self.meaning @ meaning.T + self.signs @ signs.T - half
        found: NDArray[np.intp] = np.asarray(np.round(merit, 9)).argmax(axis=1)
        return found


@dataclass(frozen=True)
class _Telling:
    """The words of each complaint, how much each tells, and in how many it is."""

    said: list[list[str]]
    weight: dict[str, float]
    times: Counter[str]

    @classmethod
    def of(cls, quotes: Sequence[str], matcher: Matcher) -> _Telling:
        """From words that stand in three quotes or more."""
        said = [_words(quote, matcher) for quote in quotes]
        times = Counter(word for words in said for word in words)
        often = {word: count for word, count in times.items() if count >= 3}
        weight = {word: _telling(word, count / len(quotes), matcher) for word, count in often.items()}
        return cls(said, {word: value for word, value in weight.items() if value > 0}, times)

    def share(self, words: set[str]) -> float:
        """What `words` weigh among the most telling ones."""
        mass = {word: value * self.times[word] for word, value in self.weight.items()}
        top = sorted(mass, key=lambda word: (-mass[word], word))[:_TOP]
        total = sum(mass[word] for word in top)
        return sum(mass[word] for word in top if word in words) / total if total else 0.0


def gather(
    quotes: Sequence[str],
    around: Sequence[str],
    weights: Sequence[dict[str, float]],
    aspect: Sequence[str],
    likely: dict[str, float],
    vectors: Vectors,
    matcher: Matcher,
    known: dict[str, Aspect],
) -> Gathered:
    """Aspects of the complaints of one product, in the order given (sorted by the caller).

    `around`: each quote with what stands beside it; `weights`: aspect weights of each; `aspect`: the best of them, ""
    for none; `likely`: trade → likelihood; `vectors`: (n, d) of the quotes; `known`: all aspects, those mined earlier
    too.
    """
    telling = _Telling.of(quotes, matcher)
    own = _homes(likely, telling, known)

    def seeds(key: str) -> bool:
        return bool(key) and not known[key].general and known[key].domain in own

    counts = Counter(filter(seeds, aspect))
    keys = sorted(key for key, times in counts.items() if times >= _SEED)
    place = {key: number for number, key in enumerate(keys)}
    group = np.array([place.get(key, -1) for key in aspect], dtype=np.intp)
    merits = [
        {
            key: weight * trust(known[key].domain, likely) * (0.5 if known[key].general else 1.0)
            for key, weight in found.items()
        }
        for found in weights
    ]
    clear = np.array([seeds(key) and _clear(found, key) for key, found in zip(aspect, merits, strict=True)])
    features = _features(telling, quotes, around, merits, vectors, matcher)
    group, count = _begin(features, group, len(keys))
    if not count:
        return Gathered(list(aspect), [""] * len(aspect), {})
    stays = clear & (group >= 0)
    for _ in range(_ROUNDS):
        nearest = features.nearest(features.middles(group, count))
        again = np.where(stays, group, nearest)
        if (again == group).all():
            break
        group = again
    named = keys + [""] * (count - len(keys))
    mined: dict[str, Aspect] = {}
    names: dict[str, set[str]] = {}
    for number, words in enumerate(_names(features, group, count)):
        if not named[number] and words:
            made = aspect_of(words)
            mined[made.key] = made
            names[made.key] = set(words)
            named[number] = made.key
    middles = features.middles(group, count)[0]
    near = (features.meaning * middles[group]).sum(axis=1) / np.maximum(np.linalg.norm(middles, axis=1), 1e-9)[group]
    found, how = [], []
    for row, key in enumerate(aspect):
        mine = key if clear[row] else named[group[row]]
        # A mined group is a thing for those who name it or speak much like it; others only stand near.
        strays = mine in mined and near[row] < _NEAR and names[mine].isdisjoint(telling.said[row])
        found.append(mine)
        how.append("" if mine == key else "near" if strays else "meaning")
    return Gathered(found, how, mined)


def _homes(likely: dict[str, float], telling: _Telling, known: dict[str, Aspect]) -> set[str]:
    """The trades that the product is in; where that is not sure only what is true of any product."""
    trades = {name: value for name, value in likely.items() if name not in ("any", DOMAIN) and value >= _ALSO}
    whole = {"any", DOMAIN} | set(trades)
    if max(trades.values(), default=0.0) < _HOME:
        return {"any", DOMAIN}
    if sum(value for value in trades.values() if value >= _BESIDE) >= _TOGETHER:
        return whole
    words = {word for aspect in known.values() if aspect.domain in whole for word in aspect.words}
    return whole if telling.share(words) >= _TOLD else {"any", DOMAIN}


def _clear(merits: dict[str, float], key: str) -> bool:
    total = sum(merits.values())
    return total > 0 and merits.get(key, 0.0) >= _CLEAR * total


def _features(
    telling: _Telling,
    quotes: Sequence[str],
    around: Sequence[str],
    merits: Sequence[dict[str, float]],
    vectors: Vectors,
    matcher: Matcher,
) -> _Features:
    from scipy.sparse import csr_matrix, hstack
    from sklearn.preprocessing import normalize

    said, weight = telling.said, telling.weight
    beside = [_words(text, matcher) if text != quote else [] for text, quote in zip(around, quotes, strict=True)]
    found = [
        {word: _AROUND * weight[word] for word in more if word in weight}
        | {word: weight[word] for word in words if word in weight}
        for words, more in zip(said, beside, strict=True)
    ]
    words = sorted(weight)
    aspects = sorted({key for some in merits for key in some})
    signs = [
        normalize(_table(csr_matrix, rows, columns, len(quotes))) * factor
        for rows, columns, factor in ((found, words, _WORDS), (merits, aspects, _LEXICON))
    ]
    return _Features(vectors.astype(np.float64), hstack(signs, format="csr"), words)


def _words(text: str, matcher: Matcher) -> list[str]:
    return sorted({word for word in matcher.cut(normalise(text)) if WORD.fullmatch(word)})


def _table(make: Any, rows: Sequence[dict[str, float]], columns: list[str], height: int) -> Any:
    index = {name: number for number, name in enumerate(columns)}
    at = [(row, index[name], value) for row, found in enumerate(rows) for name, value in found.items()]
    where = ([row for row, _, _ in at], [column for _, column, _ in at])
    return make(([value for _, _, value in at], where), shape=(height, len(columns)))


def _telling(word: str, share: float, matcher: Matcher) -> float:
    """How much a word tells: its rarity in the language, less where the product's texts do not use it oftener than
    others (share expected of a text of twelve words), half for a single character."""
    number = matcher.vectors.index.get(word)
    rarity = matcher.vectors.rarity(word) if number is not None else _UNKNOWN
    keyness = np.log(share / 12) + rarity
    value = max(rarity - _COMMON, 0.0) / (1 + np.exp(-0.5 * (keyness - 0.5)))
    return float(value * (0.5 if len(word) == 1 else 1.0))


def _begin(features: _Features, group: NDArray[np.intp], count: int) -> tuple[NDArray[np.intp], int]:
    """Groups for the complaints that have none, and how many there are then."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.cluster import KMeans

    rest = np.flatnonzero(group < 0)
    more = round(_GROUPS * len(rest) / np.sqrt(len(group)))
    if more < 2:
        return group, count
    some = rest if len(rest) <= _SAMPLE else rest[np.unique(np.linspace(0, len(rest) - 1, _SAMPLE).astype(int))]
    points = hstack([csr_matrix(features.meaning[some]), features.signs[some]], format="csr")
    labels = KMeans(more, n_init=3, random_state=_SEED_OF_DRAW).fit_predict(points)
    group = group.copy()
    group[some] = count + labels
    return group, count + more


def _names(features: _Features, group: NDArray[np.intp], count: int) -> list[list[str]]:
    """The words that tell each group from the others, best first; a word names one group only."""
    signs = features.signs[:, : len(features.words)]
    totals = np.zeros((count, len(features.words)))
    for number in range(count):
        totals[number] = np.asarray(signs[group == number].sum(axis=0)).ravel()
    share = totals / np.maximum(totals.sum(axis=0), 1e-12)
    merit = np.round(totals * share, 9)
    owner = merit.argmax(axis=0)
    named = []
    for number in range(count):
        columns = [c for c in np.flatnonzero((owner == number) & (share[number] >= 0.3)) if len(features.words[c]) > 1]
        columns.sort(key=lambda c: (-merit[number, c], features.words[c]))
        named.append([features.words[c] for c in columns[:_NAME]])
    return named
