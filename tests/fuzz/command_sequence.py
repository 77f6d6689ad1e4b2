"""Every command on one input, in this process, and a check of what none of them may do.

A sequence begins with the commands that write nothing, answers the questions, then migrates, checks, migrates again
and undoes. Each run must end in time, with a documented exit code and without a bug of the program. It must write what
it should and nothing else, and print complete output without control characters. The commands must agree.
"""

from __future__ import annotations

import collections
import io
import json
import os
import random
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import FrameType
from typing import Any, NamedTuple

from migrator.cli.main import run_command_line
from tests.fuzz.hostile import Input

CODES = {
    "plan": (0, 2),
    "diff": (0, 2, 3),
    "check": (0, 1, 2),
    "verify": (0, 2, 3, 4),
    "migrate": (0, 2, 3),
    "undo": (0, 2),
}
"""The exit codes that a command may end with here, where nothing prevents it from writing."""

OUR_BUGS = (
    "This is a bug in",
    "Traceback",
    "differs from the plan",
    "does not match the plan",
    "the file is nested too deeply",
)
"""What the program prints if one of its own proofs fails."""

OUTPUT_OPTIONS = ((), (), (), ("--quiet",), ("--color", "always"), ("--show-secrets",), ("--verbose",))
"""Options that change only what is printed."""

FREE_ANSWERS = {
    "redis-host": ("redis", "other.prod", "fd00::2"),
    "redis-db": ("2", "3", "14"),
    "docket-url": ("redis://else:6379/9", "rediss://me:p%40ss@else/10"),
    "docket-secret": ("queue", "queue:url"),
    "release-name": ("prefect",),
    "namespace": ("prod",),
}
"""Answers to questions that offer no choice."""


ANSWER_SETS = (
    ("redis-db=2", "redis-host=redis", "docket-password=reference", "event-logger=keep", "custom-toggles=keep",
     "migrate-on-start=keep", "separate-services=separate", "flavour=none", "release-name=p", "namespace=n"),
    ("redis-db=3", "redis-host=fd00::2", "docket-password=reference", "custom-toggles=remove",
     "migrate-on-start=remove", "separate-services=single", "flavour=medium", "release-name=p", "namespace=n"),
    ("docket-url=rediss://me:p%40ss@else:6379/9", "custom-toggles=remove", "separate-services=separate",
     "redis-host=redis", "flavour=large"),
    ("docket-secret=queue:url", "custom-toggles=keep", "separate-services=separate", "redis-host=redis"),
    (),
)  # fmt: skip
"""Sets of answers that are given whatever the questions are."""

DIFFS = ("unified", "structural", "json", "markdown", "html")
SHARE_OF_ALL_COMMANDS = 0.25
"""The share of inputs on which every command runs; the others get three or four of them."""


class TimeLimitExceeded(BaseException):
    """A command did not end in time. Not an Exception, so that the program does not handle it as one of its own."""


class Finding(NamedTuple):
    """What went wrong: a short text that is the same for the same fault, and the details."""

    what: str
    detail: str


class Result(NamedTuple):
    """How a command ended; `code` is None if it did not end by itself."""

    arguments: tuple[str, ...]
    code: int | None
    out: bytes
    err: str

    @property
    def command(self) -> str:
        return self.arguments[0]


class FileState(NamedTuple):
    """One file: its contents, its inode, and when it was last changed."""

    data: bytes
    inode: int
    changed: int


FileStates = dict[str, FileState]


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    def up(number: int, frame: FrameType | None) -> None:
        raise TimeLimitExceeded

    old = signal.signal(signal.SIGALRM, up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def file_states(room: str) -> FileStates:
    """The state of every file below a directory."""
    found: FileStates = {}
    for folder, _, names in os.walk(room):
        for name in names:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            with open(path, "rb") as stream:
                found[os.path.relpath(path, room)] = FileState(stream.read(), status.st_ino, status.st_mtime_ns)
    return found


@cache
def _schema() -> Any:
    import jsonschema

    import migrator

    with open(
        os.path.join(os.path.dirname(migrator.__file__), "report", "schemas", "report.json"), encoding="utf-8"
    ) as stream:
        return jsonschema.Draft202012Validator(json.load(stream))


class CommandSequence:
    """The commands on one input, in `room`, an empty directory that is the working directory.

    `findings` is what they did wrong, `runs` how many there were, and `codes` how they ended.
    """

    def __init__(self, made: Input, rng: random.Random, room: str, seconds: float = 10) -> None:
        self.made = made
        self.rng = rng
        self.room = room
        self.seconds = seconds
        self.findings: list[Finding] = []
        self.runs = 0
        self.codes: collections.Counter[str] = collections.Counter()
        self.names = list(made.files)
        self.named = [word for name in self.names for word in (("-f", name) if made.layered else (name,))]
        if len(self.names) > 1 and not made.layered and rng.random() < 0.3:
            self.named = ["."]

    def run(self) -> list[Finding]:
        """Write the files, run the commands, and remove all files again."""
        for name, data in self.made.files.items():
            os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
            with open(name, "wb") as stream:
                stream.write(data)
        try:
            self._run_commands()
        finally:
            for name in file_states(self.room):
                os.unlink(name)
        return self.findings

    def _run_commands(self) -> None:
        checked = self._run_read_only("check", *self.named)
        if checked.code is None:
            return
        if self.rng.random() < SHARE_OF_ALL_COMMANDS:
            self._run_all(checked)
        else:
            self._run_some(checked)

    def _run_some(self, checked: Result) -> None:
        """One more command that writes nothing, and a migration with answers that may not fit."""
        answers = [word for pair in self.rng.choice(ANSWER_SETS) for word in ("--answer", pair)]
        others = (
            ("plan", *answers),
            ("plan", "--format", "json"),
            *(("diff", *answers, "--format", how) for how in DIFFS),
            ("verify", *self._format(0.3)),
            ("migrate", *answers, "--non-interactive", "--dry-run", *self._format(0.3)),
        )
        command, *options = self.rng.choice(others)
        self._run_read_only(command, *self.named, *options)
        migrated = self._migrate(answers)
        # Other answers make another plan, which may have questions before it is refused.
        expected = {0: (0, None), 2: (2, 3, None)}.get(checked.code or 0, (migrated.code,))
        names_one_redis = "names one Redis" in migrated.err  # if the file has several releases
        if len(self.names) == 1 and migrated.code not in expected and not names_one_redis:
            self._add_finding("check and migrate disagree", f"check {checked.code}, migrate {migrated.code}", migrated)

    def _run_all(self, checked: Result) -> None:
        """Every command, and whether they agree with each other."""
        answers: list[str] = []
        planned = self._plan(answers)
        self._check_agreement(checked, planned)
        if planned is not None and self.rng.random() < 0.9:
            answers, planned = self._answer_all(planned)
        how = self.rng.choice(DIFFS)
        diff = self._run_read_only("diff", *self.named, *answers, "--format", how)
        if self.rng.random() < 0.5:
            self._run_read_only("verify", *self.named, *self._format(0.3))
        if self.rng.random() < 0.1:
            self._run_read_only("undo", *self.names)
        wanted = self._migrate_elsewhere(answers)
        self._migrate(answers, planned, diff, wanted)

    def _migrate_elsewhere(self, answers: list[str]) -> bytes | None:
        """Migrate without writing to the file; the result if there is one."""
        if len(self.names) == 1 and self.rng.random() < 0.3:
            if self.rng.random() < 0.5:
                done = self._run_read_only("migrate", *self.named, *answers, "--non-interactive", "--output", "-")
            else:
                done = self._run_read_only(
                    "migrate", "-", *answers, "--non-interactive", stdin=self.made.files[self.names[0]]
                )
            return done.out if done.code == 0 else None
        if len(self.names) == 1 and self.rng.random() < 0.2:
            report = f"report.{self.rng.choice(('html', 'md', 'json'))}"
            written = ("--output", "out.yaml", "--report", report)
            done = self._run_command("migrate", *self.named, *answers, "--non-interactive", *written)
            self._check_report(report, done)
            self._check_only_written(done, {"out.yaml"} if done.code == 0 else set())
            if not os.path.exists("out.yaml"):
                return None
            with open("out.yaml", "rb") as stream:
                data = stream.read()
            os.unlink("out.yaml")
            return data
        if self.rng.random() < 0.4:
            self._run_read_only("migrate", *self.named, *answers, "--non-interactive", "--dry-run", *self._format(0.3))
        return None

    def _check_report(self, name: str, ran: Result) -> None:
        """Check the report of a migration by its format, and remove it."""
        if not os.path.exists(name):
            if ran.code == 0:
                self._add_finding("no report was written", ran.err, ran)
            return
        with open(name, encoding="utf-8") as stream:
            text = stream.read()
        os.unlink(name)
        if name.endswith(".json"):
            self._check_json(ran._replace(out=text.encode()))
        elif name.endswith(".html") and ("<script" in text.lower() or not text.startswith("<!doctype html>")):
            self._add_finding("a report is not a page, or has a script", text[:300], ran)

    def _migrate(
        self, answers: list[str], planned: Any = None, diff: Result | None = None, wanted: bytes | None = None
    ) -> Result:
        before = file_states(self.room)
        done = self._run_command("migrate", *self.named, *answers, "--non-interactive", *self._format(0.2))
        after = file_states(self.room)
        if done.code is None:
            return done
        # The rules of the target version are checked before a result is written, but not by `diff`.
        if diff is not None and diff.code != done.code and done.code != 4:
            self._add_finding(
                "diff and migrate end differently", f"diff {diff.code}, migrate {done.code}: {done.err}", done
            )
        changed = {name for name in before if after.get(name) != before[name]}
        new = set(after) - set(before)
        backups = {name for name in new if name.endswith(".bak")}
        if new - backups or len(backups) != len(changed):
            self._add_finding("migrate left other files", f"changed {changed}, new {new}", done)
        if done.code != 0 and len(self.names) == 1 and (changed or new):
            self._add_finding("migrate wrote despite its exit code", f"{changed} {new}", done)
        if {before[name].data for name in changed} != {after[name].data for name in backups}:
            self._add_finding("a backup is not the original", "", done)
        if wanted is not None and len(self.names) == 1 and done.code == 0 and after[self.names[0]].data != wanted:
            self._add_finding("--output and migrate write different bytes", "", done)
        if planned is not None and done.code == 0 and len(self.names) == 1:
            statuses = [file["status"] for file in planned["files"]]
            if ("pending" in statuses) != bool(changed):
                self._add_finding("plan and migrate disagree", f"plan says {statuses}, changed: {changed}", done)
        if done.code == 0:
            self._check_settled(answers)
        if changed:
            self._undo(sorted(changed), before)
        return done

    def _check_settled(self, answers: list[str]) -> None:
        """What was migrated is current, whatever was answered, and a second run changes nothing."""
        flavour = [word for word in answers if word.startswith("flavour=")]
        kept = ["--answer", *flavour] if flavour else []
        checked = self._run_read_only("check", *self.named, *kept)
        if checked.code not in (0, None):
            self._add_finding("not current after migrate", checked.out.decode() + checked.err, checked)
        if self.rng.random() < 0.5:
            return
        again = self._run_read_only("migrate", *self.named, *kept, "--non-interactive")
        if again.code not in (0, None):
            self._add_finding("a second migrate is not a no-op", again.out.decode() + again.err, again)

    def _undo(self, changed: list[str], before: FileStates) -> None:
        done = self._run_command("undo", *changed)
        after = file_states(self.room)
        if done.code == 0 and set(after) != set(before):
            self._add_finding("undo leaves other files", str(set(after) ^ set(before)), done)
        for name in changed:
            if done.code != 0 or after[name].data != before[name].data or after[name].changed != before[name].changed:
                self._add_finding("undo does not restore the file", f"exit {done.code}: {done.err}", done)

    def _plan(self, answers: list[str]) -> Any:
        """The plan in JSON; None if there is none."""
        if not answers and self.rng.random() < 0.2:
            self._run_read_only("plan", *self.named)
        ran = self._run_read_only("plan", *self.named, *answers, "--format", "json")
        return json.loads(ran.out) if ran.code in (0, 2) and ran.out else None

    def _answer_all(self, planned: Any) -> tuple[list[str], Any]:
        """Answers to all questions, and the plan with them."""
        answers: list[str] = []
        for _ in range(12):
            asked = [each for file in planned["files"] for each in file["questions"] if each["answer"] is None]
            new = []
            for question in {each["id"]: each for each in asked}.values():
                values = [choice["value"] for choice in question["choices"]] or list(
                    FREE_ANSWERS.get(question["id"], ("x",))
                )
                new += ["--answer", f"{question['id']}={self.rng.choice(values)}"]
                if question["id"].startswith("docket-"):
                    break
            if not new:
                break
            answers += new
            made = self._plan(answers)
            if made is None:
                return answers, None
            planned = made
        return answers, planned

    def _check_agreement(self, checked: Result, planned: Any) -> None:
        """The exit code of check must follow from what plan says about each release."""
        if planned is None or planned.get("error"):
            if checked.code != 2:
                self._add_finding("plan refuses what check reads", f"check ended with {checked.code}", checked)
            return
        meanings = {"current": 0, "unrelated": 0, "pending": 1, "needs-decision": 1, "refused": 2, "failed": 4}
        meanings |= {"out-of-scope": 0 if "." in self.named else 2}  # in a directory it only gets its line
        codes = [
            2 if file["status"] == "unrelated" and file["error"] else meanings[file["status"]]
            for file in planned["files"]
        ]
        # `check` looks at the values alone; `plan` also edits the text, which may be refused.
        if (max(codes, default=0), checked.code) not in ((0, 0), (1, 1), (2, 2), (2, 1)):
            words = [(file["status"], file["error"]) for file in planned["files"]]
            self._add_finding("plan and check disagree", f"check {checked.code}, plan {words}", checked)

    def _format(self, share: float) -> list[str]:
        return ["--format", "json"] if self.rng.random() < share else []

    def _run_read_only(self, *arguments: str, stdin: bytes = b"") -> Result:
        """Run a command that must not write anything."""
        before = file_states(self.room)
        ran = self._run_command(*arguments, stdin=stdin)
        if file_states(self.room) != before:
            self._add_finding("something was written", "", ran)
        return ran

    def _check_only_written(self, ran: Result, names: set[str]) -> None:
        found = set(file_states(self.room)) - set(self.names)
        if found != names:
            self._add_finding("other files than the requested one", str(found), ran)

    def _run_command(self, *arguments: str, stdin: bytes = b"") -> Result:
        words = [*arguments, *self.rng.choice(OUTPUT_OPTIONS)]
        ran = self._run_once(words, stdin)
        if "this is a bug in" in ran.err:  # with --verbose the exception is raised, which shows where it comes from
            return self._run_once([*words, "--verbose"], stdin)
        return ran

    def _run_once(self, words: list[str], stdin: bytes) -> Result:
        streams = [io.TextIOWrapper(io.BytesIO(stdin)), *(io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in "oe")]
        kept = sys.stdin, sys.stdout, sys.stderr
        sys.stdin, sys.stdout, sys.stderr = streams
        code: int | None = None
        fault = ""
        detail = ""
        try:
            with time_limit(self.seconds):
                code = run_command_line(words)
        except TimeLimitExceeded:
            fault, detail = "hangs", traceback.format_exc()
        except BaseException as error:  # what is raised here would have been a traceback
            fault, detail = f"{type(error).__name__} {_place_of(error)}", traceback.format_exc()[-3000:]
        finally:
            sys.stdin, sys.stdout, sys.stderr = kept
        self.runs += 1
        self.codes[f"{words[0]} {code}"] += 1
        for stream in streams[1:]:
            stream.flush()
        out, err = (stream.detach().getvalue() for stream in streams[1:])
        ran = Result(tuple(words), code, out, err.decode("utf-8", "replace"))
        if fault:
            self._add_finding(fault, detail, ran)
        elif "this is a bug in" not in ran.err:
            self._check_result(ran)
        return ran

    def _check_result(self, ran: Result) -> None:
        """Check what holds for every run, whatever the command."""
        if ran.code not in CODES[ran.command] and not _is_blocked_by_rules(ran):
            self._add_finding(f"{ran.command}: exit {ran.code}", ran.err, ran)
        for words in OUR_BUGS:
            if words in ran.err:
                self._add_finding(f"{ran.command}: {words}", ran.err, ran)
        if ran.code == 2 and not ran.err and not ran.out:
            self._add_finding(f"{ran.command}: refused without a message", "", ran)
        is_json = "json" in ran.arguments
        if is_json and ran.out:
            self._check_json(ran)
        raw = (ran.command == "diff" and not {"structural", "markdown", "html"} & set(ran.arguments)) or (
            ran.command == "migrate" and "-" in ran.arguments
        )
        try:
            text = ran.err if raw else ran.out.decode() + ran.err
        except UnicodeDecodeError as error:
            self._add_finding(f"{ran.command}: output is not UTF-8", str(error), ran)
            return
        for code in (
            "\x1b[0m",
            "\x1b[1m",
            "\x1b[2m",
            "\x1b[31m",
            "\x1b[32m",
            "\x1b[33m",
            "\x1b[36m",
            "\x1b[34m",
            "\x1b[35m",
        ):
            text = text.replace(code, "") if "always" in ran.arguments else text
        if signs := {sign for sign in text if not sign.isprintable() and sign != "\n"}:
            self._add_finding(f"{ran.command}: prints control characters", f"{signs!r} in {text[:2000]!r}", ran)

    def _check_json(self, ran: Result) -> None:
        try:
            report = json.loads(ran.out)
        except ValueError as error:
            self._add_finding(f"{ran.command}: invalid JSON", f"{error}: {ran.out[:500]!r}", ran)
            return
        if wrong := next(_schema().iter_errors(report), None):
            self._add_finding(f"{ran.command}: JSON does not match the schema", str(wrong)[:2000], ran)
        if report["exit_code"] != ran.code:
            self._add_finding(
                f"{ran.command}: JSON has another exit code", f"{report['exit_code']}, ended with {ran.code}", ran
            )

    def _add_finding(self, what: str, detail: str, ran: Result) -> None:
        self.findings.append(Finding(what, f"{' '.join(ran.arguments)}\n{detail}"))


def _is_blocked_by_rules(ran: Result) -> bool:
    """Whether the rules of the target version blocked a result: then a person has to correct the file."""
    output = ran.err.encode() + ran.out
    return ran.command == "migrate" and ran.code == 4 and b"the result would break the target version" in output


def _place_of(error: BaseException) -> str:
    """The function and line of the program in which an exception was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "migrat" in frame.filename and frame.filename != __file__]
    return f"in {os.path.basename(own[-1].filename)}:{own[-1].lineno} {own[-1].name}" if own else ""
