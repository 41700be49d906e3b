"""What each rule does on labelled records: coverage, precision, overlap, conflict (Snorkel, Ratner et al. 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.judge.rulefile import MARKS
from feedback.judge.rules import SURE, RuleBook
from feedback.records import POLARITIES, UNSPECIFIED
from feedback.text.own import own_opinion

_NO_CODE = frozenset({*POLARITIES, *MARKS})


@dataclass(frozen=True, slots=True)
class Labelled:
    """A record whose answer is known."""

    text: str
    polarity: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """One rule on n records: on how many it `fired`, and on how many of these it was `right`, `overlaps` with another
    rule of its label, `conflicts`: with the opposite polarity, or, for a code, with a rule for `unspecified`."""

    rule: str
    label: str
    weight: float
    n: int
    fired: int
    right: int | None
    overlaps: int
    conflicts: int

    @property
    def coverage(self) -> float:
        """Share of the records on which the rule fired."""
        return self.fired / self.n if self.n else 0.0

    @property
    def precision(self) -> float | None:
        """Share of its hits that are right; None for a mark, which claims nothing, and for a rule that never fired."""
        return self.right / self.fired if self.fired and self.right is not None else None


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """The sure rules of one code together, as if they were the judge."""

    code: str
    records: int
    fired: int
    right: int

    @property
    def precision(self) -> float:
        """Right ÷ fired."""
        return self.right / self.fired if self.fired else 0.0

    @property
    def recall(self) -> float:
        """Right ÷ records that bear the code."""
        return self.right / self.records if self.records else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.fired + self.records
        return 2 * self.right / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """All rules in the order of the book, and the codes in alphabetic order."""

    n: int
    rules: tuple[RuleRecord, ...]
    codes: tuple[CodeRecord, ...]


def coverage(book: RuleBook, records: Sequence[Labelled]) -> Coverage:
    """What each rule of `book` does on `records`; a flipped hit counts for the polarity that it then claims."""
    fired = dict.fromkeys(book.names, 0)
    right, overlaps, conflicts = dict(fired), dict(fired), dict(fired)
    codes = sorted(book.code_labels)
    tallies = {code: [0, 0, 0] for code in codes}
    for record in records:
        hits = book.hits(own_opinion(record.text).text_masked)
        says = {(hit.rule, hit.label) for hit in hits}
        labels = {label for _, label in says}
        for rule in {name for name, _ in says}:
            mine = {label for name, label in says if name == rule}
            fired[rule] += 1
            right[rule] += any(label in record.codes or label == record.polarity for label in mine)
            overlaps[rule] += any(label in mine and name != rule for name, label in says)
            conflicts[rule] += any(_opposed(label, other) for label in mine for other in labels)
        shown = book.codes(hits, SURE)
        for code, tally in tallies.items():
            tally[0] += code in record.codes
            tally[1] += code in shown
            tally[2] += code in record.codes and code in shown
    rules = tuple(
        RuleRecord(
            rule.name, rule.label, rule.weight, len(records), fired[rule.name],
            right[rule.name] if _claims(book, rule.label) else None, overlaps[rule.name], conflicts[rule.name],
        )
        for rule in book.rules
    )  # fmt: skip
    return Coverage(len(records), rules, tuple(CodeRecord(code, *tallies[code]) for code in codes))


def _claims(book: RuleBook, label: str) -> bool:
    return label in POLARITIES or label in book.code_labels


def _opposed(one: str, other: str) -> bool:
    if {one, other} == {"positive", "negative"}:
        return True
    return UNSPECIFIED in (one, other) and one != other and not {one, other} & _NO_CODE
