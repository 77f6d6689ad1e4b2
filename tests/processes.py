"""`infrahub-migrator` as a process of its own on given streams: started anew, or forked from one that has imported it.

Most of a short run is Python's start and its imports, 0.3 seconds of 0.4 for a conversation, and they are the same each
time. The process that is forked from has imported the program and run nothing of it.
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

from tests.signals import hear_signals

LOCALE = {"LANG": "C.UTF-8"}
"""What the process that is forked from is started with: a locale is Python's from its start."""

Streams = tuple[int, int, int]


class Run(Protocol):
    """A run on its way, or at its end."""

    pid: int

    def ended(self, patience: float = 0) -> int | None:
        """The exit status, minus the signal where one killed it; None if it has not ended in so many seconds."""

    def close(self) -> None:
        """End it, if it has not ended."""


class Anew:
    """A run that began with a Python of its own, on three descriptors; the first is its terminal, if it is one."""

    def __init__(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], streams: Streams
    ) -> None:
        command = [sys.executable, "-m", "migrator", *arguments]
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=streams[0], stdout=streams[1], stderr=streams[2],
            preexec_fn=_lead_a_session,
        )  # fmt: skip
        self.pid = self._process.pid

    def ended(self, patience: float = 0) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        return self._process.returncode

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


class Forked:
    """A run that was forked; another process waits for it, and reports its number and its end."""

    def __init__(self, report: socket.socket) -> None:
        self._report = report
        self._lines = report.makefile("r", encoding="ascii")
        self.pid = int(self._lines.readline())
        self._status: int | None = None

    def ended(self, patience: float = 0) -> int | None:
        if self._status is None and select.select([self._report], [], [], patience)[0]:
            self._status = os.waitstatus_to_exitcode(int(self._lines.readline()))
        return self._status

    def close(self) -> None:
        if self.ended() is None:
            os.kill(self.pid, signal.SIGKILL)
            self.ended(60)
        self._lines.close()
        self._report.close()


class Forks:
    """The process that is forked from, started with the first run; each worker of pytest has one."""

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
        """Run it on these three descriptors in a session of its own; the first is its terminal, if it is one.

        Where the environment has something that Python looks at when it starts, a new one starts.
        """
        own = {name: value for name, value in environment.items() if name.startswith(("PYTHON", "LC_", "LANG"))}
        if own != LOCALE:
            return Anew(arguments, folder, environment, streams)
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._channel, [b"."], [theirs.fileno(), *streams])
        ours.sendall(json.dumps([list(arguments), str(folder), dict(environment)]).encode() + b"\n")
        return Forked(ours)

    def close(self) -> None:
        self._channel.close()
        self._process.wait(60)


def _serve(channel: socket.socket) -> list[str]:
    """Fork for each request until there is nobody to ask; answers the arguments in the process that is to run them."""
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
    """Fork once more, and tell how that ended, as the process; answer the arguments, as the other."""
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
    _begin_as_python_does()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    return list(arguments)


def _lead_a_session() -> None:
    """Have standard input for a terminal, if it is one, and the signals as a shell leaves them."""
    os.setsid()
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    hear_signals()


def _begin_as_python_does() -> None:
    """Have the signals and streams of a process that has just begun."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    kinds: dict[str, dict[str, Any]] = {"stdin": {}, "stdout": {"mode": "w"}, "stderr": {"mode": "w", "buffering": 1}}
    for number, (name, how) in enumerate(kinds.items()):
        begun = getattr(sys, name)
        stream = open(number, encoding=begun.encoding, errors=begun.errors, closefd=False, **how)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _end_at_once(main: Callable[[], int]) -> NoReturn:
    """Run it and end with its exit code, without Python's own end, which takes all modules apart."""
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
    # prompt_toolkit makes the same 582 bindings of keys three times for each prompt, a third of a conversation's work.
    application: Any = importlib.import_module("prompt_toolkit.application.application")
    application.load_key_bindings = functools.cache(application.load_key_bindings)
    application.load_key_bindings()
    gc.freeze()
    sys.argv = ["migrator", *_serve(socket.socket(fileno=int(sys.argv[1])))]
    _end_at_once(sys.modules["migrator.__main__"].main)
