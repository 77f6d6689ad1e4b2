"""A file that is named twice, by one name or by several, is one release: planned, asked about and written once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Done

BEFORE = b"""\
infrahub:
  prefect-server:
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis: {host: example-infrahub-cache-master, port: 6379, db: 1}
"""
ANSWERS = ("--redis-db", "2", "--redis-host", "cache", "--answer", "flavour=none", "--non-interactive")
Cli = Callable[..., Done]


@pytest.fixture
def values(tmp_path: Path) -> Path:
    """A file to migrate, in a folder with a link to it."""
    path = tmp_path / "d" / "values.yaml"
    path.parent.mkdir()
    path.write_bytes(BEFORE)
    path.with_name("z-link.yaml").symlink_to("values.yaml")
    return path


@pytest.mark.parametrize(
    ("other", "problem"),
    [
        ("d/values.yaml", "d/values.yaml is named twice"),
        ("d/../d/values.yaml", "d/../d/values.yaml is the same file as d/values.yaml"),
        ("d/z-link.yaml", "d/z-link.yaml is the same file as d/values.yaml"),
        ("d", "d/values.yaml is named twice"),
    ],
)
def test_a_file_named_twice_is_migrated_once_with_a_note(cli: Cli, values: Path, other: str, problem: str) -> None:
    done = cli("migrate", "d/values.yaml", other, *ANSWERS)
    assert (done.returncode, f"note: {problem}; it is used once." in done.stderr.decode()) == (0, True), done.stderr
    assert done.stdout.count(b"values.yaml: migrated") + done.stdout.count(b"link.yaml: migrated") == 1
    assert len([name for name in os.listdir(values.parent) if name.endswith(".bak")]) == 1
    undone = cli("undo", "d/values.yaml", other)
    assert (undone.returncode, undone.stderr) == (0, b"")
    assert values.read_bytes() == BEFORE


def test_undo_goes_back_one_step(cli: Cli, values: Path) -> None:
    values.write_bytes(BEFORE)
    assert cli("migrate", "d/values.yaml", *ANSWERS, "--to", "4.14.0").returncode == 0
    between = values.read_bytes()
    assert cli("migrate", "d/values.yaml", "--answer", "flavour=none", "--to", "4.14.1").returncode == 0
    assert values.read_bytes() != between
    assert cli("undo", "d", "./d/values.yaml", "d/z-link.yaml").returncode == 0
    assert values.read_bytes() == between


def test_hard_links_are_one_file_too(cli: Cli, values: Path) -> None:
    os.link(values, values.with_name("hard.yaml"))
    done = cli("check", "d/values.yaml", "d/hard.yaml")
    assert b"d/hard.yaml is the same file as d/values.yaml; it is used once." in done.stderr
    assert done.stdout.count(b"values.yaml:") + done.stdout.count(b"hard.yaml:") == 1


def test_files_with_the_same_bytes_are_separate_releases(cli: Cli, values: Path) -> None:
    values.with_name("other.yaml").write_bytes(BEFORE)
    done = cli("plan", "d/values.yaml", "d/other.yaml", "--redis-host", "cache")
    assert (done.returncode, b"the 2 named releases" in done.stderr) == (2, True)


@pytest.mark.parametrize("command", ["migrate", "undo"])
def test_an_invalid_backup_directory_is_refused_before_any_question(cli: Cli, values: Path, command: str) -> None:
    Path("store").write_bytes(b"mine")
    for name, problem in (
        ("store", "is not a directory. Name a directory."),
        ("none", "does not exist. Create it first"),
    ):
        done = cli(command, "d/values.yaml", "--backup-dir", name)
        assert (done.returncode, f"--backup-dir: {name} {problem}" in done.stderr.decode()) == (2, True), done.stderr
    assert values.read_bytes() == BEFORE


def test_the_backup_directory_is_not_checked_if_nothing_is_written(cli: Cli, values: Path) -> None:
    assert cli("migrate", "d/values.yaml", *ANSWERS, "--output", "-", "--backup-dir", "none").returncode == 0
