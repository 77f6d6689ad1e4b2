"""One release on the page: a summary of what a reviewer asks first, and its steps with their lines and reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from migrator.report import cluster_text
from migrator.report.cluster_records import ClusterReport
from migrator.report.html_diff import FileDiff, file_diff
from migrator.report.mask import Mask
from migrator.report.page import answered_by, flags_of, open_first, written
from migrator.report.records import ChangeReport, FileReport, NoticeReport, QuestionReport
from migrator.report.restarts import below_root, sentence, what_restarts
from migrator.report.result_records import StepReport
from migrator.report.text_check import count, error_without_path
from migrator.values.changes import Effect

EFFECTS: dict[Effect, str] = {
    "required": "required by the new version",
    "behaviour": "changes what a pod does",
    "none": "pods restart, behaviour unchanged",
}
"""What a change means for the cluster."""


class ChangeView(NamedTuple):
    """A change, and its path below the Prefect root; `id` is its link on the page."""

    id: str
    change: ChangeReport
    path: str


class Reason(NamedTuple):
    """Changes of one step that share a reason."""

    why: str
    effect: Effect
    changes: tuple[ChangeView, ...]


class StepView(NamedTuple):
    """A step: what it does, why, and its lines. `effects` are those of its changes, to filter by.

    `is_first` means that no earlier step changed any of its files: its line numbers are those of the original file.
    """

    id: str
    name: str
    title: str
    effects: str
    reasons: tuple[Reason, ...]
    files: tuple[FileDiff, ...]
    is_first: bool


Answer = tuple[str, str]
"""A sentence, and the id of its subject on the page (empty: none)."""


class ReleaseView(NamedTuple):
    """All that is shown of a release; `in_short` pairs a reviewer's questions with answers and links."""

    id: str
    file: FileReport
    in_short: tuple[tuple[str, tuple[Answer, ...]], ...]
    migrations: tuple[tuple[str, str, tuple[StepView, ...]], ...]
    questions: Sequence[QuestionReport]
    notices: Sequence[NoticeReport]


def release_view(
    number: int, file: FileReport, mask: Mask, *, context: int, without: Collection[str] = ()
) -> ReleaseView:
    """The release as the page shows it, with `context` lines around each change, without the notices in `without`."""
    own = f"r{number}"
    steps = list(_steps(own, file, mask, context)) if file.cluster is None else []
    titles = dict(file.migrations)
    by_migration = groupby(steps, key=lambda pair: pair[0])
    migrations = [
        (name, titles.get(name, ""), tuple(view for _, view in of_migration)) for name, of_migration in by_migration
    ]
    return ReleaseView(
        id=own,
        file=file,
        in_short=tuple(_in_short(own, file, [view for _, view in steps])),
        migrations=tuple(migrations),
        questions=open_first(file.questions),
        notices=[notice for notice in file.notices_and_findings if notice.text not in without],
    )


def _steps(own: str, file: FileReport, mask: Mask, context: int) -> Iterator[tuple[str, StepView]]:
    layers = {(step.migration, step.step): step for step in file.steps}
    numbers = iter(range(1, len(file.changes) + 1))
    grouped = groupby(file.changes, key=lambda change: (change.migration, change.step))
    seen: set[str] = set()
    for number, ((migration, step), changes) in enumerate(grouped, 1):
        reasons = []
        for (why, effect), together in groupby(changes, key=lambda change: (change.why, change.effect)):
            views = tuple(
                ChangeView(f"{own}-c{next(numbers)}", change, below_root(change.path, file.root)) for change in together
            )
            reasons.append(Reason(why, effect, views))
        found = layers.get((migration, step)) or StepReport(migration, step, "", ())
        effects = "".join(effect[0] for effect in EFFECTS if any(reason.effect == effect for reason in reasons))
        files = tuple(file_diff(layer, mask, context) for layer in found.layers)
        is_first = seen.isdisjoint(each.path for each in files)
        seen.update(each.path for each in files)
        yield migration, StepView(f"{own}-s{number}", step, found.title, effects, tuple(reasons), files, is_first)


def _in_short(own: str, file: FileReport, steps: Sequence[StepView]) -> Iterator[tuple[str, tuple[Answer, ...]]]:
    for term, answers in _key_facts(own, file, steps):
        yield term, tuple((answer, "") if isinstance(answer, str) else answer for answer in answers)


def _key_facts(own: str, file: FileReport, steps: Sequence[StepView]) -> Iterator[tuple[str, Sequence[str | Answer]]]:
    if file.error:
        yield "What is wrong", (error_without_path(file),)
    done = written(file)
    if done:
        yield "What was written", done
    if steps or (file.status == "needs-decision" and file.cluster is None):
        yield "What changed" if done else "What changes", list(_what_changes(file, steps))
    restarts: Sequence[str] = what_restarts(file)
    if file.cluster is not None:
        yield "What changes", list(_what_changes_in_the_cluster(file, file.cluster))
        pods = cluster_text.restarting(file.cluster)
        restarts = [f"{each}." for each in pods] or ["No pod."] * bool(file.cluster.changes)
    if restarts:
        yield "What restarts", restarts
    decided = [f"{each.id} = {each.answer}, by {answered_by(each)}." for each in file.questions if not each.is_open]
    if decided:
        yield "What was decided", decided
    if file.open_questions:
        missing = count(len(file.open_questions), "decision")
        flags = ", ".join(flags_of(file.questions))
        yield "What is to be decided", (f"{missing} missing: answer with {flags}.",)
    found = [notice.severity for notice in file.notices_and_findings]
    grave = [count(found.count(severity), severity) for severity in ("error", "warning") if severity in found]
    if grave:
        yield "What to look at first", ((f"{' and '.join(grave)}, under Notices.", f"{own}-notices"),)


def _what_changes_in_the_cluster(file: FileReport, cluster: ClusterReport) -> Iterator[str]:
    """The verdict, then one line per cause."""
    yield cluster_text.verdict(cluster)
    for section in cluster_text.sections(file, cluster):
        if section.kind == "step":
            yield f"{sentence(section.heading.rpartition(': ')[2])}: {count(section.size, 'difference')}."
        else:
            yield f"{CAUSES[section.kind]}: {count(section.size, 'difference')}."


CAUSES = {
    "none": "Nothing explains these",
    "step": "A step of the migration",
    "chart": "The chart",
    "values": "The chart's own values",
    "version": "The chart's version",
    "made-up": "Generated by Helm each time",
}
"""The label of each cause of a difference in the cluster."""


def _what_changes(file: FileReport, steps: Sequence[StepView]) -> Iterator[str | Answer]:
    """One line per step, with the effects of its changes; then what open decisions may still add."""
    for step in steps:
        numbers = {
            effect: sum(len(reason.changes) for reason in step.reasons if reason.effect == effect) for effect in EFFECTS
        }
        whole = sum(numbers.values())
        counts = [
            _IN_SHORT[effect] if number == whole else f"{number} {_IN_SHORT[effect]}"
            for effect, number in numbers.items()
            if number
        ]
        yield f"{sentence(step.title or step.name)}: {count(whole, 'change')} ({', '.join(counts)}).", step.id
    if file.status == "needs-decision":
        yield f"{'More' if steps else 'Nothing yet; more'} can follow from open decisions."


_IN_SHORT: dict[Effect, str] = {
    "required": "required", "behaviour": "changing what a pod does", "none": "leaving behaviour as it is",
}  # fmt: skip
