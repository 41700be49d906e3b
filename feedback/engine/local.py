"""One stage over many chunks on this machine: in this process, or in several; results in the order of the chunks."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from typing import TypeVar

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")

#: Chunks in flight per worker: enough to keep it busy, few enough that memory stays flat.
_AHEAD = 2


def run(
    work: Callable[[Chunk], Result],
    chunks: Iterable[Chunk],
    *,
    workers: int = 1,
    worth: int = 8,
) -> Iterator[Result]:
    """`work` on each chunk, results in order; chunks are drawn as they are needed.

    `work` must be picklable with more than one worker. Fewer than `worth` chunks are done in this process: starting
    others would take longer.
    """
    drawn = iter(chunks)
    first = list(islice(drawn, worth))
    if workers <= 1 or len(first) < worth:
        yield from map(work, chain(first, drawn))
        return
    # Forking a process that holds a DuckDB connection or threads is not safe: start afresh.
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin) as pool:
        waiting: deque[Future[Result]] = deque()
        for chunk in chain(first, drawn):
            waiting.append(pool.submit(work, chunk))
            if len(waiting) >= workers * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _begin() -> None:
    """Workers stand for cores already: threads of matrix products beside them would fight. numpy is not loaded yet.

    A worker whose parent was killed would wait for work for ever: let it end too.
    """
    os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
