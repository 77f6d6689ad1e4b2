"""Every command in the documentation is one that the program accepts: none is out of date."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from migrator.cli.arguments import move_command_first
from migrator.cli.options import COMMANDS, parser_of
from migrator.errors import UsageError
from tests.docs.pages import PAGES, ROOT, prose_of

_COMMAND_LINE = re.compile(r"(?:infrahub-migrator|helm infrahub-migrate) ([^\n#|>&`;]*)")
_BY_ITSELF = re.compile(rf"`((?:{'|'.join(COMMANDS)}) [^`]*--[^`]*)`")


def _commands(page: Path) -> list[str]:
    """Command lines without the program's name, from fenced code and from backticks."""
    text = page.read_text(encoding="utf-8")
    fences = re.findall(r"^ *```(?:sh|yaml|console)\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    lines = [line.replace("\\\n", " ") for fence in fences for line in fence.replace("\\\n", " ").splitlines()]
    prose = re.sub(r"\s+", " ", prose_of(text))
    commands = [found for line in [*lines, *re.findall(r"`([^`]*)`", prose)] for found in _COMMAND_LINE.findall(line)]
    return [*commands, *(re.split("[|>&;]", each)[0] for each in _BY_ITSELF.findall(prose))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_commands_of_a_page_are_accepted(page: Path) -> None:
    for command in _commands(page):
        if "\\" in command or "..." in command or "…" in command:
            continue  # a pattern, or a shape rather than a command
        words = move_command_first(shlex.split(command.split(" (")[0].rstrip("'\"")))
        if not words or words[0] not in COMMANDS:
            continue
        if words[1:] == ["--help"]:
            continue
        try:
            parser_of(words[0]).parse_args(words[1:])
        except UsageError as error:
            if not (
                words[-1].startswith("--") and "expected one argument" in str(error)
            ):  # an option without its value
                pytest.fail(f"{command}: {error}")


def test_many_commands_are_found() -> None:
    assert sum(len(_commands(page)) for page in PAGES) > 100
