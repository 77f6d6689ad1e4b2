"""SARIF 2.1.0: what `check` finds, for code scanning.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html (3.27 results, 3.49 rules).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import PurePath
from typing import NamedTuple
from urllib.parse import quote

from migrator import __version__
from migrator.report.issues import Issue, issues
from migrator.report.json_format import HERE, filled
from migrator.report.mask import Mask
from migrator.report.records import Report
from migrator.values.edits import Value


class Help(NamedTuple):
    """The documentation of a rule: a summary, the full text, and the address of its page."""

    title: str
    text: str
    page: str = ""


def pieces(report: Report, *, mask: Mask, help_of: Callable[[str], Help]) -> Iterator[str]:
    """The report as one SARIF log, ASCII only, result by result; `help_of` explains a rule by its id."""
    report = mask.conceal(report)
    rules = {rule: number for number, rule in enumerate(dict.fromkeys(issue.rule for issue in issues(report)))}
    exit_code = report.exit_code
    log: Value = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "infrahub-migrator",
                        "version": __version__,
                        "rules": [_rule(rule, help_of(rule)) for rule in rules],
                    }
                },
                "invocations": [{"executionSuccessful": exit_code in (0, 1), "exitCode": exit_code}],
                "columnKind": "unicodeCodePoints",
                "results": [HERE],
            }
        ],
    }
    yield from filled(log, (_result(issue, rules[issue.rule]) for issue in issues(report)), depth=4)
    yield "\n"


def _rule(rule: str, known: Help) -> Value:
    return {
        "id": rule,
        "shortDescription": {"text": known.title},
        "fullDescription": {"text": known.text},
        "help": {"text": known.text},
        **({"helpUri": known.page} if known.page else {}),
    }


def _result(issue: Issue, index: int) -> Value:
    place: dict[str, Value] = {"artifactLocation": _artifact(issue.file)}
    if issue.line:
        place["region"] = {"startLine": issue.line}
    return {
        "ruleId": issue.rule,
        "ruleIndex": index,
        "level": issue.level,
        "message": {"text": issue.text},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"infrahubMigrator/v1": sha256(issue.key.encode("utf-8", "surrogatepass")).hexdigest()},
    }


def _artifact(path: str) -> Value:
    if os.path.isabs(path):
        return {"uri": PurePath(path).as_uri()}
    return {"uri": quote(path.replace(os.sep, "/").encode("utf-8", "surrogateescape")), "uriBaseId": "%SRCROOT%"}
