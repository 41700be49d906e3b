"""How `track` and `incidents` show their results: a JSON document, a table, notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from feedback.cli.trackwords import CAUSES, INCIDENT_STATES, STATES, word

if TYPE_CHECKING:
    from rich.console import Console

    from feedback.judge.prevalence import Rates
    from feedback.pipeline import TrackResult
    from feedback.settings import Settings
    from feedback.store.incidents import Notification
    from feedback.track.incidents import Incident
    from feedback.track.monitor import Point, Watched
    from feedback.track.signs import Sign


def as_document(result: TrackResult) -> dict[str, Any]:
    """The document of `track --json` (CLI.md), with further keys after those it names."""
    return {
        "threshold": result.tracked.threshold,
        "keywords": [_keyword(watched) for watched in result.tracked.keywords],
        "incidents": [incident_document(incident, result.now) for incident in result.incidents],
        "false_discovery_rate": result.tracked.false_discovery_rate,
        "signs": [_sign(sign) for sign in result.signs],
        "judges": [_judge(name, rates) for name, rates in result.rates.items()],
    }


def incident_document(incident: Incident, now: datetime) -> dict[str, Any]:
    """One incident as in `track --json`, with the rest of what is known of it."""
    return {
        "id": incident.id,
        "keyword": incident.keyword,
        "opened_at": _iso(incident.opened_at),
        "due_at": _iso(incident.due_at),
        "state": incident.state,
        "overdue": incident.overdue(now),
        "product": incident.product,
        "cause": incident.cause,
        "owner": incident.owner,
        "acknowledged_at": _iso(incident.acknowledged_at),
        "closed_at": _iso(incident.closed_at),
        "since": incident.since.isoformat() if incident.since else None,
        "n": incident.n,
        "negative": incident.negative,
        "share": _round(incident.share),
        "lower": _round(incident.lower),
        "upper": _round(incident.upper),
        "threshold": incident.threshold,
    }


def show(result: TrackResult, settings: Settings) -> None:
    """The keywords as a table, then their incidents."""
    from rich.markup import escape
    from rich.table import Table

    lang, out = settings.lang, console()
    tracked = result.tracked
    window = tracked.keywords[0].window if tracked.keywords else None
    if window:
        text = word("title", lang).format(
            start=f"{window.start:%Y-%m-%d %H:%M}",
            end=f"{window.end:%Y-%m-%d %H:%M}",
            threshold=f"{tracked.threshold:.1%}",
        )
        out.print(text, style="bold", highlight=False)
    table = Table(show_edge=False, pad_edge=False)
    for number, name in enumerate(word("columns", lang)):
        level = f"{settings.track.confidence:.0%}"
        table.add_column(name.format(level=level), justify="right" if number in (2, 3, 4, 5, 7) else "left")
    for watched in tracked.keywords:
        label, style = STATES[watched.state]
        table.add_row(
            escape(watched.keyword),
            f"[{style}]{label if lang == 'zh' else watched.state}[/]",
            str(watched.share.n),
            str(watched.share.negative),
            _interval(watched),
            _corrected(watched),
            _since(watched),
            f"{watched.left_out.duplicates} / {watched.left_out.near_duplicates}",
        )
    out.print(table)
    out.print()
    show_incidents(out, result.incidents, result.now, lang)


def show_incidents(out: Console, incidents: Sequence[Incident], now: datetime, lang: str) -> None:
    """A table of incidents."""
    from rich.markup import escape
    from rich.table import Table

    if not incidents:
        out.print(word("none", lang))
        return
    table = Table(title=word("incidents", lang), title_justify="left", show_edge=False, pad_edge=False)
    for name in word("incident_columns", lang):
        table.add_column(name)
    for incident in incidents:
        state = INCIDENT_STATES[incident.state] if lang == "zh" else incident.state
        late = f" [bold red]{word('overdue', lang)}[/]" if incident.overdue(now) else ""
        table.add_row(
            incident.id,
            escape(incident.keyword),
            state + late,
            CAUSES[incident.cause] if lang == "zh" else incident.cause,
            f"{incident.opened_at:%Y-%m-%d %H:%M}",
            f"{incident.due_at:%Y-%m-%d %H:%M}",
            escape(incident.owner or "—"),
        )
    out.print(table)


def notes(result: TrackResult, lang: str, *, dry_run: bool) -> Iterator[str]:
    """Lines for standard error: what was opened, what could not be counted, how many were tested at once."""
    from feedback.lexicon import taxonomy

    for incident in result.opened:
        due = f"{incident.due_at:%Y-%m-%d %H:%M}"
        yield word("would" if dry_run else "opened", lang).format(id=incident.id, keyword=incident.keyword, due=due)
    for watched in result.tracked.keywords:
        if watched.alarm:
            a = watched.alarm
            yield word("alarm", lang).format(
                keyword=watched.keyword,
                rang=a.rang,
                since=a.since,
                evidence=a.evidence,
                limit=a.limit,
                reference=a.reference,
            )
        if watched.state == "breach" and watched.adjusted and watched.adjusted.lower <= result.tracked.threshold:
            fixed = watched.adjusted
            yield word("judged", lang).format(
                keyword=watched.keyword, share=fixed.share, lower=fixed.lower, upper=fixed.upper
            )
        if watched.last_mention is None:
            yield word("never", lang).format(keyword=watched.keyword)
        elif not watched.share.n:
            last = watched.last_mention
            yield word("empty", lang).format(
                keyword=watched.keyword, last=f"{last:%Y-%m-%d %H:%M}", day=f"{last:%Y-%m-%d}"
            )
        if unnamed := result.unnamed.get(watched.keyword):
            yield word("unnamed", lang).format(keyword=watched.keyword, n=unnamed)
    if result.stale and any(watched.share.n for watched in result.tracked.keywords):
        last = result.stale
        yield word("stale", lang).format(last=f"{last:%Y-%m-%d %H:%M}", day=f"{last:%Y-%m-%d}")
    for sign in result.signs:
        name = f"{sign.kind} {sign.red or sign.about}" if sign.kind in ("nps", "praise") else sign.kind
        code = taxonomy().codes.get(sign.about or "")
        about = code.label(lang) if code else sign.about
        yield word(name, lang).format(subject=sign.subject, about=about, now=sign.now, before=sign.before)
    tested = sum(watched.state != "too few" for watched in result.tracked.keywords)
    if tested > 1:
        yield word("bh", lang).format(m=tested, q=result.tracked.false_discovery_rate)
    if result.waiting:
        yield word("waiting", lang).format(n=result.waiting)


def unready(settings: Settings, environment: Mapping[str, str]) -> Iterator[str]:
    """Lines for channels through which no alert could go."""
    from feedback.track.channels import lacks, variable

    for name, channel in settings.track.channels.items():
        if lack := lacks(name, channel, environment):
            text = word(f"channel {lack}", settings.lang)
            yield text.format(channel=name, variable=variable(name, "URL"))


def failures(sent: Sequence[Notification], lang: str) -> Iterator[str]:
    """Lines for messages that were not taken; the next run tries them again."""
    for one in sent:
        if one.status == "failed":
            yield word("failed", lang).format(
                id=one.incident_id, channel=one.channel, attempts=one.attempts, error=one.last_error
            )


def console() -> Console:
    """Standard output; a pipe gets wide lines rather than folded ones."""
    import sys

    from rich.console import Console

    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=140)


def _keyword(watched: Watched) -> dict[str, Any]:
    share, rise, alarm = watched.share, watched.rise, watched.alarm
    return {
        "keyword": watched.keyword,
        "product": watched.product,
        "state": watched.state,
        "n": share.n,
        "negative": share.negative,
        "share": _round(share.share),
        "lower": _round(share.lower),
        "upper": _round(share.upper),
        "since": rise.since.isoformat() if rise else None,
        "left_out": {"duplicates": watched.left_out.duplicates, "near_duplicates": watched.left_out.near_duplicates},
        "series": [_point(point) for point in watched.series],
        "window": {"start": _iso(watched.window.start), "end": _iso(watched.window.end)},
        "since_range": [rise.earliest.isoformat(), rise.latest.isoformat()] if rise else None,
        "rose": {"from": _round(rise.before), "to": _round(rise.after)} if rise else None,
        "by_engagement": _round(watched.by_engagement),
        "adjusted": {
            "share": _round(watched.adjusted.share),
            "lower": _round(watched.adjusted.lower),
            "upper": _round(watched.adjusted.upper),
        }
        if watched.adjusted
        else None,
        "alarm": {
            "rang": alarm.rang.isoformat(),
            "since": alarm.since.isoformat(),
            "reference": _round(alarm.reference),
            "evidence": round(alarm.evidence, 3),
            "limit": round(alarm.limit, 3),
        }
        if alarm
        else None,
        "products": dict(watched.products),
        "mentions": len(watched.mentions.times),
        "last_mention": _iso(watched.last_mention),
    }


def _judge(name: str, rates: Rates | None) -> dict[str, Any]:
    """A judge of the store and how often it was right on sources it never saw; null: never measured."""
    return {
        "judge": name,
        "sensitivity": _round(rates.sensitivity) if rates else None,
        "specificity": _round(rates.specificity) if rates else None,
        "negative": rates.negative if rates else None,
        "others": rates.others if rates else None,
    }


def _sign(sign: Sign) -> dict[str, Any]:
    # An NPS without a window before has no number to stand beside it.
    before = None if sign.before != sign.before else _round(sign.before)
    return {
        "kind": sign.kind,
        "subject": sign.subject,
        "about": sign.about,
        "now": _round(sign.now),
        "before": before,
        "lower": _round(sign.lower),
        "upper": _round(sign.upper),
        "red": sign.red,
    }


def _point(point: Point) -> dict[str, Any]:
    return {
        "start": _iso(point.window.start),
        "end": _iso(point.window.end),
        "n": point.share.n,
        "negative": point.share.negative,
        "share": _round(point.share.share),
        "lower": _round(point.share.lower),
        "upper": _round(point.share.upper),
        "state": point.state,
        "complete": point.window.complete,
    }


def _interval(watched: Watched) -> str:
    share = watched.share
    if share.share is None:
        return "—"
    return f"{share.share:.1%} ({share.lower:.1%}–{share.upper:.1%})"


def _corrected(watched: Watched) -> str:
    fixed = watched.adjusted
    return f"{fixed.share:.1%} ({fixed.lower:.1%}–{fixed.upper:.1%})" if fixed else "—"


def _since(watched: Watched) -> str:
    rise = watched.rise
    if not rise:
        return "—"
    short = rise.earliest.year == rise.since.year == rise.latest.year
    first, last = (f"{day:%m-%d}" if short else f"{day:%Y-%m-%d}" for day in (rise.earliest, rise.latest))
    wide = f" ({first}…{last})" if first != last else ""
    return f"{rise.since}{wide}"


def _round(value: float | None) -> float | None:
    # Ten digits: exact for every purpose, and free of the last bits that differ between machines.
    return None if value is None else round(value, 10)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
