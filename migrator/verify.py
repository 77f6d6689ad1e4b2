"""Verification: a release held against the rules of its target version, before and after a migration."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from migrator import run
from migrator.edits import Route
from migrator.errors import VerificationError
from migrator.release import Release
from migrator.report import FileReport, Finding
from migrator.yamltext import Stream

MENDED = frozenset({"docket-missing", "docket-null", "docket-url", "docket-differs", "example-host", "migrate-pin"})
"""The rules that a migration is there to mend: their errors block its result even where they stood before."""


def verify(source: run.Source, chosen: argparse.Namespace, request: run.Request) -> FileReport:
    """Whether the release obeys the rules of the target version as it is; with a chart, also as Helm renders it."""
    case = run.examine([source], request)
    if any(question.id == "flavour" for question in case.plan.open_questions):
        return run.report(case)
    found = findings(case.plan.start, [source.stream], [source.name])
    if chosen.chart_path:
        found += _rendered(source, chosen, case.plan.start)
    wrong = any(finding.severity == "error" for finding in found)
    report = run.report(case)._replace(changes=(), questions=(), migrations=(), notices=(), findings=tuple(found))
    return report._replace(status="failed" if wrong else "current", exit_code=4 if wrong else 0)


def _rendered(source: run.Source, chosen: argparse.Namespace, release: Release) -> list[Finding]:
    """What Helm makes of the values with the chart: keys it does not know, and what is wrong with Prefect's pods."""
    from migrator import helm, rendered
    from migrator.rules import unknown

    path = chosen.chart_path
    found = unknown.unknown_keys(release, helm.own_values(path), _line_of([source.stream]), [source.name])
    try:
        manifests = helm.render(
            path,
            [source.stream.data],
            release_name=release.name,
            namespace=release.namespace,
            kube_version=chosen.kube_version or "",
        )
    except helm.RenderError as error:
        return [*found, rendered.refusal(error, path)]
    return [*found, *rendered.check(manifests, path)]


def hold_result(case: run.Case, result: run.Result) -> tuple[Finding, ...]:
    """What the rules say of a migration's result, for the report.

    Raises VerificationError for errors that the migration brought in or was there to mend; what was wrong before and
    is none of its business is only told.
    """
    names = [source.name for source in case.sources]
    before = findings(case.plan.start, [source.stream for source in case.sources], names)
    after = findings(case.plan.result, result.streams, names)
    known = {(finding.rule, finding.text) for finding in before}
    own = [
        finding
        for finding in after
        if finding.severity == "error" and (finding.rule in MENDED or (finding.rule, finding.text) not in known)
    ]
    if own:
        words = "; ".join(f"{finding.rule}: {finding.text}" for finding in own)
        raise VerificationError(
            f"the result would break the target version: {words}. Nothing was written.",
            path=own[0].file or names[0],
            line=own[0].line,
            remedy=own[0].remedy,
        )
    return tuple(after)


def findings(release: Release, streams: Sequence[Stream], names: Sequence[str]) -> list[Finding]:
    """What the rules say of a release whose layers are these texts."""
    from migrator import rules

    return rules.check(release, _line_of(streams), names)


def _line_of(streams: Sequence[Stream]) -> Callable[[int, Route], int]:
    return lambda layer, route: streams[layer].documents[0].line(route)
