"""Measures against numbers worked out by hand, and what must not move them."""

from __future__ import annotations

import random

import numpy as np
import pytest

from feedback.evaluate import GoldRecord, evaluate
from feedback.evaluate.calibration import calibration, reliability
from feedback.evaluate.sources import by_source
from feedback.lexicon import taxonomy
from feedback.records import Span, Verdict

TAX = taxonomy()
FAMILIES = {name: code.family for name, code in TAX.codes.items()}
TEXT = "零一二三四五六七八九"


def gold(
    polarity: str, *codes: str, spans: tuple[tuple[str, int, int], ...] | None = None, source: str = ""
) -> GoldRecord:
    return GoldRecord(TEXT, polarity, codes, spans, None, source)


def said(polarity: str, *codes: str, spans: tuple[tuple[str, int, int], ...] = ()) -> Verdict:
    shown = tuple(Span(code, start, end, TEXT[start:end]) for code, start, end in spans)
    return Verdict(polarity, {}, codes, {}, TAX.families_of(codes), None, shown)


PAIRS = [
    (gold("negative", "function"), said("negative", "function")),
    (gold("negative", "function", "support"), said("negative", "quality")),
    (gold("negative", "unspecified"), said("positive")),
    (gold("positive"), said("negative", "unspecified")),
    (gold("positive"), said("positive")),
]


def run(pairs: list[tuple[GoldRecord, Verdict]], resamples: int = 200):  # type: ignore[no-untyped-def]
    return evaluate([g for g, _ in pairs], [v for _, v in pairs], FAMILIES, resamples=resamples)


def test_numbers_by_hand() -> None:
    found = run(PAIRS)
    assert (found.records, found.resamples) == (5, 200)
    assert found.accuracy.value == pytest.approx(3 / 5)
    negative = found.polarity["negative"]
    assert (negative.support, negative.said) == (3, 3)
    assert [negative.precision, negative.recall, negative.f1] == pytest.approx([2 / 3] * 3)
    assert negative.interval is not None
    assert negative.interval[0] <= 2 / 3 <= negative.interval[1]
    assert found.polarity["mixed"].f1 is None
    assert found.polarity["mixed"].interval is None
    # mixed and neutral occur nowhere: the average is over negative 2/3 and positive 1/2.
    assert found.polarity_macro_f1 is not None
    assert found.polarity_macro_f1.value == pytest.approx((2 / 3 + 1 / 2) / 2)
    # product: two and two records, both right, though the codes of one differ.
    assert found.families["product"].f1 == 1
    assert found.families["service"].f1 == 0
    assert found.families["experience"].f1 is None
    assert found.families_macro_f1 is not None
    assert found.families_macro_f1.value == pytest.approx(1 / 2)
    # function 1 of (2 + 1), quality 0 of (0 + 1), support 0 of (1 + 0); unspecified is left out.
    assert found.codes_micro_f1 is not None
    assert found.codes_micro_f1.value == pytest.approx(2 / 5)
    assert found.codes["unspecified"].support == 1
    assert found.codes["unspecified"].f1 == 0
    assert (found.codes_macro_f1, found.counted, found.spans) == (None, (), None)


def test_the_macro_value_is_over_codes_with_ten_records() -> None:
    pairs = [(gold("negative", "function"), said("negative", "function"))] * 10
    pairs += [(gold("negative", "price"), said("negative"))] * 9
    found = run(pairs)
    assert found.counted == ("function",)
    assert found.codes_macro_f1 is not None
    assert found.codes_macro_f1.value == 1


def test_the_order_of_records_moves_no_digit() -> None:
    shuffled = PAIRS * 20
    random.Random(1).shuffle(shuffled)
    assert run(shuffled) == run(PAIRS * 20)


def test_the_interval_narrows_with_the_records() -> None:
    def width(times: int) -> float:
        interval = run(PAIRS * times, 500).accuracy.interval
        assert interval is not None
        return interval[1] - interval[0]

    # 1.96 · 2 · sqrt(0.6 · 0.4 / n)
    assert width(20) == pytest.approx(0.192, abs=0.03)
    assert width(200) == pytest.approx(0.061, abs=0.01)


def test_spans_are_compared_character_by_character_under_their_code() -> None:
    pairs = [
        # 4 of 6 marked and of 4 shown
        (
            gold("negative", "function", spans=(("function", 0, 6),)),
            said("negative", "function", spans=(("function", 2, 6),)),
        ),
        # the same place under another code is no overlap
        (gold("negative", "price", spans=(("price", 0, 2),)), said("negative", "quality", spans=(("quality", 0, 2),))),
        # overlapping spans count a character once; nothing in common
        (
            gold("negative", "supply", spans=(("supply", 0, 2), ("supply", 1, 3))),
            said("negative", "supply", spans=(("supply", 8, 10),)),
        ),
        # unspecified, and a code that nobody marked, are left out
        (gold("negative", "unspecified", spans=()), said("negative", "unspecified", spans=(("unspecified", 0, 9),))),
        (gold("negative", "support", spans=()), said("negative", "support", spans=(("support", 0, 9),))),
        # no spans in the gold: not in the count
        (gold("negative", "function"), said("negative", "function", spans=(("function", 0, 9),))),
    ]
    found = run(pairs).spans
    assert found is not None
    assert (found.records, found.pairs, found.touched) == (5, 2, 1)
    assert found.precision == pytest.approx(4 / 8)
    assert found.recall == pytest.approx(4 / 11)
    assert found.f1 is not None
    assert found.f1.value == pytest.approx(2 * 4 / (11 + 8))
    assert found.agreed is not None
    assert found.agreed.value == pytest.approx(2 * 4 / (6 + 4 + 3 + 2))


def test_by_source() -> None:
    pairs = [
        (gold("negative", "function", source="b"), said("negative", "function")),
        (gold("positive", source="a"), said("mixed")),
        (gold("positive"), said("positive")),
    ]
    rows = by_source([g for g, _ in pairs], [v for _, v in pairs], FAMILIES)
    assert [(r.source, r.records, r.negatives, r.complaining, r.accuracy) for r in rows] == [
        ("a", 1, 0, 0, 0.0),
        ("b", 1, 1, 1, 1.0),
    ]
    assert [(r.negative_f1, r.families_macro_f1, r.codes_micro_f1) for r in rows] == [(None, None, None), (1, 1, 1)]


def test_calibration_of_honest_and_of_boastful_scores() -> None:
    score = np.array([0.05] * 20 + [1.0] * 10)
    honest = np.array([1.0] + [0.0] * 19 + [1.0] * 10)
    assert reliability(score, honest).ece == pytest.approx(0)
    boast = reliability(score, np.zeros(30))
    assert boast.ece == pytest.approx((0.05 * 20 + 1.0 * 10) / 30)
    assert [(b.low, b.high, b.n) for b in boast.bins] == [(0.0, 0.1, 20), (0.9, 1.0, 10)]
    records = [gold("negative", "function"), gold("positive")]
    found = calibration(
        records, {"negative": np.array([1.0, 0.0]), "function": np.array([1.0, 0.0]), "price": np.array([0.5, 0.5])}
    )
    assert (found.records, found.negative.ece, found.codes.ece) == (2, 0, 0.25)
