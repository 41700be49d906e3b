"""The columns of a lead as people read them, and what makes a cell safe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from feedback.leads.delta import movement
from feedback.leads.measures import Interval, Measures
from feedback.leads.method import MOVEMENT, NAMES, STATUS, rice
from feedback.lexicon import Taxonomy
from feedback.records import Lead, LeadQuote
from feedback.settings import LeadSettings


@dataclass(frozen=True)
class Context:
    """What every format needs beside the leads; `counts` as the build reported them."""

    lang: str
    zone: ZoneInfo
    taxonomy: Taxonomy
    settings: LeadSettings
    counts: dict[str, int]
    measures: dict[str, Measures] = field(default_factory=dict)

    def code(self, lead: Lead) -> str:
        """The name of the lead's code."""
        code = self.taxonomy.codes.get(lead.code)
        return code.label(self.lang) if code else lead.code

    def family(self, lead: Lead) -> str:
        """The name of its family, or ""."""
        return self.taxonomy.families[lead.family].label(self.lang) if lead.family in self.taxonomy.families else ""

    def stage(self, lead: Lead) -> str:
        """The name of its journey stage, or ""."""
        return self.taxonomy.stages[lead.stage].label(self.lang) if lead.stage in self.taxonomy.stages else ""

    def time(self, moment: datetime | None) -> datetime | None:
        """The moment on the wall clock of the settings' zone."""
        return moment.astimezone(self.zone) if moment else None

    def day(self, moment: datetime | None) -> str:
        """The date of a moment, or ""."""
        return f"{moment.astimezone(self.zone):%Y-%m-%d}" if moment else ""


#: A cell that begins so would be run as a formula by a spreadsheet (OWASP, "CSV injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CONTROL = dict.fromkeys([*range(0x00, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])


def safe(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: text that could be one gets a leading '."""
    if not isinstance(value, str):
        return value
    text = value.translate(_CONTROL)
    return f"'{text}" if text.startswith(_FORMULA) else text


def place(quote: LeadQuote) -> str:
    """File, sheet and row of a quote in one string."""
    parts = [quote.source.file, quote.source.sheet, None if quote.source.row is None else f"#{quote.source.row}"]
    return " ".join(part for part in parts if part)


def interval(found: Interval | None, form: str) -> str:
    """A value with its interval in one string, such as "-0.021 [-0.030, -0.012]" for form "+.3f"; "" for none."""
    if found is None:
        return ""
    value = format(found.value, form)
    if found.lower is None or found.upper is None:
        return value
    return f"{value} [{found.lower:{form}}, {found.upper:{form}}]"


def _measured(lead: Lead, context: Context, name: str, part: str) -> float | None:
    """One number of a measure of a lead, rounded."""
    found: Interval | None = getattr(context.measures.get(lead.id), name, None)
    value: float | None = getattr(found, part, None)
    return None if value is None else round(value, 4)


_MEASURES = (
    ("对星级的影响", "impact_rating", "rating"), ("对 NPS 的影响", "impact_nps", "nps"),
    ("ODI 机会分", "opportunity", "opportunity"),
)  # fmt: skip

Column = tuple[str, str, Callable[[Lead, Context], Any]]

#: (zh, en, value) in order.
COLUMNS: tuple[Column, ...] = (
    ("排名", "rank", lambda lead, c: lead.rank),
    ("编号", "id", lambda lead, c: lead.id),
    ("线索", "title", lambda lead, c: lead.shown(c.lang)),
    ("产品", "product", lambda lead, c: lead.product),
    ("大类", "family", lambda lead, c: c.family(lead)),
    ("问题", "code", lambda lead, c: c.code(lead)),
    ("用户旅程", "stage", lambda lead, c: c.stage(lead)),
    ("人数", "people", lambda lead, c: lead.people),
    ("记录数", "records", lambda lead, c: lead.records),
    ("占吐槽比", "share", lambda lead, c: round(lead.share, 4)),
    ("首次出现", "first_seen", lambda lead, c: c.time(lead.first_seen)),
    ("最近出现", "last_seen", lambda lead, c: c.time(lead.last_seen)),
    ("平均星级", "mean_rating", lambda lead, c: None if lead.mean_rating is None else round(lead.mean_rating, 2)),
    ("得分", "score", lambda lead, c: None if lead.score is None else round(lead.score, 4)),
    *(
        (NAMES["zh"][name], name, lambda lead, c, name=name: round(lead.factors[name], 3) if lead.factors else None)
        for name in NAMES["zh"]
    ),
    ("动向", "movement", lambda lead, c: MOVEMENT[c.lang][movement(lead)]),
    ("稳定性", "stability", lambda lead, c: None if lead.stability is None else round(lead.stability, 3)),
    ("版本", "versions", lambda lead, c: "、".join(lead.versions)),
    ("状态", "status", lambda lead, c: STATUS[c.lang].get(lead.status, lead.status)),
    ("负责人", "owner", lambda lead, c: lead.owner),
    ("跟踪编号", "tracker_key", lambda lead, c: lead.tracker_key),
    ("RICE 触达", "rice_reach", lambda lead, c: lead.people),
    ("RICE 影响", "rice_impact", lambda lead, c: round(rice(lead)["impact"] or 0, 2)),
    ("RICE 信心", "rice_confidence", lambda lead, c: round(rice(lead)["confidence"] or 0, 2)),
    ("工作量（人周）", "effort", lambda lead, c: lead.effort),
    ("RICE", "rice", lambda lead, c: rice(lead)["score"]),
    *(
        (
            zh if part == "value" else f"{zh}{'下限' if part == 'lower' else '上限'}",
            en if part == "value" else f"{en}_{part}",
            lambda lead, c, name=name, part=part: _measured(lead, c, name, part),
        )
        for zh, en, name in _MEASURES
        for part in ("value", "lower", "upper")
    ),
)  # fmt: skip


def heads(lang: str) -> list[str]:
    """The names of the columns."""
    return [zh if lang == "zh" else en for zh, en, _ in COLUMNS]


def cells(lead: Lead, context: Context) -> list[Any]:
    """The values of a lead in the order of the columns; times are aware datetimes."""
    return [value(lead, context) for _, _, value in COLUMNS]
