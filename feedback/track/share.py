"""Negative share with its interval, the four states, and the control of false discoveries over keywords.

share = negative ÷ n. The interval is Wilson's score interval (Wilson 1927, JASA 22:209; Newcombe 1998, Stat. Med.
17:857). Over many keywords a breach must also survive Benjamini and Hochberg (1995, JRSS B 57:289); its p-value is
that of the same score test, one-sided against the threshold, so that for a single keyword the interval alone decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

BREACH: Final = "breach"
WATCH: Final = "watch"
CALM: Final = "calm"
TOO_FEW: Final = "too few"
STATES: Final = (BREACH, WATCH, CALM, TOO_FEW)

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """`negative` of `n` and its interval; share and bounds are None when nothing was counted."""

    n: int
    negative: int
    share: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A share corrected for the judge's errors, with its bounds, all within 0..1."""

    share: float
    lower: float
    upper: float


def wilson(negative: Counts, n: Counts, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Lower and upper Wilson bounds of `negative` out of `n`; NaN where n is 0. Arrays of one shape."""
    z = float(ndtri(0.5 + confidence / 2))
    total = np.where(n > 0, n, np.nan).astype(float)
    p = negative / total
    centre = p + z * z / (2 * total)
    spread = z * np.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    # Rounding may leave a bound a hair outside 0..1 or on the wrong side of the share at k=0 and k=n.
    lower = np.where(negative == 0, 0.0 * total, (centre - spread) / scale)
    upper = np.where(negative == n, 1.0 + 0.0 * total, (centre + spread) / scale)
    return lower, upper


def share_of(negative: int, n: int, confidence: float = 0.95) -> Share:
    """The share of one count."""
    return shares(np.array([negative]), np.array([n]), confidence)[0]


def shares(negative: Counts, n: Counts, confidence: float = 0.95) -> list[Share]:
    """The shares of many counts, in order."""
    lower, upper = wilson(negative, n, confidence)
    return [
        Share(int(m), int(k), int(k) / int(m), float(lo), float(hi)) if m else Share(0, 0, None, None, None)
        for k, m, lo, hi in zip(negative, n, lower, upper, strict=True)
    ]


def fewest(threshold: float) -> int:
    """The smallest n at which a single negative record does not break the point share: 1/n ≤ threshold."""
    return int(np.ceil(1 / threshold - 1e-9))


def state_of(share: Share, threshold: float, *, survives: bool = True) -> str:
    """breach, watch, calm or too few; `survives` is the verdict of `survivors` on this keyword."""
    if share.n < fewest(threshold) or share.share is None or share.lower is None:
        return TOO_FEW
    if share.lower > threshold and survives:
        return BREACH
    return WATCH if share.share > threshold else CALM


def p_value(share: Share, threshold: float) -> float:
    """One-sided p-value of the score test of "the share is at most the threshold"; 1 when nothing was counted."""
    if share.share is None:
        return 1.0
    return float(ndtr(-(share.share - threshold) / np.sqrt(threshold * (1 - threshold) / share.n)))


def survivors(found: Sequence[Share], threshold: float, rate: float) -> list[bool]:
    """Which shares are above the threshold at false discovery rate `rate` over all with enough records to be tested."""
    tested = [i for i, share in enumerate(found) if share.n >= fewest(threshold)]
    kept = [False] * len(found)
    if tested:
        # scipy.stats takes half a second to import; verbs that test nothing should not wait for it.
        from scipy.stats import false_discovery_control

        adjusted = false_discovery_control([p_value(found[i], threshold) for i in tested], method="bh")
        for i, value in zip(tested, adjusted, strict=True):
            kept[i] = bool(value <= rate)
    return kept
