"""Work in several processes: all of it, in its order, and no more handed out than is about to be done."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.cli import pool


def double(number: int) -> int:
    return 2 * number


def die_once(number: int) -> int:
    """Twice the number; the first process that comes to 100 is killed."""
    if number == 100:
        try:
            Path(os.environ["MIGRATOR_TEST_MARK"]).touch(exist_ok=False)
        except FileExistsError:
            return 2 * number
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


@pytest.mark.parametrize("count", [0, 1, 16, 17, 1_000])
def test_all_of_it_in_its_order(count: int) -> None:
    assert list(pool.each(double, range(count), 2)) == [2 * number for number in range(count)]


def test_things_are_taken_as_they_are_needed() -> None:
    taken = 0

    def things() -> Iterator[int]:
        nonlocal taken
        for number in range(10_000):
            taken = number
            yield number

    results = pool.each(double, things(), 2)
    assert next(results) == 0
    assert taken < 1_000
    assert sum(1 for _ in results) == 9_999


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing is killed so here")
def test_what_a_killed_process_had_in_hand_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIGRATOR_TEST_MARK", str(tmp_path / "mark"))
    assert list(pool.each(die_once, iter(range(1_000)), 2)) == [2 * number for number in range(1_000)]
    assert (tmp_path / "mark").exists()
