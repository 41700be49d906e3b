"""One stage over many chunks on this machine: in this process, or in several; results in the order of the chunks."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import forkserver
from typing import Final, TypeVar

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")

#: Chunks in flight per worker: enough to keep it busy, few enough that memory stays flat.
_AHEAD = 2
#: What workers begin with. They stand for cores already: threads of matrix products beside them would fight. And the
#: server of workers looks for modules where it was started: a numpy.py of the user's folder is not the one meant.
_SERVER: Final = {
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "PYTHONSAFEPATH": "1",
}


def run(
    work: Callable[[Chunk], Result],
    chunks: Iterable[Chunk],
    *,
    workers: int = 1,
    worth: int = 8,
    ready: Sequence[str] = (),
) -> Iterator[Result]:
    """`work` on each chunk, results in order; chunks are drawn as they are needed.

    `work` must be picklable with more than one worker. Fewer than `worth` chunks are done in this process: starting
    others would take longer. `ready`: modules that `work` needs, loaded once for all workers.
    """
    drawn = iter(chunks)
    first = list(islice(drawn, worth))
    if workers <= 1 or len(first) < worth:
        yield from map(work, chain(first, drawn))
        return
    # Forking a process that holds a DuckDB connection or threads is not safe: start afresh.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(ready))
    with _environment(_SERVER):
        forkserver.ensure_running()
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin) as pool:
        waiting: deque[Future[Result]] = deque()
        for chunk in chain(first, drawn):
            waiting.append(pool.submit(work, chunk))
            if len(waiting) >= workers * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """Processes begun in here have these variables."""
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin() -> None:
    """A worker whose parent was killed would wait for work for ever: let it end too.

    What a chunk makes is gone with it, so that hunting for cycles every 700 objects is time lost.
    """
    gc.set_threshold(50_000, 20, 50)
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
