"""Which words of a text show a code: the statement of fact, not the catchword.

clauses ─ model's outputs, hits of the code's rules ─▶ what each clause says for the code
        ─ the one that says most, and its neighbours in the sentence that go on about it ─▶ the span
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from feedback.judge.rules import Hit
from feedback.records import Span
from feedback.text.clauses import Clause, clauses

#: A clause up to this length is quoted whole; of a longer one the hit with this much around it.
WHOLE: Final = 32
AROUND: Final = 12
#: Neighbours join until a span is this long.
LONGEST: Final = 30
#: What a sure hit counts beside the model's output for a clause (a logit).
HIT: Final = 2.0
#: What a clause without a score says.
SILENT: Final = -3.0
#: A clause of fewer letters names the matter and does not tell it: so much off for each letter missing.
TOLD: Final = 8
SHORT: Final = 0.75
#: A neighbour joins when it says at least this for the code, and no less than this below the best clause.
JOINS: Final = -2.0
BELOW: Final = 2.5
_TRIM = " \t\r\n,.;:!?、，。；：！？…~～\"'“”‘’()（）[]【】《》<>-—_*=+|/\\"
_ENDS = frozenset("。！？!?\n\r;；…")
_OPEN, _CLOSE = "“「『", "”」』"
_QUOTES = frozenset(f'"{_OPEN}{_CLOSE}')
#: Openings that belong to the sentence, not to the complaint.
_OPENINGS = (
    "但是", "不过", "可是", "然而", "只是", "而且", "并且", "另外", "还有", "但", "然后", "所以", "因此", "尤其",
)  # fmt: skip
#: Half of a comparison: what was promised, or was before, wants what came of it, and the other way about.
_PROMISES = (
    "说好", "说是", "号称", "宣传", "承诺", "海报", "页面", "详情", "写着", "写的", "标的", "标着", "演示", "试听",
    "明明", "付钱前", "付款前", "买之前", "买的时候", "签约前", "条款", "设置了", "以为", "本来", "口口声声", "答应",
)  # fmt: skip
_OUTCOMES = (
    "结果", "实际", "其实", "到手", "收到", "进去", "付完", "付了", "买回来", "买完", "打开", "一看", "到了", "真去",
    "现在", "没过", "隔天", "第二天", "反而", "竟然", "居然",
)  # fmt: skip


class Part(NamedTuple):
    """A clause with what stands in quotation marks inside it; `clauses` are the places of its clauses."""

    start: int
    end: int
    letters: int
    clauses: tuple[int, ...]


def spans(
    text: str,
    codes: Iterable[str],
    hits: Sequence[Hit],
    scores: Mapping[str, Sequence[float]] | None = None,
    units: Sequence[Clause] | None = None,
) -> tuple[Span, ...]:
    """One span for each of `codes`, in their order; quotes are verbatim. Empty for a text without letters.

    `units` are the clauses of the text, `scores[code][i]` the model's output for clause i, where it has one.
    """
    own = clauses(text) if units is None else units
    parts = _parts(text, own)
    found = []
    for code in codes:
        heard = (scores or {}).get(code)
        start, end = select(text, code, hits, parts, heard if heard is not None and len(heard) == len(own) else None)
        if end > start:
            found.append(Span(code, start, end, text[start:end]))
    return tuple(found)


def select(
    text: str, code: str, hits: Sequence[Hit], parts: Sequence[Part], scores: Sequence[float] | None = None
) -> tuple[int, int]:
    """(start, end) of the words that show `code`; (0, 0) when there are no clauses.

    Where neither hits nor scores speak: the clause of the first blaming hit, else the longest.
    """
    if not parts:
        return (0, 0)
    own = [hit for hit in hits if hit.label == code]
    if not own and scores is None:
        own = [hit for hit in hits if hit.label == "negative"]
        if not own:
            longest = max(parts, key=lambda part: (part.end - part.start, -part.start))
            return trim(text, longest.start, longest.end)
    said = [_said(part, own, scores) for part in parts]
    best = max(range(len(parts)), key=lambda place: (said[place], -place))
    first, last = _widened(text, parts, said, best)
    start, end = parts[first].start, parts[last].end
    if end - start > WHOLE:
        here = [hit for hit in own if hit.start < end and start < hit.end]
        if here:
            hit = max(here, key=lambda hit: (hit.weight, hit.start - hit.end, -hit.start))
            start, end = max(start, hit.start - AROUND), min(end, max(hit.end, hit.start + AROUND) + AROUND)
    return trim(text, start, end)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """text[start:end] without marks and blanks at its ends and without an opening conjunction."""
    while start < end and text[start] in _TRIM:
        start += 1
    while end > start and text[end - 1] in _TRIM:
        end -= 1
    for opening in _OPENINGS:
        if text.startswith(opening, start) and end - start - len(opening) >= 2:
            return trim(text, start + len(opening), end)
    return _quoted(text, start, end)


def _quoted(text: str, start: int, end: int) -> tuple[int, int]:
    """The quotation mark that trimming cut off comes back when its other half stands inside."""
    if end <= start:
        return start, end
    inside = text[start:end]
    straight = inside.count('"') % 2 == 1
    open_, close = (sum(map(inside.count, marks)) for marks in (_OPEN, _CLOSE))
    if end < len(text) and ((straight and text[end] == '"') or (open_ > close and text[end] in _CLOSE)):
        return start, end + 1
    if start > 0 and ((straight and text[start - 1] == '"') or (close > open_ and text[start - 1] in _OPEN)):
        return start - 1, end
    return start, end


def _parts(text: str, units: Sequence[Clause]) -> list[Part]:
    """The clauses, joined where nothing but quotation marks stands between them: 回我一句"没钱"."""
    found: list[Part] = []
    for place, unit in enumerate(units):
        gap = text[found[-1].end : unit.start] if found else ""
        if gap and _QUOTES.issuperset(gap):
            told, start = (*found[-1].clauses, place), found.pop().start
        else:
            told, start = (place,), unit.start
        found.append(Part(start, unit.end, unit.end - start - text.count(" ", start, unit.end), told))
    return found


def _said(part: Part, hits: Sequence[Hit], scores: Sequence[float] | None) -> float:
    """How much a part says for the code: the model's output, the best hit in it, less for a mere catchword."""
    told = part.clauses
    score = SILENT if scores is None else scores[told[0]] if len(told) == 1 else max(scores[place] for place in told)
    weight = 0.0
    for hit in hits:
        if hit.weight > weight and hit.start < part.end and part.start < hit.end:
            weight = hit.weight
    short = TOLD - part.letters
    return score + HIT * weight - (SHORT * short if short > 0 else 0)


def _widened(text: str, parts: Sequence[Part], said: Sequence[float], best: int) -> tuple[int, int]:
    """First and last part of the span around `best`: neighbours of its sentence that go on about the same."""
    first = last = best
    least = max(JOINS, said[best] - BELOW)
    while last + 1 < len(parts) and _fits(text, parts, first, last + 1):
        promised = last == best and _opens(text, parts[best], _PROMISES)
        if said[last + 1] < least and not promised:
            break
        last += 1
    while first > 0 and _fits(text, parts, first - 1, last):
        came = first == best and _opens(text, parts[best], _OUTCOMES) and _opens(text, parts[first - 1], _PROMISES)
        if said[first - 1] < least and not came:
            break
        first -= 1
    return first, last


def _fits(text: str, parts: Sequence[Part], first: int, last: int) -> bool:
    """Is all from part `first` to part `last` one sentence, and short enough?"""
    if parts[last].end - parts[first].start > LONGEST:
        return False
    inside = range(first, last)
    return all(_ENDS.isdisjoint(text[parts[i].end : parts[i + 1].start]) for i in inside)


def _opens(text: str, part: Part, words: tuple[str, ...]) -> bool:
    """Does one of `words` stand among the first letters of the part?"""
    opening = text[part.start : min(part.end, part.start + 12)]
    return any(word in opening for word in words)
