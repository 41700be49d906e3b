"""Complaints that ask for the same change are one lead, in any order of rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from feedback.encode import encoder
from feedback.encode.static import word_vectors
from feedback.errors import BadLexicon
from feedback.leads.aspects import Matcher, aspects, best, trades
from feedback.leads.build import Grouper, cutter
from feedback.leads.cluster import Placement
from feedback.leads.manners import Manners, manners
from feedback.leads.mine import from_keys
from feedback.settings import LeadSettings, TextSettings
from feedback.text.words import segmenter
from tests.leads.invented import APP, frame, row, rows

CUT = cutter(TextSettings())
MATCHER = Matcher(aspects(), word_vectors(), segmenter(TextSettings()).cut)


def group(units: pd.DataFrame, encoder_name: str = "static") -> Placement:
    vectors = encoder(encoder_name, CUT).encode(list(units["quote"]))
    return Grouper(LeadSettings(), TextSettings()).group(units, vectors, [])


def parts(units: pd.DataFrame, placed: Placement) -> set[frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for record, theme in zip(units["feedback_id"], placed.theme, strict=True):
        if theme >= 0:
            found[theme].add(record)
    return {frozenset(records) for records in found.values()}


@pytest.mark.parametrize("name", ["static", "tfidf"])
def test_each_story_is_one_lead_and_the_lone_complaint_is_single(name: str) -> None:
    units = frame(rows())
    placed = group(units, name)
    wanted = defaultdict(set)
    for record in units["feedback_id"]:
        wanted[record[:-3]].add(record)
    lone = wanted.pop("lone")
    assert parts(units, placed) == {frozenset(records) for records in wanted.values()}
    assert [how for record, how in zip(units["feedback_id"], placed.how, strict=True) if record in lone] == ["rare"]
    assert placed.single == pytest.approx(1 / len(units))


def test_the_order_of_rows_plays_no_part() -> None:
    first = frame(rows())
    expected = parts(first, group(first))
    for seed in range(1, 5):
        units = frame(rows(seed=seed))
        assert parts(units, group(units)) == expected


def test_one_loud_account_never_makes_a_lead() -> None:
    units = frame([row(f"r{n}", "function", f"登录不了{'啊' * n}", person="loud") for n in range(20)])
    assert set(group(units).theme) == {-1}
    quiet = frame([row(f"r{n}", "function", "登录不了") for n in range(3)])
    assert set(group(quiet).theme) == {0}


def test_copies_do_not_count_as_voices_but_belong_to_the_lead() -> None:
    copies = [row(f"c{n}", "function", "登录不了", near_duplicate_of="r0") for n in range(5)]
    two = [row(f"r{n}", "function", "登录不了") for n in range(2)]
    assert set(group(frame([*two, *copies])).theme) == {-1}
    three = [*two, row("r2", "function", "账号登录不了")]
    assert set(group(frame([*three, *copies])).theme) == {0}


def test_hostile_units_are_placed_or_single_with_a_reason() -> None:
    quotes = ["", " ", "🙂", "\u200b", "=1+1", "a" * 500, "。。。", "𠮷野家闪退", "闪退" * 300, "NULL"]
    units = frame([row(f"h{n}", "function", quote) for n, quote in enumerate(quotes)])
    placed = group(units)
    assert len(placed.theme) == len(quotes)
    assert {how for how, theme in zip(placed.how, placed.theme, strict=True) if theme < 0} <= {"rare", "wordless"}
    empty = group(units.iloc[:0])
    assert (empty.theme, empty.themes, empty.single) == ([], [], 0.0)


def test_products_and_codes_are_kept_apart() -> None:
    units = frame(
        [row(f"a{n}", "function", "登录不了") for n in range(4)]
        + [row(f"b{n}", "function", "登录不了", product="另一个") for n in range(4)]
        + [row(f"c{n}", "usability", "登录太麻烦") for n in range(4)]
    )
    assert {"".join(sorted({r[0] for r in part})) for part in parts(units, group(units))} == {"a", "b", "c"}


def test_longest_words_win_and_latin_words_are_whole() -> None:
    assert MATCHER.words("服务器又崩溃") == ["服务器", "崩溃"]
    assert MATCHER.words("building is fine") == []
    assert sorted(MATCHER.words("ui 有点卡")) == ["ui", "卡"]
    weights = MATCHER.weights("更新后登录不上", "function")
    assert best(weights, trades([weights])) == "app.login"
    assert MATCHER.weights("这个版本", "function") == {}, "a word that sets the scene is too faint alone"


def test_a_word_counts_for_the_trade_of_the_product() -> None:
    car = trades([MATCHER.weights(text, "quality") for text in ("变速箱顿挫", "发动机抖动", "油耗高", "刹车软")])
    hotel = trades([MATCHER.weights(text, "comfort") for text in ("隔音差", "床单脏", "早餐少", "前台冷漠")])
    assert best(MATCHER.weights("空调不制冷", "comfort"), car) == "car.car_ac"
    assert best(MATCHER.weights("空调不制冷", "comfort"), hotel) == "place.aircon"


def test_an_unknown_trade_is_mined_from_its_texts() -> None:
    things = ("钢琴", "吉他", "小提琴", "舞蹈", "书法", "篮球", "足球", "游泳", "象棋", "围棋")
    says = (
        "太旧",
        "不像话",
        "没意思",
        "很糟糕",
        "让人失望",
        "真不行",
        "不怎么样",
        "没法看",
        "一塌糊涂",
        "太业余",
        "不专业",
        "没水平",
    )
    made = [row(f"{thing}{n:02d}", "quality", f"{thing}{state}") for thing in things for n, state in enumerate(says)]
    placed = group(frame(made))
    home = {record["feedback_id"]: theme for record, theme in zip(made, placed.theme, strict=True)}
    mined = {key for key in placed.aspect if key.startswith("mined.")}
    assert any("钢琴" in aspect.words for aspect in from_keys(mined).values()), "a key spells its words"
    for thing in things:
        themes = Counter(theme for name, theme in home.items() if name.startswith(thing))
        assert themes.most_common(1)[0][1] >= 9, f"{thing}: most of what is said of one thing is one lead"
    few = group(frame(made[:90]))
    assert not any(key.startswith("mined.") for key in few.aspect), "little text teaches nothing"


def test_a_broken_aspect_is_named(tmp_path: Path) -> None:
    (tmp_path / "aspects.toml").write_text('[[aspect]]\ndomain = "x"\ngroup = "x"\nname = "x"\n', encoding="utf-8")
    with pytest.raises(BadLexicon, match="number 1 lacks zh, en, words"):
        aspects(tmp_path)
    twice = '[[aspect]]\ndomain="x"\ngroup="x"\nname="x"\nzh="x"\nen="x"\nwords="x"\n' * 2
    (tmp_path / "aspects.toml").write_text(twice, encoding="utf-8")
    aspects.cache_clear()
    with pytest.raises(BadLexicon, match=r"'x\.x' stands twice"):
        aspects(tmp_path)


def test_every_aspect_names_known_codes() -> None:
    from feedback.lexicon import taxonomy

    unknown = {code for aspect in aspects().values() for code in aspect.codes} - set(taxonomy().codes)
    assert not unknown
    assert all(aspect.words for aspect in aspects().values())


def test_ties_between_leads_do_not_depend_on_rows() -> None:
    units = frame([row(f"{APP}{n}", "price", "太贵了") for n in range(6)])
    first, second = group(units), group(units.iloc[::-1])
    assert np.array_equal(first.theme, second.theme[::-1])


def test_what_goes_wrong_in_one_manner_is_one_lead_whatever_its_code() -> None:
    late = [row(f"a{n}", "responsiveness", "上课提醒总是晚到") for n in range(5)]
    late += [row(f"b{n}", "fulfilment", "上课提醒迟到") for n in range(4)]
    many = [row(f"c{n}", "control", "推送消息太多了") for n in range(4)]
    units = frame(late + many)
    placed = group(units)
    assert parts(units, placed) == {
        frozenset(one["feedback_id"] for one in late), frozenset(one["feedback_id"] for one in many)
    }  # fmt: skip
    assert {placed.themes[number].code for number in placed.theme} == {"responsiveness", "control"}


def test_later_complaints_of_another_code_find_the_lead_of_their_manner() -> None:
    vectors = encoder("static", CUT)
    grouper = Grouper(LeadSettings(), TextSettings())
    first = frame([row(f"a{n}", "responsiveness", "上课提醒总是晚到") for n in range(5)])
    themes = grouper.group(first, vectors.encode(list(first["quote"])), []).themes
    themes = [replace(theme, lead="LEAD-0001") for theme in themes]
    later = frame([row(f"b{n}", "fulfilment", "上课提醒又晚到了") for n in range(4)])
    placed = grouper.group(later, vectors.encode(list(later["quote"])), themes)
    assert (placed.theme, len(placed.themes)) == ([0, 0, 0, 0], 1)


def test_a_word_of_another_trade_is_read_with_what_stands_around_it() -> None:
    lessons = [row(f"a{n}", "function", f"上课提醒没有响{n}") for n in range(40)]
    lone = row("z", "fulfilment", "最晚一次晚了五十分钟", "上课提醒最晚一次晚了五十分钟")
    placed = group(frame([*lessons, lone]))
    assert placed.aspect[-1] == "app.push"


def test_manners_are_checked(tmp_path: Path) -> None:
    entries = [f'[[manner]]\nname = "{name}"\nwords = "晚"\n' for name in "ab"]
    (tmp_path / "manners.toml").write_text("".join(entries))
    with pytest.raises(BadLexicon, match="stands in a and b"):
        manners(tmp_path)
    (tmp_path / "manners.toml").write_text('[[manner]]\nname = "a"\n')
    manners.cache_clear()
    with pytest.raises(BadLexicon, match="lacks name or words"):
        manners(tmp_path)
    assert Manners({}).of("什么都有") == ""
