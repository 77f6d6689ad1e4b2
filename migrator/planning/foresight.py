"""What a release with open questions will be told once they are answered: of what the run itself mends nothing is said.

A step that waits for a decision leaves its changes out, so the steps after it see, and tell, what the changes would
mend. The plan is made again for the ways in which the questions can be answered, as far as these can be looked through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from migrator.errors import MigratorError
from migrator.migration import Question
from migrator.planning import plan
from migrator.planning.answers import Asking
from migrator.planning.upgrade import Upgrade
from migrator.values.changes import Notice

_MOST_PLANS = 24
_EXAMPLES = ("1", "redis.example.org", "redis://elsewhere.example.org:6379/9", "example")
"""A stand-in for an answer: what a notice says about a rule does not depend on it."""


class _Way(NamedTuple):
    """Answers to all that is open, and what is told then."""

    answers: Mapping[str, str]
    notices: tuple[Notice, ...]


def without_mended(upgrade: Upgrade, made: plan.Plan) -> plan.Plan:
    """The plan without what rules say that any answer leads out of.

    Where only some answers do, the notice says which. One that would be told in other words is told in these. Looked
    at are errors, and warnings of a migration that waits: another's may be told too much, rather than every plan made
    several times over.
    """
    waiting = {rule for known, step in upgrade.selected if known.id in made.waiting for rule in step.tells}
    if not any(notice.severity == "error" or notice.rule in waiting for notice in made.notices):
        return made
    ways = _ways(upgrade, made)
    return made._replace(notices=tuple(_told(made.notices, ways))) if ways else made


def _told(notices: Sequence[Notice], ways: Sequence[_Way]) -> Iterator[Notice]:
    gone: set[str] = set()
    for notice in notices:
        where_told = [notice in way.notices for way in ways]
        if not notice.rule or all(where_told):
            yield notice
        elif any(where_told):
            mends = _what_mends(where_told, ways)
            yield notice._replace(text=f"{notice.text} {mends}") if mends else notice
        else:
            gone.add(notice.rule)
    for notice in ways[0].notices:
        if notice.rule in gone and notice not in notices and all(notice in way.notices for way in ways):
            yield notice


def _what_mends(where_told: Sequence[bool], ways: Sequence[_Way]) -> str:
    """The one answer without which it is told, as a sentence; empty where it is not one alone."""
    mended = [way for way, is_told in zip(ways, where_told) if not is_told]
    told = [way for way, is_told in zip(ways, where_told) if is_told]
    for name, value in mended[0].answers.items():
        is_of_all = all(way.answers.get(name) == value for way in mended)
        if is_of_all and all(way.answers.get(name, value) != value for way in told):
            return f"With {name}={value}, this run fixes it."
    return ""


def _ways(upgrade: Upgrade, made: plan.Plan) -> list[_Way]:
    """The ways to answer all that is open; none where there are too many to look at."""
    stale = {asked.question.id for asked in made.asked if asked.stale}
    given = {name: answer for name, answer in upgrade.request.given.items() if name not in stale}
    waiting: list[tuple[dict[str, str], list[Question]]] = [({}, made.open_questions)]
    found: list[_Way] = []
    plans = 0
    while waiting:
        answers, (question, *_) = waiting.pop()
        name = question.group or question.id
        options = _options(question)
        plans += len(options)
        if name in answers or not options or plans > _MOST_PLANS:
            return []
        for option in options:
            chosen = {**answers, name: option}
            try:
                then = upgrade.plan(made.start, Asking({**given, **chosen}, defaults=upgrade.request.defaults))
            except MigratorError:
                continue  # nobody can answer so
            if then.open_questions:
                waiting.append((chosen, then.open_questions))
            else:
                found.append(_Way(chosen, then.notices))
    return found


def _options(question: Question) -> list[str]:
    if question.choices:
        return [choice.value for choice in question.choices]
    if question.suggestion or question.default:
        return [question.suggestion or question.default or ""]
    return [each for each in _EXAMPLES if not question.complaint(each)][:1]
