"""A whole session on several releases: equal questions are asked once, and all releases are reviewed together.

A release can be left out at any question; releases that share a file are written together, so also left out together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from migrator.errors import InterruptedByUser, MigratorError, RefusedError
from migrator.migration import Question
from migrator.planning import catalog, examine, summary
from migrator.prompts import asking, folded, questions, review
from migrator.prompts.answers_file import fingerprint
from migrator.prompts.candidate import Candidate, Claims
from migrator.prompts.decisions import Decided, Decisions
from migrator.prompts.person import Back, Offer, Person
from migrator.prompts.review_of_several import Reviewed, choose
from migrator.prompts.save_answers import Recorder
from migrator.prompts.screen import Screen
from migrator.report.page import joined_places
from migrator.report.records import FileReport, NoticeReport, Report
from migrator.sources import Bundle

_ONLY, _LEAVE, _STOP = "only-this-one", "leave-out", "stop-here"


class Outcome(NamedTuple):
    """What was decided: the answers and the errors by release, and the releases left out."""

    decisions: Mapping[str, Decisions]
    errors: Mapping[str, MigratorError]
    left_out: frozenset[str]

    def of(self, name: str) -> Decisions:
        """The answers of a release. Raises its error if it has one."""
        if name in self.errors:
            raise self.errors[name]
        return self.decisions[name]


def hold(
    groups: Sequence[Sequence[Bundle]],
    request: Callable[[Bundle], examine.Request],
    claims: Claims,
    recorder: Recorder | None,
    person: Person,
    screen: Screen,
    *,
    broken: Sequence[FileReport],
    dry_run: bool,
) -> Outcome:
    """Hold the conversation on releases, grouped by what is written together; `broken` are those that cannot be read.

    The error of a release is printed here, and left for the caller to report. Raises InterruptedByUser if the person
    leaves: nothing is written then.
    """
    releases = [Candidate(bundle, number) for number, group in enumerate(groups) for bundle in group]
    session = _Session(releases, claims, person, screen)
    try:
        session.begin(request, recorder, broken)
        session.hold(dry_run)
    except (KeyboardInterrupt, EOFError, OSError):
        raise InterruptedByUser("interrupted; nothing was written.") from None
    return session.outcome()


class _Session:
    def __init__(self, releases: Sequence[Candidate], claims: Claims, person: Person, screen: Screen) -> None:
        self._releases = releases
        self._claims = claims
        self._screen = screen
        self._person = person
        self._past: list[tuple[str, Sequence[Candidate]]] = []  # questions answered, or (no name) releases left out
        self._count = 0  # answers so far, including those taken back
        self._notices_shown: set[tuple[str, str]] = set()
        self._read: dict[str, tuple[str, frozenset[str]]] = {}  # by question: the release, and the sentences shown

    def begin(
        self, request: Callable[[Bundle], examine.Request], recorder: Recorder | None, broken: Sequence[FileReport]
    ) -> None:
        """Judge all of them, and show the overview."""
        for release in self._releases:
            try:
                release.decisions = Decisions(release.bundle, request(release.bundle), recorder)
                release.case = release.decisions.judge()
                release.was_current = release.case.status == "current"
            except MigratorError as error:
                release.error = error
        for release in self._releases:
            mates = [each.name for each in self._releases if each.group == release.group and each.error]
            if mates and not release.error:
                text = f"is not written either, since it is written together with {' and '.join(mates)}."
                release.error = RefusedError(text, path=release.name)
        reports = [summary.report(each.case) for each in self._releases if each.is_active]
        current = [each.name for each in self._releases if each.was_current and not each.error]
        errors = [each.error for each in broken] + [str(each.error) for each in self._releases if each.error]
        self._screen.mask.learn(Report("migrate", tuple(reports)))
        for each in self._releases:
            if each.error is not None:
                self._screen.mask.learn(each.as_read)
        folded.introduce(reports, current, errors, self._screen)
        if any(each.open for each in self._releases):
            first = [(each.path, notice) for each in reports for notice in each.notices if notice.severity != "info"]
            folded.notices(first, self._screen, "Read first")
            self._notices_shown = {(name, notice.text) for name, notice in first}

    def hold(self, dry_run: bool) -> None:
        while True:
            self._ask_all()
            decided = self._decide()
            if not decided:
                return
            new_notices = [
                (each.report.path, notice)
                for each in decided
                for notice in each.report.notices
                if (each.report.path, notice.text) not in self._notices_shown
            ]
            reviewed = Reviewed(decided, self._collisions(), new_notices, self._answers())
            choice, which = choose(reviewed, self._person, self._screen, dry_run=dry_run)
            if choice == "apply":
                return
            if choice == "change":
                self._take_back(which)
            elif choice == "leave":
                self._leave([each for each in self._releases if each.name == which])
            elif not self._go_back():
                self._screen.say("There is no question before this. Ctrl-C or stop leaves without writing.")

    def outcome(self) -> Outcome:
        return Outcome(
            {each.name: each.decisions for each in self._releases if each.error is None},
            {each.name: each.error for each in self._releases if each.error is not None},
            frozenset(each.name for each in self._releases if each.is_left_out),
        )

    # Questions.

    def _ask_all(self) -> None:
        """Ask until no question is open; the Redis use of one release can reopen a question of another."""
        while True:
            turn = next((each for each in self._releases if each.open), None)
            if turn is None:
                old = [each for each in self._releases if each.is_active and each.seen != self._count]
                if not old:
                    return
                for each in old:
                    self._judge(each)
            elif turn.seen != self._count:
                self._judge(turn)
            else:
                try:
                    self._ask(turn)
                except Back:
                    if not self._go_back():
                        self._screen.say("There is no question before this. Ctrl-C leaves without writing.")

    def _ask(self, turn: Candidate) -> None:
        """Ask the first open question of a release, for all releases that ask the same."""
        question = turn.open[0]
        mark = fingerprint(question)
        alike = [each for each in self._releases if each is turn or each.asks(mark)]
        alone = catalog.is_per_release(question.id) or len(alike) == 1
        while True:
            askers = [turn] if alone else alike
            try:
                reply = asking.ask(
                    question, turn.case, turn.decisions, len(self._past) + 1, self._person, self._screen,
                    self._release_context(turn, question, askers),
                )  # fmt: skip
            except Back:
                if alone and len(alike) > 1 and not catalog.is_per_release(question.id):
                    alone = False
                    continue
                raise
            if reply.other_option != _ONLY:
                break
            alone = True
        if reply.other_option == _LEAVE:
            self._leave([turn])
        elif reply.other_option == _STOP:
            self._leave([each for each in self._releases if each.open])
        else:
            self._answer(reply.question, reply.answer, askers)

    def _release_context(
        self, turn: Candidate, question: Question, askers: Sequence[Candidate]
    ) -> asking.ReleaseContext:
        """What is added to the question, and the options other than an answer."""
        active = [each for each in self._releases if each.is_active]
        done = sum(not each.open for each in active)
        other_options = [Offer(_LEAVE, f"leave {turn.name} out")] * (len(active) > 1)
        other_options += [Offer(_STOP, f"stop here with the {done} decided")] * bool(done)
        places = [self._place(each, question) for each in askers]
        already_read = self._already_read(question, turn.name)
        if len(askers) == 1:
            which = f"release {active.index(turn) + 1} of {len(active)}"
            return asking.ReleaseContext(
                which, places[0], other_options=tuple(other_options), already_read=already_read
            )
        return asking.ReleaseContext(
            f"{len(askers)} of {len(active)} releases"
            if len(askers) < len(active)
            else f"{folded.all_of(len(active))} releases",
            f"Also asked by {folded.listed(places)}.",
            full_list=f"All that ask it: {', '.join(each.name for each in askers)}.",
            applies_to=f", for {folded.all_of(len(askers))}",
            other_options=(Offer(_ONLY, f"answer for {turn.name} alone"), *other_options),
            already_read=already_read,
        )

    def _already_read(self, question: Question, name: str) -> frozenset[str]:
        """The sentences already shown in another release's question of that name, asked just before."""
        other, already_read = self._read.get(question.id, (name, frozenset[str]()))
        self._read[question.id] = name, already_read.union(questions.sentences(question))
        return already_read if other != name and catalog.is_per_release(question.id) else frozenset()

    def _place(self, release: Candidate, question: Question) -> str:
        """A release's name, and the place of the values that the question is about."""
        asked = next((each for each in release.open if each.id == question.id), question)
        place = joined_places(summary.places(release.case, asked))
        if not place or place.startswith(f"{release.name}:"):
            return place or release.name
        return f"{release.name} ({place})"

    def _answer(self, question: Question, answer: str, askers: Sequence[Candidate]) -> None:
        before = {asked.id for each in askers for asked in each.open}
        self._count += 1
        for release in askers:
            release.decisions.answer(question, answer)
            self._judge(release)
        self._past.append((question.id, askers))
        whom = "" if len(askers) == 1 else f", for {folded.all_of(len(askers))}"
        self._screen.line(f"> {questions.summary(question, answer, self._screen)}{whom}", style="bold")
        left = {each.id for release in askers for each in release.open}
        settled = before - left - {question.id}
        if settled:
            self._screen.say(f"That settles {' and '.join(sorted(settled))}, too.")

    def _leave(self, releases: Sequence[Candidate]) -> None:
        """Leave releases out, together with those written with them."""
        groups = {each.group for each in releases}
        left = [each for each in self._releases if each.group in groups and each.is_active]
        for release in left:
            release.is_left_out = True
            self._claims.take(release.name, release.case.plan.start)
        self._count += 1
        self._past.append(("", left))
        self._screen.line(f"> left out: {folded.listed([each.name for each in left])}", style="bold")
        if len(left) > len(releases):
            self._screen.say("They share files, which are written for all of them or none.")

    def _go_back(self) -> bool:
        """Take back the last answer or omission; returns whether there was one."""
        while self._past:
            name, releases = self._past.pop()
            self._count += 1
            if not name:
                for release in releases:
                    release.is_left_out = False
                    self._judge(release)
                return True
            if self._retract(name, releases):
                return True
        return False

    def _retract(self, name: str, releases: Sequence[Candidate]) -> bool:
        taken = [each for each in releases if name in each.decisions.given and each.is_active]
        for release in taken:
            release.decisions.retract(name)
            self._judge(release)
        return bool(taken)

    def _take_back(self, number: str) -> None:
        """Take back the answer of that number, so that it is asked again."""
        name, releases = self._past.pop(int(number))
        self._count += 1
        self._retract(name, releases)

    def _answers(self) -> dict[str, str]:
        """The answers of this session that can be changed, one line each, by number."""
        found = {}
        for number, (name, releases) in enumerate(self._past):
            still = [each for each in releases if each.is_active and name in each.decisions.given]
            asked = still[0].decisions.asked().get(name) if still else None
            if asked is not None:
                answer = questions.summary(asked, still[0].decisions.given[name], self._screen)
                whom = still[0].name if len(still) == 1 else f"for {folded.all_of(len(still))}"
                found[str(number)] = f"{answer}, {whom}"
        return found

    # Results.

    def _judge(self, release: Candidate) -> None:
        """Plan a release anew; if that fails, its error is printed and it is not migrated."""
        release.decided = None
        try:
            release.case = release.decisions.judge()
            self._claims.take(release.name, release.case.plan.result)
        except MigratorError as error:
            self._drop(release, error)
        release.seen = self._count

    def _decide(self) -> list[Decided]:
        """All releases that are migrated and change, applied and verified."""
        for release in self._releases:
            if release.is_active and release.decided is None:
                try:
                    release.decided = release.decisions.decide(release.case)
                    self._screen.mask.learn(review.as_report(release.decided.report))
                except MigratorError as error:
                    self._drop(release, error)
        found = [each.decided for each in self._releases if each.is_active and each.decided is not None]
        return [each for each in found if each.report.changes]

    def _drop(self, release: Candidate, error: MigratorError) -> None:
        release.error = error
        self._screen.mask.learn(release.as_read)
        self._screen.say(str(error), lead="error: ", style="red")

    def _collisions(self) -> list[tuple[str, NoticeReport]]:
        """Errors of releases that would share a database; they are not written."""
        going = {each.name for each in self._releases if each.is_active}
        found = self._claims.collisions().items()
        return [(name, NoticeReport("error", error.message, "", 0)) for name, error in found if name in going]
