"""What the tests of the write path look at: bytes, everything kept about a file, and what stands beside it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

BEFORE = b"messaging:\r\n  redis: {host: cache}   # ours\r\n"
AFTER = b"messaging:\r\n  redis: {host: cache}   # ours\r\n  docket: {url: redis://cache:6379/2}\r\n"


def looks(path: Path) -> tuple[int, int, int, dict[str, bytes]]:
    """Mode, owner, group and extended attributes (ACLs among them)."""
    status = path.stat()
    xattrs = {name: os.getxattr(path, name) for name in os.listxattr(path)}
    return stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, xattrs


def names(directory: Path) -> list[str]:
    """Everything in a directory, dotfiles included."""
    return sorted(os.listdir(directory))
