"""Several releases and a person at the terminal: every decision is made before any file is written."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.cli.migrate import can_ask, hangup_as_interrupt, person_and_screen
from migrator.cli.opening import Named
from migrator.cli.session import Session
from migrator.report.records import FileReport
from migrator.sources import Opened


def decide(named: Named, session: Session) -> None:
    """Ask about all releases at once, if there are several and somebody can be asked; the session keeps the outcome.

    Raises InterruptedByUser if the person leaves.
    """
    settings, claims = session.settings, session.redis_claims
    asked = [bundle for bundle in named.bundles if can_ask(bundle, settings)]
    if claims is None or not asked:
        return
    from migrator.prompts import several  # loads everything that draws a screen, which a pipeline does not need

    groups = [each.bundles for each in named.groups if isinstance(each, Opened)]
    broken = [each for each in named.groups if isinstance(each, FileReport) and each.exit_code]
    with hangup_as_interrupt():
        session.outcome = several.hold(
            groups,
            session.request,
            claims,
            session.recorder,
            *person_and_screen(settings),
            broken=broken,
            dry_run=settings.dry_run,
        )


def skipped_reports(opened: Opened, session: Session) -> Sequence[FileReport]:
    """The reports on releases that the person skipped; empty if they are to be migrated."""
    if session.outcome is None or not session.outcome.left_out.intersection(each.name for each in opened.bundles):
        return ()
    return [FileReport(path=each.name, status="skipped") for each in opened.bundles]
