"""The answers that somebody gave, and what the questions made of them."""

from collections.abc import Mapping
from typing import NamedTuple

from migrator.errors import UsageError
from migrator.migration import Question


class Asked(NamedTuple):
    """A question that a plan met: its answer (None while there is none), and whether somebody gave it."""

    question: Question
    answer: str | None
    given: bool


class Asking:
    """Answers questions from what was given, else by their safe default; remembers every question it met.

    With `defaults` off a question without a given answer stays open even if it has a default: a person is to be asked.
    """

    def __init__(self, given: Mapping[str, str], *, defaults: bool = True) -> None:
        self._given = given
        self._defaults = defaults
        self.asked: dict[str, Asked] = {}
        self.looked_at: set[str] = set()

    def __call__(self, question: Question) -> str | None:
        answer = self.given(question.id)
        if answer is None and question.group:
            answer = self.given(question.group)
        if answer is not None:
            self._check(question, answer)
            self.asked[question.id] = Asked(question, answer, True)
            return answer
        fallback = question.default if self._defaults else None
        self.asked[question.id] = Asked(question, fallback, False)
        return fallback

    def given(self, question_id: str) -> str | None:
        answer = self._given.get(question_id)
        if answer is not None:
            self.looked_at.add(question_id)
        return answer

    def open_questions(self) -> list[Question]:
        """The questions that have no answer yet, in the order in which they came up."""
        return [asked.question for asked in self.asked.values() if asked.answer is None]

    @staticmethod
    def _check(question: Question, answer: str) -> None:
        values = [choice.value for choice in question.choices]
        if values and answer not in values:
            raise UsageError(f"{question.flag}: {answer!r} is none of {', '.join(values)}.")
        complaint = question.complaint(answer)
        if complaint:
            raise UsageError(f"{question.flag}: {complaint}.")
