"""Write the result of a migration where it belongs: to the file itself, --output, or standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from migrator import files
from migrator.cli import outcome
from migrator.cli.printing import tell
from migrator.cli.session import Session, WrittenRelease
from migrator.cli.settings import Settings
from migrator.cli.together import with_one_diff
from migrator.errors import IncompleteOutputError, InterruptedByUser, UsageError
from migrator.files import system, writing
from migrator.planning import examine
from migrator.report.records import FileReport, Status
from migrator.sources import Bundle, Source


class Ready(NamedTuple):
    """A decided and proved release: its report contains the texts. `was_shown`: a person has seen the plan."""

    bundle: Bundle
    case: examine.Case
    report: FileReport
    was_shown: bool = False


def refuse_impossible_writes(settings: Settings) -> None:
    """Raise UsageError if `migrate` or `undo` could not write its result, before anything is asked."""
    if settings.command == "migrate":
        is_printed = settings.output == "-" or (settings.files == ["-"] and not settings.output)
        if (settings.dry_run or is_printed) and not settings.save_answers and not settings.report:
            return
    system.refuse_unsafe_writes()
    if settings.backup_dir and not os.path.isdir(settings.backup_dir):
        is_there = os.path.lexists(settings.backup_dir)
        raise UsageError(
            f"--backup-dir: {settings.backup_dir} {'is not a directory' if is_there else 'does not exist'}.",
            remedy="Name a directory." if is_there else "Create it first (mkdir -p).",
        )


def deliver(ready: Sequence[Ready], session: Session) -> list[FileReport]:
    """Write releases that are written together, all of them or none, and report on each.

    The texts of each release include the changes of those after it, so the first text of a file is complete.
    The answers are saved first: if that fails, nothing is written.
    """
    settings = session.settings
    if settings.dry_run:
        return _show(ready, session)
    whole = with_one_diff([each.report for each in ready])
    output = _output_of(ready, settings)
    if session.recorder is not None:
        session.recorder.save()
    backups = _write(ready, whole, output, settings)
    new = [] if output == "-" else list(dict.fromkeys(path for each in whole for path in new_files(each, output)))
    done: list[FileReport] = []
    reported: set[str] = set()
    for each in ready:
        written = _written(each, new, backups, reported)
        written = written._replace(report=_report(written, backups, output, settings))
        reported.update(written.backups)
        done.append(written.report)
        try:
            outcome.print_result(written, sys.stderr if output else sys.stdout, session, was_shown=each.was_shown)
        except OSError as error:
            if not new:
                raise
            raise incomplete_output_error(new, error) from error
        except KeyboardInterrupt:
            raise InterruptedByUser("interrupted after writing.", path=" and ".join(new)) from None
    return with_one_diff(done)


def _show(ready: Sequence[Ready], session: Session) -> list[FileReport]:
    """Show what would be written."""
    for each in reversed(ready):
        if not each.was_shown:
            outcome.print_plan(session.settings, each.report)
    if session.redis_claims is None:
        tell(session.settings, outcome.DRY_RUN)
    return with_one_diff([each.report for each in ready])


def _output_of(ready: Sequence[Ready], settings: Settings) -> str:
    """Where the result goes: a path, "-" for standard output, or "" for the files themselves.

    Raises UsageError if several files would go to one.
    """
    names = list(dict.fromkeys(layer.path for each in ready for layer in each.report.layers))
    if settings.output and len(names) > 1:
        raise UsageError(f"--output is for the result of one file, and this release is in {' and '.join(names)}.")
    return settings.output or ("-" if ready[0].bundle.snapshot is None else "")


def _written(ready: Ready, new: Sequence[str], backups: dict[str, str], reported: set[str]) -> WrittenRelease:
    """The release as written: with its own files among the `new` ones, and the backups that are not `reported` yet."""
    own = tuple(dict.fromkeys(layer.name for layer in ready.bundle.layers if layer.name in new))
    kept = {path: backups[path] for path in new_files(ready.report, "") if path in backups}
    kept = {path: backup for path, backup in kept.items() if backup not in reported} or kept
    notices = tuple(outcome.backup_notices(ready.report, kept))
    return WrittenRelease(ready.case, ready.report, notices, own, tuple(kept.values()))


def _report(written: WrittenRelease, backups: dict[str, str], output: str, settings: Settings) -> FileReport:
    """The report on a release with what came of writing it."""
    report = written.report
    # A release also counts as migrated if others made the changes it needs in its files.
    status: Status = "migrated" if report.changes or written.new else "current"
    own_backups = tuple(backups[layer.path] for layer in report.layers if layer.path in backups)
    report = report._replace(
        status=status, backups=own_backups, notices=(*report.notices, *written.backup_notices), output=output
    )
    if settings.report and status == "migrated":
        report = report._replace(next_steps=outcome.next_steps(written._replace(report=report)))
    if output not in ("", "-"):
        findings = tuple(each._replace(file=output) if each.file else each for each in report.findings)
        report = report._replace(findings=findings)
    return report


def new_files(report: FileReport, output: str) -> list[str]:
    """The files that a migrated release has written."""
    return [output] if output else report.written


def incomplete_output_error(new: Sequence[str], error: OSError) -> IncompleteOutputError:
    """The error for output that failed after files were written."""
    return IncompleteOutputError(
        f"{' and '.join(new)}: written, but not everything could be printed: {error.strerror or error}."
    )


def copy_unchanged(source: Source, settings: Settings) -> None:
    """Copy a file that has nothing to migrate to --output or standard output, if its result goes there."""
    output = settings.output or ("-" if source.snapshot is None else "")
    if settings.dry_run or not output:
        return
    if output == "-":
        _print_bytes(source.stream.data)
    else:
        _write_elsewhere(output, source.stream.data, source.snapshot, settings)


def _write(ready: Sequence[Ready], whole: Sequence[FileReport], output: str, settings: Settings) -> dict[str, str]:
    """Write the result where it goes, and return the backup of each file that is replaced."""
    first = ready[0]
    result = first.report.layers[0].after
    if output == "-":
        _print_bytes(result)
    elif output:
        # Values from a cluster may contain credentials: only this user may read the file.
        _write_elsewhere(output, result, first.bundle.snapshot, settings, private=first.bundle.is_from_cluster)
    elif any(each.report.changes for each in ready):
        return _replace(ready, whole, settings)
    return {}


def _replace(ready: Sequence[Ready], whole: Sequence[FileReport], settings: Settings) -> dict[str, str]:
    """Replace the files, and return the backup of each."""
    snapshots = {layer.name: layer.snapshot for each in ready for layer in each.bundle.layers}
    replacements = []
    texts = {layer.path: layer for report in reversed(whole) for layer in report.layers}
    for layer in texts.values():
        snapshot = snapshots[layer.path]
        assert snapshot is not None, "standard input is delivered to standard output"
        replacements.append(writing.Replacement(snapshot, layer.after))
    written = writing.write(replacements, backup=settings.backup, backup_dir=settings.backup_dir)
    return {each.path: each.backup for each in written if each.backup}


def _print_bytes(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _write_elsewhere(
    output: str, data: bytes, like: files.Snapshot | None, settings: Settings, *, private: bool = False
) -> None:
    """Write the result to a separate file; an existing one is backed up first."""
    written = writing.create(
        output, data, like=like, backup=settings.backup, backup_dir=settings.backup_dir, private=private
    )
    if written.backup:
        tell(settings, f"{output}: the previous file is kept in {written.backup}.")
