"""`feedback label queue|import|export`: people correct the judge."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from feedback.pipeline_labels import Imported

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(
        help="Labels by people: what to label next, taking it in, handing it out.", no_args_is_help=True
    )
    verbs.command("queue")(queue)
    verbs.command("import")(take_in)
    verbs.command("export")(hand_out)
    app.add_typer(verbs, name="label")


def queue(
    context: typer.Context,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The sheet to write, .xlsx or .csv; must not exist yet.")
    ] = Path("label-queue.xlsx"),
    count: Annotated[int, typer.Option(min=1, max=5000, help="How many records.")] = 100,
    as_json: _Json = False,
) -> None:
    """Write the records most worth labelling as a sheet to fill in: in doubt, unlike one another, of rare codes."""
    from feedback import pipeline_labels
    from feedback.errors import UsageError
    from feedback.judge import labelsheet
    from feedback.lexicon import taxonomy
    from feedback.store import Store

    settings = context.obj.settings()
    if output.suffix.lower() not in (".xlsx", ".csv"):
        raise UsageError(f"-o {output}: unknown format", hint="valid endings: .xlsx, .csv")
    if output.exists():
        raise UsageError(f"-o {output}: is already there", hint="somebody's labels may stand in it: name another file")
    if not output.parent.is_dir():
        raise UsageError(f"-o {output}: its folder does not exist", hint="create the folder or name another file")
    with Store(settings.store, create=False) as store:
        found = pipeline_labels.label_queue(store, settings, count=count)
    write = labelsheet.as_csv if output.suffix.lower() == ".csv" else labelsheet.as_xlsx
    output.write_bytes(write(found.rows, taxonomy(settings.lexicons), settings.lang))
    if as_json:
        records = [{"id": row.id, "about": row.about} for row in found.rows]
        typer.echo(json.dumps({"file": str(output), "waiting": found.waiting, "records": records}, ensure_ascii=False))
    elif settings.lang == "zh":
        typer.echo(
            f"{output}：{len(found.rows)} 条待标（未标的共 {found.waiting} 条）；"
            f"标完运行 feedback label import {output}"
        )
    else:
        typer.echo(
            f"{output}: {len(found.rows)} records to label (of {found.waiting} without a label);"
            f" then run feedback label import {output}"
        )


def take_in(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A sheet made by `label queue`, filled in; xlsx or csv.")
    ],
    by: Annotated[str, typer.Option(help="Who labelled: people's labels are kept apart by this name.")] = "person",
    as_of: Annotated[str | None, typer.Option(help="The moment to take for now.", show_default="now")] = None,
    as_json: _Json = False,
) -> None:
    """Take labels into the store; rows with a fault are named and left out, so mend them and import the file again."""
    from dataclasses import asdict

    from feedback import pipeline_labels
    from feedback.cli import moments
    from feedback.errors import UsageError
    from feedback.store import Store

    settings = context.obj.settings()
    if not by.strip():
        raise UsageError("--by: empty", hint="give a name")
    now = moments.as_of(as_of, settings.zone)
    with Store(settings.store, create=False) as store:
        done = pipeline_labels.label_import(store, settings, file, by=by.strip(), now=now)
    if as_json:
        typer.echo(json.dumps({"file": str(file), "by": by.strip(), **asdict(done)}, ensure_ascii=False))
        return
    for row in done.rejected:
        typer.echo(f"{file}: row {row.row}: {row.reason}", err=True)
    typer.echo(_told(done, settings.lang))


def _told(done: Imported, lang: str) -> str:
    same = done.given - done.new - done.changed
    if lang == "zh":
        return (
            f"读 {done.read} 行：标注 {done.given} 条（新 {done.new}，改 {done.changed}，已有 {same}），"
            f"重复 {done.repeated} 行，未标 {done.unlabelled} 行，有误 {len(done.rejected)} 行"
        )
    return (
        f"{done.read} rows: {done.given} labels ({done.new} new, {done.changed} changed, {same} known),"
        f" {done.repeated} repeated, {done.unlabelled} not labelled, {len(done.rejected)} with a fault"
    )


def hand_out(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The JSON lines to write.")],
    as_json: _Json = False,
) -> None:
    """Write the labels as GOLD for `train` and `evaluate`; of several labels of one record the latest counts."""
    from feedback import pipeline_labels
    from feedback.errors import UsageError
    from feedback.store import Store

    settings = context.obj.settings()
    if not file.parent.is_dir():
        raise UsageError(f"{file}: its folder does not exist", hint="create the folder or name another file")
    with Store(settings.store, create=False) as store:
        found = pipeline_labels.labels(store)
    lines = [
        {"id": r.id, "source": r.source, "text": r.text, "polarity": r.polarity, "codes": list(r.codes)}
        for r in found.records
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    file.write_text(text, encoding="utf-8", newline="\n")
    if as_json:
        document = {"file": str(file), "records": len(lines), "disputed": found.disputed}
        typer.echo(json.dumps(document, ensure_ascii=False))
    elif settings.lang == "zh":
        typer.echo(f"{file}：{len(lines)} 条标注，其中 {found.disputed} 条几人标得不同，取最近的")
    else:
        typer.echo(f"{file}: {len(lines)} labels; on {found.disputed} people disagree, the latest counts")
