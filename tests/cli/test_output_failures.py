"""If files were written but the output fails, the exit code does not say that the originals are unchanged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BEFORE = b"""\
infrahub:
  prefect-server:
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis: {host: cache.example.org, port: 6379, db: 1}
"""
ANSWERS = ("--redis-db", "2", "--answer", "flavour=none", "--non-interactive")

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")


def on_a_full_output(*arguments: str) -> tuple[int, str]:
    """The exit code and the standard error of a run whose standard output is full."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "migrator", *arguments], stdout=full, stderr=subprocess.PIPE, text=True
        )
    return done.returncode, done.stderr


@pytest.fixture
def values(tmp_path: Path) -> Path:
    """A file to migrate."""
    path = tmp_path / "values.yaml"
    path.write_bytes(BEFORE)
    return path


@pytest.mark.parametrize("options", [(), ("--format", "json"), ("--verbose",)])
def test_a_migration_whose_output_fails_is_exit_6_and_names_the_file(values: Path, options: tuple[str, ...]) -> None:
    code, errors = on_a_full_output("migrate", str(values), *ANSWERS, *options)
    assert code == 6
    assert (
        f"infrahub-migrator: {values}: written, but not everything could be printed: No space left on device." in errors
    )
    assert b"docket" in values.read_bytes()


def test_all_written_files_are_named(values: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_bytes(BEFORE.replace(b"cache.", b"other."))
    code, errors = on_a_full_output("migrate", str(values), str(other), *ANSWERS)
    assert code == 6
    assert str(values) in errors and str(other) in errors
    assert f"{values}: {values}" not in errors
    assert b"docket" in other.read_bytes()


def test_an_output_file_counts_as_written(values: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.yaml"
    command = [sys.executable, "-m", "migrator", "migrate", str(values), "--output", str(out), *ANSWERS]
    with open("/dev/full", "wb") as full:  # with --output, messages go to standard error
        assert subprocess.run(command, stdout=full, stderr=full).returncode == 6
    assert b"docket" in out.read_bytes()
    assert values.read_bytes() == BEFORE


@pytest.mark.parametrize("options", [("--output", "-"), ("--dry-run",)])
def test_if_nothing_was_written_it_is_exit_5(values: Path, options: tuple[str, ...]) -> None:
    code, errors = on_a_full_output("migrate", str(values), *ANSWERS, *options)
    assert code == 5
    assert "written, but" not in errors
    assert values.read_bytes() == BEFORE


def test_undo_is_exit_6_too(values: Path) -> None:
    subprocess.run([sys.executable, "-m", "migrator", "migrate", str(values), *ANSWERS], check=True)
    code, errors = on_a_full_output("undo", str(values))
    assert (code, f"{values}: written" in errors) == (6, True)
    assert values.read_bytes() == BEFORE


def test_answers_that_cannot_be_saved_stop_the_run_before_it_writes(values: Path, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / ".a.yaml.infrahub-migrator").mkdir()  # the place of the answers file's journal is taken
    done = subprocess.run(
        [sys.executable, "-m", "migrator", "migrate", str(values), *ANSWERS, "--save-answers", str(full / "a.yaml")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 5
    assert values.read_bytes() == BEFORE
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full", "values.yaml"]
