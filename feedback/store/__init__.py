"""The store: one DuckDB file. All SQL lives in this room."""

from feedback.store.connection import Store

__all__ = ["Store"]
