"""The JSON output, as `migrator/report/schemas/report.json` describes it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from migrator import __version__
from migrator.report.mask import Mask
from migrator.report.yaml_numbers import plain
from migrator.values.edits import Value

if TYPE_CHECKING:
    from migrator.report.cluster_records import ClusterReport
    from migrator.report.records import FileReport, Report, Status

SCHEMA = 1
"""Incremented when programs that read the output have to change; a new key does not count."""

HERE = "..."
"""Placeholder for the items of a list that are inserted later."""

FROM_WORST: tuple[Status, ...] = (
    "failed", "needs-decision", "refused", "pending", "migrated", "current", "unrelated", "out-of-scope", "skipped",
)  # fmt: skip
"""Every status, in the order of its exit code."""


def dumps(report: Report, *, mask: Mask) -> str:
    """One JSON object, ASCII only (a terminal finds nothing in it to interpret), without a trailing line feed."""
    return "".join(pieces(report, mask=mask))


def pieces(report: Report, *, mask: Mask) -> Iterator[str]:
    """The same in pieces, release by release."""
    report = mask.conceal(report)
    counts = Counter(file.status for file in report.files)
    statuses = set(counts)
    if report.error:
        statuses.add("refused" if report.error_code == 2 else "failed")
    whole: dict[str, Value] = {
        "schema": SCHEMA,
        "tool": "infrahub-migrator",
        "version": __version__,
        "command": report.command,
        "status": next((status for status in FROM_WORST if status in statuses), "current"),
        "exit_code": report.exit_code,
        "time": report.time or None,
        "error": report.error,
        "files": [HERE],
        "totals": {"releases": len(report.files), **{each: counts[each] for each in FROM_WORST}},
    }
    yield from filled(whole, (_file(file, mask, report.command == "diff") for file in report.files), depth=2)


def filled(whole: Value, items: Iterable[Value], *, depth: int) -> Iterator[str]:
    """JSON in which a list of only `HERE`, at that depth, is replaced by these items, one at a time."""
    margin, inner = "\n" + "  " * (depth - 1), "\n" + "  " * depth
    # Line feeds in strings are escaped, so nothing else can match this.
    before, _, after = json.dumps(whole, indent=2, allow_nan=False).partition(f"[{inner}{json.dumps(HERE)}{margin}]")
    yield f"{before}["
    separator = ""
    for item in items:
        yield separator + inner + json.dumps(item, indent=2, allow_nan=False).replace("\n", inner)
        separator = ","
    yield f"{margin if separator else ''}]{after}"


def _file(file: FileReport, mask: Mask, with_patch: bool) -> dict[str, Value]:
    return {
        "path": file.path,
        "layers": [
            {
                "path": layer.path,
                "changed": layer.is_changed,
                "sha256_before": layer.digests[0],
                "sha256_after": layer.digests[1],
            }
            for layer in file.layers
        ],
        "chart": file.chart,
        "from": file.version_from,
        "to": file.version_to,
        "flavour": file.flavour,
        "root": file.root,
        "evidence": list(file.evidence),
        "status": file.status,
        "exit_code": file.exit_code,
        "migrations": [{"id": name, "title": title} for name, title in file.migrations],
        "changes": [
            {**change._asdict(), "before": plain(change.before), "after": plain(change.after)}
            for change in file.changes
        ],
        "questions": [
            {
                "id": question.id,
                "text": question.text,
                "choices": [{"value": value, "leads_to": text} for value, text in question.choices],
                "default": question.default,
                "suggestion": question.suggestion,
                "flag": question.flag,
                "places": [{"file": file, "line": line} for file, line in question.places],
                "answer": question.answer,
                "answered": question.answered,
                "stale": question.stale,
                "by": question.by,
                "where": question.where,
            }
            for question in file.questions
        ],
        "notices": [_without(each._asdict(), "is_next_step", "is_stop") for each in file.notices],
        "findings": [_without(each._asdict(), "about") for each in file.findings],
        "patch": _patch(file, mask) if with_patch else None,
        "backups": list(file.backups),
        "output": file.output,
        "cluster": None if file.cluster is None else _cluster(file.cluster),
        "release": None if file.release is None else dict(file.release._asdict()),
        "error": file.error,
    }


def _without(fields: dict[str, Value], *own: str) -> dict[str, Value]:
    """The fields without the internal ones."""
    return {name: value for name, value in fields.items() if name not in own}


def _patch(file: FileReport, mask: Mask) -> list[Value]:
    from migrator.report import json_patch

    found = [(each, json_patch.operations(each, mask)) for each in file.documents]
    return [
        {"file": document.path, "document": document.number, "operations": list(operations)}
        for document, operations in found
        if operations
    ]


def _cluster(cluster: ClusterReport) -> dict[str, Value]:
    return {
        "old_chart": cluster.old_chart,
        "new_chart": cluster.new_chart,
        "release_name": cluster.release_name,
        "namespace": cluster.namespace,
        "unexplained": len(cluster.unexplained),
        "changes": [
            {
                "object": change.object,
                "path": change.path,
                "kind": change.kind,
                "before": plain(change.before),
                "after": plain(change.after),
                "explanation": change.explanation._asdict(),
            }
            for change in cluster.changes
        ],
    }
