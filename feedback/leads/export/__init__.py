"""Leads as files for people and trackers. `write(...)` picks the format by name or by the file's ending."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from feedback.errors import UsageError
from feedback.leads.export import markdown, plain, trackers, workbook
from feedback.leads.export.table import Context
from feedback.records import Lead

FORMATS = ("csv", "xlsx", "md", "json", "jira", "zentao", "github")
_BY_ENDING = {".csv": "csv", ".xlsx": "xlsx", ".md": "md", ".markdown": "md", ".json": "json"}
_WRITERS: dict[str, Callable[[list[Lead], Context], bytes]] = {
    "csv": plain.as_csv,
    "xlsx": workbook.as_xlsx,
    "md": markdown.as_markdown,
    "json": plain.as_json,
    "jira": trackers.as_jira,
    "zentao": trackers.as_zentao,
    "github": trackers.as_github,
}


def format_of(file: Path, wanted: str | None) -> str:
    """The format to write: `wanted`, else by the file's ending. Raises UsageError."""
    if wanted is not None and wanted not in FORMATS:
        raise UsageError(f"--format {wanted}: no such format", hint=f"valid: {', '.join(FORMATS)}")
    found = wanted or _BY_ENDING.get(file.suffix.lower())
    if found is None:
        raise UsageError(f"{file}: its ending names no format", hint=f"give --format: {', '.join(FORMATS)}")
    return found


def render(leads: list[Lead], kind: str, context: Context) -> bytes:
    """The whole file of format `kind`."""
    return _WRITERS[kind](leads, context)


__all__ = ["FORMATS", "Context", "format_of", "render"]
