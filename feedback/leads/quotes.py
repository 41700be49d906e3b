"""The quotes that stand for a lead: near its middle, of different people, neither scraps nor essays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from feedback.encode import Vectors
from feedback.text.normal import normalise

_GOOD = (6, 40)


def choose(members: pd.DataFrame, vectors: Vectors, bonus: Sequence[float], count: int) -> list[int]:
    """Positions of up to `count` members whose quotes stand for the lead, best first. `bonus` is added to their nearness.

    `members`: columns feedback_id, span_start, quote, person, near_duplicate_of; `vectors`: (n, d) of their quotes.
    At most one quote of a person and one of a wording; copies of other records only when nothing else is left.
    """
    middle = vectors.mean(axis=0)
    merit = vectors @ (middle / max(float(np.linalg.norm(middle)), 1e-9))
    lengths = members["quote"].str.len().to_numpy()
    merit = merit - 0.02 * np.clip(_GOOD[0] - lengths, 0, None) - 0.005 * np.clip(lengths - _GOOD[1], 0, 60)
    merit = np.round(merit + np.asarray(bonus) - 2.0 * members["near_duplicate_of"].notna().to_numpy(), 5)
    ids, starts = members["feedback_id"].tolist(), members["span_start"].tolist()
    order = sorted(range(len(members)), key=lambda at: (-merit[at], ids[at], starts[at]))
    return _different(members, order, count)


def _different(members: pd.DataFrame, order: Sequence[int], count: int) -> list[int]:
    persons, quotes = members["person"].tolist(), [normalise(quote).strip() for quote in members["quote"]]
    people: set[str] = set()
    wordings: set[str] = set()
    chosen: list[int] = []
    for position in order:
        person, wording = persons[position], quotes[position]
        if person not in people and wording not in wordings:
            people.add(person)
            wordings.add(wording)
            chosen.append(position)
            if len(chosen) == count:
                break
    return chosen
