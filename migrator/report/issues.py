"""The issues of a run for machine formats: one per change, open decision, warning and error, with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal, NamedTuple

from migrator.report.records import FileReport, Report
from migrator.report.text_check import error_without_path

Level = Literal["error", "warning", "note"]
_LEVELS: dict[str, Level] = {"required": "error", "behaviour": "warning", "none": "note"}


class Issue(NamedTuple):
    """One thing to look at: the rule that reports it, its severity, its place (line 0: the whole file), and its text.

    `key` stays the same from run to run as long as the issue exists, even if it moves within the file.
    """

    rule: str
    level: Level
    file: str
    line: int
    text: str
    key: str


def issues(report: Report) -> Iterator[Issue]:
    """The issues of an already masked report, release by release."""
    seen: Counter[int] = Counter()  # hashes only, since there can be thousands of keys
    for file in report.files:
        for issue in _of_release(file):  # identical issues get different keys
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
    """The file and line at the start of an error, as far as it names them."""
    where, colon, _ = file.error.partition(": ")
    path, _, line = where.rpartition(":")
    if colon and line.isdecimal() and path:
        return path, int(line)
    return file.error_file or file.path, 0


def _one_line(text: str) -> str:
    return " ".join(text.split())
