"""The report's page from a store: its numbers, its hour of the day, both languages."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from feedback import lexicon
from feedback.report.data import ReportData, gather
from feedback.report.page import build
from feedback.report.render import render
from feedback.report.words import WORDS
from feedback.settings import Settings
from feedback.store import Store, campaigns
from tests.track.invented import at, days, fill


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = fill(tmp_path / "s.duckdb", days("2026-09-03", [(10, 1)] * 40))
    with Store(path) as store, store.write() as connection:
        connection.execute("UPDATE verdicts SET judge = 'careful'")
    return path


def gathered(path: Path, now: datetime, since: datetime | None = None) -> ReportData:
    with Store(path) as store:
        return gather(store, Settings(store=path), since=since, until=None, now=now)


def page(path: Path, now: datetime, lang: str = "zh") -> str:
    settings = Settings.model_validate({"store": path, "lang": lang})
    return render(build(gathered(path, now), settings, lexicon.taxonomy(), version="0"))


def test_windows_are_whole_days_at_any_hour_of_the_last_day(path: Path) -> None:
    """The newest record is of 12 October: by then as at midnight the last window holds seven whole days."""
    for now in (at("2026-10-12T09:30"), at("2026-10-12T23:59"), at("2026-12-01T10:00")):
        track = gathered(path, now).track
        assert track is not None
        (watched,) = track.tracked.keywords
        assert (watched.window.start, watched.window.end) == (at("2026-10-06"), at("2026-10-13"))
        assert watched.share.n == 70
        assert [point.share.n for point in watched.series] == [50, 70, 70, 70, 70, 70]
        assert all(point.window.complete for point in watched.series)
    assert "最后一天未完，截至 10-12 09:30" in page(path, at("2026-10-12T09:30"))
    assert "最后一天未完" not in page(path, at("2026-12-01T10:00"))
    asked = gathered(path, at("2026-12-01"), since=at("2026-10-01")).track
    assert asked is not None
    assert asked.tracked.keywords[0].series[0].window.start == at("2026-10-01")


def test_a_date_in_the_future_moves_no_window(path: Path) -> None:
    with Store(path) as store, store.write() as connection:
        connection.execute("UPDATE feedback SET created_at = '2062-01-01T00:00:00Z' WHERE id = 'r000010'")
    track = gathered(path, at("2026-10-12T09:30")).track
    assert track is not None
    assert track.tracked.end == at("2026-10-13")


@pytest.mark.parametrize(
    ("lang", "tile", "judge"),
    [
        ("zh", "40 / 400 条（不计雷同），95% 区间 7.4%–13.3%；按判读误差修正为", "careful（未见过的来源上：负面找出"),
        ("en", "40 of 400 without copies, 95% interval 7.4%–13.3%; ", "careful (on sources it never saw: finds"),
    ],
)
def test_the_overall_share_is_corrected_and_the_judges_rates_are_named(
    path: Path, lang: str, tile: str, judge: str
) -> None:
    shown = page(path, at("2026-10-13"), lang)
    assert tile in shown
    assert judge in shown
    assert "<script" not in shown
    assert not re.search(r"(?:src|href)=[\"']https?:", shown)


def test_groups_of_copies_are_shown_with_their_place(path: Path) -> None:
    moment = at("2026-10-01T08:00")
    groups = pd.DataFrame([
        {"near_duplicate_of": f"r00000{i}", "records": 10 - i, "accounts": 4, "first": moment, "last": moment,
         "hours": None if i == 1 else 1.25}
        for i in range(7)
    ])  # fmt: skip
    with Store(path) as store:
        campaigns.save(store, "青舟", groups, moment)
        campaigns.save(store, "青舟", groups, moment)
        with store.write() as connection:
            connection.execute("UPDATE feedback SET text = '青舟<b>好</b>' WHERE id = 'r000000'")
    shown = page(path, at("2026-10-13"))
    assert "青舟&lt;b&gt;好&lt;/b&gt;<cite>invented.csv 第 2 行</cite>" in shown
    assert "<span>10 条 · 4 个账号</span><span>半数在 1.2 小时之内</span><span>2026-10-01</span>" in shown
    assert shown.count("个账号</span>") == 5
    assert "另有 2 组" in shown
    assert "9 records · 4 accounts</span><span>2026-10-01" in page(path, at("2026-10-13"), "en")


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["zh"].keys() == WORDS["en"].keys()
    for name, text in WORDS["zh"].items():
        fields = re.compile(r"{(\w+)")
        assert set(fields.findall(text)) == set(fields.findall(WORDS["en"][name])), name
