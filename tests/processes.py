"""`infrahub-migrator` in its own process on given streams: a new Python, or a fork of one that has imported it.

Most of a short run is Python's start and its imports, 0.3 of 0.4 seconds for a session, and the same each time. The
process that is forked has imported the program and run nothing of it.
"""

from __future__ import annotations

import atexit
import fcntl
import functools
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import termios
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, Protocol

from tests.signals import reset_signals

LOCALE = {"LANG": "C.UTF-8"}
"""The locale of the process that is forked; Python sets it at its start."""

Streams = tuple[int, int, int]


class Run(Protocol):
    """A run that is going on or has ended."""

    pid: int

    def poll(self, timeout: float = 0) -> int | None:
        """The exit status, or minus the signal that killed it; None if it has not ended within so many seconds."""

    def close(self) -> None:
        """Kill it if it has not ended."""


class Started:
    """A run in a new Python, on three descriptors; the first is its controlling terminal if it is a terminal."""

    def __init__(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], streams: Streams
    ) -> None:
        command = [sys.executable, "-m", "migrator", *arguments]
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=streams[0], stdout=streams[1], stderr=streams[2],
            preexec_fn=_lead_a_session,
        )  # fmt: skip
        self.pid = self._process.pid

    def poll(self, timeout: float = 0) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)
        return self._process.returncode

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


class Forked:
    """A run that was forked; another process waits for it, and reports its process id and its end."""

    def __init__(self, report: socket.socket) -> None:
        self._report = report
        self._lines = report.makefile("r", encoding="ascii")
        self.pid = int(self._lines.readline())
        self._status: int | None = None

    def poll(self, timeout: float = 0) -> int | None:
        if self._status is None and select.select([self._report], [], [], timeout)[0]:
            self._status = os.waitstatus_to_exitcode(int(self._lines.readline()))
        return self._status

    def close(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            self.poll(60)
        self._lines.close()
        self._report.close()


class ForkServer:
    """The process that is forked for each run; each worker of pytest has one."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.processes", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                cwd=Path(__file__).parent.parent,
                env={"PATH": os.environ.get("PATH", ""), **LOCALE},
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def start(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], streams: Streams) -> Run:
        """Start a run on these three descriptors in a new session; the first is its terminal if it is one.

        If the environment has variables that Python reads at its start, a new Python is started.
        """
        own = {name: value for name, value in environment.items() if name.startswith(("PYTHON", "LC_", "LANG"))}
        if own != LOCALE:
            return Started(arguments, folder, environment, streams)
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._channel, [b"."], [theirs.fileno(), *streams])
        ours.sendall(json.dumps([list(arguments), str(folder), dict(environment)]).encode() + b"\n")
        return Forked(ours)

    def close(self) -> None:
        self._channel.close()
        self._process.wait(60)


def _serve(channel: socket.socket) -> list[str]:
    """Fork for each request until the channel is closed; returns the arguments in the process that has to run them."""
    while True:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        message, descriptors, _, _ = socket.recv_fds(channel, 1, 4)
        if not message:
            sys.exit()
        if os.fork() == 0:
            channel.close()
            return _run(*descriptors)
        for each in descriptors:
            os.close(each)


def _run(report: int, *streams: int) -> list[str]:
    """Fork once more: the parent reports how the child ended, and the child returns the arguments."""
    with socket.socket(fileno=report) as answer:
        arguments, folder, environment = json.loads(answer.makefile("r", encoding="utf-8").readline())
        pid = os.fork()
        if pid:
            for each in streams:
                os.close(each)
            answer.sendall(f"{pid}\n".encode())
            answer.sendall(f"{os.waitpid(pid, 0)[1]}\n".encode())
            os._exit(0)
    for number, each in enumerate(streams):
        os.dup2(each, number)
    for each in {*streams} - {0, 1, 2}:
        os.close(each)
    _lead_a_session()
    _reset_signals_and_streams()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    return list(arguments)


def _lead_a_session() -> None:
    """Take standard input as the terminal if it is one, and reset the signals as a shell does."""
    os.setsid()
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    reset_signals()


def _reset_signals_and_streams() -> None:
    """Set up signals and streams as in a process that has just started."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    kinds: dict[str, dict[str, Any]] = {"stdin": {}, "stdout": {"mode": "w"}, "stderr": {"mode": "w", "buffering": 1}}
    for number, (name, how) in enumerate(kinds.items()):
        begun = getattr(sys, name)
        stream = open(number, encoding=begun.encoding, errors=begun.errors, closefd=False, **how)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _exit_with(main: Callable[[], int]) -> NoReturn:
    """Run it and exit with its code, without the clean-up of all modules at Python's end."""
    code = 1
    try:
        code = main()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(code)


if __name__ == "__main__":
    for _package in ("migrator", "migrator.migrations", "questionary"):
        for _found in pkgutil.walk_packages(importlib.import_module(_package).__path__, f"{_package}."):
            importlib.import_module(_found.name)
    # prompt_toolkit builds the same 582 key bindings three times for each prompt, a third of a session's work.
    application: Any = importlib.import_module("prompt_toolkit.application.application")
    application.load_key_bindings = functools.cache(application.load_key_bindings)
    application.load_key_bindings()
    gc.freeze()
    sys.argv = ["migrator", *_serve(socket.socket(fileno=int(sys.argv[1])))]
    _exit_with(sys.modules["migrator.__main__"].main)
