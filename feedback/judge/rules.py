"""Rules over the normal form of a text: one automaton finds every literal word, cheap checks do the rest.

    text ─normalise─▶ automaton ─▶ words, gaps, pairs, patterns ─▶ unless, negation ─▶ hits ─▶ features

A rule may abstain: no hit says nothing. The text should be the author's own (feedback.text.own); offsets are its own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from scipy import sparse

from feedback.judge.course import ASIDE, COURSE, STAND, course, standing
from feedback.judge.rulefile import MARKS, Rule, gapped, read_rules
from feedback.judge.scene import (
    BOUNDARIES,
    FIRST_SLOT,
    NEGATOR,
    OTHER,
    Entries,
    Scene,
    ceiling,
    crosses,
    floor,
    longest,
    negators,
)
from feedback.judge.scope import degree, negation
from feedback.records import POLARITIES, UNSPECIFIED
from feedback.text.finder import Finder
from feedback.text.normal import normalise

#: From this weight on a rule shows its code; lighter ones are hints that only the model weighs.
SURE = 0.5
_FLIPPED = {"positive": "negative", "negative": "positive"}


class Hit(NamedTuple):
    """`rule` fired on text[start:end] and says `label` with `weight`; `negated` when a negation reaches the hit."""

    rule: str
    label: str
    start: int
    end: int
    weight: float
    negated: bool


#: What fired in a text: (rule, start, end, negated).
Scan = list[tuple[int, int, int, bool]]


class RuleBook:
    """All rules of a lexicon folder, compiled. Holds no state between texts; may be shared by threads."""

    def __init__(self, rules: Sequence[Rule], folder: Path | None = None) -> None:
        self.rules = tuple(rules)
        self.names: tuple[str, ...] = tuple(rule.name for rule in rules)
        self.code_labels = frozenset(rule.label for rule in rules) - _NO_CODE
        self._negation = negation(folder)
        self._degree = degree(folder)
        self._compile()
        self.feature_names: tuple[str, ...] = (*(f"rule:{name}" for name in self.names), *_context_names(self.rules))

    @classmethod
    def load(cls, folder: Path | None = None) -> RuleBook:
        """The rules of `folder` over the bundled ones. Cached by folder. Raises BadLexicon."""
        return _load(folder)

    def hits(self, text: str) -> list[Hit]:
        """All hits, by start, end and rule: overlapping hits of one rule are reduced to the longest."""
        return self.told(self._scan(normalise(text)))

    def scan(self, forms: Iterable[str]) -> list[Scan]:
        """What fires in texts in normal form, for `featured` and `told`: read once, used twice."""
        return [self._scan(form) for form in forms]

    def told(self, scan: Scan) -> list[Hit]:
        """The hits of a scanned text, as `hits`."""
        found = []
        for index, start, end, negated in scan:
            rule = self.rules[index]
            label = _FLIPPED[rule.label] if negated and rule.negation == "flip" else rule.label
            found.append(Hit(rule.name, label, start, end, rule.weight, negated))
        found.sort(key=lambda hit: (hit.start, hit.end, hit.rule))
        return found

    def codes(self, hits: Iterable[Hit], least: float = SURE) -> dict[str, float]:
        """The complaint codes that `hits` show, each with the weight of its best rule, of weight `least` or more."""
        best: dict[str, float] = {}
        for hit in hits:
            if hit.weight >= least and hit.label not in _NO_CODE:
                best[hit.label] = max(best.get(hit.label, 0.0), hit.weight)
        return best

    def features(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """One row a text, columns as `feature_names`: 1 where a rule fired, then what the hits amount to together."""
        return self.featured(self.scan(normalise(text) for text in texts))

    def featured(self, scans: Sequence[Scan]) -> sparse.csr_matrix:
        """The features of scanned texts, as `features`."""
        data: list[float] = []
        columns: list[int] = []
        pointer = [0]
        for scan in scans:
            row = self._row(scan)
            columns.extend(row)
            data.extend(row.values())
            pointer.append(len(columns))
        shape = (len(scans), len(self.feature_names))
        return sparse.csr_matrix((data, columns, pointer), shape=shape, dtype="float32")

    def _row(self, scan: Scan) -> dict[int, float]:
        base = len(self.names)
        row: dict[int, float] = {}
        stand: list[tuple[int, int]] = []
        told: list[tuple[int, int]] = []
        marks: set[str] = set()
        contrast = -1
        for index, start, _, negated in scan:
            # A flipping rule is two features: what it says denied is its own column.
            label, flips = self._flip[index]
            if flips:
                sign = -flips if negated else flips
                stand.append((start, sign))
                told.append((start, sign))
                column = self._denied_column[index] if negated else index
            else:
                column = index
                if label in ASIDE:
                    marks.add(label)
                    if label == "contrast":
                        contrast = max(contrast, start)
                elif self._blames[index]:
                    told.append((start, -1))
            row[column] = 1.0
            row[base + self._label_column[index]] = 1.0
        offset = base + len(self._labels)
        for place, value in standing(stand, contrast).items():
            row[offset + place] = value
        offset += len(STAND)
        for place, value in course(told, marks).items():
            row[offset + place] = value
        return row

    def _scan(self, form: str) -> Scan:
        """Hits on a normal form as (rule, start, end, negated), overlapping ones of one rule reduced to the longest."""
        slots: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        excuses: list[tuple[int, int, frozenset[int]]] = []
        present: set[int] = set()
        raw: list[tuple[int, int, int]] = []
        wide: list[tuple[int, int, int]] = []
        patterns: set[int] = set()
        bounds: list[int] = []
        size = len(form)
        before, after, noun_before = self._degree.before, self._degree.after, self._degree.noun_before
        entries = self._entries
        for place, start, end in self._finder.found(form):
            entry = entries[place]
            if entry is None:
                bounds.append(start)
                continue
            pardons, speaks, rules, coded, plain, aspects, states, others = entry
            if pardons:
                excuses.append((start, end, pardons))
                present |= pardons
            if not speaks:
                continue
            span = (start, end)
            if end - start == 1:
                # A word of one character is heard only among fitting neighbours (lexicons/degree.toml).
                if (states or coded) and (end == size or form[end] in after):
                    for slot in states:
                        slots[slot].append(span)
                    if coded and (not start or form[start - 1] in before):
                        raw += [(number, start, end) for number in coded]
                if aspects and (not start or form[start - 1] in noun_before):
                    for slot in aspects:
                        slots[slot].append(span)
            else:
                for number in coded:
                    raw.append((number, start, end))
                for slot in aspects:
                    slots[slot].append(span)
                for slot in states:
                    slots[slot].append(span)
            for number in rules:
                raw.append((number, start, end))
            for slot in plain:
                slots[slot].append(span)
            for number, rest, gap in others:
                if not gap:
                    patterns.add(number)
                    continue
                at = form.find(rest, end, end + gap + len(rest))
                if at >= 0:
                    wide.append((number, start, at + len(rest)))
        for number in patterns:
            for pattern in self._patterns[number]:
                wide += [(number, *match.span()) for match in pattern.finditer(form) if match.group()]
        raw += [hit for hit in wide if hit[0] in self._patterns or not crosses(bounds, hit[1], hit[2])]
        return self._judge(form, raw, slots, excuses, present, bounds)

    def _judge(
        self,
        form: str,
        raw: list[tuple[int, int, int]],
        slots: dict[int, list[tuple[int, int]]],
        excuses: list[tuple[int, int, frozenset[int]]],
        present: set[int],
        bounds: list[int],
    ) -> list[tuple[int, int, int, bool]]:
        denials = negators(slots)
        letters = len(form) - form.count(" ")
        # Most hits have no excuse anywhere in the text: one look at all that are `present` spares the search.
        best: defaultdict[int, list[tuple[int, int, bool]]] = defaultdict(list)
        for number, start, end in raw:
            mode, most, pardons = self._checks[number]
            if most and letters > most:
                continue
            odd = bool(denials) and self._negation.count(form, start, denials, floor(bounds, start)) % 2 == 1
            if (odd and mode == "drop") or (not odd and mode == "need"):
                continue
            if not pardons.isdisjoint(present) and self._excused(number, start, end, excuses, bounds):
                continue
            best[number].append((start, end, odd))
        for aspect in [slot for slot in slots if slot in self._pairs]:
            for number, state, good in self._pairs[aspect]:
                if state in slots or good in slots:
                    pardoned = not self._checks[number][2].isdisjoint(present)
                    scene = Scene(form, slots, excuses if pardoned else [], denials, bounds)
                    found = self._pair(scene, number, slots[aspect], state, good)
                    if found:
                        best[number] += found
        hits = [
            (number, start, end, odd)
            for number, spans in sorted(best.items())
            for start, end, odd in (longest(spans) if len(spans) > 1 else spans)
        ]
        for quiet, shown in self._quiet:
            if not quiet.isdisjoint(best) and not shown.isdisjoint(best):
                hits = [hit for hit in hits if hit[0] not in quiet]
                for number in quiet:
                    best.pop(number, None)
        return hits

    def _pair(
        self, scene: Scene, number: int, aspects: list[tuple[int, int]], state: int, good: int
    ) -> list[tuple[int, int, bool]]:
        """Hits of an aspect with a state that is not denied, or with a good word that is."""
        rule = self.rules[number]
        found = []
        for slot, wanted in ((state, False), (good, True)):
            for start, end in scene.slots.get(slot, ()):
                for begin, stop in aspects:
                    if begin < start:
                        low, high, space = begin, end, start - stop
                    elif rule.order == "aspect":
                        continue
                    else:
                        low, high, space = start, stop, begin - end
                    if space < 0 or space > rule.within or crosses(scene.bounds, low, high):
                        continue
                    if end - start == 1 and space and scene.form[start - 1] not in self._degree.before:
                        continue
                    if rule.negation != "keep" and self._denied(scene, start, low, begin, wanted) != wanted:
                        continue
                    if scene.excuses and self._excused(number, low, high, scene.excuses, scene.bounds):
                        continue
                    found.append((low, high, False))
        return found

    def _denied(self, scene: Scene, start: int, low: int, begin: int, wanted: bool) -> bool:
        """Does a negation reach the state at `start`, or, before a bad one, the aspect at `begin` (没有异味很大)?"""
        if not scene.negators:
            return False
        since = floor(scene.bounds, low)
        odd = self._negation.count(scene.form, start, scene.negators, since) % 2 == 1
        if not odd and not wanted and low == begin:
            odd = self._negation.count(scene.form, low, scene.negators, since) % 2 == 1
        return odd

    def _excused(
        self, number: int, start: int, end: int, excuses: list[tuple[int, int, frozenset[int]]], bounds: list[int]
    ) -> bool:
        """Does an `unless` word of the rule overlap the hit, stand in its clause, or anywhere?"""
        touching, clause, anywhere = self._unless[number]
        low, high = -1, -1
        for begin, stop, slots in excuses:
            if touching in slots and begin < end and start < stop:
                return True
            if anywhere in slots:
                return True
            if clause in slots:
                if low < 0:
                    low, high = floor(bounds, start), ceiling(bounds, end)
                if begin >= low and stop <= high:
                    return True
        return False

    def _compile(self) -> None:
        """The automaton: a mark that ends a clause has no entry; a word has what its occurrence means."""
        words = Entries()
        slot_of: dict[tuple[str, tuple[str, ...]], int] = {}

        def slot(listed: tuple[str, ...], role: str = "pardons") -> int:
            if not listed:
                return -1
            if (role, listed) not in slot_of:
                slot_of[role, listed] = FIRST_SLOT + len(slot_of)
                for word in listed:
                    getattr(words, role)[word].append(slot_of[role, listed])
            return slot_of[role, listed]

        for word in self._negation.negators:
            words.plain[word].append(NEGATOR)
        for word in self._negation.others:
            words.plain[word].append(OTHER)
        self._patterns: dict[int, list[re.Pattern[str]]] = {}
        self._pairs: dict[int, list[tuple[int, int, int]]] = {}
        self._unless: list[tuple[int, int, int]] = []
        for number, rule in enumerate(self.rules):
            mine = words.coded if rule.label not in _NO_CODE else words.rules
            for word in rule.words:
                if ".." in word:
                    first, gap, rest = gapped(word)
                    words.others[first].append((number, rest, gap))
                else:
                    mine[word].append(number)
            for word in rule.trigger:
                words.others[word].append((number, "", 0))
            if rule.patterns:
                self._patterns[number] = [re.compile(pattern) for pattern in rule.patterns]
            if rule.aspect:
                states = slot(rule.state, "states"), slot(rule.good, "states")
                self._pairs.setdefault(slot(rule.aspect, "aspects"), []).append((number, *states))
            self._unless.append((slot(rule.unless), slot(rule.unless_clause), slot(rule.unless_text)))
        self._checks = [
            (rule.negation, rule.longest, frozenset(unless) - {-1})
            for rule, unless in zip(self.rules, self._unless, strict=True)
        ]
        entries: dict[str, tuple[Any, ...] | None] = dict(words.packed())
        entries.update(dict.fromkeys(BOUNDARIES))
        entries.pop("", None)  # what a negation of nothing would be
        self._finder = Finder(list(entries))
        self._entries = list(entries.values())
        self._quiet = _quiet(self.rules)
        self._labels = _labels(self.rules)
        self._label_column = [self._labels.index(rule.label) for rule in self.rules]
        self._flip = [(rule.label, {"positive": 1, "negative": -1}.get(rule.label, 0)) for rule in self.rules]
        self._blames = [rule.label not in _NO_CODE and rule.weight >= SURE for rule in self.rules]
        names = _context_names(self.rules)
        base = len(self.rules)
        self._denied_column = [
            base + names.index(f"denied:{rule.name}") if rule.negation == "flip" else number
            for number, rule in enumerate(self.rules)
        ]


@lru_cache(maxsize=4)
def _load(folder: Path | None) -> RuleBook:
    return RuleBook(read_rules(folder), folder)


def _quiet(rules: Sequence[Rule]) -> list[tuple[frozenset[int], frozenset[int]]]:
    """Pairs (rules that fall silent, rules that silence them): first the `alone` ones, then those for `unspecified`."""
    sure = {n for n, rule in enumerate(rules) if rule.weight >= SURE and rule.label not in _NO_CODE}
    alone = frozenset(n for n, rule in enumerate(rules) if rule.alone)
    bare = frozenset(n for n, rule in enumerate(rules) if rule.label == UNSPECIFIED)
    return [(alone, frozenset(sure - alone)), (bare, frozenset(sure - bare))]


_NO_CODE = frozenset({*POLARITIES, *MARKS})


def _labels(rules: Sequence[Rule]) -> list[str]:
    return sorted({rule.label for rule in rules})


def _context_names(rules: Sequence[Rule]) -> list[str]:
    return [
        *(f"label:{label}" for label in _labels(rules)),
        *(f"stand:{name}" for name in STAND),
        *COURSE,
        *(f"denied:{rule.name}" for rule in rules if rule.negation == "flip"),
    ]
