"""What the README and the pages for users show is what the program does."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.cli.options import COMMANDS
from tests.conftest import Done
from tests.docs.pages import text_of

Cli = Callable[..., Done]

BEGIN = ("README.md", "docs/get-started.md")


def _fenced(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text_of(page), re.DOTALL | re.MULTILINE)


def test_the_readme_is_at_most_120_lines() -> None:
    assert len(text_of("README.md").splitlines()) <= 120


@pytest.mark.parametrize("page", BEGIN)
def test_the_diff_shown_is_that_of_the_tool(cli: Cli, tmp_path: Path, page: str) -> None:
    (tmp_path / "values.yaml").write_bytes(cli("example").stdout)
    (shown,) = _fenced(page, "diff")
    made = cli("diff", "values.yaml", "--redis-db", "2").stdout.decode()
    assert shown in made
    if page != "README.md":
        assert shown == made


@pytest.mark.parametrize("page", BEGIN)
def test_the_commands_for_getting_started_run(cli: Cli, tmp_path: Path, page: str) -> None:
    """Nobody is at a terminal here, so `migrate` gets what a person would type."""
    (tmp_path / "values.yaml").write_bytes(cli("example").stdout)
    lines = [line for block in _fenced(page, "sh") for line in block.splitlines()]
    commands = [words[1:] for line in lines if (words := shlex.split(line, comments=True))[0] == "infrahub-migrator"]
    assert {words[0] for words in commands} >= {"plan", "diff", "migrate", "verify"}
    for words in commands:
        words = words[: words.index(">")] if ">" in words else words
        done = cli(*words, *(["--redis-db", "2"] if words[0] == "migrate" else []))
        assert done.returncode == 0, (words, done.stderr.decode())
    assert cli("check", "values.yaml").returncode == 0


def test_the_readme_marks_the_commands_that_ci_runs() -> None:
    """noxfile.py runs these two; any other command in the README that nothing runs would be untested."""
    readme = text_of("README.md")
    assert re.findall(r"<!-- command: (\w+) -->\n```sh\n", readme) == ["try", "test"]
    assert len(_fenced("README.md", "sh")) == 3


def test_every_command_is_in_the_table() -> None:
    for command in COMMANDS:
        assert f"`{command}" in text_of("README.md"), command
