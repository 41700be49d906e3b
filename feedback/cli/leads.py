"""`feedback leads`: complaints as ranked leads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from feedback.cli import leadproposals, leadpush, leadwork

if TYPE_CHECKING:
    from feedback.settings import Settings
    from feedback.store import Store

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_Products = Annotated[list[str] | None, typer.Option("--product", help="Only leads of this product; may be repeated.")]
_All = Annotated[bool, typer.Option("--all", help="Done, dismissed and merged leads too.")]
_Id = Annotated[str, typer.Argument(metavar="ID", help="The lead, such as LEAD-0001; its number will do.")]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(help="Complaints grouped into ranked leads.", no_args_is_help=True, rich_markup_mode=None)
    verbs.command("build")(build)
    verbs.command("list")(list_leads)
    verbs.command("show")(show)
    leadwork.register(verbs)
    verbs.command("export")(export)
    leadpush.register(verbs)
    leadproposals.register(verbs)
    app.add_typer(verbs, name="leads")


def build(
    context: typer.Context,
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh", help="Group anew what no person has touched; leads that come out alike keep their ids."
        ),
    ] = False,
    encoder: Annotated[
        str | None,
        typer.Option(help="static, tfidf, or path or name of a sentence-transformers model.", show_default="static"),
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="The moment to take for now.", show_default="now")] = None,
    as_json: _Json = False,
) -> None:
    """Group complaints without a lead, name new leads, rank all."""
    from dataclasses import asdict

    from feedback import pipeline
    from feedback.cli import moments
    from feedback.cli.leadview import built
    from feedback.store import Store

    settings = _settings(context, encoder=encoder)
    now = moments.as_of(as_of, settings.zone)
    with Store(settings.store, create=False) as store:
        result = pipeline.leads_build(store, settings, now=now, fresh=fresh, progress=_progress(context))
    if as_json:
        typer.echo(json.dumps(asdict(result), ensure_ascii=False, indent=2))
    elif not context.obj.quiet:
        typer.echo(built(result, settings.lang))


def list_leads(
    context: typer.Context,
    product: _Products = None,
    top: Annotated[
        int | None, typer.Option(min=1, help="The first so many.", show_default="20; all with --json")
    ] = None,
    by: Annotated[
        Literal["rank", "rice", "odi", "impact"],
        typer.Option(help="Order: rank; RICE; Ulwick's opportunity score; impact on stars or NPS, worst first."),
    ] = "rank",
    everything: _All = False,
    as_json: _Json = False,
) -> None:
    """Leads by rank, every factor beside it; or by another ranking, with its interval."""
    from feedback import pipeline
    from feedback.cli.leadview import table
    from feedback.leads.export.plain import document
    from feedback.leads.measures import order
    from feedback.store import Store

    settings = context.obj.settings()
    with Store(settings.store, create=False) as store:
        found = pipeline.leads(store, products=product or (), everything=everything)
        around = pipeline.leads_context(store if as_json or by != "rank" else None, settings)
        others = [] if found or not product else _products(store)
    if by != "rank":
        found = order(found, around.measures, by)
    shown = found[: top if top or as_json else 20]
    if as_json:
        typer.echo(json.dumps(document(shown, settings.lang, around.measures), ensure_ascii=False, indent=2))
        return
    if not shown and not context.obj.quiet:
        zh = settings.lang == "zh"
        empty = "还没有线索：先运行 feedback leads build" if zh else "no leads yet: run feedback leads build"
        if others:
            asked, known = "、".join(product or []), ("、" if zh else ", ").join(others)
            empty = (
                f"{asked} 没有线索；有线索的产品：{known}"
                if zh
                else f"no leads of {asked}; products with leads: {known}"
            )
        typer.echo(empty, err=True)
    if shown:
        table(shown, around, by)
    if len(shown) < len(found) and not context.obj.quiet:
        rest, every = len(found) - len(shown), f"--top {len(found)}"
        typer.echo(
            f"另有 {rest} 条；{every} 显示全部" if settings.lang == "zh" else f"{rest} more; {every} shows all",
            err=True,
        )


def _products(store: Store) -> list[str]:
    """The products that have leads."""
    from feedback import pipeline

    return sorted({lead.product for lead in pipeline.leads(store, everything=True)})


def show(
    context: typer.Context,
    lead_id: _Id,
    since_version: Annotated[
        str | None, typer.Option(metavar="VERSION", help="Compare complaints since this version with those before it.")
    ] = None,
    as_json: _Json = False,
) -> None:
    """One lead: why it ranks so, and its quotes with file and row."""
    from dataclasses import asdict

    from feedback import pipeline
    from feedback.cli.leadview import details, since
    from feedback.leads.export.plain import document
    from feedback.store import Store

    settings = context.obj.settings()
    with Store(settings.store, create=False) as store:
        lead = pipeline.lead(store, lead_id)
        history = pipeline.lead_history(store, lead.id)
        solved = pipeline.lead_since(store, lead.id, since_version) if since_version else None
        around = pipeline.leads_context(store, settings)
    if as_json:
        found = document([lead], settings.lang, around.measures)["leads"][0]
        if solved:
            found["since_version"] = asdict(solved) | {"verdict": solved.verdict}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    details(lead, history, around)
    if solved:
        typer.echo(since(solved, settings.lang))


def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; its ending names the format.")],
    kind: Annotated[
        Literal["csv", "xlsx", "md", "json", "jira", "zentao", "github"] | None,
        typer.Option("--format", help="The format.", show_default="by the ending of FILE"),
    ] = None,
    product: _Products = None,
    top: Annotated[int | None, typer.Option(min=1, help="The first so many.", show_default="all")] = None,
    everything: _All = False,
) -> None:
    """Write leads to a file for people or for a tracker; the lead's id is the external key there."""
    from feedback import pipeline
    from feedback.errors import NothingToDo, UsageError
    from feedback.leads.export import format_of, render
    from feedback.store import Store

    settings = context.obj.settings()
    wanted = format_of(file, kind)
    if not file.parent.is_dir():
        raise UsageError(f"{file}: its folder does not exist", hint="create the folder or name another file")
    with Store(settings.store, create=False) as store:
        found = pipeline.leads(store, products=product or (), everything=everything)[:top]
        around = pipeline.leads_context(store, settings)
        others = [] if found or not product else _products(store)
    if others:
        raise NothingToDo(
            f"{settings.store}: no leads of {', '.join(product or [])}", hint=f"valid: {', '.join(others)}"
        )
    if not found:
        raise NothingToDo(f"{settings.store}: no leads", hint="run `feedback leads build` first")
    file.write_bytes(render(found, wanted, around))
    if not context.obj.quiet:
        leads = f"{len(found)} 条线索" if settings.lang == "zh" else f"{len(found)} leads"
        typer.echo(f"{leads} → {file} ({wanted})", err=True)


def _settings(context: typer.Context, *, encoder: str | None) -> Settings:
    settings: Settings = context.obj.settings()
    if encoder is None:
        return settings
    return settings.model_copy(update={"leads": settings.leads.model_copy(update={"encoder": encoder})})


def _progress(context: typer.Context) -> Any:
    """Tells on standard error how far a slow encoder is; nothing with -q."""
    if context.obj.quiet:
        return None

    doing = "编码" if context.obj.settings().lang == "zh" else "encoding"

    def tell(done: int, total: int) -> None:
        typer.echo(f"\r{doing} {done}/{total}", err=True, nl=done == total)

    return tell
