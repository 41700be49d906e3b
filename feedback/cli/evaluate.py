"""`feedback evaluate GOLD`: the judge against records that people have labelled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("evaluate")(evaluate)


def evaluate(
    context: typer.Context,
    gold: Annotated[
        Path, typer.Argument(metavar="GOLD", help="JSON lines with text, polarity, codes; also spans, id, source.")
    ],
    judge: Annotated[
        Literal["fast", "careful"] | None,
        typer.Option(help="Which judge.", show_default="careful below 20,000 records"),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="A model written by `feedback train -o`.", show_default="that of the settings")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure the judge on labelled records: F1 of polarity, families, codes and spans, with intervals; calibration.

    Records that the judge was trained on tell nothing: give others.
    """
    from feedback import pipeline_labels
    from feedback.cli import evaluateview, judges
    from feedback.evaluate.gold import says_itself

    settings = context.obj.settings()
    title = "测评" if settings.lang == "zh" else "evaluating"
    with judges.progress(title, quiet=context.obj.quiet) as advance:
        found = pipeline_labels.evaluate(settings, gold, judge=judge, model=model, progress=advance)
    if says_itself(gold) and not context.obj.quiet:
        zh, en = (
            "这份文件像是 classify 的输出：若没有人逐条改过，测出来的只是判读与自己一致",
            "this looks like output of classify: unless people corrected it, it only shows the judge agree with itself",
        )
        typer.echo(zh if settings.lang == "zh" else en, err=True)
    if as_json:
        typer.echo(json.dumps(evaluateview.document(found), ensure_ascii=False))
    else:
        from feedback.lexicon import taxonomy

        evaluateview.show(found, taxonomy(settings.lexicons), settings.lang)
