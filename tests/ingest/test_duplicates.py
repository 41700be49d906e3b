"""Copies: the same words, nearly the same words, one voice in two channels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from feedback.ingest import Held, campaigns, duplicates, mark_copies, prints
from feedback.settings import IngestSettings

PRAISE = "这款净水机真的太好用了，安装师傅也很热情，推荐大家购买，五星好评"
BLAME = "更新之后每次打开都要等半分钟，转账入口也找不到了，客服只会让我重启手机"
START = datetime(2024, 3, 1, tzinfo=UTC)


def _records(*rows: tuple[str, str, str | None, int | None], kind: str = "review") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "id": i,
                "kind": kind,
                "author": author,
                "text": text,
                "created_at": None if h is None else START + timedelta(hours=h),
            }
            for i, text, author, h in rows
        ],
    ).assign(created_at=lambda frame: pd.to_datetime(frame["created_at"], utc=True))


def _marks(records: pd.DataFrame, **settings: Any) -> dict[str, tuple[str, str]]:
    frame = mark_copies(Held([records]), IngestSettings(**settings))
    return {row.id: (row.near_duplicate_of, row.duplicate_reason) for row in frame.itertuples()}


def test_copies_and_near_copies_point_to_the_earliest() -> None:
    records = _records(
        ("d", PRAISE, "u1", 5),
        ("a", PRAISE.replace("，", " ") + "！！", "u2", 9),
        ("c", PRAISE.replace("五星", "满分"), "u3", 1),
        ("b", BLAME, "u4", 2),
        ("e", PRAISE, "u5", None),
    )
    assert _marks(records) == {"d": ("c", "near"), "a": ("c", "copy"), "e": ("c", "copy")}


def test_order_of_rows_does_not_matter() -> None:
    records = _records(*[(f"{i:02d}", PRAISE[i % 4 :] + "呀" * (i % 3), f"u{i}", i % 5) for i in range(40)])
    expected = _marks(records)
    assert expected
    for seed in range(5):
        assert _marks(records.sample(frac=1, random_state=seed)) == expected


def test_records_may_come_in_any_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"{i:02d}", (PRAISE, BLAME)[i % 2][i % 4 :] + "呀" * (i % 3), f"u{i % 7}", i % 5) for i in range(60)]
    records = _records(*rows)
    expected = mark_copies(Held([records]), IngestSettings())
    assert set(expected["duplicate_reason"]) == {"copy", "near"}
    monkeypatch.setattr(duplicates, "_FETCHED", 100)
    monkeypatch.setattr(prints, "_BLOCK", 7)
    pieces = [records.iloc[place : place + 11] for place in range(0, 60, 11)]
    pd.testing.assert_frame_equal(mark_copies(Held(pieces), IngestSettings()), expected)


def test_short_or_monotonous_texts_are_not_copies_of_strangers() -> None:
    records = _records(
        ("a", "很好", "u1", 1), ("b", "很好", "u2", 2), ("c", "好" * 30, "u3", 3), ("d", "好" * 31, "u4", 4)
    )
    assert _marks(records) == {}


def test_one_voice_in_two_channels() -> None:
    records = _records(("a", "一直闪退呀", "u1", 1), ("b", "一直闪退呀！", "u1", 2), ("c", "一直闪退呀", "u2", 3))
    assert _marks(records) == {"b": ("a", "copy")}
    assert _marks(records.assign(kind="interview")) == {}


def test_interviews_and_surveys_are_not_copies_of_strangers() -> None:
    rows = [("a", PRAISE, "u1", 1), ("b", PRAISE, "u2", 2)]
    assert _marks(_records(*rows, kind="interview")) == {}
    assert _marks(_records(*rows, kind="survey")) == {}


def test_campaigns_tell_accounts_and_burst() -> None:
    rows = [(f"{i:02d}", PRAISE + "呀" * (i % 2), f"u{i}", i) for i in range(9)]
    records = _records(*rows, ("zz", BLAME, "u1", 1))
    (group,) = campaigns(Held([records]), mark_copies(Held([records]), IngestSettings())).to_dict("records")
    assert (group["near_duplicate_of"], group["records"], group["accounts"], group["hours"]) == ("00", 9, 9, 4.0)


def test_nothing() -> None:
    empty = mark_copies(Held([]), IngestSettings())
    assert list(empty.columns) == ["id", "near_duplicate_of", "duplicate_reason"]
    assert campaigns(Held([]), empty).empty
