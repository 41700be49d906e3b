"""The tables that flow between the rooms, as frozen dataclasses and frame schemas.

A *frame* is a pandas DataFrame with the columns named here. Times are zoned; offsets are Unicode code points.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

KINDS: Final = ("review", "social", "interview", "survey")
POLARITIES: Final = ("negative", "mixed", "neutral", "positive")
FAMILIES: Final = ("product", "service", "experience")
UNSPECIFIED: Final = "unspecified"

#: Columns of a feedback frame and of the store's table `feedback`, in this order. `created_at` is a zoned timestamp
#: (UTC inside frames); `near_duplicate_of` is the id of the record that this one copies, `duplicate_reason` says how;
#: `context` is the question that an interview answer answers; `language` is "zh" or another ISO 639-1 code.
FEEDBACK_COLUMNS: Final = (
    "id", "kind", "channel", "product", "text", "created_at", "author", "rating", "nps", "version", "region",
    "engagement", "url", "file", "sheet", "row", "context", "language", "near_duplicate_of", "duplicate_reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """Where a record stands: file, sheet (of a workbook) and row, 1-based as a spreadsheet or editor numbers it."""

    file: str
    sheet: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """One review, social post, survey answer or interview answer (SPEC §2)."""

    id: str
    kind: str
    channel: str | None
    product: str
    text: str
    created_at: datetime | None
    author: str | None
    rating: float | None
    nps: int | None
    version: str | None
    region: str | None
    engagement: int | None
    url: str | None
    file: str
    sheet: str | None
    row: int | None
    context: str | None = None
    language: str | None = None
    near_duplicate_of: str | None = None
    duplicate_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """The words that show a complaint code: `text[start:end] == quote`."""

    code: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of one text: one polarity, any number of codes, each with the span that shows it.

    `scores` are calibrated probabilities of the four polarities and sum to 1; `code_scores` are calibrated
    probabilities of the codes given. `unspecified` stands alone in `codes` and has no family.
    """

    polarity: str
    scores: dict[str, float]
    codes: tuple[str, ...] = ()
    code_scores: dict[str, float] = field(default_factory=dict)
    families: tuple[str, ...] = ()
    stage: str | None = None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class LeadQuote:
    """A verbatim quote of a lead's member and where it stands: `text[start:end] == quote` of record `feedback_id`."""

    feedback_id: str
    quote: str
    start: int
    end: int
    source: Source
    url: str | None = None
    created_at: datetime | None = None
    rating: float | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """Complaints that ask for the same change (SPEC §6).

    `rank` is None for leads out of the ranking (done, dismissed). `records` and `people` leave near duplicates out,
    which `copies` counts; `members` are the records counted. `share`: records ÷ all complaint records of the product.
    `recent` people of the last days of the trend, `expected` there from before. `effort`: person-weeks (RICE).
    """

    id: str
    rank: int | None
    title: str
    title_en: str
    title_by: str
    family: str | None
    code: str
    aspects: tuple[str, ...]
    stage: str | None
    product: str
    versions: tuple[str, ...]
    records: int
    people: int
    copies: int
    share: float
    first_seen: datetime | None
    last_seen: datetime | None
    mean_rating: float | None
    status: str
    reason: str | None
    owner: str | None
    tracker_key: str | None
    effort: float | None
    score: float | None
    factors: dict[str, float]
    stability: float | None
    recent: int | None
    expected: float | None
    merged_into: str | None
    members: tuple[str, ...] = ()
    quotes: tuple[LeadQuote, ...] = ()

    def shown(self, lang: str) -> str:
        """The title in language `lang`; what a person wrote stays as it is."""
        return self.title if lang == "zh" or self.title_by == "person" else self.title_en
