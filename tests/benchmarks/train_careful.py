"""Trains the careful judge: the fast model with a convolutional net over word vectors beside it.

    python -m tests.benchmarks.train_careful DATA GOLD [--halve SOURCE]… [-o feedback/judge/careful.npz]

DATA holds text/*.gz (unlabelled, to learn word vectors from) and polarity/*.csv (praise and blame, to learn polarity
from); GOLD is what `feedback train` learned the fast model from. Needs torch (extra `test`), gensim, and the fast model
trained. On two cores: 25 minutes for the vectors, 3 for each of eight folds.

The mix of both voices, the calibration and the thresholds are tuned on outputs for sources that neither had seen.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from feedback import lexicon
from feedback.evaluate import read_gold
from feedback.judge import folds, measure, model
from feedback.judge.convnet import ConvNet, cutter, quantised
from feedback.judge.features import ngrams
from feedback.judge.model import Model
from feedback.judge.rules import RuleBook
from feedback.judge.signals import form, ruled
from feedback.judge.train import Labelled, Recipe, _table, label_matrix

WIDTH, FILTERS, KINDS, WORDS = 128, 128, (1, 2, 3), 40_000
EPOCHS, BATCH, DISTANT_FIRST, DISTANT_EACH = 5, 32, 32_000, 12
#: How loud the net is, by kind of label: polarity, codes, families. Chosen on unseen sources from 0, .15, .3, .4, .5.
MIX = (0.5, 0.15, 0.3)


class Net(nn.Module):
    """The net as it is trained; judge.convnet runs it. Column 23 learns praise or blame from ratings."""

    def __init__(self, vectors: np.ndarray) -> None:
        super().__init__()
        self.embed = nn.Embedding.from_pretrained(torch.tensor(vectors), freeze=False, padding_idx=0, sparse=True)
        self.filters = nn.ModuleList(nn.Conv1d(WIDTH, FILTERS, k, padding=k - 1) for k in KINDS)
        self.head = nn.Linear(len(KINDS) * FILTERS, 24)

    def states(self, ids: torch.Tensor) -> torch.Tensor:
        """ids (texts, words) → the strongest answer of each filter (texts, kinds·filters)."""
        given = functional.dropout(self.embed(ids), 0.3, self.training)
        if self.training:
            given = given * (torch.rand(ids.shape) > 0.1)[..., None]
        given = (given * (ids != 0)[..., None]).transpose(1, 2)
        return torch.cat([f(given).amax(-1) for f in self.filters], 1)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """ids (texts, words) → outputs (texts, 24)."""
        return self.head(functional.dropout(functional.relu(self.states(ids)), 0.4, self.training))


def vectors(data: Path) -> tuple[list[str], np.ndarray]:
    """Word vectors (skip-gram with negative sampling, Mikolov et al. 2013) of the most frequent words of `data`."""
    from gensim.models import Word2Vec

    seen: set[str] = set()
    lines: list[list[str]] = []
    for path in sorted((data / "text").glob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            for line in stream:
                _keep(line.split("\t", 1)[-1], seen, lines)
    for text, _, _ in ratings(data):
        _keep(text, seen, lines)
    learned = Word2Vec(
        lines, vector_size=WIDTH, window=5, min_count=5, sg=1, negative=8, epochs=6, workers=1, seed=1
    ).wv
    words = list(learned.index_to_key[:WORDS])
    table = learned.vectors[:WORDS] / learned.vectors.std()
    first = np.vstack([np.zeros(WIDTH), np.random.default_rng(0).normal(0, 0.1, WIDTH)])
    return words, np.vstack([first, table]).astype(np.float32)


def _keep(text: str, seen: set[str], lines: list[list[str]]) -> None:
    plain = " ".join(form(text).split())
    if len(plain) >= 6 and plain[:60] not in seen:
        seen.add(plain[:60])
        lines.append([word for word in cutter().cut(plain) if word.strip()])


def ratings(data: Path) -> list[tuple[str, int, str]]:
    """(text, 1 praise or 0 blame, kind of shop) of every rated text."""
    found = []
    for path in sorted((data / "polarity").glob("*.csv")):
        with path.open(encoding="utf-8-sig") as stream:
            for row in csv.DictReader(stream):
                if row.get("review") and row["label"] in ("0", "1"):
                    found.append((row["review"], int(row["label"]), row.get("cat") or path.stem))
    return found


def padded(rows: list[list[int]]) -> torch.Tensor:
    """Rows as one tensor; three columns of padding more, so that every text has a window of padding alone."""
    width = max(map(len, rows)) + len(KINDS)
    return torch.tensor([row + [0] * (width - len(row)) for row in rows])


def batches(order: list[int], lengths: list[int], size: int, draw: random.Random) -> list[list[int]]:
    """Batches of texts of like length, in a drawn order."""
    order = list(order)
    draw.shuffle(order)
    found: list[list[int]] = []
    for start in range(0, len(order), size * 20):
        block = sorted(order[start : start + size * 20], key=lambda i: lengths[i])
        found += [block[at : at + size] for at in range(0, len(block), size)]
    draw.shuffle(found)
    return found


def fit(
    start: np.ndarray, rows: list[list[int]], labels: np.ndarray, weight: np.ndarray,
    rated: list[list[int]], praise: np.ndarray, seed: int = 0,
) -> Net:  # fmt: skip
    """Polarity from ratings first, then all labels at once, with ratings beside them."""
    torch.manual_seed(seed)
    draw = random.Random(seed)
    net = Net(start)
    rest = [p for name, p in net.named_parameters() if name != "embed.weight"]
    optimisers: list[torch.optim.Optimizer] = [
        torch.optim.SparseAdam([net.embed.weight], lr=5e-4),
        torch.optim.AdamW(rest, lr=1e-3, weight_decay=0.02),
    ]
    groups = [group for optimiser in optimisers for group in optimiser.param_groups]
    base = [group["lr"] for group in groups]

    def step(loss: torch.Tensor) -> None:
        for optimiser in optimisers:
            optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(rest, 2)
        for optimiser in optimisers:
            optimiser.step()

    def rated_loss(batch: list[int]) -> torch.Tensor:
        said = net(padded([rated[i] for i in batch]))[:, 23]
        return functional.binary_cross_entropy_with_logits(said, torch.tensor(praise[batch]))

    net.train()
    sizes, rated_sizes = [len(row) for row in rows], [len(row) for row in rated]
    for batch in batches(draw.sample(range(len(rated)), min(DISTANT_FIRST, len(rated))), rated_sizes, 64, draw):
        step(rated_loss(batch))
    total, done = EPOCHS * (len(rows) // BATCH + 1), 0
    for _ in range(EPOCHS):
        beside = iter(batches(draw.sample(range(len(rated)), min(20_000, len(rated))), rated_sizes, DISTANT_EACH, draw))
        for batch in batches(list(range(len(rows))), sizes, BATCH, draw):
            for group, rate in zip(groups, base, strict=True):
                group["lr"] = rate * max(0.0, 1 - done / total)
            said = net(padded([rows[i] for i in batch]))
            told, w = torch.tensor(labels[batch]), torch.tensor(weight[batch])
            stand = functional.cross_entropy(said[:, :4], told[:, :4].argmax(1), label_smoothing=0.05, reduction="none")
            signs = functional.binary_cross_entropy_with_logits(said[:, 4:23], told[:, 4:], reduction="none")
            codes, families = w[:, None] * signs[:, :16], w[:, None] * signs[:, 16:]
            loss = (w * stand).mean() + 6 * codes.mean() + 2 * families.mean()
            step(loss + 0.3 * rated_loss(next(beside)))
            done += 1
    return net.eval()


def in_whole_numbers(net: Net, words: list[str], rows: list[list[int]]) -> ConvNet:
    """The trained net for judge.convnet; the scale of its states is the strongest 1 in 10,000 over `rows`."""
    with torch.no_grad():
        strongest = max(
            float(net.states(padded(rows[at : at + 256])).quantile(0.9999)) for at in range(0, len(rows), 256)
        )
    state = {name: value.numpy() for name, value in net.state_dict().items()}
    filters = [state[f"filters.{k}.weight"].transpose(2, 1, 0).reshape(-1, FILTERS) for k in range(len(KINDS))]
    shifts = [state[f"filters.{k}.bias"] for k in range(len(KINDS))]
    head, bias = state["head.weight"][:23].T, state["head.bias"][:23]
    return quantised(words, state["embed.weight"], filters, shifts, head, bias, strongest)


def mix(codes: int) -> np.ndarray:
    """The net's share of each output: polarities, codes, families."""
    return np.repeat(np.array(MIX, np.float32), [4, codes, 3])


def careful(
    fast: Model, net: ConvNet, outputs: np.ndarray, heard: np.ndarray, labels: np.ndarray, fold: np.ndarray
) -> Model:
    """The fast model with the net beside it, calibrated on outputs of both for unseen sources (records × labels)."""
    share = mix(len(fast.meta.codes))
    tuned = measure.calibrated(outputs * (1 - share) + heard * share, labels, fold, fast.meta.codes, lexicon.taxonomy())
    meta = replace(fast.meta, thresholds=tuned.thresholds, measures=tuned.measures, rates=tuned.rates)
    return replace(fast, meta=meta, net=net, mix=share, slope=tuned.slope, shift=tuned.shift, offsets=tuned.offsets)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--halve", action="append", default=[])
    parser.add_argument("-o", type=Path, default=model.CAREFUL)
    options = parser.parse_args()
    tax, fast, recipe = lexicon.taxonomy(), model.load(), Recipe()
    gold = [Labelled(r.text, r.polarity, tuple(r.codes), r.source or "") for r in read_gold(options.gold, tax)]
    gold.sort(key=lambda r: (r.text, r.source, r.polarity, r.codes))
    examples = [
        Labelled(r.text, r.polarity, tuple(r.codes), "", recipe.example_weight)
        for path in sorted((lexicon.bundled("corpora") / "examples").glob("*.jsonl"))
        for r in read_gold(path, tax)
    ]
    records, n = [*gold, *examples], len(gold)
    labels = label_matrix(records, fast.meta.codes, tax)
    weight = np.array([record.weight for record in records], np.float32)
    fold = folds.by_source([r.source for r in gold], [r.text for r in gold], halved=options.halve)
    words, start = vectors(options.data)
    empty = ConvNet(tuple(words), start, (), (), (), start, start, start)
    rows = [empty.ids(form(record.text)) for record in records]
    rated = ratings(options.data)
    rated_rows = [empty.ids(form(text))[:60] for text, _, _ in rated]
    praise = np.array([float(label) for _, label, _ in rated], np.float32)
    book = RuleBook.load()
    forms = [form(record.text) for record in records]
    grams, extras = ngrams(forms, recipe.longest), ruled(book, forms, book.feature_names)
    outputs, heard = np.zeros((n, labels.shape[1]), np.float32), np.zeros((n, labels.shape[1]), np.float32)
    for k in range(recipe.fold_count):
        inside = np.r_[np.flatnonzero(fold != k), np.arange(n, len(records))]
        outside = np.flatnonzero(fold == k)
        table = _table(grams[inside], extras[inside], labels[inside], weight[inside], recipe)
        outputs[outside] = table.outputs(grams[outside], extras[outside])
        unseen = {gold[i].source.removeprefix("shop_") for i in outside}
        apart = [i for i, (_, _, kind) in enumerate(rated) if not any(kind in s or s in kind for s in unseen)]
        net = fit(start, [rows[i] for i in inside], labels[inside], weight[inside],
                  [rated_rows[i] for i in apart], praise[apart])  # fmt: skip
        heard[outside] = in_whole_numbers(net, words, rows).outputs([forms[i] for i in outside])
        print(f"fold {k + 1} of {recipe.fold_count}", flush=True)
    whole = in_whole_numbers(fit(start, rows, labels, weight, rated_rows, praise), words, rows)
    made = careful(fast, whole, outputs, heard, labels[:n], fold)
    model.save(made, options.o)
    for name in ("negative_f1", "polarity_macro_f1", "families_macro_f1", "codes_micro_f1", "codes_macro_f1"):
        print(f"{name:20} fast {fast.meta.measures[name]:.3f}  careful {made.meta.measures[name]:.3f}")


if __name__ == "__main__":
    main()
