"""`feedback classify`: judge texts without a store; JSON lines out, in the order of the input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from feedback.records import Verdict
    from feedback.settings import Settings

#: Texts per piece of work, of few and of many: a large piece costs less a text, a small one keeps all workers busy.
_CHUNK, _LARGE_CHUNK = 500, 1500


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("classify")(classify)


def classify(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="[FILE|-]", help="csv, tsv, xlsx, jsonl or plain lines; - is standard input.")
    ] = Path("-"),
    text_column: Annotated[
        str | None, typer.Option(help="Column or key of the text.", show_default="found by its name")
    ] = None,
    judge: Annotated[
        Literal["fast", "careful"] | None,
        typer.Option(help="Which judge.", show_default="careful below 20,000 records"),
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", help="Write here.", show_default="standard output")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes.", show_default="one per core")] = None,
    keep_raw: Annotated[
        bool, typer.Option("--keep-raw", help="Do not mask telephone numbers and the like in the texts.")
    ] = False,
) -> None:
    """Judge texts without a store: one JSON line a record, in input order; what is private is masked, as by ingest."""
    from functools import partial

    from feedback.cli import judges, outfile, textfiles
    from feedback.cli.interrupts import interruptible
    from feedback.engine import local
    from feedback.judge.shipped import LARGE, choose

    outfile.check(output, file)
    settings: Settings = context.obj.settings()
    thresholds = tuple(sorted(settings.judge.thresholds.items()))
    records = textfiles.texts(None if str(file) == "-" else file, text_column)
    first_records = list(islice(records, LARGE))  # enough to know whether there are many
    _, model = choose(judge, settings.judge.model, len(first_records))
    raw = keep_raw or settings.ingest.keep_raw
    work = partial(lines, thresholds=thresholds, folder=settings.lexicons, model=model, keep_raw=raw)
    foreign = Foreign(chain(first_records, records))
    size = _CHUNK if len(first_records) < LARGE else _LARGE_CHUNK
    found = local.run(work, _chunks(foreign, size), workers=workers or judges.cores(), ready=judges.ROOMS)
    stopped = "stopped" if output is None else f"stopped; what was judged so far is in {outfile.unfinished(output)}"
    quiet = context.obj.quiet or output is None
    with interruptible(stopped):
        first = next(found, "")  # a file or a lexicon that cannot be read fails before the output is opened
        with (
            outfile.writing(output) as stream,
            judges.progress("判读" if settings.lang == "zh" else "judging", quiet=quiet) as advance,
        ):
            done = 0
            for block in chain((first,), found):
                stream.write(block)
                done += block.count("\n")
                advance(done, None)
    if foreign.count and not context.obj.quiet:
        zh, en = (
            "{n} 条不是中文：判读只懂中文，其结论不可靠",
            "{n} records are not Chinese: their verdicts are not to be relied on",
        )
        typer.echo((zh if settings.lang == "zh" else en).format(n=foreign.count), err=True)


class Foreign:
    """Passes records (id, text) on and counts those that are not Chinese, which `analyze` would not judge."""

    def __init__(self, records: Iterable[tuple[str, str]]) -> None:
        self._records = records
        self.count = 0

    def __iter__(self) -> Iterator[tuple[str, str]]:
        from feedback.ingest.language import language

        for own, text in self._records:
            self.count += language(text) != "zh"
            yield own, text


def _chunks(records: Iterable[tuple[str, str]], size: int) -> Iterator[list[tuple[str, str]]]:
    drawn = iter(records)
    while chunk := list(islice(drawn, size)):
        yield chunk


def lines(
    chunk: list[tuple[str, str]],
    thresholds: tuple[tuple[str, float], ...],
    folder: Path | None,
    model: Path | None,
    keep_raw: bool = False,
) -> str:
    """The JSON lines of a chunk of (id, text), masked unless `keep_raw`; runs in a worker."""
    from collections import Counter

    import orjson

    from feedback.ingest.privacy import mask
    from feedback.judge.combine import judge_texts

    if not keep_raw:
        masked: Counter[str] = Counter()
        chunk = [(own, mask(text, masked)) for own, text in chunk]
    verdicts = judge_texts([text for _, text in chunk], thresholds, folder, model)
    written = [
        orjson.dumps(record(own, text, verdict), option=orjson.OPT_APPEND_NEWLINE)
        for (own, text), verdict in zip(chunk, verdicts, strict=True)
    ]
    return b"".join(written).decode()


def record(own: str, text: str, verdict: Verdict) -> dict[str, object]:
    """One verdict as CLI.md writes it."""
    return {
        "id": own,
        "polarity": verdict.polarity,
        "scores": verdict.scores,
        "codes": list(verdict.codes),
        "code_scores": verdict.code_scores,
        "families": list(verdict.families),
        "stage": verdict.stage,
        "spans": [{"code": s.code, "start": s.start, "end": s.end, "quote": s.quote} for s in verdict.spans],
        "text": text,
    }
