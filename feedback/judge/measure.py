"""Calibration, thresholds and measures from outputs for unseen sources, each tuned on other folds than it judges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from feedback.judge import calibrate
from feedback.judge.linear import probabilities
from feedback.lexicon import Taxonomy
from feedback.records import FAMILIES, POLARITIES, UNSPECIFIED

Array = NDArray[np.float32]
_P = len(POLARITIES)
#: The share of its threshold at which a code may speak for blame that no code was given to; chosen on unseen sources.
_HALFWAY: Final = 0.5
#: How much surer a code must be where nothing is blamed: praise often names what others complain of. Chosen likewise.
_RESERVE: Final = np.float32(1.5)


@dataclass(frozen=True)
class Calibration:
    """What turns outputs into scores and decisions, and what those decisions were worth on unseen sources.

    `polarity` (n) and `given` (n × codes) are the cross-fitted decisions; `chances` the cross-fitted probabilities.
    """

    slope: Array
    shift: Array
    offsets: Array
    thresholds: dict[str, float]
    measures: dict[str, float]
    rates: dict[str, int]
    chances: Array
    polarity: NDArray[np.int64]
    given: NDArray[np.bool_]


def calibrated(
    outputs: Array, labels: Array, fold: NDArray[np.int64], codes: tuple[str, ...], tax: Taxonomy
) -> Calibration:
    """Tune on everything for the model, and on the other folds for the measures of each fold."""
    names = (*codes, *FAMILIES)
    slope, shift, offsets, cuts = _tune(outputs, labels)
    chances = np.zeros_like(outputs)
    polarity = np.zeros(len(outputs), np.int64)
    given = np.zeros((len(outputs), len(codes)), bool)
    for k in np.unique(fold):
        inside, outside = fold != k, fold == k
        if not inside.any():
            inside = outside
        a, b, add, cut = _tune(outputs[inside], labels[inside])
        chances[outside] = probabilities(outputs[outside] * a + b, _P)
        polarity[outside] = (outputs[outside, :_P] + add).argmax(1)
        given[outside] = decide(chances[outside, _P:], cut, polarity[outside], codes, tax)
    truth = labels[:, :_P].argmax(1)
    bad, said = truth == 0, polarity == 0
    rates = {
        "negative": int(bad.sum()),
        "found": int((bad & said).sum()),
        "others": int((~bad).sum()),
        "cleared": int((~bad & ~said).sum()),
    }
    return Calibration(
        slope, shift, offsets, dict(zip(names, np.round(cuts, 3).tolist(), strict=True)),
        _measures(labels, chances, polarity, given, codes, tax), rates, chances, polarity, given,
    )  # fmt: skip


def _tune(outputs: Array, labels: Array) -> tuple[Array, Array, Array, Array]:
    truth = labels[:, :_P].argmax(1)
    slope = np.ones(outputs.shape[1], np.float32)
    shift = np.zeros(outputs.shape[1], np.float32)
    slope[:_P] = calibrate.temperature(outputs[:, :_P], truth)
    for column in range(_P, outputs.shape[1]):
        slope[column], shift[column] = calibrate.platt(outputs[:, column], labels[:, column])
    chance = probabilities(outputs * slope + shift, _P)
    cuts = np.array([calibrate.threshold(chance[:, j], labels[:, j]) for j in range(_P, outputs.shape[1])], np.float32)
    return slope, shift, calibrate.offsets(outputs[:, :_P], truth), cuts


def decide(
    chance: Array, cut: Array, polarity: NDArray[np.int64], codes: tuple[str, ...], tax: Taxonomy,
    held: Sequence[int] = (),
) -> NDArray[np.bool_]:  # fmt: skip
    """Codes given, texts × codes, from the chances of codes, then families, and the thresholds `cut` of both.

    In a positive or neutral text thresholds are half as high again, but for the columns `held`, whose thresholds
    people set. A family that is sure of itself while none of its codes is: its likeliest code speaks for it.
    `unspecified` stands alone, and only under blame. Blame always has a code: where none was given, the one nearest to
    its threshold, if it is halfway there (`unspecified` otherwise); never one of those `held`.
    """
    calm = (polarity > POLARITIES.index("mixed"))[:, None]
    free = ~np.isin(np.arange(len(cut)), list(held))
    ratio = chance / (np.maximum(cut, 1e-6) * np.where(calm & free, _RESERVE, np.float32(1)))
    given: NDArray[np.bool_] = ratio[:, : len(codes)] >= 1
    for place, family in enumerate(FAMILIES):
        members = [j for j, code in enumerate(codes) if code in tax.codes and tax.codes[code].family == family]
        sure = ratio[:, len(codes) + place] >= 1
        if members:
            alone = np.flatnonzero(sure & ~given[:, members].any(1))
            given[alone, np.array(members)[ratio[alone][:, members].argmax(1)]] = True
    if UNSPECIFIED in codes:
        j = codes.index(UNSPECIFIED)
        blamed = polarity <= POLARITIES.index("mixed")
        given[:, j] &= ~np.delete(given, j, 1).any(1) & blamed
        bare = np.flatnonzero(blamed & ~given.any(1))
        ratio[:, list(held)] = 0
        nearest = ratio[bare, : len(codes)].argmax(1)
        given[bare, np.where(ratio[bare, nearest] > _HALFWAY, nearest, j)] = True
    return given


def _measures(
    labels: Array,
    chances: Array,
    polarity: NDArray[np.int64],
    given: NDArray[np.bool_],
    codes: tuple[str, ...],
    tax: Taxonomy,
) -> dict[str, float]:
    truth = labels[:, :_P].argmax(1)
    stands: list[tuple[NDArray[np.bool_], NDArray[np.bool_]]] = [(truth == p, polarity == p) for p in range(_P)]
    by_polarity = [calibrate.f1(wanted, said) for wanted, said in stands]
    wanted = labels[:, _P : _P + len(codes)] > 0.5
    result = {"negative_f1": by_polarity[0], "polarity_macro_f1": float(np.mean(by_polarity))}
    families = []
    for family in FAMILIES:
        members = [j for j, code in enumerate(codes) if tax.codes[code].family == family]
        bears, got = (np.asarray(side[:, members].any(1)) for side in (wanted, given))
        families.append(calibrate.f1(bears, got))
        result[f"family:{family}"] = families[-1]
    result["families_macro_f1"] = float(np.mean(families))
    real = [j for j, code in enumerate(codes) if code != UNSPECIFIED]
    result["codes_micro_f1"] = calibrate.f1(wanted[:, real], given[:, real])
    each = {code: calibrate.f1(wanted[:, j], given[:, j]) for j, code in enumerate(codes)}
    result["codes_macro_f1"] = float(np.mean([each[codes[j]] for j in real if wanted[:, j].sum() >= 10] or [0.0]))
    result |= {f"code:{code}": value for code, value in each.items()}
    result["negative_ece"] = calibrate.calibration_error(chances[:, 0], labels[:, 0])
    result["codes_ece"] = float(
        np.mean([calibrate.calibration_error(chances[:, _P + j], labels[:, _P + j]) for j in range(len(codes))])
    )
    return {name: round(value, 4) for name, value in result.items()}
