"""The words of a command line: no option by its beginning, global ones anywhere, and the nearest for a mistyped one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]


@pytest.fixture(autouse=True)
def values(cli: Cli, tmp_path: Path) -> Path:
    path = tmp_path / "values.yaml"
    path.write_bytes(cli("example").stdout)
    return path


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["chek", "values.yaml"], "there is no command 'chek' (did you mean check?)"),
        (
            ["check", "--release-nam", "x", "values.yaml"],
            "unrecognized arguments: --release-nam (did you mean --release-name?)",
        ),
        (["check", "--redis", "2", "values.yaml"], "unrecognized arguments: --redis (did you mean --redis-db?)"),
        (["plan", "--no-bmp", "values.yaml"], "(did you mean --no-bump?)"),
        (["plan", "--event-logger", "kep", "values.yaml"], "(did you mean keep?)"),
        (["plan", "--answer", "redis-bd=2", "values.yaml"], "there is no such question (did you mean redis-db?)"),
        (["plan", "--answer", "event-logger=remov", "values.yaml"], "is none of keep, remove (did you mean remove?)"),
        (["plan", "--from", "4.13.0-medum", "values.yaml"], "'medum' is no flavour (did you mean medium?)"),
        (["example", "smal"], "there is no example of 'smal' (did you mean small?)"),
        (["explain", "v4_14_0_docket"], "(did you mean v4_14_0_prefect_docket?)"),
        (["check", "--format", "jso", "values.yaml"], "(did you mean json?)"),
    ],
)
def test_a_mistyped_word_is_met_with_the_nearest(cli: Cli, arguments: list[str], meant: str) -> None:
    done = cli(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert meant in done.stderr.decode()


def test_a_word_that_is_near_nothing_is_met_with_none(cli: Cli) -> None:
    assert b"did you mean" not in cli("zzzzzz").stderr
    assert b"did you mean" not in cli("check", "--zzzzzz", "values.yaml").stderr


@pytest.mark.parametrize(
    "before",
    [["--quiet"], ["-q"], ["-v", "--color", "never"], ["--color=never"], ["--show-secrets", "--verbose"]],
    ids=" ".join,
)
def test_global_options_stand_before_the_command_or_behind_it(cli: Cli, before: list[str]) -> None:
    ahead, behind = cli(*before, "plan", "values.yaml"), cli("plan", *before, "values.yaml")
    assert ahead == behind
    assert ahead.returncode == 0


@pytest.mark.parametrize("flag", ["-V", "--version"])
def test_the_version(cli: Cli, flag: str) -> None:
    assert cli(flag).stdout.startswith(b"infrahub-migrator ")


@pytest.mark.parametrize("arguments", [["-h"], ["--help"], ["check", "-h"]], ids=" ".join)
def test_help(cli: Cli, arguments: list[str]) -> None:
    done = cli(*arguments)
    assert done.returncode == 0 and done.stdout.startswith(b"usage: infrahub-migrator")
