"""From judged records to share, state and series."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pandas as pd
import pytest

from feedback.settings import TrackSettings
from feedback.track.keywords import Keyword
from feedback.track.monitor import LeftOut, Tracked, watch
from feedback.track.share import Adjusted
from tests.track.invented import ZONE, at, days, frame, record

SETTINGS = TrackSettings()
KEYWORD = Keyword("青舟", ("青舟",))


def run(table: pd.DataFrame, *keywords: Keyword, end: str = "2026-11-08", **options: object) -> Tracked:
    settings = TrackSettings.model_validate(options.pop("settings", {}))
    return watch(table, keywords or (KEYWORD,), settings, end=at(end), zone=ZONE, **options)  # type: ignore[arg-type]


def test_a_week_is_counted_and_the_series_adds_up() -> None:
    tracked = run(frame(days("2026-11-01", [(20, 0), (20, 1), (0, 0), (20, 4), (20, 4), (20, 4), (20, 4)])))
    (watched,) = tracked.keywords
    assert (watched.share.n, watched.share.negative, watched.state) == (120, 17, "breach")
    assert tracked.breach
    assert [(p.share.n, p.share.negative, p.state) for p in watched.series] == [
        (20, 0, "calm"), (20, 1, "calm"), (0, 0, "too few"), (20, 4, "breach"), (20, 4, "breach"), (20, 4, "breach"),
        (20, 4, "breach"),
    ]  # fmt: skip
    assert watched.series[2].share.share is None
    assert watched.rise is not None
    assert watched.rise.since.isoformat() == "2026-11-04"


def test_the_order_of_rows_does_not_matter() -> None:
    table = frame(days("2026-10-01", [(9, 1), (11, 0)] * 19))
    again = table.sample(frac=1, random_state=3)
    one, two = run(table).keywords[0], run(again).keywords[0]
    assert (one.share, one.state, one.series, one.rise, one.alarm) == (
        two.share, two.state, two.series, two.rise, two.alarm
    )  # fmt: skip


def test_the_window_opens_and_closes_right_at_midnight() -> None:
    moments = ["2026-10-31T23:59:59", "2026-11-01T00:00:00", "2026-11-07T23:59:59", "2026-11-08T00:00:00"]
    (watched,) = run(frame([record(i, at(m)) for i, m in enumerate(moments)])).keywords
    assert watched.share.n == 2
    assert [p.share.n for p in watched.series] == [1, 1, 0, 0, 0, 0, 0, 1]


def test_mixed_and_neutral_ones_count_below_the_line_only() -> None:
    rows = [record(i, at("2026-11-05"), p) for i, p in enumerate(["mixed", "neutral", "positive", "negative"] * 10)]
    (watched,) = run(frame(rows)).keywords
    assert (watched.share.n, watched.share.negative) == (40, 10)


def test_copies_are_left_out_and_counted_by_kind() -> None:
    rows = days("2026-11-05", [(30, 0)])
    rows += [
        record(100 + i, at("2026-11-06"), "negative", near_duplicate_of="r000000", duplicate_reason="near")
        for i in range(5)
    ]
    rows += [
        record(200 + i, at("2026-11-06"), "negative", near_duplicate_of="r000000", duplicate_reason="copy")
        for i in range(3)
    ]
    # One author saying the same thing again, in other widths and spaces: one voice.
    rows += [record(300 + i, at(f"2026-11-07T0{i}:00"), "negative", author="x", text=t) for i, t in
             enumerate(["青舟 又崩了！", "青舟又崩了!", "青舟又崩了！再说一次"])]  # fmt: skip
    # Without a name nobody can be told apart.
    rows += [record(400 + i, at("2026-11-07"), author=None, text="青舟早") for i in range(2)]
    (watched,) = run(frame(rows), repeats={"r000001": 4, "r000100": 9, "elsewhere": 7}).keywords
    assert watched.left_out == LeftOut(duplicates=3 + 1 + 4, near_duplicates=5)
    assert (watched.share.n, watched.share.negative) == (34, 2)


def test_copies_outside_the_window_are_not_counted_in_it() -> None:
    rows = days("2026-10-01", [(3, 0)])
    rows.append(record(50, at("2026-10-02"), near_duplicate_of="r000000", duplicate_reason="near"))
    (watched,) = run(frame(rows), repeats={"r000000": 2}).keywords
    assert (watched.share.n, watched.state, watched.left_out) == (0, "too few", LeftOut(0, 0))
    assert watched.share.share is None
    assert watched.by_engagement is None
    assert watched.last_mention == at("2026-10-01T20:00")


def test_records_without_a_time_or_after_the_end_do_not_count() -> None:
    rows = [record(0, None), record(1, at("2026-11-05")), record(2, at("2026-12-05"), "negative")]
    (watched,) = run(frame(rows)).keywords
    assert (watched.share.n, watched.share.negative) == (1, 0)


def test_a_weak_breach_among_many_keywords_is_only_watched() -> None:
    rows = days("2026-11-01", [(50, 5), (50, 5)])
    names = [f"第{i:02}号" for i in range(60)]
    for i, name in enumerate(names):
        rows += days("2026-11-03", [(40, 0)], start=10_000 + 100 * i, text=f"{name}挺好")
        for j, row in enumerate(rows[-40:]):
            row["text"] = f"{name}挺好 {j}"
    keywords = [KEYWORD, *(Keyword(name, (name,)) for name in names)]
    assert run(frame(rows)).keywords[0].state == "breach"
    tracked = run(frame(rows), *keywords)
    assert tracked.keywords[0].share.n == 100
    assert tracked.keywords[0].state == "watch"
    assert not tracked.breach


def test_engagement_is_a_second_view_and_the_judges_errors_a_third() -> None:
    rows = [record(i, at("2026-11-05"), "negative" if i < 2 else "neutral") for i in range(40)]
    rows[0]["engagement"], rows[5]["engagement"] = 99, None
    for row in rows[:10]:
        row["judge"] = "another"
    rows.append(record(99, at("2026-01-05"), "negative"))
    asked = []

    def correct(counts: Mapping[str, tuple[int, int]]) -> Adjusted:
        asked.append(dict(counts))
        return Adjusted(0.04, 0.01, 0.2)

    (watched,) = run(frame(rows), correct=correct).keywords
    assert watched.by_engagement == pytest.approx(101 / 139)
    assert asked == [{"another": (2, 10), "test": (0, 30)}]
    assert watched.adjusted == Adjusted(0.04, 0.01, 0.2)


def test_since_cuts_the_window_and_begins_the_series() -> None:
    table = frame(days("2026-10-01", [(10, 0)] * 38))
    (watched,) = run(table, since=at("2026-11-06")).keywords
    assert (watched.share.n, len(watched.series)) == (20, 2)
    (watched,) = run(table, since=at("2026-10-30"), settings={"step": "2d"}).keywords
    assert (watched.share.n, [p.share.n for p in watched.series]) == (70, [20, 20, 20, 20, 10])
    assert [p.window.complete for p in watched.series] == [True, True, True, True, False]


def test_only_keywords_that_are_mentioned() -> None:
    table = frame(days("2026-11-01", [(5, 0)]))
    other = Keyword("松果", ("松果",))
    assert [w.keyword for w in run(table, KEYWORD, other, only_mentioned=True).keywords] == ["青舟"]
    assert [w.keyword for w in run(table, KEYWORD, other).keywords] == ["青舟", "松果"]
    assert [w.keyword for w in run(table, other, only_mentioned=True).keywords] == ["松果"]


def test_the_product_is_the_one_of_most_records() -> None:
    rows = [record(i, at("2026-11-05"), product="乙" if i < 2 else "甲") for i in range(5)]
    assert dict(run(frame(rows)).keywords[0].products) == {"甲": 3, "乙": 2}
    assert run(frame(rows)).keywords[0].product == "甲"


def test_a_fast_rise_rings_before_the_window_is_in_breach() -> None:
    rows = days("2026-09-01", [(200, 6)] * 60 + [(200, 6), (200, 20), (200, 24)])
    (watched,) = run(frame(rows), end="2026-11-03").keywords
    assert watched.state == "watch"
    assert watched.alarm is not None
    assert watched.rise is not None
    assert watched.rise.since.isoformat() == "2026-11-01"
    assert abs(watched.alarm.since - watched.rise.since) <= timedelta(days=1)
    assert watched.alarm.rang - watched.alarm.since <= timedelta(days=2)
    # A week later it is old news.
    quiet = frame([*rows, *days("2026-11-03", [(200, 6)] * 14, start=90_000)])
    assert run(quiet, end="2026-11-17").keywords[0].alarm is None
