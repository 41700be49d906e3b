"""Loads and checks `lexicons/`; an error names the file and the entry.

The folder is data, not program: people add codes, words and rules there. `load()` reads the one that travels with the
package unless the settings name another; rooms take the part they need.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from feedback.errors import BadLexicon
from feedback.records import UNSPECIFIED

_HERE = Path(__file__).parent


def bundled(room: str) -> Path:
    """The folder `lexicons` or `corpora` that came with the program: inside a wheel, else beside the package."""
    inside = _HERE / f"_{room}"
    return inside if inside.is_dir() else _HERE.parent / room


def layers(folder: Path | None = None) -> tuple[Path, ...]:
    """The lexicon folders to read: the bundled one, then the user's, whose files stand over those of the same name."""
    root = bundled("lexicons")
    return (root,) if folder is None or folder == root else (root, folder)


def find(name: str, folder: Path | None = None) -> Path:
    """The file `name` of the user's lexicon folder when it is there, else the bundled one."""
    return next((root / name for root in reversed(layers(folder)) if (root / name).is_file()), layers()[0] / name)


@dataclass(frozen=True, slots=True)
class Family:
    """A family of complaint codes."""

    name: str
    zh: str
    en: str

    def label(self, lang: str) -> str:
        """The name to show in language `lang` ("zh" or "en")."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Code:
    """A complaint code; `family` is None for `unspecified` alone. `meaning` is one line, in English."""

    name: str
    family: str | None
    zh: str
    en: str
    meaning: str
    meaning_zh: str = ""

    def explained(self, lang: str) -> str:
        """What the code means in language `lang`, in the other one where that is all there is."""
        return (self.meaning_zh or self.meaning) if lang == "zh" else (self.meaning or self.meaning_zh)

    def label(self, lang: str) -> str:
        """The name to show in language `lang` ("zh" or "en")."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the user's journey and the words that show it."""

    name: str
    zh: str
    en: str
    words: tuple[str, ...]

    def label(self, lang: str) -> str:
        """The name to show in language `lang` ("zh" or "en")."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Taxonomy:
    """Families, codes and stages by name, in the order of display."""

    families: dict[str, Family]
    codes: dict[str, Code]
    stages: dict[str, Stage]

    def families_of(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """The families of `codes`, each once, in the order of display."""
        present = {self.codes[code].family for code in codes if code in self.codes}
        return tuple(name for name in self.families if name in present)


def read_toml(file: Path) -> dict[str, Any]:
    """A lexicon file as a dict; BadLexicon names the file and what is wrong."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadLexicon(f"{file}: no such lexicon file", hint="restore it from the package's lexicons/") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadLexicon(f"{file}: {error}", hint="lexicon files are TOML in UTF-8") from None


@lru_cache(maxsize=8)
def taxonomy(folder: Path | None = None) -> Taxonomy:
    """The taxonomy: files of `folder` stand over the bundled ones of the same name. Raises BadLexicon."""
    file = find("codes.toml", folder)
    data = read_toml(file)
    families = {
        str(f["name"]): Family(f["name"], f["zh"], f["en"]) for f in _entries(file, data, "family", "name zh en")
    }
    codes: dict[str, Code] = {}
    for entry in _entries(file, data, "code", "name zh en"):
        name, family = str(entry["name"]), entry.get("family")
        if name in codes:
            raise BadLexicon(f"{file}: code {name!r} stands twice", hint="remove one of them")
        if family not in families and not (family is None and name == UNSPECIFIED):
            raise BadLexicon(f"{file}: code {name!r} has family {family!r}", hint=f"valid: {', '.join(families)}")
        meaning, meaning_zh = str(entry.get("is", "")), str(entry.get("is_zh", ""))
        codes[name] = Code(name, family, entry["zh"], entry["en"], meaning, meaning_zh)
    file = find("stages.toml", folder)
    stages = {
        str(s["name"]): Stage(s["name"], s["zh"], s["en"], tuple(s["words"]))
        for s in _entries(file, read_toml(file), "stage", "name zh en words")
    }
    return Taxonomy(families, codes, stages)


def _entries(file: Path, data: dict[str, Any], table: str, needed: str) -> list[dict[str, Any]]:
    entries = data.get(table)
    if not isinstance(entries, list) or not entries:
        raise BadLexicon(f"{file}: no [[{table}]] entries", hint=f"each needs: {needed}")
    for number, entry in enumerate(entries, 1):
        missing = [key for key in needed.split() if key not in entry]
        if missing:
            raise BadLexicon(
                f"{file}: [[{table}]] number {number} lacks {', '.join(missing)}", hint=f"needed: {needed}"
            )
    return entries


def write_additions(folder: Path, additions: dict[str, list[str]]) -> Path:
    """Write the words that a user added as `added.toml` of `folder`, sorted, and return the file."""
    file = folder / "added.toml"
    lines = ["# Words added with `feedback lexicon add`, by rule and key or by list. Sorted; may be edited by hand."]
    for key in sorted(additions):
        words = ", ".join(json.dumps(word, ensure_ascii=False) for word in sorted(set(additions[key])))
        lines.append(f"{json.dumps(key)} = [{words}]")
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
