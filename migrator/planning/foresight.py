"""Leaves out notices that the run itself will fix once the open questions of a release are answered.

A step that waits for an answer leaves its changes out, so later steps see, and report, what those changes would fix.
The plan is made again for each way to answer the questions, unless there are too many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from migrator.errors import MigratorError
from migrator.migration import Question
from migrator.planning.answers import Asking
from migrator.planning.plan import Plan
from migrator.planning.upgrade import Upgrade
from migrator.values.changes import Notice

_MOST_PLANS = 24
_EXAMPLES = ("1", "redis.example.org", "redis://elsewhere.example.org:6379/9", "example")
"""Sample answers: what a notice says about a rule does not depend on them."""


class _Way(NamedTuple):
    """Answers to all open questions, and the notices that follow."""

    answers: Mapping[str, str]
    notices: tuple[Notice, ...]


def without_fixed(upgrade: Upgrade, plan: Plan) -> Plan:
    """The plan without the rules' notices that any answer fixes.

    If only some answers do, the notice says which. A notice that the answers would word differently gets that wording.
    Only errors and warnings of a waiting migration are checked: some other warning may be reported needlessly, but not
    every plan has to be made several times.
    """
    waiting = {rule for known, step in upgrade.selected if known.id in plan.waiting for rule in step.rules}
    if not any(notice.severity == "error" or notice.rule in waiting for notice in plan.notices):
        return plan
    ways = _ways(upgrade, plan)
    return plan._replace(notices=tuple(_without_fixed(plan.notices, ways))) if ways else plan


def _without_fixed(notices: Sequence[Notice], ways: Sequence[_Way]) -> Iterator[Notice]:
    gone: set[str] = set()
    for notice in notices:
        is_given = [notice in way.notices for way in ways]
        if not notice.rule or all(is_given):
            yield notice
        elif any(is_given):
            fix = _fixing_answer(is_given, ways)
            yield notice._replace(text=f"{notice.text} {fix}") if fix else notice
        else:
            gone.add(notice.rule)
    for notice in ways[0].notices:
        if notice.rule in gone and notice not in notices and all(notice in way.notices for way in ways):
            yield notice


def _fixing_answer(is_given: Sequence[bool], ways: Sequence[_Way]) -> str:
    """The single answer that avoids the notice, as a sentence; empty if no single one does."""
    fixed = [way for way, given in zip(ways, is_given) if not given]
    kept = [way for way, given in zip(ways, is_given) if given]
    for name, value in fixed[0].answers.items():
        is_of_all = all(way.answers.get(name) == value for way in fixed)
        if is_of_all and all(way.answers.get(name, value) != value for way in kept):
            return f"With {name}={value}, this run fixes it."
    return ""


def _ways(upgrade: Upgrade, plan: Plan) -> list[_Way]:
    """The ways to answer all open questions; empty if there are too many."""
    stale = {asked.question.id for asked in plan.asked if asked.stale}
    given = {name: answer for name, answer in upgrade.request.given.items() if name not in stale}
    waiting: list[tuple[dict[str, str], list[Question]]] = [({}, plan.open_questions)]
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
                then = upgrade.plan(plan.start, Asking({**given, **chosen}, defaults=upgrade.request.defaults))
            except MigratorError:
                continue  # not a valid answer
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
    return [each for each in _EXAMPLES if not question.answer_error(each)][:1]
