"""The course of a text: how praise and complaint follow each other in it, and in what company its marks stand.

A question beside nothing is a question; beside a complaint it is a reproach. Weighing this is for the polarity: the
codes judge better without it (measured).
"""

from __future__ import annotations

from itertools import islice
from operator import ne
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
_SETTING: Final = COURSE.index("course:praised")
_MARK: Final = {mark: COURSE.index(f"course:{mark}-praised") for mark in ASIDE}


def course(told: list[tuple[int, int]], marks: set[str]) -> list[float]:
    """The features of one text, as `COURSE`, each of -1..1. `told`: (place, sign) of every praise (1), blame and
    complaint (-1); `marks`: those of `ASIDE` that stand in the text."""
    result = [0.0] * len(COURSE)
    setting = 3
    if told:
        told.sort()
        signs = [sign for _, sign in told]
        good = signs.count(1)
        bad = len(signs) - good
        setting = (2 if bad else 0) if good else 1
        turns = sum(map(ne, signs, islice(signs, 1, None))) if good and bad else 0
        result[:_SETTING] = (
            min(good, 6) / 6, min(bad, 6) / 6, (good - bad) / (good + bad), float(signs[0]), float(signs[-1]),
            min(turns, 4) / 4, float(bad == 1 and good > 2), float(good == 1 and bad > 2),
        )  # fmt: skip
    result[_SETTING + setting] = 1.0
    for mark in marks:
        result[_MARK[mark] + setting] = 1.0
    return result
