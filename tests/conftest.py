"""What all tests share: where the corpus of real files is, and a run of the command line in its own process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files; the test is skipped, saying so, where there is none."""
    path = Path(os.environ.get("MIGRATOR_CORPUS") or ROOT.parent / "shared" / "corpus")
    if not (path / "presets").is_dir():
        pytest.skip(f"no corpus of real files (MIGRATOR_CORPUS, or {path.name}/ beside the checkout)")
    return path


Cli = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Run `infrahub-migrator` as a process of its own in `tmp_path`, without a terminal."""

    def run(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
        env = {"PATH": os.environ.get("PATH", ""), "HOME": str(tmp_path), **environment}
        command = [sys.executable, "-m", "migrator", *map(str, arguments)]
        return subprocess.run(command, input=stdin, capture_output=True, cwd=tmp_path, env=env, timeout=60)

    return run
