"""The engines: results in order, the same on any number of workers."""

from __future__ import annotations

import os
import time
from functools import partial

import pytest

from feedback.engine import dask, local
from feedback.errors import UsageError
from feedback.judge.combine import judge_texts

TEXTS = ["闪退", "很好用", "太贵了", "客服不理人", "今天周五", "希望增加夜间模式"] * 4
CHUNKS = [TEXTS[at : at + 3] for at in range(0, len(TEXTS), 3)]


def slow_first(number: int) -> int:
    time.sleep(0.05 if number == 0 else 0)
    return number * 2


def test_results_come_in_order_whoever_is_first() -> None:
    assert list(local.run(slow_first, range(20), workers=2, worth=2)) == [2 * n for n in range(20)]
    assert list(local.run(slow_first, range(20))) == [2 * n for n in range(20)]
    assert list(local.run(slow_first, [], workers=2)) == []


def test_chunks_are_drawn_as_they_are_needed() -> None:
    drawn: list[int] = []

    def chunks() -> object:
        for number in range(100):
            drawn.append(number)
            yield number

    results = local.run(slow_first, chunks(), worth=4)  # type: ignore[arg-type]
    next(results)
    assert len(drawn) < 10


def test_two_processes_judge_as_one_does() -> None:
    alone = list(local.run(judge_texts, CHUNKS))
    assert list(local.run(judge_texts, CHUNKS, workers=2, worth=1)) == alone


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_judges_as_one_process_does() -> None:
    pytest.importorskip("distributed")
    with dask.connected(None, 2) as client:
        found = list(dask.run(client, partial(judge_texts), CHUNKS[:4]))
    assert found == list(local.run(judge_texts, CHUNKS[:4]))


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_does_not_answer_is_named() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(UsageError, match="nonsense"), dask.connected("nonsense://here", 1):
        pass


def test_the_environment_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    before = dict(os.environ)
    with local._environment({"OMP_NUM_THREADS": "1", "PYTHONSAFEPATH": "1"}):
        assert (os.environ["OMP_NUM_THREADS"], os.environ["PYTHONSAFEPATH"]) == ("1", "1")
    assert dict(os.environ) == before
