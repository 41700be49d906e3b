"""`feedback leads push`: leads into a tracker by its REST API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from feedback.leads.push import Sent
    from feedback.pipeline_push import Planned

_WORDS = {
    "created": "新建", "updated": "已更新", "unchanged": "无变化", "skipped": "跳过", "failed": "失败",
    "create": "将新建（先按外部编号查重）", "update": "将更新",
}  # fmt: skip


def register(verbs: typer.Typer) -> None:
    """Add the verb below `leads`."""
    verbs.command("push")(push)


def push(
    context: typer.Context,
    tracker: Annotated[Literal["github", "jira", "zentao"], typer.Argument(help="The tracker.", metavar="TRACKER")],
    url: Annotated[
        str, typer.Option(help="GitHub: the repository; Jira and 禅道: the site. No user name or token in it.")
    ],
    lead_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="These leads.", show_default="the first by rank")
    ] = None,
    project: Annotated[str | None, typer.Option(help="Jira: key of the project; 禅道: number of the product.")] = None,
    product: Annotated[
        list[str] | None, typer.Option("--product", help="Only leads of this product; may be repeated.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="The first so many, where no ID is given.")] = 20,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be sent; send nothing.")] = False,
    as_of: Annotated[str | None, typer.Option("--as-of", help="The moment to keep.", show_default="now")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Make or update an issue for each lead. Tokens come from the environment: FEEDBACK_GITHUB_TOKEN;
    FEEDBACK_JIRA_TOKEN (Cloud: FEEDBACK_JIRA_USER too); FEEDBACK_ZENTAO_USER and _PASSWORD, or _TOKEN."""
    import os
    import time
    from dataclasses import asdict

    from feedback import pipeline_push
    from feedback.cli import moments
    from feedback.errors import FeedbackError, NothingToDo
    from feedback.store import Store

    settings = context.obj.settings()
    now = moments.as_of(as_of, settings.zone)
    target = pipeline_push.Target(tracker, url, project)
    with Store(settings.store, create=False) as store:
        found = pipeline_push.to_push(store, products=product or (), lead_ids=lead_ids or (), top=top)
        if not found:
            raise NothingToDo(f"{settings.store}: no leads", hint="run `feedback leads build` first")
        if dry_run:
            plans = pipeline_push.push_plan(store, settings, target, found)
            _show_plans(plans, as_json, settings.lang)
            return

        def told(sent: Sent) -> None:
            if not as_json:
                typer.echo(_line(sent, settings.lang))

        results = pipeline_push.leads_push(
            store, settings, target, found, now=now, environment=os.environ, sleep=time.sleep, told=told
        )
    if as_json:
        typer.echo(json.dumps({"leads": [asdict(sent) for sent in results]}, ensure_ascii=False, indent=2))
    failed = [sent for sent in results if sent.outcome == "failed"]
    if failed:
        raise FeedbackError(
            f"{len(failed)} of {len(results)} leads were not taken by {tracker}; {failed[0].lead_id}: "
            f"{failed[0].error}",
            hint="mend the cause and push again: what is there is updated, not doubled",
        )


def _line(sent: Sent, lang: str) -> str:
    word = _WORDS[sent.outcome] if lang == "zh" else sent.outcome
    return " ".join(part for part in (sent.lead_id, word, sent.key, sent.error) if part)


def _show_plans(plans: list[Planned], as_json: bool, lang: str) -> None:
    from dataclasses import asdict

    if as_json:
        typer.echo(json.dumps({"leads": [asdict(plan) for plan in plans]}, ensure_ascii=False, indent=2))
        return
    for plan in plans:
        word = _WORDS[plan.outcome] if lang == "zh" else plan.outcome
        typer.echo(" ".join(part for part in (plan.lead_id, word, plan.key) if part))
        for request in plan.requests:
            typer.echo(f"  {request.method} {request.url}")
            typer.echo("  " + json.dumps(request.body, ensure_ascii=False, indent=2).replace("\n", "\n  "))
