"""Copies and near copies: which record repeats which, in an order that does not depend on the order of ingesting.

Exact copies are found by their normalised text; near ones by MinHash over pairs of characters (rensa) with locality-
sensitive hashing, each candidate verified by its true Jaccard similarity. A record copies the earliest one like it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import pandas as pd
import rensa

from feedback.ingest.clean import alike
from feedback.settings import IngestSettings

_PERMUTATIONS: Final = 120
_BANDS: Final = 20
_SEED: Final = 20_240_601
#: Further candidates of one text are not looked at; the earliest come first.
_MAX_CANDIDATES: Final = 400
#: "很好很好很好…" says nothing about who copied whom: a text needs this many different pairs of characters.
_MIN_PAIRS: Final = 8
#: A copy by the same author counts from this length on, whatever the channel.
SAME_AUTHOR_LENGTH: Final = 4


def mark_copies(records: pd.DataFrame, settings: IngestSettings) -> pd.DataFrame:
    """The copies among records of one product.

    `records`: columns id, kind, author, text, created_at. Returns columns id, near_duplicate_of, duplicate_reason
    ("copy": the same words; "near": Jaccard similarity of character pairs at least near_duplicate_similarity), ordered by id.
    The record copied is the earliest by (created_at, id); those without a time come last. Interview and survey answers
    are copies only of the same author's.
    """
    columns = ["id", "near_duplicate_of", "duplicate_reason"]
    if records.empty:
        return pd.DataFrame(columns=columns)
    similarity, min_length = settings.near_duplicate_similarity, settings.near_duplicate_min_length
    ordered = records.sort_values(["created_at", "id"], na_position="last", kind="stable")
    keys = [alike(text) for text in ordered["text"]]
    ids, kinds, authors = list(ordered["id"]), list(ordered["kind"]), list(ordered["author"])
    found: dict[str, tuple[str, str]] = {}
    first: dict[str, str] = {}
    own: dict[tuple[str, str], str] = {}
    leaders: list[tuple[str, str]] = []
    for key, identifier, kind, author in zip(keys, ids, kinds, authors, strict=True):
        public = kind in ("review", "social")
        named = isinstance(author, str)
        if named and kind != "interview" and len(key) >= SAME_AUTHOR_LENGTH and (author, key) in own:
            found[identifier] = (own[author, key], "copy")
            continue
        if public and len(key) >= min_length and len({*zip(key, key[1:], strict=False)}) >= _MIN_PAIRS:
            if key in first:
                found[identifier] = (first[key], "copy")
            else:
                first[key] = identifier
                leaders.append((key, identifier))
        if named:
            own.setdefault((author, key), found.get(identifier, (identifier, ""))[0])
    near = _near(leaders, similarity)
    for identifier, (of, reason) in found.items():
        found[identifier] = (near.get(of, of), reason)
    found.update({identifier: (of, "near") for identifier, of in near.items()})
    rows = sorted((identifier, of, reason) for identifier, (of, reason) in found.items())
    return pd.DataFrame(rows, columns=columns)


def _near(texts: list[tuple[str, str]], similarity: float) -> dict[str, str]:
    """id → id of the earliest text at least so similar that itself copies nobody. `texts`: (normalised, id), earliest first."""
    if len(texts) < 2:
        return {}
    shingles = [list({text[i : i + 2] for i in range(len(text) - 1)}) for text, _ in texts]
    hashes = rensa.RMinHash.from_token_sets(shingles, num_perm=_PERMUTATIONS, seed=_SEED)
    index = rensa.RMinHashLSH(threshold=similarity, num_perm=_PERMUTATIONS, num_bands=_BANDS)
    near: dict[str, str] = {}
    sizes = [len(one) for one in shingles]
    sets: dict[int, frozenset[str]] = {}
    for place, (_, identifier) in enumerate(texts):
        candidates = sorted(index.query(hashes[place]))[:_MAX_CANDIDATES]
        mine = frozenset(shingles[place]) if candidates else frozenset()
        for other in candidates:
            small, large = sorted((sizes[place], sizes[other]))
            if small < similarity * large:
                continue
            theirs = sets.setdefault(other, frozenset(shingles[other]))
            shared = len(mine & theirs)
            if shared >= similarity * (sizes[place] + sizes[other] - shared):
                near[identifier] = texts[other][1]
                break
        else:
            index.insert(place, hashes[place])
    return near


def campaigns(records: pd.DataFrame, marks: pd.DataFrame, *, top: int = 5) -> pd.DataFrame:
    """The largest groups of copies: columns near_duplicate_of, text, records, accounts, first, last, hours; largest first.

    `hours` spans the middle half of the group's times: a campaign is many accounts in few hours. Accounts unknown: 0.
    """
    if marks.empty:
        return pd.DataFrame(columns=["near_duplicate_of", "text", "records", "accounts", "first", "last", "hours"])
    members: dict[str, list[str]] = defaultdict(list)
    for identifier, of in zip(marks["id"], marks["near_duplicate_of"], strict=True):
        members[of].append(identifier)
    largest = sorted(members.items(), key=lambda item: (-len(item[1]), item[0]))[:top]
    by_id = records.set_index("id")
    rows = []
    for of, copies in largest:
        group = by_id.loc[[of, *copies]]
        times = group["created_at"].dropna()
        spread = pd.Timedelta(times.quantile(0.75) - times.quantile(0.25)) if len(times) else None
        rows.append({
            "near_duplicate_of": of, "text": group["text"].iloc[0], "records": len(group),
            "accounts": int(group["author"].nunique()), "first": times.min() if len(times) else None,
            "last": times.max() if len(times) else None, "hours": spread.total_seconds() / 3600 if spread is not None else None,
        })  # fmt: skip
    return pd.DataFrame(rows)
