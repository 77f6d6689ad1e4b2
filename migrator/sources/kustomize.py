"""Kustomize: a kustomization can inflate charts (`helmCharts`), and generate ConfigMaps and Secrets from files.

The values of a chart come from `valuesFile`, then `valuesInline`, then `additionalValuesFiles`; later ones override.
Sources: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/helmcharts/;
api/types/helmchartargs.go, api/types/kustomization.go (FixKustomizationPostUnmarshalling: the default kind and
apiVersion) and api/internal/builtins/HelmChartInflationGenerator.go of kubernetes-sigs/kustomize.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from migrator.charts.roots import is_related
from migrator.sources.bundle import Bundle, Elsewhere, ReleaseChart, chart_named
from migrator.sources.source import Source
from migrator.values import tree
from migrator.values.edits import Route, Value
from migrator.values.merge import Map, as_list, as_map, as_text

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
GENERATORS = {"ConfigMap": "configMapGenerator", "Secret": "secretGenerator"}
"""What a kustomization generates from files, and the key for it."""
_GROUP = "kustomize.config.k8s.io"


def is_kustomization(data: Map, path: str) -> bool:
    """Whether a document is a kustomization, or a component, which can inflate charts too.

    If it leaves out apiVersion or kind, the file's name decides.
    """
    if not {"kind", "apiVersion"} <= data.keys() and os.path.basename(path) not in NAMES:
        return False
    group = str(data.get("apiVersion", _GROUP)).partition("/")[0]
    return data.get("kind", "Kustomization") in ("Kustomization", "Component") and group == _GROUP


def releases(place: Source, data: Map, name: str) -> list[Bundle]:
    """The releases of these charts among those that the kustomization inflates.

    Raises RefusedError if values files override the inline values.
    """
    charts = [as_map(each) for each in as_list(data.get("helmCharts"))]
    return [
        _release(place.at("helmCharts", number), chart, data, name)
        for number, chart in enumerate(charts)
        if is_related(chart.get("valuesInline"), as_text(chart.get("name")))
    ]


def listed(source: Source, *keys: str) -> Iterator[tuple[int, Route, Value]]:
    """What kustomizations and Flux Kustomizations list under these keys: document, route, and item."""
    for document in source.stream.documents:
        data = as_map(document.data)
        above: Route = ("spec",) if str(data.get("apiVersion")).startswith("kustomize.toolkit.fluxcd.io/") else ()
        part = as_map(data.get("spec")) if above else data
        for key in keys:
            for number, item in enumerate(as_list(part.get(key))):
                yield document.index, (*above, key, number), item


def values_files(data: Map, folder: str) -> list[str]:
    """The files that the charts inflated here take values from."""
    names: list[str] = []
    for chart in map(as_map, as_list(data.get("helmCharts"))):
        names += [as_text(chart.get("valuesFile")), *texts(chart.get("additionalValuesFiles"))]
    return [os.path.normpath(os.path.join(folder, each)) for each in names if each]


def generated(data: Map, folder: str) -> Iterator[tuple[str, list[str]]]:
    """The ConfigMaps and Secrets (KIND/NAME) that the kustomization generates, each with the files in it."""
    for kind, key in GENERATORS.items():
        for item in map(as_map, as_list(data.get(key))):
            names = [each.partition("=")[2] or each for each in texts(item.get("files"))]
            paths = [os.path.normpath(os.path.join(folder, each)) for each in names]
            yield f"{kind}/{item.get('name')}", paths


def texts(value: Value) -> list[str]:
    """The items of a list as strings."""
    return [str(each) for each in as_list(value)]


def _release(place: Source, chart: Map, data: Map, name: str) -> Bundle:
    route = (*place.route, "valuesInline")
    merge, below = chart.get("valuesMerge"), as_text(chart.get("valuesFile"))
    files = texts(chart.get("additionalValuesFiles"))
    over = [below, *files] if merge == "merge" else files
    if chart.get("valuesInline") and over:
        raise place.refusal(
            f"{tree.show(route)} is overridden by {', '.join(over)}, which cannot be layers above an object here.",
            "Move the inline values into a file listed with them, and name the files and this one with -f.",
        )
    files = files if merge == "replace" else [below, *files]
    return Bundle(
        name=name,
        layers=(place._replace(route=route),),
        version=_version(place, chart),
        release_name=as_text(chart.get("releaseName")),
        namespace=as_text(chart.get("namespace")) or as_text(data.get("namespace")),
        evidence=(f"values of {name} at {tree.show(route)}",),
        unseen=tuple(Elsewhere(each, file=each) for each in files if each),
        controller="What applies the kustomization",
    )


def _version(place: Source, chart: Map) -> ReleaseChart:
    named = chart_named(as_text(chart.get("name")), as_text(chart.get("version")), (*place.route, "version"))
    if named.text:
        return named
    why = "it names no chart version, so the newest, or the one in its charts folder, is taken; pin one"
    return named._replace(unmovable=why)
