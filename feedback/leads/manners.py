"""Ways of going wrong, from lexicons/manners.toml: what brings complaints of several codes about one thing together."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from feedback.errors import BadLexicon
from feedback.lexicon import find, read_toml
from feedback.text.normal import normalise


class Manners:
    """Finds the manner of a text."""

    def __init__(self, words: dict[str, list[str]]) -> None:
        self._owner = {word: name for name, some in words.items() for word in some}
        longest_first = sorted(self._owner, key=lambda word: (-len(word), word))
        self._any = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def of(self, text: str) -> str:
        """The manner whose word comes first in `text`, or ""."""
        found = self._any.search(normalise(text))
        return self._owner[found[0]] if found else ""


@lru_cache(maxsize=4)
def manners(folder: Path | None = None) -> Manners:
    """The manners of `folder` or of the bundled lexicons. Raises BadLexicon."""
    file = find("manners.toml", folder)
    words: dict[str, list[str]] = {}
    owners: dict[str, str] = {}
    for number, entry in enumerate(read_toml(file).get("manner", []), 1):
        if not entry.get("name") or not entry.get("words"):
            raise BadLexicon(f"{file}: [[manner]] number {number} lacks name or words", hint="give both as text")
        name = str(entry["name"])
        for word in dict.fromkeys(normalise(entry["words"]).split()):
            if owners.setdefault(word, name) != name:
                raise BadLexicon(f"{file}: {word!r} stands in {owners[word]} and {name}", hint="leave it in one")
            words.setdefault(name, []).append(word)
    return Manners(words)
