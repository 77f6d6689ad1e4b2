"""The pages that are generated from the code are up to date: `python -m docs.make` writes them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

import pytest

from docs.make import made_pages, schemas
from docs.make.code import trees
from migrator.cli import explaining
from migrator.cli.catalogue import SCHEMAS
from migrator.cli.options import COMMANDS
from migrator.planning import catalog
from migrator.report import pages
from migrator.verify.checks import DEPLOYED
from tests.conftest import Done
from tests.docs.pages import DOCS, anchors_of, sections_of, text_of

MADE = made_pages()
FOLDERS = ("migrations", "reference")


@pytest.mark.parametrize("name", MADE)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert text_of(f"docs/{name}") == MADE[name], "python -m docs.make writes it"


def test_no_generated_page_is_obsolete() -> None:
    present = {str(path.relative_to(DOCS)) for folder in FOLDERS for path in (DOCS / folder).iterdir()}
    assert present <= set(MADE)


def test_every_rule_has_an_anchor() -> None:
    """Also the ids that the code uses outside of the lists of rules, as `rule="…"`."""
    sections = sections_of(MADE["rules.md"], 3)
    assert set(sections) == set(explaining.rules())
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "rule" and isinstance(node.value, ast.Constant):
                assert not node.value.value or node.value.value in sections


def test_every_check_of_a_deployed_release_is_documented() -> None:
    made = set()
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and len(node.args) > 1 and isinstance(node.args[0], ast.Constant):
                made.add(str(node.args[0].value))
    assert {name for name in made if name.startswith("deployed-")} == set(DEPLOYED)


def test_every_command_and_option_is_documented() -> None:
    sections = sections_of(MADE["reference/commands.md"], 2)
    assert list(sections) == list(COMMANDS)
    assert "`--docket-secret NAME[:KEY]`" in sections["migrate"]


def test_every_schema_has_its_page() -> None:
    assert set(schemas.PAGES) == set(SCHEMAS)


def test_the_links_in_messages_lead_somewhere() -> None:
    questions = catalog.questions()
    for address in [
        *map(pages.of_rule, explaining.rules()),
        *map(pages.of_question, questions),
        *(pages.of_migration(known.id) for known in catalog.load()),
    ]:
        path, _, anchor = address.removeprefix(f"{pages.DOCS}/").partition("#")
        assert not anchor or anchor in anchors_of(text_of(f"docs/{path}")), address
        assert (DOCS / path).exists()


@pytest.mark.parametrize("name", ["docket-tls", "pods-docket", "unknown-key"])
def test_a_rule_is_explained(cli: Callable[..., Done], name: str) -> None:
    output = cli("explain", name).stdout.decode()
    rule = explaining.rules()[name]
    assert rule.title in output and rule.remedy in output and pages.of_rule(name) in output


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("redis-db", "--redis-db N."),
        ("redis-host", "kubectl get services"),
        ("flavour", "--answer flavour=none|small|"),
        ("custom-toggles.server.x", ""),
    ],
)
def test_a_question_is_explained(cli: Callable[..., Done], name: str, answer: str) -> None:
    output = cli("explain", name).stdout.decode()
    assert answer in output and re.search(r"/questions\.md#[\w-]+\n$", output)


def test_only_migrations_are_explained_as_json(cli: Callable[..., Done]) -> None:
    done = cli("explain", "docket-tls", "--format", "json")
    assert done.returncode == 2
    assert "docket-tls is not one" in done.stdout.decode()
