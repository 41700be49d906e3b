"""`feedback leads` as others script it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import typer
from typer.testing import CliRunner, Result

from feedback.cli import leads as verb
from feedback.cli.app import Globals
from feedback.errors import FeedbackError
from tests.leads.invented import rows, store


class Command:
    """The command line over one store."""

    def __init__(self, path: Path) -> None:
        self.store = path

    def __call__(self, *words: str, code: int = 0, lang: str = "zh", quiet: bool = False) -> Result:
        app = typer.Typer()
        verb.register(app)
        app.callback()(lambda: None)
        result = CliRunner().invoke(app, ["leads", *words], obj=Globals(self.store, None, lang, quiet))
        if isinstance(result.exception, FeedbackError):
            assert result.exception.exit_code == code, str(result.exception)
        else:
            assert result.exit_code == code, result.output
        return result

    def json(self, *words: str, **options: Any) -> Any:
        return json.loads(self(*words, "--json", **options).stdout)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with leads, made once; tests that change it work on a copy."""
    path = store(tmp_path_factory.mktemp("built") / "s.duckdb", rows())
    Command(path)("build", "--as-of", "2026-11-01")
    return path


@pytest.fixture
def command(built: Path, tmp_path: Path) -> Command:
    return Command(Path(shutil.copy(built, tmp_path / "s.duckdb")))


def test_build_tells_what_it_did(tmp_path: Path) -> None:
    made = Command(store(tmp_path / "s.duckdb", rows()))
    assert made.json("build") == {
        "complaints": 41, "placed": 40, "single": 1, "unspecified": 0, "leads": 5, "joined": 0, "created": 5
    }  # fmt: skip
    again = made("build").stdout
    assert (
        again
        == "吐槽 41 处：归入 5 条线索 40 处（新线索 0 条，并入旧线索 0 处），单独 1 处（2.4%）；未说明原因的记录 0 条\n"
    )
    assert made("build", lang="en").stdout.startswith("41 complaint spans: 40 in 5 leads (0 new")


def test_list_json_holds_all_leads_and_members(command: Command) -> None:
    found = command.json("list")["leads"]
    assert [lead["rank"] for lead in found] == [1, 2, 3, 4, 5]
    members = [record for lead in found for record in lead["members"]]
    assert len(members) == len(set(members)) == 40
    assert command.json("list", "--top", "2")["leads"] == found[:2]
    assert command.json("list", "--product", "nobody") == {"leads": []}
    english = command.json("list", lang="en")["leads"]
    assert "Function: crashes" in {lead["title"] for lead in english}


def test_list_prints_a_table_with_factors(command: Command) -> None:
    text = command("list").stdout
    assert text.splitlines()[0].split()[:6] == ["#", "编号", "线索", "产品", "问题", "人数"]
    assert len(text.splitlines()) == 6
    assert "触达" in text


def test_list_by_another_ranking_prints_it_with_its_interval(command: Command) -> None:
    impact = command("list", "--by", "impact").stdout
    assert "对星级的影响" in impact
    assert "重要度" in command("list", "--by", "odi").stdout
    assert "人周" in command("list", "--by", "rice").stdout
    assert command("list", "--by", "odi", lang="en").stdout.split()[5] == "opportunity"
    found = command.json("list", "--by", "odi")["leads"]
    assert sorted(lead["rank"] for lead in found) == [1, 2, 3, 4, 5]
    odds = [lead["measures"]["opportunity"]["value"] for lead in found]
    assert odds == sorted(odds, reverse=True)
    assert found[0]["measures"]["opportunity"]["lower"] <= odds[0] <= found[0]["measures"]["opportunity"]["upper"]
    assert "ODI 机会分：" in command("show", "1").stdout
    assert command.json("show", "1")["measures"]["importance"] > 0


def test_show_explains_and_cites(command: Command) -> None:
    text = command("show", "1").stdout
    lead = command.json("show", "LEAD-0001")
    assert lead["title"] in text
    assert f"“{lead['quotes'][0]['quote']}”" in text
    assert f"评论.xlsx 导出 #{lead['quotes'][0]['source']['row']}" in text
    assert "人提到" in text
    assert "自版本 3.3：0/0 人，此前 8/41 人，数据不足" in command("show", "1", "--since-version", "3.3").stdout
    assert command.json("show", "1", "--since-version", "3.3")["since_version"]["verdict"] == "too few"
    assert "no number" in str(command("show", "1", "--since-version", "x", code=2).exception)
    assert "no such lead" in str(command("show", "77", code=2).exception)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "md", "json", "jira", "zentao", "github"])
def test_export_writes_every_format(command: Command, tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"leads.{kind}"
    assert "5 条线索" in command("export", str(file), "--format", kind).stderr
    assert file.stat().st_size > 100
    if kind == "xlsx":
        assert openpyxl.load_workbook(file)["线索"].max_row == 6


def test_export_refuses_what_it_cannot_do(command: Command, tmp_path: Path) -> None:
    assert "names no format" in str(command("export", str(tmp_path / "x.doc"), code=2).exception)
    assert "folder does not exist" in str(command("export", str(tmp_path / "no" / "x.csv"), code=2).exception)
    refused = str(command("export", str(tmp_path / "x.csv"), "--product", "nobody", code=4).exception)
    assert "no leads of nobody (valid: " in refused
    listed = command("list", "--product", "nobody")
    assert (listed.stdout, listed.stderr[:18]) == ("", "nobody 没有线索；有线索的产品")
    assert list(tmp_path.glob("x.*")) == []


def test_hand_work_from_the_command_line(command: Command) -> None:
    assert (
        command("set", "2", "--status", "confirmed", "--owner", "小王").stdout
        == "LEAD-0002 status=confirmed owner=小王\n"
    )
    assert command("rename", "1", "修复闪退").stdout == "LEAD-0001 修复闪退\n"
    assert command("merge", "1", "3").stdout.endswith(": 16 (16)\n")
    record = command.json("show", "2")["members"][0]
    assert len(command("split", "2", record).stdout.splitlines()) == 2
    assert command("move", record, "--to", "1").stdout.startswith(f"{record} → LEAD-0001")
    assert command("undo").stdout == f"LEAD-0001 move {record}\n"
    assert command("set", "2", "--owner", "").stdout == "LEAD-0002 owner=None\n"
    assert "nothing to set" in str(command("set", "2", code=2).exception)
    board = command("board").stdout
    assert "已确认 1" in board
    assert "修复闪退" in board
    assert {lead["status"] for lead in command.json("list", "--all")["leads"]} == {"new", "confirmed", "merged"}


def test_a_missing_store_is_said(tmp_path: Path) -> None:
    made = Command(tmp_path / "no.duckdb")
    for words in (("build",), ("list",), ("show", "1"), ("board",), ("undo",), ("export", str(tmp_path / "x.csv"))):
        assert "no such store" in str(made(*words, code=4).exception)
