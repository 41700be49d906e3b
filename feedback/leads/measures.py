"""Other ways to rank leads than `score.rank`: impact on stars and NPS, and Ulwick's opportunity score.

impact       mean of all records of the product − mean without the lead's records: how much the lead moves the mean,
             negative where it pulls it down. For stars (1..5), and for NPS in points (9–10: +100, 0–6: −100, else 0).
             Source: Thematic, "impact on score" (score of all minus score without the theme).
opportunity  importance + max(importance − satisfaction, 0), 0..20; above 10 worth a look, above 15 pressing.
             importance: 10 × ln(1 + people who raise it) ÷ ln(1 + everybody who complained of the product), the damped
             share of the rank's reach, because people who are not asked name few of the things that matter to them.
             satisfaction: 10 × share of the lead's people with stars whose mean is 4 or 5 (Ulwick's top two boxes).
             Source: Ulwick, "Turn Customer Input into Innovation" (Harvard Business Review, 2002).
intervals    95% percentiles of Poisson(1) resamples of people (Efron 1979), as many as `bootstrap`, seeded: a person's
             records come and go together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback.leads.method import rice
from feedback.records import Lead
from feedback.settings import LeadSettings

#: The rankings that a list can be ordered by.
RANKINGS = ("rank", "rice", "odi", "impact")

#: Draws computed at once: bounds memory to so many numbers a person.
_AT_ONCE = 25

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95% interval (None where nothing was resampled), from `n` records or people."""

    value: float
    lower: float | None
    upper: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Measures:
    """What a lead does to stars and to NPS, and its opportunity score; None where no record tells."""

    rating: Interval | None
    nps: Interval | None
    importance: float
    satisfaction: float | None
    opportunity: Interval | None


@dataclass(frozen=True)
class _Table:
    """Sparse sums: one row a lead, one column a person of a product; `all_*` one row a product."""

    product_of: NDArray[np.intp]
    one: Any
    happy: Any
    rated: Any
    sums: dict[str, tuple[Any, Any]]
    everybody: Any
    all_sums: dict[str, tuple[Any, Any]]


def measure(members: pd.DataFrame, everybody: pd.DataFrame, settings: LeadSettings) -> dict[str, Measures]:
    """Lead id → measures.

    `members`: one row a record of a lead (lead_id, feedback_id, product, person, rating, nps); `everybody`: one row a
    record of the store (product, person, rating, nps, complains); both without copies.
    """
    if members.empty:
        return {}
    leads = np.sort(members["lead_id"].unique())
    table = _table(members, everybody, leads)
    people = table.one.shape[1]
    ones = np.ones((people, 1))
    whole = _values(table, ones)
    draw = np.random.default_rng(settings.seed)
    again: dict[str, list[Array]] = {name: [] for name in whole}
    for start in range(0, settings.bootstrap, _AT_ONCE):
        weights = draw.poisson(1.0, (min(_AT_ONCE, settings.bootstrap - start), people)).T.astype(float)
        for name, values in _values(table, weights).items():
            again[name].append(values)
    bounds = {name: _bounds(np.hstack(draws)) if draws else None for name, draws in again.items()}
    counts = {name: np.asarray(n.sum(axis=1)).ravel() for name, (_, n) in table.sums.items()}
    counts["opportunity"] = np.asarray(table.rated.sum(axis=1)).ravel()

    def interval(name: str, row: int) -> Interval | None:
        value = whole[name][row, 0]
        if np.isnan(value):
            return None
        low, high = (None, None) if (found := bounds[name]) is None else (float(found[0][row]), float(found[1][row]))
        return Interval(float(value), low, high, int(counts[name][row]))

    measures = {}
    for row, lead in enumerate(leads):
        satisfaction = whole["satisfaction"][row, 0]
        measures[str(lead)] = Measures(
            interval("rating", row), interval("nps", row), float(whole["importance"][row, 0]),
            None if np.isnan(satisfaction) else float(satisfaction), interval("opportunity", row),
        )  # fmt: skip
    return measures


def _table(members: pd.DataFrame, everybody: pd.DataFrame, leads: NDArray[Any]) -> _Table:
    from scipy.sparse import csr_matrix

    products = np.sort(everybody["product"].unique())
    cells = pd.MultiIndex.from_frame(everybody[["product", "person"]])
    people = cells.unique().sort_values()
    product = np.searchsorted(products, everybody["product"])
    who = people.get_indexer(cells)
    lead = np.searchsorted(leads, members["lead_id"])
    person = people.get_indexer(pd.MultiIndex.from_frame(members[["product", "person"]]))

    def sums(values: pd.Series, rows: NDArray[Any], columns: NDArray[Any], height: int) -> tuple[Any, Any]:
        known = values.notna().to_numpy()
        shape = (height, len(people))
        at = (rows[known], columns[known])
        total = csr_matrix((values.to_numpy(dtype=float)[known], at), shape)
        return total, csr_matrix((np.ones(int(known.sum())), at), shape)

    def presence(matrix: Any) -> Any:
        return (matrix > 0).astype(float)

    sizes = (len(leads), len(products))
    ratings, counts = sums(members["rating"], lead, person, sizes[0])
    complaints = everybody["complains"].to_numpy(dtype=bool)
    at = (product[complaints], who[complaints])
    all_people = csr_matrix((np.ones(int(complaints.sum())), at), (sizes[1], len(people)))
    mean = ratings.multiply(counts.power(-1)) if counts.nnz else ratings
    first = members.drop_duplicates("lead_id").set_index("lead_id")["product"]
    return _Table(
        np.searchsorted(products, first.loc[leads]),
        presence(csr_matrix((np.ones(len(members)), (lead, person)), (sizes[0], len(people)))),
        presence(csr_matrix(mean) >= 4) if mean.nnz else mean,
        presence(counts),
        {"rating": (ratings, counts), "nps": sums(_points(members["nps"]), lead, person, sizes[0])},
        presence(all_people),
        {
            "rating": sums(everybody["rating"], product, who, sizes[1]),
            "nps": sums(_points(everybody["nps"]), product, who, sizes[1]),
        },
    )


def _points(nps: pd.Series) -> pd.Series:
    """+100 for promoters (9–10), −100 for detractors (0–6), 0 between."""
    score = nps.astype(float)
    points = pd.Series(np.select([score >= 9, score <= 6], [100.0, -100.0], 0.0), index=nps.index)
    return points.where(score.notna())


def _values(table: _Table, weights: Array) -> dict[str, Array]:
    """Each measure of each lead under each column of person weights: (leads, draws)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: dict[str, Array] = {}
        for name, (sums, counts) in table.sums.items():
            all_sums, all_counts = ((matrix @ weights)[table.product_of] for matrix in table.all_sums[name])
            mine, n = sums @ weights, counts @ weights
            # Without any record the lead moves nothing; a lead of all records leaves no other mean to compare with.
            impact = all_sums / all_counts - (all_sums - mine) / (all_counts - n)
            known = np.asarray(counts.sum(axis=1)).ravel() > 0
            found[name] = np.where(known[:, np.newaxis], impact, np.nan)
        people = table.one @ weights
        everybody = (table.everybody @ weights)[table.product_of]
        found["importance"] = 10 * np.log1p(people) / np.log1p(np.maximum(everybody, 1))
        found["satisfaction"] = 10 * (table.happy @ weights) / (table.rated @ weights)
        gap = np.maximum(found["importance"] - found["satisfaction"], 0)
        found["opportunity"] = found["importance"] + gap
    return found


def _bounds(draws: Array) -> tuple[Array, Array]:
    """The 2.5th and 97.5th percentile of each row, without draws that tell nothing."""
    rows = [row[np.isfinite(row)] for row in draws]
    low, high = (np.array([np.percentile(row, share) if len(row) else np.nan for row in rows]) for share in (2.5, 97.5))
    return low, high


def order(leads: Sequence[Lead], measures: dict[str, Measures], by: str) -> list[Lead]:
    """Leads by another ranking: rice, odi, impact (what pulls stars down most, where there are none NPS); those of
    which it tells nothing come last; ties as they were."""

    def merit(lead: Lead) -> tuple[bool, float]:
        found = measures.get(lead.id)
        value: float | None = None
        if by == "rice":
            known = rice(lead)
            # Without an effort RICE has no score: then by what would be divided by it.
            value = known["score"]
            if value is None:
                return True, -lead.people * (known["impact"] or 0.0) * (known["confidence"] or 0.0)
            return False, -value
        if found and by == "odi" and found.opportunity:
            value = -found.opportunity.value
        if found and by == "impact":
            moved = found.rating or found.nps
            value = moved.value if moved else None
        return value is None, value or 0.0

    return sorted(leads, key=merit)
