"""Migrations are found in their folder, and a broken one says which rule it breaks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import migrator.migrations
import pytest
from packaging.version import Version

from migrator.errors import UsageError
from migrator.planning import catalog
from migrator.planning.answers import Asking
from migrator.planning.plan import Plan, make_plan
from migrator.values.defaults import Defaults
from migrator.values.release import Layer, Release

SOUND = '''\
"""It does nothing.

Source: https://example.com/changelog
"""

from migrator.migration import Migration, Step

def nothing(release, ask):
    return iter(())

MIGRATION = Migration(title="nothing", versions={"infrahub-enterprise": "4.99.0"}, steps=(Step("one", "one", nothing),))
'''
Add = Callable[..., tuple[catalog.KnownMigration, ...]]


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Add]:
    """Adds a migration, and returns all that are found."""
    monkeypatch.setattr(migrator.migrations, "__path__", [*migrator.migrations.__path__, str(tmp_path)])

    def added(text: str, name: str = "v4_99_0_nothing.py") -> tuple[catalog.KnownMigration, ...]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return catalog.load()

    catalog.load.cache_clear()
    before = set(sys.modules)
    yield added
    catalog.load.cache_clear()
    for module in set(sys.modules) - before:
        if "v4_99_0" in module:
            del sys.modules[module]


@pytest.mark.parametrize("name", ["v4_99_0_nothing.py", "v4_99_0_nothing/__init__.py"])
def test_a_file_or_a_folder_is_a_migration(add: Add, name: str) -> None:
    (found,) = [known for known in add(SOUND, name) if known.id == "v4_99_0_nothing"]
    assert found.text.startswith("It does nothing.")


@pytest.mark.parametrize("name", ["_helpers.py", "notes.txt", "folder/notes.py", "v4_99_0_nothing.pyc"])
def test_other_files_are_not_migrations(add: Add, name: str) -> None:
    assert "v4_99_0_nothing" not in {known.id for known in add(SOUND, name)}
    assert "folder" not in {known.id for known in add(SOUND, name)}


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        (SOUND, "nothing.py", "migrations/nothing is not named like v4_14_0_what_it_does"),
        (SOUND.replace("MIGRATION", "OTHER"), "v4_99_0_nothing.py", "defines no MIGRATION"),
        (SOUND.replace("https://", ""), "v4_99_0_nothing.py", "names no source in its docstring"),
        (SOUND[SOUND.index("from") :], "v4_99_0_nothing.py", "names no source in its docstring"),
        (SOUND.replace('(Step("one", "one", nothing),)', "()"), "v4_99_0_nothing.py", "has no steps, or two of one id"),
        (SOUND.replace("nothing),)", 'nothing), Step("one", "two", nothing))'), "v4_99_0_nothing.py", "two of one id"),
        (SOUND.replace("infrahub-enterprise", "prefect"), "v4_99_0_nothing.py", "names 'prefect', which is not one"),
    ],
)
def test_a_broken_migration_says_which_rule_it_breaks(add: Add, text: str, name: str, why: str) -> None:
    with pytest.raises(catalog.BrokenMigration, match=why):
        add(text, name)


def test_the_migration_that_asks_a_question_is_found() -> None:
    known = catalog.load()
    asked = {name: catalog.asked_by(name, known) for name in ("redis-db", "custom-toggles.server.TRIGGERS", "flavour")}
    assert {name: each.id if each is not None else None for name, each in asked.items()} == {
        "redis-db": "v4_14_0_prefect_docket",
        "custom-toggles.server.TRIGGERS": "v4_14_0_prefect_docket",
        "flavour": None,
    }


def test_all_migrations_up_to_the_target_are_selected() -> None:
    known = catalog.load()

    def ids(to: str) -> set[str]:
        return {each.known.id for each in catalog.select("infrahub-enterprise", Version(to), known)}

    assert "v4_14_0_prefect_docket" not in ids("4.13.9")
    assert "v4_14_0_prefect_docket" in ids("4.14.0") and "v4_14_1_prometheus_multiproc" not in ids("4.14.0")
    assert "v4_14_1_prometheus_multiproc" in ids("4.14.1")
    order = [each.id for each in known]
    assert order.index("v4_14_0_prefect_docket") < order.index("v4_14_1_prometheus_multiproc")
    assert order.index("v2025_8_messaging_block") < order.index("v4_14_0_prefect_docket")


def test_migrations_are_in_version_order(add: Add) -> None:
    text = SOUND.replace('"infrahub-enterprise": "4.99.0"', '"infrahub-enterprise": "4.9.9"')
    ids = [known.id for known in add(text, "v4_99_0_earlier.py")]
    assert ids.index("v4_99_0_earlier") < ids.index("v4_13_0_startup_probe")
    assert ids.index("v4_99_0_earlier") > ids.index("v2025_3_retired_keys")
    assert ids.index("v4_14_1_prometheus_multiproc") < ids.index("v4_21_2_upgrade_job")


@pytest.mark.parametrize(("question", "is_one"), [("redis-db", True), ("event-logger", False), ("no-such", False)])
def test_which_questions_are_asked_for_each_release(question: str, is_one: bool) -> None:
    assert catalog.is_per_release(question) is is_one


QUESTION = '''\
"""It asks for a number.

Source: https://example.com/changelog
"""

from migrator.migration import Decision, Migration, Question, Step

def number_error(answer):
    return "" if answer.isdigit() else f"{answer!r} is not a number"

def ask_for_one(release, ask):
    ask(Question(id="replica-count", text="How many?", flag="--answer replica-count=N"))
    return iter(())

MIGRATION = Migration(
    title="a number",
    versions={"infrahub-enterprise": "4.99.0"},
    steps=(Step("one", "one", ask_for_one),),
    questions={"replica-count": Decision(number_error)},
)
'''


def _plan(known: tuple[catalog.KnownMigration, ...], answer: str) -> Plan:
    selected = [
        catalog.Selected(each, step) for each in known if each.id == "v4_99_0_nothing" for step in each.migration.steps
    ]
    none = Defaults({}, {}, "none")
    release = Release(chart="infrahub-enterprise", root=(), layers=[Layer("values.yaml", {})], before=none, after=none)
    return make_plan(release, selected, Asking({"replica-count": answer} if answer else {}))


def test_a_question_has_the_check_that_its_migration_declares(add: Add) -> None:
    known = add(QUESTION)
    (question,) = _plan(known, "").open_questions
    assert question.answer_error("two") == "'two' is not a number"
    assert question.answer_error("2") == ""
    with pytest.raises(UsageError, match="'two' is not a number"):
        _plan(known, "two")


def test_a_question_that_no_migration_declares_is_the_authors_mistake(add: Add) -> None:
    known = add(QUESTION.replace('"replica-count": Decision(number_error)', ""))
    with pytest.raises(catalog.BrokenMigration, match="v4_99_0_nothing asks 'replica-count', which is not in its"):
        _plan(known, "")
