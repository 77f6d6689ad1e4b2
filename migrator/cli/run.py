"""One run of a command over everything named: each release is reported, and none stops the others."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from migrator.cli import arguments, commands, opening, plugin, printing, together
from migrator.cli.given_answers import GivenAnswers
from migrator.cli.group import run_group
from migrator.cli.printing import complain, tell
from migrator.cli.session import Session
from migrator.cli.settings import Settings
from migrator.errors import IncompleteOutputError, InterruptedByUser, MigratorError, WriteError
from migrator.planning import examine
from migrator.report.packed import Packed
from migrator.report.records import FileReport, Report
from migrator.sources import Opened

if TYPE_CHECKING:
    from migrator.prefect.redis_collisions import RedisClaims
    from migrator.prompts.save_answers import Recorder


def run(settings: Settings) -> int:
    """Run plan, diff, migrate, check or verify, print its report, and return the exit code."""
    began = time.monotonic()
    if settings.command == "migrate":
        from migrator.cli import output

        output.refuse_impossible_writes(settings)
    project = opening.project_of(settings)
    answers = GivenAnswers(settings, project)
    recorder = _recorder(settings) if settings.save_answers else None
    is_many = not (settings.values or settings.uses_cluster or settings.check_redis)
    if settings.command != "migrate" and is_many:
        places = opening.places(settings, project)
        if len(places) > 1:
            return _run_many(places, settings, answers, began)
    named = opening.open_named(settings, project)
    if settings.report:
        from migrator.cli import report_file

        report_file.refuse_impossible(settings, named.bundles)
    arguments.refuse_shared_redis(settings, len(named.bundles))
    arguments.refuse_shared_output(settings, len(named.groups))
    session = Session(settings, answers, recorder, _redis_claims(named, answers), began)
    command = _command(settings.command)
    reports: list[FileReport] = []
    try:
        if settings.command == "migrate":
            session.collisions |= _halves(named, answers)
        if settings.command == "migrate" and session.redis_claims is not None:
            from migrator.cli import deciding

            deciding.decide(named, session)
        for group in named.groups:
            reports += _run_group(group, command, session) if isinstance(group, Opened) else [group]
    except (InterruptedByUser, KeyboardInterrupt) as left:
        _save_decisions(session)
        new = _new_files(reports, settings)
        if new and settings.report:
            with suppress(MigratorError, OSError):
                _write_report(Report(settings.command, tuple(reports), error="interrupted", error_code=130), settings)
        if isinstance(left, InterruptedByUser) and left.path:
            new.append(left.path)
        if new:
            message = f"interrupted; {', '.join(new)} had already been written, and nothing else was."
            raise InterruptedByUser(message) from None
        raise
    return _finish(Report(settings.command, tuple(reports)), session)


def _run_group(group: Opened, command: commands.Command, session: Session) -> Sequence[FileReport]:
    if session.outcome is not None:
        from migrator.cli import deciding

        skipped = deciding.skipped_reports(group, session)
        if skipped:
            return skipped
    return run_group(group, command, session)


def _run_many(
    places: Packed[opening.Place | FileReport], settings: Settings, answers: GivenAnswers, began: float
) -> int:
    from migrator.cli import many

    found = many.run(places, settings, answers, began)
    return found if isinstance(found, int) else _finish(found, Session(settings, answers, began=began))


def _command(name: str) -> commands.Command:
    if name == "migrate":
        from migrator.cli.migrate import Migrate  # loads everything that proves and writes: 10 ms of startup

        return Migrate()
    return commands.READING[name]


def _redis_claims(named: opening.Named, answers: GivenAnswers) -> RedisClaims | None:
    """The Redis use of several releases, as far as it is decided; None for a single release."""
    releases = named.bundles
    if len(releases) + sum(isinstance(each, FileReport) and each.exit_code > 0 for each in named.groups) < 2:
        return None
    from migrator.prefect.redis_collisions import RedisClaims

    planned = {}
    for release in releases:
        # An error in the release itself is reported when its turn comes.
        with suppress(MigratorError):
            planned[release.name] = examine.examine(release, answers.request(release)).plan.result
    return RedisClaims(planned)


def _halves(named: opening.Named, answers: GivenAnswers) -> dict[str, MigratorError]:
    """The errors for releases that change a file of others outside this run: one error per group."""
    found: dict[str, MigratorError] = {}
    for group in named.groups:
        for release in group.bundles if isinstance(group, Opened) else ():
            if not release.read_by:
                break
            # An error in the release itself is reported when its turn comes.
            with suppress(MigratorError):
                error = together.shared_file_error(examine.examine(release, answers.request(release)))
                if error is not None:
                    found[release.name] = error
                    break
    return found


def _recorder(settings: Settings) -> Recorder:
    from migrator.files import writing
    from migrator.prompts.save_answers import Recorder

    for sentence in writing.recover([settings.save_answers]):
        tell(settings, sentence)
    # Values from a cluster are not in a file, so the saved command does not work without --output.
    output = ["--output", settings.output] if settings.release and settings.output else []
    options = [*settings.upgrade_options, *output]
    return Recorder(
        settings.save_answers, settings.inputs, options, output=settings.output, program=plugin.program_name()
    )


def _finish(report: Report, session: Session) -> int:
    """Save the answers, print the report, and return the exit code: 6 if that fails after files were written."""
    settings = session.settings
    new = _new_files(report.files, settings)
    try:
        _save_answers(session)
    except WriteError as error:
        report = _not_saved(report, "the answers were not saved", error, session)
    try:
        _write_report(report, settings)
    except WriteError as error:
        report = _not_saved(report, "the report was not written", error, session)
    try:
        session.answers.report_unused(report.files)
        code = printing.print_report(settings, report, session.seconds)
        if settings.command == "migrate" and all(
            file.exit_code != IncompleteOutputError.exit_code for file in report.files
        ):
            from migrator.cli import outcome

            outcome.print_summary(report, session)
        sys.stdout.flush()
    except OSError as error:
        if not new:
            raise
        from migrator.cli.output import incomplete_output_error

        raise incomplete_output_error(new, error) from error
    return code


def _save_answers(session: Session) -> None:
    if session.recorder is None or session.recorder.has_failed:
        return  # already reported for the release that failed because of it
    if session.recorder.save():
        tell(session.settings, f"answers saved in {session.settings.save_answers}")


def _not_saved(report: Report, what: str, error: WriteError, session: Session) -> Report:
    """The report with the error: files may already be written, so their results must still be printed."""
    new = _new_files(report.files, session.settings)
    which = f" ({' and '.join(new)} is written)" if new else ""
    text = f"{what}{which}: {error}"
    complain(text, show_secrets=session.settings.show_secrets)
    before = f"{report.error} " if report.error else ""
    return report._replace(error=before + text, error_code=IncompleteOutputError.exit_code if new else error.exit_code)


def _write_report(report: Report, settings: Settings) -> None:
    if settings.report:
        from migrator.cli import report_file

        report_file.write(report, settings)


def _save_decisions(session: Session) -> None:
    """Save the answers of a person who leaves. No error here, not even a closed terminal, changes that they left."""
    try:
        _save_answers(session)
    except (MigratorError, OSError) as error:
        with suppress(OSError):
            tell(session.settings, f"the answers could not be saved: {error}")


def _new_files(reports: Collection[FileReport], settings: Settings) -> list[str]:
    """The files that the run has changed."""
    if settings.command != "migrate" or settings.dry_run or settings.output == "-":
        return []
    from migrator.cli.output import new_files

    migrated = [report for report in reports if report.status == "migrated"]
    new = dict.fromkeys(path for report in migrated for path in new_files(report, settings.output))
    return [path for path in new if path != "(standard input)"]
