"""Fixtures of the write path's tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture
def values(tmp_path: Path) -> Path:
    """A values file of mode 0600 that was last written in 2020."""
    path = tmp_path / "values.yaml"
    path.write_bytes(b"messaging:\r\n  redis: {host: cache}   # ours\r\n")
    path.chmod(0o600)
    os.utime(path, ns=(1_577_836_800_123_456_789, 1_577_836_800_987_654_321))
    return path


def set_attribute(path: Path, name: str, value: bytes) -> None:
    """Give a file an extended attribute, or skip the test where there are none."""
    if not hasattr(os, "setxattr"):
        pytest.skip("Python has no functions for extended attributes on this system")
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        pytest.skip(f"no extended attributes here: {error.strerror}")
