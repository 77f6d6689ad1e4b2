"""An `init` that was killed after writing its file: the next one cleans up, although it writes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

KILLED = """\
import os, sys
os.unlink = lambda *_: os._exit(9)
from migrator.cli.main import run_command_line
run_command_line(["init"])
"""


@pytest.mark.skipif(os.name != "posix", reason="files cannot be written safely on this system")
def test_the_next_init_removes_the_leftovers(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(
        "infrahub: {prefect-server: {backgroundServices: {runAsSeparateDeployment: true}}}\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    assert subprocess.run([sys.executable, "-c", KILLED], cwd=tmp_path, env=environment).returncode == 9
    written = (tmp_path / "infrahub-migrator.yaml").read_bytes()
    assert len(os.listdir(tmp_path)) == 3, "the journal"

    again = subprocess.run(
        [sys.executable, "-m", "migrator", "init"], cwd=tmp_path, env=environment, capture_output=True
    )

    assert (again.returncode, b"already exists" in again.stderr) == (2, True)
    assert (tmp_path / "infrahub-migrator.yaml").read_bytes() == written
    assert sorted(os.listdir(tmp_path)) == ["infrahub-migrator.yaml", "values.yaml"]


def test_init_writes_nothing_if_a_folder_cannot_be_read(
    cli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An existing project file is never overwritten, so an incomplete one would stay."""
    values = "infrahub: {prefect-server: {backgroundServices: {runAsSeparateDeployment: true}}}\n"
    for name in ("dev", "prod"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "values.yaml").write_text(values)
    scandir = os.scandir

    def fails(path: Any = ".") -> Any:
        if os.path.basename(os.path.normpath(path)) == "prod":
            raise OSError(5, "Input/output error", path)
        return scandir(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", fails)
        done = cli("init")
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"prod: cannot be read: Input/output error." in done.stderr and b"--exclude" in done.stderr
        assert not (tmp_path / "infrahub-migrator.yaml").exists()
        assert cli("init", "--exclude", "prod").returncode == 0
    (tmp_path / "infrahub-migrator.yaml").unlink()
    assert cli("init").returncode == 0
    assert "prod/values.yaml" in (tmp_path / "infrahub-migrator.yaml").read_text()
