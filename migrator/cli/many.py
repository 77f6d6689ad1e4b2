"""Many releases, for the commands that write nothing. Each is judged by itself first, in several processes if that
is faster, and printed in order once the Redis use of all is known.

Only what will be printed is kept of a release, packed. A release that asked about a server that another one also uses
is judged again.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

from migrator import sources
from migrator.cli import arguments, printing
from migrator.cli.given_answers import GivenAnswers
from migrator.cli.judging import Judged, ReleaseResult, judge, judge_alone, line_of, result_of
from migrator.cli.opening import Place
from migrator.cli.session import Session
from migrator.cli.settings import Settings
from migrator.files.signals import noting_interrupts, raise_noted
from migrator.prefect.redis_collisions import RedisClaims
from migrator.prefect.redis_servers import Servers
from migrator.report import streams
from migrator.report.mask import Mask
from migrator.report.packed import Packed
from migrator.report.page import Page
from migrator.report.records import FileReport, QuestionReport, Report, Status


@noting_interrupts()
def run(places: Packed[Place | FileReport], settings: Settings, answers: GivenAnswers, began: float) -> Report | int:
    """Judge all places. Print them and return the exit code if each is a line; otherwise return the whole report."""
    page = printing.page_for_lines(settings)
    servers = Servers()
    judged = _judge_all(places, settings, answers, page, servers)
    session = Session(settings, answers, None, _claims(judged, servers), began)
    lines = _Lines(settings, session, page) if settings.prints_lines else None
    reports: Packed[FileReport] = Packed()
    with sources.kept():
        for place, each in zip(places, judged):
            raise_noted()
            is_alone = not any(
                use.name in session.collisions or servers.are_shared(use.asked) for use in each.redis_uses
            )
            if isinstance(place, Place) and not is_alone:
                each = judge(place, session, page)
            if lines is not None:
                lines.print(each.results)
                continue
            for result in each.results:
                if result.report is not None:
                    reports.append(result.report)
    return lines.end() if lines is not None else Report(settings.command, reports)


def _judge_all(
    places: Packed[Place | FileReport], settings: Settings, answers: GivenAnswers, page: Page, servers: Servers
) -> Packed[Judged]:
    """Judge each place by itself, and record the Redis servers of its releases.

    Raises UsageError if several releases would share a Redis that the command line names.
    """
    from migrator.cli import processes, progress

    todo = sum(isinstance(place, Place) for place in places)
    jobs = processes.jobs(settings, todo, answers)
    found: Packed[Judged] = Packed()
    releases = 0
    with progress.bar(settings, len(places)) as bar, sources.kept():
        each_place = (place for place in places if isinstance(place, Place))
        if jobs > 1:
            results = processes.judge_all(each_place, settings, page, jobs)
        else:
            results = (judge_alone(place, settings, answers, page) for place in each_place)
        for place in places:
            raise_noted()
            is_opened = isinstance(place, Place)
            judged = next(results) if isinstance(place, Place) else Judged((result_of(place, settings, page),))
            releases += sum(result.status not in _NO_RELEASE for result in judged.results if is_opened)
            for use in judged.redis_uses:
                servers.add(use.servers)
            found.append(judged)
            bar.advance()
    arguments.refuse_shared_redis(settings, releases)
    return found


def _claims(judged: Packed[Judged], servers: Servers) -> RedisClaims:
    """The Redis use of releases that share a server with others; nothing else is ever asked about."""
    for each in judged:
        for use in each.redis_uses:
            servers.compare(use.servers)
    claims = RedisClaims()
    for each in judged:
        for use in each.redis_uses:
            if servers.are_shared(use.servers):
                claims.record(use.name, use.taken)
    return claims


_NO_RELEASE: tuple[Status, ...] = ("out-of-scope", "unrelated", "skipped")


class _Lines:
    """Prints the releases of a `check` line by line, then the totals."""

    def __init__(self, settings: Settings, session: Session, page: Page) -> None:
        self._settings = settings
        self._page = page
        self._session = session
        self._mask = Mask(settings.show_secrets)
        self._counts: Counter[Status] = Counter()
        self._exit_code = 0
        self._asked: list[FileReport] = []
        self._is_watched = streams.is_terminal(sys.stdout)

    def print(self, releases: Sequence[ReleaseResult]) -> None:
        """Print the releases of one place."""
        for result in releases:
            self._counts[result.status] += 1
            self._exit_code = max(self._exit_code, result.exit_code)
            if result.report is not None:
                printing.print_check(self._settings, Report("check", (result.report,)), self._mask)
            else:
                sys.stdout.write(line_of(result, self._page))
            if self._session.answers.are_given:
                questions = tuple(QuestionReport(name, "", (), None, None, "", None, False) for name in result.asked)
                error = result.report.error if result.report is not None else ""
                self._asked.append(FileReport(result.path, result.status, questions=questions, error=error))
        if self._is_watched:
            sys.stdout.flush()

    def end(self) -> int:
        """Report unused answers, print the totals, and return the exit code."""
        self._session.answers.report_unused(self._asked)
        printing.print_totals(self._settings, self._counts, self._session.seconds)
        return self._exit_code
