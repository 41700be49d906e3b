"""Copies and near copies: which record repeats which, in an order that does not depend on the order of ingesting.

Exact copies are found by their normalised text; near ones by MinHash over pairs of characters (rensa) with locality-
sensitive hashing, each candidate verified by its true Jaccard similarity. A record copies the earliest one like it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
import rensa
from numpy.typing import NDArray

from feedback.ingest.clean import alike
from feedback.settings import IngestSettings

#: 20 bands of 6 values: two texts of similarity 0.8 share two bands or more in 98% of cases, of 0.5 in 4%.
_BANDS: Final = 20
_ROWS: Final = 6
_SEED: Final = 20_240_601
#: Texts whose pairs of characters are in memory at once.
_BLOCK: Final = 4000
_SHARED_BANDS: Final = 2
#: Of the texts that share a band so many of the earliest are compared; pairs compared at once.
_CROWD: Final = 12
_SLICE: Final = 100_000
#: "很好很好很好…" says nothing about who copied whom: a text needs this many different pairs of characters.
_MIN_PAIRS: Final = 8
#: A copy by the same author counts from this length on, whatever the channel.
SAME_AUTHOR_LENGTH: Final = 4


def mark_copies(records: pd.DataFrame, settings: IngestSettings) -> pd.DataFrame:
    """The copies among records of one product.

    `records`: columns id, kind, author, text, created_at. Returns columns id, near_duplicate_of, duplicate_reason
    ("copy": the same words; "near": Jaccard similarity of character pairs at least near_duplicate_similarity), ordered
    by id. The record copied is the earliest by (created_at, id); those without a time come last. Interview and survey
    answers are copies only of the same author's.
    """
    columns = ["id", "near_duplicate_of", "duplicate_reason"]
    if records.empty:
        return pd.DataFrame(columns=columns)
    min_length = settings.near_duplicate_min_length
    ordered = records.sort_values(["created_at", "id"], na_position="last", kind="stable")
    keys = [alike(text) for text in ordered["text"]]
    repeated = _repeated(keys)
    ids, kinds, authors = list(ordered["id"]), list(ordered["kind"]), list(ordered["author"])
    found: dict[str, tuple[str, str]] = {}
    first: dict[str, str] = {}
    own: dict[tuple[str, str], str] = {}
    leaders: list[int] = []
    for place, (key, identifier, kind, author) in enumerate(zip(keys, ids, kinds, authors, strict=True)):
        told = kind in ("review", "social") and len(key) >= min_length and len(_pairs(key)) >= _MIN_PAIRS
        if repeated[place]:
            named = isinstance(author, str) and kind != "interview" and len(key) >= SAME_AUTHOR_LENGTH
            if named and (author, key) in own:
                found[identifier] = (own[author, key], "copy")
                continue
            if told and key in first:
                found[identifier] = (first[key], "copy")
            if named:
                own[author, key] = found.get(identifier, (identifier, ""))[0]
            if told:
                first.setdefault(key, identifier)
        if told and identifier not in found:
            leaders.append(place)
    near = {ids[place]: ids[of] for place, of in _near(keys, leaders, settings.near_duplicate_similarity).items()}
    found = {identifier: (near.get(of, of), reason) for identifier, (of, reason) in found.items()}
    found.update({identifier: (of, "near") for identifier, of in near.items()})
    rows = sorted((identifier, of, reason) for identifier, (of, reason) in found.items())
    return pd.DataFrame(rows, columns=columns)


def _repeated(keys: list[str]) -> NDArray[np.bool_]:
    """Which keys occur more than once; by their hashes, so that a million keys need little memory."""
    hashes = np.fromiter(
        (int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big") for key in keys),
        dtype=np.uint64,
        count=len(keys),
    )
    _, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse] > 1)


def _near(keys: list[str], leaders: list[int], similarity: float) -> dict[int, int]:
    """place → place of the earliest text so similar that is no copy itself. `leaders`: places, earliest first."""
    near: dict[int, int] = {}
    if len(leaders) < 2:
        return near
    mine: set[str] = set()
    last = -1
    for later, earlier in _candidates(_bands([keys[place] for place in leaders])):
        if later != last:
            mine, last = _pairs(keys[leaders[later]]), later
        if leaders[later] in near or leaders[earlier] in near:
            continue
        theirs = _pairs(keys[leaders[earlier]])
        small, large = sorted((len(mine), len(theirs)))
        shared = len(mine & theirs) if small >= similarity * large else 0
        if shared >= similarity * (len(mine) + len(theirs) - shared):
            near[leaders[later]] = leaders[earlier]
    return near


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


def _bands(texts: list[str]) -> NDArray[np.uint32]:
    """MinHash bands as numbers, (bands × texts), in blocks: the pairs of few texts are in memory at once."""
    bands = np.empty((_BANDS, len(texts)), dtype=np.uint32)
    for start in range(0, len(texts), _BLOCK):
        tokens = [sorted(_pairs(text)) for text in texts[start : start + _BLOCK]]
        digests = rensa.RMinHash.digests_from_token_sets(tokens, num_perm=_BANDS * _ROWS, seed=_SEED)
        signatures = np.asarray(digests, dtype=np.uint64).reshape(len(tokens), _BANDS, _ROWS)
        key = signatures[:, :, 0]
        for row in range(1, _ROWS):
            key = key * np.uint64(0x9E3779B97F4A7C15) + signatures[:, :, row]
        bands[:, start : start + len(tokens)] = (key >> np.uint64(32)).astype(np.uint32).T
    return bands


def _candidates(bands: NDArray[np.uint32]) -> Iterator[tuple[int, int]]:
    """(later, earlier) places that share two bands or more, each pair once, in order; bounded for crowded bands."""
    pairs = [pair for band in range(len(bands)) for pair in _sharing(bands, band)]
    if not pairs:
        return
    later = np.concatenate([pair[0] for pair in pairs])
    earlier = np.concatenate([pair[1] for pair in pairs])
    for place in np.lexsort((earlier, later)):
        yield int(later[place]), int(earlier[place])


def _sharing(bands: NDArray[np.uint32], band: int) -> Iterator[tuple[NDArray[np.uint32], NDArray[np.uint32]]]:
    """Pairs whose first common band is `band` and that share another one."""
    order = np.argsort(bands[band], kind="stable").astype(np.uint32)
    ranked = bands[band][order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    sizes = np.diff(np.r_[starts, len(ranked)])
    begin = np.repeat(starts, sizes)
    behind = np.arange(len(order)) - begin
    for step in range(_CROWD):
        members = np.flatnonzero(behind > step)
        for start in range(0, len(members), _SLICE):
            some = members[start : start + _SLICE]
            later, earlier = order[some], order[begin[some] + step]
            common = bands[:, later] == bands[:, earlier]
            good = (common.sum(axis=0) >= _SHARED_BANDS) & (common.argmax(axis=0) == band)
            yield later[good], earlier[good]


def campaigns(records: pd.DataFrame, marks: pd.DataFrame, *, top: int = 5) -> pd.DataFrame:
    """The largest groups of copies, largest first: near_duplicate_of, text, records, accounts, first, last, hours.

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
        spread = _spread(times)
        rows.append({
            "near_duplicate_of": of, "text": group["text"].iloc[0], "records": len(group),
            "accounts": int(group["author"].nunique()), "first": times.min() if len(times) else None,
            "last": times.max() if len(times) else None, "hours": spread,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _spread(times: pd.Series[pd.Timestamp]) -> float | None:
    """Hours between the quartiles of some times; None without any."""
    if times.empty:
        return None
    seconds = times.map(pd.Timestamp.timestamp).to_numpy(dtype=float)
    return float(np.quantile(seconds, 0.75) - np.quantile(seconds, 0.25)) / 3600
