"""From outputs to honest probabilities and decisions: Platt scaling, thresholds, offsets, expected calibration error.

All is measured on outputs for sources that the model had not seen: a score of 0.9 means right nine times in ten.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from feedback.judge.linear import probabilities

Array = NDArray[np.float32]
_GRID: Final = np.arange(0.08, 0.76, 0.02)
_OFFSETS: Final = np.arange(-0.6, 1.21, 0.1)


def platt(output: Array, truth: Array) -> tuple[float, float]:
    """Slope and shift so that sigmoid(slope·output + shift) is the chance of truth (Platt 1999, with his soft targets).

    Newton's method; a label that was never seen, or always, keeps slope 1 and shift 0.
    """
    yes = float(truth.sum())
    if yes == 0 or yes == len(truth):
        return 1.0, 0.0
    target = np.where(truth > 0.5, (yes + 1) / (yes + 2), 1 / (len(truth) - yes + 2))
    design = np.stack([output.astype(np.float64), np.ones(len(output))], 1)
    found = np.array([1.0, 0.0])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        slope = design.T @ (chance - target) + np.array([1e-3 * (found[0] - 1), 0])
        bend = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag([1e-3, 1e-9])
        change = np.linalg.solve(bend, slope)
        found -= np.clip(change, -2, 2)
        if np.abs(change).max() < 1e-6:
            break
    return float(max(found[0], 0.05)), float(found[1])


def temperature(outputs: Array, truth: NDArray[np.int64]) -> float:
    """The factor on the polarities' outputs with the greatest likelihood (Guo et al. 2017): 1 / temperature."""
    factors = np.geomspace(0.3, 3.0, 47)
    row = np.arange(len(truth))
    losses = [
        -np.log(np.clip(probabilities(outputs * np.float32(f), outputs.shape[1])[row, truth], 1e-7, 1)).mean()
        for f in factors
    ]
    return float(factors[int(np.argmin(losses))])


def f1(truth: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    """2·true positives ÷ (all true + all said); 0 when there are none."""
    total = int(truth.sum()) + int(said.sum())
    return 2 * int((truth & said).sum()) / total if total else 0.0


def threshold(chance: Array, truth: Array) -> float:
    """The threshold with the best F1, smoothed over its neighbours so that no lucky point wins."""
    known = truth > 0.5
    if not known.any():
        return 0.5
    scores = np.array([f1(known, chance >= t) for t in _GRID])
    padded = np.pad(scores, 1, mode="edge")
    smooth = padded[:-2] / 4 + padded[1:-1] / 2 + padded[2:] / 4
    return float(_GRID[int(np.argmax(smooth))])


def offsets(outputs: Array, truth: NDArray[np.int64]) -> Array:
    """What to add to the outputs of the exclusive classes before the greatest is chosen; the first class stays at 0.

    Best for the mean of the macro-F1 and the F1 of the first class, by coordinate search in two rounds.
    """
    classes = outputs.shape[1]
    found = np.zeros(classes, np.float32)
    for _ in range(2):
        for column in range(1, classes):
            scores = []
            for value in _OFFSETS:
                trial = found.copy()
                trial[column] = value
                said = (outputs + trial).argmax(1)
                each = [f1(truth == c, said == c) for c in range(classes)]
                scores.append(float(np.mean(each)) + each[0])
            padded = np.pad(np.array(scores), 1, mode="edge")
            smooth = padded[:-2] / 4 + padded[1:-1] / 2 + padded[2:] / 4
            found[column] = _OFFSETS[int(np.argmax(smooth))]
    return found


def calibration_error(chance: Array, truth: Array, bins: int = 15) -> float:
    """Expected calibration error: |mean score - share true|, over bins with equal numbers of records."""
    if not len(chance):
        return 0.0
    order = np.argsort(chance, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [abs(float(chance[p].mean()) - float(truth[p].mean())) * len(p) for p in parts]
    return sum(gaps) / len(chance)
