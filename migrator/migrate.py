"""`migrate`: from a plan to a written file, by way of a person where there is one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from migrator import apply, files, reporting, run, terminal, verify
from migrator.errors import InterruptedByUser
from migrator.report import FileReport, Report, Status
from migrator.sources import Bundle, Source
from migrator.talk.mask import Mask

if TYPE_CHECKING:
    from types import FrameType

    from migrator.save_answers import Keeper
    from migrator.sharing import Neighbours


def migrate(
    source: Bundle,
    chosen: argparse.Namespace,
    request: run.Request,
    keeper: Keeper | None = None,
    neighbours: Neighbours | None = None,
) -> FileReport:
    """Plan, ask, prove, and write one file; what was done is in the report. `keeper` is told of every decision.

    `neighbours` are the other releases of the run, where there are any. Where decisions are missing and nobody can be
    asked, the report says so and nothing is written. Raises InterruptedByUser where somebody left.
    """
    if source.snapshot is not None and not chosen.dry_run:
        for sentence in files.recover([layer.name for layer in source.layers]):
            _tell(chosen, sentence)
    if _somebody_is_there(source, chosen):
        with _hangup_as_leaving():
            return _with_a_person(source, chosen, request, keeper, neighbours)
    case = run.examine([source], request)
    if keeper is not None:
        keeper.note(source.name, case.plan.asked, request.given)
    if case.plan.open_questions:
        return reporting.report(case)
    _tell_new_defaults(case, chosen)
    if neighbours is not None:
        neighbours.settle(source.name, case.plan.result)
    result = apply.carry_out(case)
    if case.plan.changes:
        apply.prove_settled(case, result, request)
    report = reporting.report(case, result)
    if case.plan.changes:
        report = report._replace(findings=verify.hold_result(case, result))
    if chosen.dry_run:
        _show(chosen, report)
        _tell(chosen, "dry run: nothing was written.")
        return report
    return _deliver(source, chosen, case, report, result.streams[0].data)


def pass_on(source: Source, chosen: argparse.Namespace) -> None:
    """Deliver a file in which there is nothing to migrate as it is, where its result is to stand elsewhere."""
    output = chosen.output or ("-" if source.snapshot is None else "")
    if chosen.dry_run or not output:
        return
    if output == "-":
        _print_bytes(source.stream.data)
    else:
        _write_elsewhere(output, source.stream.data, source.snapshot, chosen)


def _with_a_person(
    source: Bundle,
    chosen: argparse.Namespace,
    request: run.Request,
    keeper: Keeper | None,
    neighbours: Neighbours | None,
) -> FileReport:
    from migrator import dialogue

    case, result, report = dialogue.hold(
        [source],
        request,
        lambda asked, given: keeper.note(source.name, asked, given) if keeper is not None else None,
        target=chosen.output or source.name,
        mask=Mask(chosen.show_secrets),
        width=terminal.width(),
        colour=terminal.wants_colour(chosen.color, sys.stdout),
        dry_run=chosen.dry_run,
    )
    if neighbours is not None:
        neighbours.settle(source.name, case.plan.result)
    if chosen.dry_run:
        _tell(chosen, "dry run: nothing was written.")
        return report
    # What is to be known was on the screen before the choice; said twice, it would hide what was done.
    seen = report._replace(notices=(), findings=()) if report.changes else report
    return _deliver(source, chosen, case, seen, result.streams[0].data)


@contextmanager
def _hangup_as_leaving() -> Iterator[None]:
    """Within it, a terminal that is closed, or a polite kill, is heard as ^C is: nothing written, answers saved.

    Whoever has left is heard once: a second signal would cut short what is left to do, and the exit code with it.
    """
    import signal

    def leave(number: int, frame: FrameType | None) -> None:
        hear_no_more()
        raise KeyboardInterrupt

    def hear_no_more() -> None:
        for kind in (*kinds, signal.SIGINT):
            signal.signal(kind, signal.SIG_IGN)

    kinds = [kind for kind in (signal.SIGHUP, signal.SIGTERM) if signal.getsignal(kind) is signal.SIG_DFL]
    for kind in kinds:
        signal.signal(kind, leave)
    try:
        yield
    except (InterruptedByUser, KeyboardInterrupt):
        hear_no_more()
        raise
    finally:
        for kind in kinds:
            if signal.getsignal(kind) is leave:
                signal.signal(kind, signal.SIG_DFL)


def _deliver(source: Bundle, chosen: argparse.Namespace, case: run.Case, report: FileReport, data: bytes) -> FileReport:
    """Put the result where it belongs: the file itself, --output, or standard output."""
    output = chosen.output or ("-" if source.snapshot is None else "")
    status: Status = "migrated" if report.changes else "current"
    if output == "-":
        _print_bytes(data)
        report = report._replace(status=status)
        _outcome(chosen, case, report, sys.stderr)
        return report
    if output:
        _write_elsewhere(output, data, source.snapshot, chosen)
        found = tuple(each._replace(file=output) if each.file else each for each in report.findings)
        report = report._replace(status=status, findings=found)
        _outcome(chosen, case, report, sys.stderr)
        return report
    assert source.snapshot is not None, "standard input is delivered to standard output"
    if not report.changes:
        _outcome(chosen, case, report, sys.stdout)
        return report
    snapshots = {layer.name: layer.snapshot for layer in source.layers if layer.snapshot is not None}
    written = files.write(
        [files.Replacement(snapshots[layer.path], layer.after) for layer in report.layers],
        backup=not chosen.no_backup,
        backup_dir=chosen.backup_dir,
    )
    backups = tuple(each.backup for each in written if each.backup)
    report = report._replace(status=status, backups=backups)
    _outcome(chosen, case, report, sys.stdout)
    return report


def _print_bytes(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _write_elsewhere(output: str, data: bytes, like: files.Snapshot | None, chosen: argparse.Namespace) -> None:
    """Write the result to a file of its own; one that stands there already is kept as a backup first."""
    import os

    own = like.target if like is not None else ""
    # What `create` refuses (a symbolic link, the input itself) is left to it.
    if os.path.isfile(output) and not os.path.islink(output) and os.path.realpath(output) != own:
        standing = files.read(output)
        for written in files.write(
            [files.Replacement(standing, data)], backup=not chosen.no_backup, backup_dir=chosen.backup_dir
        ):
            if written.backup:
                _tell(chosen, f"{output}: what stood there is kept in {written.backup}.")
        return
    files.create(output, data, like=like)


def _somebody_is_there(source: Bundle, chosen: argparse.Namespace) -> bool:
    """Whether a person can be asked: a terminal on both sides, and nobody said otherwise."""
    if chosen.non_interactive or source.snapshot is None or chosen.format == "json" or chosen.output == "-":
        return False
    return terminal.is_there(sys.stdin) and terminal.is_there(sys.stdout)


def _tell_new_defaults(case: run.Case, chosen: argparse.Namespace) -> None:
    """With an answers file, what it does not decide is worth a word: the question may have come since."""
    if not chosen.answers:
        return
    for asked in case.plan.asked:
        if not asked.given:
            name, answer = asked.question.id, asked.answer
            _tell(chosen, f"note: {chosen.answers} does not answer {name}: its safe default, {answer}, is used.")


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
    is_ascii = terminal.is_ascii(stream)
    stream.write(
        plain.plan(one, mask=mask, width=terminal.width(), colour=colour, verbose=chosen.verbose, ascii_only=is_ascii)
    )
    stream.write(shown_diff(unified.diff(one, mask=mask), colour=colour))


def _outcome(chosen: argparse.Namespace, case: run.Case, report: FileReport, stream: TextIO) -> None:
    if chosen.format == "json" or chosen.quiet:
        return
    from migrator.talk import plain

    colour, width, is_ascii = terminal.wants_colour(chosen.color, stream), terminal.width(), terminal.is_ascii(stream)
    output = chosen.output or ("-" if stream is sys.stderr else "")
    text = plain.outcome(
        Report("migrate", (report,)),
        mask=Mask(chosen.show_secrets),
        width=width,
        colour=colour,
        verbose=chosen.verbose,
        ascii_only=is_ascii,
        output=output,
        dry_run=chosen.dry_run,
    )
    stream.write(text)
    if report.changes and report.status == "migrated":
        from migrator import next_steps
        from migrator.talk.terminal import Page

        path = "FILE" if output == "-" else output or report.path
        page = Page(width, colour, is_ascii)
        stream.write("".join(line + "\n" for line in next_steps.lines(case, [path], page, backup=bool(report.backups))))


def _tell(chosen: argparse.Namespace, sentence: str) -> None:
    if not chosen.quiet:
        sys.stderr.write(f"infrahub-migrator: {sentence}\n")
