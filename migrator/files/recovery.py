"""What an unfinished transaction left behind: recognised, completed, or rolled back.

For each file the journal has the old and the new contents (as digests) and the temporary files. They show how far the
transaction came: while the new file still has its temporary name, the target was not replaced.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress

from migrator.errors import InputError, WriteError
from migrator.files.journal import Journal, Swap, claim, from_text
from migrator.files.reading import READ_FLAGS, digest_of, exists, read_descriptor, read_regular
from migrator.files.signals import SignalsDeferred
from migrator.files.trust import distrust_reason, visible_status


def settle(target: str, shown: str) -> list[str]:
    """Complete or roll back what a killed run left at `target`, and say what was done; empty if nothing was left.

    Raises WriteError where another run is at work there or the clean-up fails; then it can be tried again.
    """
    try:
        with SignalsDeferred():
            journal = claim(target, shown, create=False)
            if journal is None:
                return []
            journals = [journal]
            try:
                return _settle(journals, shown)
            finally:
                for journal in journals:
                    journal.close()
    except OSError as error:
        raise WriteError(
            f"what an earlier run left here cannot be cleaned up: {error.strerror or error}.",
            path=shown,
            remedy="Fix that, and run again.",
        ) from error


def _settle(journals: list[Journal], shown: str) -> list[str]:
    """`journals` has the first one; those of the transaction's other files are added to it."""
    first = journals[0]
    recorded = from_text(first.text(), first.path, shown)
    swaps = []
    for swap in recorded:
        if swap.journal == first.path:
            swaps.append(swap)
            continue
        journal = claim(swap.target, swap.target, create=False)
        if journal is None:
            continue
        journals.append(journal)
        # Only where that file's journal has the same record, since a journal from elsewhere proves nothing.
        if journal.is_new():
            continue
        if from_text(journal.text(), journal.path, swap.target) == recorded:
            swaps.append(swap)
        else:
            journals.remove(journal)
            journal.close()
    if any(map(_is_replaced, swaps)) and all(_is_replaced(swap) or _is_ready(swap) for swap in swaps):
        messages = _finish(swaps)
    else:
        messages = _roll_back(swaps)
    for journal in journals:
        journal.remove()
    return messages


def _is_replaced(swap: Swap) -> bool:
    """Whether the new file was renamed over the target, even if somebody changed it afterwards."""
    if exists(swap.fresh):
        return False
    now = _digest(swap.target)
    return now == swap.new or (now != swap.old and exists(swap.former))


def _is_ready(swap: Swap) -> bool:
    """Whether everything for this file is staged, and only the rename is missing."""
    return (
        _own_digest(swap.fresh, swap) == swap.new
        and _digest(swap.target) == swap.old
        and (not swap.old or _own_digest(swap.former, swap) == swap.old)
        and (not swap.backup or _own_digest(swap.backup, swap) == swap.old)
    )


def _finish(swaps: Sequence[Swap]) -> list[str]:
    missing = [swap for swap in swaps if not _is_replaced(swap)]
    unfinished = missing or any(exists(path) for swap in swaps for path in (swap.former, swap.spent) if path)
    for swap in missing:
        os.rename(swap.fresh, swap.target)
    make_durable(swap.target for swap in swaps)
    for swap in swaps:
        clean_up(swap)
    make_durable(path for swap in swaps for path in swap.places)
    if not unfinished:
        return []
    return [
        f"{swap.target}: an earlier run was interrupted; "
        + (
            "what it had prepared has now been written"
            if swap in missing
            else "it had already written this file, which stays as written"
        )
        + (f" (backup: {swap.backup})." if exists(swap.backup) else ".")
        for swap in swaps
    ]


def _roll_back(swaps: Sequence[Swap]) -> list[str]:
    messages = []
    for swap in swaps:
        staged = exists(swap.fresh)
        outcome = put_back(swap)
        if outcome == "changed":
            messages.append(
                f"{swap.target}: an earlier run was interrupted, and the file has changed since; it stays as it is"
                + (f" (before: {swap.backup})." if exists(swap.backup) else ".")
            )
        elif outcome == "put back":
            messages.append(f"{swap.target}: an earlier run was interrupted; the file was restored.")
        elif staged:
            messages.append(
                f"{swap.target}: an earlier run was interrupted before it replaced this file, which is unchanged."
            )
    make_durable(path for swap in swaps for path in swap.places)
    return messages


def put_back(swap: Swap, *, staged_here: bool = False) -> str:
    """Undo one file's part: "untouched" (it was not replaced), "put back", or "changed" (by somebody else since).

    A backup is removed only where the target has the complete original, and the backup the same or a torn part of it.
    `staged_here` is whether this process made the temporary files, so that their owner need not be checked.
    Raises OSError.
    """
    replaced = _is_replaced(swap)
    now = _digest(swap.target)
    if replaced and now == swap.new:
        if not swap.old:
            os.unlink(swap.target)
        elif (_digest(swap.former) if staged_here else _own_digest(swap.former, swap)) == swap.old:
            os.rename(swap.former, swap.target)
        else:
            return "changed"
        make_durable([swap.target])
        now = swap.old
    if swap.backup and now == swap.old and _is_part_of(swap.backup, swap.target, swap):
        remove(swap.backup)
    # The new file is removed last: as long as it exists, the target was not replaced.
    remove(swap.former)
    remove(swap.fresh)
    if now != swap.old:
        return "changed"
    return "put back" if replaced else "untouched"


def clean_up(swap: Swap) -> None:
    """Remove what is no longer needed for a file that has its new contents. Raises OSError."""
    remove(swap.former)
    if swap.spent and _own_digest(swap.spent, swap) == swap.new:
        remove(swap.spent)


def remove(path: str) -> None:
    """Remove a file, which may already be gone; an empty path does nothing."""
    if path:
        with suppress(FileNotFoundError):
            os.unlink(path)


def make_durable(paths: Iterable[str]) -> None:
    """Make creations, renames and removals at these paths survive a power cut."""
    for directory in sorted({os.path.dirname(path) for path in paths if path}):
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        except OSError as error:
            # Some file systems do not support this for directories; they say so, and there is nothing to wait for.
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
        finally:
            os.close(descriptor)


def _digest(path: str) -> str:
    """The digest of a regular file; empty if nothing is there, "-" for anything else."""
    try:
        return digest_of(read_regular(path, path)[0])
    except FileNotFoundError:
        return ""
    except InputError:
        return "-"


def _own_digest(path: str, swap: Swap) -> str:
    """As `_digest`, but empty for anything that is not a regular file of this user's own."""
    data = _own_bytes(path, swap)
    return digest_of(data) if data is not None else ""


def _own_bytes(path: str, swap: Swap) -> bytes | None:
    """The bytes of a file of the transaction; None if there is none, or if it could be somebody else's."""
    try:
        descriptor = os.open(path, READ_FLAGS | os.O_NOFOLLOW)
    except OSError as error:
        if isinstance(error, FileNotFoundError) or error.errno == errno.ELOOP:
            return None
        raise
    try:
        if distrust_reason(os.fstat(descriptor), visible_status(swap.target)):
            return None
        return read_descriptor(descriptor, path)[0]
    except InputError:
        return None
    finally:
        os.close(descriptor)


def _is_part_of(backup: str, target: str, swap: Swap) -> bool:
    """Whether a backup has the target's contents, or the start of them, if staging it was interrupted."""
    data = _own_bytes(backup, swap)
    return data is not None and read_regular(target, target)[0].startswith(data)
