"""The attributes of a file: mode, owner, group, times, extended attributes and ACLs."""

from __future__ import annotations

import errno
import os
import stat
import sys
from typing import NamedTuple

from migrator.errors import WriteError


class Attributes(NamedTuple):
    """The attributes to give a file: `mode` in permission bits, times in nanoseconds, `xattrs` including POSIX ACLs.

    An owner or group of -1, or times or `xattrs` of None: keep what the new file has.
    """

    mode: int
    uid: int = -1
    gid: int = -1
    times: tuple[int, int] | None = None
    xattrs: dict[str, bytes] | None = None

    def without_times(self) -> Attributes:
        """The same for a file with new contents, which has its own times."""
        return self._replace(times=None)


_BOUND_TO_CONTENTS = ("security.ima", "security.evm")
"""Signatures of the file's bytes or inode: a copy of them would be wrong, and the kernel makes new ones."""


def attributes_of(descriptor: int, status: os.stat_result) -> Attributes:
    """The attributes of an open file, with the times from `status`."""
    return Attributes(
        stat.S_IMODE(status.st_mode),
        status.st_uid,
        status.st_gid,
        (status.st_atime_ns, status.st_mtime_ns),
        _xattrs(descriptor),
    )


def apply_attributes(descriptor: int, wanted: Attributes, shown: str) -> None:
    """Give an open file these attributes.

    Raises WriteError, naming `shown`, where one cannot be kept: not writing a file is better than silently changing its
    owner or losing an ACL.
    """
    now = os.fstat(descriptor)
    uid = wanted.uid if wanted.uid not in (-1, now.st_uid) else -1
    gid = wanted.gid if wanted.gid not in (-1, now.st_gid) else -1
    if (uid, gid) != (-1, -1):
        try:
            os.fchown(descriptor, uid, gid)
        except PermissionError:
            raise WriteError(
                f"belongs to {user_name(wanted.uid)} and group {_group(wanted.gid)}, which a new file could not keep.",
                path=shown,
                remedy="Run as its owner, or write elsewhere with --output.",
            ) from None
    if wanted.xattrs is not None:
        _give_xattrs(descriptor, wanted.xattrs, shown)
    # After the owner, because changing it clears bits, and after the ACLs, which change the group's bits.
    if stat.S_IMODE(os.fstat(descriptor).st_mode) != wanted.mode:
        os.fchmod(descriptor, wanted.mode)
        if stat.S_IMODE(os.fstat(descriptor).st_mode) != wanted.mode:
            raise WriteError(f"has mode {wanted.mode:04o}, which a new file could not keep.", path=shown)
    if wanted.times is not None:
        os.utime(descriptor, ns=wanted.times)


def _xattrs(descriptor: int) -> dict[str, bytes]:
    if sys.platform != "linux":
        return {}
    try:
        names = os.listxattr(descriptor)
    except OSError as error:
        if _unsupported(error):
            return {}
        raise
    return {name: os.getxattr(descriptor, name) for name in names if name not in _BOUND_TO_CONTENTS}


def _give_xattrs(descriptor: int, wanted: dict[str, bytes], shown: str) -> None:
    if sys.platform != "linux":
        return
    # A new file may have inherited attributes: an ACL from its directory, a security label.
    has = _xattrs(descriptor)
    for name in has:
        if name not in wanted and not name.startswith("security."):
            os.removexattr(descriptor, name)
    for name, value in wanted.items():
        if has.get(name) == value:
            continue
        try:
            os.setxattr(descriptor, name, value)
        except OSError as error:
            if isinstance(error, PermissionError) or _unsupported(error):
                raise WriteError(
                    f"has the extended attribute {name}, which a new file could not keep: {error.strerror}.",
                    path=shown,
                    remedy="Write elsewhere with --output.",
                ) from None
            raise


def _unsupported(error: OSError) -> bool:

    return error.errno in (errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def user_name(uid: int) -> str:
    """The name of a user, or `user NUMBER` if it has none."""
    try:
        import pwd

        return pwd.getpwuid(uid).pw_name
    except (ImportError, KeyError):
        return f"user {uid}"


def _group(gid: int) -> str:
    try:
        import grp

        return grp.getgrgid(gid).gr_name
    except (ImportError, KeyError):
        return str(gid)
