"""`feedback track --watch`: looks again and again, and takes in the new files of a folder first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from feedback.errors import InputError, StoreBusy

if TYPE_CHECKING:
    from feedback.settings import Settings

#: The pause between two looks; a test puts its own here.
_sleep: Callable[[float], None] = time.sleep


def watch(look: Callable[[], object], every: timedelta) -> None:
    """Call `look` at once and then at every interval until interrupted (Ctrl-C or SIGTERM), which ends it quietly.

    A store held by another process and input that cannot be used are told, and the next look comes as planned. Any
    other error ends it.
    """
    try:
        while True:
            began = time.monotonic()
            try:
                look()
            except (StoreBusy, InputError) as error:
                typer.echo(f"feedback: {error}", err=True)
            _sleep(max(0.0, every.total_seconds() - (time.monotonic() - began)))
    except KeyboardInterrupt:
        return


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM, as systemd sends it, end the watch as Ctrl-C does; a transaction under way is rolled back."""
    import signal

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class Folder:
    """A folder whose files are taken in as they come; one that changed is read again, which doubles nothing."""

    def __init__(self, path: Path, kind: str, product: str) -> None:
        self._path, self._kind, self._product = path, kind, product
        self._seen: dict[Path, tuple[int, int]] = {}

    def take_in(self, settings: Settings, now: datetime) -> int:
        """Ingest and judge what is new; the number of records stored. A file that cannot be read is told once."""
        from feedback import pipeline
        from feedback.ingest import Options
        from feedback.store import Store

        options = Options(kind=self._kind, product=self._product, zone=settings.zone, settings=settings.ingest)
        stored = 0
        for file in sorted(path for path in self._path.iterdir() if path.is_file() and not path.name.startswith(".")):
            state = file.stat()
            mark = (state.st_size, state.st_mtime_ns)
            if self._seen.get(file) == mark:
                continue
            self._seen[file] = mark
            try:
                plan = pipeline.plan_ingest([file], options, now=now)
                with Store(settings.store) as store:
                    report = pipeline.ingest(store, settings, plan, now=now)
                    pipeline.analyze(store, settings, now=now)
                stored += sum(one.stored for one in report.files)
            except InputError as error:
                typer.echo(f"feedback: {error}", err=True)
            except StoreBusy:
                del self._seen[file]
                raise
        return stored
