"""Verification: check a release against the rules of its target version, before and after a migration."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from migrator.errors import VerificationError
from migrator.planning import apply, examine, summary, upgrade_notices
from migrator.report.records import FileReport, Finding, NoticeReport
from migrator.sources import Bundle, Source
from migrator.sources.source import as_file
from migrator.values.edits import Route
from migrator.values.release import Release

FIXED_BY_MIGRATION = frozenset(
    {"docket-missing", "docket-null", "docket-url", "docket-differs", "example-host", "migrate-pin"}
)
"""The rules that a migration exists to fix: their errors block its result even if they were there before."""


def verify(bundle: Bundle, request: examine.Request, *, kube_version: str = "") -> FileReport:
    """Whether the release, as it is, obeys the rules of the target version; with a chart, also as Helm renders it."""
    case = examine.examine(bundle, request)
    if any(question.id == "flavour" for question in case.plan.open_questions):
        return summary.report(case)
    found = findings(case.plan.start, case.sources)
    if request.chart_path:
        found += _rendered(case.sources, case.plan.start, request.chart_path, kube_version, found)
        found.sort(key=lambda each: each.severity)  # errors first, otherwise in their order
    wrong = any(finding.severity == "error" for finding in found)
    unread = (summary.located_notice(case, each) for each in upgrade_notices.unread(case.bundle))
    report = summary.report(case)._replace(
        changes=(), questions=(), migrations=(), notices=(*unread, *_looked_at(request)), findings=tuple(found)
    )
    return report._replace(status="failed" if wrong else "current", exit_code=4 if wrong else 0)


def planned(case: examine.Case) -> FileReport:
    """What would change, and what is wrong with the rest. Raises what `check_result` and `apply` raise."""
    result = apply.apply_plan(case)
    report = summary.report(case, result)
    return summary.with_findings(report, judge(case, result)) if case.plan.is_current else report


def proved(case: examine.Case, request: examine.Request) -> FileReport:
    """The proved result of a decided release: planning it again changes nothing, and it has no blocking errors.

    Raises RefusedError for a shape that is not edited, VerificationError if the proof fails; nothing is written.
    """
    result = apply.apply_plan(case)
    if case.plan.changes:
        apply.prove_settled(case, result, request)
    return summary.with_findings(summary.report(case, result), judge(case, result))


def _looked_at(request: examine.Request) -> tuple[NoticeReport, ...]:
    seen = request.surroundings.redis_state
    return (NoticeReport("info", f"{seen.summary()}.", "", 0),) if seen is not None else ()


def _rendered(
    layers: Sequence[Source], release: Release, path: str, kube_version: str, known: Sequence[Finding]
) -> list[Finding]:
    """Findings about the values on the chart: keys it does not know, and what is wrong with Prefect's pods.

    What the rules report of the values (`known`) is not repeated.
    """
    from migrator.charts import archive
    from migrator.helm import engine
    from migrator.rules import unknown
    from migrator.verify import rendered_pods

    found = unknown.unknown_keys(release, archive.own_values(path), _line_of(layers), [each.name for each in layers])
    try:
        manifests = engine.render(
            path,
            [as_file(layer) for layer in layers],
            release_name=release.name,
            namespace=release.namespace,
            kube_version=kube_version,
        )
    except engine.RenderError as error:
        return [*found, rendered_pods.render_finding(error, path)]
    runs_prefect = release.prefect.get("enabled") is not False
    troubles = rendered_pods.check(manifests, path, known)
    return [*found, *(each for each in troubles if runs_prefect or each.rule != "pods-none")]


def judge(case: examine.Case, result: apply.Result) -> tuple[Finding, ...]:
    """The findings of the rules on a migration's result, or the errors of a release that is not changed.

    Errors do not block a release that has nothing to migrate, but they must be reported. Raises what `check_result`
    raises.
    """
    if case.plan.changes:
        return check_result(case, result)
    return tuple(each for each in findings(case.plan.start, case.sources) if each.severity == "error")


def check_result(case: examine.Case, result: apply.Result) -> tuple[Finding, ...]:
    """The findings of the rules on a migration's result, for the report.

    Raises VerificationError for errors that the migration introduced or exists to fix; other errors that were there
    before are only reported.
    """
    before = findings(case.plan.start, case.sources)
    after = findings(case.plan.result, case.bundle.with_streams(result.streams).layers)
    known = {(finding.rule, finding.about or finding.text) for finding in before}
    own = [
        finding
        for finding in after
        if finding.severity == "error"
        and (finding.rule in FIXED_BY_MIGRATION or (finding.rule, finding.about or finding.text) not in known)
    ]
    if own:
        words = "; ".join(f"{finding.rule}: {finding.text}" for finding in own)
        raise VerificationError(
            f"the result would break the target version: {words}. Nothing was written.",
            path=own[0].file or case.bundle.name,
            line=own[0].line,
            remedy=own[0].remedy,
        )
    return tuple(after)


def findings(release: Release, layers: Sequence[Source]) -> list[Finding]:
    """The findings of the rules on a release with these layers."""
    from migrator import rules

    return rules.check(release, _line_of(layers), [layer.name for layer in layers])


def _line_of(layers: Sequence[Source]) -> Callable[[int, Route], int]:
    return lambda layer, route: layers[layer].line(route)
