"""`feedback demo`: the whole job on the bundled corpora, into a new folder."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from feedback.settings import Settings

#: The demo's files, products and kinds: (file in corpora/, kind, product, channel).
SOURCES = (
    ("reviews_禾木课堂.csv", "review", "禾木课堂", "应用商店"),
    ("posts_禾木课堂.csv", "social", "禾木课堂", None),
    ("interviews/流失用户访谈_禾木课堂.txt", "interview", "禾木课堂", "流失用户访谈"),
    ("reviews_鲸舟CRM.csv", "review", "鲸舟CRM", "软件点评"),
    ("posts_鲸舟CRM.csv", "social", "鲸舟CRM", None),
    ("interviews/流失用户访谈_鲸舟CRM.csv", "interview", "鲸舟CRM", "流失用户访谈"),
)
#: The moment that the demo takes for now: the evening of the corpora's last day, so that it looks alike on any day.
NOW = "2026-11-22T23:59:59"
WORDS = {
    "zh": {"ingest": "导入", "analyze": "判读", "track": "监测", "leads": "线索", "report": "报告", "store": "数据",
           "open": "用浏览器打开 {report}；接着可以试：", "read": "{files} 个文件，{stored} 条", "judged": "{n} 条",
           "made": "{n} 条线索"},
    "en": {"ingest": "ingest", "analyze": "analyze", "track": "track", "leads": "leads", "report": "report",
           "store": "store", "open": "Open {report} in a browser; then try:", "read": "{files} files, {stored} records",
           "judged": "{n} records", "made": "{n} leads"},
}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("demo")(demo)


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="A new folder for everything.")] = Path(
        "feedback-demo"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print where things lie as one JSON document.")] = False,
) -> None:
    """Do the whole job on the bundled invented corpora: store, leads, report. The folder must be new or empty."""
    from feedback.errors import UsageError
    from feedback.settings import load

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: exists and is not empty", hint="name a new folder: feedback demo DIR")
    folder.mkdir(parents=True, exist_ok=True)
    store = folder / "feedback.duckdb"
    settings = load(context.obj.settings_path, lang=context.obj.lang, store=store)
    quiet = context.obj.quiet or as_json
    words = WORDS[settings.lang]

    def say(step: str, text: str, began: float) -> None:
        if not quiet:
            typer.echo(f"{words[step]}  {text}  ({time.monotonic() - began:.1f} s)", err=True)

    files = _run(folder, settings, say)
    if as_json:
        typer.echo(json.dumps({name: str(path) for name, path in files.items()}, ensure_ascii=False, indent=2))
        return
    for name in ("report", "leads", "store"):
        typer.echo(f"{words[name]}  {files[name]}")
    if not quiet:
        typer.echo("\n" + words["open"].format(report=files["report"]), err=True)
        for line in ("leads list", "leads show LEAD-0001", f"track --as-of {NOW[:10]} --window 14d", "incidents list"):
            typer.echo(f"  feedback --store {store} {line}", err=True)


def _run(folder: Path, settings: Settings, say: Callable[[str, str, float], None]) -> dict[str, Path]:
    from feedback import __version__, lexicon, pipeline
    from feedback.cli import moments
    from feedback.ingest import Options
    from feedback.leads.export import render as render_leads
    from feedback.report.data import gather
    from feedback.report.page import build
    from feedback.report.render import render
    from feedback.settings import as_toml
    from feedback.store import Store
    from feedback.track.wording import STATES

    corpora = lexicon.bundled("corpora")
    now = moments.as_of(NOW, settings.zone)
    files = {
        "store": settings.store,
        "report": folder / "report.html",
        "leads": folder / "leads.xlsx",
        "settings": folder / "feedback.toml",
    }
    with Store(settings.store) as store:
        began, stored = time.monotonic(), 0
        for name, kind, product, channel in SOURCES:
            options = Options(kind=kind, product=product, channel=channel, zone=settings.zone, settings=settings.ingest)
            plan = pipeline.plan_ingest([corpora / name], options, now=now)
            stored += sum(file.stored for file in pipeline.ingest(store, settings, plan, now=now).files)
        say("ingest", WORDS[settings.lang]["read"].format(files=len(SOURCES), stored=stored), began)
        began = time.monotonic()
        analyzed = pipeline.analyze(store, settings, now=now)
        say("analyze", WORDS[settings.lang]["judged"].format(n=analyzed.judged), began)
        began = time.monotonic()
        tracked = pipeline.track(store, settings, end=now, now=now).tracked
        states = ", ".join(f"{k.keyword} {STATES[k.state][settings.lang]}" for k in tracked.keywords)
        say("track", states, began)
        began = time.monotonic()
        pipeline.leads_build(store, settings, now=now)
        leads = pipeline.leads(store)
        files["leads"].write_bytes(render_leads(leads, "xlsx", pipeline.leads_context(store, settings)))
        say("leads", WORDS[settings.lang]["made"].format(n=len(leads)), began)
        began = time.monotonic()
        data = gather(store, settings, since=None, until=None, now=now)
        page = build(data, settings, lexicon.taxonomy(settings.lexicons), version=__version__)
        files["report"].write_text(render(page), encoding="utf-8")
        say("report", str(files["report"]), began)
    files["settings"].write_text(
        as_toml(settings.model_copy(update={"store": Path("feedback.duckdb")})), encoding="utf-8"
    )
    return files
