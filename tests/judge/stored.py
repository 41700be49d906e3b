"""A store of invented records, not yet judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from feedback.records import FEEDBACK_COLUMNS
from feedback.store import Store
from feedback.store.write import insert_feedback

START = datetime(2026, 9, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
TEXTS = (
    "一打开就闪退，根本进不去", "客服半天不回消息，打电话也没人接", "非常好用，推荐给大家", "今天几点开门",
    "太贵了，涨价涨得离谱", "广告太多，弹窗关都关不掉", "还行吧，一般般", "希望增加夜间模式",
    "快递丢了，包装也破了", "推荐的内容千篇一律，没有一个想看的",
)  # fmt: skip


def fill(path: Path, texts: Sequence[str], **fields: Any) -> Path:
    """Store `texts` as records r000000 …, one an hour from START; `fields` stand over the defaults."""
    rows = []
    for number, text in enumerate(texts):
        row: dict[str, Any] = dict.fromkeys(FEEDBACK_COLUMNS)
        row.update(
            id=f"r{number:06}", kind="review", channel="商店", product="青舟", text=text, language="zh",
            created_at=START + timedelta(hours=number), file="invented.csv", row=number + 2, **fields,
        )  # fmt: skip
        rows.append(row)
    frame = pd.DataFrame(rows, columns=list(FEEDBACK_COLUMNS))
    frame["created_at"] = pd.to_datetime(frame["created_at"], utc=True)
    with Store(path) as store:
        insert_feedback(store, frame.astype(object), pd.DataFrame())
    return path


def many(count: int) -> list[str]:
    """`count` texts, no two alike."""
    return [f"{TEXTS[n % len(TEXTS)]}，第{n}次" for n in range(count)]
