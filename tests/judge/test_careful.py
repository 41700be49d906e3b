"""The careful judge: the net runs in whole numbers, alike in any batch; which judge speaks when."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from feedback.errors import BadModel, UsageError
from feedback.judge import model
from feedback.judge.combine import Judge
from feedback.judge.convnet import ConvNet, pack, quantised, unpack

TEXTS = [
    "登录页面转圈打不开",
    "好",
    "",
    "老师讲得很好，就是客服半天没有人理，退款也拖着不给办，再也不会买了",
    "�𝄞奇怪的字 emoji😭 mixed English 123",
    "卡" * 500,
]


def small(seed: int = 3) -> ConvNet:
    draw = np.random.default_rng(seed)
    words = ("登录", "客服", "打不开", "好", "很", "退款")
    return quantised(
        words,
        draw.normal(size=(8, 5)).astype(np.float32),
        [draw.normal(size=((k + 1) * 5, 4)).astype(np.float32) for k in range(3)],
        [draw.normal(size=4).astype(np.float32) for _ in range(3)],
        draw.normal(size=(12, 7)).astype(np.float32),
        draw.normal(size=7).astype(np.float32),
        strongest=6.0,
    )


def test_a_text_has_the_same_outputs_in_any_batch_to_the_last_bit() -> None:
    for net in (small(), model.load(model.CAREFUL).net):
        assert net is not None
        together = net.outputs(TEXTS * 40)
        alone = np.vstack([net.outputs([text]) for text in TEXTS] * 40)
        assert np.array_equal(together, alone)
        assert np.isfinite(together).all()
        assert net.outputs([]).shape == (0, len(net.bias))


def test_whole_numbers_stay_near_the_floats_they_stand_for() -> None:
    draw = np.random.default_rng(5)
    vectors = draw.normal(size=(4, 6)).astype(np.float32)
    vectors[0] = 0
    weights, shift = draw.normal(size=(6, 3)).astype(np.float32), draw.normal(size=3).astype(np.float32)
    head, bias = draw.normal(size=(3, 2)).astype(np.float32), draw.normal(size=2).astype(np.float32)
    net = quantised(("好", "差"), vectors, [weights], [shift], head, bias, strongest=12.0)
    strongest = np.maximum(np.vstack([vectors[[2, 3]], vectors[:1]]) @ weights, -np.inf).max(0) + shift
    assert net.outputs(["好差"])[0] == pytest.approx(np.maximum(strongest, 0) @ head + bias, abs=0.15)


def test_sums_stay_exact_in_float32() -> None:
    net = model.load(model.CAREFUL).net
    assert net is not None
    assert max(len(f) for f in net.filters) * 127 * 127 < 2**24
    assert len(net.head) * 255 * 127 < 2**24


def test_a_net_reads_back_as_it_was_packed_and_a_broken_one_is_refused() -> None:
    net = small()
    again = unpack(pack(net), Path("x.npz"))
    assert np.array_equal(net.outputs(TEXTS), again.outputs(TEXTS))
    broken = pack(net)
    broken["head"] = broken["head"][:-1]
    with pytest.raises(BadModel, match=r"x\.npz: its arrays do not fit"):
        unpack(broken, Path("x.npz"))


def test_the_careful_model_survives_its_file(tmp_path: Path) -> None:
    careful = model.load(model.CAREFUL)
    model.save(careful, tmp_path / "copy.npz")
    copy = Judge.load(file=tmp_path / "copy.npz")
    assert copy.judge(TEXTS) == Judge.load(file=model.CAREFUL).judge(TEXTS)


def test_the_careful_judge_was_better_on_sources_that_it_had_not_seen() -> None:
    fast, careful = (model.load(file).meta.measures for file in (model.SHIPPED, model.CAREFUL))
    for name in ("negative_f1", "polarity_macro_f1", "families_macro_f1", "codes_micro_f1"):
        assert careful[name] > fast[name]


@pytest.mark.parametrize(
    ("wanted", "own", "count", "before", "name"),
    [
        (None, None, 10, None, "careful"),
        (None, None, model.LARGE, None, "fast"),
        (None, None, 10, "fast", "fast"),
        (None, None, 10, "an older one", "careful"),
        ("fast", None, 10, "careful", "fast"),
        (None, Path("mine.npz"), 10, "fast", "mine"),
        ("careful", Path("mine.npz"), 10, None, "careful"),
    ],
)
def test_which_judge_speaks(wanted: str | None, own: Path | None, count: int, before: str | None, name: str) -> None:
    assert model.choose(wanted, own, count, before)[0] == name


def test_an_unknown_judge_is_named_with_the_valid_ones() -> None:
    with pytest.raises(UsageError, match=r"--judge hasty: no such judge.*fast, careful"):
        model.choose("hasty", None, 1)
