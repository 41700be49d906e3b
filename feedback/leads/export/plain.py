"""CSV (UTF-8 with BOM, opens in Excel) and JSON (the document of `feedback leads list --json`)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from feedback.leads.delta import movement
from feedback.leads.export.table import Context, cells, heads, place, safe
from feedback.leads.measures import Measures
from feedback.leads.method import rice
from feedback.records import Lead


def as_csv(leads: list[Lead], context: Context) -> bytes:
    """One row a lead, its quotes and their sources in the last columns."""
    count = context.settings.quotes
    word, origin = ("引文", "出处") if context.lang == "zh" else ("quote", "source")
    rows: list[list[Any]] = [
        [*heads(context.lang), *(name for n in range(1, count + 1) for name in (f"{word} {n}", f"{origin} {n}"))]
    ]
    for lead in leads:
        quotes = [text for quote in lead.quotes[:count] for text in (quote.quote, place(quote))]
        rows.append([*cells(lead, context), *quotes, *[""] * (2 * count - len(quotes))])
    return table_bytes(rows)


def table_bytes(rows: list[list[Any]]) -> bytes:
    """Rows as CSV with BOM and CRLF; every cell made safe, times as ISO dates and minutes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow(
            [safe(f"{v:%Y-%m-%d %H:%M}" if isinstance(v, datetime) else "" if v is None else v) for v in row]
        )
    return out.getvalue().encode("utf-8-sig")


def document(leads: Sequence[Lead], lang: str, measures: Mapping[str, Measures] | None = None) -> dict[str, Any]:
    """The leads as CLI.md says, with more fields after those named there; `measures` by lead id."""
    return {"leads": [_entry(lead, lang, (measures or {}).get(lead.id)) for lead in leads]}


def _entry(lead: Lead, lang: str, measured: Measures | None) -> dict[str, Any]:
    def iso(moment: datetime | None) -> str | None:
        return moment.isoformat() if moment else None

    return {
        "id": lead.id, "rank": lead.rank, "title": lead.shown(lang), "family": lead.family, "code": lead.code,
        "stage": lead.stage, "product": lead.product, "records": lead.records, "people": lead.people,
        "first_seen": iso(lead.first_seen), "last_seen": iso(lead.last_seen), "status": lead.status,
        "owner": lead.owner, "tracker_key": lead.tracker_key, "score": lead.score, "factors": lead.factors,
        "stability": lead.stability, "members": list(lead.members),
        "quotes": [
            {
                "feedback_id": quote.feedback_id, "quote": quote.quote,
                "source": {"file": quote.source.file, "sheet": quote.source.sheet, "row": quote.source.row},
                "start": quote.start, "end": quote.end, "url": quote.url, "created_at": iso(quote.created_at),
                "rating": quote.rating,
            }
            for quote in lead.quotes
        ],
        "title_en": lead.title_en, "aspects": list(lead.aspects), "versions": list(lead.versions),
        "share": lead.share,
        "movement": movement(lead), "copies": lead.copies, "mean_rating": lead.mean_rating,
        "recent": lead.recent, "expected": lead.expected,
        "rice": rice(lead)["score"], "measures": asdict(measured) if measured else None,
        "effort": lead.effort, "reason": lead.reason, "merged_into": lead.merged_into,
    }  # fmt: skip


def as_json(leads: list[Lead], context: Context) -> bytes:
    """The document, indented, in UTF-8."""
    return (json.dumps(document(leads, context.lang, context.measures), ensure_ascii=False, indent=2) + "\n").encode()
