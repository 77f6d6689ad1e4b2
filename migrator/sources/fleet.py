"""Rancher Fleet: a `fleet.yaml` installs a chart with values at `helm.values`, and can change both for each cluster.

Source: https://fleet.rancher.io/ref-fleet-yaml
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from migrator.charts.roots import is_related
from migrator.errors import RefusedError
from migrator.sources.bundle import Bundle, ChartVersion, left_open
from migrator.sources.source import Source
from migrator.values import tree
from migrator.values.edits import Route
from migrator.values.merge import Map, as_map, as_text

NAMES = ("fleet.yaml", "fleet.yml")
_LIES_OVER = ("values", "valuesFiles", "valuesFrom", "templateValues", "version", "chart")
_TAKES_FROM = ("valuesFiles", "valuesFrom", "templateValues")


def is_fleet(data: Map, path: str) -> bool:
    """Whether a document is Fleet's, which only the file's name and a `helm` mapping tell."""
    return os.path.basename(path) in NAMES and isinstance(data.get("helm"), dict)


def releases(place: Source, data: Map, name: str) -> list[Bundle]:
    """The release of these charts that the file installs, if it does.

    Raises RefusedError where its values or its version are changed for some clusters, or come from other files too: it
    would be migrated in part only.
    """
    helm = as_map(data.get("helm"))
    chart = as_text(helm.get("chart")).rstrip("/").rpartition("/")[2]
    if not is_related(helm.get("values"), chart):
        return []
    _refuse_parts(place, data)
    at: Route = (*place.route, "helm")
    text = as_text(helm.get("version"))
    namespace = as_text(data.get("namespace")) or as_text(data.get("defaultNamespace"))
    return [
        Bundle(
            name=name,
            layers=(place._replace(route=(*at, "values")),),
            version=ChartVersion(chart, text, (*at, "version") if text else (), left_open(text)),
            release_name=as_text(helm.get("releaseName")),
            namespace=namespace,
            evidence=(f"values of {name} at {tree.show((*at, 'values'))}",),
            controller="Fleet",
        )
    ]


def values_files(data: Map, folder: str) -> list[str]:
    """The files that the chart takes values from, for some clusters or for all."""
    targets = data.get("targetCustomizations")
    parts = [data, *map(as_map, targets if isinstance(targets, list) else [])]
    named = [as_map(part.get("helm")).get("valuesFiles") for part in parts]
    names = [str(each) for files in named if isinstance(files, list) for each in files]
    return [os.path.normpath(os.path.join(folder, each)) for each in names]


def _refuse_parts(place: Source, data: Map) -> None:
    for route in _parts(data):
        raise RefusedError(
            f"{tree.show(route)} holds values or a version of the same release, which are not edited along with the "
            "rest of a fleet.yaml.",
            path=place.name,
            line=place.stream.documents[place.document].line((*place.route, *route)),
            remedy="Migrate each cluster's values as files of their own (-f FILE -f FILE), take them over, and move "
            "all versions in one commit.",
        )


def _parts(data: Map) -> Iterator[Route]:
    helm = as_map(data.get("helm"))
    yield from (("helm", key) for key in _TAKES_FROM if helm.get(key))
    targets = data.get("targetCustomizations")
    for number, target in enumerate(targets if isinstance(targets, list) else []):
        own = as_map(as_map(target).get("helm"))
        yield from (("targetCustomizations", number, "helm", key) for key in _LIES_OVER if own.get(key))
