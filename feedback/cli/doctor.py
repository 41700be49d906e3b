"""`feedback doctor`: is everything here that the toolkit needs, and does it work?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from feedback.settings import Settings


@dataclass(frozen=True)
class Check:
    """One finding: `ok` is None for what is optional and absent; `zh` is the detail for people who read Chinese.

    What is wrong is an error, and errors are English.
    """

    name: str
    ok: bool | None
    detail: str
    zh: str | None = None


#: Extra → the module that shows it is installed.
EXTRAS = {"semantic": "sentence_transformers", "cluster": "distributed"}


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("doctor")(doctor)


def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    print_settings: Annotated[
        bool, typer.Option("--print-settings", help="Print all settings in force as a commented feedback.toml.")
    ] = False,
) -> None:
    """Check the installation, the settings, the lexicons, the judge and the store; exit 1 when something is broken."""
    from feedback.errors import FeedbackError

    settings = context.obj.settings()
    if print_settings:
        from feedback.settings import as_toml

        typer.echo(as_toml(settings), nl=False)
        return
    checks = [_python(), *_extras()]
    for name, look in (("lexicons", _lexicons), ("judge", _judge), ("channels", _channels), ("store", _store)):
        checks.append(_guard(name, look, settings, FeedbackError))
    if as_json:
        typer.echo(json.dumps({"checks": [_document(check) for check in checks]}, ensure_ascii=False, indent=2))
    else:
        chinese = settings.lang == "zh"
        for check in checks:
            mark = {True: "ok  ", False: "FAIL", None: "-   "}[check.ok]
            typer.echo(f"{mark} {check.name:<18} {check.zh if chinese and check.zh else check.detail}")
    if any(check.ok is False for check in checks):
        raise typer.Exit(1)


def _document(check: Check) -> dict[str, object]:
    return {"name": check.name, "ok": check.ok, "detail": check.detail}


def _guard(name: str, look: Callable[[Settings], Check], settings: Settings, expected: type[Exception]) -> Check:
    try:
        return look(settings)
    except expected as error:
        return Check(name, False, str(error))


def _python() -> Check:
    import platform

    from feedback import __version__

    return Check("feedback", True, f"{__version__} on Python {platform.python_version()}, {platform.system()}")


def _extras() -> list[Check]:
    from importlib.util import find_spec

    found = {extra: find_spec(module) is not None for extra, module in EXTRAS.items()}
    return [
        Check(
            f"extra {extra}",
            True if here else None,
            "installed" if here else f"pip install '.[{extra}]' adds it",
            "已安装" if here else f"未安装，可用 pip install '.[{extra}]' 加上",
        )
        for extra, here in found.items()
    ]


def _lexicons(settings: Settings) -> Check:
    from feedback import lexicon

    taxonomy = lexicon.taxonomy(settings.lexicons)
    where = settings.lexicons or lexicon.bundled("lexicons")
    codes, stages = len(taxonomy.codes), len(taxonomy.stages)
    english, chinese = f"{codes} codes, {stages} stages in {where}", f"{codes} 个编码、{stages} 个旅程阶段，在 {where}"
    return Check("lexicons", True, english, chinese)


def _judge(settings: Settings) -> Check:
    from feedback.judge.combine import Judge
    from feedback.judge.shipped import choose

    name, file = choose(None, settings.judge.model, 1)
    judge = Judge.load(settings.judge.thresholds, file=file, folder=settings.lexicons)
    verdict = judge.judge(["打开就闪退，客服也没人理"])[0]
    learned = judge.model.meta.trained_on
    records = sum(learned.get(kind, 0) for kind in ("gold", "examples", "beside"))
    codes = ", ".join(verdict.codes) or "no code"
    right = verdict.polarity == "negative"
    return Check(
        "judge",
        right,
        f"{name}, learned from {records:,} records; a trial complaint reads {verdict.polarity}, {codes}",
        f"{name}，学自 {records:,} 条；试判一条吐槽：{verdict.polarity}，{codes}" if right else None,
    )


def _channels(settings: Settings) -> Check:
    import os

    from feedback.track.channels import cure, lacks

    channels = settings.track.channels
    if not channels:
        english = "none set up: alerts are printed only ([track.channels.NAME] adds one)"
        return Check("channels", None, english, "未设置：预警只会打印出来（写 [track.channels.名称] 加上一个）")
    broken = [cure(name, lack) for name, one in channels.items() if (lack := lacks(name, one, os.environ))]
    if broken:
        return Check("channels", False, "; ".join(broken))
    names = ", ".join(channels)
    return Check("channels", True, f"{names}: ready (not tried)", f"{names}：齐备（未试发）")


def _store(settings: Settings) -> Check:
    from feedback.store import Store

    if not settings.store.is_file():
        english, chinese = "none yet, `feedback ingest` makes it", "还没有，feedback ingest 会建立"
        return Check("store", None, f"{settings.store}: {english}", f"{settings.store}：{chinese}")
    with Store(settings.store) as store:
        records = store.rows("SELECT count(*) FROM feedback")[0][0]
        judged = store.rows("SELECT count(*) FROM verdicts")[0][0]
    english, chinese = f"{records} records, {judged} judged", f"{records} 条记录，已判读 {judged} 条"
    return Check("store", True, f"{settings.store}: {english}", f"{settings.store}：{chinese}")
