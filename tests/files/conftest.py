"""What the write path's tests share: a values file before and after, and what is looked at of files and folders."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

BEFORE = b"messaging:\r\n  redis: {host: cache}   # ours\r\n"
AFTER = BEFORE + b"  docket: {url: redis://cache:6379/2}\r\n"


@pytest.fixture
def values(tmp_path: Path) -> Path:
    """A values file of mode 0600 that was last written in 2020."""
    path = tmp_path / "values.yaml"
    path.write_bytes(BEFORE)
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


def metadata(path: Path) -> tuple[int, int, int, dict[str, bytes]]:
    """Mode, owner, group and extended attributes (ACLs among them)."""
    status = path.stat()
    has_them = hasattr(os, "listxattr")  # macOS has them, but Python has no functions for them there
    xattrs = {name: os.getxattr(path, name) for name in os.listxattr(path)} if has_them else {}
    return stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, xattrs


def names(directory: Path) -> list[str]:
    """Everything in a directory, dotfiles included."""
    return sorted(os.listdir(directory))
