"""Many releases, for the commands that write nothing: each is judged by itself first, in several processes where that
pays, and told in its order once it is known what all of them take of Redis.

Only what is to be told is kept of a release. One that asked about a server which another one uses too is judged again.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

from migrator import sources
from migrator.cli import arguments, printing
from migrator.cli.given_answers import GivenAnswers
from migrator.cli.judging import Judged, Line, Look, Told, judge, judge_by_itself, keep, shared, tells_lines, text_of
from migrator.cli.opening import Place
from migrator.cli.session import Session
from migrator.cli.settings import Settings
from migrator.files.signals import interrupts_noted, raise_noted
from migrator.prefect.redis_collisions import RedisClaims
from migrator.report import streams
from migrator.report.mask import Mask
from migrator.report.records import FileReport, QuestionReport, Report, Status


@interrupts_noted()
def run(places: Sequence[Place | FileReport], settings: Settings, answers: GivenAnswers, began: float) -> Report | int:
    """Judge all places. Lines are told at once, and the answer is the exit code; else it is the whole report."""
    look = Look(streams.wants_colour(settings.color, sys.stdout), streams.is_ascii(sys.stdout))
    claims = RedisClaims()
    judged = _judge_all(places, settings, answers, look, claims)
    told = [told.line.status for place, each in zip(places, judged) if isinstance(place, Place) for told in each.told]
    releases = sum(status not in ("out-of-scope", "unrelated", "skipped") for status in told)
    arguments.refuse_one_redis_for_several(settings, releases)
    meeting = claims.collisions()
    session = Session(settings, answers, None, claims, began)
    lines = _Lines(settings, session, look) if tells_lines(settings) else None
    reports: list[FileReport] = []
    with sources.kept():
        for place, each in zip(places, judged):
            raise_noted()
            is_alone = all(
                seen.name not in meeting and claims.is_elsewhere(seen.name, seen.asked) for seen in each.seen
            )
            if isinstance(place, Place) and not is_alone:
                each = judge(place, session, look)
            if lines is not None:
                lines.tell(each.told)
            else:
                reports += (told.report for told in each.told if told.report is not None)
    return lines.end() if lines is not None else Report(settings.command, tuple(reports))


def _judge_all(
    places: Sequence[Place | FileReport], settings: Settings, answers: GivenAnswers, look: Look, claims: RedisClaims
) -> list[Judged]:
    """Judge all places by themselves, and claim what their releases take."""
    from migrator.cli import processes, progress

    todo = [place for place in places if isinstance(place, Place)]
    jobs = processes.jobs(settings, len(todo), answers)
    found: list[Judged] = []
    lines: dict[Line, Line] = {}
    with progress.bar(settings, len(places)) as bar, sources.kept():
        if jobs > 1:
            results = processes.judge_all(todo, settings, look, jobs)
        else:
            results = (judge_by_itself(place, settings, answers, look) for place in todo)
        for place in places:
            raise_noted()
            judged = next(results) if isinstance(place, Place) else Judged((keep(place, settings, look),))
            for seen in judged.seen:
                claims.keep(seen.name, seen.taken)
            told = tuple(shared(told, lines) for told in judged.told)
            found.append(Judged(told, tuple(seen._replace(taken=()) for seen in judged.seen)))
            bar.advance()
    return found


class _Lines:
    """Tells the releases of a `check` line by line, and the totals last."""

    def __init__(self, settings: Settings, session: Session, look: Look) -> None:
        self._settings = settings
        self._look = look
        self._session = session
        self._mask = Mask(settings.show_secrets)
        self._counts: Counter[Status] = Counter()
        self._exit_code = 0
        self._asked: list[FileReport] = []
        self._is_watched = streams.is_there(sys.stdout)

    def tell(self, releases: Sequence[Told]) -> None:
        """Tell of the releases of one place."""
        for told in releases:
            self._counts[told.line.status] += 1
            self._exit_code = max(self._exit_code, told.line.exit_code)
            if told.report is not None:
                printing.print_check(self._settings, Report("check", (told.report,)), self._mask)
            else:
                sys.stdout.write(text_of(told, self._look))
            if self._session.answers.are_given:
                questions = tuple(QuestionReport(name, "", (), None, None, "", None, False) for name in told.line.asked)
                error = told.report.error if told.report is not None else ""
                self._asked.append(FileReport(told.path, told.line.status, questions=questions, error=error))
        if self._is_watched:
            sys.stdout.flush()

    def end(self) -> int:
        """Tell of answers that nothing asked for, and the totals; answer the exit code."""
        self._session.answers.tell_unused(self._asked)
        printing.print_totals(self._settings, self._counts, self._session.seconds)
        return self._exit_code
