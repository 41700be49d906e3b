"""Anything may be in a file: no crash, one clear error or counts that add up; the text stays free of what is private."""

# ruff: noqa: E501 - rows of data read best one a line
from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback.errors import FeedbackError
from feedback.ingest import Options, batches, find, plan
from feedback.ingest import dates as date_room
from feedback.ingest.clean import cell, join, own_words
from feedback.ingest.dates import Reading
from feedback.ingest.numbers import count, nps, stars
from feedback.ingest.privacy import mask
from feedback.records import FEEDBACK_COLUMNS

NOW = datetime(2026, 11, 20, tzinfo=UTC)
BOUNDED = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".md", ".xlsx", ".xls", ".xlsb", ".ods", ".docx", ".zip", ".gz")
PIECES = st.sampled_from(
    ["时间", "内容", "评分", ",", "\t", '"', "'", "\n", "\r", "\r\n", "{", "}", "[", "]", ":", "2024-01-01", "5", "好用", "难用，卡", "\ufeff",
     "\x00", "被访者：", "问题：", "回答：", "|", "PK\x03\x04", "=1+1", "\ud7ff", "😀", "1.0E+11", "\u2028", ";", "\\", "&#0;", "_x0000_"]
)  # fmt: skip
LINES = st.lists(PIECES, max_size=60).map("".join)


def _survives(path: Path, kind: str) -> None:
    start = time.perf_counter()
    try:
        sources, _ = find([path], NOW)
        tables, _ = plan(sources, Options(kind=kind, product="p", salt=b"s", chunk=7))
        for table in tables:
            for batch in batches(table, Options(kind=kind, product="p", salt=b"s", chunk=7)):
                assert list(batch.frame.columns) == list(FEEDBACK_COLUMNS)
                assert batch.read == len(batch.frame) + len(batch.quarantined)
                assert kind == "survey" or batch.frame["text"].str.len().gt(0).all()
                assert batch.frame["row"].ge(0).all()
                batch.frame["text"].str.encode("utf-8")
    except FeedbackError as error:
        clear = error.exit_code == 4 and bool(error.hint)
    else:
        clear = True
    assert clear
    assert time.perf_counter() - start < 20


@BOUNDED
@given(content=LINES, suffix=st.sampled_from(SUFFIXES), kind=st.sampled_from(["review", "interview", "survey"]),
       codec=st.sampled_from(["utf-8", "gb18030", "utf-16", "big5"]))  # fmt: skip
def test_texts(content: str, suffix: str, kind: str, codec: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(content.encode(codec, "replace"))
        _survives(path, kind)


@BOUNDED
@given(content=st.binary(max_size=400), head=st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"[{", "内容\n".encode()]),
       suffix=st.sampled_from(SUFFIXES))  # fmt: skip
def test_bytes(content: bytes, head: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(head + content)
        _survives(path, "review")


@BOUNDED
@given(
    value=st.one_of(
        st.text(max_size=60),
        st.floats(),
        st.integers(),
        st.just(10**400),
        st.sampled_from(["inf", "-inf", "nan", float("inf")]),
        st.none(),
        st.datetimes(),
        LINES,
    )
)
def test_cells(value: object) -> None:
    text = cell(value)
    assert cell(text) == cell(cell(text))
    reading = Reading(Options("review", "p").zone, NOW)
    moment = date_room.parse(value, reading)
    assert moment is None or 1990 <= moment.at.year <= 2100
    assert (number := count(str(value))) is None or number >= 0
    assert (rated := stars(value, 5)) is None or 1 <= rated <= 5
    assert (score := nps(value)) is None or 0 <= score <= 10
    from collections import Counter

    once = mask(text, Counter())
    assert mask(once, Counter()) == once
    assert own_words(join(text, text)) is not None
