"""`feedback label queue|import|export`: a sheet out, labels back, gold lines for training."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import typer
from typer.testing import CliRunner, Result

from feedback.cli import label as verb
from feedback.cli.app import Globals
from feedback.errors import FeedbackError
from feedback.evaluate import read_gold
from feedback.lexicon import taxonomy
from feedback.store import Store
from tests.judge.stored import TEXTS, fill

EXTRA = ("=1+1 公式一样的话", "两行\n的话，卡顿得厉害", "  前后有空格  ")


class Command:
    """The command line over one store."""

    def __init__(self, store: Path) -> None:
        self.store = store

    def __call__(self, *words: object, code: int = 0, lang: str = "zh") -> Result:
        app = typer.Typer()
        app.callback()(lambda: None)
        verb.register(app)
        result = CliRunner().invoke(app, ["label", *map(str, words)], obj=Globals(self.store, None, lang, True))
        if isinstance(result.exception, FeedbackError):
            assert result.exception.exit_code == code, str(result.exception)
        else:
            assert result.exit_code == code, result.output
        return result

    def json(self, *words: object) -> Any:
        return json.loads(self(*words, "--json").stdout)


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(fill(tmp_path / "s.duckdb", [*TEXTS, *EXTRA]))


def filled(sheet: Path, target: Path, answers: dict[str, tuple[Any, ...]]) -> dict[str, int]:
    """Fill in polarity and codes by id; returns the row of each id."""
    book = openpyxl.load_workbook(sheet)
    rows = {}
    for row in book.worksheets[0].iter_rows(min_row=2):
        rows[row[0].value] = row[0].row
        for cell, value in zip(row[6:], answers.get(row[0].value, ()), strict=False):
            cell.value = value
    book.save(target)
    return rows


def test_the_sheet_has_choices_suggestions_and_instructions(command: Command, tmp_path: Path) -> None:
    sheet = tmp_path / "q.xlsx"
    found = command.json("queue", "-o", sheet, "--count", 6)
    assert (found["file"], found["waiting"], len(found["records"])) == (str(sheet), 13, 6)
    book = openpyxl.load_workbook(sheet)
    main, how, choices = book.worksheets
    assert [cell.value for cell in main[1]] == [
        "编号", "文本", "所答的问题", "产品", "渠道", "星级", "倾向", "编码1", "编码2", "编码3", "编码4", "编码5",
        "备注", "机器判的倾向", "机器判的编码", "机器的把握", "疑点",
    ]  # fmt: skip
    assert main.freeze_panes == "C2"
    assert [row[0].value for row in main.iter_rows(min_row=2)] == [record["id"] for record in found["records"]]
    assert all(row[6].value is None for row in main.iter_rows(min_row=2)), "the answer is the person's"
    assert {(str(v.sqref), v.formula1) for v in main.data_validations.dataValidation} == {
        ("G2:G7", "'选项'!$A$1:$A$4"),
        ("H2:L7", f"'选项'!$B$1:$B${len(taxonomy().codes)}"),
    }
    assert choices.sheet_state == "hidden"
    assert [choices.cell(n, 1).value for n in range(1, 5)] == [
        "negative 负面",
        "mixed 好坏参半",
        "neutral 中性",
        "positive 正面",
    ]
    shown = {row[0] for row in how.iter_rows(values_only=True)}
    assert {f"{code.name} {code.zh}" for code in taxonomy().codes.values()} <= shown
    first = next(main.iter_rows(min_row=2))
    assert first[13].fill.fgColor.rgb == "00E7E6E6"


def test_the_queue_is_the_same_in_every_run_and_never_overwrites(command: Command, tmp_path: Path) -> None:
    first = command.json("queue", "-o", tmp_path / "a.csv", "--count", 8)["records"]
    assert command.json("queue", "-o", tmp_path / "b.csv", "--count", 8)["records"] == first
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert "already there" in str(command("queue", "-o", tmp_path / "a.csv", code=2).exception)
    assert ".xlsx, .csv" in str(command("queue", "-o", tmp_path / "a.ods", code=2).exception)
    assert "folder does not exist" in str(command("queue", "-o", tmp_path / "no" / "a.csv", code=2).exception)


def test_labels_come_back_and_a_second_import_changes_nothing(command: Command, tmp_path: Path) -> None:
    command("queue", "-o", tmp_path / "q.xlsx")
    answers: dict[str, tuple[Any, ...]] = {
        "r000000": ("negative 负面", "function 功能", None, "客服", "function"),
        "r000002": ("positive",),
        "r000003": ("中性",),
        "r000010": ("Negative", "UNSPECIFIED"),
        "r000011": ("mixed 好坏参半", "responsiveness 流畅"),
        "r000012": ("neutral 中性",),
    }
    filled(tmp_path / "q.xlsx", tmp_path / "f.xlsx", answers)
    expected = {"read": 13, "given": 6, "repeated": 0, "unlabelled": 7, "rejected": []}
    once = command.json("import", tmp_path / "f.xlsx", "--by", "小王", "--as-of", "2026-11-01")
    assert once == {"file": str(tmp_path / "f.xlsx"), "by": "小王", "new": 6, "changed": 0, **expected}
    again = command.json("import", tmp_path / "f.xlsx", "--by", "小王", "--as-of", "2026-11-09")
    assert (again["given"], again["new"], again["changed"]) == (6, 0, 0)
    with Store(command.store) as store:
        times = store.rows("SELECT count(*), count(DISTINCT labelled_at) FROM labels")
    assert times == [(6, 1)]
    gold = tmp_path / "gold.jsonl"
    assert command.json("export", gold) == {"file": str(gold), "records": 6, "disputed": 0}
    read = [(r.id, r.source, r.polarity, r.codes) for r in read_gold(gold, taxonomy())]
    assert read == [
        ("r000000", "青舟/商店", "negative", ("function", "support")),
        ("r000002", "青舟/商店", "positive", ()),
        ("r000003", "青舟/商店", "neutral", ()),
        ("r000010", "青舟/商店", "negative", ("unspecified",)),
        ("r000011", "青舟/商店", "mixed", ("responsiveness",)),
        ("r000012", "青舟/商店", "neutral", ()),
    ]
    assert [r.text for r in read_gold(gold, taxonomy())][3:] == list(EXTRA), "texts are those of the store"
    waiting = command.json("queue", "-o", tmp_path / "next.csv")
    assert waiting["waiting"] == 7
    assert not {record["id"] for record in waiting["records"]} & answers.keys()


def test_rows_with_a_fault_are_named_and_left_out(command: Command, tmp_path: Path) -> None:
    command("queue", "-o", tmp_path / "q.xlsx")
    rows = filled(
        tmp_path / "q.xlsx",
        tmp_path / "f.xlsx",
        {
            "r000000": ("negative", "function"),
            "r000001": ("bad",),
            "r000002": ("positive", "praise"),
            "r000003": (None, "price"),
            "r000004": ("negative", "unspecified", "price"),
            "r000005": ("positive", "unspecified"),
            "r000006": ("mixed",),
            "r000007": ("neutral",),
        },
    )
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    main = book.worksheets[0]
    main.cell(rows["r000006"], 1).value = "r999999"
    main.cell(rows["r000007"], 2).value = "别的文本"
    main.append([main.cell(rows["r000000"], column).value for column in range(1, 14)])
    main.append(["r000000", TEXTS[0], None, None, None, None, "positive"])
    book.save(tmp_path / "f.xlsx")
    found = command.json("import", tmp_path / "f.xlsx")
    assert (found["read"], found["given"], found["new"], found["repeated"], found["unlabelled"]) == (15, 1, 1, 1, 5)
    reasons = {row["row"]: row["reason"] for row in found["rejected"]}
    assert reasons == {
        rows["r000001"]: "unknown polarity 'bad'; valid: negative, mixed, neutral, positive",
        rows["r000002"]: f"unknown code 'praise'; valid: {', '.join(taxonomy().codes)}",
        rows["r000003"]: "codes without a polarity",
        rows["r000004"]: "unspecified stands together with another code",
        rows["r000005"]: "unspecified in a positive record: only with negative or mixed",
        rows["r000006"]: "no record 'r999999' in the store",
        rows["r000007"]: "the text is not that of this id: were columns sorted apart?",
        16: f"row {rows['r000000']} labels the same record otherwise",
    }
    told = command("import", tmp_path / "f.xlsx")
    assert told.stdout == "读 15 行：标注 1 条（新 0，改 0，已有 1），重复 1 行，未标 5 行，有误 8 行\n"
    assert f"f.xlsx: row {rows['r000001']}: unknown polarity" in told.stderr


def test_a_csv_saved_by_a_chinese_excel(command: Command, tmp_path: Path) -> None:
    command("queue", "-o", tmp_path / "q.csv")
    with (tmp_path / "q.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert "'=1+1 公式一样的话" in {row[1] for row in rows}, "nothing that a spreadsheet would run"
    for row in rows[1:]:
        row[6] = "neutral 中性"
    with (tmp_path / "f.csv").open("w", encoding="gb18030", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows([["青舟 待标"], *rows])
    found = command.json("import", tmp_path / "f.csv")
    assert (found["given"], found["rejected"]) == (13, [])


def test_two_people_and_the_latest_word(command: Command, tmp_path: Path) -> None:
    command("queue", "-o", tmp_path / "q.xlsx")
    for name, day, polarity in (
        ("甲", "2026-11-02", "mixed"),
        ("乙", "2026-11-01", "negative"),
        ("乙", "2026-11-03", "neutral"),
    ):
        filled(tmp_path / "q.xlsx", tmp_path / "f.xlsx", {"r000000": (polarity,), "r000002": ("positive",)})
        found = command.json("import", tmp_path / "f.xlsx", "--by", name, "--as-of", day)
    assert (found["new"], found["changed"]) == (0, 1)
    assert command.json("export", tmp_path / "g.jsonl")["disputed"] == 1
    assert [r.polarity for r in read_gold(tmp_path / "g.jsonl", taxonomy())] == ["neutral", "positive"]
    with Store(command.store) as store:
        assert store.rows("SELECT count(*) FROM labels") == [(4,)]


def test_files_that_hold_no_labels(command: Command, tmp_path: Path) -> None:
    command("queue", "-o", tmp_path / "q.xlsx")
    assert "no label that can be used" in str(command("import", tmp_path / "q.xlsx", code=4).exception)
    assert "No such file" in str(command("import", tmp_path / "none.xlsx", code=4).exception)
    assert "a folder" in str(command("import", tmp_path, code=4).exception)
    unusable = {
        b"PK\x03\x04broken": "not a workbook",
        b"a,b\n1,2\n": "no label sheet",
        b"": "no label sheet",
        b"a\0b": "not a text file",
        b"\xff\xff\xff": "neither UTF-8 nor GB18030",
    }
    for data, message in unusable.items():
        (tmp_path / "x.csv").write_bytes(data)
        assert message in str(command("import", tmp_path / "x.csv", code=4).exception)
    assert "--by" in str(command("import", tmp_path / "q.xlsx", "--by", " ", code=2).exception)
    assert "no labels" in str(command("export", tmp_path / "g.jsonl", code=4).exception)
    assert not (tmp_path / "g.jsonl").exists()
    empty = Command(fill(tmp_path / "e.duckdb", ["x"]))
    with Store(empty.store) as store:
        store.connection.execute("DELETE FROM feedback")
    assert "no record waits" in str(empty("queue", "-o", tmp_path / "e.csv", code=4).exception)


def test_english(command: Command, tmp_path: Path) -> None:
    assert command("queue", "-o", tmp_path / "q.xlsx", lang="en").stdout.startswith(
        f"{tmp_path / 'q.xlsx'}: 13 records to label"
    )
    assert openpyxl.load_workbook(tmp_path / "q.xlsx").sheetnames == ["labels", "how to", "choices"]
    filled(tmp_path / "q.xlsx", tmp_path / "f.xlsx", {"r000000": ("negative", "Function", "price")})
    assert command("import", tmp_path / "f.xlsx", lang="en").stdout == (
        "13 rows: 1 labels (1 new, 0 changed, 0 known), 0 repeated, 12 not labelled, 0 with a fault\n"
    )
