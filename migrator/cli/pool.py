"""Work in several processes: the same results, in the same order.

Source: https://docs.python.org/3/library/concurrent.futures.html#processpoolexecutor.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

from migrator import sources
from migrator.cli.settings import Settings

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

A = TypeVar("A")
B = TypeVar("B")

FEWEST = 64
"""Below this many things, one process is done before others have started."""

_CHUNK = 16
_AHEAD = 8
"""The number of chunks queued ahead for each process: more would only take memory."""


def jobs(settings: Settings, things: int) -> int:
    """How many processes to use: one if there is little to do."""
    if things < FEWEST:
        return 1
    return min(settings.jobs or _processors(), things // _CHUNK)


def each(
    work: Callable[[A], B], things: Iterable[A], jobs: int, begin: Callable[[], None] | None = None
) -> Iterator[B]:
    """The result of `work` for each thing; if a process is killed, the rest is done here.

    `begin` sets a process up. Both are sent to the processes, so they must be defined at the top level of a module.
    """
    from migrator.files.signals import noting_interrupts, raise_noted

    sys.stdout.flush()  # a child would print buffered output again
    sys.stderr.flush()
    with noting_interrupts():
        yield from _each(work, iter(things), jobs, begin)
        raise_noted()


def _each(work: Callable[[A], B], things: Iterator[A], jobs: int, begin: Callable[[], None] | None) -> Iterator[B]:
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    pool = ProcessPoolExecutor(jobs, initializer=_begin, initargs=(begin,))
    chunks: deque[list[A]] = deque()  # handed out and not done yet
    results: deque[Future[list[B]]] = deque()
    try:
        while True:
            while len(chunks) < jobs * _AHEAD and (chunk := list(islice(things, _CHUNK))):
                chunks.append(chunk)
                results.append(pool.submit(_do, work, chunk))
            if not results:
                break
            yield from results.popleft().result()
            chunks.popleft()
        pool.shutdown()
    except BrokenProcessPool:
        if begin is not None:
            begin()
        yield from map(work, chain(*chunks, things))
    except BaseException:
        # On ^C, do not wait for what is queued.
        pool.shutdown(wait=False, cancel_futures=True)
        raise


def _do(work: Callable[[A], B], things: Sequence[A]) -> list[B]:
    return [work(each) for each in things]


_memory: list[AbstractContextManager[None]] = []


def _begin(begin: Callable[[], None] | None) -> None:
    """Set a process up: it leaves ^C to the parent, and exits if the parent dies."""
    import multiprocessing  # not needed when one process does everything
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    memory = sources.kept()  # for the life of the process: files that many share are read once
    memory.__enter__()
    _memory.append(memory)
    if begin is not None:
        begin()


def _leave_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS, and not on Windows
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
