"""Finds the migrations, checks that they are well-formed, and selects those that apply to a release."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from typing import NamedTuple

from packaging.version import Version

import migrator.migrations
from migrator.charts import published, versions
from migrator.charts.versions import CHARTS
from migrator.migration import Decision, Migration, Question, Step, one_of

NAMES = {"release-name": "The Helm release's name.", "namespace": "The Helm release's namespace."}
"""Facts about the release that have their own option or project file key, and are asked for only without either."""

_NAME = r"v\d+(?:_\d+)*_[a-z][a-z0-9_]*"


class KnownMigration(NamedTuple):
    """A migration with its id (the name of its file or folder) and its docstring, which `explain` prints."""

    id: str
    migration: Migration
    text: str


class Selected(NamedTuple):
    """A step that applies to a release, with the migration it belongs to."""

    known: KnownMigration
    step: Step


class BrokenMigration(Exception):
    """A malformed entry in migrations/: its author's mistake, not a customer's."""


@lru_cache(maxsize=1)  # once per run, however many releases
def load() -> tuple[KnownMigration, ...]:
    """All migrations, in the order of their versions."""
    found = []
    for folder in migrator.migrations.__path__:
        with os.scandir(folder) as entries:
            found += [_load_one(name) for entry in entries if (name := _name_of(entry))]
    return tuple(sorted(found, key=lambda known: (_order(known), known.id)))


@lru_cache(maxsize=1)
def questions() -> Mapping[str, Decision]:
    """The ids of all questions that a run may ask, each with what holds for its answers on any release."""
    found = {"flavour": Decision(one_of("none", *versions.FLAVOURS))}
    for known in load():
        found.update(known.migration.questions)
    return found


def decision_of(question_id: str) -> Decision | None:
    """What holds for the answers to that question, or to its kind (`KIND.which`); None if there is none."""
    known = questions()
    return known.get(question_id) or known.get(question_id.partition(".")[0])


def declared(known: KnownMigration, question: Question) -> Question:
    """A question of that migration, whose answers also have to pass the check that the migration declares for them.

    Raises BrokenMigration if it declares none: then no option, answers file or project file could answer it.
    """
    decisions, names = known.migration.questions, (question.id, question.group, question.id.partition(".")[0])
    decision = next((decisions[name] for name in names if name in decisions), None)
    if decision is None:
        raise BrokenMigration(f"migrations/{known.id} asks {question.id!r}, which is not in its `questions`")
    for_any, for_this = decision.answer_error, question.answer_error
    return question._replace(answer_error=lambda answer: for_any(answer) or for_this(answer))


def is_per_release(question_id: str) -> bool:
    """Whether its answer differs by release, so that it is asked for each one."""
    return question_id in questions() and bool(questions()[question_id].scope)


def rivals(question_id: str) -> list[str]:
    """The questions that settle the same thing as that one, including itself; empty if it settles nothing."""
    settles = questions()[question_id].settles if question_id in questions() else ""
    return [name for name, each in questions().items() if settles and each.settles == settles]


def conflicting_answers(answered: Collection[str]) -> tuple[list[str], str]:
    """The answers that contradict each other, and what each of them settles; none if all are compatible."""
    for name in answered:
        found = [rival for rival in rivals(name) if rival in answered]
        if len(found) > 1:
            return found, questions()[name].settles
    return [], ""


def answers_naming_redis(answered: Collection[str]) -> list[str]:
    """The answers that name a single Redis, which several releases must not share by accident."""
    return [name for name, each in questions().items() if each.scope == "redis" and name in answered]


def asked_by(question_id: str, all_known: tuple[KnownMigration, ...]) -> KnownMigration | None:
    """The migration that asks that question; None for one that planning itself asks."""
    names = (question_id, question_id.partition(".")[0])
    return next((known for known in all_known if any(name in known.migration.questions for name in names)), None)


def version_of(known: KnownMigration, step: Step, chart: str) -> Version | None:
    """The version of that chart that needs the step; None if the chart never does."""
    text = step.versions.get(chart, known.migration.versions.get(chart))
    return versions.parse(text).release if text else None


def select(chart: str, to: Version, all_known: tuple[KnownMigration, ...]) -> list[Selected]:
    """The steps that apply to a release of that chart: every one up to `to`, whatever it runs on now."""
    return [
        Selected(known, step)
        for known in all_known
        for step in known.migration.steps
        if (version := version_of(known, step, chart)) is not None and version <= to
    ]


def newest(chart: str, all_known: tuple[KnownMigration, ...]) -> Version:
    """The newest known version: a migration's, or one that was checked and needs no change."""
    return max(published.newest(chart), *_versions_on(chart, all_known))


def _versions_on(chart: str, all_known: tuple[KnownMigration, ...]) -> Iterator[Version]:
    for known in all_known:
        for step in known.migration.steps:
            version = version_of(known, step, chart)
            if version is not None:
                yield version


def _order(known: KnownMigration) -> Version:
    text = known.migration.versions.get("infrahub-enterprise")
    return versions.parse(text).release if text else Version("0")


def _name_of(entry: os.DirEntry[str]) -> str:
    """The migration id of a file or folder in migrations/; empty if it is not a migration."""
    name, extension = os.path.splitext(entry.name)
    is_one = extension == ".py" or (not extension and os.path.isfile(os.path.join(entry.path, "__init__.py")))
    return name if is_one and not name.startswith("_") else ""


def _load_one(name: str) -> KnownMigration:
    if not re.fullmatch(_NAME, name):
        raise BrokenMigration(f"migrations/{name} is not named like v4_14_0_what_it_does")
    module = import_module(f"migrator.migrations.{name}")
    migration = getattr(module, "MIGRATION", None)
    text = (module.__doc__ or "").strip()
    if not isinstance(migration, Migration):
        raise BrokenMigration(f"migrations/{name} defines no MIGRATION")
    if "https://" not in text:
        raise BrokenMigration(f"migrations/{name} names no source in its docstring")
    if not migration.steps or len({step.id for step in migration.steps}) != len(migration.steps):
        raise BrokenMigration(f"migrations/{name} has no steps, or two of one id")
    for chart in [*migration.versions, *(chart for step in migration.steps for chart in step.versions)]:
        if chart not in CHARTS:
            raise BrokenMigration(f"migrations/{name} names {chart!r}, which is not one of the charts")
    return KnownMigration(name, migration, text)
