"""`diff --rendered`: what an upgrade changes in the cluster, each difference under what explains it."""

from __future__ import annotations

from migrator import yamltext
from migrator.charts import archive
from migrator.helm import explanations, upgrade
from migrator.helm.manifests import Difference
from migrator.planning import apply, examine, summary
from migrator.report.cluster_records import ClusterChange, ClusterReport, Explanation
from migrator.report.records import FileReport
from migrator.sources import Bundle
from migrator.sources.source import as_file
from migrator.values import tree


def diff(bundle: Bundle, request: examine.Request, *, kube_version: str = "") -> FileReport:
    """Old chart and file as it is against new chart and migrated file, as Helm renders them.

    Raises what rendering raises: HelmMissing, ChartError, and RenderError where a chart refuses the file.
    """
    case = examine.examine([bundle], request)
    if case.plan.open_questions:
        return summary.report(case)
    result = apply.carry_out(case)
    report = summary.report(case, result)
    release = case.plan.result
    old, new = request.old_chart_path, request.chart_path
    own = explanations.OwnValues(archive.own_values(old), archive.own_values(new))
    charts = upgrade.Charts(old, new, own.before, release.name, release.namespace, kube_version)
    taken_apart = upgrade.take_apart(charts, _stages(case, result))
    found = explanations.explain(taken_apart, _steps(case, report), own)
    changes = tuple(_told(difference, explanation) for difference, explanation in found)
    return report._replace(cluster=ClusterReport(old, new, release.name, release.namespace, changes))


def _stages(case: examine.Case, result: apply.Result) -> list[list[bytes]]:
    """The layers as Helm takes them, as they are and after each step."""
    names = [source.name for source in case.sources]
    stages = []
    for texts in result.stages[: len(case.plan.steps) + 1]:
        streams = [yamltext.parse(text, name) for text, name in zip(texts, names)]
        stages.append([as_file(layer) for layer in case.bundle.on(streams).layers])
    return stages


def _steps(case: examine.Case, report: FileReport) -> list[explanations.Step]:
    """The plan's steps, with what is told of each."""
    return [
        explanations.Step(
            planned.known.id,
            planned.step.id,
            planned.step.title,
            tuple(
                change
                for change in report.changes
                if (change.migration, change.step) == (planned.known.id, planned.step.id)
            ),
        )
        for planned in case.plan.steps
    ]


def _told(difference: Difference, explanation: Explanation) -> ClusterChange:
    what, route, before, after = difference
    kind = "add" if before is None else "remove" if after is None else "replace"
    return ClusterChange(what, tree.show(route) if route else "", kind, before, after, explanation)  # type: ignore[arg-type]
