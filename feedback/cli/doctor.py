"""`feedback doctor`: is everything here that the toolkit needs, and does it work?"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from feedback.settings import Settings


@dataclass(frozen=True)
class Check:
    """One finding: `ok` is None for what is optional and absent."""

    name: str
    ok: bool | None
    detail: str


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
        typer.echo(json.dumps({"checks": [asdict(check) for check in checks]}, ensure_ascii=False, indent=2))
    else:
        for check in checks:
            mark = {True: "ok  ", False: "FAIL", None: "-   "}[check.ok]
            typer.echo(f"{mark} {check.name:<18} {check.detail}")
    if any(check.ok is False for check in checks):
        raise typer.Exit(1)


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
        Check(f"extra {extra}", True if here else None, "installed" if here else f"pip install '.[{extra}]' adds it")
        for extra, here in found.items()
    ]


def _lexicons(settings: Settings) -> Check:
    from feedback import lexicon

    taxonomy = lexicon.taxonomy(settings.lexicons)
    where = settings.lexicons or lexicon.bundled("lexicons")
    return Check("lexicons", True, f"{len(taxonomy.codes)} codes, {len(taxonomy.stages)} stages in {where}")


def _judge(settings: Settings) -> Check:
    from feedback.judge.combine import Judge
    from feedback.judge.model import choose

    name, file = choose(None, settings.judge.model, 1)
    judge = Judge.load(settings.judge.thresholds, file=file, folder=settings.lexicons)
    verdict = judge.judge(["打开就闪退，客服也没人理"])[0]
    learned = judge.model.meta.trained_on
    return Check(
        "judge",
        verdict.polarity == "negative",
        f"{name}, learned from {learned['gold'] + learned['examples']:,} records; a trial complaint reads"
        f" {verdict.polarity}, {', '.join(verdict.codes) or 'no code'}",
    )


def _channels(settings: Settings) -> Check:
    import os

    from feedback.track.channels import cure, lacks

    channels = settings.track.channels
    if not channels:
        return Check("channels", None, "none set up: alerts are printed only ([track.channels.NAME] adds one)")
    broken = [cure(name, lack) for name, one in channels.items() if (lack := lacks(name, one, os.environ))]
    return Check("channels", not broken, "; ".join(broken) or f"{', '.join(channels)}: ready (not tried)")


def _store(settings: Settings) -> Check:
    from feedback.store import Store

    if not settings.store.is_file():
        return Check("store", None, f"{settings.store}: none yet, `feedback ingest` makes it")
    with Store(settings.store) as store:
        records = store.rows("SELECT count(*) FROM feedback")[0][0]
        judged = store.rows("SELECT count(*) FROM verdicts")[0][0]
    return Check("store", True, f"{settings.store}: {records} records, {judged} judged")
