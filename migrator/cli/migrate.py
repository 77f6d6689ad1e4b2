"""`migrate`: from a plan to a result that may be written, with questions to a person; `output` writes it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from migrator.cli import output, together
from migrator.cli.commands import Command
from migrator.cli.failure import failed_release
from migrator.cli.output import Ready
from migrator.cli.printing import tell
from migrator.cli.session import Session
from migrator.cli.settings import Settings
from migrator.errors import IncompleteOutputError, InterruptedByUser, MigratorError, RefusedError, WriteError, some_of
from migrator.files.signals import interrupt, noting_interrupts
from migrator.planning import apply, examine, summary
from migrator.planning.answers import Asked
from migrator.report import streams
from migrator.report.mask import Mask
from migrator.report.page import flags_of
from migrator.report.records import FileReport
from migrator.sources import Bundle, Opened
from migrator.verify import verify

if TYPE_CHECKING:
    from migrator.prompts.person import Person
    from migrator.prompts.screen import Screen


class Migrate(Command):
    """Plan, ask, prove, and write."""

    def run(self, release: Bundle, session: Session) -> FileReport:
        ready = self.prepare(release, session)
        return output.deliver([ready], session)[0] if isinstance(ready, Ready) else ready

    def prepare(self, release: Bundle, session: Session) -> Ready | FileReport:
        """Plan, ask and prove one release, and write nothing.

        If decisions are missing and nobody can be asked, returns the report that says so. Raises InterruptedByUser
        if the person leaves.
        """
        settings, request = session.settings, session.request(release)
        decisions = session.outcome.of(release.name) if session.outcome is not None else None
        if decisions is not None:
            request = decisions.settled_request()
        elif session.outcome is None and can_ask(release, settings):
            with hangup_as_interrupt():
                return _ask_person(release, request, session)
        case = examine.examine(release, request)
        if session.recorder is not None:
            session.recorder.note(release.name, case.plan.asked, request.given)
        if case.plan.open_questions:
            is_shown = settings.format == "json" or settings.report
            return summary.report(case, apply.apply_plan(case) if is_shown else None)
        _note_defaults(case, settings)
        _claim(case, session)
        report = verify.proved(case, request)
        if decisions is not None:
            return Ready(release, case, decisions.with_givers(report), was_shown=True)
        return Ready(release, case, report)

    def run_together(self, opened: Opened, session: Session) -> list[FileReport]:
        """Plan, ask and prove every release, then write their files once; if one fails, no file is changed."""
        try:
            return self._run_together(opened, session)
        except (WriteError, IncompleteOutputError) as error:  # written for all of them or for none
            return [failed_release(release, error) for release in opened.bundles]

    def _run_together(self, opened: Opened, session: Session) -> list[FileReport]:
        first_look = [_look(release, session) for release in opened.bundles]
        if any(report.error for report in first_look):
            return _unwritten(opened, first_look, session)
        decided = {report.path for report in first_look if report.status != "needs-decision"}
        ready: list[Ready] = []
        others: list[FileReport] = []
        texts: dict[str, bytes] = {}
        for release in reversed(opened.bundles):
            try:
                reached = self.prepare(together.with_texts_so_far(release, texts), session)
            except InterruptedByUser:
                raise
            except MigratorError as error:
                why = f"{error.message} {error.remedy}".strip()
                reached = failed_release(release, _conflict_error(release, texts, why) or error)
            if isinstance(reached, Ready):
                ready.append(reached)
                texts |= together.texts_after(reached.report)
            elif reached.status == "needs-decision" and release.name in decided:
                flags = some_of(sorted(flags_of(reached.questions)))
                asks = _conflict_error(release, texts, f"it would have to decide {flags} then.")
                others.append(failed_release(release, asks) if asks is not None else reached)
            else:
                others.append(reached)
        shares = any(each.bundle.shared for each in ready)
        if not others and (shares or len({layer.path for each in ready for layer in each.report.layers}) > 1):
            asked = {each.bundle.name: each.case.plan.asked for each in ready}
            others = [report for release in opened.bundles if (report := _conflict(release, texts, asked, session))]
            ready = [each for each in ready if each.bundle.name not in {report.path for report in others}]
        if not others:
            return output.deliver(ready[::-1], session)
        by_name = {report.path: report for report in [*others, *(each.report for each in ready)]}
        return _unwritten(opened, [by_name[release.name] for release in opened.bundles], session)


def _look(release: Bundle, session: Session) -> FileReport:
    """The report before anybody is asked; an open decision is not a failure if somebody can be asked."""
    try:
        report = summary.report(examine.examine(release, session.request(release)))
    except MigratorError as error:
        return failed_release(release, error)
    return report._replace(exit_code=0) if can_ask(release, session.settings) else report


def _conflict(
    release: Bundle, texts: together.Texts, asked: Mapping[str, Sequence[Asked]], session: Session
) -> FileReport | None:
    """The report on a release whose shared files would change differently than on its own; otherwise None."""
    decisions = session.outcome.of(release.name) if session.outcome is not None else None
    request = decisions.settled_request() if decisions is not None else session.request(release)
    decided = {each.question.id: each.answer for each in asked[release.name] if each.answer is not None}
    request = request._replace(given={**request.given, **decided})
    on_its_own = examine.examine(release, request).plan
    if session.recorder is not None:  # after what the others changed, there was nothing left to ask
        session.recorder.note(release.name, on_its_own.asked, request.given)
    wanted = on_its_own.result
    case = examine.examine(together.reread(release, texts), request)
    found = case.plan.result
    if case.status == "current" and (found.prefect, found.infrahub) == (wanted.prefect, wanted.infrahub):
        return None
    pairs = ((wanted.prefect, found.prefect), (wanted.infrahub, found.infrahub))
    places = [together.first_difference(one, other) for one, other in pairs]
    place = next(filter(None, places), case.plan.changes[0].path if case.plan.changes else "")
    error = _conflict_error(release, texts, f"{place} would not be as its own answers say." if place else "")
    assert error is not None
    return failed_release(release, error)


def _conflict_error(release: Bundle, texts: together.Texts, why: str = "") -> RefusedError | None:
    """The error for a release whose files other releases changed, with the reason `why`; None if none did."""
    changed = {each.name for each in release.layers if texts.get(each.name, each.stream.data) != each.stream.data}
    if not changed:
        return None
    files = " and ".join(sorted(changed))
    return RefusedError(
        f"{files} would change for other releases in a way that is wrong for this one{f': {why}' if why else '.'}",
        path=release.name,
        remedy="Answer alike for all that share a file, or give this release its own copy. For another "
        "docket, set messaging.redis.host in this release's own file: its docket then goes there, too.",
    )


def _unwritten(opened: Opened, reports: list[FileReport], session: Session) -> list[FileReport]:
    """The reports on releases that are written together, when none is written because one of them fails."""
    bad = some_of([report.path for report in reports if report.error or report.status == "needs-decision"])
    text = f"nothing was written to {opened.name}, whose releases are written together: first fix {bad}."
    tell(session.settings, text)
    return together.in_order(reports[::-1])


def _ask_person(release: Bundle, request: examine.Request, session: Session) -> Ready:
    from migrator.prompts import conversation  # loads everything that draws a screen, which a pipeline does not need

    settings = session.settings
    case, _, report = conversation.hold(
        release,
        request,
        session.recorder,
        *person_and_screen(settings),
        target=settings.output,
        dry_run=settings.dry_run,
    )
    _claim(case, session)
    return Ready(release, case, report, was_shown=True)


def _claim(case: examine.Case, session: Session) -> None:
    """Claim the Redis databases of the decided release. Raises InputError if another release has claimed one, and
    RefusedError if a release outside this run reads a file that changes."""
    error = together.shared_file_error(case)
    if error is not None:
        raise error
    if session.redis_claims is not None:
        session.redis_claims.settle(case.bundle.name, case.plan.result)


@contextmanager
def hangup_as_interrupt() -> Iterator[None]:
    """Handle SIGHUP (a closed terminal) and SIGTERM as ^C within the context: nothing is written, answers are saved.

    Only the first signal counts: a second one would cut the cleanup short and change the exit code.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        hear_no_more()
        interrupt(number, frame)

    def hear_no_more() -> None:
        for kind in (*kinds, signal.SIGINT):
            signal.signal(kind, signal.SIG_IGN)

    # Windows has no SIGHUP.
    there = [kind for kind in (getattr(signal, "SIGHUP", None), signal.SIGTERM) if kind is not None]
    kinds = [kind for kind in there if signal.getsignal(kind) is signal.SIG_DFL]
    for kind in kinds:
        signal.signal(kind, leave)
    try:
        with noting_interrupts():
            yield
    except (InterruptedByUser, KeyboardInterrupt):
        hear_no_more()
        raise
    finally:
        for kind in kinds:
            if signal.getsignal(kind) is leave:
                signal.signal(kind, signal.SIG_DFL)


def person_and_screen(settings: Settings) -> tuple[Person, Screen]:
    """The person at the terminal, and their screen."""
    from migrator.prompts.screen import Screen
    from migrator.prompts.terminal import person_at_terminal

    colour = streams.wants_colour(settings.color, sys.stdout)
    screen = Screen(Mask(settings.show_secrets), width=streams.width(), colour=colour, plain=settings.plain)
    return person_at_terminal(plain=settings.plain), screen


def can_ask(release: Bundle, settings: Settings) -> bool:
    """Whether a person can be asked: input and output are terminals, and no option forbids it."""
    is_piped = release.snapshot is None and not release.is_from_cluster
    if settings.non_interactive or is_piped or settings.format == "json" or settings.output == "-":
        return False
    return streams.is_terminal(sys.stdin) and streams.is_terminal(sys.stdout)


def _note_defaults(case: examine.Case, settings: Settings) -> None:
    """Note the questions that an answers file leaves to their defaults: they may be newer than the file."""
    if not settings.answers:
        return
    for asked in case.plan.asked:
        if not asked.given:
            name, answer = asked.question.id, asked.answer
            tell(settings, f"note: {settings.answers} does not answer {name}: its safe default, {answer}, is used.")
