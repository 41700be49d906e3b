"""Groups complaints by what must be changed: within product and code by aspect, and by nearness of meaning for the
rest.

The order of rows plays no part: units are sorted by id, nothing is drawn at random, ties break by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback.encode import Vectors, unit_length
from feedback.leads.aspects import Aspect, Matcher, best, trades
from feedback.leads.gather import ENOUGH, gather
from feedback.leads.manners import Manners
from feedback.leads.mine import add_weights, from_keys
from feedback.settings import LeadSettings

#: How a unit came to its theme, and how sure that is (used by the factor `confidence`).
SURE = {"hand": 1.0, "aspect": 1.0, "sibling": 0.85, "context": 0.7, "meaning": 0.6, "general": 0.5, "near": 0.35}
#: Why a unit stands single.
ALONE = {"rare": "no other person says the same", "wordless": "too few known words to compare"}
#: Characters around a quote that may tell its aspect when the quote itself does not.
_AROUND = 25
#: Distinct quotes compared with each other at most; what is beyond joins the nearest theme or stays single.
_CAP = 2500
#: Cosine of two middles from which on they are one lead and not two.
_SAME = 0.8
#: Complaints under another code of the family, as a share of those under the main one, that make no lead of their own.
_FEW = 0.34
#: A trade less likely than this for a product is not its own: a word of it may mean something else there.
_STRANGE = 0.08


@dataclass(frozen=True)
class Theme:
    """Complaints that ask for the same change. `lead` is the id of the lead that it already is, "" for a new one."""

    product: str
    code: str
    aspects: tuple[str, ...]
    centroid: Vectors
    lead: str = ""


@dataclass(frozen=True)
class Placement:
    """Where every unit belongs, in the order of the units given: `theme` (-1: single), `how`, and `aspect` ("":
    none)."""

    themes: list[Theme]
    theme: list[int]
    how: list[str]
    aspect: list[str]

    @property
    def single(self) -> float:
        """The share of units that stand alone."""
        return sum(t < 0 for t in self.theme) / len(self.theme) if self.theme else 0.0


@dataclass
class _Work:
    """One product while it is grouped; all lists of units are positions, ascending."""

    units: pd.DataFrame
    vectors: Vectors
    settings: LeadSettings
    families: dict[str, str | None]
    aspects: dict[str, Aspect]
    aspect: list[str]
    how: list[str]
    people: np.ndarray
    code: np.ndarray
    counted: np.ndarray
    themes: list[Theme] = field(default_factory=list)
    members: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    waiting: list[int] = field(default_factory=list)

    def enough(self, units: Sequence[int]) -> bool:
        """Do enough different people say it? Copies of other records are not counted."""
        return len({self.people[u] for u in units if self.counted[u]}) >= self.settings.min_people

    def add(self, code: str, aspects: Sequence[str], units: list[int]) -> None:
        """A new theme of these units."""
        product = str(self.units["product"].iloc[units[0]])
        self.themes.append(Theme(product, code, tuple(aspects), self.mean(units)))
        self.members[len(self.themes) - 1] = list(units)

    def mean(self, units: Sequence[int]) -> Vectors:
        """The direction of the mean vector of `units`."""
        middle: Vectors = unit_length(self.vectors[list(units)].mean(axis=0, keepdims=True))[0]
        return middle

    def nearest(self, units: list[int], among: list[int], least: float, how: str) -> list[int]:
        """Put each of `units` to the nearest theme of `among` at cosine `least` or more; returns those left."""
        if not units or not among:
            return units
        similarity = self.vectors[units] @ np.stack([self.themes[t].centroid for t in among]).T
        choice = similarity.argmax(axis=1)
        left = []
        for row, unit in enumerate(units):
            if similarity[row, choice[row]] >= least:
                self.members[among[int(choice[row])]].append(unit)
                self.how[unit] = how
            else:
                left.append(unit)
        return left

    def same(self, units: list[int], among: list[int]) -> bool:
        """Do these units as a whole say what a lead of `among` says already? Then they join it."""
        if not among:
            return False
        near = np.stack([self.themes[t].centroid for t in among]) @ self.mean(units)
        if near.max() < _SAME:
            return False
        self.members[among[int(near.argmax())]].extend(units)
        return True

    def of_code(self, code: str) -> list[int]:
        """The themes of a code."""
        return [number for number, theme in enumerate(self.themes) if theme.code == code]


def place(
    units: pd.DataFrame,
    vectors: Vectors,
    matcher: Matcher,
    families: dict[str, str | None],
    settings: LeadSettings,
    existing: Sequence[Theme] = (),
    manners: Manners | None = None,
    praises: Callable[[str], bool] | None = None,
) -> Placement:
    """Put every unit into a theme: one that exists, else a new one, else none (single).

    `units`: columns feedback_id, code, span_start, span_end, quote, text, product, person, near_duplicate_of; one row a
    span. `vectors`: (len(units), d), of the quotes. `families`: code → family; `manners`: ways of going wrong
    in which complaints of several codes about one thing are one; `praises`: is this quote plain praise? Such quotes,
    like copies, do not make a lead. Existing themes come first and keep their order.
    """
    order = np.lexsort((units["span_start"], units["code"], units["feedback_id"])) if len(units) else np.zeros(0, int)
    ordered = units.iloc[order].reset_index(drop=True)
    weights, how = _weigh(ordered, matcher)
    aspect = [""] * len(ordered)
    theme = [-1] * len(ordered)
    themes = list(existing)
    for product, rows in sorted(ordered.groupby("product", sort=True).indices.items()):
        mined = from_keys(key for theme in existing if theme.product == product for key in theme.aspects)
        if mined:
            extra = matcher.of(mined)
            quotes, codes = ordered["quote"].iloc[rows].tolist(), ordered["code"].iloc[rows].tolist()
            for row, both in zip(rows, add_weights([weights[r] for r in rows], quotes, codes, extra), strict=True):
                weights[row] = both
        leads = [theme.aspects for theme in existing if theme.product == product]
        likely = trades([weights[row] for row in rows], leads)
        for row in rows:
            aspect[row] = best(weights[row], likely) or ""
            if _strange(aspect[row], likely):
                around = _around(ordered.iloc[row], matcher)
                other = best({key: w for key, w in around.items() if not _strange(key, likely)}, likely)
                if other:
                    aspect[row], how[row] = other, "context"
        if len(rows) >= ENOUGH:
            found = gather(
                ordered["quote"].iloc[rows].tolist(), _beside(ordered.iloc[rows]), [weights[row] for row in rows],
                [aspect[row] for row in rows], likely, vectors[order][rows], matcher, matcher.known | mined,
            )  # fmt: skip
            mined = mined | found.mined
            for row, key, likeness in zip(rows, found.aspect, found.how, strict=True):
                aspect[row], how[row] = key, likeness or how[row]
        for row in rows:
            if aspect[row] in matcher.known and matcher.known[aspect[row]].general:
                how[row] = "general"
        part = ordered.iloc[rows].reset_index(drop=True)
        work = _Work(
            part, vectors[order][rows], settings, families, matcher.known | mined,
            [aspect[row] for row in rows], [how[row] for row in rows], part["person"].to_numpy(),
            part["code"].to_numpy(dtype=object, copy=True), _counts(part, praises),
        )  # fmt: skip
        said = [manners.of(quote) if manners else "" for quote in part["quote"]]
        known = [number for number, t in enumerate(themes[: len(existing)]) if t.product == product]
        _one_code(work, said, [themes[number] for number in known])
        _group(work, [themes[number] for number in known])
        numbers = known + list(range(len(themes), len(themes) + len(work.themes) - len(known)))
        themes.extend(work.themes[len(known) :])
        for local, members in work.members.items():
            for unit in members:
                theme[rows[unit]] = numbers[local]
        for unit, row in enumerate(rows):
            how[row] = work.how[unit] if theme[row] >= 0 else "rare" if vectors[order][row].any() else "wordless"
    back = np.empty(len(order), dtype=int)
    back[order] = np.arange(len(order))
    return Placement(themes, [theme[i] for i in back], [how[i] for i in back], [aspect[i] for i in back])


def _counts(units: pd.DataFrame, praises: Callable[[str], bool] | None) -> NDArray[np.bool_]:
    """Which units make a lead: no copies of other records, no plain praise."""
    own: NDArray[np.bool_] = units["near_duplicate_of"].isna().to_numpy(dtype=bool, copy=True)
    if praises is None:
        return own
    plain = {quote: praises(quote) for quote in units["quote"].unique()}
    own &= ~units["quote"].map(plain).to_numpy(dtype=bool)
    return own


def _strange(aspect: str, likely: dict[str, float]) -> bool:
    """Is this an aspect of a trade that the product is not in?"""
    domain = aspect.split(".", 1)[0]
    return bool(aspect) and domain != "any" and likely.get(domain, 0.0) < _STRANGE


def _around(unit: pd.Series, matcher: Matcher) -> dict[str, float]:
    """Aspect weights of the words around a quote."""
    return matcher.weights(_beside(unit.to_frame().T)[0], str(unit["code"]))


def _beside(units: pd.DataFrame) -> list[str]:
    """Each quote with what stands beside it in its text."""
    columns = (units[name] for name in ("text", "span_start", "span_end"))
    return [text[max(0, int(start) - _AROUND) : int(end) + _AROUND] for text, start, end in zip(*columns, strict=True)]


def _one_code(work: _Work, said: list[str], existing: list[Theme]) -> None:
    """Complaints about one thing that goes wrong in one manner are grouped under one code: that of the nearest lead
    which has the aspect already, else the one under which most people say it."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for unit, key in enumerate(work.aspect):
        if key and said[unit] and not (key in work.aspects and work.aspects[key].general):
            groups[key, said[unit]].append(unit)
    for (key, _), units in sorted(groups.items()):
        people: dict[str, set[str]] = defaultdict(set)
        for unit in units:
            people[work.code[unit]].add(work.people[unit])
        code = min(people, key=lambda name: (-len(people[name]), name))
        homes = [theme for theme in existing if key in theme.aspects]
        if homes:
            near = np.stack([theme.centroid for theme in homes]) @ work.mean(units)
            if near.max() >= _SAME:
                code = homes[int(near.argmax())].code
            elif len(people) > 1 and any(theme.code in people for theme in homes):
                continue
        work.code[units] = code


def _weigh(units: pd.DataFrame, matcher: Matcher) -> tuple[list[dict[str, float]], list[str]]:
    """Aspect weights of each unit, from its quote or, when that names none, from the words around it."""
    weights, how = [], []
    seen: dict[tuple[str, str], dict[str, float]] = {}
    columns = (units[name] for name in ("quote", "code", "text", "span_start", "span_end"))
    for quote, code, text, start, end in zip(*columns, strict=True):
        found = seen.get((quote, code))
        if found is None:
            found = seen[quote, code] = matcher.weights(quote, code)
        how.append("aspect" if found else "context")
        weights.append(found or matcher.weights(text[max(0, start - _AROUND) : end + _AROUND], code))
    return weights, how


def _group(work: _Work, existing: list[Theme]) -> None:
    work.themes.extend(existing)
    loose = _join_known(work, existing) if existing else list(range(len(work.aspect)))
    leaves: dict[tuple[str, str], list[int]] = defaultdict(list)
    bare: list[int] = []
    for unit in loose:
        if work.aspect[unit]:
            leaves[work.code[unit], work.aspect[unit]].append(unit)
        else:
            bare.append(unit)
    weak = {}
    _same_family(work, leaves)
    for key, members in sorted(leaves.items()):
        if not work.enough(members):
            weak[key] = members
        elif not work.same(members, [n for n in work.of_code(key[0]) if work.themes[n].lead]):
            work.add(key[0], (key[1],), members)
    rest = sorted(_siblings(work, weak) + bare)
    for code in sorted({work.code[unit] for unit in rest}):
        left = [unit for unit in rest if work.code[unit] == code]
        left = work.nearest(left, work.of_code(code), work.settings.join_similarity, "meaning")
        left = _among_themselves(work, code, left)
        work.nearest(left, work.of_code(code), work.settings.loose_similarity, "near")


def _same_family(work: _Work, leaves: dict[tuple[str, str], list[int]]) -> None:
    """A few complaints about a thing under another code of the same family than most join those: readers (and judges)
    differ over the code sooner than over the thing."""
    by_thing: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for code, key in sorted(leaves):
        if not work.aspects[key].general:
            by_thing[work.families.get(code) or code, key].append((code, key))
    for _, places in sorted(by_thing.items()):
        main = min(places, key=lambda place: (-len(leaves[place]), place))
        for place in places:
            if place != main and len(leaves[place]) < _FEW * len(leaves[main]):
                leaves[main] = sorted(leaves[main] + leaves.pop(place))


def _join_known(work: _Work, existing: list[Theme]) -> list[int]:
    """Units whose code (failing that, family of codes) and aspect a lead already has join it, the nearest where there
    are several; returns the others."""
    homes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, theme in enumerate(existing):
        for key in theme.aspects:
            homes[theme.code, key].append(number)
            if not (key in work.aspects and work.aspects[key].general):
                homes[f"{work.families.get(theme.code)}.", key].append(number)
    left = []
    for unit, key in enumerate(work.aspect):
        code = work.code[unit]
        among = homes.get((code, key)) or homes.get((f"{work.families.get(code)}.", key), [])
        if len(among) == 1:
            work.members[among[0]].append(unit)
        elif not key or work.nearest([unit], among, -1.0, work.how[unit]):
            left.append(unit)
    return left


def _siblings(work: _Work, weak: dict[tuple[str, str], list[int]]) -> list[int]:
    """Small leaves join a theme of the same code and aspect family, or of the same aspect under another code of the
    family; failing that, small siblings stand together. Returns the units still loose."""
    families: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for code, key in sorted(weak):
        families[code, work.aspects[key].family].append((code, key))
    loose: list[int] = []
    for (code, family), keys in sorted(families.items()):
        units = sorted(unit for key in keys for unit in weak[key])
        homes = [
            number
            for number in work.of_code(code)
            if any(key in work.aspects and work.aspects[key].family == family for key in work.themes[number].aspects)
        ]
        if not homes and not work.enough(units):
            homes = [
                number
                for number, theme in enumerate(work.themes)
                if work.families.get(theme.code) == work.families.get(code)
                and any(key in theme.aspects for _, key in keys)
            ]
        if homes:
            work.nearest(units, homes, -1.0, "sibling")
        elif work.enough(units):
            work.add(code, tuple(key for _, key in keys), units)
        else:
            loose.extend(units)
    return loose


def _among_themselves(work: _Work, code: str, units: list[int]) -> list[int]:
    """Average-linkage clustering of units that no theme took; groups of enough people become themes; returns the
    others."""
    worded = [unit for unit in units if work.vectors[unit].any()]
    quotes = work.units["quote"].to_numpy()
    by_quote: dict[str, list[int]] = defaultdict(list)
    for unit in worded:
        by_quote[quotes[unit]].append(unit)
    distinct = sorted(by_quote, key=lambda quote: (-len(by_quote[quote]), quote))[:_CAP]
    if len(distinct) < 2:
        groups = [distinct] if distinct else []
    else:
        from scipy.cluster.hierarchy import fcluster, linkage

        points = work.vectors[[by_quote[quote][0] for quote in distinct]].astype(np.float64)
        numbers = fcluster(linkage(points, "average", metric="cosine"), 1 - work.settings.join_similarity, "distance")
        grouped: dict[int, list[str]] = defaultdict(list)
        for quote, number in zip(distinct, numbers, strict=True):
            grouped[int(number)].append(quote)
        groups = sorted(grouped.values())
    taken: set[int] = set()
    for group in groups:
        members = sorted(unit for quote in group for unit in by_quote[quote])
        if work.enough(members):
            work.add(code, tuple(sorted({work.aspect[unit] for unit in members} - {""}))[:3], members)
            taken.update(members)
            for unit in members:
                work.how[unit] = "meaning"
    return [unit for unit in units if unit not in taken]
