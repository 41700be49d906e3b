"""Signs beside the negative share: a burst of volume, praise that looks bought, a rare theme that grows, a red NPS.

They are told, and open no incident. Each needs to be both large and beyond chance; limits stand at the top.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from scipy.special import ndtri, pdtrc

from feedback.track.monitor import Tracked, Watched
from feedback.track.share import BREACH
from feedback.track.windows import Window, back

VOLUME: Final = "volume"
PRAISE: Final = "praise"
THEME: Final = "theme"
NPS: Final = "nps"

#: Windows before the present one that volume is compared with, and how far beyond them it must be.
_WINDOWS: Final = 8
_Z: Final = 4.0
#: Chance allowed to one comparison of counts.
_P: Final = 0.001
_FEW: Final = 5
_RARE: Final = 0.01
_NPS_FEW: Final = 20
_DELETED: Final = r"(?:评论|内容|微博)已经?被(?:作者)?删除"


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign. `subject` is a keyword, for NPS a product; `about` a code or nothing; counts or NPS now and before.

    `lower` and `upper` bound the NPS; `red` tells why it is red: "floor" or "fall".
    """

    kind: str
    subject: str
    about: str | None
    now: float
    before: float
    lower: float | None = None
    upper: float | None = None
    red: str | None = None


def signs(
    frame: pd.DataFrame, tracked: Tracked, *, zone: ZoneInfo, confidence: float, nps_floor: float
) -> tuple[Sign, ...]:
    """All signs at the end of the window, keyword by keyword, then NPS by product. `frame`: that of `tracked`."""
    found: list[Sign] = []
    for watched in tracked.keywords:
        kept = frame.iloc[watched.mentions.rows]
        copies = frame.iloc[watched.mentions.left_out_rows]
        found += [*_volume(watched, kept, zone), *_praise(watched, kept, copies), *_themes(watched, kept)]
    if tracked.keywords:
        found += _nps(frame, tracked.keywords[0].window, zone, confidence, nps_floor)
    return tuple(found)


def _within(frame: pd.DataFrame, start: datetime, end: datetime) -> pd.DataFrame:
    return frame[(frame["created_at"] >= start) & (frame["created_at"] < end)]


def _volume(watched: Watched, kept: pd.DataFrame, zone: ZoneInfo) -> list[Sign]:
    """A burst while the share says nothing: beyond eight windows before, in units that allow for their own unrest."""
    if watched.state == BREACH or not len(kept):
        return []
    span = watched.window.end.astimezone(UTC) - watched.window.start.astimezone(UTC)
    edges = [watched.window.start]
    for _ in range(_WINDOWS):
        edges.append(back(edges[-1], span, zone))
    if kept["created_at"].min() > edges[-1]:
        return []
    counts = [len(_within(kept, b, a)) for a, b in pairwise(edges)]
    mean = float(np.mean(counts))
    unrest = max(1.0, float(np.var(counts, ddof=1)) / mean) if mean else 1.0
    now = watched.share.n
    z = (now - mean) / np.sqrt(unrest * max(mean, 1.0) * (1 + 1 / _WINDOWS))
    return [Sign(VOLUME, watched.keyword, None, now, mean)] if z > _Z and now >= 2 * mean and now >= 20 else []


def _praise(watched: Watched, kept: pd.DataFrame, copies: pd.DataFrame) -> list[Sign]:
    """Positive copies by several accounts, or five stars that were deleted, far more than before."""
    everything = pd.concat([kept, copies]) if len(copies) else kept
    good = everything[everything["polarity"] == "positive"]
    copied = good["near_duplicate_of"].notna()
    deleted = everything["text"].str.contains(_DELETED) & (everything["rating"] == 5)
    now_c, before_c = _split(good[copied], watched.window)
    now_d, before_d = _split(everything[deleted], watched.window)
    many = now_c["author"].nunique() >= 2
    found = []
    if many and _more(len(now_c), len(before_c), everything, watched.window):
        found.append(Sign(PRAISE, watched.keyword, "copies", len(now_c), len(before_c)))
    if _more(len(now_d), len(before_d), everything, watched.window):
        found.append(Sign(PRAISE, watched.keyword, "deleted", len(now_d), len(before_d)))
    return found


def _themes(watched: Watched, kept: pd.DataFrame) -> list[Sign]:
    """Codes that hardly any record bore before."""
    now, before = _split(kept, watched.window)
    new, old = (Counter(code for codes in part["codes"] for code in codes) for part in (now, before))
    return [
        Sign(THEME, watched.keyword, code, count, old[code])
        for code, count in sorted(new.items())
        if old[code] <= _RARE * max(len(before), 1) and _more(count, old[code], kept, watched.window)
    ]


def _split(frame: pd.DataFrame, window: Window) -> tuple[pd.DataFrame, pd.DataFrame]:
    return _within(frame, window.start, window.end), frame[frame["created_at"] < window.start]


def _more(now: int, before: int, everything: pd.DataFrame, window: Window) -> bool:
    """Are `now` records in the window more than chance (Poisson) allows after `before` in all the time before?"""
    if now < _FEW or not len(everything):
        return False
    length = (window.end - window.start).total_seconds()
    history = (window.start - everything["created_at"].min()).total_seconds()
    if history < 2 * length:
        return False
    return bool(pdtrc(now - 1, (before + 0.5) * length / history) < _P)


def _nps(frame: pd.DataFrame, window: Window, zone: ZoneInfo, confidence: float, floor: float) -> list[Sign]:
    """Red (SPEC §5): below the floor, or fallen against the window before beyond the interval of the difference."""
    z = float(ndtri(0.5 + confidence / 2))
    earlier = back(window.start, window.end.astimezone(UTC) - window.start.astimezone(UTC), zone)
    found = []
    for product, part in frame[frame["nps"].notna()].groupby("product", sort=True):
        now = net_promoters(_within(part, window.start, window.end)["nps"].tolist())
        before = net_promoters(_within(part, earlier, window.start)["nps"].tolist())
        if now is None:
            continue
        fell = before is not None and before[0] - now[0] > z * float(np.hypot(before[1], now[1]))
        if now[0] < floor or fell:
            found.append(
                Sign(
                    NPS,
                    str(product),
                    None,
                    now[0],
                    before[0] if before else float("nan"),
                    now[0] - z * now[1],
                    now[0] + z * now[1],
                    "floor" if now[0] < floor else "fall",
                )
            )
    return found


def net_promoters(scores: Sequence[float]) -> tuple[float, float] | None:
    """NPS in points (−100..100) and its standard error; None below 20 answers.

    % scoring 9–10 − % scoring 0–6; its variance is that of a variable of values −1, 0, 1 (Rowe and Fournier 2017).
    """
    if len(scores) < _NPS_FEW:
        return None
    values = np.where(np.asarray(scores) >= 9, 1.0, np.where(np.asarray(scores) <= 6, -1.0, 0.0))
    return 100 * float(values.mean()), 100 * float(values.std(ddof=1)) / float(np.sqrt(len(values)))
