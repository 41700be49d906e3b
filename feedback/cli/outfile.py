"""A file that long work is written to: it takes its name when it is whole."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from feedback.errors import UsageError


def check(output: Path | None, source: Path) -> None:
    """Raises UsageError when `output` cannot be written, or is the file that is read."""
    if output is None:
        return
    if not output.parent.is_dir() or output.is_dir():
        problem = "a folder" if output.is_dir() else "its folder does not exist"
        raise UsageError(f"-o {output}: {problem}", hint="create the folder or name another file")
    if output.exists() and source.exists() and output.samefile(source):
        raise UsageError(f"-o {output}: the file that is read", hint="write to another file")


def unfinished(output: Path) -> Path:
    """Where the lines stand until all are there; a device or a pipe takes them at once."""
    return output if output.exists() and not output.is_file() else output.with_name(f"{output.name}.part")


@contextmanager
def writing(output: Path | None) -> Iterator[TextIO]:
    """A stream to `output` (None: standard output). What stood there stays until the work is done without a fault."""
    if output is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    part = unfinished(output)
    try:
        stream = part.open("w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"-o {output}: {error.strerror}", hint="name a file that may be written") from None
    with stream:
        yield stream
    if part != output:
        part.replace(output.resolve())  # a link stays one
