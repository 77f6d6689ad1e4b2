"""Places judged one by one: what is kept of each release until all of a run are known."""

from __future__ import annotations

from collections.abc import Mapping
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
from migrator.prefect.redis_collisions import Taken
from migrator.report.mask import Mask
from migrator.report.records import FileReport, Report, Status
from migrator.sources import Opened


class Look(NamedTuple):
    """How lines for people look on standard output."""

    colour: bool
    ascii_only: bool


class Told(NamedTuple):
    """What is kept of a release: its line, where that is all there is to tell, or else its report."""

    path: str
    status: Status
    exit_code: int
    line: str = ""
    asked: tuple[str, ...] = ()
    report: FileReport | None = None


class Judged(NamedTuple):
    """What came of one place: what its releases take of Redis, and the servers on which they asked about others."""

    told: tuple[Told, ...]
    taken: Mapping[str, list[Taken]] = {}
    asked: Mapping[str, tuple[tuple[str, str], ...]] = {}


def judge(place: Place, session: Session, look: Look) -> Judged:
    """Judge the releases of one place."""
    command = commands.READING[session.settings.command]
    reports: list[FileReport] = []
    for group in opening.open_place(place, session.settings):
        if isinstance(group, FileReport):
            reports.append(group)
            continue
        reports += run_group(group, command, session)
        if session.watch is not None:
            _see_what_was_not_seen(group, session, session.watch)
    told = tuple(keep(report, session.settings, look) for report in reports)
    watch = session.watch
    if watch is None:
        return Judged(told)
    return Judged(told, watch.taken, {name: tuple(servers) for name, servers in watch.asked.items()})


def _see_what_was_not_seen(group: Opened, session: Session, watch: Watch) -> None:
    """Commands that look at more than a plan do not tell what a release takes."""
    for release in group.bundles:
        if release.name not in watch.taken:
            # What is wrong with a release is in its report.
            with suppress(MigratorError):
                session.saw(examine.examine([release], session.request(release)))


def judge_by_itself(place: Place, settings: Settings, answers: GivenAnswers, look: Look) -> Judged:
    """Judge a place as long as nothing is known of the others."""
    return judge(place, Session(settings, answers, watch=Watch()), look)


def tells_lines(settings: Settings) -> bool:
    """Whether a line is all that is to be told of most releases."""
    return settings.command == "check" and settings.format == "text"


def keep(report: FileReport, settings: Settings, look: Look) -> Told:
    """What is kept of a report."""
    if tells_lines(settings):
        return _as_line(report, look)
    return Told(report.path, report.status, report.exit_code, report=report)


def _as_line(report: FileReport, look: Look) -> Told:
    """The line of a release, where that repeats nothing that has to be masked alike for all."""
    told = Told(report.path, report.status, report.exit_code, asked=tuple(each.id for each in report.questions))
    if report.error:
        return told._replace(report=report._replace(layers=()))
    from migrator.report import text_check

    line = text_check.check(Report("check", (report,)), mask=Mask(), colour=look.colour, ascii_only=look.ascii_only)
    return told._replace(line=line)
