"""Who: the posts that spread a rise most, and the accounts that look coordinated, with the share with and without them.

Suspicion is not proof. An account is named when it wrote in a group of at least three copies or near copies by at
least two accounts within two days, or wrote at least three negative records in the window, more than nine tenths of
accounts do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from feedback.track.reasons import Post, posts
from feedback.track.share import Share, share_of

_GROUP = 3
_WITHIN = timedelta(days=2)
_LOUD = 3


@dataclass(frozen=True, slots=True)
class CopyGroup:
    """Copies of one text: how many, by how many accounts, from when to when, and how many of the accounts are new."""

    text: str
    records: int
    accounts: int
    new_accounts: int
    first: pd.Timestamp
    last: pd.Timestamp


@dataclass(frozen=True, slots=True)
class Spread:
    """Who spreads the rise. Three shares of one window: as counted, with every copy, without suspected accounts."""

    top: tuple[Post, ...]
    engagement: int
    groups: tuple[CopyGroup, ...]
    suspects: tuple[str, ...]
    counted: Share
    with_copies: Share
    without_suspects: Share


def spread(
    kept: pd.DataFrame, left_out: pd.DataFrame, earlier_authors: frozenset[str], *, confidence: float, top: int = 5
) -> Spread:
    """`kept` mentions of the window and the copies `left_out` of it; frames as of store.read.judged.

    `earlier_authors` wrote anything before the window: others are new accounts, as far as the store knows.
    """
    everything = pd.concat([kept, left_out]) if len(left_out) else kept
    groups, suspects = _groups(everything, earlier_authors)
    bad = everything[everything["polarity"] == "negative"]
    loud = bad["author"].dropna().value_counts()
    suspects |= {str(author) for author, count in loud.items() if count >= _LOUD and count > loud.quantile(0.9)}
    clean = kept[~kept["author"].isin(suspects)]
    return Spread(
        top=posts(bad, top),
        engagement=int(bad["engagement"].fillna(0).sum()),
        groups=tuple(groups[:top]),
        suspects=tuple(sorted(suspects)),
        counted=_share(kept, confidence),
        with_copies=_share(everything, confidence),
        without_suspects=_share(clean, confidence),
    )


def _groups(everything: pd.DataFrame, earlier: frozenset[str]) -> tuple[list[CopyGroup], set[str]]:
    found: list[CopyGroup] = []
    suspects: set[str] = set()
    root = everything["near_duplicate_of"].where(everything["near_duplicate_of"].notna(), everything["id"])
    for _, group in everything.groupby(root, sort=True):
        authors = {author for author in group["author"] if isinstance(author, str) and author}
        first, last = group["created_at"].min(), group["created_at"].max()
        if len(group) < _GROUP or len(authors) < 2 or last - first > _WITHIN:
            continue
        suspects |= authors
        text = str(group.sort_values(["created_at", "id"])["text"].iloc[0])
        found.append(CopyGroup(text, len(group), len(authors), len(authors - earlier), first, last))
    found.sort(key=lambda g: (-g.records, g.first, g.text))
    return found, suspects


def _share(frame: pd.DataFrame, confidence: float) -> Share:
    return share_of(int((frame["polarity"] == "negative").sum()), len(frame), confidence)
