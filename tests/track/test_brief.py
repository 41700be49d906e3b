"""The page of an incident: one dominant family at most, and the window that opened it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from feedback.track.reasons import reasons
from tests.track.invented import at, frame, record


def of(*families: Sequence[str]) -> list[dict[str, Any]]:
    return [record(i, at("2026-11-01"), "negative", families=list(f)) for i, f in enumerate(families)]


P, S, E = ["product"], ["service"], ["experience"]


@pytest.mark.parametrize(
    ("now", "before", "rose", "family"),
    [
        ([P] * 6 + [S] * 3 + [E] * 2, [[]] * 20, True, "product"),
        ([P] * 4 + [S] * 4 + [E] * 4, [[]] * 20, True, None),
        ([P] * 3 + [S] * 3, [], True, None),
        ([P] * 10 + [S] * 5, [P] * 20 + [[]] * 10, True, "service"),
        ([P] * 10 + [S] * 5, [P] * 20 + [S] * 10, False, "product"),
        ([P] * 2, [[]] * 20, True, None),
        ([[]] * 5, [], False, None),
    ],
)
def test_one_family_dominates_or_none(now: list[Any], before: list[Any], rose: bool, family: str | None) -> None:
    calm = frame(of(*before)) if before else frame(of(P)).iloc[:0]
    found = reasons(frame(of(*now)), calm, lambda text: [text])
    assert found.dominant(rose=rose) == family
