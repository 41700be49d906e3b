"""What changed: leads that are new, rising or falling, and whether a version solved one.

movement    r people in the last days of the trend against e expected from before (score.py). Rising or falling where
            a Poisson count with mean e would be as far from e as r, on that side, in less than 5% of cases; new where
            nobody spoke of it before. Source: exact Poisson test (Fisher 1950).
solved      share of the product's complaint people who speak of the lead, since the version against before, each person
            on the side of the first record. Difference with its 95% interval by Newcombe's hybrid score method (1998).
            Solved where the whole interval lies below 0, worse where it lies above, else not shown.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from feedback.records import Lead

Movement = Literal["new", "rising", "falling", "steady"]
_ALPHA = 0.05
_Z = 1.959964


def movement(lead: Lead) -> Movement | None:
    """How the lead moved lately; None for one that is not ranked."""
    if lead.recent is None or lead.expected is None:
        return None
    if lead.people and lead.recent == lead.people and lead.expected == 0:
        return "new"
    from scipy.stats import poisson

    if poisson.sf(lead.recent - 1, lead.expected) < _ALPHA:
        return "rising"
    return "falling" if poisson.cdf(lead.recent, lead.expected) < _ALPHA else "steady"


@dataclass(frozen=True)
class Solved:
    """People who complained before and since a version, those of them of the lead, and the difference of the shares."""

    lead_id: str
    version: str
    before: int
    before_all: int
    since: int
    since_all: int
    difference: float | None
    lower: float | None
    upper: float | None

    @property
    def verdict(self) -> Literal["solved", "worse", "not shown", "too few"]:
        """What the interval says."""
        if self.lower is None or self.upper is None:
            return "too few"
        return "solved" if self.upper < 0 else "worse" if self.lower > 0 else "not shown"


def version_key(version: str) -> tuple[int, ...]:
    """A version as numbers, so that 3.10 comes after 3.9."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


def solved(lead_id: str, members: pd.DataFrame, everybody: pd.DataFrame, version: str) -> Solved:
    """Complaints since `version` against those before it.

    `members`: the lead's records, `everybody`: all complaint records of its product; columns person, version (those
    without one are left out).
    """
    mark = version_key(version)
    (before, since), (before_all, since_all) = _sides(members, mark), _sides(everybody, mark)
    if not before_all or not since_all:
        return Solved(lead_id, version, before, before_all, since, since_all, None, None, None)
    p, q = since / since_all, before / before_all
    p_low, p_high = _wilson(since, since_all)
    q_low, q_high = _wilson(before, before_all)
    lower = p - q - math.hypot(p - p_low, q_high - q)
    upper = p - q + math.hypot(p_high - p, q - q_low)
    return Solved(lead_id, version, before, before_all, since, since_all, p - q, lower, upper)


def _sides(records: pd.DataFrame, mark: tuple[int, ...]) -> tuple[int, int]:
    """People before the version and since it; one who spoke on both sides counts before."""
    known = records.dropna(subset=["version"])
    late = known["version"].map(lambda text: version_key(str(text)) >= mark).astype(bool)
    early = set(known.loc[~late, "person"])
    return len(early), len(set(known.loc[late, "person"]) - early)


def _wilson(k: int, n: int) -> tuple[float, float]:
    """Wilson's score interval of k out of n."""
    p = k / n
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n)) / (1 + _Z**2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)
