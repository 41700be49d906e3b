"""`feedback incidents`: the 24-hour clock of each rise, and what people did about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from feedback.track.incidents import Event, Incident

_Owner = Annotated[str | None, typer.Option(help="Who takes it up.", show_default="unchanged")]
_AsOf = Annotated[str | None, typer.Option(help="The moment to take for now.", show_default="now")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_Id = Annotated[str, typer.Argument(help="Number of the incident, such as INC-0001.")]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verb = typer.Typer(
        help="Incidents of the negative share: list, show, acknowledge, note, close.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    verb.command("list")(list_)
    verb.command("show")(show)
    verb.command("ack")(ack)
    verb.command("note")(note)
    verb.command("close")(close)
    app.add_typer(verb, name="incidents")


def list_(context: typer.Context, as_of: _AsOf = None, as_json: _Json = False) -> None:
    """All incidents with their clocks."""
    from feedback import pipeline
    from feedback.cli import moments
    from feedback.cli.trackview import console, incident_document, show_incidents
    from feedback.store import Store

    settings = context.obj.settings()
    now = moments.as_of(as_of, settings.zone)
    with Store(settings.store, create=False) as store:
        found = pipeline.incidents(store, settings)
    if as_json:
        _print({"incidents": [incident_document(incident, now) for incident in found]})
    else:
        show_incidents(console(), found, now, settings.lang)


def show(
    context: typer.Context,
    incident_id: _Id,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Write the brief to this file: .html, else Markdown.",
            show_default="print plain text",
        ),
    ] = None,
    as_of: _AsOf = None,
    as_json: _Json = False,
) -> None:
    """The one-page brief of an incident: what, since when, how sure, quotes, who spreads it, what to do first."""
    from feedback import pipeline
    from feedback.cli import moments
    from feedback.errors import UsageError
    from feedback.store import Store
    from feedback.track.brief import html, markdown, plain
    from feedback.track.incidents import named

    settings = context.obj.settings()
    now = moments.as_of(as_of, settings.zone)
    with Store(settings.store, create=False) as store:
        incident = named(pipeline.incidents(store, settings), incident_id)
        history = pipeline.incident_history(store, settings, incident.id)
        page = None if as_json else pipeline.incident_brief(store, settings, incident.id, now=now)
    if page is None:
        _show(incident, history, now, settings.lang, as_json=True)
        return
    if output is None:
        typer.echo(plain(page), nl=False)
        return
    try:
        output.write_text(html(page) if output.suffix.lower() == ".html" else markdown(page), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output}: {error.strerror}", hint="name a file that can be written") from None
    if not context.obj.quiet:
        typer.echo(str(output), err=True)


def ack(
    context: typer.Context, incident_id: _Id, owner: _Owner = None, as_of: _AsOf = None, as_json: _Json = False
) -> None:
    """Acknowledge an incident: someone has taken it up."""
    from feedback.track.incidents import acknowledge

    _change(context, incident_id, as_of, as_json, lambda incident, now: acknowledge(incident, now, owner))


def note(
    context: typer.Context,
    incident_id: _Id,
    text: Annotated[str, typer.Argument(help="What to keep in the history.")],
    owner: _Owner = None,
    as_of: _AsOf = None,
    as_json: _Json = False,
) -> None:
    """Add a note to an incident's history."""
    from feedback.track.incidents import note as add

    _change(context, incident_id, as_of, as_json, lambda incident, now: add(incident, now, text, owner))


def close(
    context: typer.Context, incident_id: _Id, owner: _Owner = None, as_of: _AsOf = None, as_json: _Json = False
) -> None:
    """Close an incident; only a new rise opens another."""
    from feedback.track.incidents import close as end

    _change(context, incident_id, as_of, as_json, lambda incident, now: end(incident, now, owner))


def _change(
    context: typer.Context,
    incident_id: str,
    as_of: str | None,
    as_json: bool,
    change: Callable[[Incident, datetime], tuple[Incident, Event]],
) -> None:
    from feedback import pipeline
    from feedback.cli import moments
    from feedback.store import Store

    settings = context.obj.settings()
    now = moments.as_of(as_of, settings.zone)
    with Store(settings.store, create=False) as store:
        changed = pipeline.change_incident(store, settings, incident_id, lambda incident: change(incident, now))
        history = pipeline.incident_history(store, settings, changed.id)
    _show(changed, history, now, settings.lang, as_json=as_json)


def _show(incident: Incident, history: tuple[Event, ...], now: datetime, lang: str, *, as_json: bool) -> None:
    from feedback.cli.trackview import console, incident_document, show_incidents

    if as_json:
        events = [{"at": e.at.isoformat(), "kind": e.kind, "who": e.who, "text": e.text} for e in history]
        _print({"incident": incident_document(incident, now), "history": events})
        return
    out = console()
    show_incidents(out, [incident], now, lang)
    for event in history:
        who = f" {event.who}" if event.who else ""
        kind = _KINDS[event.kind] if lang == "zh" else event.kind
        out.print(f"{event.at:%Y-%m-%d %H:%M} {kind}{who} {event.text}".rstrip(), markup=False)


_KINDS = {"opened": "开启", "acknowledged": "响应", "owner": "转交", "note": "备注", "closed": "关闭"}


def _print(document: dict[str, Any]) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
