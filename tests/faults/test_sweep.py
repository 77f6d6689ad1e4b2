"""A sample of the fault sweep; `python tests/faults/sweep.py` tries every fault."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SWEEP = Path(__file__).with_name("sweep.py")
SAMPLES = {
    "plain file": 20,
    "symbolic link": 4,
    "three layers": 8,
    "several releases": 8,
    "releases in a directory": 8,
    "undo": 8,
    "backup directory": 4,
    "no backup": 4,
    "saved answers": 8,
    "saved answers over old ones": 4,
    "report": 8,
    "project file": 4,
    "output over a file": 4,
    "new output": 4,
}


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for compiled modules that all samples share."""
    return tmp_path_factory.mktemp("compiled")


@pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace on this machine, so no fault was tried")
@pytest.mark.parametrize(("scenario", "sample"), SAMPLES.items())
def test_no_fault_loses_anything(scenario: str, sample: int, compiled: Path) -> None:
    command = [sys.executable, str(SWEEP), "--scenario", scenario, "--sample", str(sample), "--compiled", str(compiled)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    counted = re.search(r"all: (\d+) faults tried, (\d+) survived", ran.stdout)
    assert counted is not None
    assert int(counted[1]) >= sample
    assert counted[1] == counted[2]
