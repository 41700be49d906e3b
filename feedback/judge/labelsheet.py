"""The sheet on which people label: drop-down choices, the judge's own answer in grey beside them, instructions."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from feedback.lexicon import Taxonomy
from feedback.records import POLARITIES, UNSPECIFIED

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

CODES: Final = 5
#: Key → head by language. `polarity`, `code1` … `code5` and `note` are for people to fill in.
HEADS: Final[dict[str, dict[str, str]]] = {
    "id": {"zh": "编号", "en": "id"},
    "text": {"zh": "文本", "en": "text"},
    "context": {"zh": "所答的问题", "en": "question answered"},
    "product": {"zh": "产品", "en": "product"},
    "channel": {"zh": "渠道", "en": "channel"},
    "rating": {"zh": "星级", "en": "rating"},
    "polarity": {"zh": "倾向", "en": "polarity"},
    **{f"code{n}": {"zh": f"编码{n}", "en": f"code {n}"} for n in range(1, CODES + 1)},
    "note": {"zh": "备注", "en": "note"},
    "said_polarity": {"zh": "机器判的倾向", "en": "judge: polarity"},
    "said_codes": {"zh": "机器判的编码", "en": "judge: codes"},
    "sure": {"zh": "机器的把握", "en": "judge: sureness"},
    "about": {"zh": "疑点", "en": "in doubt"},
}
SHEETS: Final = {"zh": ("标注", "说明", "选项"), "en": ("labels", "how to", "choices")}
POLARITY_ZH: Final = {"negative": "负面", "mixed": "好坏参半", "neutral": "中性", "positive": "正面"}
_STANDS: Final = {
    "zh": {
        "negative": "总体不满；光骂一句“垃圾”“差评”、反讽、劝人别买也是",
        "mixed": "褒贬分量相当，或“一般般”",
        "neutral": "没有立场：新闻、广告、单纯的提问、事实、转述",
        "positive": "总体满意，即使提到一处小毛病",
    },
    "en": {
        "negative": "on balance the author is unhappy; mere cursing, irony and warnings count",
        "mixed": "good and bad weigh about the same, or so-so",
        "neutral": "takes no side: news, advertising, plain questions, facts, quotations",
        "positive": "on balance the author is happy, small flaws notwithstanding",
    },
}
_HOW: Final = {
    "zh": (
        "一行一条记录。先读文本，再在“倾向”里选一项；有不满、未满足的需要或愿望，就在“编码”里选，最多五个，没有就空着。",
        "不想标的行，倾向留空即可，导入时会跳过。只改白色的列；编号和文本不要动。",
        "作者说了什么就标什么，不要猜。正面的记录也可以有编码。",
        "“未说明”只用于负面或好坏参半而完全没说原因的记录，并且不与别的编码同用。",
        "灰色列是机器的判断，只供参考：请先自己判，再看它。“疑点”说的是它最拿不准的地方。",
        "标完保存，运行：feedback label import 本文件 --by 你的名字。可以分几次，重复导入不会重复记。",
    ),
    "en": (
        "One record a row. Read the text, choose its polarity, and up to five codes for what dissatisfies.",
        "Leave the polarity empty to skip a row. Change only the white columns, never id and text.",
        "Label what the author says, not what one could guess. A positive record may bear codes too.",
        "unspecified: negative or mixed without any reason given; never together with another code.",
        "The grey columns are what the judge says: decide first, then look. 'in doubt' names what it is least sure of.",
        "Save, then run: feedback label import THIS_FILE --by YOUR_NAME. Nothing counts twice.",
    ),
}
_GREY: Final = ("said_polarity", "said_codes", "sure", "about")
_WIDTHS: Final = {"id": 12, "text": 70, "context": 24, "product": 12, "channel": 12, "rating": 7, "polarity": 16,
                  "note": 20, "said_polarity": 16, "said_codes": 24, "sure": 10, "about": 16}  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CONTROL: Final = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, *range(0xD800, 0xE000)])
#: The most that a cell of a workbook holds.
_CELL: Final = 32_767


@dataclass(frozen=True, slots=True)
class Row:
    """A record to label, with what the judge says of it. `about`: "polarity" or the code that is in doubt."""

    id: str
    text: str
    product: str
    channel: str | None
    rating: float | None
    context: str | None
    polarity: str
    codes: tuple[str, ...]
    sure: float
    about: str


def cell(text: str) -> str:
    """A text as a cell holds it: nothing that a spreadsheet would run, none of the characters that it refuses."""
    clean = text.translate(_CONTROL)
    return ("'" + clean if clean.startswith(_FORMULA) else clean)[:_CELL]


def polarity_choice(name: str, lang: str) -> str:
    """A polarity as the drop-down shows it."""
    return f"{name} {POLARITY_ZH[name]}" if lang == "zh" else name


def code_choice(name: str, tax: Taxonomy, lang: str) -> str:
    """A code as the drop-down shows it."""
    return f"{name} {tax.codes[name].zh}" if lang == "zh" else name


def as_csv(rows: Sequence[Row], tax: Taxonomy, lang: str) -> bytes:
    """The sheet as CSV (UTF-8 with BOM: opens in Excel)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([head[lang] for head in HEADS.values()])
    writer.writerows(_cells(row, tax, lang) for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Sequence[Row], tax: Taxonomy, lang: str) -> bytes:
    """The workbook: the rows with drop-downs, how to label, and the choices."""
    from openpyxl import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    names = SHEETS[lang]
    main: Worksheet = book.active
    main.title = names[0]
    how, choices = book.create_sheet(names[1]), book.create_sheet(names[2])
    polarities = [polarity_choice(name, lang) for name in POLARITIES]
    codes = [code_choice(name, tax, lang) for name in tax.codes]
    for column, values in enumerate((polarities, codes), 1):
        for number, value in enumerate(values, 1):
            choices.cell(number, column, value)
    choices.sheet_state = "hidden"
    main.append([head[lang] for head in HEADS.values()])
    for row in rows:
        main.append(_cells(row, tax, lang))
    _dress(main)
    last = max(len(rows) + 1, 2)
    for first, end, letter, values in (
        ("polarity", "polarity", "A", polarities),
        ("code1", f"code{CODES}", "B", codes),
    ):
        # A list in the validation itself may not exceed 255 characters: refer to the sheet of choices.
        area = f"'{names[2]}'!${letter}$1:${letter}${len(values)}"
        pick = DataValidation(type="list", formula1=area, allow_blank=True, showErrorMessage=True)
        pick.errorTitle, pick.error = (
            ("不在选项里", "请从下拉框里选") if lang == "zh" else ("No such choice", "Pick from the list")
        )
        pick.add(f"{_letter(first)}2:{_letter(end)}{last}")
        main.add_data_validation(pick)
    _instructions(how, tax, lang)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cells(row: Row, tax: Taxonomy, lang: str) -> list[str | float | None]:
    about = row.about if row.about in tax.codes else ""
    return [
        row.id, cell(row.text), cell(row.context or ""), cell(row.product), cell(row.channel or ""), row.rating,
        *[None] * (CODES + 2),
        polarity_choice(row.polarity, lang),
        "; ".join(code_choice(code, tax, lang) for code in row.codes),
        round(row.sure, 2),
        code_choice(about, tax, lang) if about else HEADS["polarity"][lang],
    ]  # fmt: skip


def _letter(key: str) -> str:
    from openpyxl.utils import get_column_letter

    letter: str = get_column_letter([*HEADS].index(key) + 1)
    return letter


def _dress(sheet: Worksheet) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    grey = PatternFill("solid", fgColor="E7E6E6")
    for key in HEADS:
        column = _letter(key)
        sheet.column_dimensions[column].width = _WIDTHS.get(key, 18)
        for place in sheet[column]:
            place.alignment = Alignment(wrap_text=key in ("text", "context", "said_codes"), vertical="top")
            if key in _GREY:
                place.fill = grey
                place.font = Font(color="7F7F7F")
    for place in sheet[1]:
        place.font = Font(bold=True)
    sheet.freeze_panes = "C2"


def _instructions(sheet: Worksheet, tax: Taxonomy, lang: str) -> None:
    from openpyxl.styles import Font

    heads: list[int] = []
    lines: list[tuple[str | None, str | None]] = [(text, None) for text in _HOW[lang]]

    def section(title: str, entries: list[tuple[str, str]]) -> None:
        lines.append((None, None))
        lines.append((title, None))
        heads.append(len(lines))
        lines.extend(entries)

    def codes(family: str | None) -> list[tuple[str, str]]:
        mine = [code for code in tax.codes.values() if code.family == family]
        return [(code_choice(code.name, tax, lang), code.explained(lang)) for code in mine]

    section(HEADS["polarity"][lang], [(polarity_choice(name, lang), _STANDS[lang][name]) for name in POLARITIES])
    for family in tax.families.values():
        section(family.label(lang), codes(family.name))
    if UNSPECIFIED in tax.codes:
        section("其他" if lang == "zh" else "Other", codes(None))
    for line in lines:
        sheet.append(line)
    for row in heads:
        sheet.cell(row, 1).font = Font(bold=True)
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 100
