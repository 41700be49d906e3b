"""The shipped model: arrays and a description in one .npz, read without executing anything (allow_pickle=False).

    normal forms ─ngrams─▶ × table (n-gram × label) ──┐
                                                       ├─ + ─▶ label outputs ─calibrate─▶ probabilities
    extras: rule features ─▶ × direct (extra × label) ─┘

`labels` are the four polarities, then codes, then families.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from feedback.errors import BadModel
from feedback.judge.features import BITS, ngrams, selected
from feedback.judge.linear import probabilities
from feedback.judge.net import Net, pack, unpack
from feedback.judge.shipped import FAST
from feedback.judge.table import say
from feedback.records import FAMILIES, POLARITIES

FORMAT: Final = 2

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Meta:
    """What a model is: its labels in order, how it reads text, how well it did on sources that it never saw.

    `thresholds` by code and family; `measures` are the flat numbers of the leave-source-out validation; `rates` hold
    sensitivity and specificity of "negative" with their counts, for the corrected share (judge/prevalence.py).
    """

    codes: tuple[str, ...]
    families: dict[str, str | None]
    longest: int
    thresholds: dict[str, float]
    rules: tuple[str, ...]
    measures: dict[str, float]
    rates: dict[str, int]
    trained_on: dict[str, int]

    @property
    def labels(self) -> tuple[str, ...]:
        """Polarities, codes, families: the order of columns everywhere."""
        return (*POLARITIES, *self.codes, *FAMILIES)


@dataclass(frozen=True)
class Model:
    """Arrays of a trained judge; see the module's picture.

    `buckets` (n): hashes of the n-grams kept; `table` (n × labels): weight times idf; `idf` (n); `bias` (labels);
    `net`, where there is one, is a second voice, heard with the share `mix` (labels) of every output;
    `direct` (extras × labels); `slope`, `shift` (labels): Platt's calibration of every output; `offsets` (4): added to
    the polarities' outputs before the decision, never to the scores.
    """

    meta: Meta
    buckets: NDArray[np.uint32]
    table: Array
    idf: Array
    bias: Array
    direct: Array
    slope: Array
    shift: Array
    offsets: Array
    net: Net | None = None
    mix: Array | None = None

    def blended(self, outputs: Array, forms: list[str]) -> Array:
        """The outputs of table and extras, mixed with those of the net: texts × labels."""
        if self.net is None or self.mix is None:
            return outputs
        blend: Array = outputs * (1 - self.mix) + self.net.outputs(forms) * self.mix
        return blend

    def outputs(self, forms: list[str]) -> Array:
        """What the table says of texts in normal form: texts × labels."""
        rows = selected(ngrams(forms, self.meta.longest), _places(self))
        return say(rows, self.table, self.idf, self.bias)

    def calibrated(self, outputs: Array) -> Array:
        """Label outputs to probabilities: texts × labels."""
        return probabilities(outputs * self.slope + self.shift, len(POLARITIES))


#: The buckets asked for last and the dense place of each: 16 MB once per process, never pickled. The buckets themselves
#: are kept, not their id alone, which another array may have when they are gone.
_PLACES: list[tuple[NDArray[np.uint32], NDArray[np.int32]]] = []


def _places(model: Model) -> NDArray[np.int32]:
    if not _PLACES or _PLACES[0][0] is not model.buckets:
        known = np.full(1 << BITS, -1, np.int32)
        known[model.buckets] = np.arange(len(model.buckets), dtype=np.int32)
        _PLACES[:] = [(model.buckets, known)]
    return _PLACES[0][1]


_WIDE: Final = ("buckets", "idf", "bias", "direct", "slope", "shift", "offsets")


def save(model: Model, file: Path) -> None:
    """Write the model; the table is kept in 8 bits a weight with a scale per output."""
    scale = np.maximum(np.abs(model.table).max(0), 1e-9) / 127
    arrays: dict[str, Any] = {name: getattr(model, name) for name in _WIDE}
    arrays["idf"] = arrays["idf"].astype(np.float16)
    arrays["table"] = np.rint(model.table / scale).astype(np.int8)
    arrays["scale"] = scale.astype(np.float32)
    if model.net is not None and model.mix is not None:
        arrays |= {f"net_{name}": array for name, array in pack(model.net).items()} | {"mix": model.mix}
    description = {"format": FORMAT, **model.meta.__dict__}
    arrays["meta"] = np.frombuffer(json.dumps(description, ensure_ascii=False).encode(), np.uint8)
    partial = file.with_name(file.name + ".part")
    with partial.open("wb") as stream:
        np.savez_compressed(stream, **arrays)
    partial.replace(file)
    load.cache_clear()


@lru_cache(maxsize=4)
def load(file: Path = FAST) -> Model:
    """The model of `file`. Raises BadModel when it is missing, damaged or of another format."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            data: dict[str, Any] = {name: arrays[name] for name in (*_WIDE, "table", "scale", "meta")}
            if "mix" in arrays:
                parts = {name.removeprefix("net_"): arrays[name] for name in arrays if name.startswith("net_")}
                data |= {"net": unpack(parts, file), "mix": arrays["mix"]}
        description = json.loads(data.pop("meta").tobytes())
        if description.pop("format") != FORMAT:
            raise BadModel(f"{file}: a model of another format", hint="train it anew with `feedback train`")
        for name in ("codes", "rules"):
            description[name] = tuple(description[name])
        meta = Meta(**description)
        table = data.pop("table").astype(np.float32) * data.pop("scale")
        data["idf"] = data["idf"].astype(np.float32)
        model = Model(meta=meta, table=table, **data)
    except FileNotFoundError:
        raise BadModel(f"{file}: no such model", hint="train one with `feedback train GOLD -o MODEL`") from None
    except BadModel:
        raise
    except (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, BadZipFile) as error:
        raise BadModel(f"{file}: not a model: {error}", hint="train one with `feedback train GOLD -o MODEL`") from None
    _check(model, file)
    return model


def _check(model: Model, file: Path) -> None:
    labels = len(model.meta.labels)
    fits = (
        model.table.shape[0] == len(model.buckets) == len(model.idf)
        and model.table.shape[1] == len(model.bias)
        and model.direct.shape[1] == len(model.slope) == len(model.shift) == labels
        and model.direct.shape[0] == len(model.meta.rules)
        and len(model.offsets) == len(POLARITIES)
        and (model.net is None or model.mix is None or model.net.labels == len(model.mix) == labels)
        and (len(model.buckets) == 0 or int(model.buckets.max()) < 1 << BITS)
    )
    if not fits:
        raise BadModel(f"{file}: its arrays do not fit together", hint="train it anew with `feedback train`")


def rounded(model: Model) -> Model:
    """The model as it will read back from its file: thresholds and measures are taken on this, not on finer weights."""
    scale = np.maximum(np.abs(model.table).max(0), 1e-9) / 127
    return replace(
        model,
        table=(np.rint(model.table / scale) * scale).astype(np.float32),
        idf=model.idf.astype(np.float16).astype(np.float32),
    )
