"""The quotes that stand for a lead: near its middle, of different people, neither scraps nor essays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback.encode import Vectors
from feedback.text.normal import normalise

_GOOD = (6, 40)

#: One unit: feedback_id, code, span_start.
Unit = tuple[str, str, int]


@dataclass(frozen=True)
class Members:
    """The units of a lead in plain lists of one length; `copies`: near duplicates of other records."""

    units: list[Unit]
    persons: list[str]
    quotes: list[str]
    how: list[str]
    copies: list[bool]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Members:
        """From columns feedback_id, code, span_start, person, quote, how, near_duplicate_of."""
        units = list(zip(frame["feedback_id"], frame["code"], frame["span_start"].astype(int).tolist(), strict=True))
        return cls(
            units,
            frame["person"].tolist(),
            frame["quote"].tolist(),
            frame["how"].tolist(),
            frame["near_duplicate_of"].notna().tolist(),
        )

    def at(self, rows: NDArray[np.intp]) -> Members:
        """Some of them."""
        return Members(
            [self.units[row] for row in rows],
            [self.persons[row] for row in rows],
            [self.quotes[row] for row in rows],
            [self.how[row] for row in rows],
            [self.copies[row] for row in rows],
        )


def choose(members: Members, vectors: Vectors, bonus: Sequence[float], count: int) -> list[Unit]:
    """Up to `count` units whose quotes stand for the lead, best first. `bonus` is added to their nearness to the
    middle.

    `vectors`: (n, d) of the quotes. What a bonus of less than -1 marks (plain praise) is left out where others are
    there. At most one quote of a person and one of a wording; copies of other records only
    when nothing else is left.
    """
    middle = vectors.mean(axis=0)
    merit = vectors @ (middle / max(float(np.linalg.norm(middle)), 1e-9))
    lengths = np.array([len(quote) for quote in members.quotes])
    merit = merit - 0.02 * np.clip(_GOOD[0] - lengths, 0, None) - 0.005 * np.clip(lengths - _GOOD[1], 0, 60)
    merit = np.round(merit + np.asarray(bonus) - 2.0 * np.array(members.copies), 5)
    people: set[str] = set()
    wordings: set[str] = set()
    chosen: list[Unit] = []
    for at in sorted(range(len(merit)), key=lambda at: (-merit[at], members.units[at])):
        if chosen and bonus[at] < -1:
            break
        person, wording = members.persons[at], normalise(members.quotes[at]).strip()
        if person not in people and wording not in wordings:
            people.add(person)
            wordings.add(wording)
            chosen.append(members.units[at])
            if len(chosen) == count:
                break
    return chosen
