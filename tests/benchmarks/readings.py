"""Labels that readers gave to texts of ../shared/data, for training: the labels are here, the texts stay there.

    python -m tests.benchmarks.readings DATA OUT.jsonl

`readings.csv.gz` (key, source, polarity, codes) was written by sessions of a language model that read each text with
the codebook; MODEL.md tells how far they agree with the gold. The key is the BLAKE2b hash (64 bits) of the text as it
stands in DATA. OUT goes to `feedback train --beside`.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

READINGS = Path(__file__).with_name("readings.csv.gz")


def key(text: str) -> str:
    """What stands for a text in the readings."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def texts(data: Path) -> Iterator[str]:
    """Every text of DATA that may have been read."""
    for path in sorted((data / "text").glob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            yield from (line.rstrip("\n").split("\t", 1)[-1].strip() for line in stream)
    for path in sorted((data / "polarity").glob("*.csv")):
        with path.open(encoding="utf-8-sig") as stream:
            yield from ((row.get("review") or "").replace("\ufeff", "").strip() for row in csv.DictReader(stream))
    with (data / "interviews" / "bilibili.csv").open(encoding="utf-8-sig") as stream:
        questions, *people = csv.reader(stream)
        for answers in people:
            yield from (f"问:{asked} 答:{told}".strip() for asked, told in zip(questions, answers, strict=False))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    with gzip.open(READINGS, "rt", encoding="utf-8", newline="") as stream:
        read = {row["key"]: row for row in csv.DictReader(stream)}
    asked = len(read)
    with options.out.open("w", encoding="utf-8") as stream:
        for text in texts(options.data):
            row = read.pop(key(text), None)
            if row is not None:
                codes = row["codes"].split()
                label = {"source": row["source"], "polarity": row["polarity"], "codes": codes, "text": text}
                stream.write(json.dumps(label, ensure_ascii=False) + "\n")
    print(f"{asked - len(read):,} of {asked:,} readings found their text")


if __name__ == "__main__":
    main()
