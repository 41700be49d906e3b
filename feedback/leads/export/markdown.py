"""Leads as one Markdown document: a table, then each lead with its quotes, then the method."""

from __future__ import annotations

import re

from feedback.leads.export.table import Context, place
from feedback.leads.method import NAMES, STATUS, explain, method
from feedback.records import Lead

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def plain_text(text: str) -> str:
    """`text` on one line, its Markdown and HTML marks escaped."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def as_markdown(leads: list[Lead], context: Context) -> bytes:
    """The document in UTF-8."""
    zh = context.lang == "zh"
    names = NAMES[context.lang]
    head = (
        ["排名", "编号", "线索", "问题", "人数", "记录数", "得分", *names.values(), "稳定性", "状态"]
        if zh
        else ["rank", "id", "lead", "code", "people", "records", "score", *names.values(), "stability", "status"]
    )
    lines = ["# 产品优化线索" if zh else "# Product leads", "", _row(head), _row(["---"] * len(head))]
    for lead in leads:
        factors = [f"{lead.factors[name]:.2f}" if lead.factors else "" for name in names]
        numbers = [str(lead.people), str(lead.records), "" if lead.score is None else f"{lead.score:.3f}"]
        last = ["" if lead.stability is None else f"{lead.stability:.0%}", STATUS[context.lang].get(lead.status, "")]
        first = [str(lead.rank or ""), lead.id, plain_text(lead.shown(context.lang)), context.code(lead)]
        lines.append(_row([*first, *numbers, *factors, *last]))
    for lead in leads:
        lines += ["", *section(lead, context, level=2)]
    lines += ["", "## 方法" if zh else "## Method", ""]
    lines += [f"- **{name}**: {text}" for name, text in method(context.settings, context.lang)]
    return ("\n".join(lines) + "\n").encode()


def section(lead: Lead, context: Context, *, level: int) -> list[str]:
    """One lead: heading, why it ranks so, quotes with their sources."""
    about = " · ".join(
        part for part in (lead.product, context.family(lead), context.code(lead), context.stage(lead)) if part
    )
    lines = [f"{'#' * level} {lead.id} {plain_text(lead.shown(context.lang))}", "", plain_text(about), ""]
    lines += [explain(lead, context.lang), ""]
    for quote in lead.quotes:
        day = context.day(quote.created_at)
        lines.append(f"> {plain_text(quote.quote)}")
        lines.append(f"> — {plain_text(place(quote))}{', ' + day if day else ''}")
        lines.append(">")
    return lines[:-1] if lead.quotes else lines


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
