"""Aspects of a trade that the lexicon does not know, mined from a product's own texts.

gather.py finds the groups and the words that tell them apart. Such an aspect's key spells its words ("mined.a+b"), so
that later runs find it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from feedback.leads.aspects import Aspect, Matcher

DOMAIN = "mined"
#: A mined word weighs this much of a lexicon word: what people wrote down wins where it applies.
WEIGHT = 0.25
#: What may be a word.
WORD = re.compile(r"[\u4e00-\u9fff]+|[a-z][a-z0-9]+")


def from_keys(keys: Iterable[str]) -> dict[str, Aspect]:
    """The mined aspects among the keys that leads remember."""
    return {key: aspect_of(key.split(".", 1)[1].split("+")) for key in sorted(keys) if key.startswith(f"{DOMAIN}.")}


def add_weights(
    weights: list[dict[str, float]], texts: Sequence[str], codes: Sequence[str], matcher: Matcher
) -> list[dict[str, float]]:
    """`weights` of each text with those of the mined aspects of `matcher` beside them."""
    both = []
    for found, text, code in zip(weights, texts, codes, strict=True):
        mined = matcher.weights(text, code)
        both.append(found | {key: WEIGHT * weight for key, weight in mined.items()})
    return both


def aspect_of(words: Sequence[str]) -> Aspect:
    """The mined aspect of these words."""
    name = "+".join(words)
    return Aspect(DOMAIN, name, name, words[0], "", tuple(words))
