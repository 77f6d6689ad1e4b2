"""What `migrate` prints about its results: each release when it is written, and several of them at the end."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from migrator.cli.printing import complain, explain_masks, page_for, print_totals
from migrator.cli.session import Session, WrittenRelease
from migrator.cli.settings import Settings
from migrator.report import streams
from migrator.report.mask import Mask, visible
from migrator.report.records import FileReport, NoticeReport, Report
from migrator.report.result_records import NextStep

if TYPE_CHECKING:
    from migrator.cli.next_steps import MigratedRelease

DRY_RUN = "dry run: nothing was written."


def print_plan(settings: Settings, report: FileReport) -> None:
    """Print the plan and its diff for a person; in JSON they are in the report."""
    if settings.format == "json" or settings.quiet:
        return
    from migrator.report import unified
    from migrator.report.page import shown_diff
    from migrator.report.text import plan

    mask = Mask(settings.show_secrets)
    one = Report("migrate", (report,))
    stream = sys.stderr if settings.output == "-" else sys.stdout
    page = page_for(settings, stream)
    stream.writelines(plan(one, page, mask=mask, verbose=settings.verbose))
    stream.write(shown_diff(unified.diff(one, mask=mask), colour=page.colour))


def print_result(written: WrittenRelease, stream: TextIO, session: Session, *, was_shown: bool) -> None:
    """Print the result for one release; for one of several, the next steps come at the end."""
    settings, report, backup_notices = session.settings, written.report, written.backup_notices
    session.written.append(written)
    if settings.format == "json" or settings.quiet:
        return
    if session.outcome is not None:  # one line; the rest is printed for all at the end
        serious = tuple(each for each in report.notices if each.severity != "info" and not report.changes)
        findings = () if report.changes else report.findings
        _outcome(settings, report._replace(notices=serious, findings=findings, layers=(), backups=()), stream)
        return
    # Do not repeat what was shown before the choice, or the next steps below: it would hide the rest.
    if report.changes:
        new_notices = tuple(each for each in report.notices if not each.is_next_step)
        report = (
            report._replace(notices=backup_notices, findings=()) if was_shown else report._replace(notices=new_notices)
        )
    _outcome(settings, report._replace(backups=written.backups), stream)
    if session.redis_claims is None:
        _print_next_steps(settings, [written], stream)


def print_summary(report: Report, session: Session) -> None:
    """Print what several releases have in common: how many were written, how to undo that, and the next steps."""
    settings = session.settings
    if session.redis_claims is None or settings.quiet:
        return
    if settings.dry_run:
        complain(DRY_RUN)
    if settings.format == "json":
        return
    stream = sys.stderr if settings.output or list(settings.files) == ["-"] else sys.stdout  # as for each release
    if session.outcome is not None:
        _print_backups(session, stream)
    seconds = session.seconds if session.outcome is None else None  # the time a person took is not of interest
    print_totals(settings, Counter(file.status for file in report.files), seconds, stream)
    left_out = [file.path for file in report.files if file.status == "skipped"]
    if left_out:
        it = "it" if len(left_out) == 1 else "them"
        stream.write(
            f"Left out: {visible(', '.join(left_out), ascii_only=streams.is_ascii(stream))}; run again for {it}.\n"
        )
    _print_next_steps(settings, session.written, stream)


def _print_backups(session: Session, stream: TextIO) -> None:
    from migrator.report.page import Page

    settings = session.settings
    page = Page(streams.width(), ascii_only=streams.is_ascii(stream))
    changed = [each for each in session.written if each.report.changes and not settings.output]
    folder = f"in {settings.backup_dir}" if settings.backup_dir else "beside the new ones"
    lines = []
    if any(each.report.backups for each in changed):
        lines = page.wrapped(f"The old files are kept {folder}, as NAME.TIME.DIGEST.bak.")
    elif changed:
        lines = page.wrapped("No backup was made: undo has nothing to restore.")
    for text in dict.fromkeys(notice.text for each in changed for notice in each.backup_notices):
        lines += page.wrapped(text, lead="- ")
    stream.write("".join(line + "\n" for line in lines))


def backup_notices(report: FileReport, backups: Mapping[str, str]) -> Iterator[NoticeReport]:
    """Notices about backups, which contain what the file did, credentials too, and which `git add .` would add.

    `backups` are by the path of their file, which was copied in full, with other documents and comments.
    """
    secret = [backup for path, backup in backups.items() if _holds_credentials(report, path)]
    if not secret:
        return
    from migrator.sources import gitignore  # files without credentials do not need it

    seen = [path for path in secret if gitignore.is_seen_by_git(path)]
    if seen:
        text = (
            f"{' and '.join(seen)} has the original's credentials in clear text, in a Git work tree: add *.bak to "
            ".gitignore, delete it after the upgrade, or keep backups elsewhere with --backup-dir."
        )
        yield NoticeReport("info", text, "", 0)


def _holds_credentials(report: FileReport, path: str) -> bool:
    """Whether a file had some before it was migrated, judged by its text, or by its values if it is a document."""
    for document in report.documents:
        if document.path == path and Mask().value(document.before) != document.before:
            return True
    texts = (layer.before.decode("utf-8", "replace") for layer in report.layers if layer.path == path)
    return any(Mask().lines(text) != text.split("\n") for text in texts)


def _outcome(settings: Settings, report: FileReport, stream: TextIO) -> None:
    from migrator.report.text import outcome

    text = outcome(Report("migrate", (report,)), page_for(settings, stream), mask=Mask(settings.show_secrets))
    stream.write(text)
    explain_masks(settings, text)


def next_steps(*written: WrittenRelease) -> tuple[NextStep, ...]:
    """The next steps for releases that are written."""
    from migrator.cli import next_steps

    return tuple(next_steps.after_writing(*map(_places, written)))


def _print_next_steps(settings: Settings, written: Sequence[WrittenRelease], stream: TextIO) -> None:
    done = [each for each in written if each.report.status == "migrated"]
    steps = next_steps(*done)
    if steps:
        from migrator.cli.next_steps import lines

        mask = Mask(settings.show_secrets)
        mask.learn(Report("migrate", tuple(each.report for each in done)))  # --set may have given a password
        shown = [each._replace(text=mask.text(each.text)) for each in steps]
        text = "".join(line + "\n" for line in lines(shown, page_for(settings, stream)))
        stream.write(text)
        explain_masks(settings, text)


def _places(written: WrittenRelease) -> MigratedRelease:
    """The release, where its values are now, and which of its files `undo` can restore."""
    from migrator.cli.next_steps import MigratedRelease

    case, report = written.case, written.report
    own = list(dict.fromkeys(layer.name for layer in case.sources if not layer.is_typed))
    paths = ["FILE"] if report.output == "-" else [report.output] if report.output else own
    return MigratedRelease(case, paths, written.new if report.backups else ())
