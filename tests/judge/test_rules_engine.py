"""The rule engine on a small lexicon of its own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.errors import BadLexicon
from feedback.judge.rulefile import expand, gapped, read_rules
from feedback.judge.rules import RuleBook


def book(folder, body, name="comfort"):
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / f"{name}.toml").write_text(f'label = "{name}"\n{body}', encoding="utf-8")
    read_rules.cache_clear()
    return RuleBook(tuple(r for r in read_rules(folder) if r.file.parent.parent == folder), folder)


def fired(rules, text):
    return [(hit.rule, text[hit.start : hit.end]) for hit in rules.hits(text)]


def test_words_groups_and_gaps(tmp_path):
    rules = book(tmp_path, '[[rule]]\nname = "a"\nwords = "(霉|烟)味 找不到..入口"\n')
    assert fired(rules, "有霉味，也有烟味") == [("comfort.a", "霉味"), ("comfort.a", "烟味")]
    assert fired(rules, "找不到转账入口") == [("comfort.a", "找不到转账入口")]
    assert fired(rules, "找不到，入口") == []
    assert fired(rules, "找不到他们说的那个入口") == []


def test_pairs_stay_in_one_clause_within_reach_and_in_order(tmp_path):
    body = '[[rule]]\nname = "p"\naspect = "房间"\nstate = "潮湿 吵闹"\ngood = "安静"\nwithin = 3\norder = "aspect"\n'
    rules = book(tmp_path, body)
    assert fired(rules, "房间很潮湿") == [("comfort.p", "房间很潮湿")]
    assert fired(rules, "房间，潮湿") == []
    assert fired(rules, "房间里面实在是潮湿") == []
    assert fired(rules, "潮湿的房间") == []
    assert fired(rules, "房间不安静") == [("comfort.p", "房间不安静")]
    assert fired(rules, "房间安静") == []
    assert fired(rules, "房间不潮湿") == []


def test_unless_near_and_far(tmp_path):
    body = (
        '[[rule]]\nname = "u"\nwords = "卡顿"\nunless = "不会卡顿"\nunless_clause = "发货"\nunless_text = "转发"\n'
        'negation = "keep"\n'
    )
    rules = book(tmp_path, body)
    assert fired(rules, "卡顿") == [("comfort.u", "卡顿")]
    assert fired(rules, "不会卡顿") == []
    assert fired(rules, "发货卡顿，页面卡顿") == [("comfort.u", "卡顿")]
    assert fired(rules, "卡顿，转发微博") == []


def test_patterns_wait_for_their_trigger(tmp_path):
    rules = book(tmp_path, '[[rule]]\nname = "r"\npatterns = ["不\\\\S{1,3}买"]\ntrigger = "再也"\n')
    assert fired(rules, "再也不会去买") == [("comfort.r", "不会去买")]
    assert fired(rules, "我不会去买") == []


def test_one_character_needs_fitting_neighbours(tmp_path):
    rules = book(tmp_path, '[[rule]]\nname = "c"\naspect = "面"\nstate = "小"\n')
    assert fired(rules, "里面有个小孩") == []
    assert fired(rules, "这面太小了") == [("comfort.c", "面太小")]


def test_alone_and_longest(tmp_path):
    body = (
        '[[rule]]\nname = "bare"\nwords = "糟糕"\nalone = true\nlongest = 6\n'
        '[[rule]]\nname = "smell"\nwords = "霉味"\nlabel = "quality"\n'
    )
    rules = book(tmp_path, body)
    assert fired(rules, "太糟糕了") == [("comfort.bare", "糟糕")]
    assert fired(rules, "真的是非常非常糟糕") == []
    assert fired(rules, "糟糕有霉味") == [("comfort.smell", "霉味")]


def test_double_denial_is_none(tmp_path):
    rules = book(tmp_path, '[[rule]]\nname = "n"\nwords = "闪退 有异味"\n')
    assert fired(rules, "没有一次闪退") == []
    assert fired(rules, "没有一次不闪退") == [("comfort.n", "闪退")]
    assert fired(rules, "没有异味") == []


def test_features_name_rules_labels_and_stand():
    rules = RuleBook.load()
    names = list(rules.feature_names)
    matrix = rules.features(["东西不错，但是发货太慢", "", "房间有霉味"])
    dense = matrix.toarray()
    assert matrix.shape == (3, len(names)) == (3, len(set(names)))
    assert dense[0, names.index("label:fulfilment")] == 1
    assert dense[0, names.index("stand:praise")] > 0
    assert [names[column] for column in np.flatnonzero(dense[1])] == ["course:quiet"]
    assert dense[2, names.index("rule:comfort.smell")] == 1
    assert np.isfinite(dense).all()


@given(st.text(alphabet=st.sampled_from("不没有太很好差卡慢房间味道服务态度闪退，。！ 面小的了再也买"), max_size=60))
def test_hits_lie_in_the_text_in_order_and_do_not_depend_on_what_was_read_before(text):
    rules = RuleBook.load()
    first = rules.hits(text)
    rules.hits("别的一段话，很差")
    assert rules.hits(text) == first
    assert all(0 <= hit.start < hit.end <= len(text) for hit in first)
    assert first == sorted(first, key=lambda hit: (hit.start, hit.end, hit.rule))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "no \\[\\[rule\\]\\] entries"),
        ('[[rule]]\nwords = "霉味"\n', "number 1 has no name"),
        ('[[rule]]\nname = "a"\n', "'a': nothing to match"),
        ('[[rule]]\nname = "a"\nwords = "霉味"\nlabel = "smelly"\n', "label 'smelly'"),
        ('[[rule]]\nname = "a"\nwords = "霉味"\ncolour = 1\n', "unknown key 'colour'"),
        ('[[rule]]\nname = "a"\nwords = "@nowhere"\n', "no list '@nowhere'"),
        ('[[rule]]\nname = "a"\nwords = "a..b..c"\n', "bad word"),
        ('[[rule]]\nname = "a"\naspect = "房间"\n', "go together"),
        ('[[rule]]\nname = "a"\npatterns = ["("]\ntrigger = "a"\n', "pattern"),
        ('[[rule]]\nname = "a"\nwords = "霉味"\nnegation = "flip"\n', "only a polarity"),
        ('[[rule]]\nname = "a"\nwords = "霉味"\nweight = 0\n', "weight"),
        ('[[rule]]\nname = "a"\nwords = "b"\n[[rule]]\nname = "a"\nwords = "c"\n', "stands twice"),
        ("[[rule]\n", "comfort.toml"),
    ],
)
def test_a_broken_file_names_itself_and_the_entry(tmp_path, body, message):
    with pytest.raises(BadLexicon, match=message) as caught:
        book(tmp_path, body)
    assert "comfort.toml" in str(caught.value)
    assert caught.value.hint


def test_shorthands():
    assert expand("(太|)贵") == ["太贵", "贵"]
    assert gapped("找不到...入口") == ("找不到", 12, "入口")
