"""Ctrl-C as one clean line and exit code 130."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import typer

#: What shells return for a program ended by Ctrl-C.
INTERRUPTED = 130


@contextmanager
def interruptible(message: str) -> Iterator[None]:
    """Run a block; Ctrl-C ends it with `message` on standard error, whatever a library below made of the signal."""
    met = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal met
        met = True
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    # A shell starts jobs in the background deaf to Ctrl-C: leave that so.
    if before != signal.SIG_IGN:
        signal.signal(signal.SIGINT, note)
    try:
        yield
    except BaseException as error:
        # The database turns the signal into an error of its own, and may fail to roll back what is rolled back already.
        if not met and not isinstance(error, KeyboardInterrupt):
            raise
        typer.echo(f"feedback: {message}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGINT, before)
