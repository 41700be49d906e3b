"""How long does a build take? python -m tests.benchmarks.leads_speed FILE.tsv.gz [COMPLAINTS] [--bertopic]

FILE holds raw texts, one a line (in tsv the last field); clauses of them stand for complaints of ten products under six
codes. Prints the time of a first build and of a second with 1% new complaints, and, with --bertopic, of BERTopic with
the same vectors on the same clauses.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd

from feedback import pipeline
from feedback.encode import encoder
from feedback.leads.build import Grouper, cutter
from feedback.settings import LeadSettings, Settings, TextSettings
from feedback.store import Store
from feedback.text.clauses import clauses

CODES = ("function", "quality", "support", "usability", "responsiveness", "fulfilment")
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def complaints(path: str, count: int) -> pd.DataFrame:
    """One clause of six characters or more a record."""
    rows = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            text = line.rstrip("\n").rsplit("\t", 1)[-1]
            found = [c for c in clauses(text) if 6 <= c.end - c.start <= 40]
            if found:
                span = found[len(found) // 2]
                quote = text[span.start : span.end]
                rows.append((f"r{number:07d}", text, quote, span.start, span.end))
            if len(rows) == count:
                break
    frame = pd.DataFrame(rows, columns=["id", "text", "quote", "span_start", "span_end"])
    frame["product"] = [f"p{n % 10}" for n in range(len(frame))]
    frame["code"] = [CODES[n // 10 % len(CODES)] for n in range(len(frame))]
    return frame


def fill(store: Store, frame: pd.DataFrame) -> None:
    """Records, verdicts and spans, as ingest and analyze would leave them."""
    made = frame.assign(created_at=[NOW - timedelta(hours=n % 2000) for n in range(len(frame))], family="product")
    with store.write() as connection:
        connection.register("made", made)
        connection.execute(
            """INSERT INTO feedback (id, kind, product, text, created_at, author, rating, file, "row")
            SELECT id, 'review', product, text, created_at, id, 2, 'made', 1 FROM made;
            INSERT INTO verdicts
            SELECT id, 'negative', 0.9, 0.1, 0, 0, [code], [family], NULL, '{}', 'made', now() FROM made;
            INSERT INTO complaints SELECT id, code, span_start, span_end, quote FROM made"""
        )
        connection.unregister("made")


def main(path: str, count: int, bertopic: bool) -> None:
    frame = complaints(path, count)
    cut = len(frame) * 100 // 101
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "speed.duckdb") as store:
        times = []
        for part in (frame.iloc[:cut], frame.iloc[cut:]):
            fill(store, part)
            began, used = time.monotonic(), time.process_time()
            built = pipeline.leads_build(store, Settings(), now=NOW)
            times.append(time.process_time() - used)
            print(
                f"{len(part)} new complaints: {time.monotonic() - began:.1f} s ({times[-1]:.1f} s of processor), "
                f"{built.leads} leads, {built.single} single"
            )
        print(f"second ÷ first, processor: {times[1] / times[0]:.1%}")
    if bertopic:
        from bertopic import BERTopic

        quotes = list(frame["quote"])
        vectors = encoder("static", cutter(TextSettings())).encode(quotes)
        units = frame.rename(columns={"id": "feedback_id"}).assign(person=frame["id"], near_duplicate_of=None)
        grouper = Grouper(LeadSettings(), TextSettings())
        began, used = time.monotonic(), time.process_time()
        placed = grouper.group(units, vectors, [])
        ours = (time.monotonic() - began, time.process_time() - used)
        print(f"grouping alone: {ours[0]:.1f} s ({ours[1]:.1f} s of processor), {placed.single:.1%} single", flush=True)
        began, used = time.monotonic(), time.process_time()
        topics, _ = BERTopic(language="chinese").fit_transform(quotes, vectors)
        theirs = (time.monotonic() - began, time.process_time() - used)
        out = sum(topic == -1 for topic in topics) / len(topics)
        print(
            f"BERTopic with the same vectors: {theirs[0]:.1f} s ({theirs[1]:.1f} s of processor), "
            f"{len(set(topics)) - 1} topics, {out:.1%} outliers"
        )
        print(f"BERTopic ÷ grouping, processor: {theirs[1] / ours[1]:.1f}; ÷ whole build: {theirs[1] / times[0]:.1f}")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[2:] if word.isdigit()]
    main(sys.argv[1], numbers[0] if numbers else 100_000, "--bertopic" in sys.argv)
