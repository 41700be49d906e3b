"""What a reader hears in a sentence: the bundled rules on invented ones."""

import pytest

from feedback.judge.rules import RuleBook
from feedback.text.own import own_opinion

BOOK = RuleBook.load()


def codes(text):
    return set(BOOK.codes(BOOK.hits(own_opinion(text).text_masked)))


def stand(text):
    return {hit.label for hit in BOOK.hits(text) if hit.label in ("positive", "negative")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一打开首页就闪退，登录不上", {"function"}),
        ("希望支持夜间模式", {"function"}),
        ("打开一个页面要转半天，卡顿严重", {"responsiveness"}),
        ("消息提醒总是延迟，等看到已经晚了", {"responsiveness"}),
        ("转账入口藏得太深，操作繁琐", {"usability"}),
        ("广告太多，关都关不掉", {"control"}),
        ("推荐的内容同质化，千篇一律", {"relevance"}),
        ("客服踢皮球，反馈问题没人处理", {"support"}),
        ("前台态度恶劣，爱理不理", {"attitude"}),
        ("下单三天还没发货，包装都破了", {"fulfilment"}),
        ("不给退款，运费还要自己出", {"aftersales"}),
        ("门票太贵，性价比不高", {"price"}),
        ("一直缺货，根本抢不到", {"supply"}),
        ("实物与图片完全不符", {"expectation"}),
        ("房间有股霉味，隔音差", {"comfort"}),
        ("被骗了，以后再也不会买他家的东西", {"emotion"}),
        ("味道很一般，肉也不新鲜", {"quality"}),
        ("垃圾", {"unspecified"}),
    ],
)
def test_each_code_in_plain_words(text, expected):
    assert codes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("按键挨得太近", {"usability"}),
        ("绕了好几圈，指示牌看不懂", {"usability"}),
        ("离地铁站有点远", {"usability"}),
        ("好几个展厅都没开放", {"supply"}),
        ("充电桩没几个", {"supply"}),
        ("写着实木，结果是贴皮", {"expectation"}),
        ("跟海报完全不同", {"expectation"}),
        ("刷到的都是看过的", {"relevance"}),
        ("座位太挤，闷得头晕", {"comfort"}),
    ],
)
def test_what_is_said_without_the_catchword(text, expected):
    assert codes(text) == expected


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("闪退已经修复了", "resolved"),
        ("再也没掉线", "resolved"),
        ("两年了没死过机", "holds-up"),
        ("一次都没坏", "holds-up"),
        ("用了三年依旧很好", "holds-up"),
        ("还没修好", None),
        ("希望尽快修复", None),
        ("客服秒回", "good-deeds"),
        ("不理想", None),
    ],
)
def test_what_was_put_right_and_what_never_failed_is_praise(text, rule):
    found = {hit.rule.removeprefix("polarity.") for hit in BOOK.hits(text) if hit.label == "positive"}
    assert (found & {"resolved", "holds-up", "good-deeds"}) == ({rule} if rule else set())


@pytest.mark.parametrize(
    "text",
    [
        "闪退早就修复了",
        "我没有遇到别人说的卡顿",
        "房间没有异味，也不吵",
        "用了半年，从来没闪退过",
        "不卡顿，很流畅",
        "没有广告，很清爽",
        "价格不贵，服务很热情",
        "再也不用担心找不到钥匙了",
        "发货很快，包装完好",
        "质量没问题",
    ],
)
def test_a_denied_fault_is_no_fault(text):
    assert codes(text) == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("不得不说很好用", {"positive"}),
        ("很不满意", {"negative"}),
        ("没让我失望", {"positive"}),
        ("不太喜欢", {"negative"}),
        ("差不多", set()),
    ],
)
def test_negation_turns_praise_and_blame(text, expected):
    assert stand(text) == expected


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("这个软件总是闪退", "這個軟件總是閃退"),
        ("界面难用", "界面難用"),
        ("APP打不开", "ＡＰＰ打不开"),
    ],
)
def test_spelling_makes_no_difference(plain, written):
    assert codes(plain) == codes(written) != set()


def test_the_makers_reply_is_not_heard():
    assert codes("很好用 ---------------- 开发者回复：抱歉，闪退问题已修复") == set()


def test_unspecified_falls_silent_beside_a_reason():
    assert codes("垃圾软件，一直闪退") == {"function"}
