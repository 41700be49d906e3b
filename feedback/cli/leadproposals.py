"""`feedback leads proposals` and `decline`: what might be merged, split or renamed, and what not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from feedback.leads.proposals import Proposal


def register(verbs: typer.Typer) -> None:
    """Add the verbs below `leads`."""
    verbs.command("proposals")(proposals)
    verbs.command("decline")(decline)


def proposals(
    context: typer.Context,
    product: Annotated[
        list[str] | None, typer.Option("--product", help="Only leads of this product; may be repeated.")
    ] = None,
    kind: Annotated[
        Literal["merge", "split", "drift"] | None, typer.Option(help="Only these.", show_default="all")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Leads that say the same, that say two things, or that drifted; each with the command that accepts it."""
    from feedback import pipeline
    from feedback.store import Store

    settings = context.obj.settings()
    with Store(settings.store, create=False) as store:
        found = pipeline.leads_proposals(store, settings, products=product or ())
    found = [one for one in found if kind in (None, one.kind)]
    if as_json:
        from dataclasses import asdict

        rows = [asdict(one) | {"command": one.command, "decline": one.decline} for one in found]
        typer.echo(json.dumps({"proposals": rows}, ensure_ascii=False, indent=2))
        return
    for one in found:
        for line in _lines(one, settings.lang):
            typer.echo(line)
    if not context.obj.quiet:
        zh = settings.lang == "zh"
        typer.echo(f"{len(found)} 条建议；未作改动" if zh else f"{len(found)} proposals; nothing was changed", err=True)


def decline(
    context: typer.Context,
    kind: Annotated[Literal["merge", "split", "drift"], typer.Argument(metavar="KIND", help="merge, split or drift.")],
    leads: Annotated[list[str], typer.Argument(metavar="ID...", help="Both leads of a merge, else the lead.")],
    reason: Annotated[str | None, typer.Option(help="Why not.")] = None,
    as_of: Annotated[str | None, typer.Option(help="The moment to keep for this.", show_default="now")] = None,
) -> None:
    """Say no to a proposal for good; `leads undo` takes it back."""
    from feedback import pipeline
    from feedback.cli import moments
    from feedback.store import Store

    settings = context.obj.settings()
    with Store(settings.store, create=False) as store:
        ids = pipeline.proposal_decline(store, kind, leads, reason=reason, now=moments.as_of(as_of, settings.zone))
    if not context.obj.quiet:
        names = " ".join(ids)
        said = f"不再建议：{kind} {names}" if settings.lang == "zh" else f"not proposed again: {kind} {names}"
        typer.echo(said, err=True)


def _lines(one: Proposal, lang: str) -> list[str]:
    zh = lang == "zh"
    facts = one.facts
    names = " + ".join(f"{lead} {title}" for lead, title in zip(one.ids, one.titles, strict=True))
    if one.kind == "merge":
        head = f"合并？{one.product}：{names}" if zh else f"merge? {one.product}: {names}"
        why = (
            f"对象同属一类，说法相近（余弦 {facts['cosine']:.2f}，{facts['mixed']:.0%} 以上更像对方）"
            if zh
            else f"about things of one kind, near in meaning (cosine {facts['cosine']:.2f}, "
            f"{facts['mixed']:.0%} or more nearer to the other)"
        )
    elif one.kind == "split":
        head = f"拆分？{one.product}：{names}" if zh else f"split? {one.product}: {names}"
        why = (
            f"两组说法：留 {facts['stay']:.0f} 处，分出 {facts['leave']:.0f} 处"
            f"（轮廓系数 {facts['silhouette']:.2f}，余弦 {facts['cosine']:.2f}）"
            if zh
            else f"two groups: {facts['stay']:.0f} stay, {facts['leave']:.0f} leave "
            f"(silhouette {facts['silhouette']:.2f}, cosine {facts['cosine']:.2f})"
        )
    else:
        head = f"走样？{one.product}：{names}" if zh else f"drift? {one.product}: {names}"
        why = (
            f"近期 {facts['late']:.0f} 处与此前 {facts['before']:.0f} 处说法不同"
            f"（余弦 {facts['cosine']:.2f}，p={facts['p']:.3f}）"
            if zh
            else f"{facts['late']:.0f} lately differ from {facts['before']:.0f} before "
            f"(cosine {facts['cosine']:.2f}, p={facts['p']:.3f})"
        )
    quotes = [f"    “{'” “'.join(side)}”" for side in one.quotes]
    no = f"  不要：{one.decline}" if zh else f"  or never: {one.decline}"
    return [head, f"  {why}", *quotes, f"  {one.command}", no]
