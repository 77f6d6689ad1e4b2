"""The unified diff, applied by the programs that it is written for: `git apply` and `patch -p1`."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from migrator.report import linediff, unified
from migrator.report.linediff import blocks
from migrator.report.mask import Mask
from migrator.report.records import FileReport, Report
from migrator.report.result_records import LayerReport
from tests.examples import examples

NUMBERED = b"".join(b"key%d: %d\n" % (number, number) for number in range(20))

TEXTS = {
    "middle": (NUMBERED, NUMBERED.replace(b"key9: 9\n", b"key9: nine\nmore: 1\n")),
    "first line": (NUMBERED, b"new: 0\n" + NUMBERED),
    "last line": (NUMBERED, NUMBERED + b"new: 0\n"),
    "far apart": (NUMBERED, b"new: 0\n" + NUMBERED.replace(b"key15: 15\n", b"")),
    "everything": (b"a: 1\nb: 2\n", b"c: 3\n"),
    "from empty": (b"", b"a: 1\n"),
    "to empty": (b"a: 1\n", b""),
    "windows": (b"a: 1\r\nb: 2\r\nc: 3\r\n", b"a: 1\r\nb: two\r\nc: 3\r\nd: 4\r\n"),
    "mixed line ends": (b"a: 1\r\nb: 2\nc: 3\r\n", b"a: 1\nb: 2\nc: 4\r\n"),
    "byte order mark": (b"\xef\xbb\xbfa: 1\nb: 2\n", b"\xef\xbb\xbfb: 2\nc: 3\n"),
    "no final newline": (b"a: 1\nb: 2", b"a: 1\nb: 3"),
    "no final newline, end untouched": (b"a: 1\nb: 2", b"a: 2\nb: 2"),
    "final newline gained": (b"a: 1\nb: 2", b"a: 1\nb: 2\n"),
    "final newline lost": (b"a: 1\nb: 2\n", b"a: 1\nb: 2"),
    "no newline at all": (b"a: 1", b"a: 2"),
    "not ascii": ("a: grün\nb: 2\n".encode(), "a: blau →\nb: 2\n".encode()),
    "control characters": (b'a: 1\nb: "x"\n', b'a: 1\nb: "\x1b[31m"\n'),
    "dashes": (b"- 1\n--- x\n+++ y\n@@ -1 +1 @@\n", b"- 2\n--- x\n+++ z\n@@ -1 +1 @@\n"),
    "blank lines": (b"\n\na: 1\n\n", b"\na: 1\n\n\n"),
}
NAMES = [
    "values.yaml",
    "deep/er/values.yaml",
    "with space.yaml",
    'quo"te.yaml',
    "back\\slash.yaml",
    "grün.yaml",
    "-dash.yaml",
]


def _report(*layers: LayerReport) -> Report:
    return Report("diff", (FileReport("values.yaml", "pending", layers=layers),))


def _git_apply(where: Path, diff: bytes) -> subprocess.CompletedProcess[bytes]:
    config = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CEILING_DIRECTORIES": str(where.parent),
    }
    return subprocess.run(
        ["git", "apply", "-"], input=diff, cwd=where, env={**os.environ, **config}, capture_output=True, check=False
    )


def _patch(where: Path, diff: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["patch", "-p1", "--batch", "--no-backup-if-mismatch"], input=diff, cwd=where, capture_output=True, check=False
    )


PROGRAMS = {"git": _git_apply, "patch": _patch}


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return name


def _apply(program: str, where: Path, diff: bytes) -> None:
    done = PROGRAMS[program](where, diff)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


@pytest.mark.parametrize("case", TEXTS)
def test_applying_the_diff_gives_the_exact_bytes(
    case: str, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = TEXTS[case]
    monkeypatch.chdir(tmp_path)
    Path("values.yaml").write_bytes(before)
    _apply(program, tmp_path, unified.diff(_report(LayerReport("values.yaml", before, after)), mask=Mask()))
    # Both programs delete a file that becomes empty.
    assert (Path("values.yaml").read_bytes() if Path("values.yaml").exists() else b"") == after


@pytest.mark.parametrize("name", NAMES)
def test_the_programs_find_files_with_odd_names(
    name: str, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_bytes(b"a: 1\n")
    _apply(program, tmp_path, unified.diff(_report(LayerReport(name, b"a: 1\n", b"a: 2\n")), mask=Mask()))
    assert Path(name).read_bytes() == b"a: 2\n"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("values.yaml", b"--- a/values.yaml\n"),
        ("with space.yaml", b"--- a/with space.yaml\t\n"),
        ('quo"te.yaml', b'--- "a/quo\\"te.yaml"\n'),
        ("grün.yaml", b'--- "a/gr\\303\\274n.yaml"\n'),
        ("line\nfeed\x1b.yaml", b'--- "a/line\\nfeed\\033.yaml"\n'),
    ],
)
def test_names_are_quoted_as_git_quotes_them(name: str, header: bytes) -> None:
    assert unified.diff(_report(LayerReport(name, b"a: 1\n", b"a: 2\n")), mask=Mask()).startswith(header)


def test_an_empty_range_names_the_line_before_it() -> None:
    def ranges(before: bytes, after: bytes) -> bytes:
        return unified.diff(_report(LayerReport("v", before, after)), mask=Mask()).splitlines()[2]

    assert ranges(b"", b"a: 1\n") == b"@@ -0,0 +1 @@"
    assert ranges(b"a: 1\nb: 1\n", b"") == b"@@ -1,2 +0,0 @@"


def test_several_files_in_one_patch(program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    layers = [LayerReport(f"{name}.yaml", b"%s: 1" % name.encode(), b"%s: 2" % name.encode()) for name in "abc"]
    for layer in layers:
        Path(layer.path).write_bytes(layer.before)
    report = Report("diff", tuple(FileReport(layer.path, "pending", layers=(layer,)) for layer in layers))
    _apply(program, tmp_path, unified.diff(report, mask=Mask()))
    assert [Path(layer.path).read_bytes() for layer in layers] == [layer.after for layer in layers]


def test_the_diff_of_several_releases_applies(program: str, cli: Callable[..., Any], tmp_path: Path) -> None:
    """Names with spaces and beyond ASCII, CRLF, and no final newline, each in a release of its own."""
    example = cli("example").stdout
    texts = {
        "with two  blanks.yaml": example,
        "sub dir/grün & blau.yaml": example.rstrip(b"\n"),
        '日本 "x".yaml': example.replace(b"\n", b"\r\n"),
        "-dash.yaml": example,
        "tab\tand\\backslash.yaml": example,
    }
    texts = {name: text.replace(b"infrahub-cache-master", b"cache%d" % len(name)) for name, text in texts.items()}
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(text)
    answers = ("--redis-db", "2")
    named = [f"./{name}" for name in texts]
    migrated = {
        name: cli("migrate", f"./{name}", *answers, "--non-interactive", "--output", "-").stdout for name in texts
    }
    done = cli("diff", *named, *answers)
    assert done.returncode == 0, done.stderr
    _apply(program, tmp_path, done.stdout)
    assert {name: (tmp_path / name).read_bytes() for name in texts} == migrated


def test_an_absolute_path_below_the_working_directory_is_made_relative(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "sub" / "values.yaml"
    path.parent.mkdir()
    path.write_bytes(b"a: 1\n")
    diff = unified.diff(_report(LayerReport(str(path), b"a: 1\n", b"a: 2\n")), mask=Mask())
    assert diff == b"--- a/sub/values.yaml\n+++ b/sub/values.yaml\n@@ -1 +1 @@\n-a: 1\n+a: 2\n"
    _apply(program, tmp_path, diff)
    assert path.read_bytes() == b"a: 2\n"


def test_names_are_relative_to_a_subdirectory_of_a_repository(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    here = tmp_path / "deploy"
    here.mkdir()
    monkeypatch.chdir(here)
    (here / "values.yaml").write_bytes(b"a: 1\n")
    diff = unified.diff(_report(LayerReport("values.yaml", b"a: 1\n", b"a: 2\n")), mask=Mask())
    done = (
        subprocess.run(["git", "apply", "-"], input=diff, cwd=here, capture_output=True, check=False)
        if program == "git"
        else _patch(here, diff)
    )
    assert done.returncode == 0, done.stderr.decode()
    assert (here / "values.yaml").read_bytes() == b"a: 2\n"


def test_a_path_outside_the_working_directory_is_named_from_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    diff = unified.diff(_report(LayerReport("../values.yaml", b"a: 1\n", b"a: 2\n")), mask=Mask())
    name = str(tmp_path / "values.yaml").lstrip("/").encode()
    assert diff.startswith(
        b"# Files outside the working directory are named from /: apply it there.\n--- a/" + name + b"\n"
    )
    assert b".." not in diff


def test_standard_input_has_a_name() -> None:
    diff = unified.diff(_report(LayerReport("-", b"a: 1\n", b"a: 2\n")), mask=Mask())
    assert diff == b"--- a/stdin\n+++ b/stdin\n@@ -1 +1 @@\n-a: 1\n+a: 2\n"


def test_unchanged_files_are_not_in_the_diff(report: Report) -> None:
    same = LayerReport("other.yaml", b"a: 1\n", b"a: 1\n")
    (file,) = report.files
    both = report._replace(files=(file._replace(layers=(same, *file.layers)),))
    assert b"other.yaml" not in unified.diff(both, mask=Mask())
    assert unified.diff(_report(same), mask=Mask()) == b""


def test_the_whole_text(report: Report) -> None:
    assert unified.diff(report, mask=Mask()).decode() == dedent("""\
        --- a/values.yaml
        +++ b/values.yaml
        @@ -4,8 +4,6 @@
               env:
                 - name: PREFECT_UI_SERVE_BASE
                   value: /
        -        - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
        -          value: "false"
                 - name: WEB_CONCURRENCY
                   value: "1"
             backgroundServices:
        @@ -13,3 +11,5 @@
                 redis:
                   host: cache
                   db: 1
        +        docket:
        +          url: redis://cache:6379/2
        """)


def test_an_entry_removed_among_similar_ones_is_shown_whole() -> None:
    def entries(*names: str) -> bytes:
        return b"".join(b'- name: %s\n  value: "false"\n' % name.encode() for name in names)

    diff = unified.diff(_report(LayerReport("v", entries("A", "B", "C"), entries("A", "C"))), mask=Mask()).decode()
    assert diff.partition("@@\n")[2] == dedent("""\
         - name: A
           value: "false"
        -- name: B
        -  value: "false"
         - name: C
           value: "false"
        """)


def test_an_entry_removed_below_another_change_is_shown_whole() -> None:
    before = b'- name: A\n  value: "x"\n- name: B\n  value: "x"\n'
    after = b'new: 1\n- name: A\n  value: "x"\n'
    hunk = unified.diff(_report(LayerReport("v", before, after)), mask=Mask()).decode().partition("@@\n")[2]
    assert hunk == dedent("""\
        +new: 1
         - name: A
           value: "x"
        -- name: B
        -  value: "x"
        """)


def test_entries_that_another_replaces_are_shown_whole() -> None:
    before = b'- name: A\n  value: "x"\n- name: B\n  value: "x"\n- name: C\n  value: "y"\n'
    after = b'- name: N\n  value: "x"\n- name: C\n  value: "y"\n'
    hunk = unified.diff(_report(LayerReport("v", before, after)), mask=Mask()).decode().partition("@@\n")[2]
    assert hunk == dedent("""\
        -- name: A
        -  value: "x"
        -- name: B
        +- name: N
           value: "x"
         - name: C
           value: "y"
        """)


def test_an_unchanged_line_between_two_changes_is_context() -> None:
    before, after = b"a: 1\n  b: 1\nc: 1\n", b"a: 2\n  b: 1\nc: 2\n"
    hunk = unified.diff(_report(LayerReport("v", before, after)), mask=Mask()).decode().partition("@@\n")[2]
    assert hunk == dedent("""\
        -a: 1
        +a: 2
           b: 1
        -c: 1
        +c: 2
        """)


MASKED_HEAD = b"# For reading only: credentials are masked (***1, ***2, ...), so this patch cannot be applied.\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a: 1\n", b"a: 1\nurl: redis://:hunter2@cache:6379/2\n"),
        (b"password: hunter2\na: 1\n", b"password: hunter2\na: 2\n"),
        (b"password: hunter2\na: 1\n", b"a: 1\n"),
    ],
    ids=["added", "context", "removed"],
)
def test_a_masked_patch_says_so_and_does_not_apply(
    before: bytes, after: bytes, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("values.yaml").write_bytes(before)
    Path("plain.yaml").write_bytes(b"a: 1\n")
    report = _report(LayerReport("plain.yaml", b"a: 1\n", b"a: 2\n"), LayerReport("values.yaml", before, after))
    diff = unified.diff(report, mask=Mask())
    assert diff.startswith(MASKED_HEAD)
    assert b"hunter2" not in diff
    assert PROGRAMS[program](tmp_path, diff).returncode != 0
    assert Path("values.yaml").read_bytes() == before
    assert Path("plain.yaml").read_bytes() == b"a: 1\n"

    whole = unified.diff(report, mask=Mask(show_secrets=True))
    assert not whole.startswith(b"#")
    _apply(program, tmp_path, whole)
    assert Path("values.yaml").read_bytes() == after


def test_a_credential_outside_all_hunks_leaves_the_patch_as_it_is() -> None:
    before = b"password: hunter2\n" + NUMBERED
    diff = unified.diff(_report(LayerReport("v", before, before + b"a: 1\n")), mask=Mask())
    assert diff == unified.diff(_report(LayerReport("v", before, before + b"a: 1\n")), mask=Mask(show_secrets=True))


def test_a_changed_secret_shows_as_changed() -> None:
    diff = unified.diff(_report(LayerReport("v", b"password: old-one-1\n", b"password: new-one-2\n")), mask=Mask())
    assert diff.endswith(b"-password: ***1\n+password: ***2\n")


LINES = st.lists(st.sampled_from([b"a: 1\n", b"b: 2\n", b"  c: 3\r\n", b"\n", b"- d\n", b"x"]), max_size=12).map(
    b"".join
)


@pytest.mark.parametrize("program", PROGRAMS)
@examples(60, HealthCheck.function_scoped_fixture)
@given(before=LINES, after=LINES)
def test_the_diff_turns_any_text_into_any_other(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes, after: bytes
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    monkeypatch.chdir(tmp_path)
    Path("v").write_bytes(before)
    diff = unified.diff(_report(LayerReport("v", before, after)), mask=Mask())
    if before == after:
        assert diff == b""
        return
    _apply(program, tmp_path, diff)
    assert (Path("v").read_bytes() if Path("v").exists() else b"") == after


@examples(300)
@given(
    st.lists(st.sampled_from([b"a", b"b", b"c"]), max_size=15),
    st.lists(st.sampled_from([b"a", b"b", b"c"]), max_size=15),
)
def test_the_blocks_are_a_shortest_edit_script(before: list[bytes], after: list[bytes]) -> None:
    built: list[bytes] = []
    at = 0
    cost = 0
    for block in blocks(before, after):
        built += before[at : block.start] + after[block.new_start : block.new_end]
        at = block.end
        cost += block.end - block.start + block.new_end - block.new_start
    assert built + before[at:] == after
    assert cost == len(before) + len(after) - 2 * _longest_common(before, after)


ENTRIES = st.lists(st.sampled_from([b"- n\n", b"- m\n", b"  v\n", b"  w\n"]), max_size=8)


@examples(500)
@given(ENTRIES, ENTRIES.filter(bool), ENTRIES)
def test_an_added_or_removed_block_starts_at_the_shallowest_line(
    head: list[bytes], middle: list[bytes], tail: list[bytes]
) -> None:
    longer, shorter = head + middle + tail, head + tail
    for found, lines in ((blocks(longer, shorter), longer), (blocks(shorter, longer), longer)):
        if len(found) != 1:
            continue
        start, end = (found[0].start, found[0].end) if found[0].end > found[0].start else found[0][2:]
        up = next((n for n in range(start) if lines[start - n - 1] != lines[end - n - 1]), start)
        down = next((n for n in range(len(lines) - end) if lines[start + n] != lines[end + n]), len(lines) - end)
        starts = range(start - up, start + down + 1)
        shallow = [at for at in starts if lines[at].startswith(b"-")]
        assert start == max(shallow or starts), (lines, found)


def _longest_common(one: list[bytes], other: list[bytes]) -> int:
    row = [0] * (len(other) + 1)
    for line in one:
        previous = row
        row = [0]
        for column, there in enumerate(other):
            row.append(previous[column] + 1 if line == there else max(previous[column + 1], row[column]))
    return row[-1]


def test_with_too_many_differences_the_middle_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [b"same", *(b"a%d" % number for number in range(4)), b"kept", b"end"]
    after = [b"same", *(b"b%d" % number for number in range(4)), b"kept", b"other", b"end"]
    assert len(blocks(before, after)) == 2
    monkeypatch.setattr(linediff, "MOST_DIFFERENCES", 8)
    assert blocks(before, after) == [(1, 6, 1, 7)]


def test_few_changes_in_a_huge_file_take_few_comparisons() -> None:
    """Not timed: the lines count how often they are compared."""
    compared = 0

    class Line(bytes):
        __hash__ = bytes.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return bytes.__eq__(self, other)

    before = [Line(b'  - name: A\n  value: "true"\n') for _ in range(25_000)] + [Line(b"z: 1\n")]
    after = [Line(b"first: 1\n"), *before[:12_000], Line(b"new: 1\n"), *before[12_000:-1], Line(b"z: 2\n")]
    assert len(blocks(before, after)) == 3
    assert compared < 12 * len(before)
