"""A csv of a million rows into a fresh store: seconds, rows per second and peak memory.

`python -m tests.benchmarks.ingest_scale [ROWS] [SHARE OF COPIES]`
"""

# ruff: noqa: E501 - rows of data read best one a line
from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

from feedback import pipeline
from feedback.ingest import Options
from feedback.settings import Settings
from feedback.store import Store

LETTERS = [chr(code) for code in range(0x4E00, 0x4E00 + 2500)]
WEIGHTS = list(accumulate(1 / (rank + 10) for rank in range(len(LETTERS))))


def main(rows: int, copies: float) -> None:
    """Write, take in, report. `copies`: so many rows repeat an earlier one, half of them with one character changed."""
    chance = random.Random(1)
    earlier: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.csv"
        with path.open("w", encoding="utf-8-sig") as stream:
            stream.write("发表时间,作者,评级,标题,内容\n")
            for i in range(rows):
                text = "，".join(
                    "".join(chance.choices(LETTERS, cum_weights=WEIGHTS, k=8)) for _ in range(chance.randint(1, 6))
                )
                if earlier and chance.random() < copies:
                    text = chance.choice(earlier)
                    if chance.random() < 0.5:
                        place = chance.randrange(len(text))
                        text = text[:place] + chance.choice(LETTERS) + text[place + 1 :]
                elif len(earlier) < 50_000:
                    earlier.append(text)
                stream.write(
                    f'2024-{i % 12 + 1:02d}-{i % 28 + 1:02d} 12:{i % 60:02d}:00,用户{i},{i % 5 + 1},,"{text}"\n'
                )
        print(f"{path.stat().st_size / 1e6:.0f} MB written")
        settings = Settings(store=Path(folder) / "s.duckdb")
        start, now = time.perf_counter(), datetime.now(UTC)
        plan = pipeline.plan_ingest([path], Options(kind="review", product="p"), now=now)
        with Store(settings.store) as store:
            report = pipeline.ingest(store, settings, plan, now=now)
        took = time.perf_counter() - start
        (file,) = report.files
        print(
            f"{file.read} read, {file.stored} stored, {file.near_duplicates} near duplicates in {took:.0f} s, {file.read / took:.0f} rows/s"
        )
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, float(sys.argv[2]) if len(sys.argv) > 2 else 0.0)
