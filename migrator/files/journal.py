"""The journal: a small dotfile next to each file that is being written, both a lock and a record.

During a run the journal has an advisory lock, which the system releases when the process ends. So a journal that can be
locked was left by a killed run, and one that cannot belongs to a run in progress. The record has everything that the
next run needs to finish or roll back; every file of a transaction has the same record in its own journal, so each of
them leads to the others.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from typing import NamedTuple

from migrator.errors import WriteError
from migrator.files.backups import is_backup_of
from migrator.files.reading import status_of
from migrator.files.trust import distrust_reason, visible_status

SUFFIX = "infrahub-migrator"
FORMAT = 1
_LARGEST = 4 * 1024 * 1024  # enough for a directory of some thousand layers; a larger journal is not ours


class Swap(NamedTuple):
    """One file of a transaction: `old` and `new` are SHA-256 digests, `old` empty if there was no file.

    `token` names the transaction's temporary files; `backup` is the backup to be made and `spent` the one that `undo`
    uses up (paths, or empty).
    """

    target: str
    token: str
    old: str
    new: str
    backup: str
    spent: str

    @property
    def journal(self) -> str:
        """The file's journal."""
        return _dotfile(self.target, SUFFIX)

    @property
    def fresh(self) -> str:
        """The temporary file with the new contents; it is renamed over the target."""
        return _dotfile(self.target, f"{SUFFIX}-{self.token}-new")

    @property
    def former(self) -> str:
        """The temporary copy of the old file, from which a failed transaction is rolled back."""
        return _dotfile(self.target, f"{SUFFIX}-{self.token}-old")

    @property
    def places(self) -> tuple[str, ...]:
        """The paths that a transaction creates, renames or removes permanently."""
        return self.target, self.backup, self.spent

    @property
    def all_paths(self) -> tuple[str, ...]:
        """Every path that belongs to this file's part of the transaction."""
        return self.target, self.journal, self.fresh, self.former, self.backup, self.spent


class Journal(NamedTuple):
    """A journal that this process has locked."""

    path: str
    descriptor: int

    def is_new(self) -> bool:
        """Whether it has no record yet."""
        return os.fstat(self.descriptor).st_size == 0

    def record(self, text: bytes) -> None:
        """Write the record durably. Raises OSError."""
        write_all(self.descriptor, text)
        os.fsync(self.descriptor)

    def text(self) -> bytes:
        """The record in it."""
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        pieces = []
        while piece := os.read(self.descriptor, 65536):
            pieces.append(piece)
            if sum(map(len, pieces)) > _LARGEST:
                break
        return b"".join(pieces)

    def is_in_place(self) -> bool:
        """Whether its name still refers to it; if not, another run could hold a journal of that name."""
        there = status_of(self.path)
        ours = os.fstat(self.descriptor)
        return there is not None and (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)

    def remove(self) -> None:
        """Remove the file, if it is still this one; the lock stays until `close`, so nobody takes it for abandoned."""
        if self.is_in_place():
            os.unlink(self.path)

    def close(self) -> None:
        """Release the lock."""
        os.close(self.descriptor)


def claim(target: str, shown: str, *, create: bool) -> Journal | None:
    """The journal of `target`, locked; None if there is none and `create` is false.

    Raises WriteError where another run is working on the file or something else has the journal's name, OSError where
    it cannot be created.
    """
    path = _dotfile(target, SUFFIX)
    for _ in range(100):
        try:
            descriptor, is_ours = _open(path, create=create)
        except OSError as error:
            # Where nothing can exist (no directory, name too long), nothing was left either. A journal that was
            # missing a moment ago is not looked for again: another run may just have created it.
            _refuse_foreign(visible_status(path), target, path, shown)
            if create or not _cannot_exist(path, error):
                raise
            return None
        if descriptor is None:
            continue
        journal = Journal(path, descriptor)
        try:
            if not is_ours:
                _refuse_foreign(os.fstat(descriptor), target, path, shown)
            if not _lock(descriptor, shown):
                is_ours = False  # another run was faster, and owns it now
                raise WriteError(
                    "another run is working on this file.",
                    path=shown,
                    remedy="This run wrote nothing; run it again.",
                )
            if journal.is_in_place():
                return journal
        except BaseException:
            if is_ours:
                with suppress(OSError):
                    os.unlink(path)
            journal.close()
            raise
        # The run that held it finished and removed it between our opening and our locking.
        journal.close()
    raise WriteError("other runs are working on this file.", path=shown, remedy="Run again when they are done.")


def _open(path: str, *, create: bool) -> tuple[int | None, bool]:
    """The journal, opened, and whether it was just created; None if it appeared and vanished meanwhile."""
    flags = os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    if not create:
        return os.open(path, flags), False
    with suppress(FileExistsError):
        return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600), True
    with suppress(FileNotFoundError):
        return os.open(path, flags), False
    return None, False


def _cannot_exist(path: str, error: OSError) -> bool:
    """Whether a path that cannot be opened cannot exist, as far as the system allows looking."""

    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG):
        return True
    return error.errno == errno.EACCES and visible_status(path) is None  # a directory that cannot be entered


def _refuse_foreign(found: os.stat_result | None, target: str, path: str, shown: str) -> None:
    if found is not None and (reason := distrust_reason(found, visible_status(target))):
        raise WriteError(
            f"its journal cannot be created: {path} is in the way (it {reason}).",
            path=shown,
            remedy="Nothing was written. Inspect that file, and remove it if its owner has no run in progress.",
        )


def _lock(descriptor: int, shown: str) -> bool:
    """Lock the journal; False if another run holds it. Raises WriteError where the file system has no locks."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        raise WriteError(
            f"is on a file system without file locks ({error.strerror}), so two runs at once could not be prevented.",
            path=shown,
            remedy="Nothing was written. Write elsewhere: --output PATH, or --output - to print the result.",
        ) from error
    return True


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte; a full disk may accept only some of them."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def as_text(swaps: Sequence[Swap], tool_version: str) -> bytes:
    """The record of a transaction: one line of JSON, and its SHA-256, by which a torn record is recognised."""

    body = {"format": FORMAT, "tool": tool_version, "files": [swap._asdict() for swap in swaps]}
    line = json.dumps(body).encode() + b"\n"
    return line + sha256(line).hexdigest().encode() + b"\n"


def from_text(text: bytes, journal: str, shown: str) -> list[Swap]:
    """The transaction that `as_text` recorded; empty for a torn record, whose transaction had not begun.

    Raises WriteError for a record in another format, and for one that names anything but files of its own kind: a
    journal may come with a repository from an attacker who wants this tool to rename or remove other people's files.
    """

    line, newline, digest = text.partition(b"\n")
    if not newline or digest != sha256(line + newline).hexdigest().encode() + b"\n":
        return []
    try:
        body = json.loads(line)
        known = body["format"] == FORMAT
        swaps = [Swap(**entry) for entry in body["files"]] if known else []
        sound = all(map(_is_sound, swaps)) and len({swap.target for swap in swaps}) == len(swaps)
        # A new file is never one of several, so rolling back several removes no file that was there before.
        sound = sound and (len(swaps) == 1 or all(swap.old for swap in swaps))
        sound = sound and any(swap.journal == journal for swap in swaps)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        known, sound = True, False
    if not known:
        raise WriteError(
            f"its journal {journal} was left by another version of this tool.", path=shown, remedy="Run that version."
        )
    if not sound:
        raise WriteError(
            f"its journal {journal} was not written for this file (was the directory moved or copied?).",
            path=shown,
            remedy="Look at the files beside it whose names contain infrahub-migrator, and remove the journal.",
        )
    return swaps


def _is_sound(swap: Swap) -> bool:
    if not all(isinstance(field, str) and "\0" not in field for field in swap):
        return False
    hexadecimal = set("0123456789abcdef")
    return (
        os.path.isabs(swap.target)
        and os.path.normpath(swap.target) == swap.target
        and len(swap.token) == 16
        and set(swap.token + swap.old + swap.new) <= hexadecimal
        and len(swap.new) == 64
        and len(swap.old) in (0, 64)
        and (not swap.backup or is_backup_of(swap.backup, swap.target, swap.old, swap.new))
        and (not swap.spent or is_backup_of(swap.spent, swap.target, swap.new))
    )


def _dotfile(target: str, suffix: str) -> str:
    """A dotfile next to `target`; never ends in .yaml, since a GitOps controller would read it."""
    directory, name = os.path.split(target)
    return os.path.join(directory, f".{name}.{suffix}")
