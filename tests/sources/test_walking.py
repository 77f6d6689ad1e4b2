"""The first look at the files of a directory: which are read, and how they are named."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.files import LARGEST
from migrator.sources import peeking, walking

from .texts import VALUES

Cli = Callable[..., Any]
PIECE = 128 * 1024


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 1, LARGEST])
def test_a_file_is_read_in_full(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "a.yaml").write_bytes(data)
    os.symlink("a.yaml", tmp_path / "link.yaml")
    assert peeking.peek(str(tmp_path / "a.yaml")) == data
    assert peeking.peek(str(tmp_path / "link.yaml")) == data


def test_only_regular_files_up_to_the_limit_are_read(tmp_path: Path) -> None:
    (tmp_path / "large.yaml").write_bytes(b"#" * (LARGEST + 1))
    os.mkfifo(tmp_path / "fifo.yaml")
    (tmp_path / "folder.yaml").mkdir()
    for name in ("large.yaml", "fifo.yaml", "folder.yaml", "none.yaml"):
        assert peeking.peek(str(tmp_path / name)) is None


def test_a_file_name_is_never_taken_for_an_option(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "-prod.yaml").write_text(VALUES, "utf-8")
    (tmp_path / "t").mkdir()
    assert cli("check", ".").stdout.startswith(b"./-prod.yaml: ")
    (tmp_path / "-prod.yaml").rename(tmp_path / "t/-prod.yaml")
    assert cli("check", ".").stdout.startswith(b"t/-prod.yaml: ")


NAMES = {
    "values.yaml": True,
    "values.yml": True,
    "values.yaml.gotmpl": True,
    "main.tf": True,
    "values.json": True,
    "my-values-prod.json": True,
    "values.schema.json": True,
    "Chart.lock": True,
    ".gitlab-ci.yml": True,
    "package.json": False,
    ".values.yaml": False,
    "infrahub-migrator.yaml": False,
    "values.yaml.bak": False,
    "values.txt": False,
}


def test_which_files_are_looked_at(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).write_text("a: 1\n", "utf-8")
    found = walking.yaml_files(str(tmp_path), [])
    assert [os.path.basename(path) for path in found] == sorted(name for name, is_seen in NAMES.items() if is_seen)


def test_a_link_to_itself_is_listed_as_a_file(tmp_path: Path) -> None:
    """Reading it then reports the error."""
    os.symlink("round.yaml", tmp_path / "round.yaml")
    assert [os.path.basename(path) for path in walking.yaml_files(str(tmp_path), [])] == ["round.yaml"]
