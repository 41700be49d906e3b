"""The careful judge: the net runs in whole numbers, alike in any batch; which judge speaks when."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from feedback.errors import BadModel, UsageError
from feedback.judge import model, shipped
from feedback.judge.combine import Judge
from feedback.judge.net import Array, Block, Layer, Net, Norm, layer, numbered, pack, places, unpack

TEXTS = [
    "登录页面转圈打不开",
    "好",
    "",
    "老师讲得很好，就是客服半天没有人理，退款也拖着不给办，再也不会买了",
    "�𝄞奇怪的字 emoji😭 mixed English 123",
    "卡" * 500,
]
WORDS = ("登录", "客服", "打不开", "好", "很", "退款")
WIDTH, INNER, LOOKS, LABELS = 5, 6, 2, 7


def drawn(draw: np.random.Generator, *shape: int) -> Array:
    return draw.normal(size=shape).astype(np.float32)


def small(seed: int = 3) -> Net:
    draw = np.random.default_rng(seed)

    def linear(inputs: int, outputs: int) -> Layer:
        return layer(drawn(draw, inputs, outputs), drawn(draw, outputs), 6.0)

    def norm() -> Norm:
        return Norm(drawn(draw, INNER), drawn(draw, INNER))

    return Net(
        WORDS,
        drawn(draw, len(WORDS) + 2, WIDTH),
        linear(WIDTH, INNER),
        tuple(Block(norm(), linear(3 * INNER, 2 * INNER), linear(INNER, INNER), far) for far in (1, 2)),
        norm(),
        linear(INNER, LOOKS),
        linear((LOOKS + 2) * INNER, LABELS),
    )


def test_a_text_has_the_same_outputs_in_any_batch_to_the_last_bit() -> None:
    for net in (small(), model.load(shipped.CAREFUL).net):
        assert net is not None
        together = net.outputs(TEXTS * 40)
        alone = np.vstack([net.outputs([text]) for text in TEXTS] * 40)
        assert np.array_equal(together, alone)
        assert np.array_equal(net.outputs((TEXTS * 40)[::-1]), together[::-1])
        assert np.isfinite(together).all()
        assert net.outputs([]).shape == (0, net.labels)


def test_sums_stay_exact_in_float32() -> None:
    net = model.load(shipped.CAREFUL).net
    assert net is not None
    for part in (net.first, *[p for b in net.blocks for p in (b.gate, b.out)], net.look, net.head):
        count = len(part.weights)
        assert np.abs(part.weights).max() == 127
        assert np.array_equal(part.weights, np.rint(part.weights))
        most = part.whole(np.full((1, count), 1e9, np.float32))
        assert float(most.max()) * 127 * count < 2**24


def test_a_layer_in_whole_numbers_stays_near_the_floats_it_stands_for() -> None:
    draw = np.random.default_rng(5)
    weights, bias, given = drawn(draw, 40, 3), drawn(draw, 3), drawn(draw, 9, 40)
    made = layer(weights, bias, float(np.abs(given).max()))
    assert made.said(made.whole(given)) == pytest.approx(given @ weights + bias, abs=0.1)
    assert np.array_equal(made.whole(given * 1e6), np.sign(given) * (2**24 // (127 * 40)))


def test_a_block_reads_so_far_and_no_farther_and_nothing_of_another_text() -> None:
    block = small().blocks[1]
    draw = np.random.default_rng(6)
    inside = np.ones((9, 1), np.float32)
    inside[4] = 0
    before, after = drawn(draw, 9, INNER), drawn(draw, 9, INNER)
    one, other = before.copy(), before.copy()
    other[6], other[4] = after[6], after[4]
    changed = (block(one, inside) != block(other, inside)).any(1)
    # Row 6 is heard two rows off; row 4 is no text: what stands there is heard by nobody else.
    assert changed.tolist() == [False, False, False, False, True, False, True, False, True]


def test_words_not_known_are_read_by_their_characters_and_long_texts_at_both_ends() -> None:
    known = numbered(("登录", "好"))
    assert known == {"登录": 2, "好": 3}
    assert places("登录 好", known) == [2, 3]
    assert places("", known) == places("\n", known) == [1]
    assert places("好" * 7, known) == [3] * 7
    long = places("登录," * 60 + "好," * 60, known)
    assert (len(long), long[0], long[-2]) == (90, 2, 3)


def test_a_net_reads_back_as_it_was_packed_and_a_broken_one_is_refused() -> None:
    net = unpack(pack(small()), Path("x.npz"))
    again = unpack(pack(net), Path("x.npz"))
    assert np.array_equal(net.outputs(TEXTS), again.outputs(TEXTS))
    for name in ("head_weights", "norm_1_gain", "vectors", "gate_0_scale"):
        broken = pack(net)
        broken[name] = broken[name][:-1]
        with pytest.raises(BadModel, match=r"x\.npz: its arrays do not fit"):
            unpack(broken, Path("x.npz"))
    with pytest.raises(BadModel):
        unpack(pack(replace(net, words=net.words[1:])), Path("x.npz"))


def test_the_careful_model_survives_its_file(tmp_path: Path) -> None:
    careful = model.load(shipped.CAREFUL)
    model.save(careful, tmp_path / "copy.npz")
    copy = Judge.load(file=tmp_path / "copy.npz")
    assert copy.judge(TEXTS) == Judge.load(file=shipped.CAREFUL).judge(TEXTS)


def test_the_careful_judge_was_better_on_sources_that_it_had_not_seen() -> None:
    fast, careful = (model.load(file).meta.measures for file in (shipped.FAST, shipped.CAREFUL))
    for name in ("negative_f1", "polarity_macro_f1", "families_macro_f1", "codes_micro_f1"):
        assert careful[name] > fast[name]


@pytest.mark.parametrize(
    ("wanted", "own", "count", "before", "name"),
    [
        (None, None, 10, None, "careful"),
        (None, None, shipped.LARGE, None, "fast"),
        (None, None, 10, "fast", "fast"),
        (None, None, 10, "an older one", "careful"),
        ("fast", None, 10, "careful", "fast"),
        (None, Path("mine.npz"), 10, "fast", "mine"),
        ("careful", Path("mine.npz"), 10, None, "careful"),
    ],
)
def test_which_judge_speaks(wanted: str | None, own: Path | None, count: int, before: str | None, name: str) -> None:
    assert shipped.choose(wanted, own, count, before)[0] == name


def test_an_unknown_judge_is_named_with_the_valid_ones() -> None:
    with pytest.raises(UsageError, match=r"--judge hasty: no such judge.*fast, careful"):
        shipped.choose("hasty", None, 1)
