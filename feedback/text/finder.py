"""All occurrences of many words in a text, in one pass (Aho and Corasick, 1975)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation

_HALF: Final = re.compile("[\ud800-\udfff]")


class Finder:
    """Finds `words`, each at every place, also inside one another. Holds no state between texts."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._automaton = AhoCorasick(self.words, implementation=Implementation.ContiguousNFA)

    def found(self, text: str) -> list[tuple[int, int, int]]:
        """(place in `words`, start, end) of each occurrence, by end, the longer first where they end together."""
        try:
            return self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:
            # Half a surrogate pair has no UTF-8: no word holds one either.
            return self._automaton.find_matches_as_indexes(_HALF.sub("\ufffd", text), overlapping=True)
