"""The shipped judge: promises of the command line's contract, on friendly and on hostile text."""

from __future__ import annotations

import numpy as np
import pytest

from feedback.errors import BadSettings
from feedback.judge.combine import Judge
from feedback.judge.prevalence import Rates, combined, corrected
from feedback.judge.shipped import FAST
from feedback.lexicon import taxonomy
from feedback.records import POLARITIES, UNSPECIFIED

HOSTILE = [
    "", " ", "\n\t\r", "。。。！！！", "😡😡😡", "a" * 20_000, "太贵了，" * 500, "\0\0", "\ud800垃圾", "ＡＰＰ 闪　退",
    "客服態度太差，退貨不給退", "//@某人：转发微博", "http://example.invalid", "<script>alert(1)</script>", "１２３",
    "ok", "مرحبا", "e\u0301 太卡",
]  # fmt: skip


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load()


def test_the_shipped_model_is_small(judge: Judge) -> None:
    assert FAST.stat().st_size < 15_000_000
    assert set(judge.model.meta.codes) == set(taxonomy().codes)


def test_every_verdict_keeps_the_contract(judge: Judge) -> None:
    texts = [*HOSTILE, "闪退，客服也不理人", "希望增加夜间模式", "一般般", "垃圾", "很好，就是有点贵"]
    for text, verdict in zip(texts, judge.judge(texts), strict=True):
        assert verdict.polarity in POLARITIES
        assert set(verdict.scores) == set(POLARITIES)
        assert sum(verdict.scores.values()) == pytest.approx(1, abs=0.001)
        assert set(verdict.code_scores) == set(verdict.codes)
        assert all(0 <= score <= 1 for score in verdict.code_scores.values())
        assert verdict.families == taxonomy().families_of(verdict.codes)
        assert UNSPECIFIED not in verdict.codes or (len(verdict.codes) == 1 and not verdict.families)
        for span in verdict.spans:
            assert text[span.start : span.end] == span.quote != ""
            assert span.code in verdict.codes
        assert {span.code for span in verdict.spans} == set(verdict.codes)


def test_blame_always_has_a_code_and_marks_alone_blame_nothing(judge: Judge) -> None:
    found = judge.judge(["😡😡😡", "。。。！！！", "垃圾中的战斗机", "说多了都是泪，懂的都懂"])
    assert [(v.polarity, v.codes) for v in found[:2]] == [("negative", ("unspecified",)), ("neutral", ())]
    assert [(s.code, s.start, s.end, s.quote) for s in found[0].spans] == [("unspecified", 0, 3, "😡😡😡")]
    assert all(v.codes for v in found if v.polarity in ("negative", "mixed"))


def test_a_text_is_judged_alike_in_any_batch(judge: Judge) -> None:
    texts = [*HOSTILE, "闪退", "太贵"]
    together = judge.judge(texts)
    assert together == [judge.judge([text])[0] for text in texts]
    assert together == judge.judge(texts[::-1])[::-1]


@pytest.mark.parametrize(
    ("text", "polarity", "code"),
    [
        ("一点付款就闪退，重装也没用", "negative", "function"),
        ("消息提醒总是晚半小时才弹出来", "negative", "responsiveness"),
        ("转账入口藏得太深，找了半天也没找到", "negative", "usability"),
        ("推荐的内容全是一样的，刷来刷去都雷同", "negative", "relevance"),
        ("强制推送广告，关都关不掉", "negative", "control"),
        ("服务员态度恶劣，爱理不理", "negative", "attitude"),
        ("垃圾", "negative", UNSPECIFIED),
        ("非常好用，强烈推荐", "positive", None),
    ],
)
def test_plain_cases_of_the_codebook(judge: Judge, text: str, polarity: str, code: str | None) -> None:
    verdict = judge.judge([text])[0]
    assert verdict.polarity == polarity
    assert verdict.codes == () if code is None else code in verdict.codes


def test_thresholds_of_the_settings_count() -> None:
    text = ["一点付款就闪退，重装也没用"]
    assert "function" in Judge.load().judge(text)[0].codes
    strict = Judge.load({"function": 1.0, "product": 1.0})
    assert "function" not in strict.judge(text)[0].codes
    with pytest.raises(BadSettings, match="valid: function"):
        Judge.load({"speed": 0.5})


def test_a_corrected_share_undoes_the_judges_errors() -> None:
    rates = Rates(negative=1000, found=900, others=1000, cleared=950)
    # Of 10,000 records with 10% negative such a judge would find 0.1·0.9 + 0.9·0.05 = 13.5%.
    found = corrected(1350, 10_000, rates)
    assert found is not None
    assert found.share == pytest.approx(0.1)
    assert found.lower < 0.1 < found.upper
    loose = corrected(1350, 10_000, Rates(100, 90, 100, 95))
    assert loose is not None
    assert loose.upper - loose.lower > found.upper - found.lower
    assert corrected(0, 0, rates) is None
    assert corrected(5, 10, Rates(10, 5, 10, 5)) is None
    assert Rates.of({}) is None


def test_what_two_judges_read_is_corrected_by_each_ones_own_rates() -> None:
    good, poor = Rates(1000, 900, 1000, 950), Rates(200, 160, 300, 270)
    # 10% negative of 6,000 read by the one (13.5% found) and 20% of 4,000 read by the other (0.2·0.8 + 0.8·0.1 = 24%).
    found = combined([(810, 6000, good), (960, 4000, poor)])
    assert found is not None
    assert found.share == pytest.approx(0.6 * 0.1 + 0.4 * 0.2)
    assert found.lower < 0.14 < found.upper
    assert found.upper - found.lower > corrected(1350, 10_000, good).upper - corrected(1350, 10_000, good).lower  # type: ignore[union-attr]
    assert combined([(810, 6000, good), (0, 0, poor)]) == corrected(810, 6000, good)
    assert combined([(810, 6000, good), (5, 10, Rates(10, 5, 10, 5))]) is None
    assert combined([]) is None
    narrow = combined([(810, 6000, good)], confidence=0.8)
    assert narrow is not None
    assert corrected(810, 6000, good).lower < narrow.lower  # type: ignore[union-attr]


@pytest.mark.parametrize("truth", [0.0, 0.01, 0.08, 0.5])
def test_the_corrected_interval_holds_the_truth_as_often_as_it_says(truth: float) -> None:
    generator = np.random.default_rng(7)
    inside = 0
    for _ in range(200):
        sensitivity, specificity = generator.beta(85, 15), generator.beta(94, 6)
        rates = Rates(400, int(generator.binomial(400, sensitivity)), 900, int(generator.binomial(900, specificity)))
        seen = truth * sensitivity + (1 - truth) * (1 - specificity)
        found = corrected(int(generator.binomial(150, seen)), 150, rates)
        inside += found is not None and found.lower <= truth <= found.upper
    assert inside / 200 >= 0.925


def test_no_negative_among_few_records_says_little() -> None:
    """A judge that errs on a tenth of the others called none of 21 negative: a true share of 10% is not ruled out."""
    found = corrected(0, 21, Rates(1000, 900, 1000, 900))
    assert found is not None
    assert (found.share, found.lower) == (0.0, 0.0)
    assert found.upper > 0.1
