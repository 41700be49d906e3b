import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.judge.rules import RuleBook
from feedback.judge.spans import spans, trim
from feedback.judge.stages import stage_of
from feedback.lexicon import taxonomy
from feedback.text.clauses import clauses

BOOK = RuleBook.load()
STAGES = tuple(taxonomy().stages.values())


def quotes(text, codes, scores=None):
    return [(span.code, span.quote) for span in spans(text, codes, BOOK.hits(text), scores)]


def test_each_code_points_at_its_own_words():
    text = "界面挺好看的，但是登录总是失败，客服也联系不上。"
    assert quotes(text, ["function", "support"]) == [("function", "登录总是失败"), ("support", "客服也联系不上")]


def test_without_a_hit_the_loudest_clause_speaks():
    text = "第一句话。第二句话在这里。第三句"
    assert quotes(text, ["comfort"], {"comfort": [0.1, 0.9, 0.2]}) == [("comfort", "第二句话在这里")]
    assert quotes(text, ["comfort"]) == [("comfort", "第二句话在这里")]
    assert quotes("！！！", ["comfort"]) == []


@given(st.text(), st.lists(st.sampled_from(["function", "price", "comfort"]), unique=True))
def test_quotes_are_verbatim(text, codes):
    for span in spans(text, codes, BOOK.hits(text)):
        assert text[span.start : span.end] == span.quote
        assert span.quote
        assert trim(text, span.start, span.end) == (span.start, span.end)


def test_clauses_can_be_handed_in():
    text = "房间有霉味，早餐难吃"
    assert spans(text, ["comfort"], BOOK.hits(text), units=clauses(text)) == spans(text, ["comfort"], BOOK.hits(text))


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("注册时收不到验证码", "registration"),
        ("快递太慢，包装破了", "delivery"),
        ("付款的时候闪退", "payment"),
        ("不给退款，客服不理人", "aftersales"),
        ("再也不来了，已卸载", "leaving"),
        ("难用", None),
    ],
)
def test_stage(text, stage):
    hits = BOOK.hits(text)
    codes = tuple(BOOK.codes(hits))
    assert stage_of(text, codes, spans(text, codes, hits), STAGES) == stage


def test_no_complaint_no_stage():
    assert stage_of("注册很方便", (), (), STAGES) is None
