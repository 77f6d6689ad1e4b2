"""Releases judged in several processes: the same results, in the same order.

Sources: https://docs.python.org/3/library/concurrent.futures.html#processpoolexecutor.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from migrator import sources
from migrator.cli import opening
from migrator.cli.given_answers import GivenAnswers
from migrator.cli.judging import Judged, Look, judge_by_itself
from migrator.cli.opening import Place
from migrator.cli.settings import Settings

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

FEWEST = 64
"""Below so many places one process is done before others have started."""

_CHUNK = 16


def jobs(settings: Settings, places: int, answers: GivenAnswers) -> int:
    """How many processes it takes: one where there is little to do, or where each would say the same of its answers."""
    if places < FEWEST or answers.take_from_environment:
        return 1
    wanted = settings.jobs or _processors()
    return min(wanted, places // _CHUNK)


def judge_all(places: Sequence[Place], settings: Settings, look: Look, jobs: int) -> Iterator[Judged]:
    """Judge the places in so many processes; where one of these is killed, the rest is judged here."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    sys.stdout.flush()  # what stands in a buffer, a child would print again
    sys.stderr.flush()
    pool = ProcessPoolExecutor(jobs, initializer=_begin, initargs=(settings, look))
    done = 0
    try:
        for judged in pool.map(_judge, places, chunksize=_CHUNK):
            done += 1
            yield judged
        pool.shutdown()
    except BrokenProcessPool:
        _begin_here(settings, look)
        yield from map(_judge, places[done:])
    except BaseException:
        # Whoever presses ^C does not wait for what is queued.
        pool.shutdown(wait=False, cancel_futures=True)
        raise


_state: list[tuple[Settings, GivenAnswers, Look]] = []


def _begin(settings: Settings, look: Look) -> None:
    """Set a process up: ^C is the parent's business, and whoever lost the parent leaves."""
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    _begin_here(settings, look)


def _leave_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _begin_here(settings: Settings, look: Look) -> None:
    quiet = settings._replace(quiet=True)  # what is to be said besides, the parent says
    _state[:] = [(quiet, GivenAnswers(quiet, opening.project_of(quiet)), look)]


def _judge(place: Place) -> Judged:
    settings, answers, look = _state[0]
    with sources.kept():
        return judge_by_itself(place, settings, answers, look)


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS, and not on Windows
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
