"""`feedback report`: one self-contained page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("report")(report)


def report(
    context: typer.Context,
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write.")] = Path("report.html"),
    since: Annotated[str | None, typer.Option(help="Only records from this date on.")] = None,
    until: Annotated[str | None, typer.Option(help="Only records up to and with this date.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as one JSON document.")] = False,
) -> None:
    """Write one HTML page that opens offline: negative share, complaints, leads with quotes, what was left out."""
    from feedback import __version__, lexicon
    from feedback.cli import moments
    from feedback.errors import UnreadableFile, UsageError
    from feedback.report.data import gather
    from feedback.report.page import build
    from feedback.report.render import render
    from feedback.store import Store

    settings = context.obj.settings()
    begin = moments.begin(since, settings.zone, "--since")
    end = moments.end(until, settings.zone, "--until")
    if begin and end and begin >= end:
        raise UsageError(f"--since {since} is not before --until {until}", hint="exchange the two")
    with Store(settings.store, create=False) as store:
        data = gather(store, settings, since=begin, until=end, now=moments.as_of(None, settings.zone))
    html = render(build(data, settings, lexicon.taxonomy(settings.lexicons), version=__version__))
    try:
        output.write_text(html, encoding="utf-8")
    except OSError as error:
        raise UnreadableFile(f"{output}: {error.strerror}", hint="name a file that can be written with -o") from None
    if as_json:
        typer.echo(json.dumps({"report": str(output), "records": data.records, "judged": len(data.frame)}))
    else:
        typer.echo(str(output))
