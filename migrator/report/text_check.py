"""One line per release: the output of `check`, and the start of every other report."""

from __future__ import annotations

from migrator.report.mask import Mask
from migrator.report.page import Page, Style, flags_of
from migrator.report.records import FileReport, Report

STYLES: dict[str, Style] = {
    "current": "green", "migrated": "green", "pending": "yellow", "needs-decision": "yellow", "refused": "red",
    "failed": "red", "unrelated": "dim", "out-of-scope": "dim", "skipped": "dim",
}  # fmt: skip


def check(report: Report, page: Page, *, mask: Mask) -> str:
    """One line per release: `PATH: STATUS`, then a short reason."""
    if any(file.error for file in report.files):  # otherwise no values are shown, and `check` must be fast
        report = mask.conceal(report)
    report = report._replace(files=tuple(file._replace(path=mask.path(file.path)) for file in report.files))
    return "".join(f"{headline(file, page)}{reason(file, page)}\n" for file in report.files)


def headline(file: FileReport, page: Page) -> str:
    """PATH: STATUS."""
    return f"{page.plain(file.path)}: {page.styled(file.status, STYLES[file.status])}"


def reason(file: FileReport, page: Page, *, more: str = "see plan") -> str:
    """Why a release has its status, to follow it; `more` says where errors and warnings are shown in full."""
    reasons = []
    if file.error:
        reasons.append(page.plain(error_without_path(file)))
    elif file.status in ("pending", "needs-decision"):
        if file.changes:
            why = ", ".join(name for name, _ in file.migrations) or "the chart's version"
            reasons.append(f"{count(len(file.changes), 'change')} ({why})")
        elif file.status == "pending":
            reasons.append("changes in a file that it shares, listed under another release")
        missing = flags_of(file.questions)
        if missing:
            reasons.append(f"decide with {', '.join(missing)}")
    counts = [
        count(number, severity)
        for severity in ("error", "warning")
        if (number := sum(notice.severity == severity for notice in file.notices))
    ]
    if counts and file.status != "needs-decision":  # rules are not run just for this while a question is open
        reasons.append(f"{' and '.join(counts)} ({more})")
    return f": {'; '.join(reasons)}" if reasons else ""


def error_without_path(file: FileReport) -> str:
    """The error without the path, since the line already starts with it."""
    rest = file.error.removeprefix(file.path + ":")
    line, colon, text = rest.partition(":")
    return f"line {line}:{text}" if rest != file.error and colon and line.isdecimal() else rest.strip()


def count(number: int, noun: str) -> str:
    """A number with its noun: `1 change`, `2 changes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
