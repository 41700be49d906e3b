"""Titles that a person would write, made of words that a member said."""

from __future__ import annotations

import pytest

from feedback.encode.static import word_vectors
from feedback.leads.title import LONGEST, Titler, style, written
from feedback.settings import TextSettings
from feedback.text.words import segmenter

TITLER = Titler(style(), segmenter(TextSettings()).cut, word_vectors().rarity)


def title(*quotes: str, words: tuple[str, ...] = (), used: tuple[str, ...] = ()) -> str:
    return TITLER.title([(f"p{n}", quote) for n, quote in enumerate(quotes)], words, frozenset(used))


@pytest.mark.parametrize(
    ("quotes", "words", "expected"),
    [
        (("登录后闪退", "一登录后闪退啊", "垃圾！登录后就闪退了"), ("登录", "闪退"), "登录后闪退"),
        (("根本找不到转账入口", "我找不到转账入口啊", "找不到转账入口"), ("转账",), "找不到转账入口"),
        (("客服无人应答", "你们客服无人应答", "客服一直无人应答"), ("客服",), "客服无人应答"),
        (("真的太卡了，应用卡顿", "应用卡顿", "这个应用卡顿"), ("卡顿",), "应用卡顿"),
    ],
)
def test_titles_are_what_most_say(quotes: tuple[str, ...], words: tuple[str, ...], expected: str) -> None:
    assert title(*quotes, words=words) == expected
    assert title(*reversed(quotes), words=words) == expected


def test_one_person_who_repeats_does_not_make_the_title() -> None:
    pairs = [("loud", "重峦叠嶂没根据")] * 30 + [(f"p{n}", "更新以后打不开") for n in range(3)]
    assert TITLER.title(pairs, ["打不开"]) == "更新以后打不开"


def test_repetition_praise_and_abuse_are_left_out() -> None:
    assert title("闪退闪退闪退了又闪退", "老是闪退", "经常闪退", "经常闪退", words=("闪退",)) == "经常闪退"
    assert "很好用" not in title("界面很好用", "界面难看死了", "界面难看", words=("界面",))
    assert "垃圾" not in title("垃圾软件连不上设备", "垃圾连不上设备", words=("连不上",))


def test_a_title_is_not_given_twice_and_never_empty() -> None:
    assert title("应用卡顿", "应用老是卡顿", used=("应用卡顿",)) != "应用卡顿"
    assert title("差") == "差"
    assert title("🙂🙂") == "🙂🙂"
    assert title() == ""
    assert 0 < len(title("啊" * 400)) <= LONGEST


def test_every_word_stands_in_one_quote_in_that_order() -> None:
    quotes = ("我今天真的是连不上家里的空气净化器了", "更新之后空气净化器居然连不上", "空气净化器连不上")
    made = title(*quotes, words=("净化器", "连不上"))
    words = [word for word in segmenter(TextSettings()).cut(made) if word.strip()]

    def stands(quote: str) -> bool:
        at = 0
        for word in words:
            at = quote.find(word, at) + len(word)
            if at < len(word):
                return False
        return True

    assert any(stands(quote) for quote in quotes), made


def test_blanks_stand_only_beside_latin_words() -> None:
    assert written(["支持", "iPad", "横屏"]) == "支持 iPad 横屏"
    assert written(["连", "不", "上"]) == "连不上"


def test_no_title_says_the_contrary_or_says_it_twice() -> None:
    def made(*quotes: str) -> str:
        return TITLER.title([(str(n), quote) for n, quote in enumerate(quotes)], [])

    assert made("老师不嫌我打字慢", "老师不嫌打字慢") == "老师不嫌打字慢"
    assert made("最晚一次晚了五十分钟", "通知晚了五十分钟").count("晚") == 1
    assert made("旧版好好的", "越更新越差", "越更新越差") == "越更新越差"
    assert made("老用户不配", "老用户不配") == "老用户不配"
    assert made("要不要单独登录这么麻烦") != "不要单独登录"


def test_one_traditional_writer_does_not_decide_the_script() -> None:
    assert TITLER.title([("a", "小米鬧鐘沒了"), ("b", "闹钟没了"), ("c", "闹钟总没了")], []) == "闹钟没了"
    assert TITLER.title([("a", "鬧鐘壞了不響")], []) == "鬧鐘壞了不響"
