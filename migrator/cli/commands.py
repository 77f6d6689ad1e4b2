"""The commands that judge releases and write nothing; `migrate` has its own module."""

from __future__ import annotations

from abc import ABC, abstractmethod

from migrator.cli import together
from migrator.cli.failure import failed_release
from migrator.cli.session import Session
from migrator.errors import MigratorError
from migrator.planning import brief, examine
from migrator.report.records import FileReport
from migrator.sources import Bundle, Opened


class Command(ABC):
    """What to do with each named release."""

    @abstractmethod
    def run(self, release: Bundle, session: Session) -> FileReport:
        """Run on one release, and report on it. Raises MigratorError if it cannot finish."""

    def run_together(self, opened: Opened, session: Session) -> list[FileReport]:
        """Run on releases that are written together, and report on each, in their order.

        The last one is processed first: its changes do not shift the lines of those above it.
        """
        reports: list[FileReport] = []
        texts: dict[str, bytes] = {}
        for release in reversed(opened.bundles):
            try:
                report = self.run(together.with_texts_so_far(release, texts), session)
                reports.append(together.with_others(report, reports))
                texts |= together.texts_after(report)
            except MigratorError as error:
                reports.append(failed_release(release, error))
        return together.in_order(reports)


class Plan(Command):
    """What would change, and what is wrong with the rest."""

    def run(self, release: Bundle, session: Session) -> FileReport:
        from migrator.planning import summary
        from migrator.verify import verify

        case = examine.examine(release, session.request(release))
        session.record_redis_use(case)
        report = verify.planned(case)._replace(exit_code=0)
        return summary.with_route(report, case) if session.settings.route else report


class Diff(Command):
    """The change for review, in the file or in what Helm renders."""

    def run(self, release: Bundle, session: Session) -> FileReport:
        settings, request = session.settings, session.request(release)
        if settings.rendered:
            from migrator.helm import cluster_diff

            installed = None
            if release.deployed is not None and not settings.old_chart_path:
                from migrator.cli import clusters

                installed = clusters.installed(release.deployed, settings)
            report = cluster_diff.diff(release, request, kube_version=settings.kube_version, installed=installed)
            differs = report.cluster is not None and report.cluster.differs
            case = examine.examine(release, request) if settings.format == "html" else None
        else:
            from migrator.planning import apply, summary

            case = examine.examine(release, request)
            session.record_redis_use(case)
            is_carried_out = not case.plan.open_questions or settings.format in ("markdown", "html", "json")
            report = summary.report(case, apply.apply_plan(case) if is_carried_out else None)
            differs = bool(report.changes) and not case.plan.open_questions
        if case is not None and settings.format in ("markdown", "html"):
            from migrator.cli import next_steps

            report = report._replace(next_steps=next_steps.before_writing(case, report, settings))
        return report._replace(exit_code=1) if settings.exit_code and differs else report


class Check(Command):
    """Whether there is anything to migrate or to decide."""

    def run(self, release: Bundle, session: Session) -> FileReport:
        case = examine.examine(release, session.request(release))
        session.record_redis_use(case)
        if session.settings.format == "text":
            report = brief.brief(case)
        else:
            from migrator.planning import apply, summary

            result = apply.apply_plan(case) if session.settings.format != "markdown" else None
            report = summary.report(case, result)
        return report._replace(exit_code=0 if report.status == "current" else 1)


class Verify(Command):
    """Whether the release, as it is, obeys the rules of the target version."""

    def run(self, release: Bundle, session: Session) -> FileReport:
        from migrator.verify import verify

        settings, request = session.settings, session.request(release)
        if settings.deployed:
            from migrator.cli import clusters
            from migrator.verify import deployed

            access = clusters.cluster_access(settings)
            return deployed.verify_deployed(
                release, request, access, kube_version=settings.kube_version, show_secrets=settings.show_secrets
            )
        return verify.verify(release, request, kube_version=settings.kube_version)


READING: dict[str, Command] = {"plan": Plan(), "diff": Diff(), "check": Check(), "verify": Verify()}
