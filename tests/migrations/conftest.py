"""Migrate a text in a test, so that before and after read as they would in a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from migrator.migration import Question
from migrator.planning import apply, discover, examine
from migrator.planning.plan import Plan
from migrator.values.changes import Change, Notice
from migrator.values.edits import AddKey, RemoveItems, RemoveKey, SetValue
from tests import releases


class Migrated(NamedTuple):
    """A migrated text, and its plan."""

    text: str
    plan: Plan

    @property
    def notices(self) -> str:
        """All notices, a line each."""
        return "\n".join(notice.text for notice in self.plan.notices)

    @property
    def warnings(self) -> list[Notice]:
        """The notices that are warnings or errors."""
        return [notice for notice in self.plan.notices if notice.severity != "info"]


Migrate = Callable[..., Migrated]
Plans = Callable[..., Plan]


def _request(answers: dict[str, str], options: dict[str, str]) -> examine.Request:
    names = {"release_name": answers.get("release-name", ""), "namespace": answers.get("namespace", "")}
    return examine.Request(discover.Options(**{**names, **options}), answers)


def migrate_text(before: str, /, answers: dict[str, str] | None = None, **options: str) -> Migrated:
    """Migrate a text unattended and prove the result, as `migrate --non-interactive` does, short of writing.

    Answers are given by question id (`answers={"redis-db": "2"}`), everything else by the names of `Options`
    (`version_from="4.13.0-medium"`). Fails on an open question, on an answer that nothing asked for, and on a result
    that would be migrated again.
    """
    given = answers or {}
    request = _request(given, options)
    release = releases.of_text(before)
    case = examine.examine(release, request)
    assert not case.plan.open_questions, [question.text for question in case.plan.open_questions]
    asked = {name for each in case.plan.asked for name in (each.question.id, each.question.group)}
    unused = given.keys() - asked - {"release-name", "namespace"}
    assert not unused, f"nothing asked for {unused}"
    for change in case.plan.changes:
        assert reports_its_edit(change), change
    result = apply.apply_plan(case)
    apply.prove_settled(case, result, request)
    after = result.streams[0].data.decode()
    # Which flavour runs is a fact about the cluster that no file can hold, not something that was decided.
    facts = {name: answer for name, answer in given.items() if name == "flavour"}
    again = examine.examine(releases.of_text(after), _request(facts, options))
    assert again.plan.is_current, "a migrated file plans to nothing, whatever was answered"
    return Migrated(after, case.plan)


def reports_its_edit(change: Change) -> bool:
    """Whether a change of a single value reports what its edit does."""
    edit = change.edit
    if isinstance(edit, (SetValue, AddKey)) and not isinstance(edit.value, (dict, list)):
        return change.after == edit.value and (edit.value is None or change.before != edit.value)
    return change.after is None or not isinstance(edit, (RemoveKey, RemoveItems))


def plan_text(text: str, /, answers: dict[str, str] | None = None, **options: str) -> Plan:
    """Plan a text; questions may stay open."""
    return examine.examine(releases.of_text(text), _request(answers or {}, options)).plan


@pytest.fixture
def migrate() -> Migrate:
    """`migrate_text`."""
    return migrate_text


@pytest.fixture
def plan() -> Plans:
    """`plan_text`."""
    return plan_text


def by_id(plan: Plan) -> dict[str, Question]:
    """The questions that are still open, by id."""
    return {question.id: question for question in plan.open_questions}


def effects(plan: Plan) -> set[str]:
    """What the plan's changes do to the pods."""
    return {change.effect for change in plan.changes}
