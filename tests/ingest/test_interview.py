"""Interview notes: blocks, dialogues, one question a column, documents."""

# ruff: noqa: E501 - rows of data read best one a line
from __future__ import annotations

from pathlib import Path

import docx
import pytest

from feedback.errors import UnreadableFile
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


@pytest.mark.parametrize("kind", ["review", "social", "survey"])
@pytest.mark.parametrize("text", [BLOCKS, "问：用得怎么样\n答：老是闪退\n问：还用吗\n答：不用了\n"])
def test_notes_taken_for_another_kind_are_refused(take: Take, text: str, kind: str) -> None:
    with pytest.raises(UnreadableFile, match=f"questions and answers of an interview, not one {kind} a line"):
        take(text, "a.txt", kind=kind)


def test_reviews_that_speak_of_questions_are_no_notes(take: Take) -> None:
    lines = [
        "问题：闪退，一直没人管",
        "用户：别买",
        "客服答：等等吧",
        "好用",
        "很好",
        "一般",
        "不推荐",
        "卡",
        "慢",
        "问了也没用",
    ]
    assert len(take("\n".join(lines), "a.txt", kind="review").texts) == 10


def test_what_is_no_interview_is_warned_of(take: Take) -> None:
    assert take("真不错\n老闪退\n", "a.txt", kind="interview").tables[0].notes == ("lines_as_answers",)
    table = "评分,评论内容\n5,真不错的一个软件\n1,老是闪退用不了\n"
    assert "rows_as_answers" in take(table, "a.csv", kind="interview").tables[0].notes
    assert take(BLOCKS, "a.txt", kind="interview").tables[0].notes == ()


def test_answers_without_a_time_are_counted(take: Take) -> None:
    assert take(BLOCKS, "a.txt", kind="interview").notes["undated_answers"] == 3
    dated = BLOCKS.replace("被访者：[ID:2]", "被访者：[ID:2]\n访谈时间：2026-03-01")
    assert take(dated, "a.txt", kind="interview").notes["undated_answers"] == 2
    assert take(BLOCKS, "访谈_20260301.txt", kind="interview").notes["undated_answers"] == 0


def test_a_table_of_questions_taken_for_reviews_is_refused(take: Take) -> None:
    table = "编号,您常用它做什么？,您为什么离开,还会回来吗\n1,听课,通知太晚了,不会\n2,做题,课程不更新,看情况\n"
    for kind in ("review", "social"):
        with pytest.raises(UnreadableFile, match=f"one question a column, not one {kind} a row"):
            take(table, "a.csv", kind=kind)
    assert take(table, "a.csv", kind="review", mapping={"text": "您为什么离开"}).texts == ["通知太晚了", "课程不更新"]
    assert len(take(table, "a.csv", kind="interview").texts) == 6
    posts = "您好，客服呢,这是几点开门？,能不能退款吗\n广告太多,真不错,还行\n"
    assert take("标题,内容,时间\n" + posts, "b.csv").texts
