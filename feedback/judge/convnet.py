"""A small convolutional net over word vectors, run with numpy: the second voice of the careful judge.

words → vectors (learned from unlabelled text) → filters over 1, 2 and 3 neighbouring words → the strongest answer of
each filter → outputs of all labels. Source of the shape: Kim (2014), "Convolutional Neural Networks for Sentence
Classification". Trained by tests/benchmarks/train_careful.py, which needs PyTorch; running it does not.

All weights and states are whole numbers within 8 bits, kept in float32: every sum stays below 2^24 and is exact, so
that a text gets the same outputs in any batch, on any machine and library.
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
_PAD, _UNKNOWN = 0, 1
#: Texts of one matrix product: few enough to stay in the cache.
_BATCH = 64
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True)
class ConvNet:
    """Arrays of the net; those of the first line hold whole numbers in -127..127.

    `vectors` (n + 2 × width): padding, unknown, then the `words` (n); `filters[k]` ((k + 1)·width × h) read k + 1
    neighbouring words; `head` (kinds·h × labels). `gains[k]` (h) turn sums of a filter into states, `shifts[k]` (h) are
    added; a state is cut to whole numbers 0..255; `head_gain` (labels) and `bias` (labels) make outputs of sums.
    """

    words: tuple[str, ...]
    vectors: Array
    filters: tuple[Array, ...]
    gains: tuple[Array, ...]
    shifts: tuple[Array, ...]
    head: Array
    head_gain: Array
    bias: Array

    @cached_property
    def _places(self) -> dict[str, int]:
        return {word: place for place, word in enumerate(self.words, 2)}

    def outputs(self, forms: Sequence[str]) -> Array:
        """What the net says of texts in normal form (judge.signals.form): texts × labels, before calibration."""
        rows = [self.ids(form) for form in forms]
        result = np.zeros((len(rows), len(self.bias)), np.float32)
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            result[batch] = self._say([rows[i] for i in batch])
        return result

    def ids(self, form: str) -> list[int]:
        """Places of the words of one text; a word not known is read character by character."""
        known = self._places
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

    def _say(self, rows: list[list[int]]) -> Array:
        longest, widest = max(map(len, rows)), len(self.filters) - 1
        # Filters begin before the first word and end behind the last; one window of padding alone belongs to every row,
        # so that the length of its neighbours in the batch plays no part.
        ids = np.full((len(rows), longest + 2 * widest + 1), _PAD, np.int64)
        for place, row in enumerate(rows):
            ids[place, widest : widest + len(row)] = row
        given = self.vectors[ids]
        states = []
        for more, (weights, gain, shift) in enumerate(zip(self.filters, self.gains, self.shifts, strict=True)):
            first, count = widest - more, longest + more + 1
            windows = [given[:, first + step : first + step + count] for step in range(more + 1)]
            strongest = (np.concatenate(windows, axis=2) @ weights).max(axis=1)
            states.append(np.clip(np.rint(strongest * gain + shift), 0, 255))
        sums = np.concatenate(states, axis=1).astype(np.float32) @ self.head
        return (sums * self.head_gain + self.bias).astype(np.float32)


@lru_cache(maxsize=1)
def cutter() -> Segmenter:
    """The segmenter that the vectors were learned with: settings and lexicons must not change what the net reads."""
    return RustSegmenter(())


_WHOLE: Final = ("vectors", "head")
_FINE: Final = ("head_gain", "bias")


def quantised(
    words: Sequence[str], vectors: Array, filters: Sequence[Array], shifts: Sequence[Array], head: Array, bias: Array,
    strongest: float,
) -> ConvNet:  # fmt: skip
    """A net in whole numbers from one in floats; `strongest` is the state (before `head`) that becomes 255."""
    unit = float(np.abs(vectors).max()) / 127
    step = strongest / 255
    scales = [np.maximum(np.abs(weights).max(0), 1e-9) / 127 for weights in filters]
    head_scale = np.maximum(np.abs(head).max(0), 1e-9) / 127
    return ConvNet(
        words=tuple(words),
        vectors=np.rint(vectors / unit).astype(np.float32),
        filters=tuple(np.rint(w / scale).astype(np.float32) for w, scale in zip(filters, scales, strict=True)),
        gains=tuple((scale * unit / step).astype(np.float32) for scale in scales),
        shifts=tuple((shift / step).astype(np.float32) for shift in shifts),
        head=np.rint(head / head_scale).astype(np.float32),
        head_gain=(head_scale * step).astype(np.float32),
        bias=bias.astype(np.float32),
    )


def pack(net: ConvNet) -> dict[str, Numbers]:
    """The net as arrays for a file."""
    arrays: dict[str, Numbers] = {"words": np.frombuffer("\n".join(net.words).encode(), np.uint8)}
    arrays |= {name: getattr(net, name).astype(np.int8) for name in _WHOLE}
    arrays |= {name: getattr(net, name) for name in _FINE}
    for place, filters in enumerate(net.filters):
        arrays[f"filter_{place}"] = filters.astype(np.int8)
        arrays[f"gain_{place}"], arrays[f"shift_{place}"] = net.gains[place], net.shifts[place]
    return arrays


def unpack(arrays: Mapping[str, Numbers], file: Path) -> ConvNet:
    """The net that `pack` wrote. Raises BadModel when its arrays do not fit together, KeyError when one is missing."""
    kinds = range(sum(name.startswith("filter_") for name in arrays))
    net = ConvNet(
        words=tuple(arrays["words"].tobytes().decode().split("\n")),
        filters=tuple(arrays[f"filter_{k}"].astype(np.float32) for k in kinds),
        gains=tuple(arrays[f"gain_{k}"].astype(np.float32) for k in kinds),
        shifts=tuple(arrays[f"shift_{k}"].astype(np.float32) for k in kinds),
        **{name: arrays[name].astype(np.float32) for name in (*_WHOLE, *_FINE)},
    )
    width, states = net.vectors.shape[1], sum(map(len, net.shifts))
    fits = (
        len(kinds) > 0
        and len(net.words) + 2 == len(net.vectors)
        and all(f.shape == ((k + 1) * width, len(net.shifts[k])) for k, f in enumerate(net.filters))
        and net.head.shape == (states, len(net.bias))
        and len(net.head_gain) == len(net.bias)
    )
    if not fits:
        raise BadModel(f"{file}: its arrays do not fit together", hint="restore it from the package")
    return net
