"""Run a command on releases that are written together, or report that a file has none."""

from __future__ import annotations

from migrator.cli import commands
from migrator.cli.failure import failed, failed_release
from migrator.cli.session import Session
from migrator.cli.settings import Settings
from migrator.errors import InterruptedByUser, MigratorError
from migrator.report.records import FileReport
from migrator.sources import Opened


def run_group(opened: Opened, command: commands.Command, session: Session) -> list[FileReport]:
    """The reports on the releases that are written together; errors become reports of their own."""
    if not opened.bundles:
        return [_unrelated(opened, session.settings)]
    if len(opened.bundles) > 1:
        return command.run_together(opened, session)
    release = opened.bundles[0]
    try:
        return [command.run(release, session)]
    except InterruptedByUser:
        raise
    except MigratorError as error:
        return [failed_release(release, error, is_passed=session.settings.skip_unrelated)]


def _unrelated(opened: Opened, settings: Settings) -> FileReport:
    """Report a file whose GitOps objects are all unrelated; with --skip-unrelated, `migrate` passes it on unchanged."""
    others = f"holds {', '.join(opened.unrelated)}"
    text = f"{opened.name}: {others}: nothing for these charts."
    report = FileReport(path=opened.name, status="unrelated", evidence=(others,), error=text)
    if not settings.skip_unrelated:
        return report._replace(exit_code=2)
    if settings.command == "migrate" and opened.source is not None:
        from migrator.cli import output

        try:
            output.copy_unchanged(opened.source, settings)
        except MigratorError as error:
            return failed(opened.name, error)
    return report
