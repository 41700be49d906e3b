"""Why: the codes, phrases and posts that a rise is made of, beside the same of the calm time before it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

_MIN_RECORDS = 3
_Z = 1.96


@dataclass(frozen=True, slots=True)
class CodeShift:
    """A complaint code: records and share of all mentions, now and before; `excess` records above the calm share."""

    code: str
    now: int
    now_share: float
    before: int
    before_share: float | None
    excess: float


@dataclass(frozen=True, slots=True)
class NewPhrase:
    """A phrase: in how many negative records now, in how many of all before, and how far beyond chance (z)."""

    phrase: str
    now: int
    before: int
    z: float


@dataclass(frozen=True, slots=True)
class Post:
    """One record behind the rise, verbatim, with its source."""

    id: str
    text: str
    when: pd.Timestamp
    author: str | None
    engagement: int
    url: str | None
    file: str
    sheet: str | None
    row: int | None


@dataclass(frozen=True, slots=True)
class Reasons:
    """What the rise is made of: codes by excess, phrases by z, posts by engagement; `families` as the codes."""

    mentions_now: int
    mentions_before: int
    codes: tuple[CodeShift, ...]
    phrases: tuple[NewPhrase, ...]
    posts: tuple[Post, ...]
    families: tuple[CodeShift, ...] = ()

    def dominant(self, *, rose: bool) -> str | None:
        """The family that makes up more than half: of what came on top since the rise, else of all complaints now.

        None when no family does, or when it has fewer than three records.
        """
        weights = {f.code: max(f.excess, 0.0) if rose else float(f.now) for f in self.families}
        return next((f for f, w in weights.items() if w >= _MIN_RECORDS and 2 * w > sum(weights.values())), None)


def reasons(now: pd.DataFrame, before: pd.DataFrame, cut: Callable[[str], Sequence[str]], *, top: int = 5) -> Reasons:
    """Compare the kept mentions since the rise with those before it; both frames as of store.read.judged.

    Codes are counted over all mentions; phrases are those of the negative ones now beside all that was said before.
    `cut` is the segmenter's.
    """
    bad = now[now["polarity"] == "negative"]
    return Reasons(
        len(now),
        len(before),
        _shifts(now, before, "codes")[:top],
        tuple(_phrases(bad["text"], before["text"], cut)[: 2 * top]),
        posts(bad, top),
        _shifts(now, before, "families"),
    )


def posts(frame: pd.DataFrame, top: int) -> tuple[Post, ...]:
    """The records that were spread most: by engagement, then the oldest, then by id."""
    ranked = frame.assign(_weight=frame["engagement"].fillna(0)).sort_values(
        ["_weight", "created_at", "id"], ascending=[False, True, True], kind="stable"
    )
    return tuple(
        Post(
            id=str(row["id"]),
            text=str(row["text"]),
            when=row["created_at"],
            author=_text(row["author"]),
            engagement=int(row["_weight"]),
            url=_text(row["url"]),
            file=str(row["file"]),
            sheet=_text(row["sheet"]),
            row=None if pd.isna(row["row"]) else int(row["row"]),
        )
        for row in ranked.head(top).to_dict("records")
    )


def _shifts(now: pd.DataFrame, before: pd.DataFrame, column: str) -> tuple[CodeShift, ...]:
    counts_now, counts_before = _count(now[column]), _count(before[column])
    found = []
    for code, count in counts_now.items():
        old = counts_before[code]
        calm = old / len(before) if len(before) else None
        expected = len(now) * (calm or 0.0)
        found.append(CodeShift(code, count, count / len(now), old, calm, count - expected))
    return tuple(sorted(found, key=lambda shift: (-shift.excess, shift.code)))


def _phrases(now: Iterable[str], before: Iterable[str], cut: Callable[[str], Sequence[str]]) -> list[NewPhrase]:
    """Log-odds with a Dirichlet prior: all texts (Monroe, Colaresi and Quinn 2008, Polit. Anal. 16:372)."""
    new, old = _document_counts(now, cut), _document_counts(before, cut)
    total_new, total_old = sum(new.values()), sum(old.values())
    both = total_new + total_old
    found = []
    for phrase, count in new.items():
        if count < _MIN_RECORDS:
            continue
        prior = count + old[phrase]
        # The prior weighs as much as one tenth of all that was read.
        a, a0 = 0.1 * prior, 0.1 * both
        here = math.log((count + a) / (total_new + a0 - count - a))
        there = math.log((old[phrase] + a) / (total_old + a0 - old[phrase] - a)) if total_old else here - 1.0
        z = (here - there) / math.sqrt(1 / (count + a) + 1 / (old[phrase] + a))
        if z > _Z or not total_old:
            found.append(NewPhrase(phrase, count, old[phrase], z))
    found.sort(key=lambda p: (-p.z, -len(p.phrase), p.phrase))
    return _without_parts(found)


def _without_parts(found: list[NewPhrase]) -> list[NewPhrase]:
    """Of phrases that contain one another the better or longer one stays."""
    kept: list[NewPhrase] = []
    for phrase in found:
        if not any(phrase.phrase in other.phrase or other.phrase in phrase.phrase for other in kept):
            kept.append(phrase)
    return kept


def _document_counts(texts: Iterable[str], cut: Callable[[str], Sequence[str]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        words = [word.strip() for word in cut(text)]
        spoken = [word if any(c.isalnum() for c in word) else "" for word in words]
        seen = {word for word in spoken if len(word) > 1}
        seen.update(a + b for a, b in pairwise(spoken) if a and b and 3 <= len(a + b) <= 10)
        counts.update(seen)
    return counts


def _count(codes: Iterable[Iterable[str]]) -> Counter[str]:
    return Counter(code for one in codes for code in one)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
