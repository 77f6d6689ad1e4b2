"""Who may own a file next to a values file: one that somebody else could have planted is not used.

In a directory where several people may create files (`/tmp`, a share), a journal, a staged file or a backup is only a
name until its owner is known. `docs/security/threat-model.md` says what this protects against.
"""

from __future__ import annotations

import os
import stat

from migrator.files.attributes import user_name

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def distrust_reason(found: os.stat_result, target: os.stat_result | None) -> str:
    """Why the file with status `found` must not be used, as a clause about it; empty if it may be.

    It must be a regular file with one name, owned by the current user or, for root, by the owner of `target`, the file
    that it is next to; and nobody may write to it who may not write to `target`.
    """
    if not stat.S_ISREG(found.st_mode):
        return "is not a regular file"
    if found.st_nlink > 1:
        return f"has {found.st_nlink} names (hard links)"
    if reason := foreign_owner(found, target):
        return reason
    writers = found.st_mode & _OTHERS_WRITE
    if writers & ~(target.st_mode if target is not None else 0):
        return f"is writable by others (mode {stat.S_IMODE(found.st_mode):04o})"
    return ""


def foreign_owner(found: os.stat_result, target: os.stat_result | None) -> str:
    """Who owns the file with status `found`, as a clause about it; empty if the current user does.

    For root it may also be the owner of `target`, the file that it belongs to.
    """
    runs = os.geteuid()
    owners = {runs} | ({target.st_uid} if runs == 0 and target is not None else set())
    return "" if found.st_uid in owners else f"belongs to {user_name(found.st_uid)}"


def visible_status(path: str) -> os.stat_result | None:
    """The status of what is at `path`, without following a link; None if nothing can be seen."""
    try:
        return os.lstat(path)
    except OSError:
        return None
