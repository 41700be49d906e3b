"""The part of the pipeline that makes and changes leads; `pipeline` hands its names out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feedback import encode
from feedback.encode import Vectors
from feedback.errors import NothingToDo, UsageError
from feedback.leads import build as lead_build
from feedback.leads import delta as lead_delta
from feedback.leads import measures
from feedback.leads import score as lead_score
from feedback.leads.export import Context as LeadContext
from feedback.leads.proposals import Proposal, propose
from feedback.lexicon import taxonomy
from feedback.records import Lead
from feedback.settings import Settings
from feedback.store import Store, leadread, leadwork, read
from feedback.store import leads as store_leads
from feedback.store import vectors as store_vectors


@dataclass(frozen=True)
class LeadsBuilt:
    """What a build did. Spans with a reason: `complaints` = `placed` in leads + `single`; `unspecified` records give
    none; `joined` spans came to leads that were there before, `created` of the `leads` are new."""

    complaints: int
    placed: int
    single: int
    unspecified: int
    leads: int
    joined: int
    created: int


class _Tools:
    """What building needs, loaded when it is first used."""

    def __init__(self, store: Store, settings: Settings, progress: Callable[[int, int], None] | None = None) -> None:
        self.store = store
        self.settings = settings
        cut = lead_build.cutter(settings.text, settings.lexicons)
        self.model = encode.encoder(settings.leads.encoder, cut, progress)
        self._grouper: lead_build.Grouper | None = None

    @property
    def grouper(self) -> lead_build.Grouper:
        """Aspects, taxonomy and title lists."""
        if self._grouper is None:
            self._grouper = lead_build.Grouper(self.settings.leads, self.settings.text, self.settings.lexicons)
        return self._grouper

    def vectors(self, texts: list[str]) -> Vectors:
        """Vectors of texts; those of a slow model are kept in the store."""
        if self.model.name.startswith("sentence:"):
            return store_vectors.cached(self.store, self.model.name, texts, self.model.encode)
        return self.model.encode(texts)


def leads_build(
    store: Store,
    settings: Settings,
    *,
    now: datetime,
    fresh: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> LeadsBuilt:
    """Group the complaints that have no lead yet, name what is new, rank all; one transaction.

    `fresh` first dissolves the leads that no person has touched; what comes out alike gets its id again.
    Raises NothingToDo when nothing is judged.
    """
    if not read.totals(store)[0]:
        raise NothingToDo(f"{store.path}: no judged record", hint="run `feedback ingest` and `feedback analyze` first")
    tools = _Tools(store, settings, progress)
    with store.write():
        former = store_leads.release(store, now) if fresh else None
        store_leads.forget_vanished(store)
        units, known = store_leads.waiting(store), store_leads.themes(store)
        created = joined = 0
        if not units["alone"].all():  # those that stood single are tried again only beside new ones
            near = tools.vectors(list(units["quote"]))
            if len(known) and (not tools.model.stateless or (known["encoder"] != tools.model.name).any()):
                near, known = lead_build.same_space(units, store_leads.members(store), known, tools.vectors)
            grouped = lead_build.update(tools.grouper, units, near, known, store_leads.last_number(store), former)
            store_leads.save_members(store, grouped.members)
            store_leads.add(store, grouped.new.assign(encoder=tools.model.name), now)
            store_leads.move_centroids(store, grouped.centroids, tools.model.name)
            joined, created = grouped.joined, len(grouped.new)
        _refresh(tools)
    return LeadsBuilt(**leadread.counts(store), joined=joined, created=created)


def _refresh(tools: _Tools, touched: Sequence[str] = ()) -> None:
    """Facts, names, quotes and ranks after members have changed; `touched` leads get their quotes chosen anew."""
    store = tools.store
    store_leads.update_facts(store)
    known = store_leads.themes(store)
    naming = lead_build.needs_name(known, store_leads.stale_quotes(store) | set(touched))
    if len(naming):
        members = store_leads.members(store, list(naming["id"]))
        vectors = tools.vectors(list(members["quote"]))
        store_leads.save_names(store, list(lead_build.names(tools.grouper, known, naming, members, vectors)))
    ranking = lead_score.rank(*store_leads.to_rank(store), tools.settings.leads)
    store_leads.save_ranks(store, ranking.table)


def _rework(tools: _Tools, lead_ids: Sequence[str]) -> None:
    """Middles, facts, quotes and ranks after a person has moved members of these leads."""
    members = store_leads.members(tools.store, lead_ids)
    vectors = tools.vectors(list(members["quote"]))
    store_leads.move_centroids(tools.store, lead_build.middles(members, vectors), tools.model.name)
    _refresh(tools, lead_ids)


def lead_change(store: Store, settings: Settings, lead_id: str, fields: dict[str, Any], *, now: datetime) -> Lead:
    """Give a lead a status, reason, owner, tracker key or effort; a title makes it the person's own. Raises
    UsageError."""
    status = fields.get("status")
    if status is not None and status not in leadwork.STATUSES:
        raise UsageError(f"--status {status}: no such status", hint=f"valid: {', '.join(leadwork.STATUSES)}")
    if status == "dismissed" and not fields.get("reason"):
        raise UsageError("a lead is dismissed with a reason", hint="add --reason TEXT")
    title = fields.get("title")
    if title is not None:
        title = " ".join(title.split())
        if not title:
            raise UsageError("the title is empty", hint="give the words of the title")
        fields = {**fields, "title": title, "title_en": title, "title_by": "person"}
    with store.write():
        leadwork.change(store, lead_id, fields, now, "set" if title is None else "rename")
        _refresh(_Tools(store, settings))
    return leadread.one(store, lead_id)


def leads_merge(store: Store, settings: Settings, target: str, others: Sequence[str], *, now: datetime) -> Lead:
    """Bring the complaints of `others` into `target`. Raises UsageError."""
    tools = _Tools(store, settings)
    into = leadread.one(store, target)
    if into.status in ("done", "dismissed"):
        raise UsageError(
            f"{into.id} is {into.status}: what is merged into it would leave the ranking",
            hint=f"first `feedback leads set {into.id} --status confirmed`, or merge the other way round",
        )
    with store.write():
        lead = leadwork.merge(store, target, others, now)
        _rework(tools, [lead.id])
    return leadread.one(store, lead.id)


def lead_split(
    store: Store, settings: Settings, lead_id: str, records: Sequence[str], *, now: datetime
) -> tuple[Lead, Lead]:
    """Two leads out of one: the complaints of `records`, or without any the smaller of two groups of nearest meaning,
    go to a new lead. Raises UsageError."""
    tools = _Tools(store, settings)
    lead = leadread.one(store, lead_id)
    members = store_leads.members(store, [lead.id])
    if records:
        strange = sorted(set(records) - set(members["feedback_id"]))
        if strange:
            raise UsageError(
                f"{strange[0]}: not a record of {lead.id}", hint=f"see `feedback leads show {lead.id} --json`"
            )
        chosen = members["feedback_id"].isin(records).to_numpy()
    else:
        chosen = lead_build.halves(members, tools.vectors(list(members["quote"])))
    keys = members.loc[chosen, ["feedback_id", "code", "span_start"]]
    units = [(str(a), str(b), int(c)) for a, b, c in keys.itertuples(index=False)]
    with store.write():
        new_id = f"LEAD-{store_leads.last_number(store) + 1:04d}"
        leadwork.split(store, lead.id, units, new_id, now, tools.model.name)
        _rework(tools, [lead.id, new_id])
    return leadread.one(store, lead.id), leadread.one(store, new_id)


def lead_move(
    store: Store, settings: Settings, record: str, to: str, *, source: str | None = None, now: datetime
) -> Lead:
    """Bring one record's complaints into another lead. Raises UsageError."""
    tools = _Tools(store, settings)
    with store.write():
        lead, touched = leadwork.move(store, record, source, to, now)
        _rework(tools, touched)
    return leadread.one(store, lead.id)


def leads_undo(store: Store, settings: Settings, *, now: datetime) -> str:
    """Take the last hand work back; returns what it was. Raises UsageError when there is none."""
    tools = _Tools(store, settings)
    with store.write():
        done, touched = leadwork.undo(store, now)
        _rework(tools, touched)
    return done


def leads(store: Store, *, products: Sequence[str] = (), everything: bool = False) -> list[Lead]:
    """Leads by rank with members and quotes; done, dismissed and merged ones only with `everything`."""
    return leadread.read(store, products=products, everything=everything)


def leads_proposals(store: Store, settings: Settings, *, products: Sequence[str] = ()) -> list[Proposal]:
    """What a person might merge, split or rename; changes nothing."""
    tools = _Tools(store, settings)
    known = store_leads.themes(store)
    chosen = known[
        known["status"].isin(store_leads.RANKED)
        & (known["people"] > 0)
        & (known["product"].isin(list(products)) | (not products))
    ]
    if chosen.empty:
        return []
    members = store_leads.members(store, list(chosen["id"]))
    members = members[members["near_duplicate_of"].isna()].reset_index(drop=True)
    groups = {key: aspect.family for key, aspect in tools.grouper.known.items()}
    declined = leadwork.declined(store)
    return propose(chosen, members, tools.vectors(list(members["quote"])), groups, settings.leads, declined)


def proposal_decline(
    store: Store, kind: str, lead_ids: Sequence[str], *, reason: str | None = None, now: datetime
) -> tuple[str, ...]:
    """Keep that a proposal is not wanted: it is not made again unless undone. Returns the ids. Raises UsageError."""
    with store.write():
        return leadwork.decline(store, kind, lead_ids, reason, now)


def lead(store: Store, lead_id: str) -> Lead:
    """One lead. Raises UsageError."""
    return leadread.one(store, lead_id)


def lead_history(store: Store, lead_id: str) -> list[store_leads.Event]:
    """What people did to a lead, oldest first."""
    return store_leads.history(store, lead_id)


def lead_since(store: Store, lead_id: str, version: str) -> lead_delta.Solved:
    """Do people complain of a lead less since `version`? Raises UsageError for a version without a number."""
    if not lead_delta.version_key(version):
        raise UsageError(f"--since-version {version}: no number in it", hint="such as 3.10.2")
    found = leadread.one(store, lead_id)
    return lead_delta.solved(found.id, *leadread.versions(store, found.id), version)


def leads_context(store: Store | None, settings: Settings) -> LeadContext:
    """What tables and exports of leads need beside them; without a store counts and measures are empty."""
    counts = leadread.counts(store) if store else {}
    found = measures.measure(*leadread.to_measure(store), settings.leads) if store else {}
    return LeadContext(settings.lang, settings.zone, taxonomy(settings.lexicons), settings.leads, counts, found)
