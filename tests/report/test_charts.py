"""Charts: whole pictures parse as SVG, draw what they are given, and escape what people wrote."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest

from feedback.report.charts import STATE_COLOURS, Bar, SharePoint, bar_chart, column_chart, share_chart
from feedback.report.words import WORDS

SVG = "{http://www.w3.org/2000/svg}"
LABELS = {key: WORDS["zh"][key] for key in ("share", "volume", "threshold", "empty")}


def points(counts: list[tuple[int, int]]) -> list[SharePoint]:
    first = date(2026, 9, 1)
    return [
        SharePoint(first + timedelta(days=7 * i), n, k, k / n if n else None, 0.0 if n else None, 0.3 if n else None,
                   "breach" if n and k / n > 0.1 else "calm")
        for i, (n, k) in enumerate(counts)
    ]  # fmt: skip


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("width", [320, 1080])
def test_share_chart_draws_every_window_that_holds_records(width: int) -> None:
    svg = share_chart(points([(20, 1), (0, 0), (30, 6)]), threshold=0.05, width=width, labels=LABELS)
    root = ET.fromstring(svg)
    circles = list(root.iter(f"{SVG}circle"))
    assert [c.get("fill") for c in circles] == [STATE_COLOURS["calm"], STATE_COLOURS["breach"]]
    assert [c[0].text for c in circles] == ["2026-09-01: 1/20 = 5.0%", "2026-09-15: 6/30 = 20.0%"]
    # The empty window breaks the line: two stretches, each with a band.
    assert len(list(root.iter(f"{SVG}polyline"))) == len(list(root.iter(f"{SVG}polygon"))) == 2
    assert "警戒线 5%" in texts(svg)
    assert root.get("width") == str(width)
    for node in root.iter():
        for key in ("x", "x1", "x2", "cx"):
            assert 0 <= float(node.get(key, 0)) <= width


def test_share_chart_of_nothing_says_so() -> None:
    svg = share_chart(points([(0, 0)] * 4), threshold=0.05, width=600, labels=LABELS)
    assert texts(svg) == [LABELS["empty"]]


def test_incidents_outside_the_period_are_not_drawn() -> None:
    marks = [(date(2026, 9, 8), "INC-0001"), (date(2027, 1, 1), "INC-0002")]
    svg = share_chart(points([(20, 1), (20, 4), (20, 4)]), threshold=0.05, width=600, labels=LABELS, marks=marks)
    assert "INC-0001" in texts(svg)
    assert "INC-0002" not in texts(svg)


def test_bars_keep_proportion_and_escape_labels() -> None:
    svg = bar_chart([Bar("<b>&", 10, "#111"), Bar("二", 5, "#222", "5 条")], width=600, title='"t"')
    widths = [float(node.get("width", 0)) for node in ET.fromstring(svg).iter(f"{SVG}rect")]
    assert widths[0] == pytest.approx(2 * widths[1])
    assert texts(svg) == ["<b>&", "10", "二", "5 条"]


def test_columns_stack_to_the_sum() -> None:
    days = [(date(2026, 9, 7 * i + 1), (3.0, 1.0)) for i in range(3)]
    root = ET.fromstring(column_chart(days, colours=("#111", "#222"), width=600, title="t"))
    rects = list(root.iter(f"{SVG}rect"))
    assert len(rects) == 6
    assert float(rects[0].get("y", 0)) == pytest.approx(
        float(rects[1].get("y", 0)) + float(rects[1].get("height", 0)), abs=0.2
    )


def test_no_data_draws_an_empty_picture() -> None:
    assert ET.fromstring(bar_chart([], width=300, title="t")) is not None
    assert ET.fromstring(column_chart([], colours=(), width=300, title="t")) is not None


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["zh"].keys() == WORDS["en"].keys()
