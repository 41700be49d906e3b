"""Reads and checks `lexicons/rules/*.toml`: named rules as data; an error names file and entry.

A word entry is literal text over the normal form (feedback.text.normal), with three shorthands:
`(a|b|)c` stands for ac, bc and c; `a..b` is a, at most 4 characters, b within one clause; `a...b` allows 12;
`@name` stands for the list of that name, in the file's [lists] or in rules/lists.toml; `<name>贵` for each of its words
before 贵.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from feedback.errors import BadLexicon
from feedback.lexicon import layers, read_toml, taxonomy
from feedback.records import POLARITIES
from feedback.text.normal import normalise

#: Labels that are no complaint code: the four polarities and the marks that only colour what stands near them.
MARKS = ("wish", "question", "reproach", "contrast", "sarcasm", "intensity", "advert", "rival", "past")
NEGATIONS = ("drop", "keep", "need", "flip")
SHARED = "lists.toml"
#: Words that a user added with `feedback lexicon add`, by "rule.key" or list name.
ADDED = "added.toml"
WORD_KEYS = ("words", "aspect", "state", "good", "unless", "unless_clause", "unless_text", "trigger")
_KEYS = {*WORD_KEYS, "name", "label", "patterns", "within", "order", "negation", "weight", "alone", "longest", "note"}
_GROUP = re.compile(r"\(([^()]*)\)")
GAPS = {"..": 4, "...": 12}
_GAP = re.compile(r"\.{2,3}")
_INSERT = re.compile(r"<(\w+)>")
_MOST_WORDS = 20_000
#: What makes an entry more than literal text, and what no word may hold once it is spelled out.
_SHORTHAND = re.compile(r"[()|@<.]")
_LITTER = frozenset("()|@")


@dataclass(frozen=True)
class Rule:
    """One named rule; it fires on `words`, on `patterns`, on an `aspect` with a bad `state` or a denied `good` word.

    `negation` says what a negation before the hit does: "drop" the hit, "keep" it, "need" one, or "flip" a polarity.
    `within` is the number of characters allowed between aspect and state; `order` "any" or "aspect" (aspect first).
    `weight` is the chance that a hit is right, 0..1. An `alone` rule is heard only where no other code is shown,
    one with `longest` only in texts of at most so many characters (blanks not counted).
    """

    name: str
    label: str
    words: tuple[str, ...] = ()
    aspect: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    unless_clause: tuple[str, ...] = ()
    unless_text: tuple[str, ...] = ()
    trigger: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    within: int = 8
    order: str = "any"
    negation: str = "drop"
    weight: float = 0.8
    alone: bool = False
    longest: int = 0
    file: Path = field(default=Path(), compare=False)


@lru_cache(maxsize=4)
def read_rules(folder: Path | None = None) -> tuple[Rule, ...]:
    """The rules of all files, by file name then by place in the file. Raises BadLexicon."""
    shared, added = _shared(folder), additions(folder)
    labels = {*taxonomy(folder).codes, *POLARITIES, *MARKS}
    rules: list[Rule] = []
    seen: set[str] = set()
    for file in rule_files(folder):
        data = read_toml(file)
        unknown = set(data) - {"label", "lists", "rule", "source"}
        if unknown:
            raise BadLexicon(f"{file}: unknown key {sorted(unknown)[0]!r}", hint="valid: label, lists, rule, source")
        lists = shared | _lists(file, data.get("lists", {}), shared, added)
        entries = data.get("rule")
        if not isinstance(entries, list) or not entries:
            raise BadLexicon(f"{file}: no [[rule]] entries", hint="each needs a name and words, patterns or aspect")
        for number, entry in enumerate(entries, 1):
            rule = _rule(file, number, entry, data.get("label", ""), lists, added, labels)
            if rule.name in seen:
                raise BadLexicon(f"{file}: rule {rule.name!r} stands twice", hint="remove or rename one of them")
            seen.add(rule.name)
            rules.append(rule)
    return tuple(rules)


def rule_files(folder: Path | None = None) -> tuple[Path, ...]:
    """The rule files in force, by name: a user's file stands over the bundled one of the same name."""
    files: dict[str, Path] = {}
    for root in layers(folder):
        files.update({file.name: file for file in (root / "rules").glob("*.toml") if file.name != SHARED})
    return tuple(files[name] for name in sorted(files))


def additions(folder: Path | None = None) -> dict[str, tuple[str, ...]]:
    """Words that users added, by "file.rule.key" or by the name of a shared list. Raises BadLexicon."""
    result: dict[str, tuple[str, ...]] = {}
    for root in layers(folder):
        file = root / ADDED
        if not file.is_file():
            continue
        for key, words in read_toml(file).items():
            if not isinstance(words, list) or not all(
                isinstance(word, str) and word.split() == [word] for word in words
            ):
                raise BadLexicon(
                    f"{file}: {key!r} is not a list of words without blanks", hint='write "comfort.smell.words" = ["…"]'
                )
            result[key] = (*result.get(key, ()), *words)
    return result


def expand(entry: str) -> list[str]:
    """All words that an entry with groups stands for: "(太|)贵" → 太贵, 贵."""
    parts = _GROUP.split(entry)
    options = [part.split("|") if index % 2 else [part] for index, part in enumerate(parts)]
    return ["".join(choice) for choice in itertools.product(*options)]


def gapped(word: str) -> tuple[str, int, str]:
    """A word with a gap as (before, longest gap, after); (word, 0, "") without one."""
    match = _GAP.search(word)
    return (word[: match.start()], GAPS[match.group()], word[match.end() :]) if match else (word, 0, "")


def _shared(folder: Path | None) -> dict[str, tuple[str, ...]]:
    result: dict[str, tuple[str, ...]] = {}
    added = additions(folder)
    for root in layers(folder):
        file = root / "rules" / SHARED
        if file.is_file():
            result |= _lists(file, read_toml(file).get("lists", {}), result, added)
    return result


def _lists(
    file: Path, data: Any, known: dict[str, tuple[str, ...]], added: dict[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    result: dict[str, tuple[str, ...]] = {}
    if not isinstance(data, dict):
        raise BadLexicon(f"{file}: [lists] is not a table", hint='write name = "word word"')
    for name, text in data.items():
        result[name] = _words(file, f"list {name!r}", text, known | result, added.get(name, ()))
    return result


def _words(
    file: Path, where: str, text: Any, lists: dict[str, tuple[str, ...]], more: tuple[str, ...]
) -> tuple[str, ...]:
    """The words of an entry string, each once, in order."""
    if not isinstance(text, str):
        raise BadLexicon(f"{file}: {where}: not a string of words", hint='write "word word word"')
    words: list[str] = []
    for entry in [*text.split(), *more]:
        if entry.startswith("@"):
            if entry[1:] not in lists:
                raise BadLexicon(f"{file}: {where}: no list {entry!r}", hint=f"valid: {', '.join(sorted(lists))}")
            words += lists[entry[1:]]
            continue
        if not _SHORTHAND.search(entry):
            words.append(entry)
            continue
        for name in _INSERT.findall(entry):
            if name not in lists:
                raise BadLexicon(f"{file}: {where}: no list <{name}>", hint=f"valid: {', '.join(sorted(lists))}")
        for word in expand(_INSERT.sub(lambda match: f"({'|'.join(lists[match[1]])})", entry)):
            before, gap, after = gapped(word)
            if not before or (gap and not after) or not _LITTER.isdisjoint(word) or "." in after:
                raise BadLexicon(f"{file}: {where}: bad word {entry!r}", hint="shorthands: (a|b)c, a..b, a...b, @list")
            words.append(word)
    # All words at once: a translation is dear to begin, and no word holds a line break.
    kept = tuple(dict.fromkeys(normalise("\n".join(words)).split("\n"))) if words else ()
    if not 0 < len(kept) <= _MOST_WORDS:
        raise BadLexicon(f"{file}: {where}: {len(kept)} words", hint=f"give between 1 and {_MOST_WORDS}")
    return kept


def _rule(
    file: Path, number: int, entry: dict[str, Any], label: str, lists: dict[str, tuple[str, ...]],
    added: dict[str, tuple[str, ...]], labels: set[str],
) -> Rule:  # fmt: skip
    name = entry.get("name")
    if not isinstance(name, str) or not name:
        raise BadLexicon(f"{file}: [[rule]] number {number} has no name", hint="names are unique within a file")
    full, where = f"{file.stem}.{name}", f"rule {name!r}"
    unknown = set(entry) - _KEYS
    if unknown:
        raise BadLexicon(
            f"{file}: {where}: unknown key {sorted(unknown)[0]!r}", hint=f"valid: {', '.join(sorted(_KEYS))}"
        )
    words = {
        key: _words(file, f"{where}: {key}", entry.get(key, ""), lists, added.get(f"{full}.{key}", ()))
        for key in WORD_KEYS
        if key in entry or f"{full}.{key}" in added
    }
    patterns = tuple(entry.get("patterns", ()))
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise BadLexicon(
                f"{file}: {where}: pattern {pattern!r}: {error}", hint="Python regular expressions"
            ) from None
    rule = Rule(
        name=full, label=entry.get("label", label), patterns=patterns, within=int(entry.get("within", 8)),
        order=entry.get("order", "any"), negation=entry.get("negation", "drop"), weight=float(entry.get("weight", 0.8)),
        alone=bool(entry.get("alone", False)), longest=int(entry.get("longest", 0)),
        file=file, **words,
    )  # fmt: skip
    problem = _problem(rule, labels)
    if problem:
        raise BadLexicon(f"{file}: {where}: {problem[0]}", hint=problem[1])
    return rule


def _problem(rule: Rule, labels: set[str]) -> tuple[str, str] | None:
    """What is wrong with a rule and what to do, or None."""
    if rule.label not in labels:
        return f"label {rule.label!r}", f"valid: {', '.join(sorted(labels))}"
    if rule.negation not in NEGATIONS:
        return f"negation {rule.negation!r}", f"valid: {', '.join(NEGATIONS)}"
    if rule.negation == "flip" and rule.label not in ("positive", "negative"):
        return "only a polarity can be flipped", "use drop, keep or need"
    if rule.order not in ("any", "aspect"):
        return f"order {rule.order!r}", "valid: any, aspect"
    if not 0 < rule.weight <= 1:
        return f"weight {rule.weight}", "above 0, at most 1"
    if bool(rule.aspect) != bool(rule.state or rule.good):
        return "aspect and state (or good) go together", "give both or neither"
    if bool(rule.patterns) != bool(rule.trigger):
        return "patterns and trigger go together", "trigger: words of which one is in every match"
    if not (rule.words or rule.patterns or rule.aspect):
        return "nothing to match", "give words, patterns or aspect and state"
    for key in ("aspect", "state", "good", "unless", "unless_clause", "unless_text", "trigger"):
        for word in getattr(rule, key):
            if gapped(word)[1]:
                return f"{key}: a gap in {word!r}", "gaps are for words only"
    return None
