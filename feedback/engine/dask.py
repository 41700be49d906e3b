"""The same stage over many chunks on a Dask cluster: results in the order of the chunks, as engine.local gives them."""

from __future__ import annotations

import importlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from feedback.errors import UsageError

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")

_AHEAD = 4


@contextmanager
def connected(scheduler: str | None, workers: int) -> Iterator[Any]:
    """A client of the scheduler at `scheduler`, or of a cluster on this machine with `workers` processes.

    Raises UsageError when the extra `cluster` is not installed or the scheduler does not answer.
    """
    try:
        # Its classes are only half typed: they are Any here, installed or not.
        distributed: Any = importlib.import_module("distributed")
    except ImportError:
        raise UsageError(
            "--engine dask: not installed", hint="pip install 'feedback-mining[cluster]', or --engine local"
        ) from None
    if scheduler is None:
        with (
            distributed.LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = distributed.Client(scheduler, timeout=10)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(f"--scheduler {scheduler}: {error}", hint="give an address such as tcp://host:8786") from None
    with client:
        yield client


def run(client: Any, work: Callable[[Chunk], Result], chunks: Iterable[Chunk]) -> Iterator[Result]:
    """`work` on each chunk, results in order. Workers need this package and its model; each loads them once."""
    ahead = max(2, _AHEAD * len(client.scheduler_info()["workers"]))
    waiting: deque[Any] = deque()
    for chunk in chunks:
        waiting.append(client.submit(work, chunk, pure=False))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
