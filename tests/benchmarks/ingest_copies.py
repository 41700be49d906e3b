"""Near duplicates among 200,000 invented reviews, a tenth of them copies with small changes: seconds and what is found."""

# ruff: noqa: E501 - rows of data read best one a line
from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime, timedelta

import pandas as pd

from feedback.ingest import Held, mark_copies
from feedback.settings import IngestSettings


def main(rows: int) -> None:
    """Make, mark, report recall of the planted copies and how many others were marked."""
    chance = random.Random(1)
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 1500)]
    start = datetime(2024, 1, 1, tzinfo=UTC)
    texts, planted = [], []
    for i in range(rows):
        if i > 100 and chance.random() < 0.1:
            source = list(texts[chance.randrange(len(texts))])
            for _ in range(max(1, len(source) // 40)):
                source[chance.randrange(len(source))] = chance.choice(letters)
            texts.append("".join(source))
            planted.append(True)
        else:
            texts.append("".join(chance.choices(letters, k=chance.randint(20, 120))))
            planted.append(False)
    frame = pd.DataFrame({
        "id": [f"{i:08d}" for i in range(rows)], "kind": "review", "author": None, "text": texts,
        "created_at": pd.to_datetime([start + timedelta(seconds=i) for i in range(rows)], utc=True),
    })  # fmt: skip
    begin = time.perf_counter()
    marks = mark_copies(Held([frame]), IngestSettings())
    took = time.perf_counter() - begin
    found = set(marks["id"])
    copies = [f"{i:08d}" for i, is_copy in enumerate(planted) if is_copy]
    print(f"{rows} records in {took:.1f} s; planted {len(copies)}, found {sum(i in found for i in copies)}, "
          f"others marked {len(found - set(copies))}")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
