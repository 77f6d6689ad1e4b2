"""docs/questions.md documents every question that may be asked: its flag, its choices, its safe default."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from docs.make.code import trees
from migrator.cli.settings import flag_of
from migrator.planning import catalog
from tests.docs.pages import sections_of, text_of

SECTIONS = sections_of(text_of("docs/questions.md"), 3)
LOADED = catalog.questions()


def _declared() -> Iterator[dict[str | None, ast.expr]]:
    """The arguments of each question that the code makes, by name."""
    for node in (node for tree in trees() for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Question":
            yield {keyword.arg: keyword.value for keyword in node.keywords}


def _declared_defaults() -> dict[str, str]:
    """The safe defaults, by question, as the code declares them."""
    found = {}
    for given in _declared():
        if "default" in given:
            name, default = given["id"], given["default"]
            assert isinstance(name, ast.Constant) and isinstance(default, ast.Constant), ast.unparse(name)
            found[str(name.value)] = str(default.value)
    return found


def test_every_question_has_its_section() -> None:
    undeclared, unwritten = set(SECTIONS) - set(LOADED), set(LOADED) - set(SECTIONS)
    assert not undeclared, f"{undeclared}: no migration declares it; list it in the `questions` of the one that asks it"
    assert not unwritten, f"{unwritten}: a new question needs a section in docs/questions.md"


def test_every_section_names_the_flag() -> None:
    for name, section in SECTIONS.items():
        (flag,) = re.findall(r"^- Flag: (.*)$", section, re.MULTILINE)
        own = "--from VERSION-FLAVOUR" if name == "flavour" else flag_of(name)
        assert flag.startswith(f"`{own}") or f"`{own}" in flag, name


def test_every_choice_is_one_that_can_be_answered() -> None:
    for name, section in SECTIONS.items():
        for choice in re.findall(r"^- `([^`]+)`: ", section, re.MULTILINE):
            complaint = LOADED[name].answer_error(choice)
            assert not complaint, (name, choice, complaint)


def test_the_safe_defaults_are_those_of_the_code() -> None:
    documented = {}
    for name, section in SECTIONS.items():
        (default,) = re.findall(r"^- Safe default: (.*)$", section, re.MULTILINE)
        if default.startswith("`"):
            documented[name] = default.strip("`")
    assert documented == _declared_defaults()


def test_every_choice_that_the_code_offers_is_documented() -> None:
    offered = {}
    for given in _declared():
        if isinstance(given["id"], ast.Constant) and "choices" in given:
            calls = [each for each in ast.walk(given["choices"]) if isinstance(each, ast.Call)]
            named = [each for each in calls if isinstance(each.func, ast.Name) and each.func.id == "Choice"]
            values = {str(each.args[0].value) for each in named if isinstance(each.args[0], ast.Constant)}
            offered[str(given["id"].value)] = values
    assert len([name for name in offered if offered[name]]) > 5
    for name, values in offered.items():
        section = SECTIONS[name.partition(".")[0]]  # `messaging-redis.password` is documented with its group
        documented = set(re.findall(r"`([^`]+)`", section))
        assert values <= documented, name
