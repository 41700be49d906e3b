from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.text.clauses import clauses


def cut(text):
    return [text[clause.start : clause.end] for clause in clauses(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("界面好看，但是太卡。客服不理人！", ["界面好看", "但是太卡", "客服不理人"]),
        ("东西挺好的就是发货太慢了", ["东西挺好的", "就是发货太慢了"]),
        ("屏幕6.5寸，价格1,299元", ["屏幕6.5寸", "价格1,299元"]),
        ("好用😊推荐 下次还来", ["好用", "推荐", "下次还来"]),
        ("垃圾", ["垃圾"]),
        ("！！！……", []),
        ("", []),
    ],
)
def test_clauses(text, parts):
    assert cut(text) == parts


@given(st.text())
def test_clauses_are_in_order_and_do_not_overlap(text):
    found = clauses(text)
    assert all(clause.start < clause.end <= len(text) for clause in found)
    assert all(one.end <= two.start for one, two in pairwise(found))
