"""`completion SHELL`, tried in real shells: what Tab makes of the start of a command line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest

from tests.conftest import Done

Complete = Callable[[str], str]

IN_EVERY_SHELL = [
    ("exam", "example "),
    ("example medium-", "example medium-data "),
    ("migrate values-p", "migrate values-prod.yaml "),
    ("plan -f values-prod.yaml -f values-s", "plan -f values-prod.yaml -f values-stage.yaml "),
    ("plan --release infrahub --kubeconfig values-p", "plan --release infrahub --kubeconfig values-prod.yaml "),
    ("plan --answer tracing=l", "plan --answer tracing=leave "),
    ("plan --answer=restore=d", "plan --answer=restore=disable "),
    ("diff --format=m", "diff --format=markdown "),
    ("diff --format m", "diff --format markdown "),
    ("check --format sa", "check --format sarif "),
    ("migrate --redis-ho", "migrate --redis-host "),
    ("explain v4_15_1", "explain v4_15_1_tracing "),
    ("schema rep", "schema report "),
    ("completion z", "completion zsh "),
]
ids = [beginning for beginning, _ in IN_EVERY_SHELL]


def script_of(shell: str) -> str:
    """What `completion` prints."""
    command = [sys.executable, "-m", "migrator", "completion", shell]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with some values files, and HOME."""
    folder = tmp_path_factory.mktemp("shells")
    for name in ("values-prod.yaml", "values-stage.yaml"):
        (folder / name).touch()
    return folder


@contextmanager
def typed(shell: list[str], setup: str, folder: Path) -> Iterator[Complete]:
    """Types into an interactive shell, presses Tab, and returns what is then after the program's name."""
    if shutil.which(shell[0]) is None:
        pytest.skip(f"no {shell[0]} on the PATH")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    child: pexpect.spawn[str] = pexpect.spawn(
        shell[0], shell[1:], env=environment, cwd=str(folder), encoding="utf-8", dimensions=(60, 200), timeout=30
    )
    child.sendline(f"{setup}; PS1='RE''ADY> '")
    child.expect("READY> ")

    def complete(beginning: str) -> str:
        child.send(f"infrahub-migrator {beginning}\t@@")  # what follows Tab shows where the cursor is left
        child.expect("infrahub-migrator (.*)@@")
        assert isinstance(child.match, re.Match)
        line = re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]|\x07", "", child.match[1])
        child.send("\x15")
        return re.sub(r"\x08.", "", line)

    yield complete
    child.close(force=True)


@pytest.fixture(scope="module")
def bash(folder: Path) -> Iterator[Complete]:
    (folder / "completion.bash").write_text(script_of("bash"), encoding="utf-8")
    with typed(["bash", "--norc", "--noprofile", "-i"], "source completion.bash", folder) as complete:
        yield complete


@pytest.fixture(scope="module")
def zsh(folder: Path) -> Iterator[Complete]:
    functions = folder / "functions"
    functions.mkdir()
    (functions / "_infrahub-migrator").write_text(script_of("zsh"), encoding="utf-8")
    set_up = "fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u; unsetopt prompt_cr prompt_sp"
    with typed(["zsh", "-f", "-i"], set_up, folder) as complete:
        yield complete


@pytest.fixture(scope="module")
def fish(folder: Path) -> Complete:
    """fish has a command that prints what it would insert."""
    if shutil.which("fish") is None:
        pytest.skip("no fish on the PATH")
    (folder / "completion.fish").write_text(script_of("fish"), encoding="utf-8")

    def complete(beginning: str) -> str:
        asked = f"source completion.fish; complete -C 'infrahub-migrator {beginning}'"
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
        done = subprocess.run(["fish", "-c", asked], capture_output=True, text=True, cwd=folder, env=environment)
        offered = [line.partition("\t")[0] for line in done.stdout.splitlines()]
        return " ".join([*beginning.split(" ")[:-1], *offered]) + " "

    return complete


@pytest.mark.parametrize(("beginning", "line"), IN_EVERY_SHELL, ids=ids)
def test_bash_completes_a_command_line(bash: Complete, beginning: str, line: str) -> None:
    assert bash(beginning) == line


@pytest.mark.parametrize(("beginning", "line"), IN_EVERY_SHELL, ids=ids)
def test_zsh_completes_a_command_line(zsh: Complete, beginning: str, line: str) -> None:
    assert zsh(beginning) == line.replace("--redis-host ", "--redis-host=")  # where a value follows, zsh offers that


@pytest.mark.parametrize(("beginning", "line"), IN_EVERY_SHELL, ids=ids)
def test_fish_completes_a_command_line(fish: Complete, beginning: str, line: str) -> None:
    assert fish(beginning) == line


def test_bash_adds_no_space_after_a_question_with_a_free_answer(bash: Complete) -> None:
    assert bash("plan --answer redis-d") == "plan --answer redis-db="


def test_an_unknown_shell_gets_a_suggestion(cli: Callable[..., Done]) -> None:
    done = cli("completion", "fsh")
    assert done.returncode == 2
    assert b"did you mean fish?" in done.stderr


def test_completion_ignores_the_name_of_the_helm_plugin(process: Callable[..., Done]) -> None:
    own = process("completion", "bash").stdout
    assert process("completion", "bash", HELM_PLUGIN_NAME="infrahub-migrate").stdout == own


def test_no_other_command_loads_shtab() -> None:
    code = "import sys; from migrator.cli.main import run_command_line; run_command_line(['list'])"
    code += "; sys.exit('shtab' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
