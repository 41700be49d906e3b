"""Aspects of a trade that the lexicon does not know, mined from a product's own texts.

A word is a candidate when the product's complaints use it far more than running text does; candidates of near meaning
are one aspect. Such an aspect's key spells its words ("mined.a+b"), so that later runs find it again.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from feedback.encode.static import WordVectors
from feedback.leads.aspects import Aspect, Matcher
from feedback.text.normal import normalise

DOMAIN = "mined"
#: A mined word weighs this much of a lexicon word: what people wrote down wins where it applies.
WEIGHT = 0.25
#: Mining begins where the lexicon is silent on more than this share of at least so many texts.
SILENT, ENOUGH = 0.2, 100
_LEAST, _MOST = 0.008, 0.12
_WORDS = 300
_NEAR = 0.6
_WORD = re.compile(r"[\u4e00-\u9fff]{2,}|[a-z]{2,}")


def from_keys(keys: Iterable[str]) -> dict[str, Aspect]:
    """The mined aspects among the keys that leads remember."""
    return {key: _aspect(key.split(".", 1)[1].split("+")) for key in sorted(keys) if key.startswith(f"{DOMAIN}.")}


def mine(
    texts: Sequence[str], cut: Callable[[str], list[str]], vectors: WordVectors, known: set[str], product: str
) -> dict[str, Aspect]:
    """Aspects from `texts` of one product; words of `known` and of the product's name are left out.

    Keyness is ln(share of texts with the word ÷ share expected of a text of twelve words); 1 or more is taken.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    texts_with = Counter(word for text in texts for word in set(cut(normalise(text))))
    name = normalise(product)
    least, most = max(3, _LEAST * len(texts)), _MOST * len(texts)
    merit: dict[str, float] = {}
    for word, times in texts_with.items():
        if not least <= times <= most or word in known or word in name or not _WORD.fullmatch(word):
            continue
        number = vectors.index.get(word)
        keyness = np.log(times / len(texts) / (12 * vectors.share[number])) if number is not None else 0.0
        if keyness >= 1:
            merit[word] = float(times * keyness)
    words = sorted(merit, key=lambda word: (-merit[word], word))[:_WORDS]
    if len(words) < 2:
        groups = [words] if words else []
    else:
        points = vectors.vectors[[vectors.index[word] for word in words]].astype(np.float64)
        numbers = fcluster(linkage(points, "average", metric="cosine"), 1 - _NEAR, "distance")
        grouped: dict[int, list[str]] = defaultdict(list)
        for word, number in zip(words, numbers, strict=True):
            grouped[int(number)].append(word)
        groups = list(grouped.values())
    found = [_aspect(group) for group in groups]
    return {aspect.key: aspect for aspect in sorted(found, key=lambda aspect: aspect.key)}


def add_weights(
    weights: list[dict[str, float]], texts: Sequence[str], codes: Sequence[str], matcher: Matcher
) -> list[dict[str, float]]:
    """`weights` of each text with those of the mined aspects of `matcher` beside them."""
    both = []
    for found, text, code in zip(weights, texts, codes, strict=True):
        mined = matcher.weights(text, code)
        both.append(found | {key: WEIGHT * weight for key, weight in mined.items()})
    return both


def _aspect(words: Sequence[str]) -> Aspect:
    name = "+".join(words)
    return Aspect(DOMAIN, name, name, words[0], "", tuple(words))
