"""Runs the command line on a simulated Windows: what Python lacks there is removed, and paths are Windows paths.

    python tests/cli/windows.py plan 'C:\\folder\\values.yaml'
    python tests/cli/windows.py < runs.json

Each line of runs.json is one run, [folder, arguments, standard input], and is answered with a line of [exit code,
output, errors]. Runs are forked from a process that has imported the program on the simulated Windows.

Windows paths are translated (`C:\\tmp` is `/tmp`) where Python passes them to the system, and nowhere above. A file has
to be opened in binary mode, or it would lose its carriage returns.
"""

from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
import json
import ntpath
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import IO, Any, NoReturn

BINARY = 1 << 30
LACKING = {
    os: (
        *("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_DIRECTORY", "fchown", "fchmod", "chown", "geteuid"),
        *("getuid", "listxattr", "getxattr", "setxattr", "killpg", "fork", "memfd_create", "setsid", "getpgid"),
    ),
    signal: ("SIGHUP", "SIGKILL", "SIGALRM", "pthread_sigmask", "sigpending", "sigwait"),
}
MODULES = ("fcntl", "grp", "pwd", "resource", "termios", "tty", "pty")
TAKING_A_PATH = ("lstat", "stat", "listdir", "scandir", "open", "unlink", "rename", "mkdir", "rmdir", "access", "utime")


def translated(path: Any) -> Any:
    """The path on this machine that a Windows path stands for; anything else as it is."""
    if isinstance(path, str):
        return ntpath.splitdrive(path)[1].replace("\\", "/")
    return path


def _by_path(real: Callable[..., Any], *, binary: bool = False) -> Callable[..., Any]:
    def call(path: Any = ".", *rest: Any, **options: Any) -> Any:
        if binary:
            flags, *others = rest
            assert flags & BINARY, f"{path} is opened as text"
            rest = (flags & ~BINARY, *others)
        return real(translated(path), *rest, **options)

    return call


class Missing(importlib.abc.MetaPathFinder):
    """Hides the modules that only POSIX has."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name in MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}")
        return None


def simulate() -> None:
    """From here on this process is on Windows, as far as Python code can tell."""
    assert subprocess and tempfile, "the standard library's own choices between systems are made when it is loaded"
    for module, names in LACKING.items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    for name in MODULES:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, Missing())
    for name in TAKING_A_PATH:
        setattr(os, name, _by_path(getattr(os, name), binary=name == "open"))
    builtins.open = _by_path(builtins.open)
    here = os.getcwd
    os.getcwd = lambda: "C:" + here().replace("/", "\\")
    os.O_BINARY = BINARY  # type: ignore[attr-defined, unused-ignore]
    os.path = sys.modules["os.path"] = ntpath
    os.sep, os.altsep, os.pathsep = "\\", "/", ";"
    sys.platform = "win32"  # os.name stays: pathlib would make Windows paths of its own


def main() -> None:
    """Ends with the command's exit code."""
    fork, runs = os.fork, os.fdopen(os.dup(0))
    streams = [tempfile.TemporaryFile() for _ in range(3)]  # noqa: SIM115 - as long as the process lives
    simulate()
    if sys.argv[1:]:
        _end(sys.argv[1:])
    for name in ("main", "run", "commands", "migrate", "catalogue"):
        importlib.import_module(f"migrator.cli.{name}")
    for line in runs:
        folder, arguments, stdin = json.loads(line)
        for stream in streams:
            stream.seek(0)
            stream.truncate()
        streams[0].write(stdin.encode("latin-1"))
        streams[0].seek(0)
        pid = fork()
        if not pid:
            for number, stream in enumerate(streams):
                os.dup2(stream.fileno(), number)
            os.chdir(folder)
            _end(arguments)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        print(json.dumps([code, *map(_all_of, streams[1:])]), flush=True)


def _all_of(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode("latin-1")


def _end(arguments: list[str]) -> NoReturn:
    from migrator.cli.main import run_command_line

    code = run_command_line(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
