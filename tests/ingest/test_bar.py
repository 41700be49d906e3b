"""The bar: rows read of about how many, the time left, then the search for copies."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from feedback import pipeline
from feedback.cli import ingestview
from feedback.ingest import Options
from feedback.settings import Settings
from feedback.store import Store
from tests.ingest.conftest import NOW


class Terminal(io.StringIO):
    """A terminal that keeps what is written to it."""

    def isatty(self) -> bool:
        return True


def _run(folder: Path, monkeypatch: pytest.MonkeyPatch, lang: str, *, quiet: bool, terminal: bool = True) -> str:
    path = folder / "a[b].csv"
    path.write_text("内容\n" + "".join(f"第{i:05d}条：打不开了\n" for i in range(2000)), encoding="utf-8")
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    settings = Settings(store=folder / "s.duckdb")
    plan = pipeline.plan_ingest([path], Options(kind="review", product="p", chunk=500), now=NOW)
    with Store(settings.store) as store, ingestview.progress(lang, quiet=quiet) as bar:
        pipeline.ingest(store, settings, plan, now=NOW, progress=bar.read, comparing=bar.compared)
    return stream.getvalue()


@pytest.mark.parametrize(("lang", "copies", "left"), [("zh", "查找雷同", "剩余"), ("en", "looking for copies", "left")])
def test_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, copies: str, left: str) -> None:
    shown = _run(tmp_path, monkeypatch, lang, quiet=False)
    assert "a[b].csv" in shown
    assert copies in shown
    assert "2,000 / 2,000" in shown
    assert f"{left} " in shown
    assert "0:00:00" in shown


@pytest.mark.parametrize(("quiet", "terminal"), [(True, True), (False, False)])
def test_no_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quiet: bool, terminal: bool) -> None:
    assert _run(tmp_path, monkeypatch, "zh", quiet=quiet, terminal=terminal) == ""
