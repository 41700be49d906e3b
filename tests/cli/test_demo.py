"""The whole job through the command line: the demo, and numbers that agree with each other wherever they are shown."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from feedback import lexicon
from feedback.cli import app as application
from feedback.cli.demo import NOW, SOURCES
from feedback.errors import FeedbackError

RUNNER = CliRunner()


def run(*arguments: object) -> Result:
    """The command line in this process; a FeedbackError becomes its exit code, as `main` makes it."""
    if not application.app.registered_commands:
        application.register_verbs()
    result = RUNNER.invoke(application.app, [str(argument) for argument in arguments])
    if isinstance(result.exception, FeedbackError):
        result.exit_code = result.exception.exit_code
    elif result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("demo") / "out"
    result = run("demo", target, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "store": str(target / "feedback.duckdb"),
        "report": str(target / "report.html"),
        "leads": str(target / "leads.xlsx"),
        "settings": str(target / "feedback.toml"),
    }
    return target


def ask(folder: Path, *arguments: object) -> Any:
    result = run("--store", folder / "feedback.duckdb", *arguments, "--json")
    assert result.exit_code in (0, 3), result.output
    return json.loads(result.stdout)


def test_a_folder_in_use_is_refused_and_left_alone(folder: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    result = run("demo", folder)
    assert result.exit_code == 2
    assert "is not empty" in str(result.exception)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_only_the_keyword_that_turned_bad_is_in_breach(folder: Path) -> None:
    found = ask(folder, "track", "--as-of", NOW, "--window", "21d", "--dry-run")
    states = {keyword["keyword"]: keyword["state"] for keyword in found["keywords"]}
    assert states["禾木课堂"] == "breach"
    assert [incident["keyword"] for incident in found["incidents"]] == ["禾木课堂"]


def test_every_quote_stands_verbatim_at_its_file_and_row(folder: Path) -> None:
    leads = ask(folder, "leads", "list")["leads"]
    rows: dict[str, list[str]] = {}
    for name, *_ in SOURCES:
        path = lexicon.bundled("corpora") / name
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".csv":
            # The number of a row is that of a spreadsheet: the header is row 1, a cell may hold line breaks.
            rows[path.name] = ["", *("\n".join(row) for row in csv.reader(text.splitlines(keepends=True)))]
        else:
            rows[path.name] = ["", *text.splitlines()]
    checked = 0
    for lead in leads:
        for quote in lead["quotes"]:
            source = quote["source"]
            if not source["file"].endswith(".csv") or "〔" in quote["quote"] or "。" in quote["quote"]:
                continue  # masked, or a title joined to its body
            assert quote["quote"] in rows[Path(source["file"]).name][source["row"]], quote
            checked += 1
    assert checked > 100


def test_report_leads_and_export_agree(folder: Path) -> None:
    leads = ask(folder, "leads", "list")["leads"]
    html = (folder / "report.html").read_text(encoding="utf-8")
    for lead in leads[:10]:
        assert f'id="{lead["id"]}"' in html
        assert lead["title"] in html
        assert f"{lead['records']} 条 · {lead['people']} 人" in html
    assert "src=" not in html
    assert "<script" not in html
    cells = load_workbook(folder / "leads.xlsx").worksheets[0].iter_rows(values_only=True)
    exported = {str(cell) for row in cells for cell in row if str(cell).startswith("LEAD-")}
    assert exported == {lead["id"] for lead in leads}


def test_the_settings_file_of_the_demo_works(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.delenv("FEEDBACK_STORE", raising=False)
    result = run("doctor", "--json")
    assert result.exit_code == 0, result.output
    checks = {check["name"]: check for check in json.loads(result.stdout)["checks"]}
    assert checks["store"]["ok"] is True
    assert "records" in checks["store"]["detail"]


def test_the_report_in_english(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    result = run("--lang", "en", "--store", folder / "feedback.duckdb", "report", "-o", target)
    assert result.exit_code == 0
    html = target.read_text(encoding="utf-8")
    assert "What to mend first" in html
    assert "负面占比" not in html


def test_a_period_without_records_is_refused(folder: Path, tmp_path: Path) -> None:
    result = run("--store", folder / "feedback.duckdb", "report", "--since", "2030-01-01", "-o", tmp_path / "r.html")
    assert result.exit_code == 4
    assert "no judged record in this period" in str(result.exception)
    assert not (tmp_path / "r.html").exists()
