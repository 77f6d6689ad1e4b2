"""GitHub Actions annotations: workflow commands that show each issue beside its line.

Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands (how values are escaped).
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from migrator.report.issues import Issue, issues
from migrator.report.mask import Mask, visible
from migrator.report.records import Report
from migrator.report.totals import status_sentence

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def commands(report: Report, *, mask: Mask) -> Iterator[str]:
    """One command per line, then a line with the totals."""
    report = mask.conceal(report)
    for issue in issues(report):
        yield f"{_command(issue)}\n"
    yield f"{status_sentence(report)}\n"


def _command(issue: Issue) -> str:
    place = {"file": issue.file.replace(os.sep, "/"), "line": str(issue.line or ""), "title": issue.rule}
    properties = ",".join(f"{name}={_property(value)}" for name, value in place.items() if value)
    return f"::{_COMMANDS[issue.level]} {properties}::{_data(visible(issue.text))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
