"""What is kept of thousands of releases: all of it, in its order, in little memory."""

from __future__ import annotations

import tracemalloc

import pytest

from migrator.report.packed import Packed
from migrator.report.records import FileReport


def report(number: int) -> FileReport:
    evidence = (f"prefect-server at infrahub.prefect-server of release {number}", "chart from its keys")
    return FileReport(f"clusters/eu-{number:05}/values.yaml", "pending", evidence=evidence)


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 128, 200])
def test_things_come_out_as_they_went_in(count: int) -> None:
    packed = Packed(map(report, range(count)))
    assert list(packed) == list(packed) == [report(number) for number in range(count)]
    assert len(packed) == count


def test_one_can_be_added_while_others_are_told() -> None:
    packed = Packed([1, 2])
    seen = iter(packed)
    assert next(seen) == 1
    packed.append(3)
    assert list(packed) == [1, 2, 3]


def test_little_of_each_stays_in_memory() -> None:
    Packed(map(report, range(64)))  # what it takes to pack is loaded once
    tracemalloc.start()
    try:
        packed = Packed(report(number) for number in range(2_000))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(packed) == 2_000
    assert kept < 2_000 * 100, "as objects, each takes 600 bytes and more"
