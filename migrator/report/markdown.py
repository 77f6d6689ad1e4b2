"""The diff for a pull request: a summary, the changes step by step, what is to decide and to know, the whole diff.

Whatever comes from the file is text, never markup: it stands in code spans and fences that it cannot close, or escaped;
no name in it notifies anybody, no number links to an issue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from migrator.report import unified
from migrator.report.markup import code, fence, prose
from migrator.report.mask import Mask
from migrator.report.page import flags_of, spelled, versions
from migrator.report.records import ChangeReport, FileReport, QuestionReport, Report

_EFFECTS = {
    "none": "pods restart, behaviour unchanged",
    "behaviour": "**a pod changes**",
    "required": "**required**, or the release breaks",
}
_SIGNS = {"add": "+", "remove": "-", "replace": "~"}


def diff(report: Report, *, mask: Mask) -> str:
    """Everything that a reviewer wants to see, as GitHub-flavoured Markdown."""
    mask.learn(report)
    lines = ["# Migration of Infrahub values", "", *_summary(report), ""]
    for file in report.files:
        lines += _file(file, report, mask)
    return "\n".join(lines).rstrip("\n") + "\n"


def _summary(report: Report) -> Iterator[str]:
    yield "| File | Status | Chart | Changes | To decide |"
    yield "|---|---|---|---:|---|"
    for file in report.files:
        missing = ", ".join(code(flag, in_table=True) for flag in flags_of(file.questions))
        cells = [code(file.path, in_table=True), file.status, prose(versions(file)), str(len(file.changes)), missing]
        yield "| " + " | ".join(cells) + " |"


def _file(file: FileReport, report: Report, mask: Mask) -> Iterator[str]:
    yield f"## {code(file.path)}"
    yield ""
    if file.error:
        yield f"**{file.status}**: {prose(mask.text(file.error))}"
        yield ""
    titles = dict(file.migrations)
    for migration, changes in groupby(file.changes, key=lambda change: change.migration):
        title = f": {prose(titles[migration])}" if titles.get(migration) else ""
        yield f"### {code(migration)}{title}"
        yield ""
        for step, of_step in groupby(changes, key=lambda change: change.step):
            yield from _step(step, list(of_step), mask)
    yield from _questions(file.questions, mask)
    yield from _notices(file, mask)
    patch = unified.diff(report._replace(files=(file,)), mask=mask)
    if patch:
        yield "<details><summary>The whole diff</summary>"
        yield ""
        yield from fence("diff", patch.decode("utf-8", "backslashreplace").removesuffix("\n").split("\n"))
        yield ""
        yield "</details>"
        yield ""


def _step(step: str, changes: Sequence[ChangeReport], mask: Mask) -> Iterator[str]:
    """A fence with every change of the step, then the reasons, each once."""
    yield f"#### Step {code(step)}"
    yield ""
    lines = []
    for change in changes:
        where = f"{change.file}:{change.line}" if change.line else change.file
        lines.append(f"@@ {where} @@ {_SIGNS[change.kind]} {change.path}")
        if change.kind != "add":
            lines.append(f"- {spelled(change.before, mask, change.path)}")
        if change.kind != "remove":
            lines.append(f"+ {spelled(change.after, mask, change.path)}")
    yield from fence("diff", lines)
    yield ""
    for why, effect in dict.fromkeys((change.why, change.effect) for change in changes):
        yield f"- {prose(mask.text(why))} ({_EFFECTS[effect]})"
    yield ""


def _questions(questions: Sequence[QuestionReport], mask: Mask) -> Iterator[str]:
    if not questions:
        return
    yield "### Decisions"
    yield ""
    for question in sorted(questions, key=lambda each: each.answer is not None):
        answer = mask.answer(question.id, question.answer, question.choices)
        if answer is None:
            state = f"**to decide** with {code(question.flag)}"
        else:
            state = f"{code(answer)} ({'as answered' if question.answered else 'the safe default'})"
        yield f"- {code(question.id)}: {state}. {prose(mask.text(question.text))}"
        for value, leads_to in question.choices:
            shown = mask.answer(question.id, value, question.choices) or ""
            yield f"  - {code(shown)}: {prose(mask.text(leads_to))}"
    yield ""


def _notices(file: FileReport, mask: Mask) -> Iterator[str]:
    notices = [(each.rank, each.severity, each.file, each.line, each.text) for each in file.notices]
    for each in file.findings:
        rank = 0 if each.severity == "error" else 1
        notices.append((rank, each.severity, each.file, each.line, f"{each.rule}: {each.text} {each.remedy}"))
    if not notices:
        return
    yield "### To know"
    yield ""
    for _, severity, name, line, text in sorted(notices, key=lambda notice: notice[0]):
        where = f"{code(f'{name}:{line}')} " if name and line else ""
        yield f"- {'' if severity == 'info' else f'**{severity}** '}{where}{prose(mask.text(text))}"
    yield ""
