"""The results of a run for each release: plain records from which every format is written.

Nothing here is masked or escaped; the output modules do that.
"""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from migrator.values.changes import Effect
from migrator.values.edits import Value

if TYPE_CHECKING:
    from migrator.report.cluster_records import ClusterReport
    from migrator.report.queue_records import QueuesReport
    from migrator.report.result_records import DocumentReport, LayerReport, NextStep, ReleaseReport, StepReport

Status = Literal[
    "current", "pending", "migrated", "needs-decision", "refused", "failed", "unrelated", "out-of-scope", "skipped"
]

AnsweredBy = Literal["flag", "answers file", "person", "default"]


def _place(file: str, line: int) -> str:
    return f"{file}:{line}" if file and line else ""


class ChangeReport(NamedTuple):
    """One change, with its place in the customer's file: `line` counts from 1 in the original text."""

    id: str
    migration: str
    step: str
    kind: Literal["add", "replace", "remove"]
    path: str
    file: str
    line: int
    before: Value
    after: Value
    why: str
    effect: Effect

    @property
    def place(self) -> str:
        """FILE:LINE, or the file alone."""
        return _place(self.file, self.line) or self.file


class QuestionReport(NamedTuple):
    """One question with the answer that the plan uses (None: still open).

    `answered` is false for a default; `choices` are pairs of a value and its effect. `stale` means that an answers file
    answers a different question of that name. `places` are the files and lines (from 1) of the values concerned. `by`
    says who gave the answer, and `where` is its line in an answers file. `hidden` marks an answer from the environment,
    which is never shown.
    """

    id: str
    text: str
    choices: tuple[tuple[str, str], ...]
    default: str | None
    suggestion: str | None
    flag: str
    answer: str | None
    answered: bool
    stale: bool = False
    places: tuple[tuple[str, int], ...] = ()
    by: AnsweredBy | None = None
    where: str = ""
    hidden: bool = False

    @property
    def is_open(self) -> bool:
        """Whether there is no answer, not even a default."""
        return self.answer is None


class NoticeReport(NamedTuple):
    """One notice, with its place (line 0: none) and the rule that it comes from.

    `is_next_step` marks a notice that is repeated as commands after files were written. `is_stop` is a stop of a jump.
    """

    severity: Literal["info", "warning", "error"]
    text: str
    file: str
    line: int
    rule: str = ""
    is_next_step: bool = False
    is_stop: bool = False

    @property
    def rank(self) -> int:
        """Its rank among notices: likely problems must not be buried among mere information."""
        return ("error", "warning", "info").index(self.severity)

    @property
    def place(self) -> str:
        """FILE:LINE; empty if there is no line."""
        return _place(self.file, self.line)


class Finding(NamedTuple):
    """One finding of a rule of the target version.

    `about` identifies the finding before and after a migration, if `text` contains counts and places that a migration
    changes (empty: `text` identifies it). `commands` are the remedy as shell commands.
    """

    rule: str
    severity: Literal["error", "warning"]
    file: str
    line: int
    text: str
    remedy: str
    about: str = ""
    commands: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """FILE:LINE; empty if there is no line."""
        return _place(self.file, self.line)


def _remedy_key(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.remedy, finding.commands


def with_remedies(findings: Sequence[Finding]) -> list[tuple[Finding, str]]:
    """Each finding with the remedy to show below it: one shared by consecutive findings is shown below the last."""
    rest = [*findings[1:], None]
    return [
        (each, "" if then is not None and _remedy_key(then) == _remedy_key(each) else each.remedy)
        for each, then in zip(findings, rest)
    ]


class FileReport(NamedTuple):
    """Everything about one release, whether a single file or several layers.

    `also_read` are other data that were read: they are not reported, only searched for credentials to mask.
    `error_file` is the file to show an error in that names none (empty: `path`).
    """

    path: str
    status: Status
    layers: "tuple[LayerReport, ...]" = ()
    chart: str = ""
    version_from: str = ""
    version_to: str = ""
    flavour: str = ""
    root: str = ""
    evidence: tuple[str, ...] = ()
    migrations: tuple[tuple[str, str], ...] = ()  # id and title of each that has changes or questions
    changes: tuple[ChangeReport, ...] = ()
    questions: tuple[QuestionReport, ...] = ()
    notices: tuple[NoticeReport, ...] = ()
    findings: tuple[Finding, ...] = ()
    values_before: Value = None
    values_after: Value = None
    documents: "tuple[DocumentReport, ...]" = ()
    steps: "tuple[StepReport, ...]" = ()
    queues: "QueuesReport | None" = None
    next_steps: "tuple[NextStep, ...]" = ()
    backups: tuple[str, ...] = ()
    output: str = ""  # where the result was written instead of the release's own files
    cluster: "ClusterReport | None" = None
    error: str = ""
    exit_code: int = 0
    also_read: tuple[Value, ...] = ()
    release: "ReleaseReport | None" = None
    error_file: str = ""

    @property
    def open_questions(self) -> list[QuestionReport]:
        """The questions still to be decided."""
        return [question for question in self.questions if question.is_open]

    @property
    def notices_and_findings(self) -> list[NoticeReport]:
        """The notices and findings, the most severe first."""
        found = list(self.notices)
        for each in self.findings:
            text = f"{each.text.rstrip('.')}. {each.remedy}".strip()
            found.append(NoticeReport(each.severity, text, each.file, each.line, each.rule))
        return sorted(found, key=lambda notice: notice.rank)

    @property
    def written(self) -> list[str]:
        """The files that this release's own diff changes."""
        return [layer.path for layer in self.layers if layer.before != layer.after]


class Report(NamedTuple):
    """A whole run: the command and its releases, in the order they were named.

    `error` is what ended the run before the first release, or failed after the last; `error_code` is its exit code (0:
    no error). `time` is when the run ended, in UTC as ISO 8601, if that is recorded.
    """

    command: str
    files: Collection[FileReport]
    error: str = ""
    error_code: int = 0
    time: str = ""

    @property
    def exit_code(self) -> int:
        """The highest exit code of all releases and of the run itself."""
        return max(self.error_code, max((file.exit_code for file in self.files), default=0))

    def only(self, is_wanted: Callable[[FileReport], bool]) -> "Report":
        """The report with only some of its releases."""
        from migrator.report.packed import packed_like

        return self._replace(files=packed_like(filter(is_wanted, self.files), self.files))
