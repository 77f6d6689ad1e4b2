"""What works on every system, each in its own process: what CI runs on Windows, where no file is written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.files.system import missing_features

BEFORE = b"""\
infrahub:
  prefect-server:
    backgroundServices:\r
      runAsSeparateDeployment: true
      messaging:
        redis: {host: cache.example.org, port: 6379, db: 1}  # \xc3\xa9
"""
AFTER = BEFORE.replace(
    b"# \xc3\xa9\n", b"# \xc3\xa9\n        docket:\n          url: redis://cache.example.org:6379/2\n"
)
ANSWERS = ("--redis-db", "2", "--from", "4.13.0-medium", "--to", "4.14.0")


@pytest.fixture
def values(tmp_path: Path) -> Path:
    """A file to migrate, two folders down, with line ends of both kinds."""
    path = tmp_path / "deploy" / "live" / "values.yaml"
    path.parent.mkdir(parents=True)
    path.write_bytes(BEFORE)
    return path


def run(folder: Path, *arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the command line in `folder`."""
    command = [sys.executable, "-m", "migrator", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(command, input=stdin, capture_output=True, cwd=folder, env=environment)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("plan",), 0),
        (("plan", "--format", "json"), 0),
        (("diff", *ANSWERS), 0),
        (("diff", *ANSWERS, "--format", "json"), 0),
        (("check", *ANSWERS), 1),
        (("verify", "--from", "4.13.0-medium"), 4),
        (("migrate", *ANSWERS, "--non-interactive", "--dry-run"), 0),
    ],
    ids=str,
)
def test_commands_that_write_nothing_work(values: Path, tmp_path: Path, command: tuple[str, ...], code: int) -> None:
    absolute, relative = values, os.path.join("deploy", "live", "values.yaml")
    for named in (absolute, relative):
        done = run(tmp_path, command[0], named, *command[1:])
        assert (done.returncode, b"bug in" in done.stderr) == (code, False), done.stderr
        assert done.stdout
    assert values.read_bytes() == BEFORE


def test_a_patch_names_files_as_git_does(values: Path, tmp_path: Path) -> None:
    done = run(tmp_path, "diff", os.path.join("deploy", "live", "values.yaml"), *ANSWERS)
    lines = done.stdout.split(b"\n")
    assert lines[:2] == [b"--- a/deploy/live/values.yaml", b"+++ b/deploy/live/values.yaml"]
    assert b"+          url: redis://cache.example.org:6379/2" in lines


def test_the_result_on_standard_output_is_exact(values: Path, tmp_path: Path) -> None:
    for named, stdin in ((values, b""), ("-", BEFORE)):
        done = run(tmp_path, "migrate", named, *ANSWERS, "--non-interactive", "--output", "-", stdin=stdin)
        assert (done.returncode, done.stdout) == (0, AFTER), done.stderr


def test_a_file_is_written_or_the_alternatives_are_named(values: Path, tmp_path: Path) -> None:
    done = run(tmp_path, "migrate", values, *ANSWERS, "--non-interactive")
    if missing_features():
        assert (done.returncode, values.read_bytes()) == (2, BEFORE)
        assert b"--output -" in done.stderr and b"WSL" in done.stderr
    else:
        assert (done.returncode, values.read_bytes()) == (0, AFTER)
        assert (run(tmp_path, "undo", values).returncode, values.read_bytes()) == (0, BEFORE)
