"""What a person decides in a conversation: answers given and taken back, and the resulting plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from migrator.errors import UsageError
from migrator.migration import Question
from migrator.planning import apply, catalog, examine, summary
from migrator.planning.answers import SavedAnswer
from migrator.prompts.answers_file import same_as
from migrator.prompts.save_answers import Recorder
from migrator.report.records import FileReport
from migrator.sources import Bundle
from migrator.verify import verify


class Decided(NamedTuple):
    """A release with every answer in its plan: the resulting text, and the full report."""

    case: examine.Case
    result: apply.Result
    report: FileReport


class Decisions:
    """The answers to a release's questions. `before` holds those taken back, to start from when they are asked again;
    `typed` are the questions answered here rather than by a flag or a file.
    """

    def __init__(self, bundle: Bundle, request: examine.Request, recorder: Recorder | None) -> None:
        self._bundle = bundle
        self._request = request
        self._recorder = recorder
        self._earlier = dict(request.earlier)
        self._order: list[str] = []  # questions answered here, for going back
        self._names: dict[str, Question] = {}  # a known release name is not asked for again
        self.given = dict(request.given)
        self.before: dict[str, str] = {}
        self.typed: set[str] = set()

    @property
    def count(self) -> int:
        """How many questions have been answered here."""
        return len(self._order)

    def go_back(self) -> bool:
        """Take back the latest answer of this session, to be asked again; returns whether there was one."""
        while self._order:
            name = self._order.pop()
            if name in self.given:
                self.retract(name)
                return True
        return False

    def retract(self, name: str) -> None:
        """Take back an answer, and those that only followed from it; each is offered when it is asked again."""
        asked = {each.question.id for each in self.judge().plan.asked}
        taken = [name, *(each for each in self.typed if each not in asked)]
        decision = catalog.decision_of(name)
        led_to = decision.leads_to if decision is not None else ()
        taken += [rival for each in led_to for rival in catalog.rivals(each)]
        self.before |= {each: self.given.pop(each) for each in taken if each in self.given}
        self.typed.difference_update(taken)

    def answer(self, question: Question, answer: str) -> None:
        """Record the answer, and drop those that it rules out."""
        for name in catalog.rivals(question.id):
            self.given.pop(name, None)
        if question.id in catalog.NAMES:
            self._names[question.id] = question
        self.given[question.id] = answer
        self._earlier.pop(question.id, None)
        self.typed.add(question.id)
        self._order = [*(each for each in self._order if each != question.id), question.id]

    def alternative(self, question: Question, other: str) -> Question:
        """The other question that settles the same thing, as this release asks it."""
        rivals = catalog.rivals(question.id)
        given = {name: answer for name, answer in self.given.items() if name not in rivals}
        # An answer that fits no question opens the question of its name without deciding anything.
        fits_none = SavedAnswer("", lambda _: False)
        plan = examine.examine(self._bundle, self._asking({**given, other: ""}, {other: fits_none})).plan
        return next((asked for asked in plan.open_questions if asked.id == other), question)

    def settled_request(self) -> examine.Request:
        """The request with which the result of these answers is judged: no answer has to match an earlier question."""
        return self._asking(self.given, {})

    def decide(self, case: examine.Case) -> Decided:
        """The plan of these answers, applied and verified."""
        result = apply.apply_plan(case)
        report = summary.report(case, result)
        if report.changes:
            apply.prove_settled(case, result, self.settled_request())
        report = self.with_givers(report)
        return Decided(case, result, summary.with_findings(report, verify.judge(case, result)))

    def with_givers(self, report: FileReport) -> FileReport:
        """The report with the answers of this session attributed to a person."""
        marked = [each._replace(by="person", where="") if each.id in self.typed else each for each in report.questions]
        return report._replace(questions=tuple(marked))

    def asked(self) -> dict[str, Question]:
        """The questions with an answer that can be changed."""
        asked = {each.question.id: each.question for each in self.judge().plan.asked}
        return asked | {name: question for name, question in self._names.items() if name in self.given}

    def _asking(self, given: Mapping[str, str], earlier: Mapping[str, SavedAnswer]) -> examine.Request:
        """The request with these answers; the release's name and namespace also become options."""
        options = self._request.options
        options = options._replace(
            release_name=given.get("release-name", options.release_name),
            namespace=given.get("namespace", options.namespace),
        )
        return self._request._replace(options=options, given=dict(given), defaults=False, earlier=earlier)

    def judge(self) -> examine.Case:
        """The release with these answers; answers that no longer apply are taken back first."""
        while True:
            try:
                case = examine.examine(self._bundle, self._asking(self.given, self._earlier))
            except UsageError:
                if not self._take_back():
                    raise
                continue
            self._remember(case)
            return case

    def _take_back(self) -> bool:
        """Take back all answers of this session, since one no longer applies; they are offered when asked again."""
        taken = [name for name in self.typed if name in self.given]
        self.before |= {name: self.given.pop(name) for name in taken}
        self.typed.clear()
        return bool(taken)

    def _remember(self, case: examine.Case) -> None:
        """Record which question each answer belongs to, in the form that it has once answered."""
        for asked in case.plan.asked:
            name = asked.question.id
            if asked.stale and name in self.typed:
                self.before[name] = self.given[name]
            if asked.answer is not None and name in self.typed and name not in self._earlier:
                self._earlier[name] = SavedAnswer("your answer", same_as(asked.question))
        if self._recorder is not None:
            self._recorder.note(self._bundle.name, case.plan.asked, self.given)
