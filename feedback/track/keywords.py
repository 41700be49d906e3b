"""Keywords: which records mention what. One pass of an Aho–Corasick automaton over the normalised texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from feedback.errors import BadLexicon, BadSettings, UsageError
from feedback.lexicon import find, read_toml
from feedback.text.finder import Finder
from feedback.text.normal import normalise


@dataclass(frozen=True, slots=True)
class Keyword:
    """A name and the words that count as it; see lexicons/products.toml for what the other fields mean."""

    name: str
    words: tuple[str, ...]
    within: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    together: tuple[str, ...] = ()


def products(folder: Path | None = None) -> dict[str, Keyword]:
    """The keywords of `products.toml` by name; a folder without the file has none. Raises BadLexicon."""
    file = find("products.toml", folder)
    if not file.is_file():
        return {}
    found: dict[str, Keyword] = {}
    for number, entry in enumerate(read_toml(file).get("product", []), 1):
        extra = set(entry) - {"name", "words", "within", "without", "together"}
        name = entry.get("name")
        if not isinstance(name, str) or not name.strip() or extra:
            what = f"unknown {', '.join(sorted(extra))}" if extra else "a name is needed"
            raise BadLexicon(
                f"{file}: [[product]] number {number}: {what}", hint="keys: name words within without together"
            )
        if name in found:
            raise BadLexicon(f"{file}: product {name!r} stands twice", hint="remove one of them")
        found[name] = Keyword(
            name,
            (name, *_words(file, name, entry, "words")),
            *(_words(file, name, entry, key) for key in ("within", "without", "together")),
        )
    return found


def _words(file: Path, name: str, entry: dict[str, object], key: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        raise BadLexicon(f"{file}: product {name!r}: {key} must be a list of words", hint='for example ["禾木"]')
    return tuple(value)


def from_settings(keywords: Mapping[str, Sequence[str]]) -> dict[str, Keyword]:
    """The keywords of [track.keywords]: `-word` bars a record, `+word` is one of those that must stand with it.

    Raises BadSettings when a list holds no word that could be met.
    """
    found = {}
    for name, words in keywords.items():
        plain = tuple(word for word in words if word.strip() and word[0] not in "+-")
        without = tuple(word[1:] for word in words if word.startswith("-") and word[1:].strip())
        together = tuple(word[1:] for word in words if word.startswith("+") and word[1:].strip())
        if not name.strip():
            raise BadSettings("track.keywords: a keyword without a name", hint="give it as name = [words]")
        # A list of words replaces the name: 苹果手机 = ["iphone"] need not mean that the name itself is met.
        found[name] = Keyword(name, plain or (name,), (), without, together)
    return found


def spelled(asked: str) -> Keyword:
    """A keyword as people ask for it: a word, or a list with rules as in the settings: `苹果,iphone,-果汁,+系统`.

    It is a list when one of several items parted by commas begins with + or -. The name stays as it was asked, so that
    an incident finds its rule again. Raises UsageError when no word is left to look for.
    """
    items = [item.strip() for item in asked.replace("，", ",").split(",")]
    if len(items) == 1 or not any(item[:1] in ("+", "-") for item in items if item):
        return Keyword(asked, (asked,))
    if all(item[:1] in ("+", "-") for item in items if item):
        raise UsageError(f"--keyword {asked}: no word to look for", hint="for example 苹果,iphone,-果汁,+系统")
    return from_settings({asked: items})[asked]


def choose(
    asked: Sequence[str], known: Mapping[str, Keyword], configured: Mapping[str, Keyword], present: Sequence[str]
) -> list[Keyword]:
    """The keywords to watch, each once.

    `asked` ones: with their words when the settings or the lexicon know them, else as `spelled` says. None asked: all
    `configured`, all `known`, and the own name of each product `present` that is no word of those. Raises UsageError.
    """
    every = {**known, **configured}
    wanted = list(dict.fromkeys(name.strip() for name in asked if name.strip()))
    if wanted:
        return [every.get(name) or spelled(name) for name in wanted]
    covered = {normalise(word) for keyword in every.values() for word in (keyword.name, *keyword.words)}
    others = [name for name in sorted(set(present)) if normalise(name) not in covered]
    return [*configured.values(), *(k for k in known.values() if k.name not in configured)] + [
        Keyword(name, (name,)) for name in others
    ]


def names(keyword: Keyword, products: Sequence[str]) -> list[str]:
    """Those of `products` whose name is a word of `keyword`."""
    words = {normalise(word) for word in (keyword.name, *keyword.words)}
    return [product for product in products if normalise(product) in words]


class Matcher:
    """Finds keywords in texts, all in one pass; the automaton is built once."""

    def __init__(self, keywords: Sequence[Keyword]) -> None:
        self.keywords = tuple(keywords)
        roles: dict[str, list[tuple[int, str]]] = {}
        for index, keyword in enumerate(self.keywords):
            for role in ("words", "within", "without", "together"):
                for word in getattr(keyword, role):
                    if folded := normalise(word).strip():
                        roles.setdefault(folded, []).append((index, role))
        self._finder = Finder(sorted(roles))
        self._meanings = [(_latin(word[0]), _latin(word[-1]), sorted(set(roles[word]))) for word in self._finder.words]
        #: Without rules of exclusion every hit is a mention.
        self._plain = all(not (k.within or k.without or k.together) for k in self.keywords)

    def find(self, text: str) -> list[int]:
        """Positions (in `keywords`, rising) of the keywords that `text` mentions."""
        folded = normalise(text)
        size = len(folded)
        hits: list[tuple[int, int, int, str]] = []
        for place, start, end in self._finder.found(folded):
            first_latin, last_latin, meaning = self._meanings[place]
            # A Latin word counts only whole: no letter or digit may touch it.
            if (first_latin and start and _latin(folded[start - 1])) or (
                last_latin and end < size and _latin(folded[end])
            ):
                continue
            hits.extend([(index, start, end, role) for index, role in meaning])
        if self._plain:
            return sorted({hit[0] for hit in hits})
        return sorted(index for index in {hit[0] for hit in hits} if self._means(index, hits))

    def find_all(self, texts: Iterable[str]) -> list[list[int]]:
        """For each keyword the positions of the texts that mention it, rising."""
        rows: list[list[int]] = [[] for _ in self.keywords]
        for row, text in enumerate(texts):
            for index in self.find(text):
                rows[index].append(row)
        return rows

    def _means(self, index: int, hits: list[tuple[int, int, int, str]]) -> bool:
        mine = [hit for hit in hits if hit[0] == index]
        if any(role == "without" for *_, role in mine):
            return False
        if self.keywords[index].together and not any(role == "together" for *_, role in mine):
            return False
        barred = [(start, end) for _, start, end, role in mine if role == "within"]
        return any(
            role == "words" and not any(a <= start and end <= b for a, b in barred) for _, start, end, role in mine
        )


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
