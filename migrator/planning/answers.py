"""The answers that were given, and the questions that they were used for."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from migrator.errors import UsageError, did_you_mean
from migrator.migration import Question


class Asked(NamedTuple):
    """A question that a plan asked: its answer (None while there is none), and whether it was given.

    `stale` means that an answer with its id was given to a different question and is not used; `hidden` that the answer
    came from the environment, so nothing of it is shown. `where` names the place of a replayed answer.
    """

    question: Question
    answer: str | None
    given: bool
    stale: bool = False
    where: str = ""
    hidden: bool = False


class SavedAnswer(NamedTuple):
    """An answer given earlier: where it is, as text, and whether a question is the one it was given to.

    `hidden` means that it came from the environment.
    """

    where: str
    fits: Callable[[Question], bool]
    hidden: bool = False


def masked_error(name: str, answer: str, check: Callable[[str], str], *, hidden: bool = False) -> str:
    """What is wrong with an answer (empty: nothing); a secret answer is not repeated."""
    problem = check(answer)
    if not problem:
        return ""
    if hidden:
        return f"the value in the environment cannot be used; give it with --{name} to see why"
    from migrator.report.mask_names import is_credential  # needed only for an invalid answer

    is_secret = is_credential(name) and not name.endswith("secret")  # that answer is the name of a Secret
    return problem.replace(repr(answer), "***") if is_secret else problem


class Asking:
    """Answers questions from what was given, else by their safe default; remembers every question asked.

    With `defaults` off a question without a given answer stays open even if it has a default, so that it is asked.
    `earlier` describes given answers that are replayed: one given to a different question leaves this one open, even if
    it has a default, since it was not meant for it.
    """

    def __init__(
        self, given: Mapping[str, str], *, defaults: bool = True, earlier: Mapping[str, SavedAnswer] | None = None
    ) -> None:
        self._given = given
        self._defaults = defaults
        self._earlier = earlier or {}
        self.asked: dict[str, Asked] = {}

    def __call__(self, question: Question) -> str | None:
        name = question.id
        answer = self.given(name)
        if answer is None and question.group:
            name = question.group
            answer = self.given(name)
        earlier = self._earlier.get(name)
        if answer is not None and earlier is not None and not earlier.fits(question):
            self.asked[question.id] = Asked(question, None, False, stale=True)
            return None
        if answer is not None:
            hidden = earlier is not None and earlier.hidden
            where = earlier.where if earlier is not None else ""
            problem = masked_error(name, answer, lambda answer: _error_of(question, answer), hidden=hidden)
            if problem:
                raise UsageError(f"{f'{where}: {name}' if where else question.flag}: {problem}.")
            self.asked[question.id] = Asked(question, answer, True, where=where, hidden=hidden)
            return answer
        fallback = question.default if self._defaults else None
        known = self.asked.get(question.id)
        if fallback is None and known is not None and known.answer is None:
            return None  # keep the first text: later steps see only what its asker could not settle
        self.asked[question.id] = Asked(question, fallback, False)
        return fallback

    def given(self, question_id: str) -> str | None:
        return self._given.get(question_id)

    def open_questions(self) -> list[Question]:
        """The questions that have no answer yet, in the order they were asked."""
        return [asked.question for asked in self.asked.values() if asked.answer is None]


def _error_of(question: Question, answer: str) -> str:
    values = [choice.value for choice in question.choices]
    if values and answer not in values:
        return f"{answer!r} is not one of {', '.join(values)}{did_you_mean(answer, values)}"
    return question.answer_error(answer)
