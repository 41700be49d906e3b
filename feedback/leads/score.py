"""The rank of leads: reach × severity × value × trend × confidence, each in 0..1, and how stable the rank is.

people      distinct persons among the lead's records; copies of other records (near duplicates) are not counted.
reach       ln(1 + people) / ln(1 + everybody who complained of the product). RICE's reach, damped so that each doubling
            counts alike. Source: Sean McBride, "RICE" (Intercom, 2016).
severity    mean over people of how bad their worst record is, drawn to the product's mean by 5 people's weight:
            (5 − stars) / 4 where stars are given, else by polarity: negative 0.8, mixed 0.5, neutral 0.4, positive 0.2.
            Source: the authors' own stars; shrinkage after Efron and Morris (1975).
value       0.5 for all until user data exist: the money at risk of those who raised it (SPEC §8).
trend       (r + 5) / (r + e + 10): r people within the last `trend_days` before the newest record of the product; e
            those expected there if the lead had kept its earlier share of the product's complaints. 0.5 is even, and
            what it is without any earlier or dated record. Source: share against share, as alarms do (SPEC §4), with
            5 + 5 pseudo-people.
confidence  people / (people + 3) × mean sureness of placing (cluster.SURE: 1 its quote names what is to be changed,
            0.5 it names nothing particular, 0.35 it is merely near).
            Source: RICE's confidence, made of sample size and of how the members were found.
score       Π factor ^ weight, weights from the settings; 0..1. Ties break by people, then by id.
stability   share of `bootstrap` Poisson resamples of people (Efron 1979; weights Poisson(1), seeded) in which the lead
            stays on its side of the line below the `top` leads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback.leads.cluster import SURE
from feedback.settings import LeadSettings

FACTORS = ("reach", "severity", "value", "trend", "confidence")
VALUE_UNTIL_KNOWN = 0.5
_BY_POLARITY = {"negative": 0.8, "mixed": 0.5, "neutral": 0.4, "positive": 0.2}
_PRIOR = 5.0
_ENOUGH = 3.0

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Ranking:
    """One row a lead that is ranked: lead_id, the factors, score, stability, rank (from 1), people, recent,
    expected."""

    table: pd.DataFrame


@dataclass(frozen=True)
class _Sums:
    """Weighted sums over people: of each lead (leads), and of its product."""

    people: Array
    severity: Array
    recent: Array
    earlier: Array
    everybody: Array
    all_severity: Array
    all_recent: Array
    all_earlier: Array


def rank(members: pd.DataFrame, everybody: pd.DataFrame, settings: LeadSettings) -> Ranking:
    """Rank the leads of `members`.

    `members`: one row a unit of a lead, columns lead_id, product, person, created_at, rating, polarity, how; without
    copies. `everybody`: one row a complaint record, columns product, person, created_at, rating, polarity.
    """
    if members.empty:
        return Ranking(pd.DataFrame(columns=["lead_id", *FACTORS, "score", "stability", "rank", "people"]))
    newest = everybody.groupby("product")["created_at"].max()
    persons = _persons(everybody, newest, settings, ["product", "person"])
    cells = _persons(members, newest, settings, ["lead_id", "product", "person"])
    leads = np.sort(cells["lead_id"].unique())
    products = np.sort(persons["product"].unique())
    lead_of = np.searchsorted(leads, cells["lead_id"])
    first = cells.drop_duplicates("lead_id").set_index("lead_id")["product"]
    product_of_lead = np.searchsorted(products, first.loc[leads])
    product_of_person = np.searchsorted(products, persons["product"])
    person_at = pd.MultiIndex.from_frame(persons[["product", "person"]])
    who = person_at.get_indexer(pd.MultiIndex.from_frame(cells[["product", "person"]]))
    sure = cells.groupby(lead_of)["sure"].mean().to_numpy()

    def sums(weight: Array) -> _Sums:
        w = weight[who]

        def over(column: str) -> Array:
            return np.bincount(lead_of, w * cells[column].to_numpy(), minlength=len(leads)).astype(float)

        def over_all(column: str) -> Array:
            total = np.bincount(product_of_person, weight * persons[column].to_numpy(), minlength=len(products))
            return total[product_of_lead].astype(float)

        return _Sums(
            over("one"), over("severity"), over("recent"), over("earlier"),
            over_all("one"), over_all("severity"), over_all("recent"), over_all("earlier"),
        )  # fmt: skip

    whole = sums(np.ones(len(persons)))
    factors, expected = _factors(whole, sure)
    score = _score(factors, settings)
    order = np.lexsort((leads, -whole.people, -np.round(score, 12)))
    place = np.empty(len(leads), dtype=int)
    place[order] = np.arange(1, len(leads) + 1)
    inside = place <= settings.top
    kept = np.zeros(len(leads))
    draw = np.random.default_rng(settings.seed)
    for _ in range(settings.bootstrap):
        again = _score(_factors(sums(draw.poisson(1.0, len(persons)).astype(float)), sure)[0], settings)
        top = np.zeros(len(leads), dtype=bool)
        top[np.lexsort((leads, -np.round(again, 12)))[: settings.top]] = True
        kept += top == inside
    table = pd.DataFrame({"lead_id": leads, **factors, "score": score})
    table["stability"] = kept / settings.bootstrap if settings.bootstrap else np.nan
    table["rank"] = place
    table["people"] = whole.people.astype(int)
    table["recent"] = whole.recent.astype(int)
    table["expected"] = expected
    return Ranking(table.sort_values("rank", ignore_index=True))


def _persons(frame: pd.DataFrame, newest: pd.Series, settings: LeadSettings, by: list[str]) -> pd.DataFrame:
    """One row a person (of a lead): one = 1, worst severity, 1 if recent, 1 if only earlier, mean sureness."""
    rows = frame[[*by]].copy()
    by_polarity = frame["polarity"].map(_BY_POLARITY).fillna(0.4)
    rows["severity"] = ((5 - frame["rating"].astype(float).clip(1, 5)) / 4).fillna(by_polarity)
    start = frame["product"].map(newest) - pd.Timedelta(days=settings.trend_days)
    rows["recent"] = (frame["created_at"] > start).astype(float)
    rows["earlier"] = (frame["created_at"] <= start).astype(float)
    rows["sure"] = frame["how"].map(SURE).fillna(0.5) if "how" in frame else 1.0
    people = rows.groupby(by, sort=True).agg(
        severity=("severity", "max"), recent=("recent", "max"), earlier=("earlier", "max"), sure=("sure", "mean")
    )
    people["earlier"] *= 1 - people["recent"]
    people["one"] = 1.0
    return people.reset_index()


def _factors(sums: _Sums, sure: Array) -> tuple[dict[str, Array], Array]:
    """The factors of each lead, and the people expected in the recent days."""
    mean = sums.all_severity / np.maximum(sums.everybody, 1)
    known = (sums.all_earlier > 0) & (sums.all_recent > 0)
    expected = np.where(known, sums.earlier / np.maximum(sums.all_earlier, 1) * sums.all_recent, sums.recent)
    return {
        "reach": np.log1p(sums.people) / np.log1p(np.maximum(sums.everybody, 1)),
        "severity": (sums.severity + _PRIOR * mean) / (sums.people + _PRIOR),
        "value": np.full(len(sure), VALUE_UNTIL_KNOWN),
        "trend": np.where(known, (sums.recent + _PRIOR) / (sums.recent + expected + 2 * _PRIOR), 0.5),
        "confidence": sums.people / (sums.people + _ENOUGH) * sure,
    }, expected


def _score(factors: dict[str, Array], settings: LeadSettings) -> Array:
    score = np.ones_like(factors["reach"])
    for name in FACTORS:
        score *= np.clip(factors[name], 0.0, 1.0) ** settings.weights.get(name, 1.0)
    return score
