"""From a page to one self-contained HTML file: styles and pictures inside, nothing is fetched."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from feedback.report.page import Page
from feedback.report.words import WORDS


def render(page: Page) -> str:
    """The page as HTML; everything that people wrote is escaped."""
    environment = Environment(
        loader=PackageLoader("feedback.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    chinese = page.lang == "zh"
    return environment.get_template("report.html.j2").render(
        page=page, w=WORDS[page.lang], w_sep="、" if chinese else ", ", colon="：" if chinese else ": "
    )
