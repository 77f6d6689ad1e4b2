"""What a reviewer reads in a pull request: the diff of each release step by step, or the findings of `check`.

Text from the file is never markup: it is in code spans and fences that it cannot close, or escaped; no name in it
notifies anybody, and no number links to an issue. The first line is an invisible comment that never changes, by which a
bot finds the comment to update.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from migrator import __version__
from migrator.report import unified
from migrator.report.markdown_fit import LIMIT, Part, Row, fitted
from migrator.report.markup import code, fence, prose
from migrator.report.mask import Mask
from migrator.report.page import (
    SIGNS,
    Page,
    answered_by,
    flags_of,
    one_line,
    open_first,
    unused_answer,
    versions,
    written,
)
from migrator.report.records import ChangeReport, FileReport, NoticeReport, QuestionReport, Report
from migrator.report.restarts import sentence, what_restarts
from migrator.report.text_check import count, reason
from migrator.report.totals import effect_sentence, problem_sentence, status_sentence

_EFFECTS = {
    "none": "pods restart, behaviour unchanged",
    "behaviour": "**a pod changes**",
    "required": "**required**, or the release breaks",
}


def marker(command: str) -> str:
    """The invisible comment at the top by which a bot finds its own comment; it never changes."""
    return f"<!-- infrahub-migrator {command} -->"


def diff(report: Report, *, mask: Mask) -> str:
    """Everything that a reviewer needs, as GitHub-flavoured Markdown that fits into a comment."""
    return _whole(_head("Migration of Infrahub values", "diff", report), report, mask, LIMIT)


def record(report: Report, *, mask: Mask) -> str:
    """What was done and decided, for an audit: nothing is shortened to fit."""
    head = _head("Migration of Infrahub values: what was done", "migrate", report)
    return _whole([*head, "", f"By infrahub-migrator {__version__}, {report.time}."], report, mask, sys.maxsize)


def _whole(head: Sequence[str], report: Report, mask: Mask, limit: int) -> str:
    report = mask.conceal(report)
    if report.error:
        head = [*head, "", f"**{prose(report.error)}**"]
    table = ["| File | Status | Chart | Changes | To decide |", "|---|---|---|---:|---|"]
    rows = [Row.of(_cells(file), file.status) for file in report.files]
    shared = _shared(report)
    parts = [part for file in report.files if (part := _part(file, report, mask, shared)) is not None]
    return fitted(head, table, rows, parts, limit=limit)


def check(report: Report, *, mask: Mask) -> str:
    """One row per release with what to do, then open decisions and problems, as GitHub-flavoured Markdown."""
    report = mask.conceal(report)
    rows = []
    for file in report.files:
        why = reason(file, Page(0), more="below").removeprefix(": ")
        rows.append(
            Row.of([code(file.path, in_table=True), file.status, prose(versions(file)), prose(why)], file.status)
        )
    parts = []
    for file in report.files:
        serious = [notice for notice in file.notices_and_findings if notice.severity != "info"]
        to_decide, problems = list(_questions(file.open_questions)), list(_notices(serious))
        if to_decide or problems:
            head = [f"## {code(file.path)}", ""]
            longest_first = [[*head, *to_decide, *problems], [*head, *to_decide] if to_decide else [], []]
            parts.append(Part.of(file.path, longest_first, ("errors and warnings", "what is to decide")))
    table = ["| File | Status | Chart | What there is to do |", "|---|---|---|---|"]
    head = _head("Check of Infrahub values", "check", report)
    if any(file.status in ("pending", "needs-decision") for file in report.files):
        head += ["", "`infrahub-migrator plan FILE` shows each change and why it is made; `migrate FILE` makes them."]
    return fitted(head, table, rows, parts)


def _head(title: str, command: str, report: Report) -> list[str]:
    totals = " ".join(filter(None, (status_sentence(report), effect_sentence(report), problem_sentence(report))))
    return [marker(command), f"# {title}", "", totals]


def _cells(file: FileReport) -> list[str]:
    missing = ", ".join(code(flag, in_table=True) for flag in flags_of(file.questions))
    return [code(file.path, in_table=True), file.status, prose(versions(file)), str(len(file.changes)), missing]


def _part(file: FileReport, report: Report, mask: Mask, shared: Mapping[str, Sequence[str]]) -> Part | None:
    """The section of one release, and shorter forms of it; None if its row says everything."""
    head = [f"## {code(file.path)}", ""]
    if file.error:
        head += [f"**{file.status}**: {prose(file.error)}", ""]
    if report.command == "migrate":
        head += _files(file)
    steps, patch = [*_steps(file), *_restarts(file)], [*_about_shared(file, shared), *_patch(file, mask)]
    evidence = list(_evidence(file))
    to_decide = list(_questions(file.open_questions))
    decisions, notices = list(_questions(file.questions)), list(_notices(file.notices_and_findings))
    following = list(_next_steps(file))
    if not (file.error or steps or patch or decisions or notices):
        return None
    longest_first = [
        [*head, *steps, *decisions, *notices, *following, *patch, *evidence],
        [*head, *steps, *decisions, *notices, *following],
        [*head, *to_decide] if file.error or to_decide else [],
        [],
    ]
    return Part.of(file.path, longest_first, ("the whole diff", "changes, answers and notices", "what is to decide"))


def _evidence(file: FileReport) -> Iterator[str]:
    """The evidence for which release this is, and the result of looking at its Redis."""
    if file.evidence:
        yield "<details><summary>How chart, versions and flavour were found out</summary>"
        yield ""
        yield from (f"- {prose(each)}" for each in file.evidence)
        yield ""
        yield "</details>"
        yield ""


def _files(file: FileReport) -> Iterator[str]:
    """What was written, with digests, and where the previous bytes are kept."""
    if file.layers:
        yield "| File | SHA-256 before | SHA-256 after |"
        yield "|---|---|---|"
    for layer in file.layers:
        before, after = layer.digests
        now = code(after) if after != before else "the same"
        yield f"| {code(layer.path, in_table=True)} | {code(before)} | {now} |"
    yield ""
    for text in written(file):
        yield f"- {prose(text)}"
    yield ""


def _next_steps(file: FileReport) -> Iterator[str]:
    if file.next_steps:
        yield "### Next"
        yield ""
    for step in file.next_steps:
        language = "yaml" if "\n" in step.text else "sh"
        lines = step.text.split("\n")
        yield from fence(language, lines) if step.is_command else [prose(step.text)]
        yield ""


def _steps(file: FileReport) -> Iterator[str]:
    titles = dict(file.migrations)
    for migration, changes in groupby(file.changes, key=lambda change: change.migration):
        title = f": {prose(titles[migration])}" if titles.get(migration) else ""
        yield f"### {code(migration)}{title}"
        yield ""
        for step, of_step in groupby(changes, key=lambda change: change.step):
            yield from _step(step, list(of_step))


def _restarts(file: FileReport) -> Iterator[str]:
    sentences = what_restarts(file)
    if sentences:
        yield "### What restarts"
        yield ""
        yield prose(" ".join(sentences))
        yield ""


def _shared(report: Report) -> dict[str, list[str]]:
    """For each file that releases share: the release that shows its diff, then those that list changes of it."""
    found: dict[str, list[str]] = {}
    for file in report.files:
        for path in file.written:
            found.setdefault(path, []).insert(0, file.path)
        for path in dict.fromkeys(change.file for change in file.changes):
            found.setdefault(path, []).append(file.path)
    return {path: list(dict.fromkeys(releases)) for path, releases in found.items() if len(set(releases)) > 1}


def _about_shared(file: FileReport, shared: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Where to find the rest about a shared file: its diff and each of its changes are shown once."""
    for layer in file.layers:
        home, *others = shared.get(layer.path, (file.path,))
        if home != file.path and layer.is_changed:
            yield f"The diff of {code(layer.path)}, which several releases share, is under {code(home)}."
            yield ""
        elif others:
            more = f" and {count(len(others) - 3, 'more release')}" if len(others) > 3 else ""
            named = ", ".join(map(code, others[:3]))
            yield f"Changes of {code(layer.path)}, which several releases share, are also listed under {named}{more}."
            yield ""


def _patch(file: FileReport, mask: Mask) -> Iterator[str]:
    patch = unified.patch(file.layers, mask)
    if not patch:
        return
    yield f"<details><summary>The {'diff as far as it is decided' if file.open_questions else 'whole diff'}</summary>"
    yield ""
    yield from fence("diff", patch.decode("utf-8", "backslashreplace").removesuffix("\n").split("\n"))
    yield ""
    yield "</details>"
    yield ""


def _step(step: str, changes: Sequence[ChangeReport]) -> Iterator[str]:
    """The changes of the step by reason, each reason above a fence with its changes."""
    yield f"#### Step {code(step)}"
    yield ""
    for why, effect in dict.fromkeys((change.why, change.effect) for change in changes):
        yield f"{prose(sentence(why))} ({_EFFECTS[effect]}):"
        yield ""
        yield from fence("diff", _lines([each for each in changes if (each.why, each.effect) == (why, effect)]))
        yield ""


def _lines(changes: Sequence[ChangeReport]) -> list[str]:
    lines = []
    for change in changes:
        lines.append(f"@@ {change.place} @@ {SIGNS[change.kind][0]} {change.path}")
        if change.kind != "add":
            lines.append(f"- {one_line(change.before)}")
        if change.kind != "remove":
            lines.append(f"+ {one_line(change.after)}")
    return lines


def _questions(questions: Sequence[QuestionReport]) -> Iterator[str]:
    if not questions:
        return
    yield "### Decisions"
    yield ""
    for question in open_first(questions):
        if question.answer is None:
            state = f"**to decide** with {code(question.flag)}"
        else:
            state = f"{code(question.answer)} (by {answered_by(question)})"
        yield f"- {code(question.id)}: {state}. {prose(f'{question.text} {unused_answer(question)}')}"
        for value, leads_to in question.choices:
            yield f"  - {code(value)}: {prose(leads_to)}"
    yield ""


def _notices(notices: Sequence[NoticeReport]) -> Iterator[str]:
    if not notices:
        return
    yield "### Notices"
    yield ""
    for each in notices:
        severity = "" if each.severity == "info" else f"**{each.severity}** "
        where = f"{code(each.place)} " if each.place else ""
        yield f"- {severity}{where}{f'{code(each.rule)} ' if each.rule else ''}{prose(each.text)}"
    yield ""
