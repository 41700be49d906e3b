"""The language of a text by its script: "zh" unless it clearly is another."""

from __future__ import annotations

import re
from typing import Final

_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_SCRIPTS: Final = (
    ("ja", re.compile(r"[\u3041-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
)
#: Without any of these a text with Chinese characters is Chinese.
_FOREIGN: Final = re.compile(
    r"[\u0370-\u06ff\u0900-\u097f\u0e00-\u0e7f\u3041-\u30ff\uac00-\ud7af]|[a-zA-Z]+[ ,.]+[a-zA-Z]+[ ,.]+[a-zA-Z]"
)
_WORD: Final = re.compile(r"[a-zA-Z\u00c0-\u024f\u1ea0-\u1eff']+")
_MARKED: Final = (
    ("vi", frozenset(["không", "của", "rất", "và", "được", "là", "có", "cho", "này", "với", "tôi"])),
    (
        "es",
        frozenset(
            [
                "el",
                "la",
                "los",
                "las",
                "de",
                "que",
                "y",
                "en",
                "muy",
                "es",
                "una",
                "para",
                "con",
                "pero",
                "esta",
                "más",
                "por",
            ]
        ),
    ),
    (
        "pt",
        frozenset(
            ["o", "os", "não", "muito", "é", "um", "uma", "para", "com", "que", "de", "mas", "está", "por", "bom"]
        ),
    ),
    (
        "fr",
        frozenset(
            [
                "le",
                "la",
                "les",
                "et",
                "est",
                "très",
                "une",
                "pour",
                "avec",
                "que",
                "de",
                "mais",
                "pas",
                "je",
                "ne",
                "c'est",
            ]
        ),
    ),
    (
        "de",
        frozenset(
            [
                "der",
                "die",
                "das",
                "und",
                "ist",
                "nicht",
                "sehr",
                "ein",
                "eine",
                "mit",
                "für",
                "ich",
                "aber",
                "zu",
                "auch",
            ]
        ),
    ),
    ("id", frozenset(["yang", "dan", "tidak", "ini", "sangat", "untuk", "dengan", "saya", "bisa", "ada", "aplikasi"])),
    (
        "en",
        frozenset(
            [
                "the",
                "a",
                "an",
                "is",
                "it",
                "this",
                "and",
                "to",
                "of",
                "not",
                "very",
                "i",
                "my",
                "for",
                "in",
                "but",
                "good",
                "app",
                "with",
                "have",
                "was",
                "so",
            ]
        ),
    ),
)


def language(text: str) -> str:
    """An ISO 639-1 code: "zh" for Chinese and for what is too short or too mixed to tell; deterministic."""
    if _HAN.search(text) and not _FOREIGN.search(text):
        return "zh"
    han = len(_HAN.findall(text))
    for code, pattern in _SCRIPTS:
        found = len(pattern.findall(text))
        # の and emoticons (ツ) are at home in Chinese posts: kana must carry the text.
        if found >= 4 and found > 0.5 * han:
            return code
    if han:
        letters = sum(map(len, _WORD.findall(text)))
        return "en" if letters > 40 and letters > 15 * han else "zh"
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) < 3 or sum(map(len, words)) < 10:
        return "zh"
    counts = {code: sum(word in marked for word in words) for code, marked in _MARKED}
    best = max(counts, key=lambda code: (counts[code], code == "en"))
    return best if counts[best] else "en"
