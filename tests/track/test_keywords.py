"""Which records mention a keyword."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedback.errors import BadLexicon, BadSettings, UsageError
from feedback.track.keywords import Keyword, Matcher, choose, from_settings, products


def found(keyword: Keyword, *texts: str) -> list[bool]:
    matcher = Matcher([keyword])
    return [bool(matcher.find(text)) for text in texts]


def test_case_width_and_traditional_spelling_do_not_matter() -> None:
    keyword = Keyword("鲸舟CRM", ("鲸舟CRM",))
    assert found(keyword, "鲸舟crm", "鲸舟ＣＲＭ又崩", "鯨舟Crm", "鲸舟", "") == [True, True, True, False, False]


def test_a_latin_word_counts_only_whole() -> None:
    keyword = Keyword("hemu", ("hemu",))
    texts = ("用HEMU学", "hemu.", "hemumu", "ahemu", "hemu2", "@hemu", "ｈｅｍｕ课")
    assert found(keyword, *texts) == [True, True, False, False, False, True, True]


def test_an_occurrence_inside_another_phrase_does_not_count_but_one_beside_it_does() -> None:
    keyword = Keyword("苹果", ("苹果",), within=("苹果汁", "红苹果"))
    assert found(keyword, "苹果汁好喝", "红苹果", "苹果汁配苹果手机", "苹果") == [False, False, True, True]


def test_barred_and_needed_companions() -> None:
    keyword = Keyword("苹果", ("苹果",), without=("水果",), together=("手机", "ios"))
    texts = ("苹果手机", "苹果 IOS 更新", "苹果真甜", "苹果手机壳上的水果")
    assert found(keyword, *texts) == [True, True, False, False]


def test_all_keywords_in_one_pass_overlapping_words_and_shared_ones() -> None:
    keywords = [
        Keyword("甲", ("青舟", "青舟课堂")),
        Keyword("乙", ("课堂",)),
        Keyword("丙", ("青舟",)),
        Keyword("空", ()),
    ]
    assert Matcher(keywords).find_all(["青舟课堂", "课堂", "", "无关"]) == [[0], [0, 1], [0], []]
    assert Matcher([]).find("青舟") == []
    assert Matcher([Keyword("空", ("  ",))]).find("  ") == []


def test_settings_lists_take_exclusions() -> None:
    keywords = from_settings({"苹果": ["iphone", "-水果", "+系统"], "青舟": []})
    assert keywords["苹果"] == Keyword("苹果", ("iphone",), without=("水果",), together=("系统",))
    assert keywords["青舟"].words == ("青舟",)
    with pytest.raises(BadSettings, match="without a name"):
        from_settings({" ": ["x"]})


def test_rules_on_the_command_line_are_those_of_the_settings() -> None:
    asked = "苹果, iphone，-水果,+系统,+手机"
    (keyword,) = choose([asked], {}, {}, [])
    assert keyword == Keyword(asked, ("苹果", "iphone"), without=("水果",), together=("系统", "手机"))
    assert found(keyword, "苹果手机", "iPhone 系统", "苹果", "苹果手机不是水果") == [True, True, False, False]
    # A name that merely holds a comma or a sign is a word.
    for plain in ("你好,世界", "-5℃", "C++"):
        assert choose([plain], {}, {}, []) == [Keyword(plain, (plain,))]
    with pytest.raises(UsageError, match="no word to look for"):
        choose(["-水果,+系统"], {}, {}, [])
    known = Keyword("苹果,-水果", ("林檎",))
    assert choose(["苹果,-水果"], {"苹果,-水果": known}, {}, []) == [known]


def test_which_keywords_are_watched() -> None:
    known = {"禾木课堂": Keyword("禾木课堂", ("禾木课堂", "禾木"))}
    configured = {"苹果": Keyword("苹果", ("iphone",))}
    assert [k.name for k in choose([], known, configured, ["青舟", "禾木", "青舟"])] == ["苹果", "禾木课堂", "青舟"]
    asked = choose(["禾木课堂", "禾木", "禾木", " "], known, configured, ["青舟"])
    assert [(k.name, k.words) for k in asked] == [("禾木课堂", ("禾木课堂", "禾木")), ("禾木", ("禾木",))]


def test_the_bundled_list_is_sound_and_tells_the_app_from_the_village() -> None:
    known = products()
    assert set(known) >= {"禾木课堂", "鲸舟CRM"}
    assert found(known["禾木课堂"], "禾木的课又断更", "hemu 打不开", "去禾木村看日出") == [True, True, False]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[product]]\nwords = ['x']\n", "number 1: a name is needed"),
        ("[[product]]\nname = 'a'\nalias = ['x']\n", "unknown alias"),
        ("[[product]]\nname = 'a'\nwords = 'x'\n", "words must be a list"),
        ("[[product]]\nname = 'a'\n[[product]]\nname = 'a'\n", "stands twice"),
        ("[[product", "products.toml"),
    ],
)
def test_a_broken_list_names_file_and_entry(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "products.toml").write_text(content, encoding="utf-8")
    with pytest.raises(BadLexicon, match=message) as caught:
        products(tmp_path)
    assert "products.toml" in str(caught.value)
