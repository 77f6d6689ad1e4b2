"""Flux: a HelmRelease has values at `spec.values`, over those of `spec.valuesFrom`, which are in the cluster.

A reference with a `targetPath` sets a single value, which overrides all others.

Sources: https://fluxcd.io/flux/components/helm/helmreleases/, and ChartValuesFromReferences in chartutil/values.go of
fluxcd/pkg.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from migrator.charts.roots import is_related
from migrator.sources import chart_sources
from migrator.sources.bundle import Bundle, Elsewhere, ReleaseChart, chart_named
from migrator.sources.chart_sources import ChartSource
from migrator.sources.patch_records import refuse_directives
from migrator.sources.source import Source
from migrator.sources.value_sources import LayersBelow, below
from migrator.values import tree
from migrator.values.changes import Notice
from migrator.values.edits import Route, Value
from migrator.values.merge import Map, as_list, as_map, as_text

VALUES = ("spec", "values")


def is_release(data: Map) -> bool:
    """Whether the object is a Flux HelmRelease."""
    group = str(data.get("apiVersion")).partition("/")[0]
    return data.get("kind") == "HelmRelease" and group in ("helm.toolkit.fluxcd.io", "helm.fluxcd.io")


def releases(place: Source, data: Map, name: str) -> list[Bundle]:
    """The object's release, if it is of one of these charts. `place` is where the object is."""
    spec = as_map(data.get("spec"))
    is_patch = not _names_chart(spec)
    refers = chart_sources.refers(spec)
    referred = chart_sources.find(place, data) if refers else ChartSource(chart_version(place, spec))
    version = referred.version
    if is_patch and not version.text:
        version = ReleaseChart()
    references = _references(spec)
    taken = LayersBelow()
    if references and (is_related(spec.get("values"), version.chart) or not version.chart):
        taken = below(place, data, references)
    values = (spec.get("values"), *(each.data for each in taken.layers))
    if not any(is_related(each, version.chart) for each in values):
        return []
    if is_patch:
        refuse_directives(place.name, place.line, spec)
    source = place.at(*VALUES)
    metadata = as_map(data.get("metadata"))
    own = as_text(metadata.get("name"))
    target = as_text(spec.get("targetNamespace"))
    # What a patch leaves out stays as in the object that it patches.
    namespace = target or ("" if is_patch else as_text(metadata.get("namespace")))
    by_default = "" if is_patch else f"{target}-{own}" if target and own else own
    return [
        Bundle(
            name=name,
            layers=(*referred.layers, *taken.layers, source, *_target_path_layer(place, spec)),
            version_layer=0 if referred.layers else len(taken.layers),
            version=version,
            release_name=as_text(spec.get("releaseName")) or by_default,
            namespace=namespace,
            evidence=(
                *(f"chart version of {name} at {each.name} {tree.show(version.route)}" for each in referred.layers),
                *(f"values of {name} at {each.name} {tree.show(each.route)}" for each in taken.layers),
                f"values of {name} at {tree.show(source.route)}",
            ),
            notices=tuple(_notices(spec)),
            unseen=(*([_patched(own)] if is_patch else []), *_unseen(spec, taken.found)),
            item=f"HelmRelease/{own}",
            is_patch=is_patch,
            controller="Flux",
            shared=taken.shared,
        )
    ]


def items_below(documents: Collection[Value]) -> set[str]:
    """The ConfigMaps and Secrets (KIND/NAME) that the HelmReleases among these documents take values from."""
    specs = [as_map(as_map(each).get("spec")) for each in documents if is_release(as_map(each))]
    return {f"{item.get('kind')}/{item.get('name')}" for spec in specs for item in _references(spec)}


def version_patch(place: Source, data: Map, name: str) -> Bundle | None:
    """A patch of only a release's chart version; None for anything else."""
    spec = as_map(data.get("spec"))
    version = chart_version(place, spec)
    if _names_chart(spec) or not version.text:
        return None
    own = as_text(as_map(data.get("metadata")).get("name"))
    return Bundle(
        name=name,
        layers=(place.at(*VALUES),),
        version=version,
        evidence=(f"chart version of {name} at {tree.show(version.route)}",),
        unseen=(_patched(own),),
        item=f"HelmRelease/{own}",
        is_patch=True,
        controller="Flux",
    )


def _notices(spec: Map) -> Iterator[Notice]:
    """A warning for Flux's form of --reuse-values (internal/action/upgrade.go of fluxcd/helm-controller)."""
    if as_map(spec.get("upgrade")).get("preserveValues") is True:
        yield Notice(
            "spec.upgrade.preserveValues is true: as helm's --reuse-values does, Flux then keeps the old chart's "
            "defaults. Remove it in the same commit.",
            "warning",
        )


def _names_chart(spec: Map) -> bool:
    """Whether the object names its chart; a patch that Kustomize applies over another object need not."""
    chart = as_map(spec.get("chart"))
    parts = (chart, as_map(chart.get("spec")))
    return "chartRef" in spec or any(part.get(key) for part in parts for key in ("chart", "name", "git"))


def _patched(name: str) -> Elsewhere:
    return Elsewhere(f"the HelmRelease {name} that this patches", item=f"HelmRelease/{name}")


def chart_version(place: Source, spec: Map) -> ReleaseChart:
    """The chart and version that the object itself names."""
    chart = as_map(spec.get("chart"))
    inner = as_map(chart.get("spec"))
    # The operator before Flux 2 had chart and version one level higher.
    at: Route = ("spec", "chart", "spec") if inner else ("spec", "chart")
    values = inner or chart
    name = as_text(values.get("chart") or values.get("name"))
    return chart_named(name, as_text(values.get("version")), (*place.route, *at, "version"))


def _unseen(spec: Map, found: Collection[int]) -> Iterator[Elsewhere]:
    """Values below the object's own that were not found nearby."""
    for number, item in enumerate(_references(spec)):
        if not item.get("targetPath") and number not in found:
            yield Elsewhere(_called(item), item=f"{item.get('kind')}/{item.get('name')}")
    files = as_map(as_map(spec.get("chart")).get("spec")).get("valuesFiles")
    yield from (Elsewhere(f"file {each} of the chart") for each in as_list(files))


def _target_path_layer(place: Source, spec: Map) -> tuple[Source, ...]:
    """The layer of references with a `targetPath`, over the object's values."""
    references = {
        number: (str(item["targetPath"]), _called(item))
        for number, item in enumerate(_references(spec))
        if item.get("targetPath")
    }
    if not references:
        return ()
    from migrator.sources import parameters

    layer = place.at("spec", "valuesFrom")
    settings = parameters.from_references(layer, references)
    return (layer._replace(inner=settings),) if settings else ()


def _references(spec: Map) -> list[Map]:
    return [as_map(each) for each in as_list(spec.get("valuesFrom"))]


def _called(item: Map) -> str:
    """A reference for display; the operator before Flux 2 had the kind as a key (`configMapKeyRef`)."""
    for kind, key in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
        if isinstance(item.get(key), dict):
            item = {"kind": kind, "valuesKey": as_map(item[key]).get("key"), **as_map(item[key])}
    if "name" not in item:
        return ", ".join(f"{key} {value}" for key, value in item.items() if not isinstance(value, dict)) or "elsewhere"
    return f"{item.get('kind')} {item['name']} (key {item.get('valuesKey') or 'values.yaml'})"
