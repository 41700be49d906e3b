"""Makes feedback/encode/words.npz from raw texts: python -m tests.benchmarks.leads_vectors FOLDER [OUT]

FOLDER holds *.txt.gz or *.tsv.gz (one text a line; in tsv the last field) and csv files with a column `review`.
"""

from __future__ import annotations

import gzip
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from feedback.encode.static import FILE, learn
from feedback.settings import TextSettings
from feedback.text.normal import normalise
from feedback.text.words import segmenter

KEEP = re.compile(r"[\u4e00-\u9fffa-z]")


def texts(folder: Path) -> Iterator[str]:
    """Every text once; of the weibo posts, which are far from the subject, each fourth."""
    for file in sorted(folder.rglob("*.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                if not file.name.startswith("weibo") or number % 4 == 0:
                    yield line.rsplit("\t", 1)[-1]
    for file in sorted(folder.rglob("*.csv")):
        table = pd.read_csv(file, encoding_errors="ignore", on_bad_lines="skip")
        if "review" in table.columns:
            yield from table["review"].dropna().astype(str)


def sentences(folder: Path) -> Iterator[list[str]]:
    """Segmented sentences of three words or more; texts that open alike are taken once."""
    cut = segmenter(TextSettings()).cut
    seen: set[str] = set()
    for text in texts(folder):
        form = normalise(text)
        if form[:80] in seen:
            continue
        seen.add(form[:80])
        for sentence in re.split(r"[。!?;\n]", form):
            words = [word for word in cut(sentence[:400]) if KEEP.search(word)]
            if len(words) > 2:
                yield words


if __name__ == "__main__":
    began = time.monotonic()
    vectors = learn(sentences(Path(sys.argv[1])))
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else FILE
    vectors.save(out)
    print(f"{len(vectors.index)} words, {out.stat().st_size / 1e6:.1f} MB, {time.monotonic() - began:.0f} s")
