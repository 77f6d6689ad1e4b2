"""Judge places one by one, and keep what the output needs until all releases of a run are known."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from migrator.cli import commands, opening
from migrator.cli.given_answers import GivenAnswers
from migrator.cli.group import run_group
from migrator.cli.opening import Place
from migrator.cli.session import Session, Watch
from migrator.cli.settings import Settings
from migrator.errors import MigratorError
from migrator.planning import examine
from migrator.prefect import redis_url
from migrator.prefect.redis_collisions import TakenDatabase
from migrator.report.mask import Mask
from migrator.report.page import Page
from migrator.report.records import FileReport, Status
from migrator.sources import Opened


class ReleaseResult(NamedTuple):
    """What is kept of a release: the contents of its line if that is all there is to print, otherwise its report."""

    path: str
    status: Status
    exit_code: int
    why: str = ""
    asked: tuple[str, ...] = ()
    report: FileReport | None = None


class RedisUse(NamedTuple):
    """The Redis databases that a release uses, and the servers (host, port) on which it asked about others."""

    name: str
    taken: tuple[TakenDatabase, ...]
    asked: tuple[tuple[str, str], ...]

    @property
    def servers(self) -> set[tuple[str, str]]:
        """All servers that it involves; an invalid host name is left out, as nothing can be used there."""
        asked = {(host, port) for host, port in self.asked if not redis_url.messaging_host_error(host)}
        return asked.union((each.place.host, each.port) for each in self.taken)


class Judged(NamedTuple):
    """The result for one place."""

    results: tuple[ReleaseResult, ...]
    redis_uses: tuple[RedisUse, ...] = ()


def judge(place: Place, session: Session, page: Page) -> Judged:
    """Judge the releases of one place."""
    command = commands.READING[session.settings.command]
    reports: list[FileReport] = []
    for group in opening.open_place(place, session.settings):
        if isinstance(group, FileReport):
            reports.append(group)
            continue
        reports += run_group(group, command, session)
        if session.watch is not None:
            _record_missing(group, session, session.watch)
    results = tuple(result_of(report, session.settings, page) for report in reports)
    watch = session.watch
    if watch is None:
        return Judged(results)
    redis_uses = (
        RedisUse(name, tuple(watch.taken.get(name, ())), tuple(servers)) for name, servers in watch.asked.items()
    )
    return Judged(results, tuple(redis_uses))


def _record_missing(group: Opened, session: Session, watch: Watch) -> None:
    """Record the Redis use of releases that the command, such as `verify`, did not record itself."""
    for release in group.bundles:
        if release.name not in watch.taken:
            # Errors in a release are in its report already.
            with suppress(MigratorError):
                session.record_redis_use(examine.examine(release, session.request(release)))


def judge_alone(place: Place, settings: Settings, answers: GivenAnswers, page: Page) -> Judged:
    """Judge a place while nothing is known about the others."""
    return judge(place, Session(settings, answers, watch=Watch()), page)


def result_of(report: FileReport, settings: Settings, page: Page) -> ReleaseResult:
    """What to keep of a report."""
    result = ReleaseResult(report.path, report.status, report.exit_code)
    if not settings.prints_lines:
        return result._replace(report=report)
    result = result._replace(asked=tuple(each.id for each in report.questions))
    if report.error:  # printed with the others, so that all are masked alike
        return result._replace(report=report._replace(layers=()))
    from migrator.report import text_check

    return result._replace(why=text_check.reason(report, page))


def line_of(result: ReleaseResult, page: Page) -> str:
    """The line of a release whose report was not kept."""
    from migrator.report import text_check

    shown = FileReport(Mask().path(result.path), result.status)
    return f"{text_check.headline(shown, page)}{result.why}\n"
