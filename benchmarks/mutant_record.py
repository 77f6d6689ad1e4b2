"""Which tests run which lines: a record of one run of the tests under coverage, used for the mutants."""

from __future__ import annotations

import difflib
import json
import os
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import hypothesis
import pytest

from benchmarks.mutant_decisions import ROOT, Mutant, texts_of_code

TESTS = (
    *("charts", "cli", "files", "helm", "migrations", "planning", "prefect", "report", "rules", "sources", "values"),
    *("verify", "yamltext"),
    "prompts/test_answers_file.py",  # the others there talk to a separate process
)
IN_CHILDREN = {
    "migrator/files/": (
        "tests/files/test_other_users.py",
        "tests/files/test_writing.py::test_a_read_only_file_is_refused",
        "tests/files/test_writing.py::test_a_file_without_read_permission_is_refused",
    )
}
"""Tests that work as another user in a child process, which coverage does not see."""
RECORD = ROOT / "build" / "mutants.json"
EXAMPLES = 15
SECONDS = 60  # of tests for one mutant, by the times in the record
QUIET = ("-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")  # hypothesis is loaded here
Lines = dict[str, list[str]]


class Record(NamedTuple):
    """The result of one run: the seconds of each test, and the tests by file and line."""

    seconds: dict[str, float]
    lines: dict[str, Lines]


class OneRun:
    """A plugin for pytest: runs only the `chosen` tests, and property tests with few examples, always the same."""

    def __init__(self, chosen: Sequence[str] = ()) -> None:
        self.chosen = chosen
        self.seconds: dict[str, float] = defaultdict(float)
        self.failed: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self.chosen:
            items[:] = [item for item in items if item.nodeid in self.chosen]
        for item in items:
            test = getattr(item, "obj", None)
            own = getattr(test, "_hypothesis_internal_use_settings", None)
            if own is not None:
                number = min(EXAMPLES, own.max_examples)
                few = hypothesis.settings(own, max_examples=number, derandomize=True, database=None, deadline=None)
                getattr(test, "__func__", test)._hypothesis_internal_use_settings = few  # type: ignore[union-attr]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed.add(report.nodeid)


def record(tests: Sequence[str]) -> None:
    """Run tests once under coverage, and add the lines that each ran to the record of the others."""
    import coverage

    data = RECORD.with_suffix(".coverage")
    data.parent.mkdir(exist_ok=True)
    run = OneRun()
    os.environ["COVERAGE_FILE"] = str(data)
    options = ["--cov=migrator", "--cov=migrations", "--cov-context=test", "--cov-report="]
    pytest.main([*QUIET, *options, *tests], plugins=[run])
    found = coverage.CoverageData(str(data))
    found.read()
    seen = recorded() if RECORD.is_file() else Record({}, {})
    seconds = {test: each for test, each in seen.seconds.items() if not test.startswith(tuple(tests))}
    lines: dict[str, dict[str, set[str]]] = {}
    for file in texts_of_code():
        here: dict[str, set[str]] = defaultdict(set)
        for line, before in seen.lines.get(file, {}).items():
            here[line] |= {test for test in before if test in seconds}
        for number, contexts in found.contexts_by_lineno(str(ROOT / file)).items():
            here[str(number)] |= {each.rpartition("|")[0] for each in contexts} - run.failed - {""}
        lines[file] = here
    seconds.update(run.seconds)
    # Nearly every test runs the text engine: by name each time, the tests of two folders alone took 92 MB.
    number_of = {test: number for number, test in enumerate(seconds)}
    numbers = {
        file: {line: sorted(number_of[test] for test in ran if test in number_of) for line, ran in here.items()}
        for file, here in lines.items()
    }
    stored = {"seconds": seconds, "lines": numbers, "texts": texts_of_code()}
    RECORD.write_text(json.dumps(stored), encoding="utf-8")
    data.unlink()
    print(f"{len(run.seconds)} tests recorded, {len(run.failed)} of them failed and are left out")


def recorded() -> Record:
    """The record, mapped to the current lines of the files; a new line has the tests of the line above it."""
    if not RECORD.is_file():
        raise SystemExit("Record first: python -m benchmarks.mutants record")
    stored = json.loads(RECORD.read_text(encoding="utf-8"))
    tests = list(stored["seconds"])
    lines = {}
    for file, text in texts_of_code().items():
        was, now = stored["texts"].get(file, "").splitlines(), text.splitlines()
        blocks = difflib.SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
        old = {block.b + n: block.a + n for block in blocks for n in range(block.size)}
        here: Lines = {}
        ran: list[str] = []
        for number in range(len(now)):
            if number in old:
                ran = [tests[each] for each in stored["lines"].get(file, {}).get(str(old[number] + 1), [])]
            here[str(number + 1)] = ran
        lines[file] = here
    return Record(stored["seconds"], lines)


def tests_of(mutant: Mutant, seen: Record) -> list[str]:
    """The tests that run the mutant's statement, and no more than `SECONDS` of them.

    Those in the folder that mirrors the mutant's come first, and the faster ones before the slower ones.

    For code that runs at import, no single test is recorded: all tests that run any line of the file are taken.
    """
    by_line = seen.lines.get(mutant.file, {})
    lines = by_line if mutant.is_at_import else [str(line) for line in mutant.lines]
    found = {test for line in lines for test in by_line.get(line, [])}
    for folder, tests in IN_CHILDREN.items():
        found |= {test for test in seen.seconds if mutant.file.startswith(folder) and test.startswith(tests)}
    chosen, sum_of = [], 0.0
    mirror = f"tests/{mutant.file.removeprefix('migrator/').partition('/')[0]}/"
    for test in sorted(found, key=lambda test: (not test.startswith(mirror), seen.seconds[test], test)):
        sum_of += seen.seconds[test]
        if sum_of > SECONDS:
            break
        chosen.append(test)
    return chosen
