"""Titles that a person would write: the clause that says best what most of a lead's people say, made short.

Every word of a Chinese title stands in one member's quote, in that order; nothing is composed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from feedback.errors import BadLexicon
from feedback.lexicon import bundled, find, read_toml
from feedback.text.clauses import clauses
from feedback.text.normal import normalise, traditional_pairs

#: A title's length in characters: allowed, and what reads best.
SHORTEST, LONGEST, _BEST = 4, 16, (5, 11)
_NEGATORS = frozenset(("不", "没", "没有", "别", "未", "从不", "从未", "从没", "不会", "不再", "绝不", "并不", "无"))
_REGULARS = frozenset(("用户", "会员", "客户", "顾客", "粉丝", "款", "机型"))
#: 你们家: your firm, and no home.
_WHOSE = frozenset(("你们", "他们", "你", "他", "贵", "這", "这"))
_LISTS = ("drop", "open", "close", "state", "vague", "praise", "amiss")


@dataclass(frozen=True)
class Style:
    """The word lists of titles.toml."""

    drop: frozenset[str]
    open: frozenset[str]
    close: frozenset[str]
    state: frozenset[str]
    vague: frozenset[str]
    praise: frozenset[str]
    amiss: frozenset[str]


@lru_cache(maxsize=4)
def style(folder: Path | None = None) -> Style:
    """The word lists of `folder` or of the bundled lexicons. Raises BadLexicon."""
    file = find("titles.toml", folder)
    data = read_toml(file)
    missing = [name for name in _LISTS if not isinstance(data.get(name), str)]
    if missing:
        raise BadLexicon(f"{file}: lacks {', '.join(missing)}", hint="each is one text of words")
    lists = {name: frozenset(normalise(data[name]).split()) for name in _LISTS if name != "amiss"}
    return Style(**lists, amiss=frozenset(data["amiss"]))


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A run of words in normal form; does it make, open or close a clause?"""

    forms: tuple[str, ...]
    whole: bool
    opens: bool
    closes: bool


def written(words: Sequence[str]) -> str:
    """Words as one string; a blank only between Latin words, and between Latin and Chinese ones."""
    out = ""
    for word in words:
        if out and (out[-1].isascii() or word[0].isascii()) and out[-1].isalnum() and word[0].isalnum():
            out += " "
        out += word
    return out


def simplified(text: str) -> str:
    """`text` in simplified characters, all else as it is."""
    return text.translate(_simple())


@lru_cache(maxsize=1)
def _simple() -> dict[int, str]:
    return {ord(one): other for one, other in traditional_pairs(bundled("lexicons") / "traditional.txt")}


class Titler:
    """Makes titles. `cut` segments a text; `rarity` is −ln of a word's share of running words."""

    def __init__(self, lists: Style, cut: Callable[[str], list[str]], rarity: Callable[[str], float]) -> None:
        self._lists = lists
        self._cut = cut
        self._rarity = rarity

    def title(
        self,
        quotes: Sequence[tuple[str, str]],
        aspect_words: Iterable[str],
        used: frozenset[str] = frozenset(),
        names: Sequence[str] = (),
    ) -> str:
        """The title of a lead. `quotes`: (person, quote) of its members; `used`: titles already given to others;
        `names`: of its aspects, which may be the title where some quote bears all their words.

        Returns the shortest quote, cut, when no clause can be made a title.
        """
        voices: dict[_Phrase, set[str]] = {}
        spellings: dict[_Phrase, Counter[tuple[str, ...]]] = {}
        says: dict[str, set[str]] = {}
        for person, quote in quotes:
            for words in self._clauses(quote):
                for phrase, spelling in self._phrases(words):
                    voices.setdefault(phrase, set()).add(person)
                    spellings.setdefault(phrase, Counter())[spelling] += 1
                for word in words:
                    says.setdefault(normalise(word), set()).add(person)
        people = max(len({person for person, _ in quotes}), 1)
        support = {word: len(who) / people for word, who in says.items()}
        for name in names:
            self._offer(name, quotes, voices, spellings)
        alone = max(1.5 / people, 0.06)
        named = {normalise(word) for word in aspect_words}
        best = ""
        merit = -math.inf
        for phrase, who in voices.items():
            text = written(min(spellings[phrase].items(), key=lambda item: (-item[1], item[0]))[0])
            value = self._merit(phrase, len(who), support, named, alone)
            # The thing by its own name is clear to those who were not there.
            value += 0.35 * any(name in text for name in names)
            if text not in used and (value, text) > (merit, best):
                merit, best = value, text
        best = best or min((quote.strip() for _, quote in quotes), key=lambda q: (len(q), q), default="")[:LONGEST]
        # One who writes in traditional characters among many who do not should not decide how the title is written.
        plain = sum(simplified(quote) == quote for _, quote in quotes)
        return simplified(best) if 2 * plain > len(quotes) else best

    def _offer(
        self,
        name: str,
        quotes: Sequence[tuple[str, str]],
        voices: dict[_Phrase, set[str]],
        spellings: dict[_Phrase, Counter[tuple[str, ...]]],
    ) -> None:
        """Let the name of the aspect stand among the phrases, for those whose quote bears all its words."""
        words = tuple(self._cut(name))
        forms = tuple(normalise(word) for word in words)
        who = {person for person, quote in quotes if all(form in normalise(quote) for form in forms)}
        if who and SHORTEST <= len(name) <= LONGEST:
            phrase = _Phrase(forms, True, True, True)
            voices.setdefault(phrase, set()).update(who)
            spellings.setdefault(phrase, Counter())[words] += len(who)

    def shows(self, title: str) -> Callable[[str], float]:
        """How well a quote stands for a lead of this title: 1 when it bears every word of the title, more when it says
        what is amiss, less for praise."""
        wanted = [word for word in self._cut(normalise(title)) if word.strip()]

        def merit(quote: str) -> float:
            form = normalise(quote)
            words = set(self._cut(form))
            amiss = bool(words & self._lists.state) or not self._lists.amiss.isdisjoint(form)
            praised = self._praised(words, form)
            return 1.0 * all(word in form for word in wanted) + 0.15 * amiss - 0.3 * praised

        return merit

    def _praised(self, words: Iterable[str], text: str) -> bool:
        """Does it praise? Words of praise that hold a negator themselves (不错) do not deny."""
        found = [word for word in words if word in self._lists.praise]
        for word in found:
            text = text.replace(word, "")
        return bool(found) and not _denied(text)

    def _clauses(self, quote: str) -> list[list[str]]:
        """The words of each clause of a quote, without what a title leaves out."""
        found = []
        for clause in clauses(quote):
            words = [w.strip() for w in self._cut(quote[clause.start : clause.end])]
            words = [w for w, before in zip(words, ["", *words], strict=False) if not (w == "家" and before in _WHOSE)]
            words = [w for w in words if w and normalise(w) not in self._lists.drop and w[0].isalnum()]
            words = [w for at, w in enumerate(words) if w != "了" or at == len(words) - 1]
            words = _once(words)
            while words and normalise(words[0]) in self._lists.open and not _turned(*[*words[:2], ""][:2]):
                words.pop(0)
            while words and self._hangs(words):
                words.pop()
            if words:
                found.append(words)
        return found

    def _hangs(self, words: list[str]) -> bool:
        """Is the last word one that a title does not end with? 了 stays after one character: 坏了."""
        last = normalise(words[-1])
        return last in self._lists.close and not (last == "了" and len(words) > 1 and len(words[-2]) == 1)

    def _phrases(self, words: list[str]) -> Iterator[tuple[_Phrase, tuple[str, ...]]]:
        """All runs of words that could be a title, each with its spelling."""
        forms = [normalise(word) for word in words]
        for start in range(len(words)):
            if forms[start] in self._lists.open or (start and _turned(forms[start - 1], forms[start])):
                continue
            length = 0
            for end in range(start + 1, len(words) + 1):
                length += len(words[end - 1])
                if length > LONGEST:
                    break
                if length >= SHORTEST and not self._hangs(words[start:end]):
                    opens, closes = start == 0, end == len(words)
                    yield _Phrase(tuple(forms[start:end]), opens and closes, opens, closes), tuple(words[start:end])

    def _merit(self, phrase: _Phrase, times: int, support: dict[str, float], named: set[str], alone: float) -> float:
        text = "".join(phrase.forms)
        content = [f for f in phrase.forms if len(f) > 1 or f in self._lists.amiss or f in named]
        if not content:
            return -10.0
        shares = [support.get(form, 0.0) * min(self._rarity(form), 12.0) / 9.0 for form in content]
        strong = sorted(shares, reverse=True)[:3]
        value = 1.5 * sum(shares) / len(phrase.forms) + 1.5 * sum(strong) / (0.4 + sum(strong))
        # What only this person says does not belong into the title of all.
        value -= 0.3 * sum(support.get(form, 0.0) <= alone for form in content)
        value -= 0.4 * sum(support.get(form, 0.0) <= alone / 4 for form in content)
        value += 0.3 if sum(support.get(form, 0.0) > alone for form in content) > 1 else 0.0
        value -= 0.6 * ("不是" in phrase.forms)
        value -= 0.25 * sum(form in self._lists.vague for form in phrase.forms)
        value += 0.25 * math.log(times)
        amiss = any(f in self._lists.state for f in phrase.forms) or any(c in self._lists.amiss for c in text)
        value += 0.6 if amiss else -0.6
        value += 0.4 if any(word in text for word in named) else 0.0
        value += 0.25 * phrase.whole + 0.3 * phrase.closes + 0.15 * phrase.opens
        value -= 1.0 if self._praised(phrase.forms, text) else 0.0
        # 晚一次晚五十分钟, 贵是贵点: said twice, and no title.
        value -= 3.0 * (len(content) - len(set(content)))
        length = len(text)
        value -= 0.12 * (max(_BEST[0] - length, 0) + max(length - _BEST[1], 0))
        return value - 0.3 * sum(form.isdigit() for form in phrase.forms)


def _once(words: list[str]) -> list[str]:
    """Words without immediate repetition of one to three of them: 闪退闪退闪退."""
    out: list[str] = []
    for word in words:
        out.append(word)
        for size in (1, 2, 3):
            if word.startswith("一") and size == 1:
                continue  # 一卡一卡
            if len(out) >= 2 * size and out[-size:] == out[-2 * size : -size]:
                del out[-size:]
                break
    return out


def _turned(before: str, word: str) -> bool:
    """Would a phrase begun at `word`, without the word `before` it, say something else (不嫌慢, 要不要, 老用户)?"""
    if before == "老":
        return word in _REGULARS
    return before in _NEGATORS or (word.startswith(("不", "没")) and word[1:] == before != "")


def _denied(text: str) -> bool:
    return any(mark in text for mark in "不没无难")
