"""An evaluation as JSON and as tables for people."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from feedback.evaluate.measures import LEAST

if TYPE_CHECKING:
    from rich.table import Table

    from feedback.evaluate.calibration import Reliability
    from feedback.evaluate.measures import Score
    from feedback.evaluate.resample import Interval, Number
    from feedback.lexicon import Taxonomy
    from feedback.pipeline_labels import Evaluated

_POLARITY = {"negative": "负面", "mixed": "好坏参半", "neutral": "中性", "positive": "正面"}
_WORDS = {
    "zh": {
        "title": "测评：{n} 条人工标注记录", "what": "项目", "support": "标注", "said": "判出", "precision": "精确率",
        "recall": "召回率", "f1": "F1", "interval": "95% 区间", "value": "值", "accuracy": "倾向准确率",
        "polarity": "倾向 macro-F1（4 类）", "families": "三族 macro-F1", "micro": "编码 micro-F1（不含“未说明”）",
        "macro": "编码 macro-F1（标注满 {least} 条的 {k} 个）", "spans": "引文字符重合 F1（{n} 条标了引文）",
        "agreed": "编码一致的 {n} 处（{touched} 处有重合）", "bins": "得分说几成，实际对几成",
        "score": "得分", "n": "个数", "mean": "平均得分", "right": "实际为真",
        "ece": "校准误差 ECE（{n} 条，10 档）：负面 {a:.3f}，编码平均 {b:.3f}", "sources": "按来源",
        "source": "来源", "records": "记录", "negatives": "负面", "complaining": "吐槽", "negative_f1": "负面 F1",
        "source_accuracy": "准确率", "source_families": "三族", "source_micro": "编码", "of_negative": "负面",
        "of_codes": "编码", "note": "区间：对 {n} 条记录有放回重抽 {k} 次。标注、判出：人给的、机器给的条数。",
    },
    "en": {
        "title": "Evaluation on {n} labelled records", "what": "item", "support": "gold", "said": "said",
        "precision": "precision", "recall": "recall", "f1": "F1", "interval": "95% interval", "value": "value",
        "accuracy": "polarity accuracy", "polarity": "polarity macro-F1 (4 classes)", "families": "families macro-F1",
        "micro": "codes micro-F1 (without unspecified)", "macro": "codes macro-F1 ({k} codes with {least}+ records)",
        "spans": "span overlap-F1, characters ({n} records)",
        "agreed": "the same, where the code agrees ({n}; {touched} touch)",
        "bins": "Scores, and how often they were right",
        "score": "score", "n": "n", "mean": "mean score", "right": "share true",
        "ece": "calibration error, ECE ({n} records, 10 bins): negative {a:.3f}, codes on average {b:.3f}",
        "sources": "By source", "source": "source", "records": "n", "negatives": "negative",
        "complaining": "with codes", "negative_f1": "negative F1", "source_accuracy": "accuracy",
        "source_families": "families", "source_micro": "codes", "of_negative": "negative", "of_codes": "codes",
        "note": "Intervals: {k} bootstrap resamples of {n} records. gold, said: records by person, by judge.",
    },
}  # fmt: skip


def document(found: Evaluated) -> dict[str, Any]:
    """The JSON document of CLI.md; beside it intervals of the averages, calibration, spans and sources."""
    whole, spans = found.whole, found.whole.spans
    families = {name: asdict(score) for name, score in whole.families.items()}
    codes = {name: asdict(score) for name, score in whole.codes.items()}
    result = {
        "records": whole.records,
        "polarity": {
            **_averaged(accuracy=whole.accuracy, macro_f1=whole.polarity_macro_f1),
            **{name: asdict(score) for name, score in whole.polarity.items()},
        },
        "families": {**_averaged(macro_f1=whole.families_macro_f1), **families},
        "codes": {
            **_averaged(micro_f1=whole.codes_micro_f1, macro_f1=whole.codes_macro_f1),
            "macro_least": LEAST,
            "macro_over": list(whole.counted),
            **codes,
        },
        "spans": None
        if spans is None
        else {
            "records": spans.records,
            "precision": spans.precision,
            "recall": spans.recall,
            **_averaged(f1=spans.f1, agreed_f1=spans.agreed),
            "agreed_pairs": spans.pairs,
            "agreed_touching": spans.touched,
        },
        "calibration": {
            "negative": _reliability(found.calibration.negative),
            "codes": _reliability(found.calibration.codes),
        },
        "by_source": [asdict(row) for row in found.by_source],
        "resamples": whole.resamples,
    }
    return dict(_rounded(result))


def show(found: Evaluated, tax: Taxonomy, lang: str) -> None:
    """Print the tables."""
    from rich.console import Console

    words, whole, console = _WORDS[lang], found.whole, Console()
    console.print(words["title"].format(n=f"{whole.records:,}"), style="bold")
    table = _table(None, [words[head] for head in ("what", "value", "interval")])
    lines = [
        (words["accuracy"], whole.accuracy),
        (words["polarity"], whole.polarity_macro_f1),
        (words["families"], whole.families_macro_f1),
        (words["micro"], whole.codes_micro_f1),
    ]
    if whole.counted:
        lines.append((words["macro"].format(least=LEAST, k=len(whole.counted)), whole.codes_macro_f1))
    if whole.spans is not None:
        s = whole.spans
        lines.append((words["spans"].format(n=s.records), s.f1))
        lines.append((words["agreed"].format(n=s.pairs, touched=s.touched), s.agreed))
    for name, number in lines:
        table.add_row(name, _shown(number.value if number else None), _range(number.interval if number else None))
    console.print(table)
    heads = ("what", "support", "said", "precision", "recall", "f1", "interval")
    table = _table(None, [words[head] for head in heads])
    for name, score in whole.polarity.items():
        table.add_row(_POLARITY[name] if lang == "zh" else name, *_cells(score))
    table.add_section()
    for name, score in whole.families.items():
        table.add_row(tax.families[name].label(lang), *_cells(score))
    table.add_section()
    for name, score in whole.codes.items():
        table.add_row(f"{tax.codes[name].zh} {name}" if lang == "zh" else name, *_cells(score))
    console.print(table)
    console.print(_bins(found, words))
    a, b = found.calibration.negative.ece, found.calibration.codes.ece
    console.print(words["ece"].format(n=f"{whole.records:,}", a=a, b=b))
    if found.by_source:
        console.print(_sources(found, words))
    console.print(words["note"].format(n=f"{whole.records:,}", k=whole.resamples), style="dim")


def _bins(found: Evaluated, words: dict[str, str]) -> Table:
    table = _table(words["bins"], ["", *(words[head] for head in ("score", "n", "mean", "right"))])
    for name, side in (("of_negative", found.calibration.negative), ("of_codes", found.calibration.codes)):
        for b in side.bins:
            table.add_row(words[name], f"{b.low:.1f}-{b.high:.1f}", f"{b.n:,}", f"{b.mean:.2f}", f"{b.right:.2f}")
        table.add_section()
    return table


def _sources(found: Evaluated, words: dict[str, str]) -> Table:
    heads = ("source", "records", "negatives", "complaining", "source_accuracy", "negative_f1", "source_families",
             "source_micro")  # fmt: skip
    table = _table(words["sources"], [words[head] for head in heads])
    for row in found.by_source:
        counts = (f"{row.records:,}", f"{row.negatives:,}", f"{row.complaining:,}")
        values = (row.accuracy, row.negative_f1, row.families_macro_f1, row.codes_micro_f1)
        table.add_row(row.source, *counts, *(_shown(value) for value in values))
    return table


def _table(title: str | None, heads: list[str]) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left", overflow="fold")
    return table


def _cells(score: Score) -> tuple[str, ...]:
    values = (_shown(score.precision), _shown(score.recall), _shown(score.f1))
    return (f"{score.support:,}", f"{score.said:,}", *values, _range(score.interval))


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _range(interval: Interval | None) -> str:
    return "–" if interval is None else f"{interval[0]:.3f}-{interval[1]:.3f}"


def _averaged(**values: Number | None) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for name, value in values.items():
        named[name] = value.value if value else None
        named[f"{name}_interval"] = value.interval if value else None
    return named


def _reliability(side: Reliability) -> dict[str, Any]:
    return {"ece": side.ece, "bins": [asdict(b) for b in side.bins]}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, list | tuple) else value
