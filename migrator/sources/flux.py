"""Flux: a HelmRelease holds values at `spec.values`, over those of `spec.valuesFrom`, which stand in the cluster.

Source: https://fluxcd.io/flux/components/helm/helmreleases/
"""

from __future__ import annotations

from migrator import tree
from migrator.discover import is_related
from migrator.edits import Route, Value
from migrator.migration import Notice
from migrator.release import Map, as_map
from migrator.sources.bundle import Bundle, ChartVersion, is_range
from migrator.sources.source import Source

VALUES = ("spec", "values")


def is_release(data: Map) -> bool:
    """Whether the object is a HelmRelease of Flux."""
    group = str(data.get("apiVersion")).partition("/")[0]
    return data.get("kind") == "HelmRelease" and group in ("helm.toolkit.fluxcd.io", "helm.fluxcd.io")


def releases(place: Source, data: Map, name: str) -> list[Bundle]:
    """The object's release, if it is one of these charts'. `place` is where the object stands."""
    spec = as_map(data.get("spec"))
    version = chart_version(place.route, spec)
    if not is_related(spec.get("values"), version.chart):
        return []
    source = place._replace(route=(*place.route, *VALUES))
    metadata = as_map(data.get("metadata"))
    namespace = _text(spec.get("targetNamespace")) or _text(metadata.get("namespace"))
    own = _text(metadata.get("name"))
    target = _text(spec.get("targetNamespace"))
    return [
        Bundle(
            name=name,
            layers=(source,),
            version=version,
            release_name=_text(spec.get("releaseName")) or (f"{target}-{own}" if target and own else own),
            namespace=namespace,
            evidence=(f"values of {name} at {tree.show(source.route)}",),
            notices=tuple(_unseen(spec, source.route)),
        )
    ]


def chart_version(above: Route, spec: Map) -> ChartVersion:
    """What the object says of its chart."""
    chart = as_map(spec.get("chart"))
    inner = as_map(chart.get("spec"))
    if inner or "chartRef" not in spec:
        # The operator before Flux 2 had chart and version one level higher.
        at: Route = ("spec", "chart", "spec") if inner else ("spec", "chart")
        values = inner or chart
        text = _text(values.get("version"))
        name = _text(values.get("chart") or values.get("name")).rstrip("/").rpartition("/")[2]
        unmovable = ""
        if not text:
            unmovable = "it names no chart version, so that the newest is installed; pin one"
        elif is_range(text):
            unmovable = f"its chart version is a range ({text}): the chart may have moved already, pin it"
        return ChartVersion(name, text, (*above, *at, "version") if text else (), unmovable)
    reference = as_map(spec.get("chartRef"))
    where = f"{reference.get('kind')} {reference.get('name')}"
    return ChartVersion("", "", (), f"its chart comes from {where}: move the version there, in the same change")


def _unseen(spec: Map, route: Route) -> list[Notice]:
    sources = spec.get("valuesFrom")
    named = []
    for each in sources if isinstance(sources, list) else []:
        item = as_map(each)
        key = item.get("valuesKey") or "values.yaml"
        path = f", put at {item['targetPath']}" if item.get("targetPath") else ""
        named.append(f"{item.get('kind')} {item.get('name')} (key {key}{path})")
    files = as_map(as_map(spec.get("chart")).get("spec")).get("valuesFiles")
    named += [f"file {each} of the chart" for each in files] if isinstance(files, list) else []
    if not named:
        return []
    return [
        Notice(
            f"Values from {', '.join(named)} lie below these and cannot be seen from here. If they hold values of "
            "Prefect, name their file and this one together: -f FILE -f OBJECT.",
            "warning",
        )
    ]


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""
