"""`feedback classify` as others script it: every format, ids and order kept, spans verbatim, hostile input refused."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import typer
from typer.testing import CliRunner, Result

import feedback
from feedback.cli import classify as verb
from feedback.cli.app import Globals
from feedback.errors import FeedbackError
from feedback.judge.combine import judge_texts
from feedback.judge.shipped import CAREFUL
from feedback.lexicon import taxonomy
from feedback.records import POLARITIES, UNSPECIFIED

TEXTS = [
    "一打开就闪退，客服也不理人",
    "很好用",
    "垃圾",
    "“引号”，逗号,和\t制表",
    "😀太贵了，𠮷野家涨价",
    "今天几点开门",
]
KEYS = ["id", "polarity", "scores", "codes", "code_scores", "families", "stage", "spans", "text"]


def run(*words: object, code: int = 0, data: bytes | None = None, quiet: bool = True) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    verb.register(app)
    result = CliRunner().invoke(app, ["classify", *map(str, words)], obj=Globals(None, None, "zh", quiet), input=data)
    if isinstance(result.exception, FeedbackError):
        assert result.exception.exit_code == code, str(result.exception)
    elif result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    else:
        assert result.exit_code == code, result.output
    return result


def judged(*words: object, data: bytes | None = None) -> list[dict[str, Any]]:
    # Not splitlines(): a text may hold U+2028.
    return [json.loads(line) for line in run(*words, data=data).stdout.split("\n") if line]


def table(texts: list[str], delimiter: str = ",", head: tuple[str, str] = ("编号", "评论内容")) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow([head[0], "星级", head[1]])
    writer.writerows([f"n{number}", 5, text] for number, text in enumerate(texts))
    return out.getvalue()


def workbook(path: Path, texts: list[str]) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["id", "text"])
    for number, text in enumerate(texts):
        book.active.append([f"n{number}", text])
    book.save(path)
    return path


def test_the_line_has_the_keys_of_the_contract_in_order(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("\n".join([*TEXTS, "", "  ", "一般般"]), encoding="utf-8")
    found = judged(file)
    assert [line["id"] for line in found] == [str(n) for n in range(1, len(TEXTS) + 2)]
    tax = taxonomy()
    for line in found:
        assert list(line) == KEYS
        assert line["polarity"] in POLARITIES
        assert list(line["scores"]) == list(POLARITIES)
        assert sum(line["scores"].values()) == pytest.approx(1, abs=0.001)
        assert list(line["code_scores"]) == line["codes"]
        assert line["families"] == list(tax.families_of(tuple(line["codes"])))
        assert line["stage"] is None or line["stage"] in tax.stages
        assert UNSPECIFIED not in line["codes"] or (line["codes"] == [UNSPECIFIED] and line["families"] == [])
        assert {span["code"] for span in line["spans"]} <= set(line["codes"])
        for span in line["spans"]:
            assert list(span) == ["code", "start", "end", "quote"]
            assert line["text"][span["start"] : span["end"]] == span["quote"] != ""
    assert found[2]["codes"] == [UNSPECIFIED]
    assert "function" in found[0]["codes"]


def test_every_format_says_the_same(tmp_path: Path) -> None:
    expected = [
        (f"n{n}", text, v.polarity, list(v.codes))
        for n, (text, v) in enumerate(zip(TEXTS, judge_texts(TEXTS, file=CAREFUL), strict=True))
    ]
    lines = [json.dumps({"id": f"n{n}", "content": text}) for n, text in enumerate(TEXTS)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "a.csv").write_bytes(table(TEXTS).encode("utf-8-sig"))
    (tmp_path / "b.csv").write_bytes(("导出时间：2026-11-01\n" + table(TEXTS)).encode("gb18030"))
    (tmp_path / "c.csv").write_bytes(table(TEXTS, ";").encode())
    (tmp_path / "a.tsv").write_bytes(table(TEXTS, "\t").encode())
    workbook(tmp_path / "a.xlsx", TEXTS)
    for name in ("a.jsonl", "a.csv", "b.csv", "c.csv", "a.tsv", "a.xlsx"):
        found = [(line["id"], line["text"], line["polarity"], line["codes"]) for line in judged(tmp_path / name)]
        assert found == expected, name


def test_standard_input_of_plain_lines_and_of_json_lines(tmp_path: Path) -> None:
    plain = "\r\n".join(TEXTS).encode()
    lines = "\n".join(json.dumps({"text": text}) for text in TEXTS).encode()
    for data in (plain, lines):
        done = subprocess.run(
            [sys.executable, "-m", "feedback", "classify", "-"], input=data, capture_output=True, check=True
        )
        found = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
        assert [(line["id"], line["text"]) for line in found] == [(str(n), t) for n, t in enumerate(TEXTS, 1)]


def test_a_file_out_and_many_workers_give_the_same_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("\n".join(f"{TEXTS[n % 6]}{n}" for n in range(4200)), encoding="utf-8")
    run(file, "-o", tmp_path / "one.jsonl", "--workers", 1)
    run(file, "-o", tmp_path / "two.jsonl", "--workers", 2)
    one = (tmp_path / "one.jsonl").read_bytes()
    assert one == (tmp_path / "two.jsonl").read_bytes()
    assert [json.loads(line)["id"] for line in one.decode().splitlines()] == [str(n) for n in range(1, 4201)]


def test_a_named_column(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("text,备注\n很好用,太贵了\n", encoding="utf-8")
    assert [line["text"] for line in judged(file, "--text-column", "备注")] == ["太贵了"]
    fault = str(run(file, "--text-column", "正文", code=4).exception)
    assert "no column '正文'" in fault
    assert "text, 备注" in fault


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("empty.csv", b"", "the file is empty"),
        ("blank.txt", b"\xef\xbb\xbf \r\n\n\t", "the file is empty"),
        ("nul.txt", "好\0坏\n".encode(), "not a text file"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n0000", "not a text file"),
        ("a.csv", "价格,数量\n1,2\n".encode(), "no text column"),
        ("a.jsonl", b'{"text": "ok"}\n{"text": \n', "line 2: not JSON"),
        ("a.jsonl", b'{"txt": "ok"}\n', "line 1: no text"),
        ("a.jsonl", b'["ok"]\n', "line 1: no text"),
        ("a.jsonl", b'{"text": null}\n', "line 1: no text"),
        ("a.xlsx", b"PK\x03\x04broken", "not a workbook, or damaged"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    output = tmp_path / "out.jsonl"
    fault = str(run(file, "-o", output, code=4).exception)
    assert str(file) in fault
    assert message in fault
    assert not output.exists()


def test_a_missing_file_a_folder_and_an_unknown_judge(tmp_path: Path) -> None:
    assert "No such file" in str(run(tmp_path / "none.csv", code=4).exception)
    assert "a folder" in str(run(tmp_path, code=4).exception)
    assert "'fast', 'careful'" in run(tmp_path, "--judge", "wise", code=2).output


def test_a_huge_line_and_broken_bytes_are_judged(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    huge = "一打开就闪退，" * 30_000
    file.write_bytes("太贵了\n".encode() + b"\xff\xfe\xfa broken\n" + huge.encode() + "\n很好用\u2028真的\n".encode())
    found = judged(file)
    assert [line["id"] for line in found] == ["1", "2", "3", "4"]
    for line in found:
        for span in line["spans"]:
            assert line["text"][span["start"] : span["end"]] == span["quote"]


def test_controls_and_empty_texts_come_back_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"id": 0, "text": "\\u5783\\u573e"}\n{"id": "", "text": "\\u0000\\u0007 ok"}\n{"text": ""}\n')
    output = tmp_path / "out.jsonl"
    run(file, "-o", output)
    found = [json.loads(line) for line in output.read_text(encoding="utf-8").split("\n") if line]
    assert [line["id"] for line in found] == ["0", "2", "3"]
    assert found[1]["text"] == "\0\a ok"
    assert (found[2]["polarity"], found[2]["codes"], found[2]["spans"]) == ("neutral", [], [])


def test_half_a_character_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"text": "\\ud800\\u5783\\u573e"}\n')
    run(file, "-o", tmp_path / "out.jsonl")
    assert json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))["id"] == "1"


def test_utf_16_as_spreadsheets_write_it(tmp_path: Path) -> None:
    file = tmp_path / "a.tsv"
    file.write_bytes(table(TEXTS, "\t").encode("utf-16"))
    assert [line["text"] for line in judged(file)] == TEXTS


def test_what_is_private_is_masked_as_by_ingest(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("客服让我加微信abc12345，打13912345678也没人接\n", encoding="utf-8")
    (line,) = judged(file)
    assert line["text"] == "客服让我加微信〔微信〕，打〔手机〕也没人接"
    for span in line["spans"]:
        assert line["text"][span["start"] : span["end"]] == span["quote"] != ""
    (raw,) = judged(file, "--keep-raw")
    assert raw["text"] == "客服让我加微信abc12345，打13912345678也没人接"


def test_repeated_headers_are_no_records_and_other_languages_are_told_of(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    text = "It keeps crashing whenever I open the lesson page."
    file.write_text(f"昵称,内容\n甲,很好用\n昵称,内容\n乙,总是闪退\n丙,{text}\n", encoding="utf-8")
    result = run(file, quiet=False)
    lines = [json.loads(line) for line in result.stdout.split("\n") if line]
    assert [(line["id"], line["text"]) for line in lines] == [("1", "很好用"), ("2", "总是闪退"), ("3", text)]
    assert all(list(line) == KEYS for line in lines)
    assert result.stderr.splitlines()[-1] == "1 条不是中文：判读只懂中文，其结论不可靠"


def in_workers(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`feedback classify` of enough lines for two workers, begun in `folder` as the installed command begins there."""
    (folder / "many.txt").write_text("\n".join(f"{text}{n}" for n in range(750) for text in TEXTS), encoding="utf-8")
    root = str(Path(feedback.__file__).parent.parent)
    begin = f"import sys; sys.path[0] = {root!r}; from feedback.cli import main; main()"
    command = [sys.executable, "-c", begin, *words, "classify", "many.txt", "--judge", "fast", "--workers", "2"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


def test_modules_of_the_users_folder_are_not_those_that_are_meant(tmp_path: Path) -> None:
    for name in ("numpy", "feedback"):
        (tmp_path / f"{name}.py").write_text("open('executed', 'w'); raise SystemExit('not this one')")
    done = in_workers(tmp_path)
    assert (done.returncode, done.stdout.count("\n")) == (0, 750 * len(TEXTS)), done.stderr
    assert not (tmp_path / "executed").exists()


def test_what_is_wrong_with_a_lexicon_is_said_in_one_line_by_workers_too(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "added.toml").write_text('"comfort.smell.words" = ["霉 味"]', encoding="utf-8")
    (tmp_path / "feedback.toml").write_text('lexicons = "words"', encoding="utf-8")
    done = in_workers(tmp_path)
    assert (done.returncode, done.stdout) == (4, "")
    (line,) = done.stderr.splitlines()
    assert "added.toml: 'comfort.smell.words' is not a list of words without blanks" in line


def test_the_file_that_is_read_is_never_written_over(tmp_path: Path) -> None:
    file, other = tmp_path / "a.txt", tmp_path / "link.txt"
    file.write_text("\n".join(TEXTS), encoding="utf-8")
    other.symlink_to(file)
    for output in (file, other):
        assert "the file that is read" in str(run(file, "-o", output, code=2).exception)
    assert file.read_text(encoding="utf-8").splitlines() == TEXTS


def test_a_folder_that_is_not_there_is_told_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("很好用", encoding="utf-8")
    refused = run(tmp_path / "a.txt", "-o", tmp_path / "no" / "x.jsonl", code=2).exception
    assert "its folder does not exist" in str(refused)
    assert "a folder" in str(run(tmp_path / "a.txt", "-o", tmp_path, code=2).exception)


def test_what_stood_in_the_output_stays_until_the_work_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, output = tmp_path / "a.txt", tmp_path / "x.jsonl"
    source.write_text("很好用\n" * 600, encoding="utf-8")
    run(source, "-o", output)
    whole = output.read_bytes()
    assert whole.count(b"\n") == 600
    given, calls = verb.lines, []

    def interrupted(chunk: list[tuple[str, str]], **options: Any) -> str:
        calls.append(len(chunk))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return given(chunk, **options)

    monkeypatch.setattr(verb, "lines", interrupted)
    result = run(source, "-o", output, "--workers", "1", code=130)
    assert result.stderr == f"feedback: stopped; what was judged so far is in {output}.part\n"
    assert output.read_bytes() == whole
    assert (tmp_path / "x.jsonl.part").read_bytes() == b"".join(whole.splitlines(keepends=True)[:500])
    monkeypatch.undo()
    run(source, "-o", output)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "x.jsonl"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    source, target, output = tmp_path / "a.txt", tmp_path / "real.jsonl", tmp_path / "x.jsonl"
    source.write_text("很好用", encoding="utf-8")
    target.write_text("of before", encoding="utf-8")
    output.symlink_to(target)
    run(source, "-o", output)
    assert output.is_symlink()
    assert json.loads(target.read_text(encoding="utf-8"))["text"] == "很好用"
    (tmp_path / "y.jsonl.part").mkdir()
    assert "-o" in str(run(source, "-o", tmp_path / "y.jsonl", code=2).exception)
