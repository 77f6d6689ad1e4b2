"""What somebody decides in a conversation: the answers as they come, taken back, and the plan that they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from migrator.errors import UsageError
from migrator.migration import Question
from migrator.planning import apply, catalog, examine, summary
from migrator.planning.answers import Earlier
from migrator.prompts.answers_file import same_as
from migrator.prompts.save_answers import Recorder
from migrator.report.records import FileReport
from migrator.sources import Bundle
from migrator.verify import verify


class Decided(NamedTuple):
    """A release with every answer in its plan: the text that this leads to, and all there is to tell."""

    case: examine.Case
    result: apply.Result
    report: FileReport


class Decisions:
    """The answers to a release's questions. `before` holds those taken back, to begin from when they are asked again;
    `typed` are the questions that were answered here, and not by a flag or a file.
    """

    def __init__(self, bundle: Bundle, request: examine.Request, recorder: Recorder | None) -> None:
        self._bundle = bundle
        self._request = request
        self._recorder = recorder
        self._earlier = dict(request.earlier)
        self._order: list[str] = []  # what was answered here, so that one can go back
        self._names: dict[str, Question] = {}  # once the release's name is known, no question asks for it any more
        self.given = dict(request.given)
        self.before: dict[str, str] = {}
        self.typed: set[str] = set()

    @property
    def count(self) -> int:
        """How many questions have been answered here."""
        return len(self._order)

    def go_back(self) -> bool:
        """Take back the latest answer of this session, to be asked for again; whether there was one."""
        while self._order:
            name = self._order.pop()
            if name in self.given:
                self.retract(name)
                return True
        return False

    def retract(self, name: str) -> None:
        """Take an answer back, with those that it alone led to; each is offered when its question comes again."""
        asked = {each.question.id for each in self.judge().plan.asked}
        taken = [name, *(each for each in self.typed if each not in asked)]
        decision = catalog.about(name)
        led_to = decision.leads_to if decision is not None else ()
        taken += [rival for each in led_to for rival in catalog.rivals(each)]
        self.before |= {each: self.given.pop(each) for each in taken if each in self.given}
        self.typed.difference_update(taken)

    def answer(self, question: Question, answer: str) -> None:
        """Take the answer; what it rules out goes."""
        for name in catalog.rivals(question.id):
            self.given.pop(name, None)
        if question.id in catalog.NAMES:
            self._names[question.id] = question
        self.given[question.id] = answer
        self._earlier.pop(question.id, None)
        self.typed.add(question.id)
        self._order = [*(each for each in self._order if each != question.id), question.id]

    def instead(self, question: Question, other: str) -> Question:
        """The question that settles the same in another way, as the release makes it."""
        rivals = catalog.rivals(question.id)
        given = {name: answer for name, answer in self.given.items() if name not in rivals}
        # An answer that fits no question opens the one of its name, without anything being decided.
        fits_none = Earlier("", lambda _: False)
        plan = examine.examine([self._bundle], self._asking({**given, other: ""}, {other: fits_none})).plan
        return next((asked for asked in plan.open_questions if asked.id == other), question)

    def settled_request(self) -> examine.Request:
        """The request that a result of these answers is judged by: no answer is to be told from another any more."""
        return self._asking(self.given, {})

    def decide(self, case: examine.Case) -> Decided:
        """The plan of these answers carried out and proven."""
        result = apply.apply_plan(case)
        report = summary.report(case, result)
        if report.changes:
            apply.prove_settled(case, result, self.settled_request())
        report = self.with_givers(report)
        return Decided(case, result, summary.with_findings(report, verify.judge(case, result)))

    def with_givers(self, report: FileReport) -> FileReport:
        """The report with what was answered in this session as a person's answer."""
        told = [each._replace(by="person", where="") if each.id in self.typed else each for each in report.questions]
        return report._replace(questions=tuple(told))

    def asked(self) -> dict[str, Question]:
        """The questions that have an answer, which can be changed."""
        asked = {each.question.id: each.question for each in self.judge().plan.asked}
        return asked | {name: question for name, question in self._names.items() if name in self.given}

    def _asking(self, given: Mapping[str, str], earlier: Mapping[str, Earlier]) -> examine.Request:
        """The request with these answers, the release's names known to everything that looks for them."""
        options = self._request.options
        options = options._replace(
            release_name=given.get("release-name", options.release_name),
            namespace=given.get("namespace", options.namespace),
        )
        return self._request._replace(options=options, given=dict(given), defaults=False, earlier=earlier)

    def judge(self) -> examine.Case:
        """The release as these answers make it; answers that no longer hold are taken back on the way."""
        while True:
            try:
                case = examine.examine([self._bundle], self._asking(self.given, self._earlier))
            except UsageError:
                if not self._take_back():
                    raise
                continue
            self._remember(case)
            return case

    def _take_back(self) -> bool:
        """Give up the answers of this session, one of which no longer holds; they are offered when asked again."""
        taken = [name for name in self.typed if name in self.given]
        self.before |= {name: self.given.pop(name) for name in taken}
        self.typed.clear()
        return bool(taken)

    def _remember(self, case: examine.Case) -> None:
        """Note which question each answer was given to, as that question reads once it is answered."""
        for asked in case.plan.asked:
            name = asked.question.id
            if asked.stale and name in self.typed:
                self.before[name] = self.given[name]
            if asked.answer is not None and name in self.typed and name not in self._earlier:
                self._earlier[name] = Earlier("your answer", same_as(asked.question))
        if self._recorder is not None:
            self._recorder.note(self._bundle.name, case.plan.asked, self.given)
