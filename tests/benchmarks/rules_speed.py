"""What the rules cost per text of 62 characters, beside bare rjieba: `python tests/benchmarks/rules_speed.py FILE`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import rjieba

from feedback.judge.rules import RuleBook

LENGTH = 62


def cost(work: Callable[[list[str]], object], texts: list[str]) -> float:
    """Best of three runs over `texts`, processor time."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work(texts)
        best = min(best, time.process_time() - start)
    return best / sum(map(len, texts)) * LENGTH * 1e6


if __name__ == "__main__":
    lines = [line for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines() if line.strip()][:20_000]
    book, cutter = RuleBook.load(), rjieba.Jieba()
    print(f"{len(lines)} texts, {sum(map(len, lines)) / len(lines):.0f} characters on average")
    print(f"rules as features  {cost(book.features, lines):7.1f} µs per {LENGTH} characters")
    print(f"rules as hits      {cost(lambda texts: [book.hits(text) for text in texts], lines):7.1f} µs")
    print(f"bare rjieba        {cost(lambda texts: [cutter.cut(text) for text in texts], lines):7.1f} µs")
