"""The words of a command line: no abbreviated options, global ones anywhere, and suggestions for typos."""

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
    ("arguments", "suggestion"),
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
        (["plan", "--from", "4.13.0-medum", "values.yaml"], "'medum' is not a flavour (did you mean medium?)"),
        (["example", "smal"], "there is no example of 'smal' (did you mean small?)"),
        (["explain", "v4_14_0_docket"], "(did you mean v4_14_0_prefect_docket?)"),
        (["check", "--format", "jso", "values.yaml"], "(did you mean json?)"),
    ],
)
def test_a_typo_gets_a_suggestion(cli: Cli, arguments: list[str], suggestion: str) -> None:
    done = cli(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert suggestion in done.stderr.decode()


def test_a_word_like_no_other_gets_no_suggestion(cli: Cli) -> None:
    assert b"did you mean" not in cli("zzzzzz").stderr
    assert b"did you mean" not in cli("check", "--zzzzzz", "values.yaml").stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--to", ""],
        ["--to="],
        ["--output", ""],
        ["--backup-dir", ""],
        ["--report", ""],
        ["--docket-url", ""],
        ["--namespace", ""],
        ["--exclude", ""],
        [""],
    ],
    ids=repr,
)
def test_an_empty_argument_is_refused_as_an_unset_variable(cli: Cli, values: Path, arguments: list[str]) -> None:
    """`--output "$OUT"` would write over the file, and `--to "$VERSION"` go to the newest."""
    before = values.read_bytes()
    done = cli("migrate", "values.yaml", "--redis-db", "2", "--redis-host", "foo", "--non-interactive", *arguments)
    assert (done.returncode, done.stdout, values.read_bytes()) == (2, b"", before)
    assert b"an empty argument: check for an unset variable, or leave it out" in done.stderr


def test_an_empty_set_sets_nothing_as_for_helm(cli: Cli) -> None:
    assert cli("plan", "values.yaml", "--set", "").stdout == cli("plan", "values.yaml").stdout


@pytest.mark.parametrize(
    "words",
    [
        ["-q", "values.yaml", "-other.yaml"],
        ["values.yaml", "-q", "-other.yaml"],
        ["values.yaml", "-q", "--to", "4.14.0", "-other.yaml"],
        ["values.yaml", "-other.yaml", "-q"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("after_dashes", [True, False], ids=["after --", "with its folder"])
def test_files_and_options_may_come_in_any_order(
    cli: Cli, values: Path, tmp_path: Path, words: list[str], after_dashes: bool
) -> None:
    (tmp_path / "-other.yaml").write_bytes(values.read_bytes())
    if after_dashes:
        words = [*(word for word in words if word != "-other.yaml"), "--", "-other.yaml"]
    done = cli("check", *(word if after_dashes else word.replace("-other", "./-other") for word in words))
    names = [line.partition(":")[0] for line in done.stdout.decode().splitlines()]
    assert (done.returncode, done.stderr) == (1, b"")
    assert names == ["values.yaml", "-other.yaml" if after_dashes else "./-other.yaml"]


def test_everything_after_two_dashes_is_a_file(cli: Cli) -> None:
    assert b"--quiet: there is no such file" in cli("check", "--", "values.yaml", "--quiet").stderr
    assert b"an empty argument" in cli("check", "--", "").stderr


@pytest.mark.parametrize("words", [[], ["help"]])
def test_without_a_command_the_commands_are_listed(cli: Cli, words: list[str]) -> None:
    done = cli(*words)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"The commands are plan, diff, migrate" in done.stderr and b"--help describes them" in done.stderr


@pytest.mark.parametrize(
    "before",
    [["--quiet"], ["-q"], ["-v", "--color", "never"], ["--color=never"], ["--show-secrets", "--verbose"]],
    ids=" ".join,
)
def test_global_options_may_come_before_or_after_the_command(cli: Cli, before: list[str]) -> None:
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
