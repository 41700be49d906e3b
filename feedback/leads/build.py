"""From complaints to leads: encode, place, name, quote. Ranking is `score.rank`; the store is the caller's business."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback.encode import Vectors, unit_length
from feedback.encode.static import word_vectors
from feedback.leads import quotes
from feedback.leads.aspects import Aspect, Matcher, aspects, label
from feedback.leads.cluster import Placement, Theme, place
from feedback.leads.manners import manners
from feedback.leads.mine import from_keys
from feedback.leads.quotes import Members, Unit
from feedback.leads.title import Titler, style
from feedback.lexicon import Taxonomy, taxonomy
from feedback.settings import LeadSettings, TextSettings
from feedback.text.normal import normalise
from feedback.text.words import segmenter

#: A title is made anew when a lead that nobody touched has grown this many times.
RETITLE_AT = 2.0
#: Members read for a title and for quotes at most: enough for a stable choice, and the cost stays even.
_SAMPLE = 600
#: Ways of placing that are sure, and how many people so placed suffice for a title.
_SURE, _ENOUGH = ("aspect", "general", "hand"), 3
#: What stands beside a lead rather than in it is quoted last.
_BONUS = {"aspect": 0.1, "general": 0.1, "hand": 0.1, "near": -0.3}


def cutter(settings: TextSettings, folder: Path | None = None) -> Callable[[str], list[str]]:
    """Words of a text in normal form."""
    cut = segmenter(settings, folder).cut
    return lambda text: cut(normalise(text))


@dataclass(frozen=True)
class Naming:
    """Quotes that stand for a lead, best first, and its titles where they are new."""

    lead_id: str
    quotes: list[Unit]
    title: str | None = None
    title_en: str | None = None
    people: int = 0


class Grouper:
    """Everything that grouping and naming need, loaded once."""

    def __init__(self, settings: LeadSettings, text: TextSettings, folder: Path | None = None) -> None:
        cut = segmenter(text, folder).cut
        vectors = word_vectors()
        self.settings = settings
        self.known = aspects(folder)
        self._manners = manners(folder)
        self.taxonomy: Taxonomy = taxonomy(folder)
        self._matcher = Matcher(self.known, vectors, cut)
        self._titler = Titler(style(folder), cut, vectors.rarity)

    def know(self, known: dict[str, Aspect]) -> None:
        """Take these aspects in place of those of the lexicon."""
        self.known = known
        self._matcher = self._matcher.of(known)

    def group(self, units: pd.DataFrame, vectors: Vectors, existing: list[Theme]) -> Placement:
        """Place `units` (see cluster.place) into `existing` leads and new themes."""
        families = {code.name: code.family for code in self.taxonomy.codes.values()}
        praises = self._titler.plain_praise
        return place(units, vectors, self._matcher, families, self.settings, existing, self._manners, praises)

    def title(self, keys: list[str], code: str, members: Members, used: set[str]) -> tuple[str, str]:
        """Title in Chinese and in English from the quotes of a lead; `used`: titles of the product's other leads."""
        known = self.known | from_keys(keys)
        words = [word for key in keys if key in known for word in known[key].words]
        names = [known[key].zh for key in keys if key in self.known][:1]
        about = self.taxonomy.codes.get(code)
        last = [about.zh] if about else []
        title = self._titler.title(_voices(members), words, frozenset(used), names, last)
        return title, f"{about.en if about else code}: {label(keys, self.known, 'en') or title}"

    def bonus(self, members: Members, title: str) -> list[float]:
        """How well each member's quote stands for a lead of this title, beside its nearness to the middle."""
        shows = self._titler.shows(title)
        pairs = zip(members.quotes, members.how, strict=True)
        return [shows(quote) + _BONUS.get(how, 0.0) for quote, how in pairs]


def _voices(members: Members) -> list[tuple[str, str]]:
    """(person, quote) of the members that a title is made of: no copies; those surely placed where there are enough."""
    rows = list(zip(members.persons, members.quotes, members.how, members.copies, strict=True))
    own = [row for row in rows if not row[3]] or rows
    chosen = own
    for ways in (_SURE, (*_SURE, "meaning", "context", "sibling")):
        sure = [row for row in own if row[2] in ways]
        if len({row[0] for row in sure}) >= _ENOUGH:
            chosen = sure
            break
    return [(person, quote) for person, quote, _, _ in chosen]


def names(
    grouper: Grouper, leads: pd.DataFrame, wanted: pd.DataFrame, members: pd.DataFrame, vectors: Vectors
) -> Iterator[Naming]:
    """Quotes, and titles where `wanted` says so (column retitle), of the leads `wanted`; `members` holds their units
    and `vectors` (len(members), d) those of their quotes; `leads`: all, whose titles are not given twice in a
    product."""
    used: dict[str, set[str]] = {}
    stays = ~leads["id"].isin(wanted.loc[wanted["retitle"], "id"])
    for product, title in zip(leads.loc[stays, "product"], leads.loc[stays, "title"], strict=True):
        used.setdefault(product, set()).add(title)
    places = members.groupby("lead_id", sort=True).indices
    everyone = Members.of(members)
    for lead in wanted.sort_values(["people", "id"], ascending=[False, True]).to_dict("records"):
        if lead["id"] not in places:
            continue
        rows = np.asarray(places[lead["id"]])
        rows = rows[_spread(len(rows))]
        part = everyone.at(rows)
        title, title_en = lead["title"], None
        if lead["retitle"]:
            taken = used.setdefault(lead["product"], set())
            title, title_en = grouper.title(list(lead["aspects"]), lead["code"], part, taken)
            taken.add(title)
        stand = quotes.choose(part, vectors[rows], grouper.bonus(part, title), grouper.settings.quotes)
        yield Naming(lead["id"], stand, title if lead["retitle"] else None, title_en, int(lead["people"]))


def same_space(
    units: pd.DataFrame, old: pd.DataFrame, leads: pd.DataFrame, encode: Callable[[list[str]], Vectors]
) -> tuple[Vectors, pd.DataFrame]:
    """Vectors of `units`, and `leads` with centroids made anew from their `old` members by the same encoder."""
    vectors = encode([*units["quote"], *old["quote"]])
    mine, theirs = vectors[: len(units)], vectors[len(units) :]
    found = middles(old, theirs)
    empty = np.zeros(vectors.shape[1], dtype=np.float32)
    centroids = pd.Series([found.get(lead, empty) for lead in leads["id"]], index=leads.index, dtype=object)
    return mine, leads.assign(centroid=centroids)


def new_order(placement: Placement, units: pd.DataFrame, first: int) -> list[int]:
    """The new themes (numbers from `first` on) in the order in which they are given ids: most people, then what they
    are."""
    people: dict[int, set[str]] = {number: set() for number in range(first, len(placement.themes))}
    earliest: dict[int, str] = {}
    for number, person, record in zip(placement.theme, units["person"], units["feedback_id"], strict=True):
        if number >= first:
            people[number].add(person)
            earliest[number] = min(record, earliest.get(number, record))
    return sorted(
        people,
        key=lambda n: (
            -len(people[n]),
            placement.themes[n].product,
            placement.themes[n].code,
            placement.themes[n].aspects,
            earliest[n],
        ),
    )


def moved(theme: Theme, size: int, joined: Vectors) -> Vectors:
    """The middle of a lead of `size` units after `joined` (n, d) came to it."""
    middle: Vectors = unit_length((theme.centroid * size + joined.sum(axis=0))[np.newaxis])[0]
    return middle


def main_aspects(placement: Placement) -> dict[int, Counter[str]]:
    """How often each aspect stands in each theme."""
    found: dict[int, Counter[str]] = {}
    for number, aspect in zip(placement.theme, placement.aspect, strict=True):
        if number >= 0 and aspect:
            found.setdefault(number, Counter())[aspect] += 1
    return found


def _spread(n: int) -> np.ndarray:
    """Positions of at most _SAMPLE of n members, evenly spread in their order."""
    return np.arange(n) if n <= _SAMPLE else np.unique(np.linspace(0, n - 1, _SAMPLE).astype(int))


@dataclass(frozen=True)
class Grouped:
    """What a run of grouping changes.

    `members`: feedback_id, code, span_start, lead_id (None: single), how, aspect of every unit given. `new`: a row a
    new lead with id, family, code, aspects, product, centroid. `centroids`: of leads that others joined. `joined`:
    units that came to leads that were there before.
    """

    members: pd.DataFrame
    new: pd.DataFrame
    centroids: dict[str, Vectors]
    joined: int


def update(
    grouper: Grouper,
    units: pd.DataFrame,
    vectors: Vectors,
    leads: pd.DataFrame,
    last_number: int,
    former: pd.DataFrame | None = None,
) -> Grouped:
    """Place `units` into `leads` (as the store's themes gives them) or new ones, whose ids follow `last_number`; a new
    one that holds most of a `former` lead (feedback_id, code, span_start, lead_id) gets that one's id."""
    existing, sizes = to_themes(leads), leads["records"].tolist()
    placement = grouper.group(units, vectors, existing)
    order = new_order(placement, units, len(existing))
    ids = [theme.lead for theme in existing] + [""] * (len(placement.themes) - len(existing))
    again = {} if former is None else _same_again(placement, units, former)
    taken: set[str] = set()
    for number in order:
        old = again.get(number)
        if old is not None and old not in taken:
            ids[number] = old
            taken.add(old)
        else:
            last_number += 1
            ids[number] = f"LEAD-{last_number:04d}"
    belongs = np.array(placement.theme, dtype=int)
    members = units[["feedback_id", "code", "span_start"]].assign(
        lead_id=pd.Series([ids[n] if n >= 0 else None for n in placement.theme], index=units.index, dtype=object),
        how=placement.how,
        aspect=placement.aspect,
    )
    found = main_aspects(placement)
    codes = grouper.taxonomy.codes
    rows = []
    for number in order:
        theme = placement.themes[number]
        named = [key for key, _ in sorted(found.get(number, Counter()).items(), key=lambda item: (-item[1], item[0]))]
        family = codes[theme.code].family if theme.code in codes else None
        rows.append(
            {
                "id": ids[number],
                "family": family,
                "code": theme.code,
                "aspects": sorted(theme.aspects, key=lambda key: (named.index(key) if key in named else 99, key)),
                "product": theme.product,
                "centroid": theme.centroid,
            }
        )
    centroids = {
        theme.lead: moved(theme, sizes[number], vectors[belongs == number])
        for number, theme in enumerate(existing)
        if (belongs == number).any()
    }
    new = pd.DataFrame(rows, columns=["id", "family", "code", "aspects", "product", "centroid"])
    joined = int(((belongs >= 0) & (belongs < len(existing))).sum())
    return Grouped(members, new, centroids, joined)


def _same_again(placement: Placement, units: pd.DataFrame, former: pd.DataFrame) -> dict[int, str]:
    """New theme → the former lead that shares more than half of the units of both together."""
    was = {tuple(key): lead for *key, lead in former.itertuples(index=False)}
    sizes = Counter(was.values())
    keys = units[["feedback_id", "code", "span_start"]].itertuples(index=False)
    shared: Counter[tuple[int, str]] = Counter()
    now: Counter[int] = Counter(placement.theme)
    for key, number in zip(keys, placement.theme, strict=True):
        lead = was.get(tuple(key))
        if number >= 0 and lead is not None:
            shared[number, lead] += 1
    return {number: lead for (number, lead), both in shared.items() if both / (now[number] + sizes[lead] - both) > 0.5}


def to_themes(leads: pd.DataFrame) -> list[Theme]:
    """Leads of the store (id, product, code, aspects, centroid) as themes that complaints may join."""
    columns = (leads[name] for name in ("id", "product", "code", "aspects", "centroid"))
    return [
        Theme(product, code, tuple(keys), np.asarray(centroid, dtype=np.float32), lead)
        for lead, product, code, keys, centroid in zip(*columns, strict=True)
    ]


def needs_name(leads: pd.DataFrame, stale: set[str]) -> pd.DataFrame:
    """Leads whose title is to be made (column `retitle`) or whose quotes are to be chosen anew; `stale`: ids whose
    quotes are gone. Columns as the store's themes gives them."""
    grown = leads["people"] >= RETITLE_AT * leads["titled_people"].clip(lower=1)
    untouched = (leads["title_by"] == "program") & (leads["status"] == "new")
    retitle = (leads["title"] == "") | (grown & untouched)
    return leads.assign(retitle=retitle)[retitle | leads["id"].isin(stale)]


def middles(members: pd.DataFrame, vectors: Vectors) -> dict[str, Vectors]:
    """Lead id → direction of the mean vector of its `members` (column lead_id); `vectors`: (len(members), d)."""
    places = members.groupby("lead_id", sort=True).indices
    return {str(lead): unit_length(vectors[rows].mean(axis=0, keepdims=True))[0] for lead, rows in places.items()}


def halves(members: pd.DataFrame, vectors: Vectors) -> NDArray[np.bool_]:
    """Which members make the smaller of two groups of nearest meaning (Ward linkage); ties go to the group without the
    first member."""
    from scipy.cluster.hierarchy import fcluster, linkage

    if len(members) < 2:
        return np.zeros(len(members), dtype=bool)
    numbers = fcluster(linkage(vectors.astype(np.float64), "ward"), 2, "maxclust")
    first: NDArray[np.bool_] = np.asarray(numbers == numbers[0])
    return ~first if (~first).sum() <= first.sum() else first
