"""Encodings: which one, switched midway, cut in the middle of a character."""

from __future__ import annotations

import pytest

from tests.ingest.conftest import Take

TABLE = "时间,作者,评论内容\n2024-01-01,小王,更新之后一直闪退，客服也不回复\n2024-01-02,小李,物流很快，包装也好\n"
TRADITIONAL = (
    "時間,作者,評論內容\n2024-01-01,小王,更新之後一直閃退，客服也不回覆\n2024-01-02,小李,這個軟體很好用，沒有問題\n"
)


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_simplified(take: Take, codec: str, found: str) -> None:
    taken = take(TABLE.encode(codec))
    assert taken.tables[0].sheet.encoding == found
    assert taken.texts == ["更新之后一直闪退，客服也不回复", "物流很快，包装也好"]
    assert taken.column("row") == [2, 3]


def test_big5(take: Take) -> None:
    taken = take(TRADITIONAL.encode("big5"))
    assert taken.tables[0].sheet.encoding == "big5"
    assert taken.texts == ["更新之後一直閃退，客服也不回覆", "這個軟體很好用，沒有問題"]


def test_switch_midway(take: Take) -> None:
    rows = [f"2024-01-01,甲,第{i}条，软件很好用" for i in range(30)]
    content = ("时间,作者,内容\n" + "\n".join(rows[:20]) + "\n").encode() + "\n".join(rows[20:]).encode("gbk")
    taken = take(content)
    assert taken.texts == [row.split(",", 2)[2] for row in rows]
    assert taken.notes["encoding_switch"] == 10


def test_cut_character_is_kept_marked_and_counted(take: Take) -> None:
    content = "内容\n物流很慢，等了三天\n".encode() + "客服态度很好呀".encode()[:-1] + "\n好用得很\n".encode()
    taken = take(content)
    assert taken.texts == ["物流很慢，等了三天", "客服态度很好\ufffd", "好用得很"]
    assert taken.notes["undecodable"] == 1


def test_cp936_euro_byte(take: Take) -> None:
    taken = take("内容\n这个软件很好用\n价格才".encode("gbk") + b"\x80" + "，不贵\n".encode("gbk"))
    assert taken.texts == ["这个软件很好用", "价格才€，不贵"]


def test_mark_inside_cells_is_taken_off(take: Take) -> None:
    assert take("label,review\n1,\ufeff很好\n").texts == ["很好"]


def test_old_mac_line_ends(take: Take) -> None:
    assert take("内容,评分\r很好用,5\r不好用,1\r").texts == ["很好用", "不好用"]


def test_a_line_too_long_is_set_aside(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback.ingest.encodings.MAX_LINE_BYTES", 1000)
    taken = take("内容\n好用\n" + "长" * 2000 + "\n难用\n")
    assert taken.texts == ["好用", "难用"]
    assert [(bad.row, bad.reason) for bad in taken.quarantined] == [(3, "long_line")]


def test_a_cell_too_long_is_set_aside(take: Take) -> None:
    taken = take("内容\n好用\n" + "长" * 100_001 + "\n难用\n")
    assert taken.texts == ["好用", "难用"]
    assert [(bad.row, bad.reason, len(bad.raw)) for bad in taken.quarantined] == [(3, "long_cell", 20_010)]
