"""Interview notes into answers: 被访者/问题/回答 blocks, dialogues (问:… 答:…), one question a column, plain paragraphs."""

# ruff: noqa: E501 - tables of words and patterns read best one entry a line
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from feedback.ingest import names
from feedback.ingest.clean import cell, is_empty
from feedback.ingest.model import Quarantined, Row

_LABEL: Final = re.compile(
    r"^\s*(?:[【\[（(])?\s*([^\s:：【】\[\]（）()，。？！]{1,12}?)\s*\d{0,3}\s*(?:[】\]）)])?\s*[:：]\s*(.*)$", re.S
)
_Q_NUMBERED: Final = re.compile(r"^\s*(?:Q|q|问题?)\s*\d{1,3}\s*[.、:：]\s*(.*)$", re.S)
_A_NUMBERED: Final = re.compile(r"^\s*(?:A|a|答)\s*\d{0,3}\s*[.、:：]\s*(.*)$", re.S)
_ASK: Final = frozenset(
    [
        "问",
        "问题",
        "提问",
        "q",
        "question",
        "访谈者",
        "访谈员",
        "采访者",
        "采访人",
        "主持人",
        "研究员",
        "调研员",
        "记者",
        "访问员",
        "interviewer",
        "i",
        "moderator",
        "主持",
        "访员",
    ]
)
_REPLY: Final = frozenset(
    [
        "答",
        "回答",
        "答案",
        "a",
        "answer",
        "受访者",
        "被访者",
        "被访人",
        "受访人",
        "用户",
        "客户",
        "嘉宾",
        "interviewee",
        "respondent",
        "p",
        "受访用户",
        "被采访者",
        "对方",
        "学员",
        "顾客",
    ]
)
_PERSON: Final = frozenset(
    [
        "被访者",
        "受访者",
        "被访人",
        "受访人",
        "访谈对象",
        "被采访者",
        "interviewee",
        "respondent",
        "participant",
        "姓名",
        "用户",
        "客户",
        "受访用户",
        "编号",
        "被访者编号",
        "受访者编号",
    ]
)
_ABOUT: Final = frozenset(["访谈时间", "时间", "日期", "访谈日期", "date", "time"])
#: A line drawn between people.
_RULE: Final = re.compile(r"[-=*_~—─━·.#]{3,}")
_ID: Final = re.compile(r"^ID\s*[:：]?\s*(?=\w)", re.I)
_NUMBERED: Final = re.compile(r"[A-Za-z]{0,6}[-_ #]?\d{1,6}")
#: An empty answer is no record: it is not counted as read.
_NO_ANSWER: Final = frozenset(
    ["未回答", "无回答", "没有回答", "未作答", "跳过", "略", "未提及", "(未回答)", "（未回答）"]
)


@dataclass(frozen=True)
class Answer:
    """One answer: who gave it to what question, when, and the line or row where it starts."""

    row: int
    person: str
    question: str | None
    text: str
    when: str | None = None


def is_blocks(lines: list[str]) -> bool:
    """Whether lines are labelled notes: a question and two answers by their labels."""
    asked = answered = 0
    named = _named_speakers(lines)
    for line in lines:
        label, _ = _split(line, named)
        asked += label == "ask"
        answered += label in ("reply", "person", "speaker")
    return asked >= 1 and answered >= 2


def is_notes(lines: list[str]) -> bool:
    """Whether lines are beyond doubt notes of an interview: questions and answers by their labels, a third of them."""
    named = _named_speakers(lines)
    labels = [_split(line, named)[0] for line in lines]
    asked = labels.count("ask")
    answered = sum(label in ("reply", "person", "speaker") for label in labels)
    return min(asked, answered) >= 2 and (asked + answered) * 3 >= len(labels)


def blocks(rows: Iterable[Row | Quarantined], file: str) -> Iterator[Answer | Quarantined]:
    """Answers of labelled notes; unlabelled lines go on with what stands before them."""
    lines: list[tuple[int, str]] = []
    for item in rows:
        if isinstance(item, Quarantined):
            yield item
        else:
            lines.append((item[0], cell(item[1][0] if item[1] else "")))
    # In notes that mark answers as 回答, 受访者 heads a person's block; in a dialogue it is who speaks.
    named = _named_speakers([line for _, line in lines])
    heads = any(_split(line)[0] == "reply" for _, line in lines)
    stem = PurePath(file.rpartition("!")[2]).stem
    person, question, when = stem, None, None
    current: list[str] | None = None
    start, asking = 0, False

    def done() -> Iterator[Answer]:
        text = "\n".join(current).strip() if current is not None else ""
        if text and not is_empty(text) and text not in _NO_ANSWER and not (question and names.is_identity(question)):
            yield Answer(start, person, question, text, when)

    for number, line in lines:
        if _RULE.fullmatch(line):
            yield from done()
            current, asking = None, False
            continue
        label, rest = _split(line, named)
        if label == "speaker":
            person, label = _person(stem, _LABEL.match(line)[1]), "reply"  # type: ignore[index]
        if label == "person" and (heads or _is_header(rest)):
            yield from done()
            current, question, asking = None, None, False
            person = _person(stem, _ID.sub("", rest.strip("[]【】（）() ")))
        elif label == "ask":
            yield from done()
            current, question, asking = None, rest or None, True
        elif label in ("reply", "person"):
            yield from done()
            current, start, asking = ([rest] if rest else []), number, False
        elif label == "when":
            when = rest
        elif current is not None:
            if line:
                start = start if current else number
                current.append(line)
        elif asking and line:
            question = f"{question or ''}{line}"
    yield from done()


def questions(rows: Iterable[Row | Quarantined], header: tuple[str, ...], file: str) -> Iterator[Answer | Quarantined]:
    """Answers of a table with one question a column; columns that number or name the person are not answers."""
    stem = PurePath(file.rpartition("!")[2]).stem
    asked = [i for i, name in enumerate(header) if name and not _is_fact(name)]
    who = sorted((i for i, name in enumerate(header) if names.is_identity(name)), key=lambda i: _named(header[i]))
    time = next((i for i, name in enumerate(header) if _is_time(name)), None)
    for item in rows:
        if isinstance(item, Quarantined):
            yield item
            continue
        number, cells = item
        texts = [cell(value) for value in cells]
        person = next((texts[i] for i in who if i < len(texts) and texts[i]), str(number))
        when = texts[time] if time is not None and time < len(texts) else None
        for i in asked:
            if i < len(texts) and texts[i] and not is_empty(texts[i]) and texts[i] not in _NO_ANSWER:
                yield Answer(number, _person(stem, person), header[i].strip(), texts[i], when)


def is_people(header: tuple[str, ...]) -> bool:
    """Whether a table has its questions in the first column and one person in every other."""
    fields = [[field for field, rank in names.candidates(name) if rank < 200] for name in header]
    return len(header) >= 3 and "context" in fields[0] and not any("text" in found for found in fields[1:])


def people(rows: Iterable[Row | Quarantined], header: tuple[str, ...], file: str) -> Iterator[Answer | Quarantined]:
    """Answers of a table with one person a column."""
    stem = PurePath(file.rpartition("!")[2]).stem
    for item in rows:
        if isinstance(item, Quarantined):
            yield item
            continue
        number, cells = item
        texts = [cell(value) for value in cells]
        for person, text in zip(header[1:], texts[1:], strict=False):
            if person and text and not is_empty(text) and text not in _NO_ANSWER and not names.is_attribute(texts[0]):
                yield Answer(number, _person(stem, person), texts[0] or None, text)


def is_questions(header: tuple[str, ...]) -> bool:
    """Whether a table has one question a column: several columns of words that are no known fact."""
    asked = [i for i, name in enumerate(header) if name and not _is_fact(name)]
    long = [i for i in asked if len(names.key(header[i])) >= 6 or header[i].rstrip().endswith(("?", "？", "吗", "呢"))]
    return len(asked) >= 2 and (len(long) >= 2 or len(long) * 2 >= len(asked))


def _is_fact(name: str) -> bool:
    return names.is_identity(name) or names.is_attribute(name) or _is_time(name)


def _is_time(name: str) -> bool:
    return len(names.key(name)) <= 8 and any(field == "created_at" for field, _ in names.candidates(name))


def _named(name: str) -> int:
    """Ids before running numbers before names: two people may bear one name."""
    short = names.key(name)
    return (
        0
        if "id" in short or "编号" in short or short in ("被访者", "受访者", "代号", "pid")
        else 1
        if short == "序号"
        else 2
    )


def _person(stem: str, name: str) -> str:
    """Whom an answer is from: a name as it stands, a number (which other files use too) together with the file's name."""
    if not name:
        return stem
    return f"{stem}/{name}" if _NUMBERED.fullmatch(name) else name


def _is_header(rest: str) -> bool:
    """Whether 受访者 names somebody in a dialogue, where it usually is who speaks."""
    return not rest or rest.startswith(("[", "【")) or bool(_ID.match(rest))


def _named_speakers(lines: list[str]) -> frozenset[str]:
    """Who answers under a name of their own (小王：…), where questions are marked and answers are not."""
    labels = [_split(line)[0] for line in lines]
    if "ask" not in labels or "reply" in labels or "person" in labels:
        return frozenset()
    counts = Counter(match[1] for line in lines if not _split(line)[0] and (match := _LABEL.match(line)))
    return frozenset(name for name, count in counts.items() if count >= 2)


def _split(line: str, named: frozenset[str] = frozenset()) -> tuple[str | None, str]:
    """("ask", "reply", "person", "speaker", "when" or None, what follows the label)."""
    if match := _Q_NUMBERED.match(line):
        return "ask", match[1].strip()
    if match := _A_NUMBERED.match(line):
        return "reply", match[1].strip()
    match = _LABEL.match(line)
    if match is None:
        return None, line
    label = names.key(match[1])
    for kind, known in (("ask", _ASK), ("person", _PERSON), ("reply", _REPLY), ("when", _ABOUT)):
        if label in known:
            return kind, match[2].strip()
    return ("speaker", match[2].strip()) if match[1] in named else (None, line)
