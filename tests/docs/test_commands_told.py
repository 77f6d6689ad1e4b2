"""Every command that a page tells is one that the program takes: no option or command of a page is out of date."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from migrator.cli.arguments import move_command_first
from migrator.cli.options import COMMANDS, parser_of
from migrator.errors import UsageError
from tests.docs.pages import PAGES, ROOT, prose_of

_TOLD = re.compile(r"(?:infrahub-migrator|helm infrahub-migrate) ([^\n#|>&`;]*)")
_BY_ITSELF = re.compile(rf"`((?:{'|'.join(COMMANDS)}) [^`]*--[^`]*)`")


def _commands(page: Path) -> list[str]:
    """Command lines without the program's name, from code: what stands in fences, and what stands in backticks."""
    text = page.read_text(encoding="utf-8")
    fences = re.findall(r"^ *```(?:sh|yaml|console)\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    lines = [line.replace("\\\n", " ") for fence in fences for line in fence.replace("\\\n", " ").splitlines()]
    prose = re.sub(r"\s+", " ", prose_of(text))
    told = [found for line in [*lines, *re.findall(r"`([^`]*)`", prose)] for found in _TOLD.findall(line)]
    return [*told, *(re.split("[|>&;]", each)[0] for each in _BY_ITSELF.findall(prose))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_tells_to_type_is_taken(page: Path) -> None:
    for told in _commands(page):
        if "\\" in told or "..." in told or "…" in told:
            continue  # a pattern, or a shape rather than a command
        words = move_command_first(shlex.split(told.split(" (")[0].rstrip("'\"")))
        if not words or words[0] not in COMMANDS:
            continue
        if words[1:] == ["--help"]:
            continue
        try:
            parser_of(words[0]).parse_args(words[1:])
        except UsageError as error:
            if not (words[-1].startswith("--") and "expected one argument" in str(error)):  # no option left bare
                pytest.fail(f"{told}: {error}")


def test_there_are_many_of_them() -> None:
    assert sum(len(_commands(page)) for page in PAGES) > 100
