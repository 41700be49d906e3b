"""What the queue picks: doubt, rarity, distance; the same in any order."""

from __future__ import annotations

import numpy as np

from feedback.judge.queue import Pick, choose

NAMES = ("common", "rare")
CUTS = np.array([0.5, 0.5])
SURE = [0.97, 0.01, 0.01, 0.01]
TORN = [0.49, 0.49, 0.01, 0.01]


def pick(rows: list[tuple[str, str, list[float], list[float]]], count: int = 10) -> list[Pick]:
    ids, texts, polarity, codes = zip(*rows, strict=True)
    return choose(ids, texts, np.array(polarity), np.array(codes), NAMES, CUTS, count)


def test_doubt_comes_first_and_says_about_what() -> None:
    rows = [
        ("a", "甲乙丙丁", SURE, [0.01, 0.01]),
        ("b", "子丑寅卯", TORN, [0.01, 0.01]),
        ("c", "东南西北", SURE, [0.01, 0.5]),
        ("d", "春夏秋冬", SURE, [0.99, 0.01]),
        ("e", "金木水火", SURE, [0.99, 0.01]),
        ("f", "风花雪月", SURE, [0.99, 0.01]),
    ]
    found = pick(rows)
    assert {rows[p.index][0] for p in found[:2]} == {"b", "c"}
    assert {rows[p.index][0]: p.about for p in found[:2]} == {"b": "polarity", "c": "rare"}
    assert len(found) == 6


def test_a_rare_code_goes_before_a_common_one() -> None:
    rows = [(f"z{n}", f"天地玄黄{n}", SURE, [0.9999, 0.0001]) for n in range(20)]
    rows += [("a", "甲乙丙丁", SURE, [0.5, 0.0001]), ("b", "子丑寅卯", SURE, [0.0001, 0.5])]
    assert [rows[p.index][0] for p in pick(rows, 2)] == ["b", "a"]


def test_what_is_like_one_picked_waits_and_its_copy_never_comes() -> None:
    rows = [
        ("a", "一打开就闪退怎么办", TORN, [0.01, 0.01]),
        ("b", "一打开就闪退怎么办", TORN, [0.01, 0.01]),
        ("c", "一打开就闪退怎么了", TORN, [0.01, 0.01]),
        ("d", "客服不回消息", [0.45, 0.4, 0.1, 0.05], [0.01, 0.01]),
    ]
    assert [rows[p.index][0] for p in pick(rows)] == ["a", "d", "c"]


def test_the_order_of_the_input_does_not_matter() -> None:
    draw = np.random.default_rng(3)
    rows = []
    for number in range(300):
        polarity = draw.dirichlet([1, 1, 1, 1]).tolist()
        text = "".join(draw.choice(list("甲乙丙丁戊己庚辛壬癸"), 12))
        rows.append((f"r{number:03}", text, polarity, draw.random(2).tolist()))
    ids = [rows[p.index][0] for p in pick(rows, 40)]
    assert len(set(ids)) == 40
    turned = rows[::-1]
    assert [turned[p.index][0] for p in pick(turned, 40)] == ids


def test_nothing_to_choose_from() -> None:
    empty = np.zeros((0, 4))
    assert choose([], [], empty, np.zeros((0, 2)), NAMES, CUTS, 5) == []
    assert [
        p.index for p in choose(["a", "b"], ["", "。"], np.array([TORN, SURE]), np.zeros((2, 0)), (), np.zeros(0), 5)
    ] == [0, 1]
