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


#: What the words of praise and blame amount to together.
STAND: Final = ("praise", "blame", "balance", "both", "first", "last", "after_contrast", "before_contrast")


def standing(stand: list[tuple[int, int]], contrast: int) -> dict[int, float]:
    """The features that are not 0, each of -1..1 or thirds of a count, by their place in `STAND`.

    `stand`: (place, sign) of every praise (1) and blame (-1); `contrast`: the place of the last 但是, -1 without one.
    """
    if not stand:
        return {}
    good = sum(1 for _, sign in stand if sign > 0)
    bad = len(stand) - good
    last, first = max(stand), min(stand)
    values = (
        min(good, 5) / 5, min(bad, 5) / 5, (good - bad) / (good + bad), float(good > 0 and bad > 0),
        float(first[1]), float(last[1]),
        float(sum(sign for start, sign in stand if start > contrast >= 0)) / 3,
        float(sum(sign for start, sign in stand if start < contrast)) / 3,
    )  # fmt: skip
    return {place: value for place, value in enumerate(values) if value}


def course(told: list[tuple[int, int]], marks: set[str]) -> dict[int, float]:
    """The features of one text that are not 0, each of -1..1, by their place in `COURSE`.

    `told`: (place, sign) of every praise (1), blame and complaint (-1); `marks`: those of `ASIDE` in the text.
    """
    result: dict[int, float] = {}
    setting = 3
    if told:
        told.sort()
        signs = [sign for _, sign in told]
        good = signs.count(1)
        bad = len(signs) - good
        result[3], result[4] = signs[0], signs[-1]
        if good:
            result[0] = min(good, 6) / 6
        if bad:
            result[1] = min(bad, 6) / 6
        if good != bad:
            result[2] = (good - bad) / (good + bad)
        setting = (2 if bad else 0) if good else 1
        if setting == 2:
            result[5] = min(sum(map(ne, signs, islice(signs, 1, None))), 4) / 4
            if bad == 1 and good > 2:
                result[6] = 1.0
            if good == 1 and bad > 2:
                result[7] = 1.0
    result[_SETTING + setting] = 1.0
    for mark in ASIDE:
        if mark in marks:
            result[_MARK[mark] + setting] = 1.0
    return result
