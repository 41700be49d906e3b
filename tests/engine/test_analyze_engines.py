"""What `analyze` stores does not depend on where or in how many pieces the work ran."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from feedback import pipeline
from feedback.engine import dask, local
from feedback.settings import Settings
from feedback.store import Store
from tests.judge.stored import START, fill, many


def stored(path: Path, run: Callable[..., Any] = map) -> tuple[Any, Any, Any]:
    """Verdicts and complaints, as they stand, after an analysis on the engine `run`; and the progress told."""
    told: list[tuple[int, int]] = []
    with Store(fill(path, many(40))) as store:
        done = pipeline.analyze(store, Settings(), now=START, run=run, progress=lambda n, of: told.append((n, of)))
        assert done.judged == 40
        verdicts = store.rows("SELECT * FROM verdicts ORDER BY feedback_id")
        complaints = store.rows("SELECT * FROM complaints ORDER BY ALL")
    return verdicts, complaints, told


@pytest.mark.filterwarnings("ignore")
def test_every_engine_stores_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = stored(tmp_path / "whole.duckdb")
    assert whole[2] == [(40, 40)]
    monkeypatch.setattr(pipeline, "JUDGED_AT_ONCE", 7)
    expected = (*whole[:2], [(7, 40), (14, 40), (21, 40), (28, 40), (35, 40), (40, 40)])
    assert stored(tmp_path / "one.duckdb", local.run) == expected
    assert stored(tmp_path / "two.duckdb", partial(local.run, workers=2, worth=1)) == expected
    pytest.importorskip("distributed")
    with dask.connected(None, 2) as client:
        assert stored(tmp_path / "dask.duckdb", partial(dask.run, client)) == expected
