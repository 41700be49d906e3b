"""Reading leads back: whole leads with members and quotes, counts, versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from feedback.errors import UsageError
from feedback.records import UNSPECIFIED, Lead, LeadQuote, Source
from feedback.store.connection import Store
from feedback.store.leads import PERSON, RANKED

_LEAD = (
    "id", "rank", "title", "title_en", "title_by", "family", "code", "aspects", "stage", "product", "versions",
    "records", "people", "copies", "share", "first_seen", "last_seen", "mean_rating", "status", "reason", "owner",
    "tracker_key", "effort", "score", "stability", "recent", "expected", "merged_into", "reach", "severity", "value",
    "trend", "confidence",
)  # fmt: skip
_TUPLES = ("aspects", "versions")
_FACTORS = ("reach", "severity", "value", "trend", "confidence")


def versions(store: Store, lead_id: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """person and version of a lead's records, and of all complaint records of its product; copies are left out."""
    person = "coalesce(f.author, f.id) AS person, f.version"
    mine = store.frame(
        f"""SELECT DISTINCT f.id, {person} FROM lead_members m JOIN feedback f ON f.id = m.feedback_id
        WHERE m.lead_id = ? AND f.near_duplicate_of IS NULL ORDER BY f.id""",
        [lead_id],
    )
    everybody = store.frame(
        f"""SELECT f.id, {person} FROM feedback f JOIN verdicts v ON v.feedback_id = f.id
        JOIN leads l ON l.product = f.product
        WHERE l.id = ? AND f.near_duplicate_of IS NULL AND len(v.families) > 0 ORDER BY f.id""",
        [lead_id],
    )
    return mine, everybody


def to_measure(store: Store) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What measures read: one row a record of a lead (lead_id, feedback_id, product, person, rating, nps), and one row
    a judged record (product, person, rating, nps, complains); copies are left out."""
    person = f"f.product, {PERSON}, f.rating, f.nps"
    members = store.frame(
        f"""SELECT DISTINCT m.lead_id, f.id AS feedback_id, {person} FROM lead_members m
        JOIN feedback f ON f.id = m.feedback_id
        WHERE m.lead_id IS NOT NULL AND f.near_duplicate_of IS NULL ORDER BY m.lead_id, f.id"""
    )
    everybody = store.frame(
        f"""SELECT {person}, len(v.families) > 0 AS complains
        FROM feedback f JOIN verdicts v ON v.feedback_id = f.id WHERE f.near_duplicate_of IS NULL ORDER BY f.id"""
    )
    return members, everybody


def counts(store: Store) -> dict[str, int]:
    """complaints: spans with a reason; placed: those in a lead; single: those alone; unspecified: records that give
    none."""
    one = store.rows(
        """
        SELECT (SELECT count(*) FROM lead_members), (SELECT count(*) FROM lead_members WHERE lead_id IS NOT NULL),
               (SELECT count(*) FROM lead_members WHERE lead_id IS NULL),
               (SELECT count(*) FROM verdicts WHERE list_contains(codes, ?)),
               (SELECT count(*) FROM leads WHERE status <> 'merged' AND records > 0)
        """,
        [UNSPECIFIED],
    )[0]
    return dict(zip(("complaints", "placed", "single", "unspecified", "leads"), map(int, one), strict=True))


def singles(store: Store) -> pd.DataFrame:
    """Complaints that stand alone: feedback_id, code, quote, how (the reason), file, sheet, row; ordered by id."""
    return store.frame(
        """
        SELECT c.feedback_id, c.code, c.quote, m.how, f.file, f.sheet, f."row"
        FROM lead_members m
        JOIN complaints c ON c.feedback_id = m.feedback_id AND c.code = m.code AND c.span_start = m.span_start
        JOIN feedback f ON f.id = m.feedback_id WHERE m.lead_id IS NULL ORDER BY c.feedback_id, c.code, c.span_start
        """
    )


def read(
    store: Store, *, products: Sequence[str] = (), everything: bool = False, lead_ids: Sequence[str] = ()
) -> list[Lead]:
    """Leads with members and quotes, by rank, then id. Done, dismissed, merged and empty ones only with
    `everything`."""
    columns = ", ".join(f'"{name}"' for name in _LEAD)
    rows = store.rows(
        f"""
        SELECT {columns} FROM leads
        WHERE (? OR (list_contains(?, status) AND records > 0)) AND (len(?) = 0 OR list_contains(?, product))
          AND (len(?) = 0 OR list_contains(?, id))
        ORDER BY rank NULLS LAST, id
        """,
        [everything, list(RANKED), list(products), list(products), list(lead_ids), list(lead_ids)],
    )
    ids = [row[0] for row in rows]
    belongs: dict[str, list[str]] = {lead_id: [] for lead_id in ids}
    for lead_id, feedback_id in store.rows(
        """
        SELECT DISTINCT m.lead_id, m.feedback_id FROM lead_members m JOIN feedback f ON f.id = m.feedback_id
        WHERE list_contains(?, m.lead_id) AND f.near_duplicate_of IS NULL ORDER BY 1, 2
        """,
        [ids],
    ):
        belongs[lead_id].append(feedback_id)
    quotes = _quotes(store, ids)
    leads = []
    for row in rows:
        values: dict[str, Any] = dict(zip(_LEAD, row, strict=True))
        values.update({name: tuple(values[name]) for name in _TUPLES})
        factors = {name: values.pop(name) for name in _FACTORS}
        values["factors"] = {name: value for name, value in factors.items() if value is not None}
        leads.append(Lead(**values, members=tuple(belongs[row[0]]), quotes=tuple(quotes.get(row[0], ()))))
    return leads


def _quotes(store: Store, ids: list[str]) -> dict[str, list[LeadQuote]]:
    found: dict[str, list[LeadQuote]] = {}
    for lead_id, feedback_id, quote, start, end, file, sheet, row, url, created_at, rating in store.rows(
        """
        SELECT q.lead_id, q.feedback_id, c.quote, c.span_start, c.span_end, f.file, f.sheet, f."row", f.url,
               f.created_at, f.rating
        FROM lead_quotes q
        JOIN complaints c ON c.feedback_id = q.feedback_id AND c.code = q.code AND c.span_start = q.span_start
        JOIN feedback f ON f.id = q.feedback_id
        WHERE list_contains(?, q.lead_id) ORDER BY q.lead_id, q.position
        """,
        [ids],
    ):
        found.setdefault(lead_id, []).append(
            LeadQuote(feedback_id, quote, start, end, Source(file, sheet, row), url, created_at, rating)
        )
    return found


def one(store: Store, lead_id: str) -> Lead:
    """The lead called `lead_id` (any case; a bare number will do). Raises UsageError."""
    wanted = lead_id.strip().upper()
    if wanted.isdigit():
        wanted = f"LEAD-{int(wanted):04d}"
    found = read(store, everything=True, lead_ids=[wanted])
    if not found:
        known = [row[0] for row in store.rows("SELECT id FROM leads ORDER BY id")]
        hint = f"valid: {known[0]} to {known[-1]}" if known else "run `feedback leads build` first"
        raise UsageError(f"{lead_id}: no such lead", hint=hint)
    return found[0]
