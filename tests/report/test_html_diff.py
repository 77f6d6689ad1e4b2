"""Which lines the page pairs, and which of their words it marks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrator.report.html_diff import FileDiff, Line, file_diff
from migrator.report.mask import Mask
from migrator.report.result_records import LayerReport
from tests.examples import examples


def _diff(before: str, after: str, context: int = 3) -> FileDiff:
    return file_diff(LayerReport("values.yaml", before.encode(), after.encode()), Mask(), context)


def _shown(line: Line | None) -> str:
    """A line's number and text, its marked words in brackets; empty where there is none."""
    if line is None:
        return ""
    return f"{line.number} " + "".join(f"[{piece.text}]" if piece.is_changed else piece.text for piece in line.pieces)


def _rows(found: FileDiff) -> list[tuple[str, str, str]]:
    return [(row.kind, _shown(row.old), _shown(row.new)) for part in found.parts for row in part.rows]


def test_a_changed_line_is_paired_with_the_old_one_and_words_marked() -> None:
    found = _diff("a: 1\nhost: redis-old # ours\nb: 2\n", "a: 1\nhost: redis-new # ours\nb: 2\n")
    assert _rows(found) == [
        ("same", "1 a: 1", "1 a: 1"),
        ("changed", "2 host: redis-[old] # ours", "2 host: redis-[new] # ours"),
        ("same", "3 b: 2", "3 b: 2"),
        ("same", "4 ", "4 "),
    ]
    assert (found.removed, found.added) == (1, 1)


def test_added_and_removed_lines_are_not_paired() -> None:
    assert _rows(_diff("a: 1\nb: 2\n", "a: 1\nc:\n  d: 3\nb: 2\n", 0)) == [
        ("added", "", "2 c:"), ("added", "", "3   d: 3"),
    ]  # fmt: skip
    assert _rows(_diff("a: 1\nb: 2\n", "a: 1\n", 0)) == [("removed", "2 b: 2", "")]


def test_lines_that_are_nothing_alike_are_not_paired() -> None:
    assert _rows(_diff("x\n- name: FIRST_ENTRY\ny\n", "x\nz: 0.5\ny\n", 0)) == [
        ("removed", "2 - name: FIRST_ENTRY", ""), ("added", "", "2 z: 0.5"),
    ]  # fmt: skip


def test_changes_far_apart_are_separate_parts_with_their_line() -> None:
    before = "".join(f"key{number}: {number}\n" for number in range(40))
    found = _diff(before, before.replace("key3: 3", "key3: three").replace("key30: 30", "key30: thirty"))
    assert [part.start for part in found.parts] == [1, 28]


def test_a_huge_line_is_cut() -> None:
    found = _diff("a: " + "x" * 1_000_000 + "\n", "a: " + "x" * 999_999 + "y\n", 0)
    (row,) = found.parts[0].rows
    assert row.old is not None and row.old.pieces[0].text.endswith("x ... (998003 more characters)")


LINES = st.lists(st.sampled_from(["a: 1", "a: 2", "  - name: X", "  - name: Y", "    value: z", ""]), max_size=14)


@examples(300)
@given(LINES, LINES, st.integers(0, 3))
def test_every_line_is_shown_with_its_number(before: list[str], after: list[str], context: int) -> None:
    found = _diff("\n".join(before), "\n".join(after), context)
    rows = [row for part in found.parts for row in part.rows]
    for lines, shown in ((before or [""], [row.old for row in rows]), (after or [""], [row.new for row in rows])):
        numbers = [line.number for line in shown if line is not None]
        assert numbers == sorted(set(numbers))
        for line in shown:
            assert line is None or "".join(piece.text for piece in line.pieces) == lines[line.number - 1]
    changed = {row.old.number for row in rows if row.old is not None and row.kind != "same"}
    kept = [line for number, line in enumerate(before or [""], 1) if number not in changed]
    new = {row.new.number for row in rows if row.new is not None and row.kind != "same"}
    assert kept == [line for number, line in enumerate(after or [""], 1) if number not in new]
    for part in found.parts:  # the short form has the same lines
        old = [line for run in part.runs if run.kind != "added" for line in run.old]
        assert old == [row.old.pieces for row in part.rows if row.old is not None]
