"""Interview notes: blocks, dialogues, one question a column, documents."""

# ruff: noqa: E501 - rows of data read best one a line
from __future__ import annotations

from pathlib import Path

import docx
import pytest

from tests.ingest.conftest import Take

BLOCKS = """被访者：[ID:1]

问题：序号
回答：1

问题：您最近一次使用是什么时候
回答：上周，
上完课就卸载了

问题：为什么离开
回答：通知总是下课了才到

问题：还会回来吗
回答：未回答

---

被访者：[ID:2]

问题：为什么离开
回答：课程一直不更新
"""


def _pairs(taken: object) -> list[tuple[str, str, int]]:
    frame = taken.frame  # type: ignore[attr-defined]
    return list(zip(frame["context"], frame["text"], frame["row"], strict=True))


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_blocks(take: Take, name: str) -> None:
    taken = take(BLOCKS, name, kind="interview")
    assert _pairs(taken) == [
        ("您最近一次使用是什么时候", "上周，\n上完课就卸载了", 7),
        ("为什么离开", "通知总是下课了才到", 11),
        ("为什么离开", "课程一直不更新", 21),
    ]
    assert taken.frame["author"].nunique() == 2


def test_markdown_with_marks(take: Take) -> None:
    text = "# 访谈\n\n**被访者：** P03\n\n- **问：** 哪里不好用？\n- **答：** 入口太深，找不到\n- **问：** 还有呢\n- **答：** 没了\n"
    taken = take(text, "b.md", kind="interview")
    assert [(c, t) for c, t, _ in _pairs(taken)] == [("哪里不好用？", "入口太深，找不到"), ("还有呢", "没了")]


def test_dialogue(take: Take) -> None:
    taken = take(
        "主持人：平时怎么用？\n受访者：早上看一节课\n主持人：卡吗？\n受访者：卡，\n尤其是晚上\n",
        "c.txt",
        kind="interview",
    )
    assert _pairs(taken) == [("平时怎么用？", "早上看一节课", 2), ("卡吗？", "卡，\n尤其是晚上", 4)]


def test_one_question_a_column(take: Take) -> None:
    taken = take(
        "\ufeff序号,姓名,性别,您多久用一次,为什么离开？,困扰\n1,甲,女,每天,太贵了,\n2,乙,男,每周,未回答,广告多\n",
        kind="interview",
    )
    assert _pairs(taken) == [
        ("您多久用一次", "每天", 2),
        ("为什么离开？", "太贵了", 2),
        ("您多久用一次", "每周", 3),
        ("困扰", "广告多", 3),
    ]
    assert taken.frame["author"].nunique() == 2
    assert taken.tables[0].layout == "questions"


def test_long_form_table(take: Take) -> None:
    taken = take("被访者,问题,回答\nP1,为什么离开,太贵\nP2,为什么离开,太吵\n", kind="interview")
    assert _pairs(taken) == [("为什么离开", "太贵", 2), ("为什么离开", "太吵", 3)]


def test_same_answer_to_two_questions_is_two_records(take: Take) -> None:
    taken = take("序号,您喜欢它吗？,您讨厌它吗？\n1,一般吧,一般吧\n", kind="interview")
    assert taken.frame["id"].is_unique


def test_word_document(take: Take, tmp_path: Path) -> None:
    document = docx.Document()
    for line in BLOCKS.splitlines():
        document.add_paragraph(line)
    document.save(str(tmp_path / "访谈.docx"))
    taken = take(tmp_path / "访谈.docx", kind="interview")
    assert [text for _, text, _ in _pairs(taken)] == ["上周，\n上完课就卸载了", "通知总是下课了才到", "课程一直不更新"]


def test_word_table(take: Take, tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells), ["时间", "反馈内容", "2024-01-01", "总是闪退"], strict=True
    ):
        cell.text = text
    document.save(str(tmp_path / "表.docx"))
    taken = take(tmp_path / "表.docx")
    assert (taken.texts, taken.local) == (["总是闪退"], ["2024-01-01 00:00:00"])
