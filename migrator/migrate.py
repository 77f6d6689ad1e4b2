"""`migrate`: from a plan to a written file, by way of a person where there is one."""

from __future__ import annotations

import argparse
import sys
from typing import TextIO

from migrator import files, run, terminal, verify
from migrator.errors import InterruptedByUser
from migrator.report import FileReport, Report, Status
from migrator.talk.mask import Mask


def migrate(source: run.Source, chosen: argparse.Namespace, request: run.Request) -> FileReport:
    """Plan, ask, prove, and write one file; what was done is in the report.

    Where decisions are missing and nobody can be asked, the report says so and nothing is written. Raises
    InterruptedByUser where somebody left.
    """
    person = _somebody_is_there(source, chosen)
    if source.snapshot is not None and not chosen.dry_run:
        for sentence in files.recover([source.name]):
            _tell(chosen, sentence)
    if person:
        from migrator import prompts

        request = prompts.ask_all(source, request, chosen)
    case = run.examine([source], request)
    if case.plan.open_questions:
        return run.report(case)
    result = run.carry_out(case)
    if case.plan.changes:
        run.prove_settled(case, result, request)
    report = run.report(case, result)
    if case.plan.changes:
        report = report._replace(findings=verify.hold_result(case, result))
    data = result.streams[0].data
    if chosen.dry_run:
        _show(chosen, report)
        _tell(chosen, "dry run: nothing was written.")
        return report
    if case.plan.changes and person:
        from migrator import prompts

        _show(chosen, report)
        if not prompts.confirm(source.name if not chosen.output else chosen.output):
            raise InterruptedByUser("left as it is; nothing was written.", path=source.name)
    return _deliver(source, chosen, report, data)


def _deliver(source: run.Source, chosen: argparse.Namespace, report: FileReport, data: bytes) -> FileReport:
    """Put the result where it belongs: the file itself, --output, or standard output."""
    output = chosen.output or ("-" if source.snapshot is None else "")
    status: Status = "migrated" if report.changes else "current"
    if output == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        report = report._replace(status=status)
        _outcome(chosen, report, sys.stderr)
        return report
    if output:
        files.create(output, data, like=source.snapshot)
        report = report._replace(status=status)
        _outcome(chosen, report, sys.stderr)
        return report
    assert source.snapshot is not None, "standard input is delivered to standard output"
    if not report.changes:
        _outcome(chosen, report, sys.stdout)
        return report
    written = files.write(
        [files.Replacement(source.snapshot, data)], backup=not chosen.no_backup, backup_dir=chosen.backup_dir
    )
    backups = tuple(each.backup for each in written if each.backup)
    report = report._replace(status=status, backups=backups)
    _outcome(chosen, report, sys.stdout)
    return report


def _somebody_is_there(source: run.Source, chosen: argparse.Namespace) -> bool:
    """Whether a person can be asked: a terminal on both sides, and nobody said otherwise."""
    if chosen.non_interactive or source.snapshot is None or chosen.format == "json" or chosen.output == "-":
        return False
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def _show(chosen: argparse.Namespace, report: FileReport) -> None:
    """The plan and its diff, where a person reads them; in JSON they are in the report."""
    if chosen.format == "json":
        return
    from migrator.talk import plain, unified
    from migrator.talk.terminal import shown_diff

    mask = Mask(chosen.show_secrets)
    one = Report("migrate", (report,))
    stream = sys.stderr if chosen.output == "-" else sys.stdout
    colour = terminal.wants_colour(chosen.color, stream)
    stream.write(plain.plan(one, mask=mask, width=terminal.width(), colour=colour, verbose=chosen.verbose))
    stream.write(shown_diff(unified.diff(one, mask=mask), colour=colour))


def _outcome(chosen: argparse.Namespace, report: FileReport, stream: TextIO) -> None:
    if chosen.format == "json" or chosen.quiet:
        return
    from migrator.talk import plain

    colour = terminal.wants_colour(chosen.color, stream)
    one = Report("migrate", (report,))
    text = plain.outcome(
        one,
        mask=Mask(chosen.show_secrets),
        width=terminal.width(),
        colour=colour,
        verbose=chosen.verbose,
        output=chosen.output or ("-" if stream is sys.stderr else ""),
        dry_run=chosen.dry_run,
    )
    stream.write(text)


def _tell(chosen: argparse.Namespace, sentence: str) -> None:
    if not chosen.quiet:
        sys.stderr.write(f"infrahub-migrator: {sentence}\n")
