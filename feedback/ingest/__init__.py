"""Ingest: files into feedback frames. Pure: nothing is printed or stored here.

paths ──sources──▶ bytes ──readers──▶ sheets of raw rows ──tables, columns──▶ tables ──assemble──▶ batches
                                                           interview ────────┘   dates · numbers · clean · privacy
batches ──ledger──▶ new, known, repeated, set aside          records of a store ──duplicates──▶ marks of copies
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedback.ingest.assemble import batches
    from feedback.ingest.duplicates import Held, Records, campaigns, mark_copies
    from feedback.ingest.ledger import FileReport, IngestReport, Ledger, Quarantine
    from feedback.ingest.messages import Skipped
    from feedback.ingest.model import Batch, Options, Quarantined, Source, Table
    from feedback.ingest.reading import plan, read
    from feedback.ingest.sources import find

_ROOMS = {
    "assemble": ("batches",),
    "duplicates": ("Held", "Records", "campaigns", "mark_copies"),
    "ledger": ("FileReport", "IngestReport", "Ledger", "Quarantine"),
    "messages": ("Skipped",),
    "model": ("Batch", "Options", "Quarantined", "Source", "Table"),
    "reading": ("plan", "read"),
    "sources": ("find",),
}
_HOME = {name: module for module, names in _ROOMS.items() for name in names}

__all__ = ["Batch", "FileReport", "Held", "IngestReport", "Ledger", "Options", "Quarantine", "Quarantined", "Records",
           "Skipped", "Source", "Table", "batches", "campaigns", "find", "mark_copies", "plan", "read"]  # fmt: skip


def __getattr__(name: str) -> object:
    """The public names, loaded when first asked for: masking and language alone need no pandas."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
