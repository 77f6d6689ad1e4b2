"""Work in several processes: all of it, in order, and handed out only as needed."""

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
def test_all_results_come_in_order(count: int) -> None:
    assert list(pool.each(double, range(count), 2)) == [2 * number for number in range(count)]


def test_items_are_taken_only_as_needed() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(10_000):
            taken = number
            yield number

    results = pool.each(double, items(), 2)
    assert next(results) == 0
    assert taken < 1_000
    assert sum(1 for _ in results) == 9_999


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_the_work_of_a_killed_process_is_redone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIGRATOR_TEST_MARK", str(tmp_path / "mark"))
    assert list(pool.each(die_once, iter(range(1_000)), 2)) == [2 * number for number in range(1_000)]
    assert (tmp_path / "mark").exists()
