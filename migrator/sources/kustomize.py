"""Kustomize: a kustomization can inflate charts (`helmCharts`), and hand files on as ConfigMaps and Secrets.

The values of a chart come from `valuesFile`, with `valuesInline` over it, and `additionalValuesFiles` over both.
Sources: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/helmcharts/;
api/types/helmchartargs.go, api/types/kustomization.go (FixKustomizationPostUnmarshalling: what kind and apiVersion are
where they are left out) and api/internal/builtins/HelmChartInflationGenerator.go of kubernetes-sigs/kustomize.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from migrator.charts.roots import is_related
from migrator.errors import RefusedError
from migrator.sources.bundle import Bundle, ChartVersion, Elsewhere, left_open
from migrator.sources.source import Source
from migrator.values import tree
from migrator.values.edits import Route, Value
from migrator.values.merge import Map, as_map, as_text

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_GROUP = "kustomize.config.k8s.io"


def is_kustomization(data: Map, path: str) -> bool:
    """Whether a document is a kustomization; where it leaves out its group or its kind, the file's name says so."""
    if not {"kind", "apiVersion"} <= data.keys() and os.path.basename(path) not in NAMES:
        return False
    group = str(data.get("apiVersion", _GROUP)).partition("/")[0]
    return data.get("kind", "Kustomization") == "Kustomization" and group == _GROUP


def releases(place: Source, data: Map, name: str) -> list[Bundle]:
    """The releases of these charts among those that the kustomization inflates.

    Raises RefusedError where values files lie over the values in it.
    """
    charts = data.get("helmCharts")
    found = []
    for number, item in enumerate(charts if isinstance(charts, list) else []):
        chart = as_map(item)
        if is_related(chart.get("valuesInline"), as_text(chart.get("name"))):
            found.append(_release(place, (*place.route, "helmCharts", number), chart, data, name))
    return found


def listed(source: Source, *keys: str) -> Iterator[tuple[int, Route, Value]]:
    """What kustomizations, and Kustomizations of Flux, list under these keys: the document, the route, the item."""
    for document in source.stream.documents:
        data = as_map(document.data)
        above: Route = ("spec",) if str(data.get("apiVersion")).startswith("kustomize.toolkit.fluxcd.io/") else ()
        part = as_map(data.get("spec")) if above else data
        for key in keys:
            items = part.get(key)
            for number, item in enumerate(items if isinstance(items, list) else []):
                yield document.index, (*above, key, number), item


def values_files(data: Map, folder: str) -> list[str]:
    """The files that the charts inflated here take values from."""
    charts = data.get("helmCharts")
    names: list[str] = []
    for chart in map(as_map, charts if isinstance(charts, list) else []):
        names += [as_text(chart.get("valuesFile")), *_texts(chart.get("additionalValuesFiles"))]
    return [os.path.normpath(os.path.join(folder, each)) for each in names if each]


def generated(data: Map, folder: str) -> Iterator[tuple[str, list[str]]]:
    """What the kustomization makes of files: the name of each ConfigMap and Secret (KIND/NAME), and the files in it."""
    for key, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
        items = data.get(key)
        for item in items if isinstance(items, list) else []:
            files = as_map(item).get("files")
            names = [str(each).partition("=")[2] or str(each) for each in files] if isinstance(files, list) else []
            paths = [os.path.normpath(os.path.join(folder, each)) for each in names]
            yield f"{kind}/{as_map(item).get('name')}", paths


def _release(place: Source, at: Route, chart: Map, data: Map, name: str) -> Bundle:
    route = (*at, "valuesInline")
    _refuse_what_lies_over(place, at, chart)
    merge = chart.get("valuesMerge")
    files = [] if merge == "replace" else [as_text(chart.get("valuesFile"))]
    files += _texts(chart.get("additionalValuesFiles"))
    return Bundle(
        name=name,
        layers=(place._replace(route=route),),
        version=_version(at, chart),
        release_name=as_text(chart.get("releaseName")),
        namespace=as_text(chart.get("namespace")) or as_text(data.get("namespace")),
        evidence=(f"values of {name} at {tree.show(route)}",),
        unseen=tuple(Elsewhere(each, file=each) for each in files if each),
        controller="What applies the kustomization",
    )


def _refuse_what_lies_over(place: Source, at: Route, chart: Map) -> None:
    over = _texts(chart.get("additionalValuesFiles"))
    if chart.get("valuesMerge") == "merge":
        over = [as_text(chart.get("valuesFile")), *over]
    if chart.get("valuesInline") and over:
        raise RefusedError(
            f"{tree.show((*at, 'valuesInline'))} has values of {', '.join(over)} over it, which cannot be layers above "
            "an object here.",
            path=place.name,
            line=place.stream.documents[place.document].line(at),
            remedy="Put the inline values into a file among them, and name the files and this one with -f.",
        )


def _version(at: Route, chart: Map) -> ChartVersion:
    text = as_text(chart.get("version"))
    unmovable = left_open(text)
    if not text:
        unmovable = "it names no chart version, so that the newest, or the one in its charts folder, is taken; pin one"
    name = as_text(chart.get("name")).rstrip("/").rpartition("/")[2]
    return ChartVersion(name, text, (*at, "version") if text else (), unmovable)


def _texts(value: Value) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
