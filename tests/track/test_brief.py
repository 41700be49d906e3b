"""The page of an incident: one dominant family at most, and the window that opened it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from feedback.track.brief import _quote
from feedback.track.reasons import Post, reasons
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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("更新后打不开。开发者回复：亲爱的用户，我们已在排查。", "更新后打不开。 […]"),
        ("房间潮。酒店回复：抱歉。补充点评：第二天换了房", "房间潮。 […] 补充点评：第二天换了房"),
        ("打不开 @客服 回复呢", "打不开 @客服 回复呢"),
    ],
)
def test_a_quote_is_the_authors_without_the_makers_reply(text: str, told: str) -> None:
    post = Post("R1", text, at("2026-11-01"), None, 3, None, "posts.csv", None, 7)
    assert _quote(post, "zh") == (told, "posts.csv:7 · 互动 3")
