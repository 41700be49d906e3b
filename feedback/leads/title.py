"""Titles that a person would write: the clause that says best what most of a lead's people say, made short.

Every word of a Chinese title stands in one member's quote, in that order; nothing is composed. Where no clause makes a
good title the lead is named after the thing that most people name: "快递的问题".
"""

from __future__ import annotations

import math
import re
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
_SETS = ("drop", "open", "close", "state", "vague", "praise", "wish", "calm")
_LISTS = (*_SETS, "amiss", "fine", "but", "never", "latin")
#: A title of less merit than this is none; then the thing itself is named, when this share of the people name it.
_POOR, _NAMED = 0.6, 0.12
#: A pronoun after one of these is what is acted on, and stays: 让我自己找.
_GOVERN = frozenset((*"让给叫帮对跟把被找求当替向和与比为在逼教问请送到从害", "直到"))
_TIMES = frozenset(("现在", "目前", "最近", "今天", "昨天", "前天", "上周", "这周"))
_PRONOUNS = frozenset(("我", "我们", "你", "你们", "他", "他们", "她", "它", "它们", "自己", "大家", "人家"))
#: After one of these a clause is not cut.
_HOLDS = _GOVERN | {*"越没不无最更太很有是能会要想", "越来越", "没有", "无法", "不能", "不会", "可以", "关于"}
#: 还 and its like stay before these: 还在, 都没.
_STILL, _BEFORE = frozenset("还就才都又"), frozenset(("在", "没", "没有", "不", "要", "得", "不能", "是"))
_NUMBER = re.compile(
    r"[0-9.%一二两三四五六七八九十百千万半几多第]+(?:[个天年月日号周次倍块元分秒点条款台人遍节页件单度截门家句种位本套份项]|刻钟)?"
    r"(?:半|钟|月|小时|星期|分钟)?|小时|分钟|星期|个月|年|天"
)
#: What follows is denied: 老师不嫌我慢 is praise, though it holds a word of blame.
_ABSOLVED = re.compile(r"(?:不嫌|从不|从没|从未|从来不|从来没|没有再|没再)(.+)")
#: 贵是贵了点.
_SAME_TWICE = re.compile(r"(.)是\1")
_LATIN = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True)
class Style:
    """The word lists of titles.toml."""

    drop: frozenset[str]
    open: frozenset[str]
    close: frozenset[str]
    state: frozenset[str]
    vague: frozenset[str]
    praise: frozenset[str]
    wish: frozenset[str]
    calm: frozenset[str]
    amiss: frozenset[str]
    fine: tuple[str, ...]
    but: tuple[str, ...]
    never: tuple[str, ...]
    latin: tuple[str, ...]


@lru_cache(maxsize=4)
def style(folder: Path | None = None) -> Style:
    """The word lists of `folder` or of the bundled lexicons. Raises BadLexicon."""
    file = find("titles.toml", folder)
    data = read_toml(file)
    missing = [name for name in _LISTS if not isinstance(data.get(name), str)]
    if missing:
        raise BadLexicon(f"{file}: lacks {', '.join(missing)}", hint="each is one text of words")
    words = {name: tuple(dict.fromkeys(normalise(data[name]).split())) for name in _LISTS}
    fine, but, never = words["fine"], words["but"], words["never"]
    sets = {name: frozenset(words[name]) for name in _SETS}
    return Style(
        **sets, amiss=frozenset(data["amiss"]), fine=fine, but=but, never=never, latin=tuple(data["latin"].split())
    )


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
        self._latin = {word.lower(): word for word in lists.latin}

    def title(
        self,
        quotes: Sequence[tuple[str, str]],
        aspect_words: Iterable[str],
        used: frozenset[str] = frozenset(),
        names: Sequence[str] = (),
        last: Sequence[str] = (),
    ) -> str:
        """The title of a lead. `quotes`: (person, quote) of its members; `used`: titles already given to others;
        `names`: of its aspects, which may be the title where some quote bears all their words; `last`: what to name
        where all is praise.

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
        ranked = []
        for phrase, who in voices.items():
            text = written(min(spellings[phrase].items(), key=lambda item: (-item[1], item[0]))[0])
            value = self._merit(phrase, len(who), support, named, alone)
            # The thing by its own name is clear to those who were not there.
            value += 0.35 * any(name in text for name in names)
            blames = not self._praised(phrase.forms, text)
            sound = blames and value >= _POOR and self._blames(phrase.forms)
            ranked.append((sound, blames, value, text))
        ranked.sort(reverse=True)
        free = (one for one in ranked if not any(one[3] in other or other in one[3] for other in used))
        best = next(free, next((one for one in ranked if one[3] not in used), (False, False, 0.0, "")))
        if not best[0] and (thing := self._thing(named, names if best[1] else [*names, *last], support, used)):
            return self._latinised(thing)
        title = best[3] or min((quote.strip() for _, quote in quotes), key=lambda q: (len(q), q), default="")[:LONGEST]
        # One who writes in traditional characters among many who do not should not decide how the title is written.
        plain = sum(simplified(quote) == quote for _, quote in quotes)
        return self._latinised(simplified(title) if 2 * plain > len(quotes) else title)

    def _latinised(self, title: str) -> str:
        """With names in the spelling of their makers."""
        return _LATIN.sub(lambda found: self._latin.get(found[0].lower(), found[0]), title)

    def _thing(self, named: set[str], names: Sequence[str], support: dict[str, float], used: frozenset[str]) -> str:
        """The thing that most people name, failing that the aspect, as a title that claims nothing; "" for neither."""
        lists = self._lists
        empty = lists.praise | lists.vague | lists.drop
        things = [
            (-share, word)
            for word, share in support.items()
            if word in named and word not in empty and len(word) > 1 and share >= _NAMED
            and not self._blames((word,)) and not _NUMBER.fullmatch(word)
        ]  # fmt: skip
        words = [word for _, word in sorted(things)] + [name for name in names if not self._blames(self._cut(name))]
        titles = (f"{word}的问题" for word in words)
        return next((title for title in titles if title not in used), "")

    def plain_praise(self, quote: str) -> bool:
        """Does it praise and blame nothing?"""
        form = normalise(quote)
        words = self._cut(form)
        rest = form
        for run in self._lists.fine:
            rest = rest.replace(run, "")
        rest = _ABSOLVED.sub("", rest)
        return self._praised(words, form) and not self._blames(self._cut(rest))

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
            plain = praised and self.plain_praise(quote)
            return 1.0 * all(word in form for word in wanted) + 0.15 * amiss - 0.3 * praised - 3.0 * plain

        return merit

    def _praised(self, words: Iterable[str], text: str) -> bool:
        """Does it praise? Words of praise that hold a negator themselves (不错) do not deny."""
        if (absolved := _ABSOLVED.search(text)) and self._blames(self._cut(absolved[1])):
            return True
        if any(run in text for run in self._lists.fine):
            for run in self._lists.fine:
                text = text.replace(run, "")
            if not any(run in text for run in self._lists.but) and not _denied(text):
                return True
        found = [word for word in words if word in self._lists.praise]
        for word in found:
            text = text.replace(word, "")
        return bool(found) and not _denied(text)

    def _clauses(self, quote: str) -> list[list[str]]:
        """The words of each clause of a quote, without what a title leaves out."""
        found = []
        for clause in clauses(quote):
            words = [w.strip() for w in self._cut(quote[clause.start : clause.end])]
            if words and words[-1] == "吗":
                continue  # a question claims nothing
            words = [w for w, before in zip(words, ["", *words], strict=False) if not (w == "家" and before in _WHOSE)]
            words = [w for w in words if w and w[0].isalnum()]
            words = self._lean(words)
            words = _once(words)
            while words and normalise(words[0]) in self._lists.open and not _turned(*[*words[:2], ""][:2]):
                words.pop(0)
            while words and self._hangs(words):
                words.pop()
            if words:
                found.append(words)
        return found

    def _lean(self, words: list[str]) -> list[str]:
        """Without the words that a title leaves out, where the rest still says the same."""
        kept: list[str] = []
        before = ""
        for at, word in enumerate(words):
            form = normalise(word)
            after = normalise(words[at + 1]) if at + 1 < len(words) else ""
            governed = before in _GOVERN or (before in _PRONOUNS and kept[-1:] == [words[at - 1]])
            stays = (form in _TIMES and before in _GOVERN) or (form in _STILL and after in _BEFORE)
            if stays or (form in _PRONOUNS and governed):
                kept.append(word)
            elif form == "了":
                if at == len(words) - 1 or len(before) == 1:
                    kept.append(word)
            elif form == "的" and before in _PRONOUNS and not (kept and normalise(kept[-1]) in _PRONOUNS):
                pass
            elif form not in self._lists.drop or (form in ("更", "最") and after not in self._lists.state):
                kept.append(word)
            before = form
        return kept

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
                if length >= SHORTEST and not self._hangs(words[start:end]) and self._whole(forms, start, end):
                    opens, closes = start == 0, end == len(words)
                    yield _Phrase(tuple(forms[start:end]), opens and closes, opens, closes), tuple(words[start:end])

    def _whole(self, forms: list[str], start: int, end: int) -> bool:
        """Does the run make sense without what stands before and after it in its clause?"""
        if start and (forms[start - 1] in _HOLDS or _NUMBER.fullmatch(forms[start - 1])):
            return False
        if end == len(forms):
            return True
        after, last = forms[end], forms[end - 1]
        if _NUMBER.fullmatch(last) or last in _HOLDS:
            return False
        if after in ("的", "得", "地", "不了", "不到", "不上", "不出", "着", "过") or _NUMBER.fullmatch(after):
            return False
        return self._blames((last,))

    def _blames(self, forms: Sequence[str]) -> bool:
        """Does one of the words say that something is amiss? In a saying of four characters no single one does."""
        return any(
            form in self._lists.state
            or (len(form) < 4 and form not in self._lists.calm and not self._lists.amiss.isdisjoint(form))
            for form in forms
        )

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
        value += 0.6 if self._blames(phrase.forms) else -0.9
        wishes = any(form in self._lists.wish for form in phrase.forms)
        value -= 0.35 if wishes and not any(form[0] in "不没无未" for form in phrase.forms) else 0.0
        value -= 2.0 * any(run in text for run in self._lists.never)
        value -= 3.0 * (_SAME_TWICE.search(text) is not None)
        value -= 1.0 * text.startswith(("不想", "想")) + 0.6 * (_NUMBER.fullmatch(phrase.forms[0]) is not None)
        value += 0.4 if any(word in text for word in named) else 0.0
        value += 0.3 * phrase.whole + 0.4 * phrase.closes + 0.2 * phrase.opens
        value -= 0.0 if phrase.opens or len(phrase.forms[0]) > 1 else 0.3
        value -= 1.0 if self._praised(phrase.forms, text) else 0.0
        # 晚一次晚五十分钟, 贵是贵点: said twice, and no title.
        value -= 3.0 * (len(content) - len(set(content)))
        length = len(text)
        value -= 0.12 * (max(_BEST[0] - length, 0) + max(length - _BEST[1], 0))
        return value - 0.4 * sum(_NUMBER.fullmatch(form) is not None for form in phrase.forms)


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
