"""Leads as an Excel workbook: 线索 (filters, frozen header, real dates, links), 引文, 方法."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING, Any

from feedback.leads.export.table import COLUMNS, Context, cells, heads, safe
from feedback.leads.method import explain, method
from feedback.records import Lead

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_SHEETS = {"zh": ("线索", "引文", "方法"), "en": ("leads", "quotes", "method")}
_QUOTES = {
    "zh": ("编号", "线索", "引文", "文件", "工作表", "行", "时间", "星级", "链接", "记录"),
    "en": ("id", "lead", "quote", "file", "sheet", "row", "time", "stars", "link", "record"),
}
_WIDTHS = {"title": 34, "id": 12, "first_seen": 12, "last_seen": 12, "versions": 16, "product": 12, "family": 12}


def as_xlsx(leads: list[Lead], context: Context) -> bytes:
    """The workbook."""
    from openpyxl import Workbook

    book = Workbook()
    names = _SHEETS[context.lang]
    main: Worksheet = book.active
    main.title = names[0]
    quotes, notes = book.create_sheet(names[1]), book.create_sheet(names[2])
    first_quote = _fill_quotes(quotes, leads, context)
    _fill_leads(main, leads, context, first_quote, names[1])
    for row in _notes(context):
        notes.append([safe(cell) for cell in row])
    _dress(notes, [14, 110])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill_leads(
    sheet: Worksheet, leads: list[Lead], context: Context, first_quote: dict[str, int], target: str
) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.hyperlink import Hyperlink

    at = {name: number for number, (_, name, _) in enumerate(COLUMNS, 1)}
    sheet.append([*heads(context.lang), "说明" if context.lang == "zh" else "why"])
    for row, lead in enumerate(leads, 2):
        values = [_cell(value) for value in cells(lead, context)]
        sheet.append([*values, safe(explain(lead, context.lang))])
        for name in ("first_seen", "last_seen"):
            sheet.cell(row, at[name]).number_format = "yyyy-mm-dd"
        sheet.cell(row, at["share"]).number_format = "0.0%"
        reach, impact, confidence, effort = (
            f"{get_column_letter(at[name])}{row}" for name in ("rice_reach", "rice_impact", "rice_confidence", "effort")
        )
        # The one formula: RICE appears as soon as the team fills in the effort.
        sheet.cell(row, at["rice"]).value = f'=IF({effort}="","",{reach}*{impact}*{confidence}/{effort})'
        if lead.id in first_quote:
            link = sheet.cell(row, at["id"])
            link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{target}'!A{first_quote[lead.id]}")
            link.font = Font(color="0563C1", underline="single")
    _dress(sheet, [_WIDTHS.get(name, 9) for _, name, _ in COLUMNS] + [60])


def _fill_quotes(sheet: Worksheet, leads: list[Lead], context: Context) -> dict[str, int]:
    """Fill the sheet of quotes; returns the row of each lead's first."""
    first: dict[str, int] = {}
    sheet.append(list(_QUOTES[context.lang]))
    row = 1
    for lead in leads:
        for quote in lead.quotes:
            row += 1
            first.setdefault(lead.id, row)
            source = quote.source
            values = [
                lead.id, lead.shown(context.lang), quote.quote, source.file, source.sheet, source.row,
                context.time(quote.created_at), quote.rating, quote.url, quote.feedback_id,
            ]  # fmt: skip
            sheet.append([_cell(value) for value in values])
            sheet.cell(row, 7).number_format = "yyyy-mm-dd hh:mm"
            if quote.url and quote.url.startswith(("http://", "https://")):
                sheet.cell(row, 9).hyperlink = quote.url
    _dress(sheet, [12, 30, 60, 30, 12, 8, 17, 7, 30, 20])
    return first


def _notes(context: Context) -> list[list[str]]:
    counts = context.counts
    if context.lang == "zh":
        scope = (
            f"有原因的吐槽 {counts['complaints']} 处，归入线索 {counts['placed']}，单独 {counts['single']}；"
            f"未说明原因的记录 {counts['unspecified']} 条，不成线索"
        )
        lines = [["项目", "说明"], ["范围", scope]]
    else:
        scope = (
            f"{counts['complaints']} complaint spans with a reason, {counts['placed']} in leads, "
            f"{counts['single']} single; {counts['unspecified']} records give no reason and form no lead"
        )
        lines = [["item", "definition"], ["scope", scope]]
    return lines + [[name, text] for name, text in method(context.settings, context.lang)]


def _cell(value: Any) -> Any:
    """A value that Excel takes: no zone on times, no formula in texts."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else safe(value)


def _dress(sheet: Worksheet, widths: list[int]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(vertical="top")
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
