"""Whole files on disk: each case is a folder on which one command runs, and results are compared byte by byte.

    command        the arguments of `infrahub-migrator`, as a shell reads them: values.yaml, or files of before/
    before.yaml    the file before the command, or a folder before/ of several
    after.yaml     the file after it, or after/; if there is neither, it writes nothing
    stays.yaml     the twin, or stays/: nearly the same, and the same command leaves it as it is
    answers.yaml   put beside them, if the command names it
    stdout, exit   what is printed and the exit code, if they matter; without `exit` it is 0

`pytest tests/cases --update` writes after and stdout again, for a person to review with git.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]
HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/command"))
each_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


def read(case: Path, part: str) -> dict[str, bytes] | None:
    """The files of a part of a case, by the names that the command uses; None if it has no such part."""
    if (case / part).is_dir():
        return dict(_files(case / part))
    path = case / f"{part}.yaml"
    return {"values.yaml": path.read_bytes()} if path.exists() else None


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".bak":  # a backup is not a values file
            yield str(path.relative_to(folder)), path.read_bytes()


def run(case: Path, files: dict[str, bytes], room: Path, cli: Cli) -> tuple[Any, dict[str, bytes]]:
    """Run the case's command on these files; return how it ended, and the files after it."""
    own = {"answers.yaml": (case / "answers.yaml").read_bytes()} if (case / "answers.yaml").exists() else {}
    for name, data in {**files, **own}.items():
        (room / name).parent.mkdir(parents=True, exist_ok=True)
        (room / name).write_bytes(data)
    done = cli(*shlex.split((case / "command").read_text("utf-8"), comments=True))
    left = dict(_files(room))
    assert {name: left.pop(name) for name in own} == own
    return done, left


@each_case
def test_the_command_writes_the_expected_files(
    case: Path, cli: Cli, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    before = read(case, "before")
    assert before is not None, f"{case.name} has neither before.yaml nor before/"
    done, after = run(case, before, tmp_path, cli)
    if request.config.getoption("--update"):
        update(case, before, after, done.stdout)
    expected = (case / "exit").read_text("utf-8").strip() if (case / "exit").exists() else "0"
    assert str(done.returncode) == expected, done.stderr.decode()
    assert after == (read(case, "after") or before)
    if (case / "stdout").exists():
        assert done.stdout == (case / "stdout").read_bytes()
    again, twice = run(case, after, tmp_path, cli)
    assert twice == after, f"run again, it changes its own result: {again.stderr.decode()}"


@each_case
def test_the_command_leaves_the_twin_as_it_is(case: Path, cli: Cli, tmp_path: Path) -> None:
    twin = read(case, "stays")
    assert twin is not None, f"{case.name} has no twin: stays.yaml or stays/, which its command leaves alone"
    assert twin != read(case, "before")
    done, left = run(case, twin, tmp_path, cli)
    assert (done.returncode, left) == (0, twin), done.stderr.decode()


def update(case: Path, before: dict[str, bytes], after: dict[str, bytes], stdout: bytes) -> None:
    """Write the results into the case."""
    shutil.rmtree(case / "after", ignore_errors=True)
    (case / "after.yaml").unlink(missing_ok=True)
    if after != before:
        for name, data in after.items():
            path = case / "after.yaml" if (case / "before.yaml").exists() else case / "after" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    if (case / "stdout").exists():
        (case / "stdout").write_bytes(stdout)


def test_a_file_that_cannot_be_read_fails_and_stays(cli: Cli, tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    (case / "command").write_text("migrate values.yaml --redis-db 2 --non-interactive\n")
    room = tmp_path / "room"
    done, left = run(case, {"values.yaml": b"infrahub: [\n"}, room, cli)
    assert (done.returncode, left) == (2, {"values.yaml": b"infrahub: [\n"})
