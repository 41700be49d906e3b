"""The corrected share: each judge's own rates, joined by the pipeline."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from feedback import pipeline_track
from feedback.judge.prevalence import Rates
from feedback.settings import Settings
from feedback.store import Store
from tests.track.invented import at, days, fill

GOOD, POOR = Rates(1000, 900, 1000, 950), Rates(200, 160, 300, 270)


def test_each_part_by_its_own_judge_and_unknown_rates_give_nothing() -> None:
    found = pipeline_track.correct({"a": (810, 6000), "b": (960, 4000)}, {"a": GOOD, "b": POOR}, 0.95)
    assert found is not None
    assert found.share == pytest.approx(0.14)
    assert found == pipeline_track.correct({"b": (960, 4000), "a": (810, 6000)}, {"b": POOR, "a": GOOD}, 0.95)
    assert pipeline_track.correct({"a": (810, 6000), "b": (9, 40)}, {"a": GOOD, "b": None}, 0.95) is None
    assert pipeline_track.correct({"a": (810, 6000), "b": (0, 0)}, {"a": GOOD, "b": None}, 0.95) is not None
    assert pipeline_track.correct({"a": (810, 6000)}, {}, 0.95) is None
    assert pipeline_track.correct({}, {"a": GOOD}, 0.95) is None


def test_a_store_read_by_two_judges_has_a_corrected_share(tmp_path: Path) -> None:
    path = fill(tmp_path / "s.duckdb", days("2026-11-01", [(60, 12)] * 7))
    settings = Settings(store=path)
    end = at("2026-11-08")
    with Store(path) as store:
        with store.write() as connection:
            connection.execute(
                "UPDATE verdicts SET judge = CASE WHEN feedback_id < 'r000200' THEN 'fast' ELSE 'careful' END"
            )
        result = pipeline_track.track(store, settings, end=end, now=end, dry_run=True)
        (watched,) = result.tracked.keywords
        assert list(result.rates) == ["careful", "fast"]
        assert watched.adjusted is not None
        assert watched.share.share == 0.2
        assert watched.adjusted.lower < watched.adjusted.share < watched.adjusted.upper
        # The interval of the truth is wider than that of the count alone: the rates are uncertain too.
        assert watched.share.upper is not None
        assert watched.share.lower is not None
        assert watched.adjusted.upper - watched.adjusted.lower > watched.share.upper - watched.share.lower
        with store.write() as connection:
            connection.execute("UPDATE verdicts SET judge = 'a model that is gone' WHERE feedback_id = 'r000400'")
        result = pipeline_track.track(store, settings, end=end, now=end + timedelta(hours=1), dry_run=True)
        assert result.rates["a model that is gone"] is None
        assert result.tracked.keywords[0].adjusted is None
