"""A real disk that is full, and one that is read-only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("disks.py")


def test_full_and_read_only_disks(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("there is no unshare here, so no disk of our own")
    namespace = [unshare, "--mount"] if os.geteuid() == 0 else [unshare, "--user", "--map-root-user", "--mount"]
    probe = subprocess.run([*namespace, "mount", "-t", "tmpfs", "none", str(tmp_path)], capture_output=True, text=True)
    if probe.returncode != 0:
        pytest.skip(f"mounting is not allowed here: {probe.stderr.strip()}")
    ran = subprocess.run([*namespace, sys.executable, str(PROGRAM), str(tmp_path)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    full, read_only = ran.stdout.splitlines()
    words = full.split()
    assert (words[3], words[5]) == ("refused,", "written")
    assert int(words[2]) >= 5
    assert int(words[4]) >= 5
    assert "Read-only file system" in read_only
    assert "--output" in read_only
