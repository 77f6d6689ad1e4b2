"""Several files replaced together, all or none, whatever happens in between.

The steps, which `docs/engine/writing.md` explains: every file is locked and compared with what was read; the record is
made durable in each journal; new contents, copies of the old ones and backups are staged and made durable; every file
is compared once more and replaced by a rename; the directories are made durable; then the temporary files and the
journals are removed. Any failure before the end is rolled back here; what a killed run leaves is handled by
`recovery.settle`, which the next run calls.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from migrator.errors import InputError, InterruptedByUser, WriteError
from migrator.files.attributes import Attributes, apply_attributes, attributes_of
from migrator.files.journal import Journal, Swap, as_text, claim, write_all
from migrator.files.reading import READ_FLAGS, Snapshot, exists, read_descriptor, state_of
from migrator.files.recovery import clean_up, make_durable, put_back, remove
from migrator.files.signals import SignalsDeferred


class Part(NamedTuple):
    """One file's part of a transaction: its new contents and attributes.

    `former` is what was read (None if there was no file), `attributes` the new file's attributes (None: those of the
    file that it replaces, with its own times), `shown` the path for people.
    """

    swap: Swap
    shown: str
    data: bytes
    former: Snapshot | None
    attributes: Attributes | None


class _Before(NamedTuple):
    """A file when the transaction began: its status, which shows whether it was changed since, and its attributes."""

    state: tuple[int, ...]
    attributes: Attributes


def commit(parts: Sequence[Part], tool_version: str) -> None:
    """Replace all files or none.

    Raises WriteError if anything failed, InterruptedByUser if a signal arrived in time; in both cases every file is as
    it was.
    """
    with SignalsDeferred() as signals:
        journals: list[Journal] = []
        replaced: set[Swap] = set()
        recorded = False
        try:
            for part in sorted(parts, key=_target):
                journals.append(_claim(part))
                _refuse_unfinished(journals[-1], part)
            before = [_compare(part) for part in parts]
            recorded = True
            record = as_text([part.swap for part in parts], tool_version)
            for journal in journals:
                journal.record(record)
            make_durable(journal.path for journal in journals)
            for part, earlier in zip(parts, before):
                _stage(part, earlier)
            make_durable(path for part in parts for path in part.swap.places)
            if signals.pending():
                raise InterruptedByUser("interrupted; nothing was written.")
            for journal, part in zip(journals, sorted(parts, key=_target)):
                if not journal.is_in_place():  # without it, another run could have begun
                    raise WriteError("its journal was removed in the meantime.", path=part.shown, remedy="Run again.")
            for part, earlier in zip(parts, before):
                _compare(part, earlier)
                os.rename(part.swap.fresh, part.swap.target)
                replaced.add(part.swap)
            make_durable(part.swap.target for part in parts)
        except BaseException as error:
            left = _undo(parts, replaced) if recorded else ""
            if not left:
                _drop(journals, recorded)
            if isinstance(error, (OSError, InputError)):
                raise _write_error(error, parts, left) from error
            if left and isinstance(error, WriteError):
                error.remedy = f"{error.remedy} {left}".strip()
            raise
        else:
            # All files are written and durable; it is too late to report an interruption. What cannot be cleaned up
            # now is left to the next run, with the journals that list it.
            signals.drop_late()
            with suppress(OSError):
                for part in parts:
                    clean_up(part.swap)
                make_durable(path for part in parts for path in part.swap.places)
                _drop(journals, recorded)
        finally:
            for journal in journals:
                with suppress(OSError):
                    journal.close()


def _target(part: Part) -> str:
    return part.swap.target


def _claim(part: Part) -> Journal:
    journal = claim(part.swap.target, part.shown, create=True)
    assert journal is not None
    return journal


def _refuse_unfinished(journal: Journal, part: Part) -> None:
    if not journal.is_new():
        raise WriteError(
            "an earlier run was interrupted while writing this file.", path=part.shown, remedy="Run again."
        )


def _compare(part: Part, before: _Before | None = None) -> _Before | None:
    """The file's status and attributes; WriteError unless it is what was read and, later, the same as `before`."""
    target, former = part.swap.target, part.former
    changed = WriteError("has changed since it was read.", path=part.shown, remedy="Nothing was written; run again.")
    if os.path.realpath(part.shown) != target:
        raise changed
    if former is None:
        if exists(target):
            raise changed
        return None
    try:
        descriptor = os.open(target, READ_FLAGS | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise changed from None
    try:
        data, status = read_descriptor(descriptor, part.shown)
        if data != former.data or (before and before.state != state_of(status)):
            raise changed
        if before is None and exists(part.swap.backup):
            raise WriteError(f"its backup {part.swap.backup} exists already.", path=part.shown, remedy="Run again.")
        if status.st_nlink > 1:
            raise WriteError(
                f"has {status.st_nlink} names (hard links), and replacing it would detach it from the others.",
                path=part.shown,
                remedy="Use --output, or break the links (cp -p FILE COPY && mv COPY FILE).",
            )
        if not os.access(target, os.W_OK):
            raise WriteError("is read-only for you.", path=part.shown, remedy="Make it writable, or use --output.")
        if before:
            return before
        # The first reading may have changed its access time, so that is taken from before.
        times = former.stat.st_atime_ns, status.st_mtime_ns
        return _Before(state_of(status), attributes_of(descriptor, status)._replace(times=times))
    finally:
        os.close(descriptor)


def _stage(part: Part, before: _Before | None) -> None:
    """Make the new file, then the copies of the old one: recovery tells how far a run came by which exist."""
    swap = part.swap
    attributes = part.attributes or (before.attributes.without_times() if before else None)
    assert attributes is not None
    _make(swap.fresh, part.data, attributes, part.shown)
    if part.former and before:
        _make(swap.former, part.former.data, before.attributes, part.shown)
        if swap.backup:
            _make(swap.backup, part.former.data, before.attributes, part.shown)


def _make(path: str, data: bytes, attributes: Attributes, shown: str) -> None:
    """A new, durable file; nobody but its owner can read it before it has its final mode."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        write_all(descriptor, data)
        apply_attributes(descriptor, attributes, shown)
        os.fsync(descriptor)
    except BaseException:
        with suppress(OSError):
            os.close(descriptor)
        raise
    os.close(descriptor)  # can fail too: a network file system reports a full disk only here


def _undo(parts: Sequence[Part], replaced: set[Swap]) -> str:
    """Undo what was done so far; a sentence about what could not be undone, else empty."""
    stuck = []
    for part in parts:
        try:
            # A network file system may report that a rename failed when it succeeded.
            done = part.swap in replaced or (not exists(part.swap.fresh) and exists(part.swap.former))
            put_back(part.swap, staged_here=True)
            if not done:
                remove(part.swap.backup)
        except (OSError, InputError):
            stuck.append(part.shown)
    with suppress(OSError):
        make_durable(path for part in parts for path in part.swap.places)
    if not stuck:
        return ""
    return f"It could not be rolled back at {', '.join(stuck)}: each file is intact, and the next run repairs this."


def _drop(journals: Sequence[Journal], recorded: bool) -> None:
    for journal in journals:
        with suppress(OSError):
            # Until this run has recorded anything, a journal with contents is from a killed run.
            if recorded or journal.is_new():
                journal.remove()


def _write_error(error: OSError | InputError, parts: Sequence[Part], left: str) -> WriteError:

    if isinstance(error, InputError):
        return WriteError(f"could not be written: it {error.message}", path=error.path, remedy=left)
    name = error.filename if isinstance(error.filename, str) else ""  # otherwise missing, or an open file's number
    concerned = [part for part in parts if name in part.swap.all_paths] if name else []
    part = (concerned or parts)[0]
    named = bool(name) and name in (part.swap.target, part.swap.backup)
    where = name if named else os.path.dirname(part.swap.target)
    remedies = {
        errno.ENOSPC: "Free some space and run again.",
        errno.EDQUOT: "Free some space and run again.",
        errno.EACCES: "The file is replaced by renaming a new one over it, so its directory must be writable.",
        errno.EPERM: "Is the file or its directory protected (lsattr, or owned by somebody else)?",
        errno.EBUSY: "Is the file itself a mount, as with a container's -v FILE:FILE? Mount its folder, or use "
        "--output - to print the result.",
        errno.EROFS: "Use --output to write elsewhere.",
        errno.ENAMETOOLONG: "Its backup and temporary files have longer names; shorten the file's name.",
    }
    hints = (left or "The original is intact.", remedies.get(error.errno or 0, ""))
    return WriteError(
        f"could not be written: {error.strerror or error} ({where}).",
        path=part.shown,
        remedy=" ".join(filter(None, hints)),
    )
