"""`diff --rendered`: what an upgrade changes in the cluster, with each difference under its explanation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from migrator import yamltext
from migrator.charts import archive
from migrator.charts.archive import Manifest
from migrator.helm import explanations, manifests, upgrade
from migrator.helm.manifests import Difference
from migrator.planning import apply, examine, summary
from migrator.report.cluster_records import ClusterChange, ClusterReport, Explanation
from migrator.report.records import FileReport
from migrator.sources import Bundle
from migrator.sources.source import as_file
from migrator.values import tree
from migrator.values.merge import Map, as_map


class Installed(NamedTuple):
    """A release installed in a cluster, used in place of a rendering of the old chart; `name` is its name for people.

    `computed` are the values that Helm used, with the chart's own values; `given` are those that Helm was given.
    """

    name: str
    objects: Sequence[Manifest]
    computed: Map
    given: Map


def diff(
    bundle: Bundle, request: examine.Request, *, kube_version: str = "", installed: Installed | None = None
) -> FileReport:
    """Compare what Helm renders: old chart and current file, or what is installed, with new chart and migrated file.

    Raises what rendering raises: HelmMissing, ChartError, and RenderError if a chart rejects the file.
    """
    case = examine.examine(bundle, request)
    if case.plan.open_questions:
        return summary.report(case)
    result = apply.apply_plan(case)
    report = summary.report(case, result)
    release = case.plan.result
    old, new = request.old_chart_path, request.chart_path
    after = archive.own_values(new)
    if installed is not None:
        old = installed.name
        own = explanations.OwnValues(_without(installed.computed, installed.given), _without(after, installed.given))
    else:
        own = explanations.OwnValues(archive.own_values(old), after)
    charts = upgrade.Charts(old, new, own.before, release.name, release.namespace, kube_version)
    objects = None if installed is None else manifests.objects(installed.objects)
    rendered = upgrade.render_upgrade(charts, _stages(case, result), objects)
    found = explanations.explain(rendered, _steps(case, report), own)
    changes = tuple(_cluster_change(difference, explanation) for difference, explanation in found)
    return report._replace(cluster=ClusterReport(old, new, release.name, release.namespace, changes))


def _without(values: Map, given: Map) -> Map:
    """The values that were not given: what remains are the chart's own values, as far as they are used."""
    found: Map = {}
    for key, value in values.items():
        over = given.get(key)
        if isinstance(value, dict) and isinstance(over, dict):
            found[key] = _without(value, as_map(over))
        elif key not in given:
            found[key] = value
    return found


def _stages(case: examine.Case, result: apply.Result) -> list[list[bytes]]:
    """The layers as Helm reads them, at the start and after each step."""
    names = [source.name for source in case.sources]
    stages = []
    for texts in result.stages[: len(case.plan.steps) + 1]:
        streams = [yamltext.parse(text, name) for text, name in zip(texts, names)]
        stages.append([as_file(layer) for layer in case.bundle.with_streams(streams).layers])
    return stages


def _steps(case: examine.Case, report: FileReport) -> list[explanations.ReportedStep]:
    """The plan's steps, with the reported changes of each."""
    return [
        explanations.ReportedStep(
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


def _cluster_change(difference: Difference, explanation: Explanation) -> ClusterChange:
    what, route, before, after = difference
    kind = "add" if before is None else "remove" if after is None else "replace"
    return ClusterChange(what, tree.show(route) if route else "", kind, before, after, explanation)  # type: ignore[arg-type]
