"""Labels by people: what waits for one, what was given, what they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from feedback.store.connection import Store


@dataclass(frozen=True, slots=True)
class Label:
    """What one person said of one record."""

    feedback_id: str
    polarity: str
    codes: tuple[str, ...]
    note: str | None = None


def unlabelled(store: Store, most: int) -> tuple[pd.DataFrame, int]:
    """Records that nobody has labelled, copies left out: id, text, product, channel, kind, rating, context; by id.

    At most `most`: half of them those whose polarity the judge was least sure of, half drawn by the hash of the id,
    which is the same in every run. Second: how many there are in all.
    """
    waiting = """
        FROM feedback f LEFT JOIN verdicts v ON v.feedback_id = f.id
        WHERE f.near_duplicate_of IS NULL AND coalesce(f.language, 'zh') = 'zh' AND trim(f.text) <> ''
          AND NOT EXISTS (SELECT 1 FROM labels l WHERE l.feedback_id = f.id)
    """
    everything = int(store.rows(f"SELECT count(*) {waiting}")[0][0])
    frame = store.frame(
        f"""
        WITH sure AS (
            SELECT f.id, greatest(v.negative, v.mixed, v.neutral, v.positive) AS best {waiting}
        ), placed AS (
            SELECT id, row_number() OVER (ORDER BY best NULLS LAST, id) AS doubt,
                   row_number() OVER (ORDER BY md5(id), id) AS chance
            FROM sure
        )
        SELECT f.id, f.text, f.product, f.channel, f.kind, f.rating, f.context
        FROM placed p JOIN feedback f ON f.id = p.id
        WHERE ? >= ? OR p.doubt <= ? OR p.chance <= ? ORDER BY f.id
        """,
        [most, everything, most // 2, most - most // 2],
    )
    return frame, everything


def texts(store: Store, ids: Sequence[str]) -> dict[str, str]:
    """Id → text of those of `ids` that the store has."""
    rows = store.rows("SELECT id, text FROM feedback WHERE id IN (SELECT unnest(?::VARCHAR[]))", [list(ids)])
    return {str(own): str(text) for own, text in rows}


def save(store: Store, labels: Sequence[Label], *, by: str, at: datetime) -> tuple[int, int]:
    """Keep labels, all or none; returns how many are new, how many changed. One that says the same stays as it is."""
    new = changed = 0
    with store.write() as connection:
        for label in labels:
            found = connection.execute(
                "SELECT polarity, codes, note FROM labels WHERE feedback_id = ? AND labeller = ?",
                [label.feedback_id, by],
            ).fetchone()
            if found is not None and (found[0], tuple(found[1]), found[2]) == (label.polarity, label.codes, label.note):
                continue
            new += found is None
            changed += found is not None
            connection.execute(
                "INSERT OR REPLACE INTO labels VALUES (?, ?, ?, ?, ?, ?)",
                [label.feedback_id, by, label.polarity, list(label.codes), label.note, at],
            )
    return new, changed


def labelled(store: Store) -> pd.DataFrame:
    """The label that counts of each record, the latest: id, text, product, channel, polarity, codes, labeller,
    labelled_at, labellers (how many), agree (whether all said the same); by id."""
    return store.frame(
        """
        SELECT f.id, f.text, f.product, f.channel, l.polarity, l.codes, l.labeller, l.labelled_at,
               count(*) OVER mine AS labellers,
               min(l.polarity || ':' || array_to_string(l.codes, ',')) OVER mine
                   = max(l.polarity || ':' || array_to_string(l.codes, ',')) OVER mine AS agree
        FROM labels l JOIN feedback f ON f.id = l.feedback_id
        WINDOW mine AS (PARTITION BY l.feedback_id)
        QUALIFY row_number() OVER (PARTITION BY l.feedback_id ORDER BY l.labelled_at DESC, l.labeller) = 1
        ORDER BY f.id
        """
    )
