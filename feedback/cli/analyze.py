"""`feedback analyze`: judge what is not yet judged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from feedback.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("analyze")(analyze)


def analyze(
    context: typer.Context,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes.", show_default="one per core")] = None,
    since: Annotated[str | None, typer.Option(help="Only records created at or after this date.")] = None,
    redo: Annotated[bool, typer.Option("--redo", help="Judge again what is already judged.")] = False,
    judge: Annotated[
        Literal["fast", "careful"] | None,
        typer.Option(help="Which judge.", show_default="that of the store; careful below 20,000 records"),
    ] = None,
    engine: Annotated[Literal["local", "dask"], typer.Option(help="Where the work runs.")] = "local",
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler.", show_default="a cluster on this machine")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Judge every record that has no verdict yet: polarity, complaint codes, stage, and the words that show them."""
    from functools import partial

    from feedback import pipeline
    from feedback.cli import judges, moments
    from feedback.engine import dask, local
    from feedback.errors import UsageError
    from feedback.store import Store

    settings: Settings = context.obj.settings()
    if scheduler is not None and engine != "dask":
        raise UsageError("--scheduler: only with --engine dask", hint="add --engine dask")
    now = moments.as_of(None, settings.zone)
    with (
        Store(settings.store, create=False) as store,
        judges.progress("判读" if settings.lang == "zh" else "judging", quiet=context.obj.quiet) as advance,
    ):
        begin = moments.begin(since, settings.zone, "--since")
        options = {"now": now, "since": begin, "redo": redo, "judge": judge, "progress": advance}
        if engine == "dask":
            with dask.connected(scheduler, workers or 2) as client:
                done = pipeline.analyze(store, settings, run=partial(dask.run, client), **options)  # type: ignore[arg-type]
        else:
            run = partial(local.run, workers=workers or judges.cores(), ready=judges.ROOMS)
            done = pipeline.analyze(store, settings, run=run, **options)  # type: ignore[arg-type]
    if as_json:
        typer.echo(json.dumps({"judged": done.judged, "negative": done.negative, "with_codes": done.complaining}))
    elif settings.lang == "zh":
        typer.echo(f"判读 {done.judged} 条：负面 {done.negative} 条，含吐槽 {done.complaining} 条")
    else:
        typer.echo(f"judged {done.judged} records: {done.negative} negative, {done.complaining} with complaints")
