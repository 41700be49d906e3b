"""Formats, archives, and what is hostile or broken: one clear error or a row set aside, never a crash."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from feedback.errors import UnreadableFile
from tests.ingest import xlsb
from tests.ingest.conftest import Take

CSV = "时间,内容\n2024-01-01,总是闪退\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4


def _zip(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _xlsx(rows: list[list[object]]) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "document",
    [
        [{"text": "总是闪退", "time": "2024-01-01"}],
        {"code": 0, "data": {"total": 1, "list": [{"text": "总是闪退", "time": "2024-01-01"}], "tags": ["a"]}},
        {"data": {"items": {"k1": {"text": "总是闪退", "time": 1704038400}}}},
    ],
)
def test_json(take: Take, document: object) -> None:
    taken = take(json.dumps(document, ensure_ascii=False), "a.json")
    assert (taken.texts, taken.local, taken.column("row")) == (["总是闪退"], ["2024-01-01 00:00:00"], [1])


def test_json_lines_with_bad_lines(take: Take) -> None:
    deep = "[" * 5000 + "]" * 5000
    lines = ['{"content": "闪退", "user": {"name": "甲"}}', "{broken", "", "[1]", deep, '{"content": "卡"}']
    taken = take("\n".join(lines), "a.jsonl")
    assert taken.texts == ["闪退", "卡"]
    assert taken.column("row") == [1, 6]
    assert [(bad.row, bad.reason) for bad in taken.quarantined] == [
        (2, "not_object"),
        (4, "not_object"),
        (5, "not_object"),
    ]


def test_gzip_zip_and_folder(take: Take, tmp_path: Path) -> None:
    assert take(gzip.compress(CSV.encode()), "a.csv.gz").texts == ["总是闪退"]
    content = _zip(
        {"内/甲.csv": CSV.encode(), "乙.xlsx": _xlsx([["内容"], ["卡顿"]]), "../坏.csv": CSV.encode(), "图.png": PNG}
    )
    taken = take(content, "a.zip")
    assert sorted(taken.texts) == ["卡顿", "总是闪退"]
    assert taken.frame["file"].iloc[0].endswith("a.zip!乙.xlsx") or taken.frame["file"].iloc[0].endswith(
        "a.zip!内/甲.csv"
    )
    assert ["points outside" in line or "unknown format" in line for line in taken.skipped] == [True, True]
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.csv").write_text(CSV, encoding="utf-8")
    (folder / ".hidden.csv").write_text(CSV, encoding="utf-8")
    (folder / "b.png").write_bytes(PNG)
    assert take(folder).texts == ["总是闪退"]


def test_a_zip_within_a_zip(take: Take) -> None:
    inner = _zip({"甲.csv": CSV.encode(), "深.zip": _zip({"x.csv": CSV.encode()}), "图.png": PNG})
    taken = take(_zip({"一月/内.zip": inner, "乙.csv": "内容\n另一条评论\n".encode()}), "a.zip")
    assert sorted(taken.texts) == ["另一条评论", "总是闪退"]
    assert sorted(name.partition("a.zip")[2] for name in taken.frame["file"]) == ["!一月/内.zip!甲.csv", "!乙.csv"]
    told = [text.partition("a.zip")[2] for text in taken.skipped]
    assert told == [
        "!一月/内.zip: unknown format: 图.png",
        "!一月/内.zip: member 深.zip is a zip within a zip within a zip; unpack it first",
    ]
    with pytest.raises(UnreadableFile, match="a zip within a zip within a zip; unpack it first"):
        take(_zip({"a.zip": _zip({"b.zip": _zip({"c.csv": CSV.encode()})})}), "b.zip")


def test_xlsb(take: Take) -> None:
    rows = [["发表时间", "内容", "评分"], ["2026-01-02 10:00", "总是闪退", 1.0], [46024.5, "好用，就是贵", 5.0]]
    taken = take(xlsb.workbook("评论", rows), "a.xlsb")
    assert taken.texts == ["总是闪退", "好用，就是贵"]
    assert taken.column("rating") == [1, 5]
    assert taken.local == ["2026-01-02 10:00:00", "2026-01-02 12:00:00"]
    assert taken.column("sheet") == ["评论", "评论"]
    assert taken.column("row") == [2, 3]


def test_zip_made_by_chinese_windows(take: Take) -> None:
    content = _zip({"AA.csv": CSV.encode()}).replace(b"AA.csv", "评".encode("gbk") + b".csv")
    assert take(content, "a.zip").frame["file"].iloc[0].endswith("a.zip!评.csv")


def test_workbook_of_real_dates_numbers_and_formulas(take: Take) -> None:
    from datetime import datetime

    when = datetime(2024, 1, 1, 8, 30)  # noqa: DTZ001 - workbooks know no zone
    taken = take(
        _xlsx([["时间", "内容", "评分"], [when, "好用", 5], [45292.5, "=1+1", 4], ["", "又一条", "4.0"]]), "a.xlsx"
    )
    assert taken.texts == ["好用", "又一条"]
    assert taken.local == ["2024-01-01 08:30:00", None]
    assert [bad.row for bad in taken.quarantined] == [3]  # a formula nobody computed has no value


def test_text_named_xls_and_workbook_named_csv(take: Take) -> None:
    assert take(CSV.replace(",", "\t"), "a.xls").texts == ["总是闪退"]
    assert take(_xlsx([["内容"], ["卡顿"]]), "a.csv").texts == ["卡顿"]


def _bomb() -> bytes:
    return _zip({"xl/worksheets/sheet1.xml": b"0" * (80 * 1024 * 1024), "[Content_Types].xml": b""})


def _far_corner() -> bytes:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1048576">'
        b'<c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>'
    )
    with zipfile.ZipFile(io.BytesIO(_xlsx([["内容"], ["x"]]))) as archive:
        return _zip({n: sheet if n.endswith("sheet1.xml") else archive.read(n) for n in archive.namelist()})


def _entities() -> bytes:
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha" * 10}">' for i in range(9))
    sheet = (
        f'<?xml version="1.0"?><!DOCTYPE x [{laughs}]><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&l8;</t></is></c></row></sheetData></worksheet>'
    ).encode()
    with zipfile.ZipFile(io.BytesIO(_xlsx([["内容"], ["x"]]))) as archive:
        return _zip({n: sheet if n.endswith("sheet1.xml") else archive.read(n) for n in archive.namelist()})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("blank.csv", b"\n \r\n"),
        ("picture.csv", PNG),
        ("picture.xlsx", PNG),
        ("nul.csv", b"\x00" * 5000),
        ("truncated.xlsx", _xlsx([["内容"], ["x"]])[:900]),
        ("not.xlsx", _zip({"a.txt": b"x"})),
        ("bomb.xlsx", _bomb()),
        ("corner.xlsx", _far_corner()),
        ("corner.xlsb", xlsb.packed("a", xlsb.sheet([(0, 0, "内容"), (1_048_575, 16_383, "x")]))),
        ("cut.xlsb", xlsb.workbook("a", [["内容"], ["卡顿"]])[:400]),
        ("entities.xlsx", _entities()),
        ("bomb.zip", _zip({"a.csv": b"0" * (80 * 1024 * 1024)})),
        ("bomb.csv.gz", gzip.compress(b"0" * (80 * 1024 * 1024))),
        ("cut.csv.gz", gzip.compress(CSV.encode() * 500)[:60]),
        ("cut.zip", _zip({"a.csv": CSV.encode() * 500})[:80]),
        ("nothing.zip", _zip({"a.png": PNG})),
        ("deep.zip", _zip({"a.zip": _zip({"b.zip": _zip({"c.csv": CSV.encode()})})})),
        ("bomb_within.zip", _zip({"a.zip": _zip({"a.csv": b"0" * (80 * 1024 * 1024)})})),
        ("broken_within.zip", _zip({"a.zip": b"PK no zip"})),
        ("broken.json", b'{"a": ['),
        ("deep.json", b"[" * 100_000 + b"]" * 100_000),
        ("scalar.json", b"[1, 2]"),
        ("broken.docx", _zip({"word/document.xml": b"<a>"})),
        ("cut.docx", b"PK\x03\x04 nothing"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
        ("what.exe", b"abc"),
        ("header.csv", "时间,内容\n".encode()),
    ],
)
def test_unusable_input_is_one_clear_error(take: Take, name: str, content: bytes) -> None:
    with pytest.raises(UnreadableFile) as caught:
        take(content, name)
    assert caught.value.exit_code == 4
    assert name in caught.value.message
    assert caught.value.hint
    assert "\n" not in str(caught.value)


def test_missing_file_and_folder_without_files(take: Take, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no such file"):
        take(tmp_path / "nowhere.csv")
    (tmp_path / "bare").mkdir()
    with pytest.raises(UnreadableFile, match="no readable files"):
        take(tmp_path / "bare")
