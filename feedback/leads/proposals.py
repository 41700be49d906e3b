"""What a person might do to leads: merge two that say the same, split one that says two things, rename what drifted.

Nothing here changes a lead; each proposal carries the command that accepts it.

merge   two leads of one product about the same aspect, or about aspects of one group (lexicons/aspects.toml), whose
        middles are at cosine 0.9 or nearer and whose members are mixed: on each side a quarter or more (of one group
        only: 35%) are as near to the other's middle as to that of their fellows, or nearer. Mere neighbours are not
        proposed. A lead stands in one proposal at most.
split   a lead whose two groups of nearest meaning (Ward) are each of five or more people and a fifth or more of the
        members, with a mean silhouette of 0.25 or more (Rousseeuw 1987; cosine distance), and farther apart than
        cosine 0.5.
drift   the middle of what came in the last `trend_days` days against that of what came before, farther apart than in
        99% of seeded shuffles of the dates (permutation test, Fisher 1935), and cosine below 0.8; ten people on each
        side at least.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback.encode import Vectors, unit_length
from feedback.leads.build import halves
from feedback.settings import LeadSettings

_SAME = 0.8
_NEAR, _MIXED, _KIN = 0.9, 0.25, 0.35
_APART = 0.5
_SILHOUETTE = 0.25
_PART = 0.2
_SPLIT_PEOPLE = 5
_SHUFFLES = 199
_DRIFT_PEOPLE = 10
#: Members of a lead compared with each other at most.
_SAMPLE = 1200


@dataclass(frozen=True)
class Proposal:
    """What might be done to leads `ids` of a product, why (numbers in `facts`), with quotes for each side.

    `records` are those that would leave (split) or that came lately (drift).
    """

    kind: Literal["merge", "split", "drift"]
    product: str
    ids: tuple[str, ...]
    titles: tuple[str, ...]
    facts: dict[str, float]
    quotes: tuple[tuple[str, ...], ...]
    records: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, frozenset[str]]:
        """What a person declines: the kind and the leads."""
        return self.kind, frozenset(self.ids)

    @property
    def decline(self) -> str:
        """What declines it for good."""
        return f"feedback leads decline {self.kind} {' '.join(self.ids)}"

    @property
    def command(self) -> str:
        """What accepts it."""
        if self.kind == "merge":
            return f"feedback leads merge {' '.join(self.ids)}"
        if self.kind == "split":
            return f"feedback leads split {self.ids[0]} {' '.join(self.records)}"
        return f'feedback leads rename {self.ids[0]} "…"'


@dataclass(frozen=True)
class _Lead:
    """A lead with its members: vectors (n, d), their middle, persons, records, times, quotes."""

    row: dict[str, Any]
    members: pd.DataFrame
    vectors: Vectors
    middle: Vectors


def propose(
    leads: pd.DataFrame,
    members: pd.DataFrame,
    vectors: Vectors,
    groups: dict[str, str],
    settings: LeadSettings,
    declined: Collection[tuple[str, frozenset[str]]] = (),
) -> list[Proposal]:
    """Proposals, merges first, those of most people first, without those whose keys are `declined`.

    `leads`: columns id, product, code, aspects, people, title, status (merged and dismissed ones left out); `members`:
    their units (lead_id, feedback_id, person, quote, created_at) and `vectors` (len(members), d) of the quotes.
    `groups`: aspect → its group.
    """
    places = members.groupby("lead_id", sort=True).indices
    found = []
    for row in leads.sort_values(["people", "id"], ascending=[False, True]).to_dict("records"):
        at = np.asarray(places.get(row["id"], []), dtype=int)
        if len(at):
            part = vectors[at]
            middle = unit_length(part.mean(axis=0, keepdims=True))[0]
            found.append(_Lead({str(k): v for k, v in row.items()}, members.iloc[at], part, middle))
    by_product: dict[str, list[_Lead]] = {}
    for lead in found:
        by_product.setdefault(lead.row["product"], []).append(lead)
    merges = [one for some in by_product.values() for one in _merges(some, groups, declined)]
    splits = [one for lead in found if (one := _split(lead))]
    drifts = [one for lead in found if (one := _drift(lead, settings))]
    return [one for one in merges + splits + drifts if one.key not in declined]


def _merges(
    leads: list[_Lead], groups: dict[str, str], declined: Collection[tuple[str, frozenset[str]]]
) -> list[Proposal]:
    """Pairs of one product that say the same; a lead stands in one pair only, the nearest first."""
    middles = np.stack([lead.middle for lead in leads])
    near = middles @ middles.T
    about = [{groups.get(key, key) for key in lead.row["aspects"]} for lead in leads]
    pairs = []
    for i in range(len(leads)):
        for j in range(i + 1, len(leads)):
            if ("merge", frozenset((leads[i].row["id"], leads[j].row["id"]))) in declined:
                continue
            if about[i] & about[j] and near[i, j] >= _NEAR:
                mixed = min(_astray(leads[i], leads[j]), _astray(leads[j], leads[i]))
                same = set(leads[i].row["aspects"]) & set(leads[j].row["aspects"])
                if mixed >= (_MIXED if same else _KIN):
                    pairs.append((-float(near[i, j]), i, j, mixed))
    proposals, taken = [], set()
    for closeness, i, j, mixed in sorted(pairs):
        if i in taken or j in taken:
            continue
        taken |= {i, j}
        facts = {"cosine": -closeness, "mixed": mixed}
        proposals.append(_proposal("merge", [leads[i], leads[j]], facts, [_typical(leads[i]), _typical(leads[j])]))
    return sorted(proposals, key=lambda one: one.ids)


def _astray(lead: _Lead, other: _Lead) -> float:
    """The share of members of `lead` that are as near to the middle of `other` as to that of their own fellows."""
    n = len(lead.vectors)
    if n < 2:
        return 0.0
    fellows = unit_length((lead.vectors.sum(axis=0) - lead.vectors) / (n - 1))
    own = (lead.vectors * fellows).sum(axis=1)
    return float((lead.vectors @ other.middle >= own - 1e-6).mean())


def _split(lead: _Lead) -> Proposal | None:
    persons = lead.members["person"].to_numpy()
    if len(set(persons)) < 2 * _SPLIT_PEOPLE or not 4 <= len(lead.members) <= _SAMPLE:
        return None
    away = halves(lead.members, lead.vectors)
    if away.mean() < _PART or min(len(set(persons[away])), len(set(persons[~away]))) < _SPLIT_PEOPLE:
        return None
    middles = unit_length(np.stack([lead.vectors[away].mean(axis=0), lead.vectors[~away].mean(axis=0)]))
    apart = float(middles[0] @ middles[1])
    silhouette = _silhouette(lead.vectors, away)
    if apart >= _APART or silhouette < _SILHOUETTE:
        return None
    records = lead.members["feedback_id"].to_numpy()
    leaving = sorted(set(records[away]) - set(records[~away]))
    if not leaving:
        return None
    facts = {"cosine": apart, "silhouette": silhouette, "leave": float(away.sum()), "stay": float((~away).sum())}
    return _proposal("split", [lead], facts, [_typical(lead, ~away), _typical(lead, away)], leaving)


def _silhouette(vectors: Vectors, away: NDArray[np.bool_]) -> float:
    """Mean silhouette of two groups by cosine distance; vectors have length 1 or are 0."""
    distance = 1.0 - vectors @ vectors.T
    np.fill_diagonal(distance, 0.0)

    def mean(rows: NDArray[np.bool_], columns: NDArray[np.bool_], alike: bool) -> NDArray[np.float64]:
        n = columns.sum() - (1 if alike else 0)
        total: NDArray[np.float64] = distance[np.ix_(rows, columns)].sum(axis=1) / max(n, 1)
        return total

    values = []
    for group in (away, ~away):
        inside, outside = mean(group, group, True), mean(group, ~group, False)
        values.append((outside - inside) / np.maximum(np.maximum(inside, outside), 1e-9))
    return float(np.concatenate(values).mean())


def _drift(lead: _Lead, settings: LeadSettings) -> Proposal | None:
    times = pd.to_datetime(lead.members["created_at"], utc=True)
    if times.isna().all():
        return None
    late = (times > times.max() - pd.Timedelta(days=settings.trend_days)).to_numpy()
    persons = lead.members["person"].to_numpy()
    if min(len(set(persons[late])), len(set(persons[~late]))) < _DRIFT_PEOPLE:
        return None
    cosine = _between(lead.vectors, late)
    if cosine >= _SAME:
        return None
    draw = np.random.default_rng(settings.seed)
    nearer = sum(_between(lead.vectors, draw.permutation(late)) <= cosine for _ in range(_SHUFFLES))
    p = (nearer + 1) / (_SHUFFLES + 1)
    if p > 0.01:
        return None
    records = tuple(sorted(set(lead.members["feedback_id"].to_numpy()[late])))
    facts = {"cosine": cosine, "p": p, "late": float(late.sum()), "before": float((~late).sum())}
    return _proposal("drift", [lead], facts, [_typical(lead, ~late), _typical(lead, late)], records)


def _between(vectors: Vectors, late: NDArray[np.bool_]) -> float:
    """Cosine of the middles of two parts."""
    middles = unit_length(np.stack([vectors[late].mean(axis=0), vectors[~late].mean(axis=0)]))
    return float(middles[0] @ middles[1])


def _typical(lead: _Lead, rows: NDArray[np.bool_] | None = None) -> tuple[str, ...]:
    """Up to three quotes of different wording nearest to the middle of these members."""
    at = np.flatnonzero(rows) if rows is not None else np.arange(len(lead.members))
    part = lead.vectors[at]
    merit = np.round(part @ part.mean(axis=0), 5)
    quotes = lead.members["quote"].to_numpy()[at]
    order = sorted(range(len(at)), key=lambda n: (-merit[n], quotes[n]))
    return tuple(dict.fromkeys(" ".join(str(quotes[n]).split()) for n in order))[:3]


def _proposal(
    kind: Literal["merge", "split", "drift"],
    leads: list[_Lead],
    facts: dict[str, float],
    quotes: list[tuple[str, ...]],
    records: list[str] | tuple[str, ...] = (),
) -> Proposal:
    ids, titles = tuple(lead.row["id"] for lead in leads), tuple(lead.row["title"] for lead in leads)
    return Proposal(kind, leads[0].row["product"], ids, titles, facts, tuple(quotes), tuple(records))
