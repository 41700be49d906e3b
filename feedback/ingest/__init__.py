"""Ingest: files into feedback frames. Pure: nothing is printed or stored here.

paths ──sources──▶ bytes ──readers──▶ sheets of raw rows ──tables, columns──▶ tables ──assemble──▶ batches
                                                           interview ────────┘   dates · numbers · clean · privacy
batches ──ledger──▶ new, known, repeated, set aside          records of a store ──duplicates──▶ marks of copies
"""

from feedback.ingest.assemble import batches
from feedback.ingest.duplicates import Held, Records, campaigns, mark_copies
from feedback.ingest.ledger import FileReport, IngestReport, Ledger, Quarantine
from feedback.ingest.messages import Skipped
from feedback.ingest.model import Batch, Options, Quarantined, Source, Table
from feedback.ingest.plan import plan, read
from feedback.ingest.sources import find

__all__ = ["Batch", "FileReport", "Held", "IngestReport", "Ledger", "Options", "Quarantine", "Quarantined", "Records",
           "Skipped", "Source", "Table", "batches", "campaigns", "find", "mark_copies", "plan", "read"]  # fmt: skip
