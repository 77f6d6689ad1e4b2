"""The errors that a run can end with, from the least to the most specific.

Errors keep fields, not sentences; `str()` of each gives one line a tired operator can act on, and `exit_code` is the
process's exit status for it (docs/reference/exit-codes.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word closest in spelling to this one, ignoring case; empty if none is near."""
    from difflib import get_close_matches  # on demand: only needed after a typing error

    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else ""


def some_of(names: Sequence[str]) -> str:
    """The names joined for a sentence; only the first three if there are many."""
    return " and ".join(names) if len(names) < 5 else f"{', '.join(names[:3])} and {len(names) - 3} more"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A clause with the nearest known word; empty if none is near."""
    near = nearest(word, known)
    return f" (did you mean {near}?)" if near else ""


class MigratorError(Exception):
    """Anything that ends a run with a message instead of a traceback.

    `message` says what is wrong, `remedy` what to do about it, `path` and `line` (counted from 1) where.
    """

    exit_code = 2

    def __init__(self, message: str, *, path: str = "", line: int = 0, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.remedy = remedy

    @property
    def where(self) -> str:
        """`FILE:LINE`, as far as it is known; empty when nothing is."""
        if self.path and self.line:
            return f"{self.path}:{self.line}"
        return self.path or (f"line {self.line}" if self.line else "")

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text} {self.remedy}" if self.remedy else text


class UsageError(MigratorError):
    """The command line asks for something impossible."""


class InputError(MigratorError):
    """A file that cannot be read, or is not YAML that Helm can read."""


class UnrelatedError(InputError):
    """A file that may be valid, but has no key, chart or image of these charts."""


class RefusedError(MigratorError):
    """A valid file whose shape this tool does not edit; the message names the line."""


class OutOfScopeError(RefusedError):
    """A file that mentions these charts but is neither a values file of theirs nor an object that is edited here."""


class VerificationError(MigratorError):
    """The result breaks a rule of the target version, or is not what was planned; nothing was written."""

    exit_code = 4


class WriteError(MigratorError):
    """The file could not be replaced; the original is intact."""

    exit_code = 5


class IncompleteOutputError(MigratorError):
    """Files were written, but the output or a record of it could not be; `message` names these files."""

    exit_code = 6


class InterruptedByUser(MigratorError):
    """Somebody pressed ^C or closed the terminal; nothing was written."""

    exit_code = 130
