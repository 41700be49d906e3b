"""The part of the pipeline that brings leads into a tracker."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from feedback.leads.push import Draft, Request, Sent, digest, draft, push, tracker
from feedback.pipeline_leads import leads_context
from feedback.records import Lead
from feedback.settings import Settings
from feedback.store import Store, leadread, leadwork
from feedback.store import leads as store_leads
from feedback.store import write as store_write


@dataclass(frozen=True)
class Target:
    """Where leads go: tracker (github, jira, zentao), its address, and the project there where it needs one."""

    tracker: str
    url: str
    project: str | None = None


@dataclass(frozen=True)
class Planned:
    """What a push of a lead would send, if the tracker knows its key (update) or not (create, unless the mark is found
    there); no requests: nothing has changed since the last push, or the key is another tracker's."""

    lead_id: str
    outcome: str
    key: str | None
    requests: tuple[Request, ...]


def to_push(store: Store, *, products: Sequence[str], lead_ids: Sequence[str], top: int) -> list[Lead]:
    """The leads called `lead_ids`, else the first `top` by rank. Raises UsageError."""
    if lead_ids:
        return [leadread.one(store, lead_id) for lead_id in lead_ids]
    return leadread.read(store, products=products)[:top]


def push_plan(store: Store, settings: Settings, target: Target, found: Sequence[Lead]) -> list[Planned]:
    """What `leads_push` would send of leads; sends nothing and needs no token. Raises UsageError."""
    ways = tracker(target.tracker, target.url, target.project, {}, dry=True)
    plans = []
    for made in _drafts(store, settings, found):
        if made.key is not None and not ways.owns(made.key):
            plans.append(Planned(made.lead_id, "skipped", made.key, ()))
        elif _unchanged(store, target, made):
            plans.append(Planned(made.lead_id, "unchanged", made.key, ()))
        elif made.key:
            plans.append(Planned(made.lead_id, "update", made.key, tuple(ways.update(made, made.key))))
        else:
            plans.append(Planned(made.lead_id, "create", None, (ways.create(made),)))
    return plans


def leads_push(
    store: Store,
    settings: Settings,
    target: Target,
    found: Sequence[Lead],
    *,
    now: datetime,
    environment: Mapping[str, str],
    sleep: Callable[[float], None],
    told: Callable[[Sent], None] = lambda _: None,
) -> list[Sent]:
    """Send leads to a tracker; each key is kept, with history, as soon as the tracker gave it.

    A refusal is told in the result, not raised. Raises UsageError for an address, project or token that is amiss.
    """
    ways = tracker(target.tracker, target.url, target.project, environment)
    drafts = _drafts(store, settings, found)
    changed: dict[str, Draft] = {}
    results: list[Sent] = []
    for made in drafts:
        if _unchanged(store, target, made):
            results.append(Sent(made.lead_id, "unchanged", made.key))
            told(results[-1])
        else:
            changed[made.lead_id] = made
    for sent in push(ways, list(changed.values()), sleep=sleep):
        if sent.outcome in ("created", "updated") and sent.key:
            with store.write():
                if sent.key != changed[sent.lead_id].key:
                    leadwork.change(store, sent.lead_id, {"tracker_key": sent.key}, now, "push")
                detail = _detail(target, sent.key, changed[sent.lead_id])
                store_leads.record(store, now, sent.lead_id, f"pushed: {sent.outcome}", detail, "")
        results.append(sent)
        told(sent)
    return results


def _drafts(store: Store, settings: Settings, found: Sequence[Lead]) -> list[Draft]:
    context = leads_context(None, settings)
    # Two stores have other salts: their leads of one number are never taken for the same.
    origin = hashlib.sha256(b"origin" + store_write.author_salt(store)).hexdigest()[:8]
    return [draft(lead, context, origin) for lead in found]


def _detail(target: Target, key: str, made: Draft) -> str:
    return f"{target.tracker} {target.url.rstrip('/')} {key} {digest(made)}"


def _unchanged(store: Store, target: Target, made: Draft) -> bool:
    """Did the last push of this lead send the very same to the same place?"""
    if made.key is None:
        return False
    pushed = [event for event in store_leads.history(store, made.lead_id) if event.action.startswith("pushed: ")]
    return bool(pushed) and pushed[-1].detail == _detail(target, made.key, made)
