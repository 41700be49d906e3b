"""Invented complaints about an invented app, as ingest and analyze would leave them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from feedback.lexicon import taxonomy
from feedback.store import Store

NOW = datetime(2026, 11, 1, tzinfo=UTC)
APP = "小鹿课堂"

#: (code, ways to say it)
STORIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "crash": (
        "function",
        ("一打开就闪退", "登录后闪退", "更新后老是闪退", "看视频看到一半闪退", "点作业就闪退", "经常闪退"),
    ),
    "entry": ("usability", ("找不到转账入口", "转账入口藏得太深了", "转账入口在哪里找不到", "根本找不到入口")),
    "support": ("support", ("客服电话没人接", "打客服电话一直没人接", "客服电话打不通", "联系客服没人接")),
    "push": ("control", ("半夜还推送广告", "天天推送广告", "广告推送关不掉", "推送的广告太多")),
    "invoice": ("aftersales", ("发票一直不开", "申请发票没人理", "电子发票开不出来")),
}
LONE = ("comfort", "自习室的灯光太刺眼")


def rows(each: int = 8, *, seed: int = 0, start: int = 0) -> list[dict[str, Any]]:
    """`each` records of every story by different people, and one that stands alone."""
    made: list[dict[str, Any]] = []
    for story, (code, says) in STORIES.items():
        for n in range(start, start + each):
            quote = says[n % len(says)]
            made.append(
                row(f"{story}{n:03d}", code, quote, f"用了几天，{quote}，唉", at=NOW - timedelta(days=3 * n + 1))
            )
    made.append(row(f"lone{start:03d}", LONE[0], LONE[1], LONE[1], at=NOW))
    random.Random(seed).shuffle(made)
    return made


def row(
    name: str, code: str, quote: str, text: str | None = None, *, at: datetime | None = NOW, **other: Any
) -> dict[str, Any]:
    """One record with one span."""
    whole = quote if text is None else text
    start = whole.index(quote)
    made = {
        "feedback_id": name, "code": code, "span_start": start, "span_end": start + len(quote), "quote": quote,
        "text": whole, "product": APP, "person": f"author of {name}", "created_at": at, "rating": 1.0,
        "polarity": "negative", "near_duplicate_of": None, "version": "3.2.0", "url": None, "stage": "daily_use",
    }  # fmt: skip
    return made | other


def frame(made: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as the units that grouping reads."""
    return pd.DataFrame(made)


def fill(store: Store, made: list[dict[str, Any]]) -> None:
    """Put rows into a store."""
    known = taxonomy()
    with store.write() as connection:
        for number, one in enumerate(made, 2):
            families = list(known.families_of((one["code"],)))
            connection.execute(
                """INSERT INTO feedback (id, kind, product, text, created_at, author, rating, version, url, file,
                sheet, "row", near_duplicate_of)
                VALUES (?, 'review', ?, ?, ?, ?, ?, ?, ?, '评论.xlsx', '导出', ?, ?)""",
                [one["feedback_id"], one["product"], one["text"], one["created_at"], one["person"], one["rating"],
                 one["version"], one["url"], number, one["near_duplicate_of"]],
            )  # fmt: skip
            connection.execute(
                "INSERT INTO verdicts VALUES (?, ?, 0.9, 0.1, 0, 0, ?, ?, ?, '{}', 'invented', now())",
                [one["feedback_id"], one["polarity"], [one["code"]], families, one["stage"]],
            )
            if one["code"] != "unspecified":
                connection.execute(
                    "INSERT INTO complaints VALUES (?, ?, ?, ?, ?)",
                    [one["feedback_id"], one["code"], one["span_start"], one["span_end"], one["quote"]],
                )


def store(path: Path, made: list[dict[str, Any]]) -> Path:
    """A store at `path` with rows in it."""
    with Store(path) as opened:
        fill(opened, made)
    return path
