"""`feedback ingest`: files or folders into the store."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from feedback.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("ingest")(ingest)


def ingest(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files, folders or zips; - is standard input.")],
    kind: Annotated[
        Literal["review", "social", "interview", "survey"],
        typer.Option(help="What the records are.", show_default=False),
    ],
    product: Annotated[str, typer.Option(help="The product that they speak of.", show_default=False)],
    channel: Annotated[
        str | None, typer.Option(help="Where they come from.", show_default="the platform column")
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help="Overrule the column found for a field; may be repeated."),
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Only this sheet.", show_default="all that hold records")] = None,
    tz: Annotated[str | None, typer.Option(help="Zone of times that carry none.", show_default="Asia/Shanghai")] = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="What relative times (3天前) count from.", show_default="the file's date"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done; store nothing.")] = False,
    keep_raw: Annotated[
        bool, typer.Option("--keep-raw", help="Do not mask telephone numbers and the like in the texts.")
    ] = False,
    save_profile: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Keep the columns chosen in the settings file, for the next such export."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Read files into the store: formats, encodings, columns and dates are found; what is private is masked."""
    from feedback import pipeline
    from feedback.cli import ingestview, moments
    from feedback.cli.interrupts import interruptible
    from feedback.errors import UsageError
    from feedback.ingest import Options
    from feedback.store import Store

    settings: Settings = context.obj.settings()
    if not product.strip():
        raise UsageError("--product is empty", hint="name the product, e.g. --product 米家")
    options = Options(
        kind=kind,
        product=product.strip(),
        channel=channel,
        mapping=_mapping(mapping or []),
        sheet=sheet,
        zone=_zone(tz, settings),
        as_of=moments.as_of(as_of, _zone(tz, settings)) if as_of else None,
        settings=settings.ingest.model_copy(update={"keep_raw": keep_raw or settings.ingest.keep_raw}),
    )
    now = moments.as_of(None, settings.zone)
    notes = not context.obj.quiet
    if notes and options.settings.keep_raw:
        typer.echo(ingestview.raw_warning(settings.lang), err=True)
    left = "nothing was stored" if dry_run else "what was read so far is stored; run the same command again to go on"
    with interruptible(f"interrupted: {left}"):
        plan = pipeline.plan_ingest(paths, options, now=now)
        with ExitStack() as open_:
            store = None
            if not dry_run or settings.store.is_file():
                store = open_.enter_context(Store(settings.store, create=not dry_run))
            bar = open_.enter_context(ingestview.progress(settings.lang, quiet=not notes))
            result = pipeline.ingest(
                store, settings, plan, now=now, dry_run=dry_run, progress=bar.read, comparing=bar.compared
            )
    if as_json:
        typer.echo(json.dumps(ingestview.document(result), ensure_ascii=False, indent=2))
    if notes or not as_json:
        ingestview.show(result, settings, options, err=as_json)
    if save_profile and not dry_run:
        file = ingestview.save_profile(context.obj.settings_path, save_profile, result)
        if notes:
            typer.echo(ingestview.saved(settings.lang, save_profile, file), err=True)


def _mapping(pairs: list[str]) -> dict[str, str]:
    from feedback.errors import UsageError
    from feedback.ingest.columns import FIELDS

    mapping: dict[str, str] = {}
    for pair in pairs:
        field, sign, column = pair.partition("=")
        if not sign or not column.strip() or field.strip() not in FIELDS:
            raise UsageError(f"--map {pair}: not FIELD=COLUMN", hint=f"fields: {', '.join(FIELDS)}")
        mapping[field.strip()] = column.strip()
    return mapping


def _zone(tz: str | None, settings: Settings) -> ZoneInfo:
    from zoneinfo import ZoneInfo

    from feedback.errors import UsageError

    if tz is None:
        return settings.zone
    try:
        return ZoneInfo(tz)
    except (KeyError, ValueError, OSError):
        raise UsageError(f"--tz {tz}: unknown time zone", hint="an IANA name such as Asia/Shanghai") from None
