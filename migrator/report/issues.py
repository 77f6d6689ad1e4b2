"""What a machine is told of a run: one issue for each change, open decision, warning and error, with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal, NamedTuple

from migrator.report.records import FileReport, Report
from migrator.report.text_check import error_without_path

Level = Literal["error", "warning", "note"]
_LEVELS: dict[str, Level] = {"required": "error", "behaviour": "warning", "none": "note"}


class Issue(NamedTuple):
    """One thing to see to: the rule that says it, how bad that is, the place (line 0: the whole file), and the words.

    `key` stays the same from run to run while the thing does, whatever moves above it in the file.
    """

    rule: str
    level: Level
    file: str
    line: int
    text: str
    key: str


def issues(report: Report) -> Iterator[Issue]:
    """The issues of a report that is masked already, release by release."""
    seen: Counter[int] = Counter()  # of thousands of keys, no more than their hashes
    for file in report.files:
        for issue in _of_release(file):  # of things alike, each has a key of its own
            seen[hash(issue.key)] += 1
            yield issue._replace(key=f"{issue.key}#{seen[hash(issue.key)]}")


def _of_release(file: FileReport) -> Iterator[Issue]:
    home = file.layers[-1].path if file.layers else file.path
    if file.error:
        path, line = _place(file)
        level: Level = "error" if file.exit_code else "note"
        yield Issue(file.status, level, path, line, _one_line(error_without_path(file)), f"{file.path}|{file.status}")
    for change in file.changes:
        rule = f"{change.migration}/{change.step}"
        text = f"{change.kind} {change.path}: {change.why}"
        key = f"{file.path}|{rule}|{change.file}|{change.kind}|{change.path}"
        yield Issue(rule, _LEVELS[change.effect], change.file, change.line, _one_line(text), key)
    for question in file.open_questions:
        text = f"{question.text} Decide with {question.flag}."
        yield Issue(f"decide/{question.id}", "error", home, 0, _one_line(text), f"{file.path}|decide|{question.id}")
    for notice in file.notices:
        if notice.severity != "info":
            rule = f"rule/{notice.rule}" if notice.rule else "notice"
            place = (notice.file or home, notice.line)
            key = f"{file.path}|{rule}|{'' if notice.rule else notice.text}"
            yield Issue(rule, notice.severity, *place, _one_line(notice.text), key)


def _place(file: FileReport) -> tuple[str, int]:
    """The file and the line that an error begins with, as far as it does."""
    where, colon, _ = file.error.partition(": ")
    path, _, line = where.rpartition(":")
    if colon and line.isdecimal() and path:
        return path, int(line)
    return (where, 0) if colon and where == file.path else (file.path, 0)


def _one_line(text: str) -> str:
    return " ".join(text.split())
