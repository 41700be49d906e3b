"""What `feedback ingest` prints: progress, the summary for people, the JSON document, saved profiles."""

from __future__ import annotations

import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import typer

from feedback.errors import BadSettings
from feedback.ingest import FileReport, IngestReport, Options, messages

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from feedback.settings import Settings


class Bar:
    """Rows read of about how many and the time left, then records compared; on standard error."""

    def __init__(self, progress: Progress | None, lang: str) -> None:
        self._progress, self._lang = progress, lang
        self._tasks: dict[int, TaskID] = {}

    def read(self, report: FileReport) -> None:
        """A batch of a file was read."""
        expected = report.table.sheet.expected
        total = None if expected is None else max(expected, report.read)
        about = f"{report.read:,}" if total is None else f"{report.read:,} / ~{total:,}"
        self._show(id(report.table), Path(report.table.sheet.source.name).name, report.read, total, about)

    def compared(self, done: int, total: int) -> None:
        """A block of records was compared."""
        name = "查找雷同" if self._lang == "zh" else "looking for copies"
        self._show(0, name, done, total, f"{done:,} / {total:,}")

    def _show(self, key: int, name: str, done: int, total: int | None, about: str) -> None:
        if self._progress is None:
            return
        if key not in self._tasks:
            for task in self._tasks.values():
                # What was expected is an estimate: a file that is done is done.
                self._progress.update(task, visible=False)
            self._tasks[key] = self._progress.add_task(name, total=total, about=about)
        self._progress.update(self._tasks[key], completed=done, total=total, about=about)


@contextmanager
def progress(lang: str, *, quiet: bool) -> Iterator[Bar]:
    """A bar on standard error; it shows nothing when quiet or not a terminal."""
    if quiet or not sys.stderr.isatty():
        yield Bar(None, lang)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    left = "剩余" if lang == "zh" else "left"
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[about]}"),
               TextColumn(left), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        yield Bar(shown, lang)


def document(result: IngestReport) -> dict[str, Any]:
    """The JSON of CLI.md, with what was masked and noted beside it."""
    masked: Counter[str] = Counter()
    for report in result.files:
        masked += report.masked
    return {
        "files": [_file(report) for report in result.files],
        "quarantine": str(result.quarantine) if result.quarantine else None,
        "dry_run": result.dry_run,
        "masked": dict(sorted(masked.items())),
        "skipped": [one.words("en") for one in result.skipped],
        "campaigns": [
            {
                "near_duplicate_of": row["near_duplicate_of"],
                "records": int(row["records"]),
                "accounts": int(row["accounts"]),
                "first": _moment(row["first"]),
                "last": _moment(row["last"]),
                "hours": None if pd.isna(row["hours"]) else round(float(row["hours"]), 2),
                "text": row["text"],
            }
            for row in result.campaigns.to_dict("records")
        ],
    }


def _file(report: FileReport) -> dict[str, Any]:
    table = report.table
    return {
        "path": table.sheet.source.name,
        "sheet": table.sheet.name,
        "encoding": table.sheet.encoding,
        "header_row": table.header_row or None,
        "columns": dict(table.columns),
        "read": report.read,
        "stored": report.stored,
        "known": report.known,
        "duplicates": report.duplicates,
        "near_duplicates": report.near_duplicates,
        "quarantined": report.quarantined,
        "refreshed": report.refreshed,
        **({"warning": warning} if (warning := report.warning("en")) else {}),
        "masked": dict(sorted(report.masked.items())),
        "notes": dict(sorted(report.notes.items())),
    }


def show(result: IngestReport, settings: Settings, options: Options, *, err: bool) -> None:
    """The summary for people, in the language of the settings."""
    zh = settings.lang == "zh"
    head = "试运行：不写入任何内容" if zh else "Dry run: nothing is stored"
    lines = [head, ""] if result.dry_run else []
    for report in result.files:
        lines += _about(report, settings.lang, sample=result.dry_run, zone=options.zone.key)
        lines.append("")
    lines += [("略过：" if zh else "left out: ") + one.words(settings.lang) for one in result.skipped]
    lines += _groups(result, settings.lang)
    if result.quarantine:
        where = (
            f"隔离的行（含原始内容）：{result.quarantine}"
            if zh
            else f"rows set aside, raw content: {result.quarantine}"
        )
        lines.append(where)
    if len(result.files) > 1:
        total = {name: sum(getattr(report, name) for report in result.files) for name in _COUNTS}
        lines.append(("合计：" if zh else "total: ") + _counts(total, settings.lang))
    typer.echo("\n".join(lines).rstrip(), err=err)


_COUNTS = {
    "read": ("读取", "read"), "stored": ("新入库", "stored"), "known": ("已有", "known"),
    "duplicates": ("重复", "duplicates"),
    "quarantined": ("隔离", "quarantined"), "near_duplicates": ("其中近似重复", "of the stored near duplicates"),
}  # fmt: skip


def _counts(counts: dict[str, int], lang: str) -> str:
    if lang == "zh":
        return "  ".join(f"{zh} {counts[name]:,}" for name, (zh, _) in _COUNTS.items())
    return ", ".join(f"{counts[name]:,} {en}" for name, (_, en) in _COUNTS.items())


def _about(report: FileReport, lang: str, *, sample: bool, zone: str) -> list[str]:
    zh, table = lang == "zh", report.table
    sheet = table.sheet
    title = sheet.source.name + (f" [{sheet.name}]" if sheet.name else "")
    facts = [sheet.encoding] if sheet.encoding else []
    if table.header_row:
        facts.append(f"表头在第 {table.header_row} 行" if zh else f"header in row {table.header_row}")
    elif table.layout == "table":
        facts.append("无表头" if zh else "no header")
    if table.layout == "blocks":
        facts.append("访谈记录" if zh else "interview notes")
    if table.layout == "questions":
        facts.append("一题一列" if zh else "one question a column")
    lines = [title + (f"  ({'，'.join(facts) if zh else ', '.join(facts)})" if facts else "")]
    named = {field: column for field, column in table.columns.items() if column not in ("-", "*")}
    if named:
        pairs = [f"{messages.field_name(field, lang)}←{column}" for field, column in named.items()]
        lines.append(("  列  " if zh else "  columns  ") + "  ".join(pairs))
        unused = [name for name in table.header if name and name not in named.values()]
        if unused:
            lines.append(
                ("  未用  " if zh else "  unused  ") + "  ".join(unused[:12]) + (" …" if len(unused) > 12 else "")
            )
    counts = {name: getattr(report, name) for name in _COUNTS}
    more = f"  更新互动数 {report.refreshed:,}" if zh else f", {report.refreshed:,} of the known with newer counts"
    lines.append("  " + _counts(counts, lang) + (more if report.refreshed else ""))
    if warning := report.warning(lang):
        lines.append(f"  !! {warning}")
    if report.masked:
        kinds = [f"{messages.mask_name(kind, lang)} {n}" for kind, n in sorted(report.masked.items())]
        lines.append(("  已遮蔽  " if zh else "  masked  ") + "  ".join(kinds))
    told = messages.notes(table.notes, dict(report.notes), lang, as_of_from=table.as_of_from, scale=table.rating_scale)
    if "created_at" not in table.index and (table.layout in ("table", "lines") or table.date_in_name):
        told.append(messages.say("date_in_name" if table.date_in_name else "no_time", lang))
    lines += [f"  ! {line}" for line in told]
    if sample:
        lines += _sample(report.sample, lang, zone)
    return lines


def _sample(frame: pd.DataFrame, lang: str, zone: str) -> list[str]:
    lines = []
    for row in frame.to_dict("records"):
        at = row["created_at"]
        parts = [f"{'行' if lang == 'zh' else 'row'} {row['row']}"]
        parts.append("-" if pd.isna(at) else f"{at.tz_convert(zone):%Y-%m-%d %H:%M:%S}")
        for field in ("rating", "nps", "author", "channel", "region", "version", "engagement"):
            if not pd.isna(row[field]):
                parts.append(f"{messages.field_name(field, lang)} {row[field]}")
        if row["context"]:
            parts.append(f"{messages.field_name('context', lang)} {_short(row['context'], 40)}")
        lines += [f"    {'  '.join(parts)}", f"      {_short(row['text'], 100)}"]
    return lines


def _groups(result: IngestReport, lang: str) -> list[str]:
    lines = []
    for row in result.campaigns.to_dict("records"):
        if row["records"] < 3:
            continue
        spread = "" if pd.isna(row["hours"]) else _length(row["hours"], lang)
        if lang == "zh":
            line = f"雷同  {row['records']} 条，{row['accounts']} 个账号"
            line += f"，半数集中在 {spread}内" if spread else ""
        else:
            line = f"copies  {row['records']} records, {row['accounts']} accounts"
            line += f", half of them within {spread}" if spread else ""
        lines.append(f"{line}：{_short(row['text'], 50)}" if lang == "zh" else f"{line}: {_short(row['text'], 50)}")
    return lines


def _length(hours: float, lang: str) -> str:
    """A stretch of time in hours, from two days on in days."""
    if hours < 48:
        return f"{hours:.1f} 小时" if lang == "zh" else f"{hours:.1f} hours"
    return f"{hours / 24:.0f} 天" if lang == "zh" else f"{hours / 24:.0f} days"


def _short(text: str, width: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"


def _moment(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value.isoformat())


def raw_warning(lang: str) -> str:
    """What keeping raw texts means."""
    if lang == "zh":
        return "注意：--keep-raw 会把电话、邮箱等原样存入数据库"
    return "warning: --keep-raw stores telephone numbers, mail addresses and the like as they stand"


def save_profile(path: Path | None, name: str, result: IngestReport) -> Path:
    """Add the columns of the first file to the settings file as [ingest.profiles.NAME]. Raises BadSettings."""
    file = path or Path("feedback.toml")
    text = file.read_text(encoding="utf-8-sig") if file.is_file() else ""
    if not name.replace("-", "").replace("_", "").isalnum():
        raise BadSettings(f"--save-profile {name}: not a plain name", hint="letters, digits, - and _ only")
    existing = tomllib.loads(text).get("ingest", {}).get("profiles", {})
    if name in existing:
        raise BadSettings(f"{file}: profile {name!r} stands already", hint="choose another name or delete it there")
    columns = {f: c for report in result.files[:1] for f, c in report.table.columns.items() if c not in ("-", "*")}
    lines = [f"{field} = {json.dumps(column, ensure_ascii=False)}" for field, column in columns.items()]
    block = "\n".join([f"[ingest.profiles.{json.dumps(name, ensure_ascii=False)}]", *lines])
    file.write_text(f"{text.rstrip()}\n\n{block}\n".lstrip("\n"), encoding="utf-8")
    return file


def saved(lang: str, name: str, file: Path) -> str:
    """Where a profile was kept."""
    return f"列对应关系已存为 {file} 中的 {name}" if lang == "zh" else f"columns kept as {name} in {file}"
