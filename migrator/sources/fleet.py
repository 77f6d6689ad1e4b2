"""Rancher Fleet: a `fleet.yaml` installs a chart with values at `helm.values`, and can change both for each cluster.

Sources: https://fleet.rancher.io/ref-fleet-yaml; internal/bundlereader/read.go of rancher/fleet (`targets` count like
`targetCustomizations`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from migrator.charts.roots import is_related
from migrator.sources.bundle import Bundle, chart_named
from migrator.sources.source import Source
from migrator.values import tree
from migrator.values.edits import Route
from migrator.values.merge import Map, as_list, as_map, as_text

NAMES = ("fleet.yaml", "fleet.yml")
_OVERRIDES = ("values", "valuesFiles", "valuesFrom", "templateValues", "version", "chart")
_FOR_SOME = ("targets", "targetCustomizations")
"""The keys under which the file says what is different for some clusters."""
_VALUE_SOURCES = ("valuesFiles", "valuesFrom", "templateValues")


def is_fleet(data: Map, path: str) -> bool:
    """Whether a document is Fleet's, recognised only by the file's name and a `helm` mapping."""
    return os.path.basename(path) in NAMES and isinstance(data.get("helm"), dict)


def releases(place: Source, data: Map, name: str) -> list[Bundle]:
    """The release of these charts that the file installs, if any.

    Raises RefusedError if its values or version are changed for some clusters, or also come from other files: it would
    be migrated only in part.
    """
    helm = as_map(data.get("helm"))
    version = chart_named(as_text(helm.get("chart")), as_text(helm.get("version")), (*place.route, "helm", "version"))
    if not is_related(helm.get("values"), version.chart):
        return []
    for route in _other_routes(data):
        raise place.refusal(
            f"{tree.show(route)} has values or a version of the same release, which are not edited with the rest of "
            "a fleet.yaml.",
            "Migrate each cluster's values in separate files (-f FILE -f FILE), copy the results back, and move all "
            "versions in one commit.",
            route,
        )
    layer = place.at("helm", "values")
    return [
        Bundle(
            name=name,
            layers=(layer,),
            version=version,
            release_name=as_text(helm.get("releaseName")),
            namespace=as_text(data.get("namespace")) or as_text(data.get("defaultNamespace")),
            evidence=(f"values of {name} at {tree.show(layer.route)}",),
            controller="Fleet",
        )
    ]


def values_files(data: Map, folder: str) -> list[str]:
    """The files that the chart takes values from, for all clusters or some."""
    parts = [data, *(target for _, target in _targets(data))]
    names = [str(each) for part in parts for each in as_list(as_map(part.get("helm")).get("valuesFiles"))]
    return [os.path.normpath(os.path.join(folder, each)) for each in names]


def _other_routes(data: Map) -> Iterator[Route]:
    """The routes of values and versions other than `helm.values` and `helm.version`."""
    helm = as_map(data.get("helm"))
    yield from (("helm", key) for key in _VALUE_SOURCES if helm.get(key))
    for route, target in _targets(data):
        own = as_map(target.get("helm"))
        yield from ((*route, "helm", key) for key in _OVERRIDES if own.get(key))


def _targets(data: Map) -> Iterator[tuple[Route, Map]]:
    """What the file changes for some clusters, each with its route."""
    for key in _FOR_SOME:
        yield from (((key, number), as_map(each)) for number, each in enumerate(as_list(data.get(key))))


def kustomize_folders(data: Map, folder: str) -> list[str]:
    """The folders whose kustomizations are applied over what Helm renders, for all clusters or some."""
    parts = [data, *(target for _, target in _targets(data))]
    names = [as_text(as_map(part.get("kustomize")).get("dir")) for part in parts]
    return [os.path.normpath(os.path.join(folder, each)) for each in names if each]
