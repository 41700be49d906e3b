"""How fast `feedback classify` is, from file to JSON lines, beside SnowNLP's sentiment alone on the same lines.

    python -m tests.benchmarks.speed_classify TEXTS [--lines 200000] [--workers 2] [--rival 1500]

TEXTS holds one text a line, or `source TAB text`, plain or gzipped. SnowNLP (pip install snownlp) runs in as many
processes on a sample drawn evenly from the same lines. Memory is the peak of the whole tree of processes (Linux).
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path


def read(file: Path, lines: int) -> list[str]:
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as stream:
        found = [line.rstrip("\n").split("\t")[-1].strip() for line in stream]
    return [text for text in found if text][:lines]


def memory(pid: int) -> int:
    """Resident bytes of a process and its children; pages that they share count once in each."""
    total = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if int(entry.name) == pid or parent == pid or _grandparent(parent) == pid:
                total += int((entry / "statm").read_text().split()[1]) * resource.getpagesize()
        except (OSError, IndexError, ValueError):
            continue
    return total


def _grandparent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError, ValueError):
        return -1


def ours(texts: list[str], workers: int) -> tuple[float, int]:
    """Seconds and peak bytes of `feedback classify` over the texts, start-up included."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "texts.txt", Path(folder) / "out.jsonl"
        source.write_text("\n".join(texts) + "\n", encoding="utf-8")
        began = time.perf_counter()
        command = [sys.executable, "-m", "feedback", "-q", "classify", str(source), "-o", str(target)]
        process = subprocess.Popen([*command, "--workers", str(workers)])
        peak = 0
        done = threading.Event()

        def watch() -> None:
            nonlocal peak
            while not done.wait(0.25):
                peak = max(peak, memory(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        if process.wait():
            raise SystemExit("classify failed")
        seconds = time.perf_counter() - began
        done.set()
        watcher.join()
        assert sum(1 for _ in target.open("rb")) == len(texts)
    return seconds, peak


def rival_of(texts: list[str]) -> int:
    from snownlp import SnowNLP

    for text in texts:
        _ = SnowNLP(text).sentiments
    return len(texts)


def rival(texts: list[str], workers: int) -> float:
    """SnowNLP's records a second in `workers` processes, loading left out."""
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        pool.map(rival_of, [["好"]] * workers)
        parts = [texts[at::workers] for at in range(workers)]
        began = time.perf_counter()
        pool.map(rival_of, parts)
        return len(texts) / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rival", type=int, default=1500, help="lines for SnowNLP")
    options = parser.parse_args()
    texts = read(options.texts, options.lines)
    mean = sum(map(len, texts)) / len(texts)
    load = os.getloadavg()[0]
    print(f"{len(texts):,} texts, {mean:.0f} characters on average, {options.workers} processes, load {load:.1f}")
    quarter, quarter_peak = ours(texts[: len(texts) // 4], options.workers)
    seconds, peak = ours(texts, options.workers)
    speed = len(texts) / seconds
    print(f"feedback classify: {seconds:.1f} s, {speed:,.0f} records/s, peak {peak / 1e6:.0f} MB")
    print(f"  a quarter of the lines: {quarter:.1f} s, peak {quarter_peak / 1e6:.0f} MB")
    if importlib.util.find_spec("snownlp") is None:
        print("SnowNLP is not installed: no ratio")
        return
    sample = texts[:: max(1, len(texts) // options.rival)]
    slow = rival(sample, options.workers)
    print(f"SnowNLP sentiment alone: {slow:,.0f} records/s on {len(sample):,} of the lines; ratio {speed / slow:.0f}")


if __name__ == "__main__":
    main()
