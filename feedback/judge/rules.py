"""Rules over the normal form of a text: one automaton finds every literal word, cheap checks do the rest.

    text ─normalise─▶ automaton ─▶ words, gaps, pairs, patterns ─▶ unless, negation ─▶ hits ─▶ features

A rule may abstain: no hit says nothing. The text should be the author's own (feedback.text.own); offsets are its own.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import ahocorasick
from scipy import sparse

from feedback.judge.rulefile import MARKS, Rule, gapped, read_rules
from feedback.judge.scope import degree, negation
from feedback.records import POLARITIES, UNSPECIFIED
from feedback.text.normal import normalise

#: Marks that end a clause; conjunctions do not, so that an aspect may stand before one.
_BOUNDARIES = '。!?;:,、…~\n\r "()[]<>《》【】|'
#: From this weight on a rule shows its code; lighter ones are hints that only the model weighs.
SURE = 0.5
_FLIPPED = {"positive": "negative", "negative": "positive"}

#: Slots of the scan that no rule owns; _MARK is the sole membership of a mark that ends a clause.
_BOUNDARY, _NEGATOR, _OTHER, _FIRST_SLOT = range(4)
_MARK = (_BOUNDARY,)


class Hit(NamedTuple):
    """`rule` fired on text[start:end] and says `label` with `weight`; `negated` when a negation reaches the hit."""

    rule: str
    label: str
    start: int
    end: int
    weight: float
    negated: bool


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
        found = []
        for index, start, end, negated in self._scan(normalise(text)):
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
        data: list[float] = []
        columns: list[int] = []
        pointer = [0]
        for text in texts:
            row = self._row(text)
            columns.extend(row)
            data.extend(row.values())
            pointer.append(len(columns))
        shape = (len(texts), len(self.feature_names))
        return sparse.csr_matrix((data, columns, pointer), shape=shape, dtype="float32")

    def _row(self, text: str) -> dict[int, float]:
        form = normalise(text)
        base = len(self.names)
        row: dict[int, float] = {}
        stand: list[tuple[int, int]] = []
        contrast = -1
        for index, start, _, negated in self._scan(form):
            # A flipping rule is two features: what it says denied is its own column.
            label, flips = self._flip[index]
            if flips:
                sign = -flips if negated else flips
                stand.append((start, sign))
                column = self._denied[index] if negated else index
            else:
                column = index
                if label == "contrast":
                    contrast = max(contrast, start)
            row[column] = 1.0
            row[base + self._label_column[index]] = 1.0
        if stand:
            offset = base + len(self._labels)
            good = sum(1 for _, sign in stand if sign > 0)
            bad = len(stand) - good
            last, first = max(stand), min(stand)
            values = (
                min(good, 5) / 5, min(bad, 5) / 5, (good - bad) / (good + bad), float(good > 0 and bad > 0),
                float(first[1]), float(last[1]),
                float(sum(sign for start, sign in stand if start > contrast >= 0)) / 3,
                float(sum(sign for start, sign in stand if start < contrast)) / 3,
            )  # fmt: skip
            row.update({offset + place: value for place, value in enumerate(values) if value})
        return row

    def _scan(self, form: str) -> list[tuple[int, int, int, bool]]:
        """Hits on a normal form as (rule, start, end, negated), overlapping ones of one rule reduced to the longest."""
        slots: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        raw: list[tuple[int, int, int]] = []
        patterns: set[int] = set()
        bounds: list[int] = []
        for last, (length, rules, members, others) in self._automaton.iter(form):
            end = last + 1
            start = end - length
            if length == 1:
                if members == _MARK:
                    bounds.append(last)
                    continue
                rules, members = self._alone_character(form, start)
            for number in rules:
                raw.append((number, start, end))
            for slot in members:
                slots[slot].append((start, end))
            for number, after, gap in others:
                if not gap:
                    patterns.add(number)
                    continue
                at = form.find(after, end, end + gap + len(after))
                if at >= 0:
                    raw.append((number, start, at + len(after)))
        for number in patterns:
            for pattern in self._patterns[number]:
                for match in pattern.finditer(form):
                    if match.end() > match.start():
                        raw.append((number, match.start(), match.end()))
        return self._judge(form, raw, slots, bounds)

    def _alone_character(self, form: str, at: int) -> tuple[list[int], list[int]]:
        """The rules and slots of the one-character word form[at] that its neighbours allow (lexicons/degree.toml)."""
        degree = self._degree
        tail = at + 1 == len(form) or form[at + 1] in degree.after
        head = at == 0 or form[at - 1] in degree.before
        noun = at == 0 or form[at - 1] in degree.noun_before
        rules, slots = self._lone[form[at]]
        return (
            [number for number in rules if (head and tail) or not self._coded[number]],
            [slot for slot in slots if (tail if slot in self._states else noun if slot in self._pairs else True)],
        )

    def _judge(
        self, form: str, raw: list[tuple[int, int, int]], slots: dict[int, list[tuple[int, int]]], bounds: list[int]
    ) -> list[tuple[int, int, int, bool]]:
        negators = _negators(slots)
        best: dict[int, list[tuple[int, int, bool]]] = {}
        for number, start, end in raw:
            rule = self.rules[number]
            if rule.longest and len(form) - form.count(" ") > rule.longest:
                continue
            if gap_crosses(bounds, start, end) and not rule.patterns:
                continue
            floor = _floor(bounds, start)
            odd = bool(negators) and self._negation.count(form, start, negators, floor) % 2 == 1
            mode = rule.negation
            if (odd and mode == "drop") or (not odd and mode == "need"):
                continue
            if self._excused(number, start, end, slots, bounds):
                continue
            best.setdefault(number, []).append((start, end, odd))
        for aspect_slot in [slot for slot in slots if slot in self._pairs]:
            for number, state_slot, good_slot in self._pairs[aspect_slot]:
                found = self._pair(form, number, slots[aspect_slot], slots, (state_slot, good_slot), negators, bounds)
                if found:
                    best.setdefault(number, []).extend(found)
        hits: list[tuple[int, int, int, bool]] = []
        for number in sorted(best):
            spans = best[number]
            if len(spans) > 1:
                spans = _longest(spans)
            hits.extend((number, start, end, odd) for start, end, odd in spans)
        for quiet, shown in self._quiet:
            if not quiet.isdisjoint(best) and not shown.isdisjoint(best):
                hits = [hit for hit in hits if hit[0] not in quiet]
                best = {number: spans for number, spans in best.items() if number not in quiet}
        return hits

    def _pair(
        self, form: str, number: int, aspects: list[tuple[int, int]], slots: dict[int, list[tuple[int, int]]],
        states: tuple[int, int], negators: list[tuple[int, int]], bounds: list[int],
    ) -> list[tuple[int, int, bool]]:  # fmt: skip
        rule = self.rules[number]
        found = []
        for slot, wanted in ((states[0], False), (states[1], True)):
            for start, end in slots.get(slot, ()):
                for begin, stop in aspects:
                    if begin <= start < stop or start <= begin < end:
                        continue
                    if begin < start:
                        low, high, space = begin, end, start - stop
                    elif rule.order == "aspect":
                        continue
                    else:
                        low, high, space = start, stop, begin - end
                    if space > rule.within or gap_crosses(bounds, low, high):
                        continue
                    if end - start == 1 and space and form[start - 1] not in self._degree.before:
                        continue
                    floor = _floor(bounds, low)
                    odd = bool(negators) and self._negation.count(form, start, negators, floor) % 2 == 1
                    if not wanted and low == begin and not odd and negators:
                        # 没有异味很大: the denial stands before the aspect.
                        odd = self._negation.count(form, low, negators, floor) % 2 == 1
                    if odd != wanted and rule.negation != "keep":
                        continue
                    if self._excused(number, low, high, slots, bounds):
                        continue
                    found.append((low, high, False))
        return found

    def _excused(
        self, number: int, start: int, end: int, slots: dict[int, list[tuple[int, int]]], bounds: list[int]
    ) -> bool:
        """Does an `unless` word of the rule overlap the hit, stand in its clause, or anywhere?"""
        touching, clause, anywhere = self._unless[number]
        if touching >= 0:
            for begin, stop in slots.get(touching, ()):
                if begin < end and start < stop:
                    return True
        if anywhere >= 0 and anywhere in slots:
            return True
        if clause >= 0 and clause in slots:
            low, high = _floor(bounds, start), _ceiling(bounds, end)
            for begin, stop in slots[clause]:
                if begin >= low and stop <= high:
                    return True
        return False

    def _compile(self) -> None:
        direct: defaultdict[str, list[int]] = defaultdict(list)
        members: defaultdict[str, list[int]] = defaultdict(list)
        others: defaultdict[str, list[tuple[int, str, int]]] = defaultdict(list)
        slot_of: dict[tuple[str, tuple[str, ...]], int] = {}

        def slot(words: tuple[str, ...], role: str = "unless") -> int:
            if not words:
                return -1
            if (role, words) not in slot_of:
                slot_of[role, words] = _FIRST_SLOT + len(slot_of)
                for word in words:
                    members[word].append(slot_of[role, words])
            return slot_of[role, words]

        for mark in _BOUNDARIES:
            members[mark] = list(_MARK)
        for word in self._negation.negators:
            members[word].append(_NEGATOR)
        for word in self._negation.others:
            members[word].append(_OTHER)
        self._patterns: dict[int, list[re.Pattern[str]]] = {}
        self._pairs: dict[int, list[tuple[int, int, int]]] = {}
        self._unless: list[tuple[int, int, int]] = []
        for number, rule in enumerate(self.rules):
            for word in rule.words:
                before, gap, after = gapped(word)
                if gap:
                    others[before].append((number, after, gap))
                else:
                    direct[before].append(number)
            for word in rule.trigger:
                others[word].append((number, "", 0))
            if rule.patterns:
                self._patterns[number] = [re.compile(pattern) for pattern in rule.patterns]
            if rule.aspect:
                states = slot(rule.state, "state"), slot(rule.good, "state")
                self._pairs.setdefault(slot(rule.aspect, "aspect"), []).append((number, *states))
            self._unless.append((slot(rule.unless), slot(rule.unless_clause), slot(rule.unless_text)))
        self._automaton = ahocorasick.Automaton()
        for word in {**direct, **members, **others}:
            entry = (len(word), tuple(direct.get(word, ())), tuple(members.get(word, ())), tuple(others.get(word, ())))
            self._automaton.add_word(word, entry)
        self._automaton.make_automaton()
        self._states = {number for (role, _), number in slot_of.items() if role == "state"}
        self._lone = {
            word: (direct.get(word, []), members.get(word, []))
            for word in {**direct, **members, **others}
            if len(word) == 1
        }
        self._coded = [rule.label not in _NO_CODE for rule in self.rules]
        self._quiet = _quiet(self.rules)
        self._labels = _labels(self.rules)
        self._label_column = [self._labels.index(rule.label) for rule in self.rules]
        self._flip = [(rule.label, {"positive": 1, "negative": -1}.get(rule.label, 0)) for rule in self.rules]
        names = _context_names(self.rules)
        base = len(self.rules)
        self._denied = [
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
_STAND = ("praise", "blame", "balance", "both", "first", "last", "after_contrast", "before_contrast")


def _labels(rules: Sequence[Rule]) -> list[str]:
    return sorted({rule.label for rule in rules})


def _context_names(rules: Sequence[Rule]) -> list[str]:
    return [
        *(f"label:{label}" for label in _labels(rules)),
        *(f"stand:{name}" for name in _STAND),
        *(f"denied:{rule.name}" for rule in rules if rule.negation == "flip"),
    ]


def _negators(slots: dict[int, list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """The negators of a text, longest first where they overlap, without those inside words that deny nothing."""
    found = slots.get(_NEGATOR)
    if not found:
        return []
    others = slots.get(_OTHER, ())
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if kept and start < kept[-1][1]:
            continue
        if any(
            (begin <= start and end <= stop) or (begin <= start < stop and stop - begin > 1) for begin, stop in others
        ):
            continue
        kept.append((start, end))
    return kept


def _longest(spans: list[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    kept: list[tuple[int, int, bool]] = []
    for span in sorted(spans, key=lambda item: (item[0] - item[1], item[0], item[2])):
        if all(span[1] <= start or end <= span[0] for start, end, _ in kept):
            kept.append(span)
    return sorted(kept)


def gap_crosses(bounds: list[int], start: int, end: int) -> bool:
    """Does a clause boundary stand inside [start, end)?"""
    place = bisect_right(bounds, start)
    return place < len(bounds) and bounds[place] < end


def _floor(bounds: list[int], start: int) -> int:
    place = bisect_right(bounds, start)
    return bounds[place - 1] + 1 if place else 0


def _ceiling(bounds: list[int], end: int) -> int:
    place = bisect_right(bounds, end - 1)
    return bounds[place] if place < len(bounds) else 1 << 30
