"""How `track` and `incidents` show their results: a JSON document, a table, notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from feedback.judge.prevalence import Rates
    from feedback.pipeline import TrackResult
    from feedback.settings import Settings
    from feedback.store.incidents import Notification
    from feedback.track.incidents import Incident
    from feedback.track.monitor import Point, Watched
    from feedback.track.signs import Sign

_STATES = {
    "breach": ("超线", "bold red"),
    "watch": ("关注", "yellow"),
    "calm": ("平稳", "green"),
    "too few": ("样本不足", "dim"),
}
_INCIDENT_STATES = {"open": "待响应", "acknowledged": "处理中", "closed": "已关闭"}
_WORDS = {
    "title": ("负面声量：{start} 至 {end}，警戒线 {threshold}", "Negative share: {start} to {end}, line {threshold}"),
    "columns": (
        ("关键词", "状态", "提及", "负面", "负面占比（{level} 区间）", "校正后（含误差）", "自何时", "剔除 复制/近似"),
        ("keyword", "state", "n", "negative", "share ({level} interval)", "corrected", "since", "left out exact/near"),
    ),
    "partial": ("末段未完：{end} 之后还没有数据", "last step incomplete: it ends only after {end}"),
    "incidents": ("事件", "Incidents"),
    "incident_columns": (
        ("编号", "关键词", "状态", "起因", "开启", "截止", "负责人"),
        ("id", "keyword", "state", "cause", "opened", "due", "owner"),
    ),
    "none": ("没有事件。", "No incidents."),
    "overdue": ("已超时", "overdue"),
    "opened": ("新开事件 {id}（{keyword}），{due} 前须给出危机公关预案", "opened {id} ({keyword}), due {due}"),
    "would": (
        "将会新开事件：{keyword}（--dry-run，未写入）",
        "would open an incident: {keyword} (--dry-run, nothing written)",
    ),
    "empty": (
        "{keyword}：窗口内没有提及，最近一次提及在 {last}；可用 --as-of {day} 回看",
        "{keyword}: nothing in the window, last mentioned {last}; try --as-of {day}",
    ),
    "never": ("{keyword}：没有任何提及", "{keyword}: never mentioned"),
    "waiting": (
        "另有 {n} 条尚未判定，未计入；先运行 feedback analyze",
        "{n} records are not judged yet and do not count; run feedback analyze",
    ),
    "judged": (
        "{keyword}：判定误差足以造成这个占比：校正后 {share:.1%}（{lower:.1%}–{upper:.1%}）；先人工核对原帖",
        "{keyword}: the judge's own errors could make this share: corrected {share:.1%} ({lower:.1%}–{upper:.1%}); "
        "read the posts first",
    ),
    "volume": (
        "{subject}：声量突增而占比未变：{now:.0f} 条，此前平均 {before:.1f} 条",
        "{subject}: volume bursts, the share does not: {now:.0f}, {before:.1f} on average before",
    ),
    "praise copies": (
        "{subject}：好评疑似刷量：{now:.0f} 条雷同好评（此前共 {before:.0f} 条）",
        "{subject}: praise looks bought: {now:.0f} copies of praise ({before:.0f} in all before)",
    ),
    "praise deleted": (
        "{subject}：好评疑似刷量：{now:.0f} 条五星评论已被删除（此前共 {before:.0f} 条）",
        "{subject}: praise looks bought: {now:.0f} five-star reviews deleted ({before:.0f} in all before)",
    ),
    "theme": (
        "{subject}：罕见抱怨快速增长：{about} {now:.0f} 条（此前共 {before:.0f} 条）",
        "{subject}: a rare complaint grows fast: {about}, {now:.0f} ({before:.0f} in all before)",
    ),
    "nps floor": (
        "{subject}：NPS 亮红：{now:.0f}，低于下限；启动 CEO直通车 + 产品体验官",
        "{subject}: NPS is red: {now:.0f}, below its floor; CEO hotline and product experience officer",
    ),
    "nps fall": (
        "{subject}：NPS 亮红：由 {before:.0f} 跌至 {now:.0f}，超出误差；启动 CEO直通车 + 产品体验官",
        "{subject}: NPS is red: from {before:.0f} to {now:.0f}, beyond its interval; CEO hotline and product officer",
    ),
    "failed": (
        "{id} 未能送达 {channel}（试 {attempts} 次）：{error}；下次 --notify 再试",
        "{id} did not reach {channel} ({attempts} attempts): {error}; the next --notify tries again",
    ),
    "bh": (
        "{m} 个关键词同时检验：超线须过 Benjamini–Hochberg（错误发现率 {q}）",
        "{m} keywords tested at once: a breach must survive Benjamini–Hochberg (false discovery rate {q})",
    ),
    "alarm": (
        "{keyword}：序贯警报于 {rang} 响起，上升约始于 {since}"
        "（证据 {evidence:.1f} > {limit:.1f} nat，基准 {reference:.1%}）",
        "{keyword}: sequential alarm rang {rang}, rise since about {since} "
        "(evidence {evidence:.1f} > {limit:.1f} nats, reference {reference:.1%})",
    ),
}  # fmt: skip
_CAUSES = {"breach": "占比超线", "alarm": "序贯警报"}


def word(name: str, lang: str) -> Any:
    """The wording `name` in `lang`."""
    return _WORDS[name][0 if lang == "zh" else 1]


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
        label, style = _STATES[watched.state]
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
    last = tracked.keywords[0].series[-1].window if tracked.keywords and tracked.keywords[0].series else None
    if last and not last.complete:
        out.print(word("partial", lang).format(end=f"{last.end:%Y-%m-%d %H:%M}"), style="dim", highlight=False)
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
        state = _INCIDENT_STATES[incident.state] if lang == "zh" else incident.state
        late = f" [bold red]{word('overdue', lang)}[/]" if incident.overdue(now) else ""
        table.add_row(
            incident.id,
            escape(incident.keyword),
            state + late,
            _CAUSES[incident.cause] if lang == "zh" else incident.cause,
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
