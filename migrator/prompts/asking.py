"""Asks a person one question: its heading, its place, its reason, and alternatives to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from migrator.files.signals import raise_noted
from migrator.migration import Question
from migrator.planning import catalog, examine, summary
from migrator.prompts import questions
from migrator.prompts.decisions import Decisions
from migrator.prompts.person import Back, Offer, Person
from migrator.prompts.screen import Screen
from migrator.report.page import joined_places

_FLAVOUR_REASON = (
    "The installed flavour of the chart decides every value that the file leaves out; the file does not say which "
    "it is."
)


class ReleaseContext(NamedTuple):
    """What is added to a question when several releases are decided together.

    `which` follows its name in the heading: `release 3 of 10`. `asked_by` is shown below: the release, or those that
    ask the same question; `full_list` is the full list, shown on request. `applies_to` follows each choice and says
    which releases it applies to; `other_options` are options other than an answer. `already_read` are the sentences
    already shown in another release's question of the same name.
    """

    which: str
    asked_by: str
    full_list: str = ""
    applies_to: str = ""
    other_options: tuple[Offer, ...] = ()
    already_read: frozenset[str] = frozenset()


class AnsweredQuestion(NamedTuple):
    """The question that was answered in the end, and its answer; or the other option chosen (`other_option`)."""

    question: Question
    answer: str
    other_option: str = ""


def ask(
    question: Question,
    case: examine.Case,
    decisions: Decisions,
    number: int,
    person: Person,
    screen: Screen,
    releases: ReleaseContext | None = None,
) -> AnsweredQuestion:
    """Ask question `number`, or an alternative to it. Raises Back if the person goes back from the question itself."""
    which = f" ({releases.which})" if releases is not None else ""
    screen.heading(f"Question {number}: {question.id}{which}")
    if releases is not None:
        screen.say(releases.asked_by, style="bold")
    if any(asked.stale for asked in case.plan.asked if asked.question.id == question.id):
        screen.say("The earlier answer was to a different question of this name: it is not used.")
    asked, start = question, decisions.before.pop(question.id, "")
    while True:
        raise_noted()
        try:
            context = _context(asked, start, case, releases)
            reply = questions.put(asked, context, person, screen, alone=asked != question)
        except Back:
            if asked == question:
                decisions.before[question.id] = start
                raise
            asked = question
            screen.heading(f"Question {number}: {asked.id}{which}")
            continue
        if not reply.instead:
            return AnsweredQuestion(asked, reply.answer, reply.other_option)
        asked, start = decisions.alternative(question, reply.instead), ""
        screen.heading(f"Question {number}: {asked.id}, instead{which}")


def _context(
    question: Question, start: str, case: examine.Case, releases: ReleaseContext | None
) -> questions.QuestionContext:
    """What is shown with a question: the places of its values, and the documentation of its migration."""
    asked_by = catalog.asked_by(question.id, case.known)
    decision = catalog.decision_of(question.id)
    how_to_find = (decision.how_to_find,) if decision is not None and decision.how_to_find else ()
    why = (*how_to_find, *(_paragraphs(asked_by.text) if asked_by else (_FLAVOUR_REASON,)))
    if releases is None:
        return questions.QuestionContext(start, joined_places(summary.places(case, question)), why)
    why = (*why, *filter(None, [releases.full_list]))
    return questions.QuestionContext(start, "", why, releases.other_options, releases.applies_to, releases.already_read)


def _paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a docstring, each as one line; sources stay one per line."""
    for paragraph in text.split("\n\n"):
        lines = paragraph.split("\n")
        yield from lines if "://" in lines[-1] else [" ".join(lines)]
