"""Trains the careful judge: the fast model with an encoder over words beside it.

    python -m tests.benchmarks.train_careful DATA GOLD [--beside FILE] [--halve SOURCE]… [--minutes 70]
        [-o feedback/judge/careful.npz]

DATA holds text/*.gz (unlabelled, to learn words and their company from) and polarity/*.csv (praise and blame, to learn
polarity from); GOLD is what `feedback train` learned the fast model from; the net learns from `--beside`, too, by
which the fast model gains nothing. Needs torch (extra `test`), gensim, and the fast model trained. On one core:
25 minutes for the vectors, --minutes to pre-train, 12 for each of nine fine-tunings.

The mix of both voices is MIX; calibration and thresholds are tuned on outputs for sources that neither had seen.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from feedback import lexicon
from feedback.evaluate import read_gold
from feedback.judge import folds, measure, model, shipped
from feedback.judge.features import ngrams
from feedback.judge.model import Model
from feedback.judge.net import LONGEST, Net, cutter, numbered, places
from feedback.judge.rules import RuleBook
from feedback.judge.signals import form, ruled
from feedback.judge.train import Labelled, Recipe, counted, label_matrix, learned
from tests.benchmarks.careful_net import WIDTH, fine_tuned, in_whole_numbers, pretrained

WORDS = 40_000
#: Words read of a text in pre-training; posts of weibo used there (all are used to learn the words).
READ, POSTS = 64, 100_000
#: How loud the net is, by kind of label: polarity, codes, families. Chosen on unseen sources.
MIX = (0.4, 0.3, 0.4)


def unlabelled(data: Path, posts: int | None = None) -> Iterator[str]:
    """Every raw text, in an order fixed by the files; at most `posts` of weibo.txt.gz, drawn."""
    for path in sorted((data / "text").glob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            lines = [line.split("\t", 1)[-1] for line in stream]
        if posts is not None and path.name.startswith("weibo"):
            random.Random(0).shuffle(lines)
            lines = lines[:posts]
        yield from lines
    yield from (text for text, _, _ in ratings(data))


def ratings(data: Path) -> list[tuple[str, int, str]]:
    """(text, 1 praise or 0 blame, kind of shop) of every rated text."""
    found = []
    for path in sorted((data / "polarity").glob("*.csv")):
        with path.open(encoding="utf-8-sig") as stream:
            for row in csv.DictReader(stream):
                if row.get("review") and row["label"] in ("0", "1"):
                    found.append((row["review"], int(row["label"]), row.get("cat") or path.stem))
    return found


def vectors(data: Path) -> tuple[list[str], np.ndarray]:
    """Word vectors (skip-gram with negative sampling, Mikolov et al. 2013) of the most frequent words of `data`."""
    from gensim.models import Word2Vec

    seen: set[str] = set()
    lines: list[list[str]] = []
    for text in unlabelled(data):
        plain = " ".join(form(text).split())
        if len(plain) >= 6 and plain[:60] not in seen:
            seen.add(plain[:60])
            lines.append([word for word in cutter().cut(plain) if word.strip()])
    learned = Word2Vec(
        lines, vector_size=WIDTH, window=5, min_count=5, sg=1, negative=8, epochs=6, workers=1, seed=1
    ).wv
    table = learned.vectors[:WORDS] / learned.vectors.std()
    first = np.vstack([np.zeros(WIDTH), np.random.default_rng(0).normal(0, 0.1, WIDTH)])
    return list(learned.index_to_key[:WORDS]), np.vstack([first, table]).astype(np.float32)


def to_guess(data: Path, known: dict[str, int]) -> list[np.ndarray]:
    """Places of the words of every unlabelled text, once each."""
    seen: set[str] = set()
    found = []
    for text in unlabelled(data, POSTS):
        if text[:40] not in seen:
            seen.add(text[:40])
            row = np.array(places(form(text), known)[:READ], np.uint16)
            if len(row) >= 4:
                found.append(row)
    return found


def mix(codes: int) -> np.ndarray:
    """The net's share of each output: polarities, codes, families."""
    return np.repeat(np.array(MIX, np.float32), [4, codes, 3])


def careful(
    fast: Model, net: Net, outputs: np.ndarray, heard: np.ndarray, labels: np.ndarray, fold: np.ndarray, beside: int
) -> Model:
    """The fast model with the net beside it, calibrated on outputs of both for unseen sources (records × labels).

    `beside`: how many records the net alone learned from.
    """
    share = mix(len(fast.meta.codes))
    tuned = measure.calibrated(outputs * (1 - share) + heard * share, labels, fold, fast.meta.codes, lexicon.taxonomy())
    taught = fast.meta.trained_on | {"beside": beside}
    meta = replace(
        fast.meta, thresholds=tuned.thresholds, measures=tuned.measures, rates=tuned.rates, trained_on=taught
    )
    return replace(fast, meta=meta, net=net, mix=share, slope=tuned.slope, shift=tuned.shift, offsets=tuned.offsets)


def unseen_ratings(rated: list[tuple[str, int, str]], sources: set[str]) -> list[int]:
    """Ratings of other kinds of shops than those of the sources that are left out."""
    left_out = {source.removeprefix("shop_") for source in sources}
    if left_out & {"hotel", "hotel_old"}:
        left_out |= {"酒店", "ChnSentiCorp_htl_all"}
    if "waimai" in left_out:
        left_out |= {"waimai_10k"}
    return [i for i, (_, _, kind) in enumerate(rated) if kind not in left_out]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--halve", action="append", default=[])
    parser.add_argument("--minutes", type=float, default=70)
    parser.add_argument("-o", type=Path, default=shipped.CAREFUL)
    options = parser.parse_args()
    tax, fast, recipe = lexicon.taxonomy(), model.load(), Recipe()
    gold = [Labelled(r.text, r.polarity, tuple(r.codes), r.source or "") for r in read_gold(options.gold, tax)]
    gold.sort(key=lambda r: (r.text, r.source, r.polarity, r.codes))
    examples = [
        Labelled(r.text, r.polarity, tuple(r.codes), "", recipe.example_weight)
        for path in sorted((lexicon.bundled("corpora") / "examples").glob("*.jsonl"))
        for r in read_gold(path, tax)
    ]
    others = read_gold(options.beside, tax) if options.beside else []
    beside = [Labelled(r.text, r.polarity, tuple(r.codes), r.source) for r in others]
    beside.sort(key=lambda r: (r.text, r.source, r.polarity, r.codes))
    records, n = [*gold, *examples, *beside], len(gold)
    labels = label_matrix(records, fast.meta.codes, tax)
    weight = np.array([record.weight for record in records], np.float32)
    each = counted(records, labels, recipe)
    fold = np.full(len(records), folds.BESIDE)
    fold[:n] = folds.by_source([r.source for r in gold], [r.text for r in gold], halved=options.halve)
    sources, texts = [r.source for r in records], [r.text for r in records]
    words, start = vectors(options.data)
    known = numbered(words)
    encoder = pretrained(start, to_guess(options.data, known), options.minutes)
    forms = [form(record.text) for record in records]
    rows = [places(text, known) for text in forms]
    rated = ratings(options.data)
    rated_rows = [places(form(text), known)[: LONGEST * 2 // 3] for text, _, _ in rated]
    praise = np.array([float(label) for _, label, _ in rated], np.float32)
    book = RuleBook.load()
    grams, extras = ngrams(forms, recipe.longest), ruled(book, forms, book.feature_names)
    outputs, heard = np.zeros((n, labels.shape[1]), np.float32), np.zeros((n, labels.shape[1]), np.float32)
    for k in range(recipe.fold_count):
        inside, outside = folds.learned_from(fold, sources, texts, k, judged=n), np.flatnonzero(fold == k)
        few = inside[inside < n + len(examples)]
        table = learned(grams[few], extras[few], labels[few], each[few], recipe, book.feature_names)
        outputs[outside] = table.outputs(grams[outside], extras[outside])
        apart = unseen_ratings(rated, {gold[i].source for i in outside})
        judge = fine_tuned(start, encoder, [rows[i] for i in inside], labels[inside], weight[inside],
                           [rated_rows[i] for i in apart], praise[apart])  # fmt: skip
        heard[outside] = in_whole_numbers(judge, words, rows).outputs([forms[i] for i in outside])
        print(f"fold {k + 1} of {recipe.fold_count}", flush=True)
    whole = in_whole_numbers(fine_tuned(start, encoder, rows, labels, weight, rated_rows, praise), words, rows)
    made = careful(fast, whole, outputs, heard, labels[:n], fold[:n], len(beside))
    model.save(made, options.o)
    for name in ("negative_f1", "polarity_macro_f1", "families_macro_f1", "codes_micro_f1", "codes_macro_f1"):
        print(f"{name:20} fast {fast.meta.measures[name]:.3f}  careful {made.meta.measures[name]:.3f}")


if __name__ == "__main__":
    main()
