"""Exports that import cleanly where they are bound for, whatever people wrote."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from feedback.errors import UsageError
from feedback.leads.export import FORMATS, Context, format_of, render
from feedback.leads.export.table import COLUMNS, safe
from feedback.leads.method import explain, rice
from feedback.lexicon import taxonomy
from feedback.records import Lead, LeadQuote, Source
from feedback.settings import LeadSettings

COUNTS = {"complaints": 41, "placed": 40, "single": 1, "unspecified": 6, "leads": 5}
SEEN = datetime(2026, 10, 30, 16, 30, tzinfo=UTC)
HOSTILE = '=HYPERLINK("http://x","点我")\n|<b>#`*'


def context(lang: str = "zh") -> Context:
    return Context(lang, ZoneInfo("Asia/Shanghai"), taxonomy(), LeadSettings(), COUNTS)


def lead(number: int = 1, **other: object) -> Lead:
    quote = LeadQuote("r1", "登录后闪退", 4, 9, Source("评论.xlsx", "导出", 17), "https://example.org/1", SEEN, 1.0)
    values: dict[str, object] = {
        "id": f"LEAD-{number:04d}", "rank": number, "title": "登录后闪退", "title_en": "Function: crashes",
        "title_by": "program", "family": "product", "code": "function", "aspects": ("app.crash",), "stage": "daily_use",
        "product": "小鹿 课堂", "versions": ("3.2.0", "3.1"), "records": 9, "people": 8, "copies": 2, "share": 0.1951,
        "first_seen": SEEN, "last_seen": SEEN, "mean_rating": 1.25, "status": "new", "reason": None, "owner": None,
        "tracker_key": None, "effort": None, "score": 0.1069,
        "factors": {"reach": 0.59, "severity": 1.0, "value": 0.5, "trend": 0.5, "confidence": 0.73}, "stability": 0.94,
        "recent": 3, "expected": 2.5, "merged_into": None, "members": ("r1", "r2"), "quotes": (quote,),
    }  # fmt: skip
    return Lead(**(values | other))  # type: ignore[arg-type]


HOSTILE_LEAD = lead(
    2, title=HOSTILE, title_by="person", owner="@boss", tracker_key="-12", product="+p",
    quotes=(LeadQuote("r2", HOSTILE, 0, len(HOSTILE), Source("=x.csv", None, None)),),
)  # fmt: skip


def table(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_csv_opens_in_excel_with_every_factor() -> None:
    head, first, second = table(render([lead(), HOSTILE_LEAD], "csv", context()))
    found = dict(zip(head, first, strict=True))
    assert head[: len(COLUMNS)] == [zh for zh, _, _ in COLUMNS]
    wanted = {
        "排名": "1", "编号": "LEAD-0001", "线索": "登录后闪退", "大类": "产品缺陷", "问题": "功能",
        "用户旅程": "日常使用", "人数": "8", "首次出现": "2026-10-31 00:30", "触达": "0.59", "严重": "1.0",
        "价值": "0.5", "趋势": "0.5", "置信": "0.73", "稳定性": "0.94",
        "版本": "3.2.0、3.1", "状态": "新", "引文 1": "登录后闪退", "出处 1": "评论.xlsx 导出 #17", "引文 2": "",
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted
    assert len(second) == len(head)
    assert table(render([lead()], "csv", context("en")))[1][2] == "Function: crashes"


@pytest.mark.parametrize("kind", ["csv", "jira", "zentao"])
def test_no_cell_is_a_formula(kind: str) -> None:
    for row in table(render([lead(), HOSTILE_LEAD], kind, context())):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_safe_leaves_numbers_and_plain_text() -> None:
    assert [safe(v) for v in (-1.5, None, "3-4 天", "")] == [-1.5, None, "3-4 天", ""]
    assert [safe(v) for v in ("=1", "＝1", "@a", "-a", "\n=1", "a\x00b")] == [
        "'=1",
        "'＝1",
        "'@a",
        "'-a",
        "'\n=1",
        "ab",
    ]


def test_workbook_has_filters_frozen_headers_dates_links_and_three_sheets() -> None:
    book = openpyxl.load_workbook(io.BytesIO(render([lead(), HOSTILE_LEAD], "xlsx", context())))
    assert book.sheetnames == ["线索", "引文", "方法"]
    main, quotes, method = (book[name] for name in book.sheetnames)
    for sheet in (main, quotes, method):
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
    head = [cell.value for cell in main[1]]
    row = {name: main.cell(2, at) for at, name in enumerate(head, 1)}
    assert row["首次出现"].value == datetime(2026, 10, 31, 0, 30)  # noqa: DTZ001
    assert row["首次出现"].is_date
    assert row["编号"].hyperlink.location == "'引文'!A2"
    assert row["RICE"].data_type == "f"
    formulas = [cell for line in main.iter_rows() for cell in line if cell.data_type == "f"]
    assert len(formulas) == 2, "the RICE of each lead, nothing that people wrote"
    assert quotes["I2"].hyperlink.target == "https://example.org/1"
    assert [cell.value for cell in quotes[2]][:6] == ["LEAD-0001", "登录后闪退", "登录后闪退", "评论.xlsx", "导出", 17]
    assert not [cell for line in quotes.iter_rows() for cell in line if cell.data_type == "f"]
    text = "\n".join(str(cell.value) for line in method.iter_rows() for cell in line)
    assert "归入线索 40" in text
    assert "0.5" in text
    english = openpyxl.load_workbook(io.BytesIO(render([lead()], "xlsx", context("en"))))
    assert english.sheetnames == ["leads", "quotes", "method"]


def test_markdown_escapes_what_people_wrote() -> None:
    text = render([lead(), HOSTILE_LEAD], "md", context()).decode()
    assert text.startswith("# 产品优化线索\n\n| 排名 | 编号 | 线索 |")
    assert "| 1 | LEAD-0001 | 登录后闪退 | 功能 | 8 | 9 | 0.107 | 0.59 | 1.00 | 0.50 | 0.50 | 0.73 | 94% | 新 |" in text
    assert "> 登录后闪退\n> — 评论.xlsx 导出 \\#17, 2026-10-31" in text
    assert "\\|\\<b\\>\\#\\`\\*" in text
    assert "<b>" not in text
    assert all(line.count("|") in (0, 15) for line in text.replace("\\|", "").splitlines())


def test_json_is_the_contract() -> None:
    found = json.loads(render([lead()], "json", context()))["leads"][0]
    contract = [
        "id", "rank", "title", "family", "code", "stage", "product", "records", "people", "first_seen", "last_seen",
        "status", "owner", "tracker_key", "score", "factors", "stability", "members", "quotes",
    ]  # fmt: skip
    assert list(found)[: len(contract)] == contract
    assert found["quotes"][0]["source"] == {"file": "评论.xlsx", "sheet": "导出", "row": 17}
    assert found["first_seen"] == "2026-10-30T16:30:00+00:00"
    assert list(found["factors"]) == ["reach", "severity", "value", "trend", "confidence"]


def test_jira_and_zentao_carry_the_external_key() -> None:
    head, first = table(render([lead(tracker_key="PROJ-7", owner="wang")], "jira", context()))
    assert head.count("Labels") == 3
    found = dict(zip(head, first, strict=True))
    assert (found["Issue Key"], found["External Issue ID"], found["Priority"]) == ("PROJ-7", "LEAD-0001", "Highest")
    assert "小鹿-课堂" in first
    assert "“登录后闪退” (评论.xlsx 导出 #17)" in found["Description"]
    head, first = table(render([lead(tracker_key="#42")], "zentao", context()))
    found = dict(zip(head, first, strict=True))
    assert (found["编号"], found["来源备注"], found["研发需求名称"], found["优先级"]) == (
        "42",
        "LEAD-0001",
        "登录后闪退",
        "1",
    )


def test_github_issues_can_be_found_again() -> None:
    found = json.loads(render([lead(tracker_key="#42", owner="wang"), lead(20)], "github", context()))
    assert (found[0]["number"], found[0]["assignees"], found[0]["labels"]) == (
        42,
        ["wang"],
        ["feedback", "function", "P1"],
    )
    assert found[0]["body"].endswith("<!-- feedback-lead: LEAD-0001 -->")
    assert (found[1]["number"], found[1]["external_id"], found[1]["labels"][2]) == (None, "LEAD-0020", "P3")


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_leads_without_anything_optional_are_written(kind: str, lang: str) -> None:
    bare = lead(
        rank=None, family=None, code="strange", stage=None, versions=(), first_seen=None, last_seen=None,
        mean_rating=None, score=None, factors={}, stability=None, recent=None, expected=None, quotes=(), status="done",
    )  # fmt: skip
    assert render([bare], kind, context(lang))
    assert render([], kind, context(lang))


def test_format_comes_from_option_or_ending() -> None:
    from pathlib import Path

    assert format_of(Path("a.XLSX"), None) == "xlsx"
    assert format_of(Path("a.csv"), "jira") == "jira"
    for file, wanted in (("a.doc", None), ("a.csv", "word")):
        with pytest.raises(UsageError, match="csv, xlsx, md, json, jira, zentao, github"):
            format_of(Path(file), wanted)


def test_the_explanation_is_two_sentences_of_numbers() -> None:
    assert explain(lead(), "en") == (
        "Rank 1: 8 people, 19.5% of the product's complaint records; strongest factor severity (1.00), "
        "weakest trend (0.50). Lately 3 people against 2.5 expected; on the same side of the line in 94% of resamples; "
        "value is an even 0.5 until user data exist."
    )
    assert explain(lead(), "zh").count("。") == 2
    assert rice(lead(effort=2.0))["score"] == pytest.approx(8 * 3 * 0.73 / 2)
    assert rice(lead())["score"] is None
