"""Leads in the store: complaints waiting for a lead, members, facts, quotes, ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback.records import UNSPECIFIED
from feedback.store.connection import Store

#: Statuses that take part in the ranking.
RANKED = ("new", "confirmed", "planned")
#: A person is named by the least id of their records: the hash of the author is salted anew in every store, and what
#: is drawn or sorted by person would differ between two stores of the same files.
PERSON = "coalesce((SELECT min(own.id) FROM feedback own WHERE own.author = f.author), f.id) AS person"
_UNIT = f"""
    c.feedback_id, c.code, c.span_start, c.span_end, c.quote, f.text, f.product, f.near_duplicate_of, {PERSON}
"""
_FACTORS = ("reach", "severity", "value", "trend", "confidence")


def forget_vanished(store: Store) -> None:
    """Drop members whose span the judge no longer gives."""
    store.connection.execute(
        """
        DELETE FROM lead_members m WHERE NOT EXISTS (
            SELECT 1 FROM complaints c
            WHERE c.feedback_id = m.feedback_id AND c.code = m.code AND c.span_start = m.span_start)
        """
    )


def release(store: Store, now: datetime) -> pd.DataFrame:
    """Dissolve the leads that no person has touched, so that their complaints are grouped anew.

    Returns who belonged where: feedback_id, code, span_start, lead_id.
    """
    untouched = """SELECT id FROM leads l WHERE status = 'new' AND title_by = 'program' AND owner IS NULL
        AND tracker_key IS NULL AND effort IS NULL
        AND NOT EXISTS (SELECT 1 FROM lead_history h WHERE h.lead_id = l.id AND h.before <> '')"""
    top = last_number(store)
    if top:  # ids are never used twice
        record(store, now, f"LEAD-{top:04d}", "rebuilt", "", "")
    former = store.frame(
        f"""SELECT feedback_id, code, span_start, lead_id FROM lead_members WHERE lead_id IN ({untouched})
        ORDER BY ALL"""
    )
    for table in ("lead_members", "lead_quotes"):
        store.connection.execute(f"DELETE FROM {table} WHERE lead_id IN ({untouched})")
    store.connection.execute(f"DELETE FROM leads WHERE id IN ({untouched})")
    return former


def waiting(store: Store) -> pd.DataFrame:
    """Complaints without a lead (new ones, and those that stood single), one row a span; `unspecified` is left out.

    Columns: feedback_id, code, span_start, span_end, quote, text, product, near_duplicate_of, person, alone (it
    stood single in an earlier run).
    """
    return store.frame(
        f"""
        SELECT DISTINCT ON (c.feedback_id, c.code, c.span_start) {_UNIT}, m.feedback_id IS NOT NULL AS alone
        FROM complaints c JOIN feedback f ON f.id = c.feedback_id
        LEFT JOIN lead_members m
          ON m.feedback_id = c.feedback_id AND m.code = c.code AND m.span_start = c.span_start
        WHERE c.code <> ? AND m.lead_id IS NULL
        ORDER BY c.feedback_id, c.code, c.span_start, c.span_end
        """,
        [UNSPECIFIED],
    )


def themes(store: Store) -> pd.DataFrame:
    """The leads that complaints may join: id, product, code, aspects, centroid, records, people, titled_people, title,
    title_by, status, encoder; merged ones are left out; ordered by id."""
    return store.frame(
        """SELECT id, product, code, aspects, centroid, records, people, titled_people, title, title_by, status, encoder
        FROM leads
        WHERE status <> 'merged' ORDER BY id"""
    )


def last_number(store: Store) -> int:
    """The greatest number that a lead's id ever bore."""
    found = store.rows(
        """SELECT max(CAST(substr(id, 6) AS INTEGER)) FROM
        (SELECT id FROM leads UNION ALL SELECT lead_id FROM lead_history)"""
    )[0][0]
    return int(found or 0)


def save_members(store: Store, placed: pd.DataFrame) -> None:
    """Replace the place of these complaints: feedback_id, code, span_start, lead_id (None: single), how, aspect."""
    connection = store.connection
    connection.execute("DELETE FROM lead_members WHERE lead_id IS NULL")
    _insert(store, "lead_members", placed, ("feedback_id", "code", "span_start", "lead_id", "how", "aspect"))


def add(store: Store, leads: pd.DataFrame, now: datetime) -> None:
    """New leads, not yet named: id, family, code, aspects, product, encoder, centroid."""
    none: pd.Series[Any] = pd.Series([[]] * len(leads), index=leads.index, dtype=object)
    frame = leads.assign(
        title="", title_en="", titled_people=0, title_by="program", status="new", versions=none, records=0, people=0,
        copies=0, share=0.0, created_at=now,
    )  # fmt: skip
    columns = (
        "id", "title", "title_en", "title_by", "family", "code", "aspects", "product", "versions", "records", "people",
        "copies", "share", "status", "titled_people", "encoder", "centroid", "created_at",
    )  # fmt: skip
    _insert(store, "leads", frame, columns)


class _Naming(Protocol):
    """What leads.build.Naming is; the store imports no stage."""

    @property
    def lead_id(self) -> str: ...
    @property
    def quotes(self) -> list[tuple[str, str, int]]: ...
    @property
    def title(self) -> str | None: ...
    @property
    def title_en(self) -> str | None: ...
    @property
    def people(self) -> int: ...


def save_names(store: Store, names: Sequence[_Naming]) -> None:
    """The quotes that stand for leads and, where made anew, their titles."""
    store.connection.execute(
        "DELETE FROM lead_quotes WHERE list_contains(?, lead_id)", [[name.lead_id for name in names]]
    )
    rows = [(n.lead_id, at, *unit) for n in names for at, unit in enumerate(n.quotes, 1)]
    columns = ("lead_id", "position", "feedback_id", "code", "span_start")
    _insert(store, "lead_quotes", pd.DataFrame(rows, columns=list(columns)), columns)
    titled = [(n.lead_id, n.title, n.title_en, n.people) for n in names if n.title is not None]
    if titled:
        store.connection.register("titled", pd.DataFrame(titled, columns=["id", "title", "title_en", "people"]))
        store.connection.execute(
            """UPDATE leads l SET title = t.title, title_en = t.title_en, titled_people = t.people
            FROM titled t WHERE t.id = l.id"""
        )
        store.connection.unregister("titled")


def move_centroids(store: Store, centroids: dict[str, NDArray[np.float32]], encoder: str) -> None:
    """The new middle, by `encoder`, of leads that grew."""
    if not centroids:
        return
    ids = sorted(centroids)
    moved = pd.DataFrame({"id": ids, "centroid": pd.Series([centroids[lead_id] for lead_id in ids], dtype=object)})
    store.connection.register("moved", moved)
    store.connection.execute(
        "UPDATE leads l SET centroid = m.centroid, encoder = ? FROM moved m WHERE m.id = l.id", [encoder]
    )
    store.connection.unregister("moved")


def members(store: Store, lead_ids: Sequence[str] = ()) -> pd.DataFrame:
    """The units of leads (of `lead_ids`, or all), ordered by lead and id; columns of `waiting`, then lead_id, how,
    aspect, created_at, rating, polarity."""
    return store.frame(
        f"""
        SELECT {_UNIT}, m.lead_id, m.how, m.aspect, f.created_at, f.rating, v.polarity
        FROM lead_members m
        JOIN complaints c ON c.feedback_id = m.feedback_id AND c.code = m.code AND c.span_start = m.span_start
        JOIN feedback f ON f.id = m.feedback_id JOIN verdicts v ON v.feedback_id = m.feedback_id
        WHERE m.lead_id IS NOT NULL AND (len(?) = 0 OR list_contains(?, m.lead_id))
        ORDER BY m.lead_id, c.feedback_id, c.code, c.span_start
        """,
        [list(lead_ids), list(lead_ids)],
    )


def to_rank(store: Store) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What the ranking reads: units of ranked leads (lead_id, product, person, created_at, rating, polarity, how),
    and one row a complaint record (product, person, created_at, rating, polarity); copies are left out."""
    units = store.frame(
        f"""
        SELECT m.lead_id, f.product, {PERSON}, f.created_at, f.rating, v.polarity, m.how
        FROM lead_members m JOIN leads l ON l.id = m.lead_id
        JOIN feedback f ON f.id = m.feedback_id JOIN verdicts v ON v.feedback_id = m.feedback_id
        WHERE f.near_duplicate_of IS NULL AND list_contains(?, l.status)
        ORDER BY m.lead_id, m.feedback_id, m.span_start
        """,
        [list(RANKED)],
    )
    everybody = store.frame(
        f"""
        SELECT f.product, {PERSON}, f.created_at, f.rating, v.polarity
        FROM feedback f JOIN verdicts v ON v.feedback_id = f.id
        WHERE f.near_duplicate_of IS NULL AND len(v.families) > 0 ORDER BY f.id
        """
    )
    return units, everybody


def update_facts(store: Store) -> None:
    """Count records, people, copies, times, stars, versions and stage of every lead anew."""
    store.connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE lead_facts AS
        WITH unit AS (
            SELECT DISTINCT m.lead_id, f.id, f.product, coalesce(f.author, f.id) AS person, f.created_at, f.rating,
                   f.version, f.near_duplicate_of IS NULL AS counts, v.stage
            FROM lead_members m JOIN feedback f ON f.id = m.feedback_id JOIN verdicts v ON v.feedback_id = f.id
            WHERE m.lead_id IS NOT NULL),
        complaint AS (
            SELECT f.product, count(*) AS n FROM feedback f JOIN verdicts v ON v.feedback_id = f.id
            WHERE f.near_duplicate_of IS NULL AND len(v.families) > 0 GROUP BY f.product),
        stage AS (
            SELECT lead_id, stage FROM unit WHERE counts AND stage IS NOT NULL GROUP BY lead_id, stage
            QUALIFY row_number() OVER (PARTITION BY lead_id ORDER BY count(*) DESC, stage) = 1),
        version AS (
            SELECT lead_id, list(version ORDER BY n DESC, version) AS versions FROM (
                SELECT lead_id, version, count(*) AS n FROM unit WHERE counts AND version IS NOT NULL
                GROUP BY lead_id, version
                QUALIFY row_number() OVER (PARTITION BY lead_id ORDER BY n DESC, version) <= 10)
            GROUP BY lead_id)
        SELECT u.lead_id, count(*) FILTER (counts) AS records, count(DISTINCT person) FILTER (counts) AS people,
               count(*) FILTER (NOT counts) AS copies, min(created_at) FILTER (counts) AS first_seen,
               max(created_at) FILTER (counts) AS last_seen, avg(rating) FILTER (counts) AS mean_rating,
               any_value(stage.stage) AS stage, coalesce(any_value(version.versions), []) AS versions,
               count(*) FILTER (counts) / greatest(any_value(complaint.n), 1) AS share
        FROM unit u LEFT JOIN stage USING (lead_id) LEFT JOIN version USING (lead_id)
        LEFT JOIN complaint USING (product)
        GROUP BY u.lead_id
        """
    )
    store.connection.execute(
        """
        UPDATE leads SET records = 0, people = 0, copies = 0, share = 0
        WHERE id NOT IN (SELECT lead_id FROM lead_facts) AND records > 0;
        UPDATE leads l SET records = x.records, people = x.people, copies = x.copies, first_seen = x.first_seen,
            last_seen = x.last_seen, mean_rating = x.mean_rating, stage = x.stage, versions = x.versions, share =
            x.share
        FROM lead_facts x WHERE x.lead_id = l.id;
        DROP TABLE lead_facts;
        """
    )


def save_ranks(store: Store, table: pd.DataFrame) -> None:
    """The ranking as the last build found it; leads that are not in `table` lose theirs."""
    connection = store.connection
    columns = (*_FACTORS, "score", "stability", "rank", "recent", "expected")
    connection.execute("UPDATE leads SET " + ", ".join(f'"{name}" = NULL' for name in columns))
    if not table.empty:
        connection.register("ranking", table)
        connection.execute(
            "UPDATE leads l SET " + ", ".join(f'"{name}" = r."{name}"' for name in columns)
            + " FROM ranking r WHERE r.lead_id = l.id"
        )  # fmt: skip
        connection.unregister("ranking")


def stale_quotes(store: Store) -> set[str]:
    """Leads some of whose quotes are no longer their members, or that have none."""
    rows = store.rows(
        """
        SELECT DISTINCT q.lead_id FROM lead_quotes q LEFT JOIN lead_members m
          ON m.feedback_id = q.feedback_id AND m.code = q.code AND m.span_start = q.span_start AND m.lead_id = q.lead_id
        WHERE m.lead_id IS NULL
        UNION SELECT DISTINCT lead_id FROM lead_members
        WHERE lead_id IS NOT NULL AND lead_id NOT IN (SELECT lead_id FROM lead_quotes)
        """
    )
    return {str(row[0]) for row in rows}


def record(store: Store, now: datetime, lead_id: str, action: str, detail: str, before: str) -> None:
    """Keep what was done to a lead; `before` is the JSON that undoes it."""
    store.connection.execute(
        "INSERT INTO lead_history SELECT coalesce(max(number), 0) + 1, ?, ?, ?, ?, ? FROM lead_history",
        [now, lead_id, action, detail, before],
    )


@dataclass(frozen=True, slots=True)
class Event:
    """Something done to a lead; `before` undoes it, "" when nothing is to be undone."""

    number: int
    at: datetime
    lead_id: str
    action: str
    detail: str
    before: str


def history(store: Store, lead_id: str | None = None) -> list[Event]:
    """What was done to a lead, or to all, oldest first."""
    rows = store.rows(
        """SELECT number, "at", lead_id, action, detail, before FROM lead_history
        WHERE ? IS NULL OR lead_id = ? ORDER BY number""",
        [lead_id, lead_id],
    )
    return [Event(*row) for row in rows]


def _insert(store: Store, table: str, frame: pd.DataFrame, columns: Sequence[str]) -> None:
    if frame.empty:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    store.connection.register("incoming", frame.loc[:, list(columns)])
    store.connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM incoming")
    store.connection.unregister("incoming")
