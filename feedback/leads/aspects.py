"""What a complaint is about: words of lexicons/aspects.toml found in it, weighed by rarity, code and trade."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from feedback.encode.static import WordVectors
from feedback.errors import BadLexicon
from feedback.lexicon import find, read_toml
from feedback.text.finder import Finder
from feedback.text.normal import normalise

#: The trade "any" is never thought less likely than this; no other less than that.
LEAST_ANY, LEAST = 0.15, 0.002
#: A word of common speech (1 in 55 running words) weighs nothing; rarity is −ln of the share.
_COMMON = 4.0
_ROUNDS = 20
#: A lead tells its product's trade as so many texts do.
_LEAD = 20
#: A single character means many things.
_SINGLE = 0.6
#: A weight below this says nothing: a scene-setting word alone, under a code that is not its own.
FAINT = 1.0


@dataclass(frozen=True, slots=True)
class Aspect:
    """A thing that can be changed.

    `key` is domain.name; `codes` are those it belongs to, empty for all; `weak` words only set the scene; `general`: it
    names no one thing that could be changed.
    """

    domain: str
    group: str
    name: str
    zh: str
    en: str
    words: tuple[str, ...]
    codes: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    general: bool = False

    @property
    def key(self) -> str:
        """The name that leads remember."""
        return f"{self.domain}.{self.name}"

    @property
    def family(self) -> str:
        """The aspects that are told together when each is small."""
        return f"{self.domain}.{self.group}"


@lru_cache(maxsize=4)
def aspects(folder: Path | None = None) -> dict[str, Aspect]:
    """The aspects by key, from aspects.toml of `folder` or the bundled lexicons. Raises BadLexicon."""
    file = find("aspects.toml", folder)
    found: dict[str, Aspect] = {}
    for number, entry in enumerate(read_toml(file).get("aspect", []), 1):
        missing = [key for key in ("domain", "group", "name", "zh", "en", "words") if not entry.get(key)]
        if missing:
            raise BadLexicon(f"{file}: [[aspect]] number {number} lacks {', '.join(missing)}", hint="give it as text")
        aspect = Aspect(
            entry["domain"], entry["group"], entry["name"], entry["zh"], entry["en"],
            tuple(dict.fromkeys(normalise(entry["words"]).split())), tuple(entry.get("codes", "").split()),
            tuple(normalise(entry.get("weak", "")).split()),
            bool(entry.get("general", False)),
        )  # fmt: skip
        if aspect.key in found:
            raise BadLexicon(f"{file}: aspect {aspect.key!r} stands twice", hint="rename one of them")
        found[aspect.key] = aspect
    if not found:
        raise BadLexicon(f"{file}: no [[aspect]] entries", hint="restore it from the package's lexicons/")
    return found


class Matcher:
    """Finds aspects in texts. `vectors` tell how rare a word is; `cut` segments a text."""

    def __init__(self, known: dict[str, Aspect], vectors: WordVectors, cut: Callable[[str], list[str]]) -> None:
        self.known = known
        self.vectors = vectors
        self.cut = cut
        owners: dict[str, list[str]] = defaultdict(list)
        for aspect in known.values():
            for word in dict.fromkeys(aspect.words + aspect.weak):
                owners[word].append(aspect.key)
        self._owners = dict(owners)
        self._weight = {
            word: max(vectors.rarity(word) - _COMMON, 1.0) * (_SINGLE if len(word) == 1 else 1.0) for word in owners
        }
        self._finder = Finder([word for word in owners if len(word) > 1])

    def of(self, known: dict[str, Aspect]) -> Matcher:
        """A matcher of other aspects with the same vectors and segmentation."""
        return Matcher(known, self.vectors, self.cut)

    def words(self, form: str) -> list[str]:
        """The lexicon's words in a normal form: longest first, none overlapping; single characters as whole words."""
        hits = [(start, end, self._finder.words[place]) for place, start, end in self._finder.found(form)]
        hits.sort(key=lambda hit: (hit[0] - hit[1], hit[0]))
        taken = bytearray(len(form))
        found = []
        for start, end, word in hits:
            if not any(taken[start:end]) and _whole(form, start, end, word):
                taken[start:end] = b"\1" * (end - start)
                found.append(word)
        at = 0
        for word in self.cut(form):
            if len(word) == 1 and word in self._owners and not taken[at]:
                found.append(word)
            at += len(word)
        return found

    def weights(self, text: str, code: str) -> dict[str, float]:
        """Aspect key → weight of its distinct words in `text`, less for an aspect of other codes; faint ones left
        out."""
        weights: dict[str, float] = defaultdict(float)
        for word in set(self.words(normalise(text))):
            for key in self._owners[word]:
                aspect = self.known[key]
                home = 1.0 if code in aspect.codes else 0.6 if not aspect.codes else 0.4
                weights[key] += self._weight[word] * home * (0.25 if word in aspect.weak else 1.0)
        return {key: weight for key, weight in weights.items() if weight >= FAINT}


def _whole(form: str, start: int, end: int, word: str) -> bool:
    """A Latin word must not be cut out of a longer one ("ui" of "build")."""
    if not word.isascii():
        return True
    before = start == 0 or not (form[start - 1].isascii() and form[start - 1].isalnum())
    after = end >= len(form) or not (form[end].isascii() and form[end].isalpha())
    return before and after


def trades(found: Iterable[dict[str, float]], leads: Iterable[Sequence[str]] = ()) -> dict[str, float]:
    """How likely each domain is for a product: the shares of a mixture of domains that explain its texts best, where a
    domain explains a text by the weight of its best aspect there (expectation maximisation: Dempster, Laird and Rubin
    1977). Words of one domain that are met in another's texts are thus told as the latter's. `leads`: aspects of the
    leads that the product has, each of which counts as twenty texts."""
    rows: list[dict[str, float]] = []
    for weights in found:
        row: dict[str, float] = {}
        for key, weight in weights.items():
            domain = key.split(".", 1)[0]
            row[domain] = max(weight, row.get(domain, 0.0))
        if row:
            rows.append(row)
    had = Counter(frozenset(key.split(".", 1)[0] for key in keys) for keys in leads if keys)
    times = [1] * len(rows) + [_LEAD * count for count in had.values()]
    rows += [dict.fromkeys(sorted(domains), 1.0) for domains in had]
    domains = sorted({domain for row in rows for domain in row})
    if not domains:
        return {}
    column = {domain: number for number, domain in enumerate(domains)}
    table = np.zeros((len(rows), len(domains)))
    for number, row in enumerate(rows):
        for domain, weight in row.items():
            table[number, column[domain]] = weight
    share = np.array(times) / sum(times)
    shares = np.full(len(domains), 1 / len(domains))
    for _ in range(_ROUNDS):
        explained = table * shares
        shares = share @ (explained / np.maximum(explained.sum(axis=1, keepdims=True), 1e-300))
    return dict(zip(domains, np.round(shares, 6).tolist(), strict=True))


def best(weights: dict[str, float], likely: dict[str, float]) -> str | None:
    """The aspect of the greatest weight × root of the likelihood of its domain; ties break by key."""
    if not weights:
        return None

    def merit(key: str) -> float:
        domain = key.split(".", 1)[0]
        return weights[key] * trust(domain, likely)

    return min(weights, key=lambda key: (-merit(key), key))


def trust(domain: str, likely: dict[str, float]) -> float:
    """How much a word of `domain` counts where the trades are so likely; the root, since texts stray."""
    return float(np.sqrt(max(likely.get(domain, 0.0), LEAST_ANY if domain == "any" else LEAST)))


def label(keys: Sequence[str], known: dict[str, Aspect], lang: str) -> str:
    """The name of the first known aspect of `keys` in language `lang`, or ""."""
    for key in keys:
        if key in known:
            return known[key].zh if lang == "zh" else known[key].en
    return ""
