"""The answers that somebody gave, and what the questions made of them."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from migrator.errors import UsageError, did_you_mean
from migrator.migration import Question


class Asked(NamedTuple):
    """A question that a plan met: its answer (None while there is none), and whether somebody gave it.

    `stale` means that there is an answer under its name, which was given to another question and so is not used;
    `hidden` that it came from the environment, so that nothing of it is shown.
    `where` says where a replayed answer stands.
    """

    question: Question
    answer: str | None
    given: bool
    stale: bool = False
    where: str = ""
    hidden: bool = False


class Earlier(NamedTuple):
    """An answer given earlier: where it stands, in words, and whether a question is the one it was given to.

    `hidden` is one that came from the environment.
    """

    where: str
    fits: Callable[[Question], bool]
    hidden: bool = False


def problem_with(name: str, answer: str, complaint: Callable[[str], str], *, hidden: bool = False) -> str:
    """What is wrong with an answer (empty: nothing); one that is a secret is not repeated."""
    problem = complaint(answer)
    if not problem:
        return ""
    if hidden:
        return f"the value in the environment cannot be used; give it with --{name} to see why"
    from migrator.report.mask_names import is_credential  # only somebody whose answer is wrong needs it

    is_secret = is_credential(name) and not name.endswith("secret")  # that one is a Secret's name
    return problem.replace(repr(answer), "***") if is_secret else problem


class Asking:
    """Answers questions from what was given, else by their safe default; remembers every question it met.

    With `defaults` off a question without a given answer stays open even if it has a default: a person is to be asked.
    `earlier` tells of given answers that are replayed: one that was given to another question leaves this one open,
    default or not, since whoever answered did not mean it.
    """

    def __init__(
        self, given: Mapping[str, str], *, defaults: bool = True, earlier: Mapping[str, Earlier] | None = None
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
            problem = problem_with(name, answer, lambda answer: _complaint(question, answer), hidden=hidden)
            if problem:
                raise UsageError(f"{f'{where}: {name}' if where else question.flag}: {problem}.")
            self.asked[question.id] = Asked(question, answer, True, where=where, hidden=hidden)
            return answer
        fallback = question.default if self._defaults else None
        standing = self.asked.get(question.id)
        if fallback is None and standing is not None and standing.answer is None:
            return None  # who asked first knows best why: later steps see what it could not settle
        self.asked[question.id] = Asked(question, fallback, False)
        return fallback

    def given(self, question_id: str) -> str | None:
        return self._given.get(question_id)

    def open_questions(self) -> list[Question]:
        """The questions that have no answer yet, in the order in which they came up."""
        return [asked.question for asked in self.asked.values() if asked.answer is None]


def _complaint(question: Question, answer: str) -> str:
    values = [choice.value for choice in question.choices]
    if values and answer not in values:
        return f"{answer!r} is not one of {', '.join(values)}{did_you_mean(answer, values)}"
    return question.complaint(answer)
