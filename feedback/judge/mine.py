"""Words that the lexicon does not know yet but that go with a label, by log-odds with an informative prior."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from feedback.judge.rules import RuleBook
from feedback.text.normal import normalise
from feedback.text.own import own_opinion


@dataclass(frozen=True, slots=True)
class Proposal:
    """A word or pair of words: how many texts of the label and of the rest hold it, z, and one text as example."""

    word: str
    inside: int
    outside: int
    z: float
    example: str


def mine(
    texts: Iterable[str],
    label: str,
    book: RuleBook,
    cut: Callable[[str], list[str]],
    known: Iterable[str] = (),
    most: int = 50,
    least: int = 3,
) -> list[Proposal]:
    """The `most` words and pairs of neighbours that mark the texts on which rules of `label` fire, by z, then by word.

    z is the log-odds ratio over its standard deviation, the whole collection as prior (Monroe, Colaresi and Quinn 2008,
    "Fightin' Words", eq. 16 and 22), over numbers of texts. Words of the rules of `label` and those `known` are left
    out, as are words in fewer than `least` texts of the label.
    """
    inside: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    example: dict[str, str] = {}
    for text in texts:
        form = normalise(own_opinion(text).text_masked)
        found = any(hit.label == label for hit in book.hits(form))
        units = _units(cut(form))
        (inside if found else outside).update(units)
        if found:
            for unit in units:
                example[unit] = min(example.get(unit, text), text, key=lambda item: (len(item), item))
    skip = {*known, *_words_of(book, label)}
    total_in, total_out = sum(inside.values()), sum(outside.values())
    total = total_in + total_out
    result = []
    for word, count in inside.items():
        if count < least or word in skip:
            continue
        prior = (count + outside[word]) / total * min(total_in, 500)
        z = _z(count, total_in, outside[word], total_out, prior, min(total_in, 500))
        if z > 1.96:
            result.append(Proposal(word, count, outside[word], round(z, 2), example[word]))
    return sorted(result, key=lambda item: (-item.z, item.word))[:most]


def _z(count: int, size: int, other: int, other_size: int, prior: float, prior_size: float) -> float:
    """Log-odds ratio with prior over its standard deviation; all counts of texts."""
    inner = math.log((count + prior) / (size + prior_size - count - prior))
    outer = math.log((other + prior) / (other_size + prior_size - other - prior))
    return (inner - outer) / math.sqrt(1 / (count + prior) + 1 / (other + prior))


def _units(words: Sequence[str]) -> set[str]:
    """Words of two letters or more and pairs of neighbouring words, each once; nothing with marks or digits."""
    single = {word for word in words if len(word) > 1 and _letters(word)}
    pairs = {one + two for one, two in pairwise(words) if _letters(one) and _letters(two)}
    return single | {pair for pair in pairs if len(pair) <= 8}


def _letters(word: str) -> bool:
    return word.isalpha()


def _words_of(book: RuleBook, label: str) -> set[str]:
    return {word for rule in book.rules if rule.label == label for word in (*rule.words, *rule.aspect, *rule.state)}
