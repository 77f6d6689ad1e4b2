"""The mutants that are known to have no effect name lines that the code has."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LISTED = [
    line
    for line in (ROOT / "benchmarks" / "equal_mutants.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize("listed", LISTED)
def test_the_line_is_in_the_file(listed: str) -> None:
    """A line that has changed since is no longer looked up, and its mutant counts as one that survived."""
    path, _, lines = listed.partition(": ")
    parts = lines.split(" -> ")  # the lines can have arrows of their own
    original, mutated = (" -> ".join(half) for half in (parts[: len(parts) // 2], parts[len(parts) // 2 :]))
    code = {line.strip() for line in (ROOT / path).read_text(encoding="utf-8").splitlines()}
    assert original in code and mutated not in code
