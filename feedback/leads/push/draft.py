"""What is sent of a lead, before a tracker gives it its own form."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, replace

from feedback.leads.export.markdown import section
from feedback.leads.export.table import Context, place
from feedback.leads.export.trackers import urgency
from feedback.leads.method import explain
from feedback.records import Lead

#: GitHub and 禅道 take 255 characters, Jira as many.
_TITLE = 255


@dataclass(frozen=True, slots=True)
class Draft:
    """A lead on its way: `mark` is its external key, the same for each push from one store; `key` the tracker's own
    where it is known; `urgency` 1 (first) to 4; `lines` plain text, `markdown` the same as Markdown."""

    lead_id: str
    mark: str
    key: str | None
    title: str
    lines: tuple[str, ...]
    markdown: str
    labels: tuple[str, ...]
    urgency: int


def draft(lead: Lead, context: Context, origin: str) -> Draft:
    """The draft of a lead; `origin` names the store, so that two stores never write over each other's issues."""
    # The path on this machine is nobody's business there: the file's name will do.
    quotes = (
        replace(quote, source=replace(quote.source, file=re.split(r"[\\/]", quote.source.file)[-1]))
        for quote in lead.quotes
    )
    lead = replace(lead, quotes=tuple(quotes))
    about = [lead.product, context.family(lead), context.code(lead), context.stage(lead)]
    lines = [" · ".join(part for part in about if part), explain(lead, context.lang), ""]
    for quote in lead.quotes:
        lines += [f"“{' '.join(quote.quote.split())}”", f"    {place(quote)}"]
    if lead.owner:
        lines += ["", f"{'负责人：' if context.lang == 'zh' else 'owner: '}{lead.owner}"]
    # Markdown without its heading, which is the title; a name after @ in a quote must call nobody.
    markdown = "\n".join(section(lead, context, level=2)[2:]).replace("@", "@<!-- -->")
    labels = ("feedback", lead.code, f"P{urgency(lead)}")
    title = " ".join(lead.shown(context.lang).split())[:_TITLE]
    return Draft(lead.id, f"{origin}/{lead.id}", lead.tracker_key, title, tuple(lines), markdown, labels, urgency(lead))


def digest(made: Draft) -> str:
    """Twelve characters that change with anything that would be sent."""
    content = {name: value for name, value in asdict(made).items() if name != "key"}
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]
