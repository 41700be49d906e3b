"""Gold files: what is read, and what each fault is told as."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feedback.errors import InputError, UnreadableFile
from feedback.evaluate import GoldRecord, read_gold
from feedback.lexicon import taxonomy

TAX = taxonomy()
GOOD = {"text": "一打开就闪退", "polarity": "negative", "codes": ["function"]}


def written(path: Path, *lines: object) -> Path:
    file = path / "gold.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    file.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return file


def test_records_in_order_with_what_is_optional(tmp_path: Path) -> None:
    spans = [{"code": "function", "start": 4, "end": 6, "quote": "闪退"}]
    file = written(
        tmp_path,
        "\ufeff" + json.dumps(GOOD, ensure_ascii=False),
        "",
        {**GOOD, "id": 7, "source": "某商城", "spans": spans, "codes": ["price", "function", "price"], "other": 1},
    )
    assert read_gold(file, TAX) == [
        GoldRecord("一打开就闪退", "negative", ("function",), None, None, ""),
        GoldRecord("一打开就闪退", "negative", ("function", "price"), (("function", 4, 6),), "7", "某商城"),
    ]


def test_a_line_separator_inside_a_text_ends_no_line(tmp_path: Path) -> None:
    file = written(tmp_path, {**GOOD, "text": "一行\u2028又一行\u0085"})
    assert [record.text for record in read_gold(file, TAX)] == ["一行\u2028又一行\u0085"]


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("{", "line 2: not JSON", "each line"),
        ("[" * 100_000, "line 2: not JSON", "each line"),
        ("[]", "line 2: not a JSON object", "each line"),
        ({"text": "好"}, "line 2: lacks polarity, codes", "needed: text, polarity, codes"),
        ({**GOOD, "text": 3}, "line 2: text is no string", "each line"),
        ({**GOOD, "polarity": "bad"}, "line 2: unknown polarity 'bad'", "negative, mixed, neutral, positive"),
        ({**GOOD, "polarity": ["bad"]}, "line 2: unknown polarity", "valid"),
        ({**GOOD, "codes": "function"}, "line 2: codes is no list", "each line"),
        ({**GOOD, "codes": ["function", "fun"]}, "line 2: unknown code 'fun'", "valid: function, quality, price"),
        ({**GOOD, "codes": [{}]}, "line 2: unknown code {}", "valid: function"),
        ({**GOOD, "spans": {}}, "line 2: spans is no list", "each span"),
        ({**GOOD, "spans": [{"code": "function", "start": 1}]}, "line 2: a span lacks", "each span"),
        ({**GOOD, "spans": [{"code": "fun", "start": 0, "end": 1}]}, "line 2: unknown code 'fun'", "valid"),
        ({**GOOD, "spans": [{"code": "function", "start": 4, "end": 99}]}, "no span from 4 to 99 in 6", "each span"),
        ({**GOOD, "spans": [{"code": "function", "start": True, "end": 2}]}, "no span from True", "each span"),
        (
            {**GOOD, "spans": [{"code": "function", "start": 0, "end": 2, "quote": "闪退"}]},
            "the quote of function is not text[0:2]",
            "each span",
        ),
    ],
)
def test_a_fault_names_file_line_and_what_is_valid(tmp_path: Path, line: object, message: str, hint: str) -> None:
    file = written(tmp_path, GOOD, line)
    with pytest.raises(InputError) as fault:
        read_gold(file, TAX)
    assert str(file) in fault.value.message
    assert message in fault.value.message
    assert hint in str(fault.value.hint)
    assert fault.value.exit_code == 4


def test_files_that_hold_nothing(tmp_path: Path) -> None:
    empty = written(tmp_path, "", "  ")
    gbk = tmp_path / "gbk.jsonl"
    gbk.write_bytes(json.dumps(GOOD, ensure_ascii=False).encode("gb18030"))
    for file, message in ((empty, "no labelled record"), (tmp_path / "none", "No such file"), (tmp_path, "folder"),
                          (gbk, "not UTF-8")):  # fmt: skip
        with pytest.raises(UnreadableFile, match=message):
            read_gold(file, TAX)
