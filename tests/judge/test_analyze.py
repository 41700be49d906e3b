"""`feedback analyze`: only what is new, all again, from a date; and a kill at any moment loses and doubles nothing."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from feedback.cli import analyze as verb
from feedback.cli.app import Globals
from feedback.errors import FeedbackError
from feedback.judge.combine import judge_texts
from feedback.store import Store
from tests.judge.stored import TEXTS, fill, many


def run(store: Path, *words: str, code: int = 0, lang: str = "zh") -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    verb.register(app)
    result = CliRunner().invoke(app, ["analyze", *words], obj=Globals(store, None, lang, True))
    if isinstance(result.exception, FeedbackError):
        assert result.exception.exit_code == code, str(result.exception)
    else:
        assert result.exit_code == code, result.output
    return result


def judged(store: Path, *words: str) -> int:
    return int(json.loads(run(store, *words, "--json").stdout)["judged"])


def content(path: Path) -> tuple[Any, Any]:
    """All verdicts and complaints, without the time of judging."""
    with Store(path, create=False) as store:
        verdicts = store.rows("SELECT * EXCLUDE judged_at FROM verdicts ORDER BY feedback_id")
        return verdicts, store.rows("SELECT * FROM complaints ORDER BY ALL")


def add(path: Path, count: int) -> None:
    with Store(path, create=False) as store, store.write() as connection:
        connection.execute(
            "INSERT INTO feedback BY NAME SELECT * REPLACE ('new' || id AS id) FROM feedback ORDER BY id LIMIT ?",
            [count],
        )


def test_only_what_is_new_is_judged(tmp_path: Path) -> None:
    path = fill(tmp_path / "s.duckdb", TEXTS)
    verdicts = judge_texts(TEXTS)
    assert json.loads(run(path, "--json").stdout) == {
        "judged": 10,
        "negative": sum(v.polarity == "negative" for v in verdicts),
        "with_codes": sum(bool(v.codes) for v in verdicts),
    }
    rows, complaints = content(path)
    assert [(r[0], r[1], tuple(r[6])) for r in rows] == [
        (f"r{n:06}", v.polarity, v.codes) for n, v in enumerate(verdicts)
    ]
    assert sorted(complaints) == sorted(
        (f"r{n:06}", s.code, s.start, s.end, s.quote) for n, v in enumerate(verdicts) for s in v.spans
    )
    assert judged(path) == 0
    add(path, 3)
    assert judged(path) == 3
    assert content(path)[0][3:] == rows, "what was judged stays as it was"


def test_redo_judges_all_again_and_doubles_nothing(tmp_path: Path) -> None:
    path = fill(tmp_path / "s.duckdb", TEXTS)
    assert judged(path) == 10
    before = content(path)
    assert judged(path, "--redo") == 10
    assert content(path) == before


def test_since_takes_the_first_instant_of_the_day(tmp_path: Path) -> None:
    # Records from 2026-09-01 12:00 on, one an hour: 12 of them before midnight in Shanghai.
    path = fill(tmp_path / "s.duckdb", many(30))
    assert judged(path, "--since", "2026-09-02") == 18
    assert content(path)[0][0][0] == "r000012"
    assert judged(path, "--since", "2026-09-01T20:00") == 4
    assert judged(path) == 8


def test_other_languages_are_left_alone(tmp_path: Path) -> None:
    path = fill(tmp_path / "s.duckdb", ["it crashes"])
    with Store(path) as store:
        store.connection.execute("UPDATE feedback SET language = 'en'")
    assert judged(path) == 0


def test_wrong_use(tmp_path: Path) -> None:
    path = fill(tmp_path / "s.duckdb", TEXTS)
    assert "'fast', 'careful'" in run(path, "--judge", "wise", code=2).output
    assert "--scheduler" in str(run(path, "--scheduler", "tcp://x:1", code=2).exception)
    assert "--since" in str(run(path, "--since", "soon", code=2).exception)
    assert "no such store" in str(run(tmp_path / "none.duckdb", code=4).exception)
    assert run(path).stdout.startswith("判读 10 条：负面")
    assert run(path, lang="en").stdout == "judged 0 records: 0 negative, 0 with complaints\n"


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("kill") / "s.duckdb", many(3000))


def start(path: Path) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "feedback", "-q", "--store", str(path), "analyze", "--workers", "1"]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL)


def test_a_kill_at_any_moment_loses_and_doubles_nothing(untouched: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.duckdb"
    shutil.copy(untouched, whole)
    began = time.monotonic()
    assert start(whole).wait() == 0
    took = time.monotonic() - began
    path = tmp_path / "killed.duckdb"
    shutil.copy(untouched, path)
    draw = random.Random(20_261_122)
    seen = 0
    for share in (draw.uniform(0.2, 0.6), draw.uniform(0.5, 1.0)):
        process = start(path)
        time.sleep(took * share)
        process.kill()
        process.wait()
        with Store(path, create=False) as store:
            done = store.rows("SELECT count(*), count(DISTINCT feedback_id) FROM verdicts")[0]
            stray = store.rows(
                "SELECT count(*) FROM complaints WHERE feedback_id NOT IN (SELECT feedback_id FROM verdicts)"
            )
        assert done[0] == done[1] >= seen
        assert done[0] % 500 == 0, "a chunk is stored whole or not at all"
        assert stray == [(0,)]
        seen = done[0]
    assert judged(path) == 3000 - seen
    assert content(path) == content(whole)
