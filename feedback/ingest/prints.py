"""What finding copies keeps of a record: hashes and MinHash bands, never its text. A million of them need 200 MB."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import rensa
from numpy.typing import NDArray

from feedback.ingest.clean import alike
from feedback.settings import IngestSettings

#: 20 bands of 6 values: two texts of similarity 0.8 share two bands or more in 98% of cases, of 0.5 in 4%.
BANDS: Final = 20
_ROWS: Final = 6
_SEED: Final = 20_240_601
#: Texts whose pairs of characters are in memory at once.
_BLOCK: Final = 4000
#: "很好很好很好…" says nothing about who copied whom: a text needs this many different pairs of characters.
_MIN_PAIRS: Final = 8
#: A copy by the same author counts from this length on, whatever the channel.
SAME_AUTHOR_LENGTH: Final = 4
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_LAST: Final = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Prints:
    """The records of one product in order of (created_at, id), those without a time last; all arrays by place.

    `keys`: hash of the text as it is compared; `voices`: hash of that and the author, 0 where a copy by the same author
    does not count; `told`: whether a copy by anybody counts; `sizes`: characters of the text as it is compared.
    `banded`: parts of (keys, their bands); every told key stands in one part at least.
    """

    ids: NDArray[np.bytes_]
    keys: NDArray[np.uint64]
    voices: NDArray[np.uint64]
    told: NDArray[np.bool_]
    sizes: NDArray[np.int32]
    banded: list[tuple[NDArray[np.uint64], NDArray[np.uint32]]]

    def take_bands(self, places: NDArray[np.int64]) -> NDArray[np.uint32]:
        """The bands of some told places, (bands × places). Empties `banded` on the way, to save memory."""
        known = np.concatenate([keys for keys, _ in self.banded])
        order = np.argsort(known, kind="stable")
        rows = order[np.searchsorted(known, self.keys[places], sorter=order)]
        bands = np.empty((BANDS, len(places)), dtype=np.uint32)
        by_row = np.argsort(rows, kind="stable")
        ranked, start = rows[by_row], 0
        self.banded.reverse()
        while self.banded:
            keys, part = self.banded.pop()
            low, high = np.searchsorted(ranked, [start, start + len(keys)])
            inside = by_row[low:high]
            bands[:, inside] = part[rows[inside] - start].T
            start += len(keys)
        return bands


def prints(blocks: Iterable[pd.DataFrame], settings: IngestSettings) -> Prints | None:
    """Read records (columns id, kind, author, text, created_at; any order) block by block; None without any."""
    columns: list[tuple[NDArray[np.generic], ...]] = []
    banded = []
    for whole in blocks:
        for start in range(0, len(whole), _BLOCK):
            block = whole.iloc[start : start + _BLOCK]
            texts = [alike(text) for text in block["text"]]
            keys, sizes = _hashes(texts), np.fromiter(map(len, texts), dtype=np.int32, count=len(texts))
            kinds = block["kind"].to_numpy(dtype=object)
            told = ((kinds == "review") | (kinds == "social")) & (sizes >= settings.near_duplicate_min_length)
            told, part = _told(texts, keys, told)
            banded.append(part)
            ids = np.array([identifier.encode() for identifier in block["id"]])
            voices = _voices(block["author"], keys, (kinds != "interview") & (sizes >= SAME_AUTHOR_LENGTH))
            columns.append((_moments(block["created_at"]), ids, keys, voices, told, sizes))
    if not columns:
        return None
    times, ids, keys, voices, told, sizes = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    order = np.lexsort((ids, times))
    return Prints(ids[order], keys[order], voices[order], told[order], sizes[order], banded)


def pairs(text: str) -> set[str]:
    """The pairs of neighbouring characters."""
    return {text[i : i + 2] for i in range(len(text) - 1)}


def _hashes(texts: list[str]) -> NDArray[np.uint64]:
    return pd.util.hash_array(np.array(texts, dtype=object), categorize=False)


def _moments(times: pd.Series[pd.Timestamp]) -> NDArray[np.int64]:
    """Microseconds; none is later than all."""
    zoned = pd.to_datetime(times, utc=True)
    return np.where(zoned.isna(), _LAST, zoned.dt.as_unit("us").astype("int64"))


def _voices(authors: pd.Series[str], keys: NDArray[np.uint64], counts: NDArray[np.bool_]) -> NDArray[np.uint64]:
    named = authors.notna().to_numpy() & counts
    hashes = _hashes(authors.where(authors.notna(), "").tolist())
    # An odd number, so that no voice is 0.
    return np.where(named, (hashes * _MIX + keys) | np.uint64(1), np.uint64(0))


def _told(
    texts: list[str], keys: NDArray[np.uint64], told: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], tuple[NDArray[np.uint64], NDArray[np.uint32]]]:
    """Which of `told` have pairs enough, and those keys, each once, with their bands (keys × BANDS)."""
    some = np.flatnonzero(told)
    distinct, first, place = np.unique(keys[some], return_index=True, return_inverse=True)
    counts, bands = _bands([texts[i] for i in some[first]])
    enough = counts >= _MIN_PAIRS
    told = told.copy()
    told[some] = enough[place]
    return told, (distinct[enough], bands[enough])


def _bands(texts: list[str]) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Numbers of different pairs of characters, and MinHash bands (texts × BANDS)."""
    if not texts:
        return np.empty(0, dtype=np.int64), np.empty((0, BANDS), dtype=np.uint32)
    tokens = [list(pairs(text)) for text in texts]
    matrix = rensa.RMinHash.digest_matrix_from_token_sets(tokens, num_perm=BANDS * _ROWS, seed=_SEED)
    signatures = np.array(matrix.to_rows(), dtype=np.uint32).astype(np.uint64).reshape(len(texts), BANDS, _ROWS)
    key = signatures[:, :, 0]
    for row in range(1, _ROWS):
        key = key * _MIX + signatures[:, :, row]
    counts = np.fromiter(map(len, tokens), dtype=np.int64, count=len(tokens))
    return counts, (key >> np.uint64(32)).astype(np.uint32)
