"""The course of a text: how praise and complaint follow each other in it, and in what company its marks stand.

A question beside nothing is a question; beside a complaint it is a reproach. Weighing this is for the polarity: the
codes judge better without it (measured).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

#: Marks that read differently beside praise, beside blame and beside neither.
ASIDE: Final = ("wish", "question", "reproach", "contrast", "advert", "rival", "past")
_SETTINGS: Final = ("praised", "blamed", "both", "quiet")
_PARTS: Final = ("praise", "blame", "balance", "first", "last", "turns", "small_flaw", "small_grace", *_SETTINGS)
#: Names of the features, all of which begin with "course:".
COURSE: Final = (
    *(f"course:{name}" for name in _PARTS),
    *(f"course:{mark}-{setting}" for mark in ASIDE for setting in _SETTINGS),
)


def course(told: list[tuple[int, int]], marks: set[str]) -> list[float]:
    """The features of one text, as `COURSE`, each of -1..1. `told`: (place, sign) of every praise (1), blame and
    complaint (-1); `marks`: those of `ASIDE` that stand in the text."""
    told = sorted(told)
    good = sum(1 for _, sign in told if sign > 0)
    bad = len(told) - good
    setting = (2 if bad else 0) if good else (1 if bad else 3)
    turns = sum(1 for one, other in pairwise(told) if one[1] != other[1])
    result = [
        min(good, 6) / 6, min(bad, 6) / 6, (good - bad) / (good + bad or 1),
        float(told[0][1]) if told else 0.0, float(told[-1][1]) if told else 0.0, min(turns, 4) / 4,
        float(bad == 1 and good > 2), float(good == 1 and bad > 2),
    ]  # fmt: skip
    result += [float(place == setting) for place in range(len(_SETTINGS))]
    for mark in ASIDE:
        result += [float(mark in marks and place == setting) for place in range(len(_SETTINGS))]
    return result
