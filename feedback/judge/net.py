"""A small encoder over words, run with numpy: the second voice of the careful judge.

words ─ vectors ─▶ blocks of gated convolutions, each added to what it read ─▶ pooled over the text (four attentions,
strongest, mean) ─▶ outputs of all labels. Sources: Dauphin et al. (2017), "Language Modeling with Gated Convolutional
Networks"; taught first to guess masked words of unlabelled text, as in Devlin et al. (2019). Trained by
tests/benchmarks/train_careful.py, which needs PyTorch; running it does not.

Weights are whole numbers of 8 bits, and what they multiply is brought to whole numbers first: every sum stays below
2^24 and is exact in float32, so that a text gets the same outputs in any batch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from feedback.errors import BadModel
from feedback.text.words import RustSegmenter, Segmenter

Array = NDArray[np.float32]
Numbers = NDArray[Any]

#: Words read of one text: the first and the last half of so many.
LONGEST: Final = 90
_UNKNOWN: Final = 1
#: Words of one matrix product: few enough to stay in the cache.
_BATCH: Final = 512
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True)
class Layer:
    """A linear layer in whole numbers.

    `weights` (in × out) within -127..127; its input is told apart in steps of `step`; `scale`, `bias` (out).
    """

    weights: Array
    scale: Array
    bias: Array
    step: Array

    def whole(self, given: Array) -> Array:
        """The input in whole steps, cut so that no sum can pass 2^24."""
        top = np.float32(2**24 // (127 * len(self.weights)))
        steps: Array = np.clip(np.rint(given / self.step), -top, top)
        return steps

    def said(self, whole: Array) -> Array:
        """whole (n, in) → outputs (n, out)."""
        outputs: Array = whole @ self.weights
        outputs *= self.scale
        outputs += self.bias
        return outputs


@dataclass(frozen=True)
class Norm:
    """Layer normalisation (Ba et al. 2016): `gain`, `shift` (width)."""

    gain: Array
    shift: Array

    def __call__(self, given: Array) -> Array:
        centred = given - given.mean(1, keepdims=True, dtype=np.float32)
        spread = np.sqrt(np.square(centred).mean(1, keepdims=True, dtype=np.float32) + np.float32(1e-5))
        normed: Array = centred / spread * self.gain + self.shift
        return normed


@dataclass(frozen=True)
class Block:
    """What stands `far` words before, here and `far` words behind, gated, is added to the state here."""

    norm: Norm
    gate: Layer
    out: Layer
    far: int

    def __call__(self, state: Array, inside: Array) -> Array:
        """state (n × width) with rows of no text where `inside` (n × 1) is 0 → state."""
        given = self.gate.whole(self.norm(state) * inside)
        around = np.zeros((len(given), 3 * given.shape[1]), np.float32)
        width = given.shape[1]
        around[self.far :, :width] = given[: -self.far]
        around[:, width : 2 * width] = given
        around[: -self.far, 2 * width :] = given[self.far :]
        both = self.gate.said(around)
        half = both.shape[1] // 2
        told = both[:, :half] / (1 + np.exp(-both[:, half:]))
        added: Array = state + self.out.said(self.out.whole(told))
        return added


@dataclass(frozen=True)
class Net:
    """`vectors` (n + 2 × width of words): padding, unknown, then the `words` (n); `head` reads what was pooled."""

    words: tuple[str, ...]
    vectors: Array
    first: Layer
    blocks: tuple[Block, ...]
    last: Norm
    look: Layer
    head: Layer

    @cached_property
    def _places(self) -> dict[str, int]:
        return numbered(self.words)

    @property
    def labels(self) -> int:
        """How many outputs there are."""
        return len(self.head.bias)

    def outputs(self, forms: Sequence[str]) -> Array:
        """What the net says of texts in normal form (judge.signals.form): texts × labels, before calibration."""
        rows = [places(form, self._places) for form in forms]
        result = np.zeros((len(rows), self.labels), np.float32)
        begin = words = 0
        for place, row in enumerate(rows):
            words += len(row)
            if words >= _BATCH or place + 1 == len(rows):
                result[begin : place + 1] = self._say(rows[begin : place + 1])
                begin, words = place + 1, 0
        return result

    def _say(self, rows: list[list[int]]) -> Array:
        # All texts in one column of words, with as many empty rows between them as the farthest look of a block.
        gap = max(block.far for block in self.blocks)
        lengths = np.array([len(row) for row in rows])
        starts = np.cumsum(lengths + gap) - lengths
        ids = np.zeros(int(starts[-1] + lengths[-1]) + gap, np.int64)
        inside = np.zeros((len(ids), 1), np.float32)
        for start, row in zip(starts.tolist(), rows, strict=True):
            ids[start : start + len(row)] = row
            inside[start : start + len(row)] = 1
        state = self.first.said(self.first.whole(self.vectors[ids])) * inside
        for block in self.blocks:
            state = block(state, inside)
        return self.head.said(self.head.whole(self._pooled(self.last(state), starts, starts + lengths)))

    def _pooled(self, state: Array, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Array:
        """state (n × width) of texts [start, end) → texts × (looks + 2)·width: attentions, strongest, mean."""
        edges = np.stack([starts, ends], 1).ravel()
        lengths = ends - starts
        drawn = self.look.said(self.look.whole(state))
        high = np.maximum.reduceat(drawn, edges)[::2]
        looks = np.zeros_like(drawn)
        here = np.concatenate([np.arange(a, b) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)])
        looks[here] = np.exp(drawn[here] - np.repeat(high, lengths, 0))
        total = np.add.reduceat(looks, edges)[::2]
        pooled = [np.add.reduceat(state * looks[:, [k]], edges)[::2] / total[:, [k]] for k in range(looks.shape[1])]
        pooled.append(np.maximum.reduceat(state, edges)[::2])
        pooled.append(np.add.reduceat(state, edges)[::2] / lengths[:, None].astype(np.float32))
        return np.concatenate(pooled, 1)


def numbered(words: Sequence[str]) -> dict[str, int]:
    """The place of each word; 0 is padding, 1 what is not known."""
    return {word: place for place, word in enumerate(words, 2)}


def places(form: str, known: Mapping[str, int]) -> list[int]:
    """Places of the words of one text in normal form; a word not known is read character by character."""
    found: list[int] = []
    for word in cutter().cut(_SPACE.sub(" ", form).strip()):
        if word == " ":
            continue
        place = known.get(word)
        if place is not None:
            found.append(place)
        else:
            found.extend(known.get(character, _UNKNOWN) for character in word)
    if len(found) > LONGEST:
        found = found[: LONGEST // 2] + found[-(LONGEST // 2) :]
    return found or [_UNKNOWN]


@lru_cache(maxsize=1)
def cutter() -> Segmenter:
    """The segmenter that the vectors were learned with: settings and lexicons must not change what the net reads."""
    return RustSegmenter(())


def layer(weights: Array, bias: Array, strongest: float) -> Layer:
    """A layer in whole numbers from one in floats, weights in × out; inputs beyond `strongest` are cut."""
    unit = np.maximum(np.abs(weights).max(0), 1e-9) / 127
    step = np.float32(strongest / (2**24 // (127 * len(weights))))
    whole = np.rint(weights / unit).astype(np.float32)
    return Layer(whole, (unit * step).astype(np.float32), bias.astype(np.float32), np.array(step, np.float32))


def pack(net: Net) -> dict[str, Numbers]:
    """The net as arrays for a file."""
    unit = np.abs(net.vectors).max() / 127
    arrays: dict[str, Numbers] = {
        "words": np.frombuffer("\n".join(net.words).encode(), np.uint8),
        "vectors": np.rint(net.vectors / unit).astype(np.int8),
        "unit": np.array(unit, np.float32),
        "far": np.array([block.far for block in net.blocks], np.int8),
    }
    for name, part in _parts(net):
        if isinstance(part, Norm):
            arrays |= {f"{name}_gain": part.gain, f"{name}_shift": part.shift}
        else:
            arrays |= {f"{name}_weights": part.weights.astype(np.int8), f"{name}_scale": part.scale}
            arrays |= {f"{name}_bias": part.bias, f"{name}_step": part.step}
    return arrays


def _parts(net: Net) -> list[tuple[str, Norm | Layer]]:
    blocks: list[tuple[str, Norm | Layer]] = []
    for k, block in enumerate(net.blocks):
        blocks += [(f"norm_{k}", block.norm), (f"gate_{k}", block.gate), (f"out_{k}", block.out)]
    return [("first", net.first), *blocks, ("last", net.last), ("look", net.look), ("head", net.head)]


def unpack(arrays: Mapping[str, Numbers], file: Path) -> Net:
    """The net that `pack` wrote. Raises BadModel when its arrays do not fit together, KeyError when one is missing."""

    def read(name: str) -> Array:
        return arrays[name].astype(np.float32)

    def norm(name: str) -> Norm:
        return Norm(read(f"{name}_gain"), read(f"{name}_shift"))

    def linear(name: str) -> Layer:
        return Layer(read(f"{name}_weights"), read(f"{name}_scale"), read(f"{name}_bias"), read(f"{name}_step"))

    blocks = tuple(
        Block(norm(f"norm_{k}"), linear(f"gate_{k}"), linear(f"out_{k}"), int(far))
        for k, far in enumerate(arrays["far"])
    )
    net = Net(
        words=tuple(arrays["words"].tobytes().decode().split("\n")),
        vectors=read("vectors") * read("unit"),
        first=linear("first"), blocks=blocks, last=norm("last"), look=linear("look"), head=linear("head"),
    )  # fmt: skip
    if not _fits(net):
        raise BadModel(f"{file}: its arrays do not fit together", hint="restore it from the package")
    return net


def _fits(net: Net) -> bool:
    width = len(net.last.gain)
    layers = [part for _, part in _parts(net) if isinstance(part, Layer)]
    shapes = [(net.vectors.shape[1], width), *[(3 * width, 2 * width), (width, width)] * len(net.blocks)]
    looks = net.look.weights.shape[1]
    shapes += [(width, looks), ((looks + 2) * width, net.labels)]
    return (
        len(net.words) + 2 == len(net.vectors)
        and all(block.far > 0 for block in net.blocks) and len(net.blocks) > 0
        and all(part.weights.shape == shape for part, shape in zip(layers, shapes, strict=True))
        and all(len(part.scale) == len(part.bias) == part.weights.shape[1] and part.step > 0 for part in layers)
        and all(len(p.gain) == len(p.shift) == width for _, p in _parts(net) if isinstance(p, Norm))
    )  # fmt: skip
