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


@pytest.mark.parametrize(
    ("text", "code", "scores", "quote"),
    [
        # The statement of fact, not the catchword that announces it.
        (
            "闪退。每次点开相册就闪退回桌面，重装了三遍还是老样子",
            "function",
            [3, 2.5, 2.5],
            "每次点开相册就闪退回桌面，重装了三遍还是老样子",
        ),
        ("闪退，每次如此", "function", [3, -4], "闪退"),
        # Speech in quotation marks belongs to its clause, closing mark included.
        ("问进度，客服就会回“请耐心等待”，烦", "support", [-3, 1, 0, -5], "客服就会回“请耐心等待”"),
        ("「自動續費」關不掉", "control", [1, 1], "「自動續費」關不掉"),
        # A promise wants its outcome, an outcome its promise.
        ("号称静音，实际跟拖拉机一样，唉", "expectation", [2, -4, -5], "号称静音，实际跟拖拉机一样"),
        ("写着当天到，结果等了四天才送来", "fulfilment", [-5, 2], "写着当天到，结果等了四天才送来"),
        # Neighbours that go on about the same join, those about another matter do not.
        ("位置不错，房间一股霉味，地毯也脏得很，早餐丰盛", "comfort", [-6, 2, 1, -5], "房间一股霉味，地毯也脏得很"),
        # A sentence ends the span.
        ("太贵了！明年又要涨。", "price", [3, 2], "太贵了"),
    ],
)
def test_the_span_is_what_was_told(text, code, scores, quote):
    assert quotes(text, [code], {code: scores}) == [(code, quote)]


def test_a_long_clause_is_cut_around_its_hit():
    text = "我从去年夏天搬到这边以后就一直在这个平台上面订菜最近几次送来的青菜都不新鲜叶子发黄还要自己挑一遍才能下锅"
    assert quotes(text, ["quality"]) == [("quality", "订菜最近几次送来的青菜都不新鲜叶子发黄还要自己挑一遍才能下锅")]


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
