"""`feedback leads proposals`: what might be merged, split or renamed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from feedback.leads.proposals import Proposal


def register(verbs: typer.Typer) -> None:
    """Add the verb below `leads`."""
    verbs.command("proposals")(proposals)


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

        rows = [asdict(one) | {"command": one.command} for one in found]
        typer.echo(json.dumps({"proposals": rows}, ensure_ascii=False, indent=2))
        return
    for one in found:
        for line in _lines(one, settings.lang):
            typer.echo(line)
    if not context.obj.quiet:
        zh = settings.lang == "zh"
        typer.echo(f"{len(found)} 条建议；未作改动" if zh else f"{len(found)} proposals; nothing was changed", err=True)


def _lines(one: Proposal, lang: str) -> list[str]:
    zh = lang == "zh"
    facts = one.facts
    names = " + ".join(f"{lead} {title}" for lead, title in zip(one.ids, one.titles, strict=True))
    if one.kind == "merge":
        head = f"合并？{one.product}：{names}" if zh else f"merge? {one.product}: {names}"
        why = (
            f"对象同属一类，说法相近（余弦 {facts['cosine']:.2f}）"
            if zh
            else f"about things of one kind, near in meaning (cosine {facts['cosine']:.2f})"
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
    return [head, f"  {why}", *quotes, f"  {one.command}"]
