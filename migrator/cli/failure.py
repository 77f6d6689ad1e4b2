"""The report on a release that ended in an error."""

from __future__ import annotations

from migrator.errors import (
    IncompleteOutputError,
    MigratorError,
    OutOfScopeError,
    UnrelatedError,
    VerificationError,
    WriteError,
)
from migrator.report.records import FileReport, Status
from migrator.sources import Bundle


def failed(path: str, error: MigratorError, *, is_passed: bool = False) -> FileReport:
    """The report; with `is_passed`, an unrelated or out-of-scope file is not a failure."""
    status: Status = "refused"
    if isinstance(error, (VerificationError, WriteError)):
        status = "failed"
    elif isinstance(error, IncompleteOutputError):
        status = "migrated"
    elif isinstance(error, (OutOfScopeError, UnrelatedError)):
        status = "out-of-scope" if isinstance(error, OutOfScopeError) else "unrelated"
    names_itself = bool(error.path) or isinstance(error, IncompleteOutputError)
    text = str(error) if names_itself else f"{path}: {error}"  # among many releases, the message has to say which one
    passes = is_passed and status in ("out-of-scope", "unrelated")
    exit_code = 0 if passes else error.exit_code
    return FileReport(path=path, status=status, error=text, exit_code=exit_code, error_file=error.path)


def failed_release(release: Bundle, error: MigratorError, *, is_passed: bool = False) -> FileReport:
    """The report on a release that was read: with its values, to mask credentials that the error may repeat.

    A release of a project file, or of a file with several, is not named as its file is.
    """
    data = [document.data for layer in release.layers for document in layer.stream.documents]
    error_file = error.path if error.path not in ("", release.name) else release.uppermost.name
    return failed(release.name, error, is_passed=is_passed)._replace(values_before=data, error_file=error_file)
