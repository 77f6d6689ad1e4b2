"""`--version --verbose`, which a bug report needs."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator import __version__
from tests.conftest import Done

Cli = Callable[..., Done]


def _helm(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    folder.joinpath("helm").write_text(f"#!/bin/sh\n{script}\n")
    folder.joinpath("helm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.parametrize("words", [("--version", "--verbose"), ("-v", "-V"), ("--verbose", "--version")])
def test_verbose_version_shows_the_environment(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    _helm(tmp_path, monkeypatch, 'echo "v3.99.0+g1234567"; echo more')
    done = cli(*words)
    output = done.stdout.decode()
    assert done.returncode == 0
    assert output.startswith(f"infrahub-migrator {__version__}\n")
    assert f"Python: CPython {platform.python_version()}," in output or platform.python_implementation() != "CPython"
    assert "  helm: v3.99.0+g1234567\n" in output
    assert "  YAML parser: " in output and "ruamel.yaml 0." in output
    assert str(tmp_path) not in output and platform.node() not in output.split()


@pytest.mark.parametrize(
    ("script", "state"), [("exit 3", "on PATH, but exits with 3"), ("sleep 9", "on PATH, but does not run")]
)
def test_a_broken_helm_is_reported(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, state: str
) -> None:
    monkeypatch.setattr("migrator.cli.version._SECONDS", 1)
    _helm(tmp_path, monkeypatch, script)
    assert f"  helm: {state}\n" in cli("--version", "--verbose").stdout.decode()


def test_a_missing_helm_is_reported(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    output = cli("--version", "--verbose").stdout.decode()
    assert "  helm: not on PATH\n" in output and "  kubectl: not on PATH\n" in output


def test_the_version_alone_is_one_line(cli: Cli) -> None:
    assert cli("--version").stdout.decode() == f"infrahub-migrator {__version__}\n"
