"""What is left of a running `helm` when this program is killed: no process and no values."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migrator.helm import program
from tests.signals import reset_signals

SECRET = b"password: c4n4ry-S3cret\n"
HELM = """\
#!/bin/sh
echo $$ >> running
sleep 60 &
echo $! >> running
while [ $# -gt 0 ]; do [ $1 = --values ] && { cat $2 >> values; shift; }; shift; done
echo ready >> running
wait
"""
"""Like a wrapper: a child process does the work."""


@pytest.fixture
def helm(tmp_path: Path) -> str:
    """A helm that never ends by itself, and writes its process ids and its input into `tmp_path`."""
    path = tmp_path / "helm"
    path.write_text(HELM, encoding="utf-8")
    path.chmod(stat.S_IRWXU)
    return str(path)


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def until(condition: object) -> bool:
    """Whether it becomes true within some seconds."""
    assert callable(condition)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def is_gone(process: int) -> bool:
    """Whether no such process runs any more; one that nobody has waited for yet counts as gone."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    status = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True)
    return status.stdout.strip()[:1] in ("", "Z")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("in_memory", [True, False], ids=["in memory", "unlinked"])
def test_whatever_ends_the_program_ends_helm_and_leaves_no_values(
    tmp_path: Path, helm: str, ended_by: signal.Signals, in_memory: bool
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    without = "" if in_memory else "os.__dict__.pop('memfd_create', None); "
    code = f"import os; from migrator.helm import program; {without}"
    code += f"program.run([{helm!r}], [{SECRET!r}, {SECRET!r}], 60)"
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": os.getcwd()}
    own = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.DEVNULL,
        preexec_fn=reset_signals,
    )
    try:
        assert until(lambda: "ready" in lines(tmp_path / "running"))
        assert (tmp_path / "values").read_bytes() == SECRET * 2
        assert list(scratch.iterdir()) == [], "the values never have a name"
        own.send_signal(ended_by)
        assert own.wait(20) != 0
        started = [int(line) for line in lines(tmp_path / "running") if line != "ready"]
        assert len(started) == 2
        assert until(lambda: all(map(is_gone, started)))
        assert list(scratch.iterdir()) == []
    finally:
        own.kill()
        own.wait()


def test_a_finished_helm_is_not_waited_for(tmp_path: Path) -> None:
    before = time.monotonic()
    done = program.run(["/bin/sh", "-c", "echo out; echo err >&2; exit 3"], [SECRET], 60)
    assert (done.code, done.out, done.err) == (3, "out\n", "err\n")
    assert len(done.paths) == 1
    assert time.monotonic() - before < 10


def test_without_dev_fd_values_are_in_a_private_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(os.path, "isdir", lambda path: False)
    done = program.run(["/bin/sh", "-c", 'ls -ld "$(dirname "$2")"; cat "$2"', "helm"], [SECRET], 60)
    assert (done.out[:10], done.out.splitlines()[1:]) == ("drwx------", SECRET.decode().splitlines())
    assert list(tmp_path.iterdir()) == []
