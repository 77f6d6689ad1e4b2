"""Many releases: the same output from one process and from several, no process left behind, and a progress bar."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from migrator.cli import pool, progress
from migrator.cli.main import run_command_line
from tests.conftest import Done
from tests.signals import reset_signals

from .test_projects import whole, whole_after

COUNT = pool.FEWEST + 6
COMMAND = (sys.executable, "-m", "migrator")


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Separate releases: two on one database, one broken, one unrelated, one with a question."""
    for number in range(COUNT):
        text = whole(f"redis-{number // 2 if number in (4, 5) else number + 1000}")
        (tmp_path / f"t/{number:03}").mkdir(parents=True)
        (tmp_path / f"t/{number:03}/values.yaml").write_text(text, "utf-8")
    (tmp_path / "t/005/values.yaml").write_text(whole_after("redis-2"), "utf-8")
    (tmp_path / "t/020/values.yaml").write_text("infrahub: {prefect-server: [\n", "utf-8")
    (tmp_path / "t/030/values.yaml").write_text("services: {prefect: {image: prefect}}\n", "utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, timeout=120)


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "t"),
        ("check", "t", "--redis-db", "2", "--quiet"),
        ("check", "t", "--redis-db", "2", "--format", "json"),
        ("plan", "t", "--format", "json"),
        ("diff", "t", "--redis-db", "2"),
        ("verify", "t"),
    ],
)
def test_several_processes_give_the_same_output(
    fleet: Path, cli: Callable[..., Done], arguments: tuple[str, ...]
) -> None:
    alone, together = cli(*arguments, "--jobs", "1"), run(fleet, *arguments, "--jobs", "3")
    assert together.returncode == alone.returncode
    assert together.stderr == alone.stderr
    lines = [each.stdout.splitlines() for each in (alone, together)]
    if arguments == ("check", "t"):  # the totals have the seconds
        assert lines[0].pop().startswith(b"70 releases: ")
        assert lines[1].pop().startswith(b"70 releases: ")
    assert lines[0] == lines[1]
    if "--redis-db" in arguments:
        assert b"uses database 2 of the Redis at redis-2:6379 for its docket" in alone.stderr + alone.stdout


@pytest.mark.usefixtures("fleet")
def test_a_database_used_by_another_of_many_is_not_suggested(cli: Callable[..., Done]) -> None:
    report = json.loads(cli("plan", "t", "--format", "json", "--jobs", "1").stdout)
    met, alone = (report["files"][number]["questions"][0]["suggestion"] for number in (4, 6))
    assert (met, alone) == ("3", "2")


def children(pid: int) -> list[int]:
    found = []
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                stat = Path(f"/proc/{name}/stat").read_text().rpartition(") ")[2].split()
            except OSError:
                continue
            if int(stat[1]) == pid and stat[0] != "Z":
                found.append(int(name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to look into")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_is_left_behind(fleet: Path, number: signal.Signals) -> None:
    for count in range(400):
        (fleet / f"t/more{count}.yaml").write_text(whole(f"more-{count}"), "utf-8")
    process = subprocess.Popen(
        [*COMMAND, "check", "t", "--jobs", "3"],
        cwd=fleet,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=reset_signals,
    )
    until = time.monotonic() + 60
    while len(workers := children(process.pid)) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(number)
    out, _ = process.communicate(timeout=60)
    assert process.returncode in (130, -number), out
    until = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < until:
        time.sleep(0.05)
    assert [pid for pid in workers if Path(f"/proc/{pid}").exists()] == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to look into")
def test_a_killed_worker_loses_no_release(fleet: Path) -> None:
    for count in range(150):
        (fleet / f"t/more{count}.yaml").write_text(whole(f"more-{count}"), "utf-8")
    process = subprocess.Popen(
        [*COMMAND, "check", "t", "--jobs", "2", "--redis-db", "2"],
        cwd=fleet,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + 60
    while len(workers := children(process.pid)) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(workers[0], signal.SIGKILL)
    out, _ = process.communicate(timeout=120)
    assert out.splitlines()[-1].startswith(f"{COUNT + 150} releases: ".encode())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_output_ends_the_run(fleet: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*COMMAND, "check", "t", "--jobs", "3"], cwd=fleet, stdout=full, stderr=subprocess.PIPE, timeout=120
        )
    assert done.returncode == 5
    assert b"output cannot be written" in done.stderr


def test_a_progress_bar_is_drawn_at_a_terminal_and_removed(
    fleet: Path, cli: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", 0)
    command = ["check", "t", "--jobs", "1"]

    def shown(*more: str) -> str:
        reading, writing = os.openpty()
        with ThreadPoolExecutor(1) as reader, monkeypatch.context() as patched:
            screen = reader.submit(_all_of, reading)
            with open(writing, "w", encoding="utf-8") as terminal:
                patched.setattr(sys, "stdout", terminal)
                patched.setattr(sys, "stderr", terminal)
                run_command_line([*command, *more])
        return screen.result().decode()

    monkeypatch.chdir(fleet)
    text = shown()
    assert "releases" in text.split("values.yaml")[0]
    assert "\x1b[2K" in text  # the line of the bar is cleared
    assert "\x1b[2K" not in shown("--quiet")
    done = cli(*command)
    assert b"\x1b" not in done.stdout + done.stderr
    assert not done.stderr.startswith(b"\n")


def _all_of(terminal: int) -> bytes:
    """Everything that is written to a terminal until it is closed."""
    text = b""
    with suppress(OSError), open(terminal, "rb", buffering=0) as stream:
        while more := stream.read(65536):
            text += more
    return text


@pytest.mark.parametrize("text", ["0", "-1", "x", "9999"])
def test_an_invalid_number_of_jobs_is_refused(cli: Callable[..., Done], text: str) -> None:
    done = cli("check", "t", f"--jobs={text}")
    assert done.returncode == 2
    assert b"is not a number from 1 to 1024" in done.stderr


def test_an_invalid_version_is_reported_once_not_for_each_release(cli: Callable[..., Done], tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("infrahub: {infrahubServer: {replicas: 1}}\n", "utf-8")
    done = cli("check", ".", "--to", "~4.18")
    assert done.returncode == 2 and done.stderr.count(b"is not a chart version") == 1
    assert done.stderr.startswith(b"infrahub-migrator: --to: '~4.18' is not a chart version")
    done = cli("check", ".", "--from", "4.13.0-medum")
    assert done.stderr.startswith(b"infrahub-migrator: --from: 'medum' is not a flavour (did you mean medium?)")
