"""Let every system call of the write path fail once, in every way, and check that nothing is lost.

    python tests/faults/sweep.py [--scenario NAME]... [--sample N] [--jobs N] [--command "python -m migrator"]

A run under strace finds the system calls that concern the files; then each of them is made to fail (EIO, ENOSPC, EINTR;
once, or from then on), or the process gets a signal there (KILL, TERM, INT, HUP). After every fault each file must be
the old one or the new one, whole, with mode, owner, attributes and, if it is the old one, times. A run that ended by
itself must have done all or nothing, with the right exit code. And the same command, run again without a fault, must
leave exactly what a run without faults leaves. Prints the faults tried and survived; exits with 1 if one was not.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

HERE = os.path.dirname(os.path.abspath(__file__))
STRACE = [shutil.which("strace") or "", "--seccomp-bpf", "-f", "-y", "-qq"]
"""With these options strace stops the program only at the calls that it has to report."""

COMMAND = [sys.executable, "-S", os.path.join(HERE, "stand_in.py")]
"""The command under test; `--command "python -m migrator"` tests the program itself."""

ANSWERS = ["--redis-db", "2", "--answer", "flavour=none", "--non-interactive"]

ERRORS = ("EIO", "ENOSPC", "EINTR")
LASTING = ("EIO", "ENOSPC")
SIGNALS = ("KILL", "TERM", "INT", "HUP")

LAST_CHANGE = 1_577_836_800_123_456_789
"""When the original files were last changed, in nanoseconds."""

SERVER = b"""\
infrahub:
  prefect-server:
    server:
      env:
        - {name: PREFECT_UI_SERVE_BASE, value: "/"}
        - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}
        - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}
        - {name: PREFECT_API_BLOCKS_REGISTER_ON_START, value: "false"}
"""
BACKGROUND = b"""\
infrahub:
  prefect-server:
    backgroundServices:
      runAsSeparateDeployment: true
      env:
        - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "true"}
"""
MESSAGING = b"""\
infrahub:
  prefect-server:
    backgroundServices:
      messaging:
        redis: {host: cache.example.org, port: 6379, db: 1}
"""
WHOLE = b"""\
infrahub:
  prefect-server:
    server:
      env:
        - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}
        - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis: {host: cache.example.org, port: 6379, db: 1}
"""


class Scenario(NamedTuple):
    """What is in the directory (created by `prepare`), what is run there, and the files that it writes."""

    name: str
    prepare: Callable[[str], None]
    arguments: Callable[[str], list[str]]
    targets: tuple[str, ...]
    again: tuple[int, ...] = (0,)
    """The exit codes that a second run of the same command may have."""
    together: bool = True
    """Whether all files are written or none. Several releases are written one by one, and saved answers first."""
    record: str = ""
    """A file that reports one run: the next run writes its own, and keeps this one as a backup."""


def _file(path: str, data: bytes) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as stream:
        stream.write(data)
    os.chmod(path, 0o640)
    with contextlib.suppress(OSError):  # not every file system has them
        os.setxattr(path, "user.origin", b"by hand")
    os.utime(path, ns=(LAST_CHANGE, LAST_CHANGE))


def _plain(room: str) -> None:
    _file(f"{room}/values.yaml", WHOLE)


def _link(room: str) -> None:
    _file(f"{room}/real/values.yaml", WHOLE)
    os.symlink("real/values.yaml", f"{room}/link.yaml")


def _layers(room: str) -> None:
    _file(f"{room}/a/values.yaml", SERVER)
    _file(f"{room}/b/values.yaml", BACKGROUND)
    _file(f"{room}/b/values-prod.yaml", MESSAGING)


def _releases(room: str) -> None:
    _file(f"{room}/dev/release.yaml", WHOLE)
    _file(f"{room}/live/release.yaml", WHOLE.replace(b"cache.example.org", b"other.example.org"))


def _store(room: str) -> None:
    _plain(room)
    os.mkdir(f"{room}/store")


def _output(room: str) -> None:
    _plain(room)
    _file(f"{room}/out.yaml", b"of: another run\n")


def _saved(room: str) -> None:
    _plain(room)
    _file(f"{room}/answers.yaml", b"# Answers for infrahub-migrator.\n# of another run\n")


def _migrated(room: str) -> None:
    _plain(room)
    subprocess.run([*COMMAND, "migrate", f"{room}/values.yaml", *ANSWERS], check=True, stdout=subprocess.DEVNULL)


SCENARIOS = (
    Scenario("plain file", _plain, lambda room: ["migrate", f"{room}/values.yaml", *ANSWERS], ("values.yaml",)),
    Scenario("symbolic link", _link, lambda room: ["migrate", f"{room}/link.yaml", *ANSWERS], ("real/values.yaml",)),
    Scenario(
        "three layers",
        _layers,
        lambda room: [
            *("migrate", "-f", f"{room}/a/values.yaml", "-f", f"{room}/b/values.yaml"),
            *("-f", f"{room}/b/values-prod.yaml", *ANSWERS),
        ],
        ("a/values.yaml", "b/values.yaml", "b/values-prod.yaml"),
    ),
    Scenario(
        "several releases",
        _releases,
        lambda room: ["migrate", f"{room}/dev/release.yaml", f"{room}/live/release.yaml", *ANSWERS],
        ("dev/release.yaml", "live/release.yaml"),
        together=False,
    ),
    Scenario(
        "releases in a directory",
        _releases,
        lambda room: ["migrate", room, *ANSWERS],
        ("dev/release.yaml", "live/release.yaml"),
        together=False,
    ),
    Scenario("undo", _migrated, lambda room: ["undo", f"{room}/values.yaml"], ("values.yaml",), again=(0, 2)),
    Scenario(
        "backup directory",
        _store,
        lambda room: ["migrate", f"{room}/values.yaml", "--backup-dir", f"{room}/store", *ANSWERS],
        ("values.yaml",),
    ),
    Scenario(
        "no backup",
        _plain,
        lambda room: ["migrate", f"{room}/values.yaml", "--no-backup", *ANSWERS],
        ("values.yaml",),
    ),
    Scenario(
        "saved answers",
        _plain,
        lambda room: ["migrate", f"{room}/values.yaml", "--save-answers", f"{room}/answers.yaml", *ANSWERS],
        ("answers.yaml", "values.yaml"),
        together=False,
    ),
    Scenario(
        "saved answers over old ones",
        _saved,
        lambda room: ["migrate", f"{room}/values.yaml", "--save-answers", f"{room}/answers.yaml", *ANSWERS],
        ("answers.yaml", "values.yaml"),
        together=False,
    ),
    Scenario(
        "report",
        _plain,
        lambda room: ["migrate", f"{room}/values.yaml", "--report", f"{room}/report.json", *ANSWERS],
        ("values.yaml", "report.json"),
        together=False,
        record="report.json",
    ),
    Scenario("project file", _plain, lambda room: ["init", room], ("infrahub-migrator.yaml",), again=(0, 2)),
    Scenario(
        "output over a file",
        _output,
        lambda room: ["migrate", f"{room}/values.yaml", "--output", f"{room}/out.yaml", *ANSWERS],
        ("out.yaml",),
    ),
    Scenario(
        "new output",
        _plain,
        lambda room: ["migrate", f"{room}/values.yaml", "--output", f"{room}/out.yaml", *ANSWERS],
        ("out.yaml",),
    ),
)


class Fault(NamedTuple):
    """What goes wrong at the `number`-th call of `syscall`: one error, errors from then on (`EIO+`), or a signal."""

    kind: str
    syscall: str
    number: int
    changing: bool
    """Whether the call changes what is on the disk."""

    def __str__(self) -> str:
        return f"{self.kind} at {self.syscall} {self.number}"

    @property
    def injection(self) -> str:
        """The fault as an option of strace."""
        if self.kind in SIGNALS:
            return f"{self.syscall}:signal={self.kind}:when={self.number}"
        lasts = "+" if self.kind.endswith("+") else ""
        return f"{self.syscall}:error={self.kind.rstrip('+')}:when={self.number}{lasts}"


class FileState(NamedTuple):
    """Everything about a file that has to be kept."""

    data: bytes
    mode: int
    owner: tuple[int, int]
    xattrs: tuple[tuple[str, bytes], ...]
    changed: int


def _state_of(path: str) -> FileState | None:
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    with open(path, "rb") as stream:
        data = stream.read()
    xattrs = tuple((name, os.getxattr(path, name)) for name in sorted(os.listxattr(path)))
    return FileState(data, stat.S_IMODE(status.st_mode), (status.st_uid, status.st_gid), xattrs, status.st_mtime_ns)


class DirectoryState(NamedTuple):
    """A directory: its targets, its backups, and every name in it, without the time in the names of backups."""

    targets: tuple[FileState | None, ...]
    backups: tuple[FileState | None, ...]
    names: tuple[str, ...]


_BACKUP_TIME = re.compile(r"\.(?:[0-9a-f]{8}\.)?\d{8}T\d{6}Z(?:-\d+)?\.([0-9a-f]{12}-[0-9a-f]{12})-[0-9a-f]{6}\.bak$")


def _state_of_directory(room: str, scenario: Scenario) -> DirectoryState:
    paths = sorted(
        os.path.join(folder, name) for folder, folders, names in os.walk(room) for name in [*folders, *names]
    )
    names = tuple(sorted(_BACKUP_TIME.sub(r".\1.bak", os.path.relpath(path, room)) for path in paths))
    record = os.path.join(room, scenario.record or ".")
    backups = tuple(_state_of(path) for path in paths if path.endswith(".bak") and not path.startswith(record))
    return DirectoryState(
        tuple(_normalised(room, _state_of(os.path.join(room, name))) for name in scenario.targets), backups, names
    )


def _normalised(room: str, kept: FileState | None) -> FileState | None:
    """Without the directory and the time: saved answers contain the command, and a report the backup."""
    return kept and kept._replace(data=re.sub(rb"\d{8}T\d{6}Z", b"", kept.data.replace(os.fsencode(room), b".")))


def _is_same_but_for_time(one: FileState | None, other: FileState | None) -> bool:
    if one is None or other is None:
        return one is other
    return one._replace(changed=0) == other._replace(changed=0)


def _is_left_on_purpose(stray: Iterable[str], before: DirectoryState, code: int, fault: Fault) -> bool:
    """Whether these may be left for the next run.

    That is so for what could not be removed, or not for certain, once all files were written; also for a backup that
    `undo` has restored.
    """
    names = [os.path.basename(name) for name in stray if name not in before.names]
    ours = all(name.startswith(".") and "infrahub-migrator" in name for name in names)
    return ours and (code == 0 or fault.syscall.startswith("unlink"))


def _run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, cwd="/", timeout=120)


class Sweep:
    """The faults of one scenario, and the result of a run without faults."""

    def __init__(self, scenario: Scenario, workshop: str) -> None:
        self.scenario = scenario
        self.workshop = workshop
        # Run once before tracing, so that every module is compiled: system calls are counted.
        _run([*COMMAND, *scenario.arguments(self._room("warm"))])
        room = self._room("undisturbed")
        self.before = _state_of_directory(room, scenario)
        log = os.path.join(workshop, "trace")
        traced = _run([*STRACE, "-e", "trace=%file,%desc", "-o", log, *COMMAND, *scenario.arguments(room)])
        if traced.returncode != 0:
            raise SystemExit(f"{scenario.name}: the undisturbed run failed: {traced.stderr}")
        self.after = _state_of_directory(room, scenario)
        self.faults = list(_faults(log, room))
        if self.before.targets == self.after.targets or not self.faults:
            raise SystemExit(f"{scenario.name}: the undisturbed run changed nothing")

    def _room(self, name: str) -> str:
        room = os.path.join(self.workshop, name)
        os.mkdir(room)
        self.scenario.prepare(room)
        return room

    def survive(self, fault: Fault, number: int) -> list[str]:
        """Let one fault happen; a sentence for each problem. None means that it was survived."""
        room = self._room(f"fault-{number}")
        try:
            return self._inject(fault, room)
        finally:
            shutil.rmtree(room)

    def _inject(self, fault: Fault, room: str) -> list[str]:
        log = f"{room}.log"
        command = [*COMMAND, *self.scenario.arguments(room)]
        trace = ["-o", log, "-e", f"trace={fault.syscall}", "-e", f"inject={fault.injection}"]
        before = _state_of_directory(room, self.scenario)
        ran = _run([*STRACE, *trace, *command])
        with open(log, encoding="utf-8", errors="replace") as stream:
            hit = _is_hit(stream.read(), fault, room)
        os.unlink(log)
        wrong = [] if hit else ["the fault did not come where it was meant to"]
        found = _state_of_directory(room, self.scenario)
        wrong += self._problems(found, before, ran.returncode, fault)
        again = _run(command)
        if again.returncode == 5 and "an earlier run was interrupted" in again.stderr:
            again = _run(command)  # `undo` completes what was left, says so, and stops
        wrong += self._problems_of_second_run(_state_of_directory(room, self.scenario), before, again.returncode)
        if wrong:
            wrong.append(f"(exit {ran.returncode}: {ran.stderr.strip()[-300:]}; again, exit {again.returncode}: ")
            wrong[-1] += f"{(again.stdout + again.stderr).strip()[-300:]})"
        return wrong

    def _problems(self, found: DirectoryState, before: DirectoryState, code: int, fault: Fault) -> list[str]:
        wrong = []
        states = set()
        for name, now, old, new in zip(self.scenario.targets, found.targets, before.targets, self.after.targets):
            if now == old:
                states.add("old")
            elif _is_same_but_for_time(now, new) and (new is None or new.changed != LAST_CHANGE or now == new):
                states.add("new")
            elif name == self.scenario.record and now is not None and _recorded_exit_code(now.data) == code:
                states.add("old")  # a report of the failure, while the other files stayed as they were
            else:
                wrong.append(f"{name} is neither the old file nor the new one: {str(now)[:2000]}")
        ended_itself = code >= 0 and fault.kind != "KILL"
        lasting = fault.kind.endswith("+")
        if ended_itself and not lasting and len(states) > 1 and self.scenario.together:
            wrong.append("only some of the files were written")
        if code == 0 and "old" in states:
            wrong.append("exit 0, but not everything was written")
        if ended_itself and not lasting and code not in (0, 6) and states == {"new"}:
            wrong.append(f"exit {code}, but something was written")
        # If every call fails from then on, the error cannot be printed, nor the rest of the program loaded.
        if ended_itself and not lasting and code not in (0, 2, 5, 6, 130):
            wrong.append(f"exit {code}")
        if ended_itself and not lasting:
            names = collections.Counter(found.names)
            expected = collections.Counter(self.after.names if "new" in states else self.before.names)
            if len(states) > 1:
                expected = names & (collections.Counter(self.after.names) | collections.Counter(self.before.names))
            if missing := expected - names:
                wrong.append(f"missing: {sorted(missing)}")
            stray = names - expected
            stray.pop(self.scenario.record, None)  # what it reports is checked above
            if stray and not _is_left_on_purpose(stray, before, code, fault):
                wrong.append(f"stray: {sorted(stray)}")
        return wrong

    def _problems_of_second_run(self, found: DirectoryState, before: DirectoryState, code: int) -> list[str]:
        wrong = []
        if code not in self.scenario.again:
            wrong.append(f"run again, it ends with exit {code}")
        for name, now, then in zip(self.scenario.targets, found.targets, self.after.targets):
            if name != self.scenario.record and not _is_same_but_for_time(now, then):
                wrong.append(f"run again, it does not come to the same {name}")
        other = {*found.names} ^ {*self.after.names}
        if self.scenario.record:
            other = {name for name in other if not name.startswith(self.scenario.record)}
        if other:
            wrong.append(f"run again, it leaves {sorted(other)}")
        if any(backup not in before.targets for backup in found.backups):
            wrong.append("a backup is not what the original was")
        return wrong


def _recorded_exit_code(record: bytes) -> int | None:
    """The exit code in a report; None if the report is not whole."""
    with contextlib.suppress(ValueError, LookupError):
        return int(json.loads(record)["exit_code"])
    return None


def _calls(text: str) -> list[tuple[str, str]]:
    """The system calls of a trace, by name and arguments; one that was resumed counts where it began."""
    found = []
    for line in text.splitlines():
        match = re.match(r"(?:\d+ +)?(\w+)\((.*)", line)
        if match:
            found.append((match[1], match[2]))
    return found


def _is_about_files(call: tuple[str, str], room: str) -> bool:
    """Whether a call concerns the files, not the start of the program or the printing of their names."""
    name, arguments = call
    if name == "write":
        return room in arguments.split(",")[0]
    return room in arguments and name != "execve"


def _is_change(call: tuple[str, str]) -> bool:
    name, arguments = call
    return name in ("write", "rename", "unlink", "ftruncate") or "O_CREAT" in arguments or "O_TRUNC" in arguments


def _sample(faults: Sequence[Fault], size: int) -> list[Fault]:
    """About `size` faults: half of them kills between two changes, where incomplete work would show, the rest mixed."""
    kills = [fault for fault in faults if fault.kind == "KILL" and fault.changing]
    others = [fault for fault in faults if fault not in kills]
    half = max(1, size // 2)
    # An odd step, so that a sample does not have the same kind of fault at every call.
    return kills[:: max(1, len(kills) // half)][:half] + others[:: max(1, len(others) // half) | 1]


def _faults(log: str, room: str) -> list[Fault]:
    with open(log, encoding="utf-8", errors="replace") as stream:
        calls = _calls(stream.read())
    faults = []
    seen: collections.Counter[str] = collections.Counter()
    for call in calls:
        name = call[0]
        seen[name] += 1
        if _is_about_files(call, room):
            kinds = [*SIGNALS, *ERRORS, *(f"{error}+" for error in LASTING)]
            faults += [Fault(kind, name, seen[name], _is_change(call)) for kind in kinds]
    return faults


def _is_hit(text: str, fault: Fault, room: str) -> bool:
    calls = _calls(text)
    return len(calls) >= fault.number and _is_about_files(calls[fault.number - 1], room)


def sweep(scenarios: Sequence[Scenario], *, sample: int, jobs: int) -> tuple[int, int]:
    """Try the faults of these scenarios (about `sample` of each, or all); how many were tried, and survived."""
    tried = survived = 0
    for scenario in scenarios:
        with tempfile.TemporaryDirectory() as workshop:
            one = Sweep(scenario, os.path.realpath(workshop))
            chosen = _sample(one.faults, sample) if sample else one.faults
            with ThreadPoolExecutor(jobs) as pool:
                results = list(pool.map(one.survive, chosen, range(len(chosen))))
        bad = [(fault, wrong) for fault, wrong in zip(chosen, results) if wrong]
        for fault, wrong in bad[:20]:
            print(f"{scenario.name}: {fault}: " + "; ".join(wrong), flush=True)
        if len(bad) > 20:
            print(f"{scenario.name}: and {len(bad) - 20} more")
        calls = len({(fault.syscall, fault.number) for fault in one.faults})
        print(
            f"{scenario.name}: {calls} system calls, {len(chosen)} faults tried, {len(chosen) - len(bad)} survived",
            flush=True,
        )
        tried += len(chosen)
        survived += len(chosen) - len(bad)
    print(f"all: {tried} faults tried, {survived} survived")
    return tried, survived


def main() -> int:
    """The exit code: 0 when every fault was survived."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", action="append", choices=[scenario.name for scenario in SCENARIOS])
    parser.add_argument("--sample", type=int, default=0, help="about so many faults of each scenario instead of all")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--command", help="the command to put to the test, in shell words")
    parser.add_argument("--compiled", help="a folder for what Python compiles, which another sweep may have filled")
    options = parser.parse_args()
    if not STRACE[0]:
        print("there is no strace on this machine: nothing was tried", file=sys.stderr)
        return 2
    if options.command:
        COMMAND[:] = shlex.split(options.command)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    chosen = [scenario for scenario in SCENARIOS if not options.scenario or scenario.name in options.scenario]
    with contextlib.nullcontext(options.compiled) if options.compiled else tempfile.TemporaryDirectory() as compiled:
        # Every run must make the same system calls in the same order, since strace counts them.
        os.environ.update(SOURCE_DATE_EPOCH="0", PYTHONHASHSEED="0", PYTHONPYCACHEPREFIX=compiled, LC_ALL="C.UTF-8")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        tried, survived = sweep(chosen, sample=options.sample, jobs=options.jobs)
    return 0 if tried == survived else 1


if __name__ == "__main__":
    sys.exit(main())
