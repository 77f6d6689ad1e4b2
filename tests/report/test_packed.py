"""The reports of thousands of releases are kept complete, in order, and in little memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable

import pytest

from migrator.report import github, json_format, junit, sarif, text
from migrator.report.mask import Mask
from migrator.report.packed import Packed
from migrator.report.page import Page
from migrator.report.records import FileReport, Finding, NoticeReport, Report


def report(number: int) -> FileReport:
    evidence = (f"prefect-server at infrahub.prefect-server of release {number}", "chart from its keys")
    path = f"clusters/eu-{number:05}/values.yaml"
    finding = Finding("docket-url", "error", path, 1, f"no docket for release {number}", "Write one.")
    notice = NoticeReport("warning", f"something about release {number}", path, 3)
    return FileReport(path, "pending", evidence=evidence, findings=(finding,), notices=(notice,), exit_code=1)


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 128, 200])
def test_items_come_out_unchanged_and_in_order(count: int) -> None:
    packed = Packed(map(report, range(count)))
    assert list(packed) == list(packed) == [report(number) for number in range(count)]
    assert len(packed) == count


def test_an_item_can_be_added_during_iteration() -> None:
    packed = Packed([1, 2])
    seen = iter(packed)
    assert next(seen) == 1
    packed.append(3)
    assert list(packed) == [1, 2, 3]


def test_a_packed_report_takes_less_than_100_bytes() -> None:
    Packed(map(report, range(64)))  # loads the modules that packing needs
    tracemalloc.start()
    try:
        packed = Packed(report(number) for number in range(2_000))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(packed) == 2_000
    assert kept < 2_000 * 100, "as objects, each takes 600 bytes and more"


FORMATS: dict[str, Callable[[Report], Iterable[str]]] = {
    "json": lambda report: json_format.pieces(report, mask=Mask()),
    "sarif": lambda report: sarif.pieces(report, mask=Mask(), help_of=lambda rule: sarif.Help(rule, rule)),
    "junit": lambda report: junit.pieces(report, mask=Mask(), seconds=1),
    "github": lambda report: github.commands(report, mask=Mask()),
    "plan": lambda report: text.plan(report, Page(80), mask=Mask()),
    "verify": lambda report: text.verified(report, Page(80), mask=Mask()),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written_release_by_release(name: str) -> None:
    """As a tuple or packed, the output is the same; no piece of it has all releases."""
    few = Report("check", tuple(map(report, range(200))))
    many = Report("check", Packed(few.files))
    whole = "".join(FORMATS[name](few))
    pieces = list(FORMATS[name](many))
    assert "".join(pieces) == whole
    assert whole.count("values.yaml") >= 200
    assert max(map(len, pieces)) < len(whole) / 10


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_keeps_what_it_has_written(name: str) -> None:
    heavy = "backup" * 4_000
    packed = Report("check", Packed(report(number)._replace(backups=(f"{heavy}{number}",)) for number in range(640)))
    tracemalloc.start()
    try:
        for _ in FORMATS[name](packed):
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 640 * len(heavy) / 1.5
