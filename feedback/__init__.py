"""feedback: mining of Chinese user feedback, offline.

    files ──ingest──▶ records ──judge──▶ verdicts ──┬─track──▶ negative share, incidents ──┐
                         │                          └─leads──▶ ranked leads ───────────────┤
                         └───────────────▶ store ◀──────────────────────────────────────────┴──▶ report

`pipeline.py` joins the stages in this order: load → stage → save; the command line calls only it.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
