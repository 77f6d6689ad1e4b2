"""Bytes out: replace files, create one, undo a migration, and recover from a killed run.

The modules that do the work are imported where needed: `check` reads files without loading the code that writes.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from migrator import __version__
from migrator.errors import InputError, RefusedError, WriteError
from migrator.files.reading import LARGEST, READ_FLAGS, Snapshot, digest_of, read, read_descriptor, status_of
from migrator.files.system import missing_features, refuse_unsafe_writes
from migrator.files.trust import foreign_owner

if TYPE_CHECKING:
    from migrator.files.attributes import Attributes
    from migrator.files.backups import Backup, Together


class Replacement(NamedTuple):
    """A file that was read, and its new contents."""

    snapshot: Snapshot
    data: bytes


class WrittenFile(NamedTuple):
    """A file that was written, by the name that the user gave, and the backup that was made of it.

    `skipped_backups` says, for each backup that `undo` did not consider, why somebody else could have put it there;
    `together` is what the backup that it restored shares with those made with it.
    """

    path: str
    backup: str | None
    skipped_backups: tuple[str, ...] = ()
    together: Together = ("", "")


def write(
    replacements: Sequence[Replacement],
    *,
    backup: bool = True,
    backup_dir: str | None = None,
    tool_version: str = __version__,
) -> list[WrittenFile]:
    """Replace all these files or none, durably; those whose bytes stay the same are neither touched nor returned.

    Those too must still be what was read, since what is written to the others depends on them.

    Mode, owner, group, extended attributes and ACLs are kept. `backup_dir` must exist; without it a backup is next to
    its file. Raises WriteError where a file changed since it was read or anything failed: then all of them are as they
    were.
    """
    refuse_unsafe_writes()
    from migrator.files.backups import timestamp
    from migrator.files.journal import Swap
    from migrator.files.transaction import Part, commit

    wanted = [replacement for replacement in replacements if replacement.data != replacement.snapshot.data]
    targets = [replacement.snapshot.target for replacement in replacements]
    for replacement in wanted:
        snapshot = replacement.snapshot
        if targets.count(snapshot.target) > 1:
            raise WriteError(f"is named twice (it is {snapshot.target}).", path=snapshot.path, remedy="Name it once.")
        if len(replacement.data) > LARGEST:
            raise WriteError("would become larger than this tool reads.", path=snapshot.path)
    if not wanted:
        return []
    for replacement in replacements:
        if replacement not in wanted:
            _refuse_changed(replacement.snapshot)
    if backup and backup_dir is not None:
        _check_directory(backup_dir)
    _refuse_leftovers([snapshot.path for snapshot, _ in wanted])
    token, moment = _token(), timestamp()
    parts = []
    for snapshot, data in wanted:
        old, new = snapshot.digest, digest_of(data)
        path = _new_backup(snapshot, backup_dir, old, new, (moment, token)) if backup else ""
        parts.append(Part(Swap(snapshot.target, token, old, new, path, ""), snapshot.path, data, snapshot, None))
    commit(parts, tool_version)
    return [WrittenFile(part.shown, part.swap.backup or None) for part in parts]


def create(
    path: str,
    data: bytes,
    *,
    like: Snapshot | None,
    backup: bool = False,
    backup_dir: str | None = None,
    private: bool = False,
) -> WrittenFile:
    """Write `data` to `path`, completely or not at all, with the mode of `like`, or the default one (from the umask).

    With `private` only this user can read a new file.

    An existing file is replaced, and keeps its own mode, owner and attributes; with `backup` it gets a backup as in
    `write`. Raises WriteError where `path` is a symbolic link, somebody else's file, the input itself, not a regular
    file, or cannot be written.
    """
    refuse_unsafe_writes()
    from migrator.files.attributes import Attributes
    from migrator.files.journal import Swap
    from migrator.files.transaction import Part, commit

    directory, name = os.path.split(path)
    if name in ("", ".", ".."):
        raise WriteError("is a directory, not a file.", path=path, remedy="Name the file.")
    target = os.path.join(os.path.realpath(directory), name)
    _check_replaceable(target, path, like)
    if backup and backup_dir is not None:
        _check_directory(backup_dir)
    _refuse_leftovers([path])
    if _status(target, path) is None:
        mode = like.stat.st_mode & 0o777 if like else (0o600 if private else 0o666) & ~_umask()
        swap = Swap(target, _token(), "", digest_of(data), "", "")
        commit([Part(swap, path, data, None, Attributes(mode))], __version__)
        return WrittenFile(path, None)
    try:
        former = read(path)
    except InputError as error:
        raise WriteError(f"cannot be written: it {error.message}", path=path, remedy=error.remedy) from error
    written = write([Replacement(former, data)], backup=backup, backup_dir=backup_dir)
    return written[0] if written else WrittenFile(path, None)


def _check_replaceable(target: str, path: str, like: Snapshot | None) -> None:
    if like is not None and target == like.target:
        raise WriteError("is the input itself.", path=path, remedy="Omit --output to change it in place.")
    existing = _status(target, path)
    if existing is None:
        return
    if stat.S_ISLNK(existing.st_mode):
        raise WriteError(
            "is a symbolic link, and nothing is written through a link.", path=path, remedy="Name the file itself."
        )
    if stat.S_ISREG(existing.st_mode) and (reason := foreign_owner(existing, like.stat if like else None)):
        raise WriteError(
            f"{reason}, who could then read what is written there.",
            path=path,
            remedy="Nothing was written. Remove it first, or name another file.",
        )


def _status(target: str, path: str) -> os.stat_result | None:
    try:
        return status_of(target)
    except OSError as error:
        raise WriteError(f"cannot be accessed: {error.strerror}.", path=path, remedy="Nothing was written.") from error


def undo(path: str, *, backup_dir: str | None = None, force: bool = False) -> WrittenFile:
    """Restore what the last migration of `path` replaced: bytes, mode, owner, attributes and times.

    The backup is removed. If the file is not what that migration wrote, it stays, unless `force`: then the changed file
    gets a backup first, which is in the result. Raises RefusedError for that, WriteError where writing failed,
    InputError if there is no backup or nothing to undo. What an earlier run left is recovered first; then nothing is
    undone, and a WriteError says so.
    """
    refuse_unsafe_writes()
    from migrator.files.backups import DIGITS, timestamp
    from migrator.files.journal import Swap
    from migrator.files.transaction import Part, commit

    _refuse_leftovers([path])
    snapshot = read(path)
    digest = snapshot.digest
    chosen, skipped = _chosen_backup(snapshot, backup_dir, digest, force)
    data, looks = _read_backup(chosen, snapshot, force)
    if data == snapshot.data:
        raise InputError(
            "is already as it was before the migration.",
            path=path,
            remedy=f"The backup is {chosen.path}.",
        )
    changed = chosen.new != digest[:DIGITS]
    new, token = digest_of(data), _token()
    kept = _new_backup(snapshot, backup_dir, digest, new, (timestamp(), token)) if changed else ""
    spent = chosen.path if chosen.old == new[:DIGITS] else ""  # a damaged one is kept for inspection
    swap = Swap(snapshot.target, token, digest, new, kept, spent)
    commit([Part(swap, path, data, snapshot, looks)], __version__)
    return WrittenFile(path, kept or None, skipped, chosen.together)


def recover(paths: Sequence[str]) -> list[str]:
    """Complete or roll back what killed runs left at these files; a sentence for each thing that was done.

    Every command that writes calls it before it reads, for its outputs too: what is read before it can be stale
    afterwards. `undo` does it by itself. Raises WriteError where another run is working on one of them. Where the
    system lacks what writing depends on, no run has left anything.
    """
    if missing_features():
        return []
    from migrator.files.recovery import settle

    messages: list[str] = []
    for path in paths:
        messages += settle(os.path.realpath(path), path)
    return messages


def _refuse_changed(snapshot: Snapshot) -> None:
    try:
        is_same = read(snapshot.path).data == snapshot.data
    except InputError:
        is_same = False
    if not is_same:
        raise WriteError("has changed since it was read.", path=snapshot.path, remedy="Nothing was written; run again.")


def _refuse_leftovers(paths: Sequence[str]) -> None:
    """Recover what an earlier run left, if `recover` was not called for it, and stop.

    What was read before may no longer be in the file; and an interrupted `undo` may just have been completed, so that a
    second one would go back further than intended.
    """
    if messages := recover(paths):
        raise WriteError(" ".join(messages), remedy="Check that, and run again if there is more to do.")


def _new_backup(snapshot: Snapshot, backup_dir: str | None, old: str, new: str, together: Together) -> str:
    from migrator.files.backups import new_backup

    try:
        return new_backup(snapshot.target, backup_dir, old, new, together)
    except OSError as error:
        raise WriteError(f"its backup cannot be named: {error.strerror}.", path=snapshot.path) from error


def _chosen_backup(
    snapshot: Snapshot, backup_dir: str | None, digest: str, force: bool
) -> tuple[Backup, tuple[str, ...]]:
    """The backup to restore, and those passed over in choosing it."""
    from migrator.files.backups import DIGITS, backups_of

    if backup_dir is not None:
        _check_directory(backup_dir)
    try:
        backups = backups_of(snapshot.target, backup_dir)
    except OSError as error:
        raise InputError(f"its backups cannot be searched for: {error.strerror}.", path=snapshot.path) from error
    found = [(backup, _distrust(backup, snapshot)) for backup in backups]
    skipped = tuple(f"the backup {backup.path} {reason}" for backup, reason in found if reason)
    backups = [backup for backup, reason in found if not reason]
    if skipped and not backups:
        raise InputError(
            f"has no backup that can be trusted: {'; '.join(skipped)}.",
            path=snapshot.path,
            remedy="Inspect it; if it is what you want, copy it over the file by hand.",
        )
    if not backups:
        raise InputError(
            f"has no backup in {backup_dir or os.path.dirname(snapshot.target)}.",
            path=snapshot.path,
            remedy="If the migration was run with --backup-dir, name that directory here too.",
        )
    made_this = [backup for backup in backups if backup.new == digest[:DIGITS]]
    if made_this:
        return made_this[0], skipped
    if not force and backups[0].old != digest[:DIGITS]:
        raise RefusedError(
            "has changed since the migration wrote it, and undoing would lose those changes.",
            path=snapshot.path,
            remedy=f"Compare it with {backups[0].path}; --force restores that anyway.",
        )
    return backups[0], skipped


def _distrust(backup: Backup, snapshot: Snapshot) -> str:
    from migrator.files.trust import distrust_reason, visible_status

    status = visible_status(backup.path)
    return distrust_reason(status, snapshot.stat) if status is not None else ""


def _read_backup(backup: Backup, snapshot: Snapshot, force: bool) -> tuple[bytes, Attributes]:
    from migrator.files.attributes import attributes_of
    from migrator.files.trust import distrust_reason

    path = snapshot.path

    try:
        descriptor = os.open(backup.path, READ_FLAGS | os.O_NOFOLLOW)
        try:
            data, status = read_descriptor(descriptor, backup.path)
            if reason := distrust_reason(status, snapshot.stat):
                raise InputError(f"its backup {backup.path} {reason}.", path=path, remedy="Inspect it.")
            looks = attributes_of(descriptor, status)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise InputError(f"its backup {backup.path} cannot be read: {error.strerror}.", path=path) from error
    if not digest_of(data).startswith(backup.old) and not force:
        raise WriteError(
            f"its backup {backup.path} has changed since it was made.",
            path=path,
            remedy="--force restores it anyway.",
        )
    return data, looks


def _check_directory(backup_dir: str) -> None:
    if os.path.isdir(backup_dir):
        return
    if os.path.lexists(backup_dir):
        raise WriteError(
            "is not a directory, so it cannot hold the backup.", path=backup_dir, remedy="Name a directory."
        )
    raise WriteError("the backup directory does not exist.", path=backup_dir, remedy="Create it first (mkdir -p).")


def _umask() -> int:
    umask = os.umask(0o077)
    os.umask(umask)
    return umask


def _token() -> str:
    return os.urandom(8).hex()
