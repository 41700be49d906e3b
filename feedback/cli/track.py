"""`feedback track`: is a keyword's negative share in breach, since when, and how sure is that?"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from feedback.settings import Settings
    from feedback.store.incidents import Notification


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("track")(track)


def track(
    context: typer.Context,
    product: Annotated[list[str] | None, typer.Option(help="Only records of this product; may be repeated.")] = None,
    keyword: Annotated[
        list[str] | None,
        typer.Option(help="Watch this keyword; may be repeated.", show_default="all of settings and lexicon"),
    ] = None,
    window: Annotated[str | None, typer.Option(help="Length of the window.", show_default="7d")] = None,
    step: Annotated[str | None, typer.Option(help="Length of a step of the series.", show_default="1d")] = None,
    threshold: Annotated[float | None, typer.Option(help="The line, 0..1.", show_default="0.05")] = None,
    since: Annotated[
        str | None, typer.Option(help="Begin of the series.", show_default="twelve windows before the end")
    ] = None,
    until: Annotated[str | None, typer.Option(help="End of the window and the series.", show_default="--as-of")] = None,
    as_of: Annotated[str | None, typer.Option(help="The moment to take for now.", show_default="now")] = None,
    notify: Annotated[
        bool, typer.Option("--notify", help="Send messages about incidents to the channels set up.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Open no incident, write nothing, send nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Negative share of keywords with interval and state; opens incidents. Exit code 3 when one is in breach."""
    from feedback import pipeline
    from feedback.cli import moments
    from feedback.cli.trackview import as_document, failures, notes, show
    from feedback.errors import UsageError
    from feedback.store import Store

    settings = _with_options(context.obj.settings(), threshold=threshold, window=window, step=step)
    now = moments.as_of(as_of, settings.zone)
    end = moments.end(until, settings.zone, "--until") or moments.end(as_of, settings.zone, "--as-of") or now
    begin = moments.begin(since, settings.zone, "--since")
    if begin is not None and begin >= end:
        raise UsageError(f"--since {since} is not before the end {end:%Y-%m-%d %H:%M}", hint="exchange the two")
    if until is not None and as_of is None:
        # A replay of the past: what it opens, it opens then.
        now = min(now, end)
    if notify and not settings.track.channels:
        hint = "name one in feedback.toml, such as [track.channels.pr] kind = feishu, dingtalk, wecom, mail or command"
        raise UsageError("--notify: no channel is set up", hint=hint)
    sent: tuple[Notification, ...] = ()
    with Store(settings.store, create=False) as store:
        result = pipeline.track(
            store,
            settings,
            end=end,
            now=now,
            keywords=keyword or (),
            products=product or (),
            since=begin,
            dry_run=dry_run,
        )
        if notify and not dry_run:
            sent = pipeline.notify(store, settings, result, clock=time.time, sleep=time.sleep)
    if as_json:
        typer.echo(json.dumps(as_document(result), ensure_ascii=False, indent=2))
    else:
        show(result, settings)
    if not context.obj.quiet:
        for line in notes(result, settings.lang, dry_run=dry_run):
            typer.echo(line, err=True)
    # Said even with -q: an alarm that reached nobody is a fault, not a note.
    for line in failures(sent, settings.lang):
        typer.echo(line, err=True)
    if result.tracked.breach:
        raise typer.Exit(3)


def _with_options(settings: Settings, **options: Any) -> Settings:
    from pydantic import ValidationError

    from feedback.errors import UsageError
    from feedback.settings import TrackSettings

    given = {name: value for name, value in options.items() if value is not None}
    try:
        changed = TrackSettings.model_validate({**settings.track.model_dump(), **given})
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"--{first['loc'][0]}: {first['msg']}", hint="a share between 0 and 1, such as 0.05") from None
    return settings.model_copy(update={"track": changed})
