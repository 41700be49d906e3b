"""`feedback ingest` as a process: a store in use or of a newer version is left alone; Ctrl-C ends it cleanly."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from feedback.store import Store

CSV = "时间,内容\n" + "".join(f"2024-01-{i % 28 + 1:02d},第{i}条：更新之后打不开了\n" for i in range(50))
HOLDER = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
#: The verb, with a pause after the second batch: long enough to press Ctrl-C in. A shell may have started the tests in
#: the background, where Ctrl-C is ignored: it is heard again first.
SLOW = """
import functools, signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from feedback import ingest
from feedback.store import write
insert, calls = write.insert_feedback, []
def slow(*arguments):
    refreshed = insert(*arguments)
    calls.append(1)
    if len(calls) == 2:
        print("two batches", flush=True)
        time.sleep(60)
    return refreshed
write.insert_feedback = slow
ingest.Options = functools.partial(ingest.Options, chunk=20)
from feedback.cli import main
main()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    Store(tmp_path / "s.duckdb").close()
    return tmp_path


def _start(folder: Path, program: tuple[str, ...], *options: str) -> subprocess.Popen[str]:
    store, path = str(folder / "s.duckdb"), str(folder / "a.csv")
    words = ["--store", store, "ingest", path, "--kind", "review", "--product", "p", *options]
    return subprocess.Popen(
        [sys.executable, *program, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("options", [(), ("--dry-run", "--json")])
def test_a_store_in_use_is_named_with_its_user_and_left_alone(folder: Path, options: tuple[str, ...]) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder / "s.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        before = _files(folder)
        run = _start(folder, ("-m", "feedback"), *options)
        out, err = run.communicate()
        assert (run.returncode, out) == (5, "")
        (line,), store = err.splitlines(), re.escape(str(folder / "s.duckdb"))
        assert re.fullmatch(
            rf"feedback: {store}: the store is in use by process {holder.pid} \(.+\) \(wait until it ends, .+\)", line
        )
        assert _files(folder) == before
    finally:
        holder.communicate("")


def test_a_newer_store_is_left_alone(folder: Path) -> None:
    with Store(folder / "s.duckdb") as store:
        store.rows("INSERT INTO migrations VALUES (999, 'from the future', now())")
    before, store_path = _files(folder), re.escape(str(folder / "s.duckdb"))
    run = _start(folder, ("-m", "feedback"))
    out, err = run.communicate()
    assert (run.returncode, out) == (5, "")
    assert re.fullmatch(
        rf"feedback: {store_path}: the store has \d+ migrations, this version knows \d+ \(upgrade feedback, .+\)\n", err
    )
    assert _files(folder) == before


def test_interrupt_is_one_line_and_the_next_run_goes_on(folder: Path) -> None:
    with _start(folder, ("-c", SLOW)) as run:
        assert run.stdout is not None
        told = run.stdout.readline()
        run.send_signal(signal.SIGINT)
        out, err = run.communicate()
    assert told == "two batches\n"
    assert (run.returncode, out) == (130, "")
    assert err == ("feedback: interrupted: what was read so far is stored; run the same command again to go on\n")
    with Store(folder / "s.duckdb") as store:
        assert store.rows("SELECT count(*) FROM feedback") == [(40,)]
    again = _start(folder, ("-m", "feedback"), "--json")
    out, _ = again.communicate()
    assert again.returncode == 0
    assert '"stored": 10,\n      "known": 40,' in out
    with Store(folder / "s.duckdb") as store:
        assert store.rows("SELECT count(*), count(DISTINCT id) FROM feedback") == [(50, 50)]
