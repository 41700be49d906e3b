"""Do scores mean what they say? Expected calibration error over equal bins (Guo et al. 2017)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from feedback.evaluate.gold import GoldRecord

Numbers = NDArray[np.float64]

BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Scores from `low` to `high`: how many, their mean, and the share of them that were right."""

    low: float
    high: float
    n: int
    mean: float
    right: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Expected calibration error, and the bins that hold scores."""

    ece: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of the score of "negative", and of the codes: there `ece` is the mean over codes, the bins hold all codes."""

    records: int
    negative: Reliability
    codes: Reliability


def calibration(gold: Sequence[GoldRecord], scores: Mapping[str, NDArray[Any]], bins: int = BINS) -> Calibration:
    """`scores`: the probability of "negative" and of each code, label → (n), of all records, the label given or not."""
    truth = {
        name: np.array([name == record.polarity or name in record.codes for record in gold], np.float64)
        for name in scores
    }
    codes = [name for name in scores if name != "negative"]
    each = [reliability(scores[code], truth[code], bins).ece for code in codes]
    together = reliability(
        np.concatenate([scores[code] for code in codes]), np.concatenate([truth[code] for code in codes]), bins
    )
    return Calibration(
        records=len(gold),
        negative=reliability(scores["negative"], truth["negative"], bins),
        codes=Reliability(float(np.mean(each)), together.bins),
    )


def reliability(score: NDArray[Any], truth: Numbers, bins: int = BINS) -> Reliability:
    """|mean score - share right| over `bins` of equal width between 0 and 1, weighted by how many each holds."""
    place = np.minimum((score * bins).astype(int), bins - 1)
    found = []
    for number in range(bins):
        inside = place == number
        if inside.any():
            low, high = round(number / bins, 6), round((number + 1) / bins, 6)
            mean, right = float(score[inside].mean(dtype=np.float64)), float(truth[inside].mean())
            found.append(Bin(low, high, int(inside.sum()), mean, right))
    ece = sum(abs(b.mean - b.right) * b.n for b in found) / max(len(score), 1)
    return Reliability(float(ece), tuple(found))
