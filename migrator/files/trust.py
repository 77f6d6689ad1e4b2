"""Whom a file beside a values file may come from: what anybody else could have planted is not acted upon.

In a directory where several people may create files (`/tmp`, a share), a journal, a staged file or a backup is only a
name until its owner is known. `docs/security/threat-model.md` says what this holds against.
"""

from __future__ import annotations

import os
import stat

from migrator.files.attributes import person

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def distrusted(found: os.stat_result, target: os.stat_result | None) -> str:
    """Why the file of status `found` is not to be acted upon, as a clause about it; empty where it may be.

    It is to be a regular file of one name that belongs to the user who runs or, for root, to the owner of `target`,
    the file that it stands beside; and nobody may write to it who may not write to `target`.
    """
    if not stat.S_ISREG(found.st_mode):
        return "is not a regular file"
    if found.st_nlink > 1:
        return f"has {found.st_nlink} names (hard links)"
    if reason := not_ones_own(found, target):
        return reason
    writers = found.st_mode & _OTHERS_WRITE
    if writers & ~(target.st_mode if target is not None else 0):
        return f"is writable by others (mode {stat.S_IMODE(found.st_mode):04o})"
    return ""


def not_ones_own(found: os.stat_result, target: os.stat_result | None) -> str:
    """Whose the file of status `found` is, as a clause about it; empty for the user's who runs.

    For root it may be the owner's of `target`, the file that it belongs to.
    """
    runs = os.geteuid()
    owners = {runs} | ({target.st_uid} if runs == 0 and target is not None else set())
    return "" if found.st_uid in owners else f"belongs to {person(found.st_uid)}"


def standing_at(path: str) -> os.stat_result | None:
    """The status of what stands at `path`, a link not followed; None where nothing can be seen."""
    try:
        return os.lstat(path)
    except OSError:
        return None
