"""Linear models of many labels at once over sparse rows: softmax over the polarities, a sigmoid for each other label.

The optimum of a penalised linear model is a weighted sum of the rows (representer theorem). L-BFGS therefore runs over
the weights of the rows, with the rows' own inner product: every vector is small, and each step costs one product with
the matrix and one with its transpose, whatever the number of n-grams. Labels that do not depend on each other have
their own curvature and step length, in one pass of numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

#: The square of the constant feature behind the intercepts: large enough that their penalty does not matter.
_CONSTANT = np.float32(0.3)


@dataclass(frozen=True)
class _Vector:
    """A direction in the space of models: weights of the rows, and what they give on the rows (n × labels each)."""

    weights: Array
    image: Array

    def plus(self, factor: Array | np.float32, other: _Vector) -> _Vector:
        return _Vector(self.weights + factor * other.weights, self.image + factor * other.image)

    def times(self, factor: Array | np.float32) -> _Vector:
        return _Vector(self.weights * factor, self.image * factor)


class _Problem:
    """The penalised loss of all labels, and the inner product, by label; columns of one block share their numbers."""

    def __init__(self, rows: Any, labels: Array, weight: Array, exclusive: int, penalty: float) -> None:
        self.rows = rows
        self.turned = rows.T.tocsr() if hasattr(rows, "tocsr") else rows.T
        self.labels, self.weight, self.exclusive, self.penalty = labels, weight, exclusive, np.float32(penalty)

    def shared(self, values: Array) -> Array:
        """Sums of the exclusive columns, spread over them; the others as they are."""
        values = values.astype(np.float32)
        values[: self.exclusive] = values[: self.exclusive].sum()
        return values

    def dot(self, a: _Vector, b: _Vector) -> Array:
        return self.shared(np.einsum("ij,ij->j", a.weights, b.image))

    def slope(self, state: _Vector) -> tuple[Array, Array]:
        """Loss by label (as `shared`), and its slope by the outputs (n × labels)."""
        chance = probabilities(state.image, self.exclusive)
        cut, tiny = self.exclusive, np.float32(1e-7)
        loss = self.labels * np.log(np.clip(chance, tiny, 1))
        loss[:, cut:] += (1 - self.labels[:, cut:]) * np.log(np.clip(1 - chance[:, cut:], tiny, 1))
        total = self.penalty / 2 * np.einsum("ij,ij->j", state.weights, state.image)
        total -= np.einsum("ij,ij->j", loss, self.weight, dtype=np.float64).astype(np.float32)
        return self.shared(total), (chance - self.labels) * self.weight

    def gradient(self, slope: Array, state: _Vector) -> _Vector:
        total = slope + self.penalty * state.weights
        return _Vector(total, self.rows @ (self.turned @ total) + _CONSTANT * total.sum(0))


def fit(
    rows: Any,
    labels: Array,
    weight: Array,
    *,
    exclusive: int,
    penalty: float,
    iterations: int = 60,
    memory: int = 8,
) -> tuple[Array, Array]:
    """Coefficients (features × labels) and intercepts that minimise the weighted logistic loss.

    `rows`: sparse or dense, n × features. `labels`: n × k, of 0..1. `weight`: n × k, 0 where a label is not known;
    equal within the first `exclusive` labels, which exclude each other (softmax); 0 means none do.
    """
    problem = _Problem(rows, labels, weight, exclusive, penalty)
    state = _Vector(np.zeros(labels.shape, np.float32), np.zeros(labels.shape, np.float32))
    loss, slope = problem.slope(state)
    gradient = problem.gradient(slope, state)
    pairs: list[tuple[_Vector, _Vector, Array]] = []
    start = np.sqrt(np.maximum(problem.dot(gradient, gradient), 1e-12))
    for _ in range(iterations):
        step = _direction(problem, gradient, pairs)
        downhill = problem.dot(gradient, step)
        if (downhill > 0).any():
            # Rounding spoilt the curvature of some label: it goes straight down instead.
            step = _chosen(downhill > 0, gradient.times(np.minimum(-1.0, -4.0 / start).astype(np.float32)), step)
            downhill = problem.dot(gradient, step)
        size = np.ones_like(downhill) if pairs else np.minimum(1.0, 4.0 / start).astype(np.float32)
        for _ in range(12):
            trial = state.plus(size, step)
            new, slope = problem.slope(trial)
            worse = new > loss + 1e-4 * size * downhill + 1e-6 * np.abs(loss)
            if not worse.any():
                break
            size = np.where(worse, size / 2, size).astype(np.float32)
        if worse.any():
            # No step helps these labels any more: they stay where they are.
            trial = _chosen(worse, state, trial)
            size = np.where(worse, 0, size).astype(np.float32)
            new, slope = problem.slope(trial)
        fresh = problem.gradient(slope, trial)
        moved, changed = step.times(size), fresh.plus(np.float32(-1.0), gradient)
        curvature = problem.dot(moved, changed)
        pairs.append((moved, changed, np.where(curvature > 1e-9, curvature, np.inf).astype(np.float32)))
        del pairs[:-memory]
        state, gradient, loss = trial, fresh, new
        if (np.sqrt(np.maximum(problem.dot(gradient, gradient), 0)) < 2e-3 * start).all():
            break
    return np.asarray(problem.turned @ state.weights, np.float32), _CONSTANT * state.weights.sum(0)


def _chosen(columns: NDArray[np.bool_], one: _Vector, other: _Vector) -> _Vector:
    """`one` in the columns named, `other` in the rest."""
    return _Vector(np.where(columns, one.weights, other.weights), np.where(columns, one.image, other.image))


def _direction(problem: _Problem, gradient: _Vector, pairs: list[tuple[_Vector, _Vector, Array]]) -> _Vector:
    """The two-loop recursion of L-BFGS (Nocedal and Wright, algorithm 7.4); a pair without curvature counts nothing."""
    q = gradient.times(np.float32(-1.0))
    alphas = []
    for moved, changed, curvature in reversed(pairs):
        alpha = problem.dot(moved, q) / curvature
        alphas.append(alpha)
        q = q.plus(-alpha, changed)
    if pairs:
        _, changed, curvature = pairs[-1]
        scale = curvature / np.maximum(problem.dot(changed, changed), 1e-12)
        q = q.times(np.where(np.isfinite(scale), scale, 1.0).astype(np.float32))
    for (moved, changed, curvature), alpha in zip(pairs, reversed(alphas), strict=True):
        q = q.plus(alpha - problem.dot(changed, q) / curvature, moved)
    return q


def probabilities(outputs: Array, exclusive: int) -> Array:
    """Outputs to probabilities: softmax over the first `exclusive` columns, a sigmoid over each other."""
    result = np.empty_like(outputs)
    if exclusive:
        head = np.exp(outputs[:, :exclusive] - outputs[:, :exclusive].max(1, keepdims=True))
        result[:, :exclusive] = head / head.sum(1, keepdims=True)
    result[:, exclusive:] = 1 / (1 + np.exp(-np.clip(outputs[:, exclusive:], -30, 30)))
    return result
