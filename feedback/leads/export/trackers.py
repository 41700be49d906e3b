"""Files that trackers import: Jira CSV, 禅道 CSV, GitHub issues JSON. The lead's id travels as external key."""

from __future__ import annotations

import json
from typing import Any

from feedback.leads.export.markdown import section
from feedback.leads.export.plain import table_bytes
from feedback.leads.export.table import Context, place
from feedback.leads.method import explain
from feedback.records import Lead

#: GitHub's limit on a title; Jira's is 255.
_TITLE = 255
_PRIORITIES = ("Highest", "High", "Medium", "Low")


def urgency(lead: Lead) -> int:
    """1 (ranks 1–5), 2 (to 15), 3 (to 40), 4 (the rest and the unranked)."""
    rank = lead.rank or 10**6
    return 1 if rank <= 5 else 2 if rank <= 15 else 3 if rank <= 40 else 4


def _label(text: str) -> str:
    """A label without blanks, as Jira wants it."""
    return "-".join(text.split())


def _body(lead: Lead, context: Context) -> str:
    """Plain text: why, quotes with sources, the key."""
    lines = [explain(lead, context.lang), ""]
    for quote in lead.quotes:
        lines.append(f"“{' '.join(quote.quote.split())}” ({place(quote)})")
    return "\n".join([*lines, "", f"feedback: {lead.id}"])


def as_jira(leads: list[Lead], context: Context) -> bytes:
    """CSV for Jira's importer. Map "External Issue ID": a second import then updates; "Issue Key" where known."""
    rows: list[list[Any]] = [
        ["Issue Key", "External Issue ID", "Summary", "Issue Type", "Priority", *["Labels"] * 3, "Assignee",
         "Description"]
    ]  # fmt: skip
    for lead in leads:
        labels = ["feedback", _label(lead.product), lead.code]
        rows.append(
            [lead.tracker_key, lead.id, lead.shown(context.lang)[:_TITLE], "Story", _PRIORITIES[urgency(lead) - 1],
             *labels, lead.owner, _body(lead, context)]
        )  # fmt: skip
    return table_bytes(rows)


def as_zentao(leads: list[Lead], context: Context) -> bytes:
    """CSV for 禅道's import of 研发需求. 编号 is filled where the tracker's key is known, so that importing updates."""
    rows: list[list[Any]] = [
        [
            "编号",
            "所属产品",
            "所属模块",
            "来源",
            "来源备注",
            "研发需求名称",
            "描述",
            "验收标准",
            "关键词",
            "优先级",
            "指派给",
        ]
    ]
    for lead in leads:
        number = "".join(c for c in lead.tracker_key or "" if c.isdigit())
        rows.append(
            [number, lead.product, "", "用户", lead.id, lead.shown(context.lang)[:_TITLE], _body(lead, context),
             "", f"{lead.id},{context.code(lead)}", urgency(lead), lead.owner]
        )  # fmt: skip
    return table_bytes(rows)


def marker(lead_id: str) -> str:
    """The line in an issue's body by which a later push finds it again."""
    return f"<!-- feedback-lead: {lead_id} -->"


def issue(lead: Lead, context: Context) -> dict[str, Any]:
    """One GitHub issue: title, body, labels, assignees, external_id, and number where the tracker's key is known."""
    body = "\n".join([*section(lead, context, level=2)[2:], "", marker(lead.id)])
    known = (lead.tracker_key or "").lstrip("#")
    return {
        "external_id": lead.id,
        "number": int(known) if known.isdigit() else None,
        "title": lead.shown(context.lang)[:_TITLE],
        "body": body,
        "labels": ["feedback", lead.code, f"P{urgency(lead)}"],
        "assignees": [lead.owner] if lead.owner else [],
    }


def as_github(leads: list[Lead], context: Context) -> bytes:
    """A JSON list of issues."""
    return (json.dumps([issue(lead, context) for lead in leads], ensure_ascii=False, indent=2) + "\n").encode()
