"""Every command on one input, in this process, and whatever each of them must not do.

A course begins with the commands that write nothing, answers what is asked, and then migrates, checks, migrates again
and undoes. What is held against each run: it ends in time, by an exit code that the README knows, without a mistake of
the program; it writes what was asked and nothing else; what it prints is whole, and holds nothing that a terminal would
obey; and what one command says is what the others say.
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
"""The exit codes that a command may end with here, where nothing hinders its writing."""

OWN_MISTAKES = ("This is a bug in", "Traceback", "differs from the plan", "the file is nested too deeply")
"""What the program says where one of its own proofs failed."""

MANNERS = ((), (), (), ("--quiet",), ("--color", "always"), ("--show-secrets",), ("--verbose",))
"""Options that change what is printed and nothing else."""

TYPED = {
    "redis-host": ("redis", "other.prod", "fd00::2"),
    "redis-db": ("2", "3", "14"),
    "docket-url": ("redis://else:6379/9", "rediss://me:p%40ss@else/10"),
    "docket-secret": ("queue", "queue:url"),
    "release-name": ("prefect",),
    "namespace": ("prod",),
}
"""Answers to questions that offer no choice."""


GIVEN = (
    ("redis-db=2", "redis-host=redis", "docket-password=reference", "event-logger=keep", "custom-toggles=keep",
     "migrate-on-start=keep", "separate-services=separate", "flavour=none", "release-name=p", "namespace=n"),
    ("redis-db=3", "redis-host=fd00::2", "docket-password=reference", "custom-toggles=remove",
     "migrate-on-start=remove", "separate-services=single", "flavour=medium", "release-name=p", "namespace=n"),
    ("docket-url=rediss://me:p%40ss@else:6379/9", "custom-toggles=remove", "separate-services=separate",
     "redis-host=redis", "flavour=large"),
    ("docket-secret=queue:url", "custom-toggles=keep", "separate-services=separate", "redis-host=redis"),
    (),
)  # fmt: skip
"""Answers that are given whatever is asked."""

DIFFS = ("unified", "structural", "json", "markdown", "html")
WHOLE = 0.25
"""The share of inputs on which every command runs; the others get three or four of them."""


class TimeIsUp(BaseException):
    """A command did not end in time. No Exception, so that nobody below takes it for one of the program's own."""


class Finding(NamedTuple):
    """What went wrong: in few words that are the same for the same fault, and in full."""

    what: str
    detail: str


class Ran(NamedTuple):
    """How a command ended; `code` is None where it did not end by itself."""

    arguments: tuple[str, ...]
    code: int | None
    out: bytes
    err: str

    @property
    def command(self) -> str:
        return self.arguments[0]


class Standing(NamedTuple):
    """One file: what it holds, which inode it is, and when it was changed last."""

    data: bytes
    inode: int
    changed: int


Picture = dict[str, Standing]


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    def up(number: int, frame: FrameType | None) -> None:
        raise TimeIsUp

    old = signal.signal(signal.SIGALRM, up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def look(room: str) -> Picture:
    """Every file below a directory."""
    found: Picture = {}
    for folder, _, names in os.walk(room):
        for name in names:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            with open(path, "rb") as stream:
                found[os.path.relpath(path, room)] = Standing(stream.read(), status.st_ino, status.st_mtime_ns)
    return found


@cache
def _schema() -> Any:
    import jsonschema

    import migrator

    with open(
        os.path.join(os.path.dirname(migrator.__file__), "report", "schemas", "report.json"), encoding="utf-8"
    ) as stream:
        return jsonschema.Draft202012Validator(json.load(stream))


class Course:
    """The commands on one input, in `room`, an empty directory in which this process stands.

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
        """Lay out the files, carry out the course, and clear the room again."""
        for name, data in self.made.files.items():
            os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
            with open(name, "wb") as stream:
                stream.write(data)
        try:
            self._run()
        finally:
            for name in look(self.room):
                os.unlink(name)
        return self.findings

    def _run(self) -> None:
        checked = self._reads("check", *self.named)
        if checked.code is None:
            return
        if self.rng.random() < WHOLE:
            self._whole(checked)
        else:
            self._short(checked)

    def _short(self, checked: Ran) -> None:
        """One other command that writes nothing, and a migration with answers that were not asked for."""
        answers = [word for pair in self.rng.choice(GIVEN) for word in ("--answer", pair)]
        others = (
            ("plan", *answers),
            ("plan", "--format", "json"),
            *(("diff", *answers, "--format", how) for how in DIFFS),
            ("verify", *self._format(0.3)),
            ("migrate", *answers, "--non-interactive", "--dry-run", *self._format(0.3)),
        )
        command, *options = self.rng.choice(others)
        self._reads(command, *self.named, *options)
        migrated = self._migrate(answers)
        # With other answers another plan, which may ask before it is refused.
        expected = {0: (0, None), 2: (2, 3, None)}.get(checked.code or 0, (migrated.code,))
        names_one_redis = "names one Redis" in migrated.err  # and the file holds several releases
        if len(self.names) == 1 and migrated.code not in expected and not names_one_redis:
            self._found("check and migrate disagree", f"check {checked.code}, migrate {migrated.code}", migrated)

    def _whole(self, checked: Ran) -> None:
        """Every command, and what each says held against the others."""
        answers: list[str] = []
        planned = self._plan(answers)
        self._agree(checked, planned)
        if planned is not None and self.rng.random() < 0.9:
            answers, planned = self._answered(planned)
        how = self.rng.choice(DIFFS)
        diff = self._reads("diff", *self.named, *answers, "--format", how)
        if self.rng.random() < 0.5:
            self._reads("verify", *self.named, *self._format(0.3))
        if self.rng.random() < 0.1:
            self._reads("undo", *self.names)
        wanted = self._elsewhere(answers)
        self._migrate(answers, planned, diff, wanted)

    def _elsewhere(self, answers: list[str]) -> bytes | None:
        """The ways to migrate that leave the file alone; the result where there is one."""
        if len(self.names) == 1 and self.rng.random() < 0.3:
            if self.rng.random() < 0.5:
                done = self._reads("migrate", *self.named, *answers, "--non-interactive", "--output", "-")
            else:
                done = self._reads("migrate", "-", *answers, "--non-interactive", stdin=self.made.files[self.names[0]])
            return done.out if done.code == 0 else None
        if len(self.names) == 1 and self.rng.random() < 0.2:
            report = f"report.{self.rng.choice(('html', 'md', 'json'))}"
            written = ("--output", "out.yaml", "--report", report)
            done = self._do("migrate", *self.named, *answers, "--non-interactive", *written)
            self._hold_report(report, done)
            self._wrote_only(done, {"out.yaml"} if done.code == 0 else set())
            if not os.path.exists("out.yaml"):
                return None
            with open("out.yaml", "rb") as stream:
                data = stream.read()
            os.unlink("out.yaml")
            return data
        if self.rng.random() < 0.4:
            self._reads("migrate", *self.named, *answers, "--non-interactive", "--dry-run", *self._format(0.3))
        return None

    def _hold_report(self, name: str, ran: Ran) -> None:
        """The record of a run that came to its end: read as its format says, and taken away."""
        if not os.path.exists(name):
            if ran.code == 0:
                self._found("no report was written", ran.err, ran)
            return
        with open(name, encoding="utf-8") as stream:
            text = stream.read()
        os.unlink(name)
        if name.endswith(".json"):
            self._hold_json(ran._replace(out=text.encode()))
        elif name.endswith(".html") and ("<script" in text.lower() or not text.startswith("<!doctype html>")):
            self._found("a report is no page, or holds a script", text[:300], ran)

    def _migrate(
        self, answers: list[str], planned: Any = None, diff: Ran | None = None, wanted: bytes | None = None
    ) -> Ran:
        before = look(self.room)
        done = self._do("migrate", *self.named, *answers, "--non-interactive", *self._format(0.2))
        after = look(self.room)
        if done.code is None:
            return done
        # What the rules of the target version say of the result is heard before it is written, not in a diff.
        if diff is not None and diff.code != done.code and done.code != 4:
            self._found("diff and migrate end differently", f"diff {diff.code}, migrate {done.code}: {done.err}", done)
        changed = {name for name in before if after.get(name) != before[name]}
        new = set(after) - set(before)
        backups = {name for name in new if name.endswith(".bak")}
        if new - backups or len(backups) != len(changed):
            self._found("migrate left other files", f"changed {changed}, new {new}", done)
        if done.code != 0 and len(self.names) == 1 and (changed or new):
            self._found("migrate wrote in spite of its exit code", f"{changed} {new}", done)
        if {before[name].data for name in changed} != {after[name].data for name in backups}:
            self._found("a backup is not the original", "", done)
        if wanted is not None and len(self.names) == 1 and done.code == 0 and after[self.names[0]].data != wanted:
            self._found("--output and migrate write different bytes", "", done)
        if planned is not None and done.code == 0 and len(self.names) == 1:
            statuses = [file["status"] for file in planned["files"]]
            if ("pending" in statuses) != bool(changed):
                self._found("plan and migrate disagree", f"plan says {statuses}, changed: {changed}", done)
        if done.code == 0:
            self._settled(answers)
        if changed:
            self._undo(sorted(changed), before)
        return done

    def _settled(self, answers: list[str]) -> None:
        """What was migrated is current, whatever was answered, and a second run touches nothing."""
        flavour = [word for word in answers if word.startswith("flavour=")]
        kept = ["--answer", *flavour] if flavour else []
        checked = self._reads("check", *self.named, *kept)
        if checked.code not in (0, None):
            self._found("not current after migrate", checked.out.decode() + checked.err, checked)
        if self.rng.random() < 0.5:
            return
        again = self._reads("migrate", *self.named, *kept, "--non-interactive")
        if again.code not in (0, None):
            self._found("a second migrate is no no-op", again.out.decode() + again.err, again)

    def _undo(self, changed: list[str], before: Picture) -> None:
        done = self._do("undo", *changed)
        after = look(self.room)
        if done.code == 0 and set(after) != set(before):
            self._found("undo leaves other files", str(set(after) ^ set(before)), done)
        for name in changed:
            if done.code != 0 or after[name].data != before[name].data or after[name].changed != before[name].changed:
                self._found("undo does not bring the file back", f"exit {done.code}: {done.err}", done)

    def _plan(self, answers: list[str]) -> Any:
        """The plan in JSON; None where there is none."""
        if not answers and self.rng.random() < 0.2:
            self._reads("plan", *self.named)
        ran = self._reads("plan", *self.named, *answers, "--format", "json")
        return json.loads(ran.out) if ran.code in (0, 2) and ran.out else None

    def _answered(self, planned: Any) -> tuple[list[str], Any]:
        """Answers to everything that is asked, and the plan with them."""
        answers: list[str] = []
        for _ in range(12):
            asked = [each for file in planned["files"] for each in file["questions"] if each["answer"] is None]
            new = []
            for question in {each["id"]: each for each in asked}.values():
                values = [choice["value"] for choice in question["choices"]] or list(TYPED.get(question["id"], ("x",)))
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

    def _agree(self, checked: Ran, planned: Any) -> None:
        """The exit code of check follows from what plan says of each release."""
        if planned is None or planned.get("error"):
            if checked.code != 2:
                self._found("plan refuses what check reads", f"check ended with {checked.code}", checked)
            return
        meanings = {"current": 0, "unrelated": 0, "pending": 1, "needs-decision": 1, "refused": 2, "failed": 4}
        meanings |= {"out-of-scope": 0 if "." in self.named else 2}  # in a directory it only gets its line
        codes = [
            2 if file["status"] == "unrelated" and file["error"] else meanings[file["status"]]
            for file in planned["files"]
        ]
        # A check looks at the values alone; a plan is carried out on the text, which may be refused.
        if (max(codes, default=0), checked.code) not in ((0, 0), (1, 1), (2, 2), (2, 1)):
            words = [(file["status"], file["error"]) for file in planned["files"]]
            self._found("plan and check disagree", f"check {checked.code}, plan {words}", checked)

    def _format(self, share: float) -> list[str]:
        return ["--format", "json"] if self.rng.random() < share else []

    def _reads(self, *arguments: str, stdin: bytes = b"") -> Ran:
        """Run a command that must leave everything as it is."""
        before = look(self.room)
        ran = self._do(*arguments, stdin=stdin)
        if look(self.room) != before:
            self._found("something was written", "", ran)
        return ran

    def _wrote_only(self, ran: Ran, names: set[str]) -> None:
        found = set(look(self.room)) - set(self.names)
        if found != names:
            self._found("other files than the asked one", str(found), ran)

    def _do(self, *arguments: str, stdin: bytes = b"") -> Ran:
        words = [*arguments, *self.rng.choice(MANNERS)]
        ran = self._once(words, stdin)
        if "this is a bug in" in ran.err:  # with --verbose the exception comes through, and with it its place
            return self._once([*words, "--verbose"], stdin)
        return ran

    def _once(self, words: list[str], stdin: bytes) -> Ran:
        streams = [io.TextIOWrapper(io.BytesIO(stdin)), *(io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in "oe")]
        kept = sys.stdin, sys.stdout, sys.stderr
        sys.stdin, sys.stdout, sys.stderr = streams
        code: int | None = None
        fault = ""
        detail = ""
        try:
            with time_limit(self.seconds):
                code = run_command_line(words)
        except TimeIsUp:
            fault, detail = "hangs", traceback.format_exc()
        except BaseException as error:  # what ends a run here would have been a traceback
            fault, detail = f"{type(error).__name__} {_deepest(error)}", traceback.format_exc()[-3000:]
        finally:
            sys.stdin, sys.stdout, sys.stderr = kept
        self.runs += 1
        self.codes[f"{words[0]} {code}"] += 1
        for stream in streams[1:]:
            stream.flush()
        out, err = (stream.detach().getvalue() for stream in streams[1:])
        ran = Ran(tuple(words), code, out, err.decode("utf-8", "replace"))
        if fault:
            self._found(fault, detail, ran)
        elif "this is a bug in" not in ran.err:
            self._hold(ran)
        return ran

    def _hold(self, ran: Ran) -> None:
        """What every run must keep to, whatever the command."""
        if ran.code not in CODES[ran.command] and not _is_held_back(ran):
            self._found(f"{ran.command}: exit {ran.code}", ran.err, ran)
        for words in OWN_MISTAKES:
            if words in ran.err:
                self._found(f"{ran.command}: {words}", ran.err, ran)
        if ran.code == 2 and not ran.err and not ran.out:
            self._found(f"{ran.command}: refused without a word", "", ran)
        is_json = "json" in ran.arguments
        if is_json and ran.out:
            self._hold_json(ran)
        raw = (ran.command == "diff" and not {"structural", "markdown", "html"} & set(ran.arguments)) or (
            ran.command == "migrate" and "-" in ran.arguments
        )
        try:
            text = ran.err if raw else ran.out.decode() + ran.err
        except UnicodeDecodeError as error:
            self._found(f"{ran.command}: prints no UTF-8", str(error), ran)
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
            self._found(f"{ran.command}: prints what a terminal obeys", f"{signs!r} in {text[:2000]!r}", ran)

    def _hold_json(self, ran: Ran) -> None:
        try:
            report = json.loads(ran.out)
        except ValueError as error:
            self._found(f"{ran.command}: JSON that is none", f"{error}: {ran.out[:500]!r}", ran)
            return
        if wrong := next(_schema().iter_errors(report), None):
            self._found(f"{ran.command}: JSON against the schema", str(wrong)[:2000], ran)
        if report["exit_code"] != ran.code:
            self._found(
                f"{ran.command}: JSON tells of another exit code", f"{report['exit_code']}, ended with {ran.code}", ran
            )

    def _found(self, what: str, detail: str, ran: Ran) -> None:
        self.findings.append(Finding(what, f"{' '.join(ran.arguments)}\n{detail}"))


def _is_held_back(ran: Ran) -> bool:
    """Whether a result was stopped, in words, by the rules of the target version: what was wrong is left to people."""
    said = ran.err.encode() + ran.out
    return ran.command == "migrate" and ran.code == 4 and b"the result would break the target version" in said


def _deepest(error: BaseException) -> str:
    """The function and line of the program in which an exception was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "migrat" in frame.filename and frame.filename != __file__]
    return f"in {os.path.basename(own[-1].filename)}:{own[-1].lineno} {own[-1].name}" if own else ""
