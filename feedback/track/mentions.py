"""The records that mention a keyword: each voice once, copies set aside and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from feedback.text.normal import normalise

#: Values of `duplicate_reason` that mean an exact copy; every other copy is a near one.
COPY = "copy"


@dataclass(frozen=True)
class Mentions:
    """What one keyword's records come to. Arrays of one length: the kept records, oldest first, ties by id.

    `times` are nanoseconds since 1970 in UTC; `weight` is 1 + engagement; `judges` name who judged; `rows` are
    positions in the frame. The copies left out stand apart with their own times; `repeats` are rows met again on
    ingest, dated as the record that they repeat.
    """

    rows: npt.NDArray[np.int64]
    times: npt.NDArray[np.int64]
    negative: npt.NDArray[np.int64]
    weight: npt.NDArray[np.float64]
    judges: npt.NDArray[np.str_]
    duplicates: npt.NDArray[np.int64]
    near_duplicates: npt.NDArray[np.int64]
    left_out_rows: npt.NDArray[np.int64]
    products: Mapping[str, int]


def nanoseconds(times: pd.Series) -> npt.NDArray[np.int64]:
    """Zoned times as nanoseconds since 1970, UTC."""
    plain = times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    return np.asarray(plain.astype("datetime64[ns]").astype(np.int64))


def collect(frame: pd.DataFrame, rows: Sequence[int], repeats: Mapping[str, int]) -> Mentions:
    """The mentions among `rows` of `frame` (columns of store.read.judged; records without a time are passed over).

    Left out: what ingest marked as a copy or near copy, and what the same author said before in the same words.
    `repeats` maps a record's id to the number of its exact copies that were met on ingest and not stored.
    """
    part = frame.iloc[list(rows)].assign(_row=list(rows))
    part = part[part["created_at"].notna()]
    part = part.assign(_time=nanoseconds(part["created_at"])) if len(part) else part.assign(_time=0)
    part = part.sort_values(["_time", "id"], kind="stable")
    copied = part["near_duplicate_of"].notna() | part["duplicate_reason"].notna()
    near = copied & (part["duplicate_reason"] != COPY)
    voices = _said_again(part[~copied])
    again = pd.Series(False, index=part.index)
    again.loc[voices] = True
    kept = part[~copied & ~again]
    more = [repeats.get(i, 0) for i in kept["id"]]
    times = kept["_time"].to_numpy(dtype=np.int64)
    exact = part[(copied & ~near) | again]["_time"].to_numpy(dtype=np.int64)
    counts = part["product"].value_counts()
    return Mentions(
        rows=kept["_row"].to_numpy(dtype=np.int64),
        times=times,
        negative=(kept["polarity"] == "negative").to_numpy().astype(np.int64),
        weight=1.0 + kept["engagement"].fillna(0).to_numpy(dtype=float).clip(min=0),
        judges=kept["judge"].to_numpy(dtype=np.str_),
        duplicates=np.sort(np.concatenate([exact, np.repeat(times, more)])).astype(np.int64),
        near_duplicates=part[near]["_time"].to_numpy(dtype=np.int64),
        left_out_rows=part[copied | again]["_row"].to_numpy(dtype=np.int64),
        products={str(name): int(count) for name, count in sorted(counts.items(), key=lambda i: (-i[1], str(i[0])))},
    )


def _said_again(part: pd.DataFrame) -> list[int]:
    """Index labels of the records whose author said the same words before; `part` is in order of time."""
    seen: set[tuple[str, str]] = set()
    again = []
    for label, author, text in zip(part.index, part["author"], part["text"], strict=True):
        if not isinstance(author, str) or not author:
            continue
        voice = (author, "".join(normalise(text).split()))
        if voice in seen:
            again.append(label)
        seen.add(voice)
    return again
