"""A file made of text or bytes, taken in, and looked at whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from feedback.ingest import Options, Quarantined, Table, batches, find, plan

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass
class Taken:
    """All batches of a file as one."""

    tables: list[Table]
    skipped: list[str]
    frame: pd.DataFrame
    quarantined: list[Quarantined]
    notes: Counter[str]
    masked: Counter[str]

    def column(self, name: str) -> list[Any]:
        return [None if pd.isna(value) else value for value in self.frame[name]]

    @property
    def texts(self) -> list[str]:
        return list(self.frame["text"])

    @property
    def local(self) -> list[str | None]:
        return [
            None if pd.isna(at) else f"{at.tz_convert('Asia/Shanghai'):%Y-%m-%d %H:%M:%S}"
            for at in self.frame["created_at"]
        ]


Take = Callable[..., Taken]


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """take(content, name="a.csv", **options) → Taken; `content` may be a path, text or bytes."""

    def taken(content: str | bytes | Path, name: str = "a.csv", **options: Any) -> Taken:
        path = content if isinstance(content, Path) else tmp_path / name
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8", newline="")
        elif isinstance(content, bytes):
            path.write_bytes(content)
        sources, left_out = find([path], NOW)
        settings = Options(**{"kind": "review", "product": "p", "salt": b"s", "as_of": NOW, "chunk": 3} | options)
        tables, skipped = plan(sources, settings)
        frames, bad, notes, masked = [], [], Counter[str](), Counter[str]()
        read = 0
        for table in tables:
            for batch in batches(table, settings):
                frames.append(batch.frame)
                bad += batch.quarantined
                notes += batch.notes
                masked += batch.masked
                read += batch.read
        frame = pd.concat(frames, ignore_index=True)
        assert read == len(frame) + len(bad)
        told = [one.words("en") for one in (*left_out, *skipped)]
        return Taken(tables, told, frame, bad, notes, masked)

    return taken
