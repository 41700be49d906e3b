"""How leads look in the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from feedback.leads.delta import Solved
    from feedback.leads.export import Context
    from feedback.pipeline import LeadsBuilt
    from feedback.records import Lead
    from feedback.store.leads import Event


def built(result: LeadsBuilt, lang: str) -> str:
    """One line: what the build did."""
    share = result.single / result.complaints if result.complaints else 0.0
    if lang == "zh":
        return (
            f"吐槽 {result.complaints} 处：归入 {result.leads} 条线索 {result.placed} 处"
            f"（新线索 {result.created} 条，并入旧线索 {result.joined} 处），单独 {result.single} 处（{share:.1%}）；"
            f"未说明原因的记录 {result.unspecified} 条"
        )
    return (
        f"{result.complaints} complaint spans: {result.placed} in {result.leads} leads ({result.created} new; "
        f"{result.joined} spans joined old ones), {result.single} single ({share:.1%}); "
        f"{result.unspecified} records give no reason"
    )


def table(leads: list[Lead], context: Context, by: str = "rank") -> None:
    """Leads as a table; factors beside the rank, or another ranking's numbers with their intervals."""
    from rich.console import Console
    from rich.table import Table

    from feedback.leads.method import NAMES, STATUS

    if by != "rank":
        _other(leads, context, by)
        return
    zh = context.lang == "zh"
    names = NAMES[context.lang]
    grid = Table(box=None, header_style="bold", pad_edge=False)
    heads = ["#", "编号", "线索", "产品", "问题", "人数", "得分", *names.values(), "稳定", "状态"] if zh else [
        "#", "id", "lead", "product", "code", "people", "score", *names.values(), "stable", "status"]  # fmt: skip
    numeric = {0, 5, 6, 7, 8, 9, 10, 11, 12}
    for position, head in enumerate(heads):
        grid.add_column(head, justify="right" if position in numeric else "left", no_wrap=position != 2)
    for lead in leads:
        factors = [f"{lead.factors[name]:.2f}" if lead.factors else "" for name in names]
        grid.add_row(
            str(lead.rank or ""), lead.id, _plain(lead.shown(context.lang)), _plain(lead.product), context.code(lead),
            str(lead.people), "" if lead.score is None else f"{lead.score:.3f}", *factors,
            "" if lead.stability is None else f"{lead.stability:.0%}",
            STATUS[context.lang].get(lead.status, lead.status),
        )  # fmt: skip
    # Not in a terminal: wide enough that no cell is cut.
    Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False).print(grid)


def _other(leads: list[Lead], context: Context, by: str) -> None:
    """Leads as a table of another ranking."""
    from rich.console import Console
    from rich.table import Table

    from feedback.leads.export.table import interval
    from feedback.leads.method import rice

    zh = context.lang == "zh"
    heads = {
        "rice": ["RICE", "触达", "影响", "信心", "人周"] if zh else ["RICE", "reach", "impact", "confidence", "effort"],
        "odi": ["机会分", "重要度", "满意度"] if zh else ["opportunity", "importance", "satisfaction"],
        "impact": ["对星级的影响", "对 NPS 的影响"] if zh else ["on stars", "on NPS"],
    }[by]
    grid = Table(box=None, header_style="bold", pad_edge=False)
    first = ["排名", "编号", "线索", "产品", "人数"] if zh else ["rank", "id", "lead", "product", "people"]
    for position, head in enumerate([*first, *heads]):
        grid.add_column(head, justify="left" if 0 < position < 4 else "right", no_wrap=position != 2)
    for lead in leads:
        found = context.measures.get(lead.id)
        if by == "rice":
            known = rice(lead)
            cells = [
                _number(known[name], digits)
                for name, digits in (("score", 1), ("reach", 0), ("impact", 2), ("confidence", 2), ("effort", 1))
            ]
        elif found is None:
            cells = [""] * len(heads)
        elif by == "odi":
            cells = [interval(found.opportunity, ".2f"), _number(found.importance, 2), _number(found.satisfaction, 2)]
        else:
            cells = [interval(found.rating, "+.4f"), interval(found.nps, "+.2f")]
        grid.add_row(
            str(lead.rank or ""), lead.id, _plain(lead.shown(context.lang)), _plain(lead.product), str(lead.people),
            *cells,
        )  # fmt: skip
    Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False).print(grid)


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def details(lead: Lead, history: list[Event], context: Context) -> None:
    """One lead with its quotes and what people did to it."""
    from feedback.leads.delta import movement
    from feedback.leads.export.table import place
    from feedback.leads.method import MOVEMENT, NAMES, STATUS, explain

    zh = context.lang == "zh"
    typer.echo(f"{lead.id}  {lead.shown(context.lang)}")
    about = [lead.product, context.family(lead), context.code(lead), context.stage(lead), *lead.versions[:3]]
    typer.echo(" · ".join(part for part in about if part))
    status = STATUS[context.lang].get(lead.status, lead.status)
    typer.echo(
        " · ".join(part for part in (status, lead.reason, lead.owner, lead.tracker_key, lead.merged_into) if part)
    )
    typer.echo(explain(lead, context.lang))
    if lead.factors:
        typer.echo("  ".join(f"{label} {lead.factors[name]:.2f}" for name, label in NAMES[context.lang].items()))
    seen = f"{context.day(lead.first_seen)} – {context.day(lead.last_seen)}"
    typer.echo(
        f"{lead.people} 人，{lead.records} 条记录，另有近似重复 {lead.copies} 条；{seen}"
        if zh
        else f"{lead.people} people, {lead.records} records, {lead.copies} near duplicates beside; {seen}"
    )
    for line in _measured(lead, context):
        typer.echo(line)
    moved = MOVEMENT[context.lang][movement(lead)]
    if moved:
        typer.echo(f"动向：{moved}" if zh else f"movement: {moved}")
    for quote in lead.quotes:
        typer.echo(f"  “{' '.join(quote.quote.split())}”\n      {place(quote)}")
    for event in history:
        typer.echo(f"  {event.at.astimezone(context.zone):%Y-%m-%d %H:%M} {event.action} {event.detail}".rstrip())


def _measured(lead: Lead, context: Context) -> list[str]:
    """Impact and opportunity of a lead, with their intervals."""
    from feedback.leads.export.table import interval

    found = context.measures.get(lead.id)
    if found is None:
        return []
    zh = context.lang == "zh"
    lines = []
    for moved, what, form in ((found.rating, "星级" if zh else "stars", "+.4f"), (found.nps, "NPS", "+.2f")):
        if moved:
            said = interval(moved, form)
            lines.append(
                f"对{what}的影响：{said}（{moved.n} 条）" if zh else f"impact on {what}: {said} ({moved.n} records)"
            )
    if found.opportunity:
        said = interval(found.opportunity, ".2f")
        parts = f"{found.importance:.2f}", _number(found.satisfaction, 2)
        lines.append(
            f"ODI 机会分：{said}（重要度 {parts[0]}，满意度 {parts[1]}）"
            if zh
            else f"ODI opportunity: {said} (importance {parts[0]}, satisfaction {parts[1]})"
        )
    return lines


def _plain(text: str) -> str:
    return " ".join(text.split())


def since(found: Solved, lang: str) -> str:
    """One line: complaints since a version against those before it."""
    verdict = found.verdict
    if lang == "zh":
        says = {"solved": "已见效", "worse": "变多", "not shown": "看不出变化", "too few": "数据不足"}[verdict]
        text = (
            f"自版本 {found.version}：{found.since}/{found.since_all} 人，"
            f"此前 {found.before}/{found.before_all} 人，{says}"
        )
    else:
        text = (
            f"since version {found.version}: {found.since}/{found.since_all} people, before "
            f"{found.before}/{found.before_all}: {verdict}"
        )
    if found.difference is None:
        return text
    return f"{text}（{found.difference:+.1%}，95% {found.lower:+.1%} … {found.upper:+.1%}）"


def columns(leads: list[Lead], top: int, lang: str) -> None:
    """One column a status; merged and empty leads are left out."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from feedback.leads.method import STATUS

    order = ("new", "confirmed", "planned", "done", "dismissed")
    stacks = {status: [lead for lead in leads if lead.status == status and lead.records] for status in order}
    grid = Table(box=box.SIMPLE_HEAD, header_style="bold", expand=True)
    for status in order:
        grid.add_column(f"{STATUS[lang][status]} {len(stacks[status])}", ratio=1)
    for row in range(min(top, max(map(len, stacks.values()), default=0))):
        cells = [stacks[status][row] if row < len(stacks[status]) else None for status in order]
        grid.add_row(
            *(
                f"{_plain(lead.shown(lang))}\n{lead.id} · {lead.people} · {lead.owner or '—'}" if lead else ""
                for lead in cells
            )
        )
    Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False).print(grid)
