"""Nobody to ask: no terminal, --non-interactive, or both, as under cron. There is never a prompt and never a hang."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.prompts.releases import separate
from tests.prompts.terminal import Session
from tests.prompts.texts import AFTER, BEFORE

Cli = Callable[..., tuple[int, bytes, bytes]]
Start = Callable[..., Session]


@pytest.fixture
def values(tmp_path: Path) -> Path:
    path = tmp_path / "values.yaml"
    path.write_text(BEFORE, encoding="utf-8")
    return path


def run_as_cron(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "migrator", "migrate", *arguments]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=folder, env=environment, timeout=60
    )


def test_under_cron_without_home_or_terminal(values: Path) -> None:
    done = run_as_cron(values.parent, "values.yaml", "--non-interactive", "--redis-db", "2")

    assert done.returncode == 0, done.stderr
    assert values.read_text(encoding="utf-8") == AFTER
    assert "\x1b" not in done.stdout + done.stderr


def test_under_cron_with_a_home_that_cannot_be_written(values: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    environment = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "TMPDIR": str(home)}
    done = run_as_cron(values.parent, "values.yaml", "--non-interactive", "--redis-db", "2", **environment)

    assert done.returncode == 0, done.stderr
    assert values.read_text(encoding="utf-8") == AFTER
    assert list(home.iterdir()) == []


def test_under_cron_all_missing_decisions_are_listed_at_once(tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    path.write_text(separate("host: ${HOST}\n        existingSecret: redis"))
    before = path.read_bytes()
    done = run_as_cron(tmp_path, "values.yaml", "--non-interactive")
    shown = " ".join(done.stderr.split())

    assert done.returncode == 3
    assert "values.yaml: 3 decisions are missing; nothing was written." in shown
    assert "? docket-password: The docket URL needs the Redis password, which comes from Secret redis." in shown
    assert "- secret: you put the whole URL into a Secret, which must exist before the upgrade" in shown
    assert "? redis-host: What is the host of Prefect's messaging Redis?" in shown
    assert "answer with --redis-host" in shown
    assert "? redis-db: Which database" in shown
    assert "answer with --redis-db (2: no known user)" in shown
    assert "with --answers FILE" in shown
    assert path.read_bytes() == before


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_with_a_stream_closed(values: Path, closed: int) -> None:
    command = [sys.executable, "-m", "migrator", "migrate", "values.yaml", "--non-interactive", "--redis-db", "2"]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}>&-', "sh", *command], cwd=values.parent, capture_output=True, timeout=60
    )

    assert done.returncode == 0, done
    assert values.read_text(encoding="utf-8") == AFTER
    assert done.stderr == b""


@pytest.mark.parametrize("stdin_is_there", [True, False])
def test_a_terminal_on_one_stream_only_does_not_count(values: Path, stdin_is_there: bool) -> None:
    """Input from a terminal and output into a pipe, or the other way round: a run that has to ask stops and says so."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "migrator", "migrate", "values.yaml"]
    streams = (theirs, subprocess.PIPE) if stdin_is_there else (subprocess.DEVNULL, theirs)
    done = subprocess.run(
        command, stdin=streams[0], stdout=streams[1], stderr=subprocess.PIPE, cwd=values.parent, timeout=60
    )
    os.close(ours)
    os.close(theirs)

    assert done.returncode == 3
    assert b"? redis-db: " in done.stderr
    assert b"or at a terminal without" in done.stderr
    assert values.read_text(encoding="utf-8") == BEFORE


def test_without_a_terminal_a_run_without_questions_goes_on(cli: Cli, values: Path) -> None:
    assert cli("migrate", "values.yaml", "--redis-db", "2")[0] == 0
    assert values.read_text(encoding="utf-8") == AFTER


def test_at_a_terminal_non_interactive_asks_nothing(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml", "--non-interactive")
    assert session.ends() == 3
    session.says("1 decision is missing; nothing was written.")

    session = migrate("values.yaml", "--non-interactive", "--redis-db", "2")
    assert session.ends() == 0
    assert values.read_text(encoding="utf-8") == AFTER


@pytest.mark.parametrize("command", ["check", "plan"])
def test_check_and_plan_do_not_load_the_prompts(values: Path, command: str) -> None:
    program = "import sys; from migrator.cli.main import run_command_line; "
    program += f"run_command_line({[command, 'values.yaml']!r}); "
    program += "print(sorted({name.split('.')[0] for name in sys.modules} & {'questionary', 'prompt_toolkit', 'rich'}))"
    program += "; print('migrator.prompts' in sys.modules, 'migrator.prompts.answers_file' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=values.parent, capture_output=True, timeout=60)

    assert done.stdout.decode().splitlines()[-2:] == ["[]", "False False"]
