"""Writing what the judge said: verdicts and complaints of one chunk in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from feedback.records import Verdict
from feedback.store.connection import Store


def save(store: Store, ids: Sequence[str], verdicts: Sequence[Verdict], *, judge: str, at: datetime) -> None:
    """Replace the verdicts and complaints of `ids`, all or nothing: a record has one verdict however often judged."""
    if not ids:
        return
    rows = pd.DataFrame(
        {
            "feedback_id": list(ids),
            "polarity": [v.polarity for v in verdicts],
            "negative": [v.scores["negative"] for v in verdicts],
            "mixed": [v.scores["mixed"] for v in verdicts],
            "neutral": [v.scores["neutral"] for v in verdicts],
            "positive": [v.scores["positive"] for v in verdicts],
            "codes": [list(v.codes) for v in verdicts],
            "families": [list(v.families) for v in verdicts],
            "stage": pd.Series([v.stage for v in verdicts], dtype=object),
            "code_scores": [json.dumps(v.code_scores) for v in verdicts],
        }
    )
    spans = [
        (feedback_id, span.code, span.start, span.end, span.quote)
        for feedback_id, verdict in zip(ids, verdicts, strict=True)
        for span in verdict.spans
    ]
    shown = pd.DataFrame(spans, columns=["feedback_id", "code", "span_start", "span_end", "quote"])
    with store.write() as connection:
        connection.register("judged_now", rows)
        connection.register("shown_now", shown)
        try:
            connection.execute("DELETE FROM complaints WHERE feedback_id IN (SELECT feedback_id FROM judged_now)")
            connection.execute(
                """
                INSERT OR REPLACE INTO verdicts
                SELECT feedback_id, polarity, negative, mixed, neutral, positive, codes::VARCHAR[], families::VARCHAR[],
                       stage::VARCHAR, code_scores, ?, ?
                FROM judged_now ORDER BY feedback_id
                """,
                [judge, at],
            )
            if len(shown):
                connection.execute("INSERT INTO complaints SELECT * FROM shown_now ORDER BY ALL")
        finally:
            connection.unregister("judged_now")
            connection.unregister("shown_now")
