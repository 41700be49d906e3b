"""`feedback ingest` as people type it: summary, JSON, dry run, profiles, and one clear line for bad input."""

# ruff: noqa: E501 - rows of data read best one a line
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from feedback.cli import ingest
from feedback.cli.app import Globals
from feedback.errors import FeedbackError
from feedback.store import Store, read

RUNNER = CliRunner()
CSV = (
    "发表时间,作者,评级,标题,内容\n2024-01-02 08:00:00,小王,1,打不开,更新之后打不开了，加我微信abc12345\n"
    "2024-01-02 09:00:00,小李,5,,好用\n2024-01-02 09:00:00,小李,5,,好用\n2024-01-03,小张,3,,\n数据支持一次性导出5000条，超过限制建议分批导出。,,,,\n"
)


def run(folder: Path, *arguments: object, lang: str | None = None) -> Result:
    app = typer.Typer()

    @app.callback()
    def options(context: typer.Context) -> None:
        context.obj = Globals(folder / "s.duckdb", None, lang, False)

    ingest.register(app)
    words = ["ingest", *map(str, arguments), "--kind", "review", "--product", "课堂"]
    result = RUNNER.invoke(app, words)
    if result.exception and not isinstance(result.exception, (FeedbackError, SystemExit)):
        raise result.exception
    return result


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text(CSV, encoding="utf-8")
    return tmp_path


def test_summary(folder: Path) -> None:
    result = run(folder, "a.csv")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:8] == [
        "a.csv  (utf-8，表头在第 1 行)",
        "  列  正文←内容  时间←发表时间  评分←评级  标题←标题  作者←作者",
        "  读取 4  新入库 2  已有 0  重复 1  隔离 1  其中近似重复 0",
        "  已遮蔽  微信 1",
        "  ! 导出被截断：导出工具一次最多 5000 条，请分批导出",
        "  ! 跳过 1 行导出说明",
        "",
        lines[7],
    ]
    assert lines[7].startswith("隔离的行（含原始内容）：")


def test_summary_in_english(folder: Path) -> None:
    lines = run(folder, "a.csv", lang="en").stdout.splitlines()
    assert lines[:5] == [
        "a.csv  (utf-8, header in row 1)",
        "  columns  text←内容  created_at←发表时间  rating←评级  title←标题  author←作者",
        "  4 read, 2 stored, 0 known, 1 duplicates, 1 quarantined, 0 of the stored near duplicates",
        "  masked  WeChat 1",
        "  ! the export was cut: the tool gives 5000 rows at most, export in parts",
    ]


def test_json(folder: Path) -> None:
    first: dict[str, Any] = json.loads(run(folder, "a.csv", "--json").stdout)
    assert first["files"] == [
        {
            "path": "a.csv", "sheet": None, "encoding": "utf-8", "header_row": 1,
            "columns": {"text": "内容", "created_at": "发表时间", "rating": "评级", "title": "标题", "author": "作者"},
            "read": 4, "stored": 2, "known": 0, "duplicates": 1, "near_duplicates": 0, "quarantined": 1, "refreshed": 0,
            "masked": {"微信": 1}, "notes": {"cut_at": 5000, "notice": 1},
        }
    ]  # fmt: skip
    assert Path(first["quarantine"]).is_file()
    second = json.loads(run(folder, "a.csv", "--json").stdout)
    assert [second["files"][0][name] for name in ("read", "stored", "known", "duplicates", "quarantined")] == [
        4,
        0,
        2,
        1,
        1,
    ]


def test_rows_set_aside_once_are_not_written_again(folder: Path) -> None:
    first = json.loads(run(folder, "a.csv", "--json").stdout)["quarantine"]
    assert json.loads(run(folder, folder / "a.csv", "--json", lang="en").stdout)["quarantine"] == first
    assert [str(path) for path in folder.glob("*.quarantine-*.csv")] == [first]
    with Store(folder / "s.duckdb") as store:
        assert read.aside(store)["quarantined"] == 1 + 1  # by the two names of the file
    # What is new goes into a file of its own, without what stands in the first.
    Path("a.csv").write_text(CSV + "2024-01-04,小赵,2,,\n", encoding="utf-8")
    second = json.loads(run(folder, "a.csv", "--json").stdout)["quarantine"]
    assert second != first
    rows = Path(second).read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 2
    assert "小赵" in rows[1]
    Path(first).write_bytes(b"\xff\xfe broken by hand")
    assert run(folder, "a.csv").exit_code == 0


def test_dry_run(folder: Path) -> None:
    result = run(folder, "a.csv", "--dry-run")
    assert result.exit_code == 0
    assert "试运行：不写入任何内容" in result.stdout
    assert "打不开。更新之后打不开了，加我微信〔微信〕" in result.stdout
    assert "    行 3  2024-01-02 09:00:00  评分 5.0" in result.stdout
    assert sorted(path.name for path in folder.iterdir()) == ["a.csv"]


@pytest.mark.parametrize(
    ("lang", "warning"),
    [
        ("zh", "注意：--keep-raw 会把电话、邮箱等原样存入数据库"),
        ("en", "warning: --keep-raw stores telephone numbers, mail addresses and the like as they stand"),
    ],
)
def test_keep_raw_warns_and_keeps(folder: Path, lang: str, warning: str) -> None:
    assert warning not in run(folder, "a.csv", lang=lang).stderr
    (folder / "s.duckdb").unlink()
    assert run(folder, "a.csv", "--keep-raw", lang=lang).stderr.splitlines()[0] == warning
    with Store(folder / "s.duckdb") as store:
        assert store.rows("SELECT text FROM feedback WHERE rating = 1") == [
            ("打不开。更新之后打不开了，加我微信abc12345",)
        ]


def test_profile_is_saved_and_used(folder: Path) -> None:
    Path("b.csv").write_text(
        "话,别的话,何时\n这是正经的评论内容,这是另外一列更长更长的文字,2024-01-02\n", encoding="utf-8"
    )
    assert run(folder, "b.csv", "--map", "text=话", "--save-profile", "周报").exit_code == 0
    assert 'text = "话"' in Path("feedback.toml").read_text(encoding="utf-8")
    Path("c.csv").write_text("话,别的话,何时\n下周的评论内容,下周另外一列更长更长的文字,2024-01-09\n", encoding="utf-8")
    assert run(folder, "c.csv").exit_code == 0
    with Store(folder / "s.duckdb") as store:
        assert store.rows("SELECT text FROM feedback ORDER BY created_at") == [
            ("这是正经的评论内容",),
            ("下周的评论内容",),
        ]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["nowhere.csv"], 4, "nowhere.csv: no such file or folder"),
        (["empty.csv"], 4, "empty.csv: the file is empty"),
        (["picture.csv"], 4, "picture.csv: not a text or workbook file"),
        (["numbers.csv"], 4, "numbers.csv: no column with text; columns: id, amount"),
        (["folder"], 4, "folder: no readable files in this folder"),
        (["a.csv", "--map", "text=没有"], 2, "a.csv: --map text=没有: no such column"),
        (["a.csv", "--map", "words"], 2, "--map words: not FIELD=COLUMN"),
        (["a.csv", "--tz", "Mars/Base"], 2, "--tz Mars/Base: unknown time zone"),
        (["a.csv", "--as-of", "soon"], 2, "--as-of: 'soon' is not a date"),
        (["a.csv", "--sheet", "没有"], 4, "a.csv: no sheet '没有'"),
    ],
)
def test_bad_input_is_one_line_and_stores_nothing(
    folder: Path, arguments: list[str], exit_code: int, message: str
) -> None:
    Path("empty.csv").touch()
    Path("picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    Path("numbers.csv").write_text("id,amount\n1,2\n", encoding="utf-8")
    Path("folder").mkdir()
    result = run(folder, *arguments)
    assert isinstance(result.exception, FeedbackError)
    assert result.exception.exit_code == exit_code
    assert result.exception.message == message
    assert result.exception.hint
    assert not (folder / "s.duckdb").exists()


def test_bad_files_among_good_ones_are_named_and_the_good_ones_stored(folder: Path) -> None:
    Path("many").mkdir()
    Path("many/a.csv").write_text(CSV, encoding="utf-8")
    Path("many/empty.csv").touch()
    Path("many/broken.zip").write_bytes(b"PK\x03\x04 no zip")
    for paths in ([folder / "many"], sorted(Path("many").iterdir())):
        result = run(folder, *paths)
        assert result.exit_code == 0
        told = [line for line in result.stdout.splitlines() if line.startswith("略过：")]
        assert len(told) == 2
        assert "broken.zip: not a readable zip" in told[0]
        assert "empty.csv: the file is empty" in told[1]
    with Store(folder / "s.duckdb") as store:
        assert store.rows("SELECT count(*) FROM feedback") == [(2,)]
    for paths in (["many/empty.csv", "many/broken.zip"], ["many/empty.csv"]):
        assert "empty.csv: the file is empty" in str(run(folder, *paths).exception)
    assert "no such file" in str(run(folder, "many/a.csv", "nowhere.csv").exception)


def test_a_folder_goes_on_past_a_bad_file(folder: Path) -> None:
    Path("bad.csv").write_bytes(b"\x00" * 100 + b"\x01")
    assert run(folder, "a.csv", "bad.csv").exit_code == 0
    result = run(folder, folder)
    assert result.exit_code == 0
    Path("note.pdf").write_bytes(b"x")
    assert "略过：" in result.stdout
    assert f"略过：{folder}/note.pdf：格式未知：.pdf" in run(folder, folder).stdout.splitlines()
    assert f"left out: {folder}/note.pdf: unknown format: .pdf" in run(folder, folder, lang="en").stdout.splitlines()
    assert "bad.csv" in result.stdout


def test_a_sheet_mostly_without_text_is_said_loudly_with_the_column_to_name(folder: Path) -> None:
    rows = [f"{'很难用' if i < 5 else ''},第{i}次打开都要等很久，昨天换了网络还是一样慢" for i in range(24)]
    Path("b.csv").write_text("\n".join(["评论内容,客户原声", *rows]), encoding="utf-8")
    result = run(folder, "b.csv")
    assert result.exit_code == 0
    assert (
        "  !! 警告：24 行中有 19 行没有正文，已隔离，没有入库。正文取自「评论内容」列，请核对；若取错了列，请指定正文列再导入一次：--map text=客户原声"
        in result.stdout.splitlines()
    )
    (file,) = json.loads(run(folder, "b.csv", "--json").stdout)["files"]
    assert file["warning"].startswith("WARNING: 19 of 24 rows")
    assert file["warning"].endswith("--map text=客户原声")


def test_groups_of_copies_are_told_of_when_they_grow(folder: Path) -> None:
    def rows(days: range) -> str:
        return "时间,作者,内容\n" + "".join(
            f"2024-01-{d:02d},账号{d},课堂真的太好用了强烈推荐给所有人{'！' * d}\n" for d in days
        )

    Path("b.csv").write_text(rows(range(1, 9)), encoding="utf-8")
    first = "雷同  8 条，8 个账号，半数集中在 4 天内：课堂真的太好用了强烈推荐给所有人！"
    assert first in run(folder, "b.csv").stdout.splitlines()
    Path("c.csv").write_text(CSV, encoding="utf-8")
    assert "雷同" not in run(folder, "c.csv").stdout
    Path("d.csv").write_text(rows(range(9, 10)), encoding="utf-8")
    assert "雷同  9 条，9 个账号，半数集中在 4 天内" in run(folder, "d.csv").stdout
