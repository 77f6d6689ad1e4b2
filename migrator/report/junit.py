"""JUnit's XML: one test case for each release, as CI systems read it.

Source: https://github.com/testmoapp/junitxml, which writes down what the common readers have in common.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from migrator.report.mask import Mask
from migrator.report.page import Page
from migrator.report.records import FileReport, Report
from migrator.report.text_check import reason

_FORBIDDEN = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to say."""


def dumps(report: Report, *, mask: Mask, seconds: float) -> str:
    """The report as one test suite; the same secrets are masked as everywhere."""
    report = mask.conceal(report)
    failed = [file for file in report.files if _kind(file) == "failure"]
    broken = [file for file in report.files if _kind(file) == "error"]
    skipped = [file for file in report.files if _kind(file) == "skipped"]
    counts = {
        "tests": str(len(report.files)),
        "failures": str(len(failed)),
        "errors": str(len(broken)),
        "time": f"{seconds:.3f}",
    }
    suites = ElementTree.Element("testsuites", {"name": "infrahub-migrator", **counts})
    name = f"infrahub-migrator {report.command}"
    suite = ElementTree.SubElement(suites, "testsuite", {"name": name, **counts, "skipped": str(len(skipped))})
    for file in report.files:
        attributes = {"name": _sayable(file.path), "classname": name, "time": "0"}
        case = ElementTree.SubElement(suite, "testcase", attributes)
        kind = _kind(file)
        if kind:
            why = _sayable(reason(file, Page(0), mask).removeprefix(": ") or file.status)
            ElementTree.SubElement(
                case, kind, {"type": file.status, "message": why} if kind != "skipped" else {"message": why}
            )
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def _kind(file: FileReport) -> str:
    if file.status in ("refused", "failed") or (file.status in ("unrelated", "out-of-scope") and file.exit_code):
        return "error"
    if file.status in ("unrelated", "out-of-scope", "skipped"):
        return "skipped"
    return "failure" if file.status in ("pending", "needs-decision") else ""


def _sayable(text: str) -> str:
    return _FORBIDDEN.sub("?", text)
