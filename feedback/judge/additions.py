"""Words that a user adds: written to the user's own lexicon folder, refused when they would break it."""

from __future__ import annotations

from pathlib import Path

from feedback.errors import BadLexicon, UsageError
from feedback.judge.rulefile import ADDED, SHARED, WORD_KEYS, additions, read_rules
from feedback.lexicon import find, read_toml, taxonomy, write_additions
from feedback.text.words import own_words


def add_words(key: str, words: list[str], folder: Path) -> tuple[Path, list[str]]:
    """Add `words` at `key` in `folder`; return the file and the words that were new.

    `key` is "file.rule.key", the name of a shared list, or "words" for the segmenter. Raises UsageError for an unknown
    key or an empty word, BadLexicon when the lexicon would no longer read; then nothing is changed.
    """
    clean = [word.strip() for word in words]
    if not all(clean) or any(len(word.split()) != 1 for word in clean):
        raise UsageError("an empty word or one with blanks inside", hint="give each word by itself")
    if key == "words":
        return _segmenter(clean, folder)
    _check(key, folder)
    before = {name: list(found) for name, found in _own(folder).items()}
    known = {*additions(folder).get(key, ()), *_present(key, folder)}
    new = [word for word in dict.fromkeys(clean) if word not in known]
    file = folder / ADDED
    text = file.read_text(encoding="utf-8") if file.is_file() else None
    write_additions(folder, before | {key: [*before.get(key, []), *new]})
    read_rules.cache_clear()
    try:
        read_rules(folder)
    except BadLexicon:
        if text is None:
            file.unlink()
        else:
            file.write_text(text, encoding="utf-8")
        read_rules.cache_clear()
        raise
    return file, new


def _segmenter(words: list[str], folder: Path) -> tuple[Path, list[str]]:
    known = set(own_words(folder))
    new = [word for word in dict.fromkeys(words) if word not in known]
    file = folder / "words" / "added.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as stream:
        stream.writelines(f"{word}\n" for word in new)
    return file, new


def _own(folder: Path) -> dict[str, list[str]]:
    file = folder / ADDED
    return {key: list(words) for key, words in read_toml(file).items()} if file.is_file() else {}


def _check(key: str, folder: Path) -> None:
    rules = {rule.name for rule in read_rules(folder)}
    lists = set(read_toml(find(f"rules/{SHARED}", folder)).get("lists", {}))
    rule, _, part = key.rpartition(".")
    if key in lists or (rule in rules and part in WORD_KEYS):
        return
    file = key.split(".")[0]
    near = sorted(name for name in rules if name.startswith(f"{file}.")) or sorted(taxonomy(folder).codes)
    raise UsageError(
        f"{key}: no such place for words",
        hint=f"RULE.KEY with a key of {', '.join(WORD_KEYS)}, a list ({', '.join(sorted(lists))}) or words; "
        f"near: {', '.join(near)}",
    )


def _present(key: str, folder: Path) -> tuple[str, ...]:
    rule, _, part = key.rpartition(".")
    return next((getattr(item, part) for item in read_rules(folder) if item.name == rule), ())
