"""Bytes in: one regular file, read in full, with its status at that moment."""

import os
import stat
from typing import BinaryIO, NamedTuple

from migrator.errors import InputError

LARGEST = 8 * 1024 * 1024
"""Files with more bytes are refused; the largest preset is below 64 KiB, and Kubernetes stops at about 1 MiB."""

_FLAGS = ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY")
READ_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in _FLAGS)
"""O_NONBLOCK so that opening a FIFO returns at once, O_BINARY so that Windows leaves CRLF alone; not every system has
each of them, and for a regular file on other systems they change nothing."""

_KINDS = (
    (stat.S_ISLNK, "a symbolic link that points to itself"),
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a FIFO (named pipe)"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Snapshot(NamedTuple):
    """The contents and status of a file when it was read.

    `path` is the name that the user gave, `target` the file that it resolves to through all symbolic links, `stat` its
    status from before the reading (so with its access time from before).
    """

    path: str
    target: str
    data: bytes
    stat: os.stat_result

    @property
    def digest(self) -> str:
        """SHA-256 of `data` in hexadecimal; computed on demand, since `check` never needs it."""
        return digest_of(self.data)


def digest_of(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    import hashlib

    return hashlib.sha256(data).hexdigest()


def read(path: str) -> Snapshot:
    """The file at `path`, through symbolic links.

    Raises InputError, with an explanation, for a file that is missing, unreadable, not regular, larger than `LARGEST`,
    or being written to at that moment. Opening a FIFO or a device never waits.
    """
    target = os.path.realpath(path)
    try:
        data, status = read_regular(target, path)
    except FileNotFoundError:
        if os.path.islink(path):
            raise InputError("is a broken symbolic link.", path=path, remedy=f"It points to {target}.") from None
        raise InputError("there is no such file.", path=path) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}.", path=path) from error
    return Snapshot(path, target, data, status)


def read_stream(stream: BinaryIO, shown: str) -> bytes:
    """Everything from a stream, such as standard input. Raises InputError beyond `LARGEST`, having read no more."""
    pieces: list[bytes] = []
    size = 0
    while piece := stream.read(1024 * 1024):
        size += len(piece)
        _refuse_too_large(size, shown)
        pieces.append(piece)
    return b"".join(pieces)


def status_of(path: str) -> os.stat_result | None:
    """The status of the file with this name, without following a link; None if there is none.

    Raises OSError where that cannot be determined: a file that cannot be seen must not be taken for missing and
    overwritten.
    """
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def exists(path: str) -> bool:
    """Whether this name exists, even as a broken link. Raises OSError where that cannot be determined."""
    return status_of(path) is not None


def identity(path: str) -> object:
    """A value that is equal for two names of the same file, however they refer to it: links, hard links, `./`."""
    try:
        status = os.stat(path)
    except OSError:
        return os.path.realpath(path)
    return status.st_dev, status.st_ino


def read_regular(target: str, shown: str) -> tuple[bytes, os.stat_result]:
    """The bytes of the regular file `target`, which is not a symbolic link, and its status from before the reading.

    Raises InputError (naming `shown`) for a file that is not regular, too large, or changes meanwhile, else OSError.
    """
    # A device is refused before it is opened, because opening alone can act (a tape rewinds, a watchdog starts).
    refuse_irregular(os.lstat(target), shown)
    descriptor = os.open(target, READ_FLAGS | getattr(os, "O_NOFOLLOW", 0))
    try:
        return read_descriptor(descriptor, shown)
    finally:
        os.close(descriptor)


def read_descriptor(descriptor: int, shown: str) -> tuple[bytes, os.stat_result]:
    """As `read_regular`, from an open descriptor positioned at the start of the file."""
    status = os.fstat(descriptor)
    refuse_irregular(status, shown)
    pieces: list[bytes] = []
    size = 0
    while piece := os.read(descriptor, 1024 * 1024):
        size += len(piece)
        _refuse_too_large(size, shown)
        pieces.append(piece)
    after = os.fstat(descriptor)
    # Not the time of the last status change: when another run replaces the file, what was read is still whole.
    if (after.st_size, after.st_mtime_ns) != (status.st_size, status.st_mtime_ns):
        raise InputError("is being written to by another program.", path=shown, remedy="Run again when it is done.")
    return b"".join(pieces), status


def _refuse_too_large(size: int, shown: str) -> None:
    if size > LARGEST:
        raise InputError(
            f"is larger than {LARGEST // 1024 // 1024} MiB, too large for a values file.",
            path=shown,
            remedy="Name the values file itself.",
        )


def state_of(status: os.stat_result) -> tuple[int, ...]:
    """A value that differs as soon as a file is replaced or written to, or its mode, owner or attributes change."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def refuse_irregular(status: os.stat_result, shown: str) -> None:
    """Raise InputError, naming the kind of file, unless it is a regular one."""
    if stat.S_ISREG(status.st_mode):
        return
    kind = next((name for is_kind, name in _KINDS if is_kind(status.st_mode)), "no regular file")
    raise InputError(f"is {kind}, not a file.", path=shown)
