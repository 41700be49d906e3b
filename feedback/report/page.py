"""The report's page as one dataclass, built from what the pipeline found; templates only lay it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
from markupsafe import Markup

from feedback.judge.prevalence import Rates
from feedback.leads.method import NAMES, STATUS
from feedback.lexicon import Taxonomy
from feedback.records import Lead, LeadQuote, Source
from feedback.report.charts import FAMILY_COLOURS, MUTED, Bar, SharePoint, bar_chart, column_chart, share_chart
from feedback.report.data import ReportData
from feedback.report.words import WORDS
from feedback.settings import Settings
from feedback.store.campaigns import Campaign
from feedback.track.incidents import Incident
from feedback.track.monitor import Watched
from feedback.track.wording import INCIDENT_STATES, STATES

#: Widths in pixels of the wide and the narrow drawing: a desktop card (whole and half) and a phone of 390.
WIDE, HALF, NARROW = 1076, 498, 332
#: Leads shown in full; the rest is in the exports.
LEADS_SHOWN = 10
CAMPAIGNS_SHOWN = 5
QUOTES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Tile:
    """One number at the top, with the words above and below it."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class KeywordPanel:
    """One watched keyword: its state, the facts beside it, its incidents, its chart in two widths."""

    keyword: str
    state: str
    state_label: str
    facts: tuple[str, ...]
    incidents: tuple[str, ...]
    wide: Markup
    narrow: Markup


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A verbatim quote with where it stands; `url` only when it is a web address."""

    quote: str
    source: str
    url: str | None


@dataclass(frozen=True, slots=True)
class LeadPanel:
    """One lead as people read it; `factors` are (name, 0..1)."""

    id: str
    rank: int
    title: str
    tag: str
    colour: str
    facts: tuple[str, ...]
    factors: tuple[tuple[str, float], ...]
    quotes: tuple[QuoteView, ...]


@dataclass(frozen=True, slots=True)
class CampaignPanel:
    """A group of copies: facts, the text of the earliest one and where it stands."""

    facts: tuple[str, ...]
    quote: str
    source: str


@dataclass(frozen=True, slots=True)
class Legend:
    """A family's colour, name and count."""

    label: str
    colour: str
    note: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page, in reading order."""

    lang: str
    products: tuple[str, ...]
    period: str | None
    threshold: float
    tiles: tuple[Tile, ...]
    keywords: tuple[KeywordPanel, ...]
    legend: tuple[Legend, ...]
    codes_wide: Markup
    codes_narrow: Markup
    weeks_wide: Markup | None
    weeks_narrow: Markup | None
    leads: tuple[LeadPanel, ...]
    more_leads: int
    campaigns: tuple[CampaignPanel, ...]
    more_campaigns: int
    aside: tuple[tuple[str, str], ...]
    method: tuple[tuple[str, str], ...]
    generated: str


def build(data: ReportData, settings: Settings, taxonomy: Taxonomy, *, version: str) -> Page:
    """The page of `data` in the language of the settings; `version` is the program's."""
    w = WORDS[settings.lang]
    frame = data.frame
    families = {
        name: int(frame["families"].map(lambda held, name=name: name in held).sum()) for name in taxonomy.families
    }
    codes = Counter(code for held in frame["codes"] for code in held)
    bars = [
        Bar(code.label(settings.lang), codes[code.name], FAMILY_COLOURS.get(code.family or "", MUTED))
        for code in taxonomy.codes.values()
        if codes[code.name]
    ]
    weeks = _weeks(frame, list(taxonomy.families), settings)
    colours = [FAMILY_COLOURS.get(name, MUTED) for name in taxonomy.families]

    def week_chart(width: int, plot: int) -> Markup | None:
        if len(weeks) < 2:
            return None
        return column_chart(weeks, colours=colours, width=width, title=w["by_week"], plot=plot)

    return Page(
        lang=settings.lang,
        products=data.products,
        period=_period(frame, settings),
        threshold=settings.track.threshold,
        tiles=_tiles(data, w),
        keywords=tuple(_keyword(k, data.track.incidents, data.now, settings) for k in data.track.tracked.keywords)
        if data.track
        else (),
        legend=tuple(
            Legend(family.label(settings.lang), FAMILY_COLOURS.get(name, MUTED), str(families[name]))
            for name, family in taxonomy.families.items()
        ),
        codes_wide=bar_chart(bars, width=HALF, title=w["by_code"]),
        codes_narrow=bar_chart(bars, width=NARROW, title=w["by_code"]),
        weeks_wide=week_chart(HALF, max(150, 28 * len(bars) - 22)),
        weeks_narrow=week_chart(NARROW, 150),
        leads=tuple(_lead(lead, settings, taxonomy) for lead in data.leads[:LEADS_SHOWN]),
        more_leads=max(0, len(data.leads) - LEADS_SHOWN),
        campaigns=tuple(_campaign(one, settings) for one in data.campaigns[:CAMPAIGNS_SHOWN]),
        more_campaigns=max(0, len(data.campaigns) - CAMPAIGNS_SHOWN),
        aside=tuple((w[f"aside_{name}"], f"{count:,}") for name, count in data.aside.items()),
        method=_method(data, settings, w),
        generated=w["generated"].format(version=version, time=f"{data.now.astimezone(settings.zone):%Y-%m-%d %H:%M}"),
    )


def _tiles(data: ReportData, w: Mapping[str, str]) -> tuple[Tile, ...]:
    complaining = int(data.frame["codes"].map(len).gt(0).sum())
    judged = len(data.frame)
    share = data.overall
    value = "–" if share.share is None else f"{share.share:.1%}"
    note = (
        ""
        if share.lower is None
        else w["negative_note"].format(negative=share.negative, n=share.n, lower=share.lower, upper=share.upper)
    )
    if data.corrected:
        note += w["negative_corrected"].format(share=data.corrected.share)
    open_incidents = [i for i in (data.track.incidents if data.track else ()) if i.state != "closed"]
    overdue = sum(incident.overdue(data.now) for incident in open_incidents)
    return (
        Tile(w["records"], f"{data.records:,}", w["records_note"].format(judged=f"{judged:,}")),
        Tile(w["negative"], value, note),
        Tile(
            w["complaints"],
            f"{complaining:,}",
            w["complaints_note"].format(share=complaining / judged if judged else 0),
        ),
        Tile(
            w["leads"],
            f"{len(data.leads)}",
            w["leads_note"].format(new=sum(lead.status == "new" for lead in data.leads)),
        ),
        Tile(w["incidents"], f"{len(open_incidents)}", w["incidents_note"].format(overdue=overdue)),
    )


def _keyword(k: Watched, incidents: Sequence[Incident], now: datetime, settings: Settings) -> KeywordPanel:
    w = WORDS[settings.lang]
    share = "–" if k.share.share is None else f"{k.share.share:.1%}"
    window = f"{k.window.start:%m-%d} – {k.window.end - timedelta(seconds=1):%m-%d}"
    facts = [
        f"{window}{'：' if settings.lang == 'zh' else ': '}"
        + w["mentions"].format(n=k.share.n, negative=k.share.negative, share=share)
    ]
    if k.share.lower is not None:
        facts.append(w["interval"].format(lower=k.share.lower, upper=k.share.upper))
    if k.adjusted:
        a = k.adjusted
        facts.append(w["adjusted"].format(share=a.share, lower=a.lower, upper=a.upper))
    if k.window.end - now > timedelta(hours=1):
        facts.append(w["today"].format(now=f"{now.astimezone(settings.zone):%m-%d %H:%M}"))
    if k.rise:
        facts.append(w["since"].format(since=f"{k.rise.since:%Y-%m-%d}"))
    facts.append(w["left_out"].format(duplicates=k.left_out.duplicates, near_duplicates=k.left_out.near_duplicates))
    own = [incident for incident in incidents if incident.keyword == k.keyword]
    points = [
        SharePoint(
            p.window.start.date(), p.share.n, p.share.negative, p.share.share, p.share.lower, p.share.upper, p.state
        )
        for p in k.series
    ]
    marks = [(incident.opened_at.astimezone(settings.zone).date(), incident.id) for incident in own]

    def draw(width: int) -> Markup:
        return share_chart(points, threshold=settings.track.threshold, width=width, labels=dict(w), marks=marks)

    return KeywordPanel(
        keyword=k.keyword,
        state=k.state,
        state_label=STATES[k.state][settings.lang],
        facts=tuple(facts),
        incidents=tuple(_incident(incident, now, settings) for incident in own if incident.state != "closed"),
        wide=draw(WIDE),
        narrow=draw(NARROW),
    )


def _incident(incident: Incident, now: datetime, settings: Settings) -> str:
    w = WORDS[settings.lang]
    when: Callable[[datetime], str] = lambda moment: f"{moment.astimezone(settings.zone):%Y-%m-%d %H:%M}"  # noqa: E731
    text = w["incident"].format(id=incident.id, opened=when(incident.opened_at), due=when(incident.due_at))
    state = w["overdue"] if incident.overdue(now) else INCIDENT_STATES[incident.state][settings.lang]
    return f"{text}（{state}）" if settings.lang == "zh" else f"{text} ({state})"


def _lead(lead: Lead, settings: Settings, taxonomy: Taxonomy) -> LeadPanel:
    w = WORDS[settings.lang]
    code = taxonomy.codes[lead.code]
    family = taxonomy.families[code.family] if code.family else None
    facts = [lead.product, w["people"].format(records=lead.records, people=lead.people)]
    if lead.stage:
        facts.append(taxonomy.stages[lead.stage].label(settings.lang))
    if lead.first_seen and lead.last_seen:
        first, last = (moment.astimezone(settings.zone) for moment in (lead.first_seen, lead.last_seen))
        facts.append(w["seen"].format(first=f"{first:%Y-%m-%d}", last=f"{last:%Y-%m-%d}"))
    if lead.stability is not None:
        facts.append(w["stability"].format(stability=lead.stability))
    facts.append(STATUS[settings.lang].get(lead.status, lead.status))
    tag = " · ".join(part.label(settings.lang) for part in (family, code) if part)
    return LeadPanel(
        id=lead.id,
        rank=lead.rank or 0,
        title=lead.shown(settings.lang),
        tag=tag,
        colour=FAMILY_COLOURS.get(code.family or "", MUTED),
        facts=tuple(facts),
        factors=tuple((NAMES[settings.lang][name], float(value)) for name, value in lead.factors.items()),
        quotes=tuple(_quote(quote, w) for quote in lead.quotes[:QUOTES_SHOWN]),
    )


def _campaign(one: Campaign, settings: Settings) -> CampaignPanel:
    w = WORDS[settings.lang]
    facts = [one.product, w["copies"].format(records=one.records, accounts=one.accounts)]
    if one.hours is not None:
        facts.append(w["half_within"].format(hours=one.hours))
    if one.first and one.last:
        days = dict.fromkeys(f"{moment.astimezone(settings.zone):%Y-%m-%d}" for moment in (one.first, one.last))
        facts.append(" – ".join(days))
    if one.polarity:
        facts.append(w[f"polarity_{one.polarity}"])
    flat = " ".join(one.text.split())
    return CampaignPanel(tuple(facts), flat if len(flat) <= 120 else flat[:119] + "…", _place(one, w))


def _place(at: Source | Campaign, w: Mapping[str, str]) -> str:
    words = w["row_sheet"] if at.sheet else w["row"]
    return words.format(file=at.file.rsplit("/", 1)[-1], sheet=at.sheet, row=at.row)


def _quote(quote: LeadQuote, w: Mapping[str, str]) -> QuoteView:
    return QuoteView(
        quote=quote.quote,
        source=_place(quote.source, w),
        url=quote.url if quote.url and quote.url.startswith(("http://", "https://")) else None,
    )


def _weeks(frame: pd.DataFrame, families: list[str], settings: Settings) -> list[tuple[date, list[float]]]:
    """Per week (from Monday): how many records bear each family; weeks without any are there with zeros."""
    dated = frame[frame["created_at"].notna()]
    if dated.empty:
        return []
    days = dated["created_at"].dt.tz_convert(settings.zone).dt.tz_localize(None).dt.normalize()
    monday = days - pd.to_timedelta(days.dt.day_of_week, unit="D")
    counts = pd.DataFrame(
        {name: dated["families"].map(lambda held, name=name: name in held).astype(int) for name in families}
    )
    table = counts.groupby(monday).sum()
    every = pd.date_range(table.index.min(), table.index.max(), freq="7D")
    table = table.reindex(every, fill_value=0).iloc[-104:]
    return [(day.date(), [float(v) for v in row]) for day, row in zip(table.index, table.to_numpy(), strict=True)]


def _period(frame: pd.DataFrame, settings: Settings) -> str | None:
    dated = frame["created_at"].dropna()
    if dated.empty:
        return None
    first, last = (moment.tz_convert(settings.zone) for moment in (dated.min(), dated.max()))
    return f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"


def _judge(name: str, rates: Rates | None, w: Mapping[str, str]) -> str:
    if rates is None:
        return name
    return w["method_rates"].format(judge=name, found=rates.sensitivity, cleared=rates.specificity)


def _method(data: ReportData, settings: Settings, w: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    track, leads = settings.track, settings.leads
    weights = ", ".join(f"{NAMES[settings.lang][name]} {value:g}" for name, value in leads.weights.items())
    return (
        (w["method_store"], str(settings.store)),
        (w["method_judge"], w["comma"].join(_judge(name, rates, w) for name, rates in data.rates.items())),
        (w["method_threshold"], f"{track.threshold:.1%}"),
        (w["method_window"], f"{track.window} / {track.step}"),
        (w["method_confidence"], f"Wilson, {track.confidence:.0%}"),
        (w["method_fdr"], f"Benjamini–Hochberg, {track.false_discovery_rate:.0%}"),
        (w["method_clock"], w["hours"].format(hours=track.incident_hours)),
        (w["method_weights"], weights),
        (w["method_stability"], w["method_stability_text"].format(rounds=leads.bootstrap, top=leads.top)),
    )
