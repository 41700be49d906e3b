"""`feedback train`: the judge learns from labelled records."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from feedback.settings import Settings

_NAMES = {
    "negative_f1": "负面 F1", "polarity_macro_f1": "倾向 macro-F1", "families_macro_f1": "三族 macro-F1",
    "codes_micro_f1": "编码 micro-F1", "codes_macro_f1": "编码 macro-F1", "negative_ece": "负面校准误差",
    "codes_ece": "编码校准误差",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("train")(train)


def train(
    context: typer.Context,
    gold: Annotated[
        list[Path], typer.Argument(metavar="GOLD…", help="JSON lines with text, polarity, codes, and best a source.")
    ],
    output: Annotated[
        Path | None, typer.Option("-o", help="The model to write.", show_default="judge.model of the settings")
    ] = None,
    examples: Annotated[
        list[Path] | None,
        typer.Option(help="Invented examples, files or folders; repeatable.", show_default="the bundled ones"),
    ] = None,
    beside: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="More labelled records: learned from, never measured on. Repeatable."),
    ] = None,
    halve: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE", help="A source that is the only one of its kind: held out by halves. Repeatable."
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a model that is better.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Learn from labelled records; measure on sources left out; never replace a better model silently."""
    from feedback import pipeline_train
    from feedback.lexicon import bundled

    settings: Settings = context.obj.settings()
    file = output or settings.judge.model or Path("feedback-judge.npz")
    done = pipeline_train.learn(
        settings,
        gold,
        file,
        examples=[bundled("corpora") / "examples"] if examples is None else examples,
        beside=beside or (),
        halved=halve or (),
        replace=replace,
        note=(lambda _: None) if context.obj.quiet else (lambda text: typer.echo(_step(text, settings.lang), err=True)),
    )
    if as_json:
        document = {
            "model": str(done.file), "gold": done.gold, "examples": done.examples,
            "beside": done.beside, "before": done.before, "after": done.after,
        }  # fmt: skip
        typer.echo(json.dumps(document, ensure_ascii=False))
        return
    zh = settings.lang == "zh"
    more = (f"、另 {done.beside} 条" if zh else f", {done.beside} beside them") if done.beside else ""
    typer.echo(
        f"{done.file}：学自 {done.gold} 条标注{more}与 {done.examples} 条示例；以下为留出整个来源时所测"
        if zh
        else f"{done.file}: learned from {done.gold} records{more} and {done.examples} examples; "
        "measured on sources left out"
    )
    for name, zh_name in _NAMES.items():
        was = "" if done.before is None else f"{done.before.get(name, 0):.3f} → "
        typer.echo(f"  {zh_name if zh else name:<20} {was}{done.after[name]:.3f}")
    if settings.judge.model != file:
        typer.echo(
            f'要用它判读，请在 feedback.toml 写 [judge] model = "{file}"'
            if zh
            else f'To judge with it, write [judge] model = "{file}" into feedback.toml'
        )


def _step(text: str, lang: str) -> str:
    """A step of the training as people read it."""
    if lang != "zh":
        return f"train: {text}"
    fold = re.fullmatch(r"fold (\d+) of (\d+)", text)
    return f"训练：第 {fold[1]}/{fold[2]} 折" if fold else {"the whole": "训练：全部数据"}.get(text, f"训练：{text}")
