"""A sample of the fault sweep; `python tests/faults/sweep.py` tries every fault."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SWEEP = Path(__file__).with_name("sweep.py")
SCENARIOS = (
    "plain file",
    "symbolic link",
    "three layers",
    "undo",
    "backup directory",
    "no backup",
    "output over a file",
    "new output",
)
SAMPLE = 6


@pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace on this machine, so no fault was tried")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_fault_loses_anything(scenario: str) -> None:
    command = [sys.executable, str(SWEEP), "--scenario", scenario, "--sample", str(SAMPLE)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    counted = re.search(r"all: (\d+) faults tried, (\d+) survived", ran.stdout)
    assert counted is not None
    assert int(counted[1]) >= SAMPLE
    assert counted[1] == counted[2]
