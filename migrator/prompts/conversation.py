"""A whole session on one release: introduce, ask, show, choose."""

from __future__ import annotations

from contextlib import suppress

from migrator.errors import InterruptedByUser
from migrator.migration import Question
from migrator.planning import examine, summary
from migrator.prompts import asking, questions, review, what_now
from migrator.prompts.decisions import Decided, Decisions
from migrator.prompts.person import Back, Person
from migrator.prompts.save_answers import Recorder
from migrator.prompts.screen import Screen
from migrator.report.page import versions
from migrator.report.records import FileReport, NoticeReport
from migrator.sources import Bundle


def hold(
    bundle: Bundle,
    request: examine.Request,
    recorder: Recorder | None,
    person: Person,
    screen: Screen,
    *,
    target: str,
    dry_run: bool,
) -> Decided:
    """Hold the conversation on one release; `target` is where its result would be written (empty: its own files).

    `recorder` is notified of every change to the decisions, so that they can be saved even if the person leaves. Raises
    InterruptedByUser if the person leaves by a key, by closing the terminal or by choosing to stop: nothing is written
    then.
    """
    session = _Session(Decisions(bundle, request, recorder), person, screen)
    try:
        return session.hold(target, dry_run)
    except (KeyboardInterrupt, EOFError, OSError):
        raise InterruptedByUser("interrupted; nothing was written.") from None


class _Session:
    """The answers of a session as they are given, and the resulting plan."""

    def __init__(self, decisions: Decisions, person: Person, screen: Screen) -> None:
        self._decisions = decisions
        self._screen = screen
        self._person = person
        self._notices_shown: list[NoticeReport] = []

    def hold(self, target: str, dry_run: bool) -> Decided:
        case = self._decisions.judge()
        if case.status == "current":
            return self._decisions.decide(case)
        self._introduce(case)
        decided = self._ask_all(case)
        while decided.report.changes:
            self._show(decided)
            choice = self._choose_what_now(target, decided, dry_run)
            if choice == "apply":
                break
            if choice == "change":
                self._change_an_answer()
            elif not self._decisions.go_back():
                self._screen.say("There is no question before this. Ctrl-C or stop leaves without writing.")
            decided = self._ask_all(self._decisions.judge())
        return decided

    def _introduce(self, case: examine.Case) -> None:
        screen, report = self._screen, summary.report(case)
        screen.mask.learn(review.as_report(report))
        screen.heading(f"{report.path}: {versions(report)}")
        if len(report.layers) > 1:
            screen.say(f"layers {', '.join(layer.path for layer in report.layers)}: the later ones win", lead="- ")
        for text in report.evidence:
            screen.say(text, lead="- ")
        if report.migrations:
            screen.heading("Migrations")
        for name, title in report.migrations:
            screen.say(f"{name}: {title}", lead="- ")
        if case.plan.open_questions:
            # Likely problems, above all values that cannot be read, can affect the answers: they are shown first.
            self._notices_shown = [each for each in report.notices if each.severity != "info"]
            review.notices(self._notices_shown, screen, "Read first")

    def _ask_all(self, case: examine.Case) -> Decided:
        """Ask until no question is open. An answer can open or settle others, so the plan is remade each time."""
        while case.plan.open_questions:
            question, *others = case.plan.open_questions
            try:
                answered = self._ask(question, case)
            except Back:
                if not self._decisions.go_back():
                    self._screen.say("There is no question before this. Ctrl-C leaves without writing.")
                case = self._decisions.judge()
                continue
            case = self._decisions.judge()
            left = {each.id for each in case.plan.open_questions}
            settled = [each.id for each in others if each.id not in (*left, answered)]
            if settled:
                self._screen.say(f"That settles {' and '.join(settled)}, too.")
        return self._decisions.decide(case)

    def _ask(self, question: Question, case: examine.Case) -> str:
        """Ask it, or an alternative; returns the id of the answered one. Raises Back, except from an alternative."""
        screen, decisions = self._screen, self._decisions
        asked, answer, _ = asking.ask(question, case, decisions, decisions.count + 1, self._person, screen)
        decisions.answer(asked, answer)
        screen.line(f"> {questions.summary(asked, answer, screen)}", style="bold")
        return asked.id

    def _show(self, decided: Decided) -> None:
        self._screen.mask.learn(review.as_report(decided.report))
        review.overview(*decided, self._screen)
        review.findings(review.placed(decided.report.findings), self._screen)
        new = [each for each in decided.report.notices if each not in self._notices_shown]
        review.notices([each for each in new if each.severity != "info"], self._screen)
        rest = sum(each.severity == "info" for each in new)
        if rest:
            self._screen.say(f"{rest} more to know: choose lines to read them.", style="dim")

    def _choose_what_now(self, target: str, decided: Decided, dry_run: bool) -> str:
        """What to do with the plan: "apply", "change" an answer, or "back" to the question before."""
        screen, changes = self._screen, len(decided.report.changes)
        count = f"{changes} change{'s' if changes > 1 else ''}"
        menu = what_now.Menu(
            heading=target or _files(decided.report),
            apply=f"write {count}",
            walk="the steps one by one",
            file="the whole result",
            files="the file back as it was",
            can_change=bool(decided.report.questions),
        )
        while True:
            choice = what_now.choose(menu, self._person, screen, dry_run=dry_run)
            if choice == "walk":
                review.walk(*decided, screen, self._person)
            elif choice == "lines":
                with screen.paged():
                    review.steps(*decided, screen)
                    review.notices(decided.report.notices, screen)
            elif choice == "file":
                with screen.paged():
                    review.whole(decided.report, screen)
            else:
                return choice

    def _change_an_answer(self) -> None:
        """Take back one answer, and those that only followed from it, so that it is asked again."""
        screen = self._screen
        asked = self._decisions.asked()
        answers = {
            name: self._decisions.given.get(name) or self._decisions.given.get(each.group, "")
            for name, each in asked.items()
        }
        summaries = {name: questions.summary(each, answers[name], screen) for name, each in asked.items()}
        chosen = what_now.answer_to_change(summaries, self._person, screen)
        if chosen:
            self._decisions.retract(chosen)
            self._decisions.before.setdefault(chosen, answers[chosen])
            case = self._decisions.judge()
            if not case.plan.open_questions:
                with suppress(Back):
                    self._ask(asked[chosen], case)  # the answer came from a flag for its whole group


def _files(report: FileReport) -> str:
    """What would be written, for a heading: the release's name, or the names of its changed layers."""
    return " and ".join(report.written) if len(report.layers) > 1 else report.path
