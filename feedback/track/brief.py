"""One page per incident: what, since when, how sure, why, who, what to do first, and the checklist of the 24 hours.

A brief is a list of sections; Markdown and HTML are drawn from the same list.
"""

from __future__ import annotations

import html as escaping
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from feedback.lexicon import Taxonomy
from feedback.text.own import own_opinion
from feedback.track.incidents import Event, Incident
from feedback.track.monitor import Watched
from feedback.track.reasons import Post, Reasons, reasons
from feedback.track.share import Share
from feedback.track.spread import Spread, spread
from feedback.track.wording import CAUSES, CHECKLIST, FIRST_STEPS, INCIDENT_STATES, KINDS, STATES, say


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with lines, points, quotes and tasks under it."""

    title: str
    lines: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    quotes: tuple[tuple[str, str], ...] = ()
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """An incident's page."""

    title: str
    sections: tuple[Section, ...]


def brief(
    incident: Incident,
    watched: Watched,
    why: Reasons,
    who: Spread,
    history: tuple[Event, ...],
    *,
    present: Watched,
    now: datetime,
    lang: str,
    labels: Mapping[str, str],
) -> Brief:
    """The page of `incident` on the window that opened it, which `watched` counts.

    `present` is a window as long up to `now`; `labels` name the codes.
    """
    rose = watched.rise is not None or incident.since is not None
    sections = (
        _what(incident, watched, present, now, lang),
        _since(watched, lang),
        _why(why, lang, labels, rose=rose),
        Section(say("quotes", lang), quotes=tuple(_quote(post, lang) for post in why.posts)),
        _who(who, lang),
        Section(say("first", lang), points=(FIRST_STEPS[why.dominant(rose=rose) or "none"][lang],)),
        Section(say("checklist", lang), tasks=_checklist(incident, lang)),
        Section(say("history", lang), points=tuple(_event(event, lang) for event in history)),
    )
    return Brief(f"{incident.id} {incident.keyword}", sections)


def percent(share: Share, lang: str) -> str:
    """`9 of 45 = 20.0% (95% interval …)`, or that there is nothing."""
    if share.share is None:
        return say("nothing", lang)
    text = say("of", lang).format(negative=share.negative, n=share.n, share=share.share)
    return f"{text} ({share.lower:.1%}–{share.upper:.1%})"


def _what(incident: Incident, watched: Watched, present: Watched, now: datetime, lang: str) -> Section:
    opened = Share(incident.n, incident.negative, incident.share, incident.lower, incident.upper)
    clock = say("overdue" if incident.overdue(now) else "due", lang).format(due=f"{incident.due_at:%Y-%m-%d %H:%M}")
    points = [
        say("opened in", lang).format(
            at=f"{incident.opened_at:%Y-%m-%d %H:%M}",
            cause=CAUSES[incident.cause][lang],
            share=percent(opened, lang),
            **_bounds(watched),
        )
    ]
    if (watched.share.n, watched.share.negative) != (incident.n, incident.negative):
        # Records came late, or were judged again, or the run was told to look at some products only.
        points.append(say("recounted", lang).format(share=percent(watched.share, lang)))
    if watched.adjusted:
        a = watched.adjusted
        points.append(say("adjusted", lang).format(share=a.share, lower=a.lower, upper=a.upper))
    points += [
        say("left_out", lang).format(duplicates=watched.left_out.duplicates, near=watched.left_out.near_duplicates),
        say("present", lang).format(
            state=STATES[present.state][lang],
            share=percent(present.share, lang),
            threshold=f"{incident.threshold:.1%}",
            **_bounds(present),
        ),
        say("standing", lang).format(
            state=INCIDENT_STATES[incident.state][lang], owner=incident.owner or say("nobody", lang), clock=clock
        ),
    ]
    return Section(say("what", lang), points=tuple(points))


def _bounds(watched: Watched) -> dict[str, str]:
    return {"start": f"{watched.window.start:%Y-%m-%d %H:%M}", "end": f"{watched.window.end:%Y-%m-%d %H:%M}"}


def _since(watched: Watched, lang: str) -> Section:
    points = []
    if watched.rise:
        r = watched.rise
        points.append(
            say("rise", lang).format(
                since=r.since, earliest=r.earliest, latest=r.latest, before=r.before, after=r.after
            )
        )
    else:
        points.append(say("no_rise", lang))
    if watched.alarm:
        a = watched.alarm
        points.append(say("alarm", lang).format(rang=a.rang, evidence=a.evidence, limit=a.limit, reference=a.reference))
    return Section(say("since", lang), points=tuple(points))


def _why(why: Reasons, lang: str, labels: Mapping[str, str], *, rose: bool) -> Section:
    points = [
        say("code", lang).format(
            label=labels.get(shift.code, shift.code),
            now=shift.now,
            share=shift.now_share,
            before=say("no_before", lang) if shift.before_share is None else f"{shift.before_share:.1%}",
        )
        for shift in why.codes
    ]
    if why.phrases:
        phrases = say("comma", lang).join(f"{p.phrase} ({p.now})" for p in why.phrases)
        points.append(say("phrases", lang).format(phrases=phrases))
    line = say("compared" if rose else "compared window", lang).format(now=why.mentions_now, before=why.mentions_before)
    return Section(say("why", lang), lines=(line,), points=tuple(points) or (say("no_codes", lang),))


def _who(who: Spread, lang: str) -> Section:
    points = [
        say("spreader", lang)
        .format(
            author=_short(post.author, lang),
            engagement=post.engagement,
            when=f"{post.when:%Y-%m-%d}",
            url=post.url or "",
        )
        .rstrip()
        for post in who.top
        if post.engagement
    ]
    points += [
        say("group", lang).format(
            records=group.records, accounts=group.accounts, new=group.new_accounts, text=_clip(group.text, 40)
        )
        for group in who.groups
    ]
    points.append(
        say("with_without", lang).format(
            counted=percent(who.counted, lang),
            copies=percent(who.with_copies, lang),
            suspects=len(who.suspects),
            without=percent(who.without_suspects, lang),
        )
    )
    return Section(say("who", lang), lines=(say("suspicion", lang),), points=tuple(points))


def _checklist(incident: Incident, lang: str) -> tuple[str, ...]:
    whole = incident.due_at - incident.opened_at
    found = []
    for part, text in CHECKLIST:
        by = incident.opened_at + timedelta(seconds=round(whole.total_seconds() * part))
        found.append(f"{by:%m-%d %H:%M} {text[lang]}")
    return tuple(found)


def _event(event: Event, lang: str) -> str:
    return " ".join(
        part for part in (f"{event.at:%Y-%m-%d %H:%M}", KINDS[event.kind][lang], event.who, event.text) if part
    )


def _quote(post: Post, lang: str) -> tuple[str, str]:
    place = ":".join(str(part) for part in (post.file, post.sheet, post.row) if part is not None)
    about = say("engaged", lang).format(engagement=post.engagement)
    return _told(post.text), f"{place} · {about}" + (f" · {post.url}" if post.url else "")


def _told(text: str) -> str:
    """`text` without the maker's reply that a review site prints inside it."""
    replies = [(start, end) for kind, start, end in own_opinion(text).foreign if kind == "reply"]
    for start, end in reversed(replies):
        text = f"{text[:start].rstrip()} […] {text[end:].lstrip()}".strip()
    return text


def _short(author: str | None, lang: str) -> str:
    return author[:12] if author else say("unknown", lang)


def _clip(text: str, length: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"


def markdown(page: Brief) -> str:
    """The page as Markdown; what people wrote can neither open HTML nor break a list."""
    out = [f"# {_mark(page.title)}", ""]
    for section in page.sections:
        out += [f"## {section.title}", ""]
        out += [text for line in section.lines for text in (_mark(line), "")]
        out += [f"- {_mark(point)}" for point in section.points]
        for text, source in section.quotes:
            out += [
                *(f"> {_mark(line)}" for line in text.splitlines() if line.strip()),
                ">",
                f"> — {_mark(source)}",
                "",
            ]
        out += [f"- [ ] {_mark(task)}" for task in section.tasks]
        if out[-1]:
            out.append("")
    return "\n".join(out)


def plain(page: Brief) -> str:
    """The page as plain text for a terminal; what people wrote can send it no commands."""
    out = [page.title, ""]
    for section in page.sections:
        out += [f"【{section.title}】", *section.lines, *(f"  · {point}" for point in section.points)]
        for text, source in section.quotes:
            out += [*(f"  | {line}" for line in text.splitlines() if line.strip()), f"    — {source}"]
        out += [f"  [ ] {task}" for task in section.tasks]
        out.append("")
    return "\n".join("".join(c for c in line if c.isprintable()) for line in out)


def html(page: Brief) -> str:
    """The page as one self-contained HTML document."""
    e = escaping.escape
    out = [
        "<!doctype html><html><head><meta charset='utf-8'><meta name='viewport' content='width=device-width'>",
        f"<title>{e(page.title)}</title><style>{_STYLE}</style></head><body><h1>{e(page.title)}</h1>",
    ]
    for section in page.sections:
        out.append(f"<h2>{e(section.title)}</h2>")
        out += [f"<p>{e(line)}</p>" for line in section.lines]
        if section.points:
            out.append("<ul>" + "".join(f"<li>{e(point)}</li>" for point in section.points) + "</ul>")
        out += [f"<blockquote>{e(text)}<footer>{e(source)}</footer></blockquote>" for text, source in section.quotes]
        out += [f"<label><input type='checkbox'> {e(task)}</label>" for task in section.tasks]
    return "\n".join([*out, "</body></html>", ""])


_STYLE = (
    "body{font:16px/1.6 system-ui,'PingFang SC','Microsoft YaHei',sans-serif;max-width:46rem;margin:2rem auto;"
    "padding:0 1rem;color:#222}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:1.6rem;border-bottom:1px solid #ddd}"
    "blockquote{margin:.6rem 0;padding:.4rem .8rem;background:#f6f6f6;border-left:3px solid #c33;white-space:pre-wrap;"
    "overflow-wrap:anywhere}footer{color:#777;font-size:.85rem}label{display:block}li{overflow-wrap:anywhere}"
)


def _mark(text: str) -> str:
    out = " ".join(text.split())
    for sign in "\\*_`[]#|":
        out = out.replace(sign, "\\" + sign)
    return out.replace("<", "&lt;").replace(">", "&gt;")


def gather(
    incident: Incident,
    watched: Watched,
    frame: pd.DataFrame,
    history: tuple[Event, ...],
    cut: Callable[[str], Sequence[str]],
    *,
    present: Watched,
    now: datetime,
    zone: ZoneInfo,
    lang: str,
    confidence: float,
    taxonomy: Taxonomy,
) -> Brief:
    """The page of `incident` from the judged records `frame` that `watched` was counted on.

    Quotes, reasons and spreaders are those from the rise, else from the beginning of the window, to the window's end.
    """
    begin = watched.rise.since if watched.rise else incident.since
    start = datetime.combine(begin, time(), zone) if begin else watched.window.start
    # `watched` holds no record after its window's end.
    kept, copies = frame.iloc[watched.mentions.rows], frame.iloc[watched.mentions.left_out_rows]
    late = kept["created_at"] >= start
    earlier = frozenset(frame[frame["created_at"] < start]["author"].dropna())
    return brief(
        incident,
        watched,
        reasons(kept[late], kept[~late], cut),
        spread(kept[late], copies[copies["created_at"] >= start], earlier, confidence=confidence),
        history,
        present=present,
        now=now,
        lang=lang,
        labels={name: code.label(lang) for name, code in taxonomy.codes.items()},
    )
