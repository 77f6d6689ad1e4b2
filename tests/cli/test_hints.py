"""Hints beside a result: how to see masked values, invisible characters, and backups in a Git work tree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]

VALUES = """\
server:
  env:
    - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}
    - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}
backgroundServices:
  runAsSeparateDeployment: true
  note: NOTE
  messaging: {redis: {host: redis, db: 1, password: "PASSWORD"}}
"""
HINT = b"*** masks a credential; --show-secrets shows it."


@pytest.fixture
def values(tmp_path: Path) -> Callable[..., Path]:
    """Write a values file with this password and this note."""

    def write(password: str = "", note: str = "x") -> Path:
        path = tmp_path / "values.yaml"
        path.write_text(VALUES.replace("PASSWORD", password).replace("NOTE", note), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("command", ["plan", "diff --format structural", "diff --format markdown", "migrate --dry-run"])
def test_how_to_see_masked_values_is_said_once(cli: Cli, values: Any, command: str) -> None:
    values("hunter2-canary")
    done = cli(*command.split(), "values.yaml", "--redis-db", "2")
    assert b"***1" in done.stdout
    assert (done.stdout + done.stderr).count(b"--show-secrets") == 1
    assert HINT not in cli(*command.split(), "values.yaml", "--redis-db", "2", "--show-secrets").stderr
    values()
    assert HINT not in cli(*command.split(), "values.yaml", "--redis-db", "2").stderr


def test_invisible_characters_are_escaped_at_a_terminal_only(cli: Cli, values: Any) -> None:
    values(note='"a\u202eb\u200bc"')
    patch = cli("diff", "values.yaml", "--redis-db", "2")
    assert "a\u202eb\u200bc" in patch.stdout.decode()
    seen = cli("diff", "values.yaml", "--redis-db", "2", "--color", "always").stdout.decode()
    assert "a\\u202eb\\u200bc" in seen
    assert "\u202e" not in seen


@pytest.mark.parametrize("note", ['"a\u202eb"', '"a\\u202eb"'])
def test_an_invisible_character_is_a_warning(cli: Cli, values: Any, note: str) -> None:
    values(note=note)
    output = " ".join(cli("plan", "values.yaml", "--redis-db", "2").stdout.decode().split())
    assert (
        "warning: values.yaml:7: backgroundServices.note contains the invisible U+202E (right-to-left override)"
        in output
    )
    values(note='"é\\\\d → 漢"')
    assert b"invisible" not in cli("plan", "values.yaml", "--redis-db", "2").stdout


def test_a_backup_with_credentials_in_a_git_work_tree_is_reported(cli: Cli, values: Any, tmp_path: Path) -> None:
    def is_reported() -> bool:
        done = cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive")
        assert done.returncode == 0, done.stderr
        return b"add *.bak to .gitignore" in b" ".join(done.stdout.split())

    values("hunter2-canary")
    assert not is_reported()
    (tmp_path / ".git").mkdir()
    values("hunter2-canary")
    assert is_reported()
    values("")  # has no credentials
    assert not is_reported()
    (tmp_path / ".gitignore").write_text("*.bak\n")
    values("hunter2-canary")
    assert not is_reported()


@pytest.mark.parametrize(
    ("ignored", "inside", "is_reported"),
    [
        ("backups/\n", "", False),  # folders only
        ("backups\n", "!*\n", False),  # files in an ignored folder cannot be included again
        ("backups/*.bak\n", "!*\n", True),
        ("*.bak/\n", "", True),
    ],
)
def test_a_backup_in_an_ignored_folder_is_not_reported(
    cli: Cli, values: Any, tmp_path: Path, ignored: str, inside: str, is_reported: bool
) -> None:
    values("hunter2-canary")
    (tmp_path / ".git").mkdir()
    (tmp_path / "backups").mkdir()
    (tmp_path / ".gitignore").write_text(ignored)
    (tmp_path / "backups/.gitignore").write_text(inside)
    done = cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive", "--backup-dir", "backups")
    assert done.returncode == 0, done.stderr
    assert (b"add *.bak to .gitignore" in b" ".join(done.stdout.split())) is is_reported


@pytest.mark.parametrize(
    ("more", "is_reported"),
    [
        ("---\nkind: Secret\nstringData: {password: hunter2-canary}\n", True),
        ("# password: hunter2-canary\n", True),
        ("# url: redis://me:hunter2-canary@redis:6379/1\n", True),
        ("---\nkind: ConfigMap\ndata: {colour: blue}\n", False),
        ("# nothing but words on the password\n", False),
    ],
)
def test_credentials_in_other_documents_and_comments_count(
    cli: Cli, values: Any, tmp_path: Path, more: str, is_reported: bool
) -> None:
    (tmp_path / ".git").mkdir()
    values("")
    path = tmp_path / "values.yaml"
    path.write_text(path.read_text("utf-8") + more, "utf-8")
    done = cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive")
    assert done.returncode == 0, done.stderr
    assert (b"add *.bak to .gitignore" in b" ".join(done.stdout.split())) is is_reported


def test_only_backups_with_credentials_are_reported(cli: Cli, values: Any, tmp_path: Path) -> None:
    """The layer that changes has none; the one that stays as it is gets no backup."""
    (tmp_path / ".git").mkdir()
    values("")
    (tmp_path / "over.yaml").write_text("backgroundServices: {note: {password: hunter2-canary}}\n", "utf-8")
    done = cli("migrate", "-f", "values.yaml", "-f", "over.yaml", "--redis-db", "2", "--non-interactive")
    assert done.returncode == 0, done.stderr
    assert b".bak" in done.stdout and b"add *.bak" not in b" ".join(done.stdout.split())
