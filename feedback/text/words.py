"""Segmentation behind one protocol: rjieba (fast) or jieba (the reference), each with the project's own words."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Protocol

from feedback.errors import BadLexicon
from feedback.lexicon import layers
from feedback.settings import TextSettings

#: Frequency given to a word of ours: high enough that its letters are never cut apart in favour of shorter words.
_FREQUENCY = 20_000


class Segmenter(Protocol):
    """Anything that cuts a text into words whose concatenation is the text."""

    name: str

    def cut(self, text: str) -> list[str]:
        """The words of `text` in order, nothing left out."""
        ...


class RustSegmenter:
    """rjieba: jieba's dictionary and algorithm in Rust."""

    name = "rjieba"

    def __init__(self, words: tuple[str, ...]) -> None:
        import rjieba

        self._cutter = rjieba.Jieba()
        for word in words:
            self._cutter.add_word(word, _FREQUENCY, None)

    def cut(self, text: str) -> list[str]:
        """The words of `text` in order, nothing left out."""
        words: list[str] = self._cutter.cut(text)
        return words


class PythonSegmenter:
    """jieba itself, the reference."""

    name = "jieba"

    def __init__(self, words: tuple[str, ...]) -> None:
        import logging

        import jieba

        # Its loading messages would stand among our own on standard error.
        jieba.setLogLevel(logging.WARNING)
        self._cutter = jieba.Tokenizer()
        for word in words:
            self._cutter.add_word(word, _FREQUENCY)

    def cut(self, text: str) -> list[str]:
        """The words of `text` in order, nothing left out."""
        words: list[str] = self._cutter.lcut(text)
        return words


def segmenter(settings: TextSettings, folder: Path | None = None) -> Segmenter:
    """The segmenter that the settings choose, with the words of `words/*.txt` of the lexicon folder. Cached."""
    return _segmenter(settings.segmenter, folder)


@lru_cache(maxsize=4)
def _segmenter(name: str, folder: Path | None) -> Segmenter:
    words = own_words(folder)
    return RustSegmenter(words) if name == "rjieba" else PythonSegmenter(words)


def own_words(folder: Path | None = None) -> tuple[str, ...]:
    """The words of all `words/*.txt`, sorted: one or more a line, # begins a comment. Raises BadLexicon."""
    words: set[str] = set()
    for root in layers(folder):
        for file in sorted((root / "words").glob("*.txt")):
            try:
                lines = file.read_text(encoding="utf-8-sig").splitlines()
            except UnicodeDecodeError as error:
                raise BadLexicon(f"{file}: {error}", hint="word lists are UTF-8 text") from None
            for line in lines:
                words.update(line.split("#")[0].split())
    return tuple(sorted(words))
