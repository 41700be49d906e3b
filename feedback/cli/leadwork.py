"""The hand work of `feedback leads`: set, rename, merge, split, move, undo, board."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

_Id = Annotated[str, typer.Argument(metavar="ID", help="The lead, such as LEAD-0001; its number will do.")]
_AsOf = Annotated[str | None, typer.Option("--as-of", help="The moment to keep for this change.", show_default="now")]


def register(verbs: typer.Typer) -> None:
    """Add the verbs of hand work below `leads`."""
    verbs.command("set")(set_lead)
    verbs.command("rename")(rename)
    verbs.command("merge")(merge)
    verbs.command("split")(split)
    verbs.command("move")(move)
    verbs.command("undo")(undo)
    verbs.command("board")(board)


def set_lead(
    context: typer.Context,
    lead_id: _Id,
    status: Annotated[
        Literal["new", "confirmed", "planned", "done", "dismissed"] | None, typer.Option(help="Where the work stands.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why; needed to dismiss.")] = None,
    owner: Annotated[str | None, typer.Option(help="Who takes care of it; empty to clear.")] = None,
    tracker_key: Annotated[str | None, typer.Option(help="Its key in the tracker; empty to clear.")] = None,
    effort: Annotated[float | None, typer.Option(min=0.01, help="Person-weeks, for RICE.")] = None,
    as_of: _AsOf = None,
) -> None:
    """Set status, owner, tracker key or effort of a lead."""
    from feedback import pipeline
    from feedback.errors import UsageError

    given = {"status": status, "reason": reason, "owner": owner, "tracker_key": tracker_key, "effort": effort}
    fields: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    for name in ("owner", "tracker_key", "reason"):
        if fields.get(name) == "":
            fields[name] = None
    if not fields:
        raise UsageError("nothing to set", hint="give --status, --reason, --owner, --tracker-key or --effort")
    with _Open(context, as_of) as (store, settings, now):
        lead = pipeline.lead_change(store, settings, lead_id, fields, now=now)
    typer.echo(" ".join([lead.id, *(f"{name}={getattr(lead, name)}" for name in fields)]))


def rename(
    context: typer.Context,
    lead_id: _Id,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="The new title; the program keeps it.")],
    as_of: _AsOf = None,
) -> None:
    """Give a lead a title of your own."""
    from feedback import pipeline

    with _Open(context, as_of) as (store, settings, now):
        lead = pipeline.lead_change(store, settings, lead_id, {"title": title}, now=now)
    typer.echo(f"{lead.id} {lead.title}")


def merge(
    context: typer.Context,
    lead_id: _Id,
    others: Annotated[list[str], typer.Argument(metavar="ID...", help="The leads that go into it.")],
    as_of: _AsOf = None,
) -> None:
    """Bring the complaints of other leads into one; later complaints of theirs join it too."""
    from feedback import pipeline

    with _Open(context, as_of) as (store, settings, now):
        lead = pipeline.leads_merge(store, settings, lead_id, others, now=now)
    typer.echo(f"{lead.id} {lead.shown(settings.lang)}: {lead.people} ({lead.records})")


def split(
    context: typer.Context,
    lead_id: _Id,
    records: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="RECORD...", help="Records that go to the new lead; without any, two groups of nearest meaning."
        ),
    ] = None,
    as_of: _AsOf = None,
) -> None:
    """Make two leads of one."""
    from feedback import pipeline

    with _Open(context, as_of) as (store, settings, now):
        for lead in pipeline.lead_split(store, settings, lead_id, records or (), now=now):
            typer.echo(f"{lead.id} {lead.shown(settings.lang)}: {lead.people} ({lead.records})")


def move(
    context: typer.Context,
    record: Annotated[str, typer.Argument(metavar="RECORD", help="The id of a record.")],
    to: Annotated[str, typer.Option(help="The lead that it belongs to.")],
    source: Annotated[str | None, typer.Option("--from", help="Only its complaints in this lead.")] = None,
    as_of: _AsOf = None,
) -> None:
    """Bring a record's complaints into another lead."""
    from feedback import pipeline

    with _Open(context, as_of) as (store, settings, now):
        lead = pipeline.lead_move(store, settings, record, to, source=source, now=now)
    typer.echo(f"{record} → {lead.id} {lead.shown(settings.lang)}")


def undo(context: typer.Context, as_of: _AsOf = None) -> None:
    """Take the last hand work back."""
    from feedback import pipeline

    with _Open(context, as_of) as (store, settings, now):
        typer.echo(pipeline.leads_undo(store, settings, now=now))


def board(
    context: typer.Context,
    product: Annotated[list[str] | None, typer.Option(help="Only leads of this product; may be repeated.")] = None,
    top: Annotated[int, typer.Option(min=1, help="So many of each status.")] = 12,
) -> None:
    """Leads by status, side by side."""
    from feedback import pipeline
    from feedback.cli.leadview import columns

    with _Open(context, None) as (store, settings, _):
        found = pipeline.leads(store, products=product or (), everything=True)
    columns(found, top, settings.lang)


class _Open:
    """The store of a command, its settings and the moment; closes the store at the end."""

    def __init__(self, context: typer.Context, as_of: str | None) -> None:
        from feedback.cli import moments
        from feedback.store import Store

        self._settings = context.obj.settings()
        self._now = moments.as_of(as_of, self._settings.zone)
        self._store = Store(self._settings.store, create=False)

    def __enter__(self) -> tuple[Any, Any, Any]:
        return self._store, self._settings, self._now

    def __exit__(self, *_: object) -> None:
        self._store.close()
