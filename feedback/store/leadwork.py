"""What people do to leads: set, rename, merge, split, move, decline proposals, undo. Each is kept with what undoes it.

The caller holds the transaction and brings facts, quotes and ranks up to date afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from feedback.errors import UsageError
from feedback.records import Lead
from feedback.store import leadread, leads
from feedback.store.connection import Store

STATUSES = ("new", "confirmed", "planned", "done", "dismissed")
_FIELDS = (
    "title",
    "title_en",
    "title_by",
    "status",
    "reason",
    "owner",
    "tracker_key",
    "effort",
    "merged_into",
    "aspects",
)


def change(store: Store, lead_id: str, fields: dict[str, Any], now: datetime, action: str) -> Lead:
    """Give fields of a lead new values. Raises UsageError for a merged lead."""
    lead = leadread.one(store, lead_id)
    _alive(lead)
    before = {"leads": {lead.id: _set(store, lead.id, fields)}}
    detail = " ".join(f"{name}={value}" for name, value in fields.items() if name not in ("title_en", "title_by"))
    leads.record(store, now, lead.id, action, detail, json.dumps(before, ensure_ascii=False))
    return leadread.one(store, lead.id)


def merge(store: Store, target_id: str, other_ids: Sequence[str], now: datetime) -> Lead:
    """Bring all complaints of the others into the target; they point to it from then on."""
    target = leadread.one(store, target_id)
    others = [leadread.one(store, other) for other in dict.fromkeys(other_ids)]
    for lead in (target, *others):
        _alive(lead)
    if target.id in {other.id for other in others}:
        raise UsageError(f"{target.id}: a lead cannot be merged into itself", hint="name other leads after the first")
    strange = sorted({other.product for other in others} - {target.product})
    if strange:
        raise UsageError(f"{target.id} is of {target.product}, not of {strange[0]}", hint="merge leads of one product")
    before: dict[str, Any] = {"leads": {}, "members": []}
    keys = list(dict.fromkeys([*target.aspects, *(key for other in others for key in other.aspects)]))
    # The title may be made anew from all that is said now: kept for undo.
    kept = {"title": target.title, "title_en": target.title_en, "titled_people": target.people}
    before["leads"][target.id] = _set(store, target.id, {"aspects": keys, **kept})
    for other in others:
        before["members"] += _take(store, other.id)
        before["leads"][other.id] = _set(store, other.id, {"status": "merged", "merged_into": target.id})
    _place(store, [row[:3] for row in before["members"]], target.id)
    names = " ".join(other.id for other in others)
    leads.record(store, now, target.id, "merge", names, json.dumps(before, ensure_ascii=False))
    return leadread.one(store, target.id)


def split(
    store: Store, lead_id: str, units: Sequence[tuple[str, str, int]], new_id: str, now: datetime, encoder: str
) -> None:
    """A new lead `new_id` of these units (feedback_id, code, span_start) of a lead; it is not yet named."""
    import pandas as pd

    lead = leadread.one(store, lead_id)
    _alive(lead)
    belongs = {tuple(row[:3]): row for row in _take(store, lead.id)}
    chosen = [belongs[unit] for unit in units if unit in belongs]
    if not chosen or len(chosen) == len(belongs):
        raise UsageError(f"{lead.id}: a split needs some of its complaints, not none or all", hint="name its records")
    row = {
        "id": new_id,
        "family": lead.family,
        "code": lead.code,
        "aspects": list(lead.aspects),
        "product": lead.product,
        "encoder": encoder,
        "centroid": [],
    }
    leads.add(store, pd.DataFrame([row]), now)
    _place(store, [unit[:3] for unit in chosen], new_id)
    before = {"members": chosen, "created": [new_id]}
    leads.record(store, now, lead.id, "split", new_id, json.dumps(before, ensure_ascii=False))


def move(store: Store, feedback_id: str, from_id: str | None, to_id: str, now: datetime) -> tuple[Lead, list[str]]:
    """Bring a record's complaints (of lead `from_id`, or all of them) into another lead; returns that lead and the
    ids of all leads that it touched."""
    target = leadread.one(store, to_id)
    _alive(target)
    source = leadread.one(store, from_id).id if from_id else None
    rows = store.rows(
        """SELECT feedback_id, code, span_start, lead_id, how FROM lead_members
        WHERE feedback_id = ? AND (? IS NULL OR lead_id = ?) ORDER BY ALL""",
        [feedback_id, source, source],
    )
    if not rows:
        raise UsageError(
            f"{feedback_id}: no complaint of this record is in a lead",
            hint="see `feedback leads show ID --json`, members",
        )
    before = {"members": [list(row) for row in rows]}
    _place(store, [row[:3] for row in rows], target.id)
    leads.record(store, now, target.id, "move", feedback_id, json.dumps(before, ensure_ascii=False))
    return leadread.one(store, target.id), sorted({target.id, *(row[3] for row in rows if row[3])})


def decline(store: Store, kind: str, lead_ids: Sequence[str], reason: str | None, now: datetime) -> tuple[str, ...]:
    """Keep that a proposal of `kind` for these leads is declined; returns their ids. Raises UsageError."""
    wanted = 2 if kind == "merge" else 1
    ids = tuple(dict.fromkeys(leadread.one(store, lead).id for lead in lead_ids))
    if len(ids) != wanted:
        raise UsageError(f"a {kind} is declined for {wanted} lead{'s' * (wanted > 1)}, not {len(ids)}",
                         hint="the ids as `feedback leads proposals` prints them")  # fmt: skip
    if (kind, frozenset(ids)) in declined(store):
        raise UsageError(f"{kind} {' '.join(ids)}: declined already", hint="`feedback leads undo` takes it back")
    before = json.dumps({"declined": [kind, *ids]}, ensure_ascii=False)
    leads.record(store, now, ids[0], "decline", " ".join(filter(None, [kind, *ids[1:], reason])), before)
    return ids


def declined(store: Store) -> set[tuple[str, frozenset[str]]]:
    """Kind and leads of the proposals that are declined."""
    rows = store.rows("SELECT before FROM lead_history WHERE action = 'decline' AND before <> ''")
    found = [json.loads(row[0])["declined"] for row in rows]
    return {(str(kind), frozenset(ids)) for kind, *ids in found}


def undo(store: Store, now: datetime) -> tuple[str, list[str]]:
    """Take the last thing that a person did back; returns what it was and the leads that it touched.

    Raises UsageError when there is none.
    """
    found = store.rows(
        """SELECT number, lead_id, action, detail, before FROM lead_history WHERE before <> ''
        ORDER BY number DESC LIMIT 1"""
    )
    if not found:
        raise UsageError(f"{store.path}: nothing to undo", hint="only hand work on leads can be undone")
    number, lead_id, action, detail, text = found[0]
    before = json.loads(text)
    for changed, fields in before.get("leads", {}).items():
        _set(store, changed, fields)
    for feedback_id, code, start, was, how in before.get("members", []):
        store.connection.execute(
            "UPDATE lead_members SET lead_id = ?, how = ? WHERE feedback_id = ? AND code = ? AND span_start = ?",
            [was, how, feedback_id, code, start],
        )
    for created in before.get("created", []):
        # What joined the new lead meanwhile goes where the rest goes.
        store.connection.execute("UPDATE lead_members SET lead_id = ? WHERE lead_id = ?", [lead_id, created])
        store.connection.execute("DELETE FROM lead_quotes WHERE lead_id = ?", [created])
        store.connection.execute("DELETE FROM leads WHERE id = ?", [created])
        leads.record(store, now, created, "withdrawn", "", "")
    store.connection.execute("UPDATE lead_history SET before = '' WHERE number = ?", [number])
    leads.record(store, now, lead_id, "undo", f"{action} {detail}".strip(), "")
    touched = {lead_id, *before.get("leads", {}), *(row[3] for row in before.get("members", []))}
    return f"{lead_id} {action} {detail}".strip(), sorted(touched)


def _alive(lead: Lead) -> None:
    if lead.status == "merged":
        raise UsageError(f"{lead.id} was merged into {lead.merged_into}", hint=f"work on {lead.merged_into}, or undo")


def _set(store: Store, lead_id: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Set fields; returns the old values."""
    names = [name for name in fields if name in _FIELDS]
    old = store.rows(f"SELECT {', '.join(names)} FROM leads WHERE id = ?", [lead_id])[0]
    store.connection.execute(
        f"UPDATE leads SET {', '.join(f'{name} = ?' for name in names)} WHERE id = ?",
        [*(fields[name] for name in names), lead_id],
    )
    return dict(zip(names, old, strict=True))


def _take(store: Store, lead_id: str) -> list[list[Any]]:
    """The units of a lead: feedback_id, code, span_start, lead_id, how."""
    rows = store.rows(
        "SELECT feedback_id, code, span_start, lead_id, how FROM lead_members WHERE lead_id = ? ORDER BY ALL", [lead_id]
    )
    return [list(row) for row in rows]


def _place(store: Store, units: Sequence[Sequence[Any]], lead_id: str) -> None:
    for feedback_id, code, start in units:
        store.connection.execute(
            "UPDATE lead_members SET lead_id = ?, how = 'hand' WHERE feedback_id = ? AND code = ? AND span_start = ?",
            [lead_id, feedback_id, code, start],
        )
