import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.text.own import _PATTERNS, _SIGNS, own_opinion


def own(text):
    return " ".join(own_opinion(text).text_masked.split())


@pytest.mark.parametrize(
    ("text", "left", "kinds"),
    [
        ("闪退太多。------------------ 开发者回复：您好，感谢反馈，差评", "闪退太多。", ["reply"]),
        (
            "早餐差。宾馆反馈2019年5月1日：非常抱歉。补充点评2019年6月2日：又去了，还是差",
            "早餐差。 又去了，还是差",
            ["reply", "label"],
        ),
        ("（该条评论已经被删除）难用", "难用", ["notice"]),
        ("太对了//@小王:垃圾//@小李:差", "太对了", ["repost"]),
        ("回复@阿明:不好用", "不好用", ["repost"]),
        ("@官方客服 什么时候修 http://t.cn/A1b2C3", "什么时候修", ["name", "link"]),
        ("问:您觉得课程差吗？ 答:还可以", "还可以", ["question", "label"]),
        ("此用户没有填写评价", "", ["template"]),
        ("评价方未及时做出评价,系统默认好评!", "", ["template"]),
        ("据新华社报道，某品牌奶粉出现质量问题", "", ["news"]),
        (
            "【某品牌召回汽车】因刹车失灵，该公司宣布召回三万辆，涉及多个年份的车型，请相关车主尽快与经销商取得联系并预约处理，不收取任何费用",
            "",
            ["news"],
        ),
        ("#新品咖啡#好喝", "好喝", ["topic"]),
        ("很好，推荐", "很好，推荐", []),
    ],
)
def test_what_others_wrote_is_set_aside(text, left, kinds):
    result = own_opinion(text)
    assert own(text) == left
    assert [kind for kind, _, _ in result.foreign] == kinds


def test_an_author_who_speaks_under_a_headline_is_heard():
    text = "【探店】我昨天去了这家店，服务太差，菜也难吃，价格还贵，排了两个小时的队才吃上，真的不推荐大家来，后悔"
    assert own_opinion(text).text_masked == text


@given(st.text(alphabet=st.sampled_from("问答:：@#/【】（） 开发者回复http://的差好\n"), max_size=80))
def test_length_stays_and_only_foreign_parts_are_blank(text):
    result = own_opinion(text)
    assert len(result.text_masked) == len(text)
    kept = [i for i in range(len(text)) if not any(start <= i < end for _, start, end in result.foreign)]
    assert all(result.text_masked[i] == text[i] for i in kept)


def test_no_trigger_is_missed_by_the_first_look() -> None:
    """A text without any of the signs is not looked at: every trigger must hold one."""
    triggers = ["据", "日", *(trigger for kind in _PATTERNS for trigger in kind.triggers)]
    assert [trigger for trigger in triggers if _SIGNS.isdisjoint(trigger)] == []
