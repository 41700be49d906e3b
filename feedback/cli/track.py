"""`feedback track`: is a keyword's negative share in breach, since when, and how sure is that?"""

from __future__ import annotations

import json
import os
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from feedback.pipeline import TrackResult
    from feedback.settings import Settings
    from feedback.store.incidents import Notification


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("track")(track)


def _share(text: str) -> float:
    """0.05 and 5% are one share. Full-width marks are read, too."""
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        return float(plain[:-1]) / 100 if plain.endswith("%") else float(plain)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no share: write 0.05 or 5%") from None


def track(
    context: typer.Context,
    product: Annotated[list[str] | None, typer.Option(help="Only records of this product; may be repeated.")] = None,
    keyword: Annotated[
        list[str] | None,
        typer.Option(
            help="Watch this keyword, or a list such as 苹果,iphone,-果汁,+系统; may be repeated.",
            show_default="all of settings and lexicon",
        ),
    ] = None,
    window: Annotated[str | None, typer.Option(help="Length of the window.", show_default="7d")] = None,
    step: Annotated[str | None, typer.Option(help="Length of a step of the series.", show_default="1d")] = None,
    threshold: Annotated[
        float | None, typer.Option(parser=_share, metavar="SHARE", help="The line: 0.05 or 5%.", show_default="0.05")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Begin of the series.", show_default="twelve windows before the end")
    ] = None,
    until: Annotated[str | None, typer.Option(help="End of the window and the series.", show_default="--as-of")] = None,
    as_of: Annotated[str | None, typer.Option(help="The moment to take for now.", show_default="now")] = None,
    notify: Annotated[
        bool, typer.Option("--notify", help="Send messages about incidents to the channels set up.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Open no incident, write nothing, send nothing.")] = False,
    watch: Annotated[
        str | None,
        typer.Option(metavar="PERIOD", help="Run on, looking again at this interval (15min, 1h).", show_default="once"),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(help="With --watch: ingest and judge new files of this folder first.", show_default="none"),
    ] = None,
    kind: Annotated[
        Literal["review", "social", "survey"], typer.Option(help="With --folder: what its records are.")
    ] = "social",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Negative share of keywords with interval and state; opens incidents. Exit code 3 when one is in breach."""
    from feedback.cli import moments, trackwatch
    from feedback.errors import UsageError
    from feedback.track.windows import period

    settings = _with_options(context.obj.settings(), threshold=threshold, window=window, step=step)
    if notify and not settings.track.channels:
        hint = "name one in feedback.toml, such as [track.channels.pr] kind = feishu, dingtalk, wecom, mail or command"
        raise UsageError("--notify: no channel is set up", hint=hint)
    view = _View(product or [], keyword or [], since, until, as_of, notify, dry_run, as_json, context.obj.quiet)
    if watch is None:
        if folder is not None:
            raise UsageError("--folder: only with --watch", hint="`feedback ingest` takes a folder in once")
        if _look(settings, view):
            raise typer.Exit(3)
        return
    if until or as_of:
        raise UsageError("--watch looks at the present", hint="leave --until and --as-of out")
    every = period(watch, "--watch")
    source = None
    if folder is not None:
        if not folder.is_dir() or len(view.products) != 1:
            raise UsageError(
                "--folder: needs a folder and one --product", hint="name the product that its files speak of"
            )
        source = trackwatch.Folder(folder, kind, view.products[0])

    def look() -> None:
        if source is not None and not dry_run:
            source.take_in(settings, moments.as_of(None, settings.zone))
        _look(settings, view)

    with trackwatch.interruptible():
        trackwatch.watch(look, every)


@dataclass(frozen=True)
class _View:
    """What to look at and how to show it."""

    products: list[str]
    keywords: list[str]
    since: str | None
    until: str | None
    as_of: str | None
    notify: bool
    dry_run: bool
    as_json: bool
    quiet: bool


def _look(settings: Settings, view: _View) -> bool:
    """One look: count, open incidents, send, print. Is any keyword in breach?"""
    from feedback import pipeline
    from feedback.cli import moments
    from feedback.cli.trackview import as_document, failures, notes, show, unready
    from feedback.errors import UsageError
    from feedback.store import Store

    zone = settings.zone
    now = moments.as_of(view.as_of, zone)
    end = moments.end(view.until, zone, "--until") or moments.end(view.as_of, zone, "--as-of") or now
    begin = moments.begin(view.since, zone, "--since")
    if begin is not None and begin >= end:
        raise UsageError(f"--since {view.since} is not before the end {end:%Y-%m-%d %H:%M}", hint="exchange the two")
    if view.until is not None and view.as_of is None:
        # A replay of the past: what it opens, it opens then.
        now = min(now, end)
    sent: tuple[Notification, ...] = ()
    with Store(settings.store, create=False) as store:
        result = pipeline.track(
            store,
            settings,
            end=end,
            now=now,
            keywords=view.keywords,
            products=view.products,
            since=begin,
            dry_run=view.dry_run,
        )
        if view.notify and not view.dry_run:
            sent = pipeline.notify(store, settings, result, clock=time.time, sleep=time.sleep)
    if view.as_json:
        typer.echo(json.dumps(as_document(result), ensure_ascii=False, indent=2))
    else:
        show(result, settings)
    if not view.quiet:
        lines = [*notes(result, settings.lang, dry_run=view.dry_run)]
        # What --notify could not send is told below.
        lines += [] if view.notify and not view.dry_run else unready(settings, os.environ)
        for line in lines:
            typer.echo(line, err=True)
    # Said even with -q: an alarm that reached nobody is a fault, not a note.
    for line in failures(sent, settings.lang):
        typer.echo(line, err=True)
    if result.unmet:
        _unmet(result)
    return result.tracked.breach


def _unmet(result: TrackResult) -> None:
    """A keyword that no record names is most likely mistyped: not passed over in silence, even with -q."""
    from feedback.errors import NothingToDo

    others = ", ".join(w.keyword for w in result.tracked.keywords if w.last_mention) or "none of those asked for"
    error = NothingToDo(
        f"--keyword {', '.join(result.unmet)}: no record before {result.tracked.end:%Y-%m-%d %H:%M} names it",
        hint=f"named: {others}; without --keyword all that are known are watched",
    )
    if not result.tracked.breach:
        raise error
    # A breach of another keyword is the exit code.
    typer.echo(f"feedback: {error}", err=True)


def _with_options(settings: Settings, **options: Any) -> Settings:
    from pydantic import ValidationError

    from feedback.errors import UsageError
    from feedback.settings import TrackSettings, explain

    given = {name: value for name, value in options.items() if value is not None}
    try:
        changed = TrackSettings.model_validate({**settings.track.model_dump(), **given})
    except ValidationError as error:
        fault = explain(error, TrackSettings)
        told = f"--{fault.key}{fault.problem.replace(' = ', ' ', 1)}"
        raise UsageError(told, hint="a share, such as 0.05 for 5%") from None
    return settings.model_copy(update={"track": changed})
