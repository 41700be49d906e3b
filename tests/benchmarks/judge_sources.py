"""What the judge is worth on sources that it has not seen: the tables of MODEL.md and the README.

    python -m tests.benchmarks.judge_sources GOLD [--beside FILE] [--halve SOURCE]… [--no-examples] [--no-rules]
        [--longest 3]

Trains as `feedback train` does and prints, for the decisions on sources left out, the measures with bootstrap intervals
and a row per source, as Markdown. The options leave parts out, to see what each is worth.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from feedback.evaluate import GoldRecord, evaluate, read_gold
from feedback.evaluate.sources import by_source
from feedback.judge.rules import RuleBook
from feedback.judge.train import Labelled, Recipe, Trained, train
from feedback.lexicon import bundled, taxonomy
from feedback.pipeline_train import example_files
from feedback.records import POLARITIES, Verdict


def unseen(trained: Trained) -> list[tuple[GoldRecord, Verdict]]:
    """Each gold record with what was said of it while its source was left out."""
    tax, codes, found = taxonomy(), trained.model.meta.codes, trained.calibration
    pairs = []
    for record, polarity, given, chance in zip(
        trained.gold, found.polarity.tolist(), found.given, found.chances.tolist(), strict=True
    ):
        mine = tuple(code for code, yes in zip(codes, given, strict=True) if yes)
        scores = dict(zip(POLARITIES, chance, strict=False))
        verdict = Verdict(POLARITIES[polarity], scores, mine, dict.fromkeys(mine, 0.5), tax.families_of(mine))
        pairs.append((GoldRecord(record.text, record.polarity, record.codes, source=record.source), verdict))
    return pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--halve", action="append", default=[])
    parser.add_argument("--no-examples", action="store_true")
    parser.add_argument("--no-rules", action="store_true")
    parser.add_argument("--longest", type=int, default=Recipe().longest)
    options = parser.parse_args()
    tax = taxonomy()
    recipe = replace(Recipe(), halved=tuple(options.halve), longest=options.longest)
    files = [] if options.no_examples else example_files([bundled("corpora") / "examples"])
    gold = [Labelled(r.text, r.polarity, tuple(r.codes), r.source) for r in read_gold(options.gold, tax)]
    examples = [
        Labelled(r.text, r.polarity, tuple(r.codes), weight=recipe.example_weight)
        for file in files
        for r in read_gold(file, tax)
    ]
    others = read_gold(options.beside, tax) if options.beside else []
    beside = [Labelled(r.text, r.polarity, tuple(r.codes), r.source) for r in others]
    book = RuleBook(()) if options.no_rules else RuleBook.load()
    pairs = unseen(train(gold, examples, book, tax, recipe, beside=beside))
    records, verdicts = [r for r, _ in pairs], [v for _, v in pairs]
    families = {name: code.family for name, code in tax.codes.items()}
    found = evaluate(records, verdicts, families)

    def row(name: str, value: float | None, interval: tuple[float, float] | None, n: int | str = "") -> None:
        low, high = interval or (0.0, 0.0)
        print(f"| {name} | {n} | {value or 0:.3f} | {low:.3f}-{high:.3f} |")

    print(f"{found.records} records of {len({r.source for r in records})} sources, {len(examples)} examples\n")
    print("| | records | F1 | 95% interval |\n|---|---|---|---|")
    negative = found.polarity["negative"]
    row("negative or not", negative.f1, negative.interval, negative.support)
    for name, number in (
        ("polarity, 4 classes, macro", found.polarity_macro_f1),
        ("families, macro", found.families_macro_f1),
        ("codes, micro", found.codes_micro_f1),
        ("codes, macro", found.codes_macro_f1),
    ):
        row(name, number.value, number.interval)
    for part in (found.polarity, found.families, found.codes):
        for name, score in part.items():
            row(name, score.f1, score.interval, score.support)
    print(
        "\n| source | records | negatives | accuracy | negative F1 | families | codes |\n|---|---|---|---|---|---|---|"
    )
    for line in by_source(records, verdicts, families):
        numbers = [line.negative_f1, line.families_macro_f1, line.codes_micro_f1]
        shown = " | ".join("–" if value is None else f"{value:.3f}" for value in numbers)
        print(f"| {line.source} | {line.records} | {line.negatives} | {line.accuracy:.3f} | {shown} |")


if __name__ == "__main__":
    main()
