"""Copies and near copies: which record repeats which, in an order that does not depend on the order of ingesting.

Exact copies are found by their normalised text; near ones by MinHash over pairs of characters (rensa) with locality-
sensitive hashing, each candidate verified by its true Jaccard similarity. A record copies the earliest one like it.
Of all records only the prints (see prints.py) are in memory; the texts of candidates are fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback.ingest.clean import alike
from feedback.ingest.prints import BANDS, Prints, pairs, prints
from feedback.settings import IngestSettings

_SHARED_BANDS: Final = 2
#: Of the texts that share a band so many of the earliest are compared; pairs compared at once.
_CROWD: Final = 12
_SLICE: Final = 100_000
#: Characters of candidates fetched at once.
_FETCHED: Final = 20_000_000
_COLUMNS: Final = ("id", "near_duplicate_of", "duplicate_reason")
_COPY: Final = 1
_NEAR: Final = 2


class Records(Protocol):
    """The records of one product, wherever they lie; each method may be called more than once."""

    def blocks(self) -> Iterable[pd.DataFrame]:
        """All records that have a text, in any order: columns id, kind, author, text, created_at."""

    def texts(self, ids: Sequence[str]) -> dict[str, str]:
        """The texts of some records, by id."""

    def voices(self, ids: Sequence[str]) -> pd.DataFrame:
        """Columns author, created_at of some records."""


class Held:
    """Records that lie in frames (columns id, kind, author, text, created_at)."""

    def __init__(self, frames: Iterable[pd.DataFrame]) -> None:
        self._frames = [frame for frame in frames if len(frame)]

    def blocks(self) -> Iterable[pd.DataFrame]:
        """The frames."""
        return self._frames

    def texts(self, ids: Sequence[str]) -> dict[str, str]:
        """The texts of some records, by id."""
        some = self._some(ids)
        return dict(zip(some["id"], some["text"], strict=True))

    def voices(self, ids: Sequence[str]) -> pd.DataFrame:
        """Columns author, created_at of some records."""
        return self._some(ids)[["author", "created_at"]]

    def _some(self, ids: Sequence[str]) -> pd.DataFrame:
        wanted = set(ids)
        return pd.concat([frame[frame["id"].isin(wanted)] for frame in self._frames])


def mark_copies(records: Records, settings: IngestSettings) -> pd.DataFrame:
    """The copies among records of one product.

    Returns columns id, near_duplicate_of, duplicate_reason ("copy": the same words; "near": Jaccard similarity of
    character pairs at least near_duplicate_similarity), ordered by id. The record copied is the earliest by
    (created_at, id); those without a time come last. Interview and survey answers are copies only of the same author's.
    """
    found = prints(records.blocks(), settings)
    if found is None:
        return pd.DataFrame(columns=list(_COLUMNS))
    of = _exact(found)
    near = _near(found, np.flatnonzero(found.told & (of < 0)), records, settings.near_duplicate_similarity)
    # What is a copy of a near copy is a copy of what that one copies.
    reason = np.where(of >= 0, _COPY, np.where(near >= 0, _NEAR, 0))
    of = np.where(of >= 0, np.where(near[of] >= 0, near[of], of), near)
    places = np.flatnonzero(reason)
    places = places[np.argsort(found.ids[places])]
    return pd.DataFrame(
        {
            "id": [identifier.decode() for identifier in found.ids[places].tolist()],
            "near_duplicate_of": [identifier.decode() for identifier in found.ids[of[places]].tolist()],
            "duplicate_reason": np.where(reason[places] == _COPY, "copy", "near").astype(object),
        },
        columns=list(_COLUMNS),
    )


def _exact(found: Prints) -> NDArray[np.int32]:
    """place → place of the record whose words it repeats, -1 for none."""
    of = np.full(len(found.ids), -1, dtype=np.int32)
    _, inverse, counts = np.unique(found.keys, return_inverse=True, return_counts=True)
    repeated = np.flatnonzero((counts[inverse] > 1) & (found.told | (found.voices > 0)))
    del inverse, counts
    first: dict[int, int] = {}
    own: dict[int, int] = {}
    for start in range(0, len(repeated), _SLICE):
        places = repeated[start : start + _SLICE]
        columns = (places, found.keys[places], found.voices[places], found.told[places])
        for place, key, voice, told in zip(*(column.tolist() for column in columns), strict=True):
            if voice and voice in own:
                of[place] = own[voice]
                continue
            earliest = first.setdefault(key, place) if told else place
            if earliest != place:
                of[place] = earliest
            if voice:
                own[voice] = earliest
    return of


def _near(found: Prints, leaders: NDArray[np.int64], records: Records, similarity: float) -> NDArray[np.int32]:
    """place → place of the earliest text so similar that is no copy itself. `leaders`: places, in order."""
    near = np.full(len(found.ids), -1, dtype=np.int32)
    if len(leaders) < 2:
        return near
    later, earlier = (leaders[some] for some in _candidates(found.take_bands(leaders)))
    weight = np.cumsum(found.sizes[later].astype(np.int64) + found.sizes[earlier])
    ends = [*np.flatnonzero(np.diff(weight // _FETCHED)) + 1, len(later)]
    for start, end in zip([0, *ends], ends, strict=False):
        # Those known for copies by now need no look.
        open_ = np.flatnonzero((near[later[start:end]] < 0) & (near[earlier[start:end]] < 0)) + start
        keys = _fetch(found, np.unique(np.concatenate([later[open_], earlier[open_]])), records)
        _verify(near, later[open_].tolist(), earlier[open_].tolist(), keys, similarity)
    return near


def _fetch(found: Prints, places: NDArray[np.int64], records: Records) -> dict[int, str]:
    """place → text as it is compared."""
    ids = [identifier.decode() for identifier in found.ids[places].tolist()]
    texts = records.texts(ids)
    return {place: alike(texts[identifier]) for place, identifier in zip(places.tolist(), ids, strict=True)}


def _verify(
    near: NDArray[np.int32], later: list[int], earlier: list[int], keys: dict[int, str], similarity: float
) -> None:
    """Enter into `near` the pairs that are alike, in order."""
    mine: set[str] = set()
    last = -1
    for one, other in zip(later, earlier, strict=True):
        if near[one] >= 0 or near[other] >= 0:
            continue
        if one != last:
            mine, last = pairs(keys[one]), one
        theirs = pairs(keys[other])
        small, large = sorted((len(mine), len(theirs)))
        shared = len(mine & theirs) if small >= similarity * large else 0
        if shared >= similarity * (len(mine) + len(theirs) - shared):
            near[one] = other


def _candidates(bands: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """(later, earlier) places that share two bands or more, each pair once, in order; bounded for crowded bands."""
    found = [pair for band in range(BANDS) for pair in _sharing(bands, band)]
    none = np.empty(0, dtype=np.uint32)
    later = np.concatenate([none, *(pair[0] for pair in found)])
    earlier = np.concatenate([none, *(pair[1] for pair in found)])
    order = np.lexsort((earlier, later))
    return later[order], earlier[order]


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


def campaigns(records: Records, marks: pd.DataFrame, *, top: int = 5) -> pd.DataFrame:
    """The largest groups of copies, largest first: near_duplicate_of, text, records, accounts, first, last, hours.

    `hours` spans the middle half of the group's times: a campaign is many accounts in few hours. Accounts unknown: 0.
    """
    columns = ["near_duplicate_of", "text", "records", "accounts", "first", "last", "hours"]
    sizes = marks["near_duplicate_of"].value_counts()
    largest = sorted(((str(of), int(size)) for of, size in sizes.items()), key=lambda item: (-item[1], item[0]))[:top]
    rows = []
    for of, size in largest:
        group = records.voices([of, *marks.loc[marks["near_duplicate_of"] == of, "id"]])
        times = group["created_at"].dropna()
        rows.append({
            "near_duplicate_of": of, "text": records.texts([of])[of], "records": size + 1,
            "accounts": int(group["author"].nunique()), "first": times.min() if len(times) else None,
            "last": times.max() if len(times) else None, "hours": _spread(times),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _spread(times: pd.Series[pd.Timestamp]) -> float | None:
    """Hours between the quartiles of some times; None without any."""
    if times.empty:
        return None
    seconds = times.map(pd.Timestamp.timestamp).to_numpy(dtype=float)
    return float(np.quantile(seconds, 0.75) - np.quantile(seconds, 0.25)) / 3600
