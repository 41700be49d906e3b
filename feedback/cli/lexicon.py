"""`feedback lexicon check|coverage|mine|add`: upkeep of the words and rules."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from feedback.judge.coverage import Coverage
    from feedback.judge.mine import Proposal

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Folder = Annotated[
    Path | None,
    typer.Option("--folder", help="The lexicon folder that stands over the bundled one (settings: lexicons)."),
]


#: What the tables and lines of this verb say, in Chinese.
_ZH = {
    "families": "类别", "codes": "编码", "stages": "旅程阶段", "rules": "规则", "rule words": "规则用词",
    "segmenter words": "分词词表", "traditional characters": "繁简对照", "codes without rules": "没有规则的编码",
    "none": "无", "all files are in order": "所有文件无误", "rules on so many records": "各条规则，记录数",
    "all sure rules of a code together": "同一编码的确定规则合计", "words that go with": "可能属于它的词：",
    "rule": "规则", "label": "标签", "weight": "权重", "fired": "触发", "coverage": "覆盖", "precision": "准确率",
    "overlap": "重叠", "conflict": "冲突", "code": "编码", "records": "条数", "right": "正确", "recall": "召回率",
    "word": "词", "with": "同现", "without": "不同现", "example": "例句",
}  # fmt: skip


def _in(text: str, lang: str) -> str:
    return _ZH.get(text, text) if lang == "zh" else text


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    group = typer.Typer(no_args_is_help=True, help="Check, measure and extend the words and rules.")
    group.command("check")(check)
    group.command("coverage")(coverage)
    group.command("mine")(mine)
    group.command("add")(add)
    app.add_typer(group, name="lexicon")


def check(context: typer.Context, folder: Folder = None, as_json: Json = False) -> None:
    """Read every lexicon file and say what is in it; the first fault ends with its file and entry, exit code 4."""
    from feedback.judge.rules import RuleBook
    from feedback.lexicon import bundled, taxonomy
    from feedback.text.normal import traditional_pairs
    from feedback.text.words import own_words

    folder = folder or context.obj.settings().lexicons
    tax = taxonomy(folder)
    book = RuleBook.load(folder)
    counts = {
        "families": len(tax.families),
        "codes": len(tax.codes),
        "stages": len(tax.stages),
        "rules": len(book.rules),
        "rule_words": sum(len(set(rule.words + rule.aspect + rule.state + rule.good)) for rule in book.rules),
        "segmenter_words": len(own_words(folder)),
        "traditional_characters": len(traditional_pairs(bundled("lexicons") / "traditional.txt")),
        "codes_without_rules": sorted(set(tax.codes) - book.code_labels),
    }
    if as_json:
        typer.echo(json.dumps(counts, ensure_ascii=False))
        return
    from rich.cells import set_cell_size

    lang = context.obj.settings().lang
    for name, value in counts.items():
        shown = ", ".join(value) or _in("none", lang) if isinstance(value, list) else value
        typer.echo(f"{set_cell_size(_in(name.replace('_', ' '), lang), 24)}{shown}")
    typer.echo(_in("all files are in order", lang))


def coverage(
    context: typer.Context,
    gold: Annotated[Path, typer.Argument(help="Labelled records: JSON lines with text, polarity, codes.")],
    code: Annotated[str | None, typer.Option("--code", help="Only rules of this code or polarity.")] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Coverage, precision, overlap and conflict of each rule on labelled records; then all rules of a code together."""
    from feedback.judge.coverage import coverage as measure
    from feedback.judge.rules import RuleBook

    book = RuleBook.load(folder or context.obj.settings().lexicons)
    if code is not None and code not in {rule.label for rule in book.rules}:
        from feedback.errors import UsageError

        labels = ", ".join(sorted({rule.label for rule in book.rules}))
        raise UsageError(f"--code {code}: no rule has this label", hint=f"valid: {labels}")
    result = measure(book, _gold(gold))
    if as_json:
        typer.echo(json.dumps(_document(result, code), ensure_ascii=False))
    else:
        _tables(result, code, context.obj.settings().lang)


def mine(
    context: typer.Context,
    label: Annotated[str, typer.Argument(help="The code or polarity to find words for.")],
    file: Annotated[
        Path | None, typer.Argument(help="Texts (csv, tsv, xlsx, JSON lines, plain lines); default: the store.")
    ] = None,
    text_column: Annotated[str | None, typer.Option("--text-column", help="The column of the texts.")] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="How many proposals.")] = 30,
    least: Annotated[int, typer.Option("--least", min=1, help="Fewest texts that a proposal stands in.")] = 3,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Propose words that go with a label but stand in none of its rules; a person decides and uses `lexicon add`."""
    from feedback.errors import UsageError
    from feedback.judge.mine import mine as propose
    from feedback.judge.rules import RuleBook
    from feedback.text.words import segmenter

    settings = context.obj.settings()
    folder = folder or settings.lexicons
    book = RuleBook.load(folder)
    labels = sorted({rule.label for rule in book.rules})
    if label not in labels:
        raise UsageError(f"{label}: no rule has this label", hint=f"valid: {', '.join(labels)}")
    texts = _texts(file, text_column) if file else _stored(settings.store)
    found = propose(texts, label, book, segmenter(settings.text, folder).cut, most=top, least=least)
    if as_json:
        typer.echo(json.dumps({"label": label, "proposals": [asdict(item) for item in found]}, ensure_ascii=False))
    else:
        _proposals(found, label, settings.lang)


def add(
    context: typer.Context,
    key: Annotated[
        str, typer.Argument(help='Where: "file.rule.key" (comfort.smell.words), a shared list, or "words".')
    ],
    words: Annotated[list[str], typer.Argument(help="The words; shorthands as in the rule files.")],
    folder: Folder = None,
) -> None:
    """Add words to a rule, a shared list or the segmenter, in the user's own lexicon folder (default ./lexicons)."""
    from feedback.judge.additions import add_words

    settings = context.obj.settings()
    target = folder or settings.lexicons or Path("lexicons")
    file, new = add_words(key, words, target)
    old = len(words) - len(new)
    if settings.lang == "zh":
        typer.echo(f"{file}：向 {key} 加入 {len(new)} 个词" + f"，{old} 个已有" * (old > 0))
        advice = f'请在 feedback.toml 写 lexicons = "{target}"，各命令才会读它'
    else:
        typer.echo(f"{file}: {len(new)} added to {key}" + f", {old} known already" * (old > 0))
        advice = f'put lexicons = "{target}" into feedback.toml, so that every verb reads it'
    if settings.lexicons is None and folder is None and not context.obj.quiet:
        typer.echo(advice, err=True)


def _gold(file: Path) -> list[Any]:
    from feedback.errors import UnreadableFile
    from feedback.judge.coverage import Labelled

    records = []
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UnreadableFile(f"{file}: {reason}", hint="give JSON lines with text, polarity, codes") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            records.append(Labelled(str(entry["text"]), str(entry["polarity"]), tuple(entry["codes"])))
        except (ValueError, KeyError, TypeError):
            raise UnreadableFile(
                f"{file}: line {number} is no labelled record", hint='needed: {"text": …, "polarity": …, "codes": […]}'
            ) from None
    if not records:
        raise UnreadableFile(f"{file}: the file is empty", hint="give JSON lines with text, polarity, codes")
    return records


def _texts(file: Path, column: str | None) -> list[str]:
    from feedback.cli.textfiles import texts

    return [text for _, text in texts(file, column)]


def _stored(path: Path) -> list[str]:
    from feedback.errors import NothingToDo
    from feedback.store.connection import Store
    from feedback.store.read import texts

    with Store(path, create=False) as store:
        found = texts(store)
    if not found:
        raise NothingToDo(f"{path}: the store holds no records", hint="feedback ingest FILE …, or name a file of texts")
    return found


def _document(result: Coverage, code: str | None) -> dict[str, Any]:
    rules = [
        {**asdict(rule), "coverage": round(rule.coverage, 5), "precision": _rounded(rule.precision)}
        for rule in result.rules
        if code in (None, rule.label)
    ]
    codes = [
        {
            **asdict(item),
            "precision": round(item.precision, 4),
            "recall": round(item.recall, 4),
            "f1": round(item.f1, 4),
        }
        for item in result.codes
        if code in (None, item.code)
    ]
    return {"records": result.n, "rules": rules, "codes": codes}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _tables(result: Coverage, code: str | None, lang: str) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(title=f"{_in('rules on so many records', lang)} {result.n:,}", title_justify="left")
    for name in ("rule", "label", "weight", "fired", "coverage", "precision", "overlap", "conflict"):
        table.add_column(_in(name, lang), justify="left" if name in ("rule", "label") else "right", no_wrap=True)
    for rule in result.rules:
        if code in (None, rule.label):
            precision = "" if rule.precision is None else f"{rule.precision:.2f}"
            table.add_row(
                rule.rule, rule.label, f"{rule.weight:.2f}", str(rule.fired), f"{rule.coverage:.2%}", precision,
                str(rule.overlaps), str(rule.conflicts),
            )  # fmt: skip
    console.print(table)
    table = Table(title=_in("all sure rules of a code together", lang), title_justify="left")
    for name in ("code", "records", "fired", "right", "precision", "recall", "F1"):
        table.add_column(_in(name, lang), justify="left" if name == "code" else "right")
    for item in result.codes:
        if code in (None, item.code):
            table.add_row(
                item.code, str(item.records), str(item.fired), str(item.right), f"{item.precision:.2f}",
                f"{item.recall:.2f}", f"{item.f1:.2f}",
            )  # fmt: skip
    console.print(table)


def _proposals(found: list[Proposal], label: str, lang: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{_in('words that go with', lang)} {label}", title_justify="left")
    for name in ("word", "with", "without", "z", "example"):
        table.add_column(_in(name, lang), justify="right" if name in ("with", "without", "z") else "left")
    for item in found:
        table.add_row(item.word, str(item.inside), str(item.outside), f"{item.z:.1f}", item.example[:60])
    Console().print(table)
