"""Words found at every place, whatever the text holds."""

from __future__ import annotations

import pytest

from feedback.text.finder import Finder


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (["卡", "卡死", "死机"], "卡死机了", [("卡", 0), ("卡死", 0), ("死机", 1)]),
        (["a", "ab", "b"], "xab\ud800ab😀ab", [("a", 1), ("ab", 1), ("b", 2), ("a", 4), ("ab", 4), ("b", 5),
                                               ("a", 7), ("ab", 7), ("b", 8)]),
        (["差"], "", []),
        ([], "差", []),
        (["\x00"], "差\x00", [("\x00", 1)]),
        (["好好"], "好好好", [("好好", 0), ("好好", 1)]),
    ],
)  # fmt: skip
def test_every_occurrence_by_its_end(words: list[str], text: str, found: list[tuple[str, int]]) -> None:
    hits = Finder(words).found(text)
    assert [(words[place], start) for place, start, _ in hits] == found
    assert all(text[start:end] == words[place] for place, start, end in hits)
