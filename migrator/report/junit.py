"""JUnit XML: one test case per release, as CI systems read it.

Source: https://github.com/testmoapp/junitxml, which documents what the common readers accept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree

from migrator.report.issues import issues
from migrator.report.mask import Mask, visible
from migrator.report.page import Page
from migrator.report.records import FileReport, Report
from migrator.report.text_check import reason

_FORBIDDEN = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot represent."""


def pieces(report: Report, *, mask: Mask, seconds: float) -> Iterator[str]:
    """The report as one test suite, case by case, masked as in every other format."""
    report = mask.conceal(report)
    kinds = Counter(map(_kind, report.files))
    counts = {
        "tests": str(len(report.files)),
        "failures": str(kinds["failure"]),
        "errors": str(kinds["error"]),
        "time": f"{seconds:.3f}",
    }
    suites = ElementTree.Element("testsuites", {"name": "infrahub-migrator", **counts})
    name = f"infrahub-migrator {report.command}"
    suite = ElementTree.SubElement(suites, "testsuite", {"name": name, **counts, "skipped": str(kinds["skipped"])})
    suite.text = "\n"  # the cases are inserted later
    ElementTree.indent(suites)
    before, after = ElementTree.tostring(suites, encoding="unicode").split("\n</testsuite>")
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n{before.rstrip()}'
    for file in report.files:
        attributes = {"name": _without_forbidden(file.path), "classname": name, "time": "0"}
        case = ElementTree.Element("testcase", attributes)
        kind = _kind(file)
        issue_text = "\n".join(_issue_lines(report, file))
        if kind:
            why = _without_forbidden(reason(file, Page(0), more="below").removeprefix(": ") or file.status)
            result = ElementTree.SubElement(
                case, kind, {"type": file.status, "message": why} if kind != "skipped" else {"message": why}
            )
            result.text = issue_text or None
        elif issue_text:
            ElementTree.SubElement(case, "system-out").text = issue_text
        ElementTree.indent(case, level=2)
        yield f"\n    {ElementTree.tostring(case, encoding='unicode')}"
    yield f"\n  </testsuite>{after}\n"


def _issue_lines(report: Report, file: FileReport) -> Iterator[str]:
    """The issues, one per line with its place; an error of the whole release is already the message."""
    for issue in issues(report._replace(files=(file,))):
        if issue.rule != file.status:
            place = f"{issue.file}:{issue.line}" if issue.line else issue.file
            yield _without_forbidden(visible(f"{place}: {issue.level}: {issue.text}"))


def _kind(file: FileReport) -> str:
    if file.status in ("refused", "failed") or (file.status in ("unrelated", "out-of-scope") and file.exit_code):
        return "error"
    if file.status in ("unrelated", "out-of-scope", "skipped"):
        return "skipped"
    return "failure" if file.status in ("pending", "needs-decision") else ""


def _without_forbidden(text: str) -> str:
    return _FORBIDDEN.sub("?", text)
