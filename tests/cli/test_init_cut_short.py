"""An `init` that was killed when its file stood: the next one clears up, though it writes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLED = """\
import os, sys
os.unlink = lambda *_: os._exit(9)
from migrator.cli.main import run_command_line
run_command_line(["init"])
"""


@pytest.mark.skipif(os.name != "posix", reason="no file is written on this system")
def test_nothing_stray_stays(tmp_path: Path) -> None:
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

    assert (again.returncode, b"stands there already" in again.stderr) == (2, True)
    assert (tmp_path / "infrahub-migrator.yaml").read_bytes() == written
    assert sorted(os.listdir(tmp_path)) == ["infrahub-migrator.yaml", "values.yaml"]
