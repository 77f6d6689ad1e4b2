"""Argo CD: an Application has values in its source's `helm` part, as a mapping or a string; a set in its template.

If both are set, only `valuesObject` counts; `parameters` override either, and `valueFiles` are below both.
Source: https://argo-cd.readthedocs.io/en/stable/user-guide/helm/
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts.roots import has_values, is_related, mentions_prefect
from migrator.sources.bundle import Bundle, Elsewhere, ReleaseChart, chart_named, open_version_reason
from migrator.sources.scope import contains_values
from migrator.sources.source import Source
from migrator.values import tree
from migrator.values.changes import Notice
from migrator.values.edits import Route, Value
from migrator.values.merge import Map, as_list, as_map, as_text

OF_A_SET = Notice("What changes here changes for every Application that the set generates.")


def is_application(data: Map) -> bool:
    """Whether the object is an Application or an ApplicationSet of Argo CD."""
    group = str(data.get("apiVersion")).partition("/")[0]
    return data.get("kind") in ("Application", "ApplicationSet") and group == "argoproj.io"


def releases(place: Source, data: Map, name: str) -> list[Bundle]:
    """The object's releases of these charts, one for each source that has values for them."""
    is_set = data.get("kind") == "ApplicationSet"
    above: Route = ("spec", "template", "spec") if is_set else ("spec",)
    spec = as_map(tree.get(data, above))
    own = as_map(data.get("metadata")).get("name")
    found = []
    for route, source in _sources(spec):
        bundle = _release(place.at(*above, *route), source, name)
        if bundle is not None:
            by_default = "" if is_set else own
            release = bundle._replace(
                release_name=_literal(as_map(source.get("helm")).get("releaseName") or by_default),
                namespace=_literal(as_map(spec.get("destination")).get("namespace")),
                item=f"{data.get('kind')}/{own}",
                is_templated=is_set,
                notices=(*bundle.notices, *(_about_set(place, data) if is_set else [])),
            )
            found.append(release)
    return found


def _about_set(place: Source, data: Map) -> Iterator[Notice]:
    yield OF_A_SET
    spec = as_map(data.get("spec"))
    for route in (("templatePatch",), *_templates(spec.get("generators"), ("generators",))):
        text = str(tree.get(spec, route, ""))
        if mentions_prefect(text) or "targetRevision" in text:
            where = f"{place.name}:{place.line(('spec', *route))}: {tree.show(('spec', *route))}"
            yield Notice(
                f"{where} overrides these values and their version, and is not edited: check whether it sets what "
                "changes here.",
                "warning",
            )


def _templates(generators: Value, above: Route) -> Iterator[Route]:
    """The routes of templates in generators, nested ones included; they override the set's template."""
    for number, item in enumerate(as_list(generators)):
        for kind, each in as_map(item).items():
            own = as_map(each)
            if own.get("template"):
                yield (*above, number, kind, "template")
            yield from _templates(own.get("generators"), (*above, number, kind, "generators"))


def _sources(spec: Map) -> Iterator[tuple[Route, Map]]:
    if isinstance(spec.get("sources"), list):
        for number, each in enumerate(as_list(spec["sources"])):
            yield ("sources", number), as_map(each)
    elif "source" in spec:
        yield ("source",), as_map(spec["source"])


def _release(place: Source, source: Map, name: str) -> Bundle | None:
    """The release of this source; None if it is not a release of these charts."""
    helm = as_map(source.get("helm"))
    version = _version(place, source)
    text, mapping = as_text(helm.get("values")), helm.get("valuesObject")
    is_mapping = isinstance(mapping, dict)
    is_text = not is_mapping and bool(text.strip())
    over = _parameters_layer(place.at("helm"), helm)
    values = (mapping, *(layer.data for layer in over))
    is_ours = any(is_related(each, version.chart) for each in values) or (is_text and contains_values(text, has_values))
    if not is_ours:
        return None
    # If neither is set, there is nothing to edit, and the values in effect cannot be seen.
    layer = place.at("helm", "values" if is_text else "valuesObject")
    if is_text:
        from migrator.sources import blocktext

        layer = layer._replace(inner=blocktext.find(layer.stream, layer.document, layer.route))
    ignored = Notice("Argo CD ignores helm.values while helm.valuesObject is set.", "warning")
    return Bundle(
        name=name,
        layers=(layer, *over),
        version=version,
        evidence=(f"values of {name} at {tree.show(layer.route if layer.data else layer.route[:-1])}",),
        notices=(ignored,) if is_mapping and helm.get("values") else (),
        unseen=(*_patched(source), *_unseen(helm)),
        controller="Argo CD",
    )


def _parameters_layer(place: Source, helm: Map) -> tuple[Source, ...]:
    """The layer that parameters set over the values."""
    if not (helm.get("parameters") or helm.get("fileParameters")):
        return ()
    from migrator.sources import parameters

    settings = parameters.read(place)
    return (place._replace(inner=settings),) if settings else ()


def _version(place: Source, source: Map) -> ReleaseChart:
    chart, location = source.get("chart"), str(source.get("repoURL"))
    text = as_text(source.get("targetRevision"))
    if not isinstance(chart, str) and location.startswith("oci://"):
        # https://argo-cd.readthedocs.io/en/stable/user-guide/oci/
        chart = location
    if not isinstance(chart, str):
        where = f"{location}, path {source.get('path')}"
        why = f"its chart comes from Git ({where}): move the chart there, in the same change"
        if "repoURL" not in source:
            why = "the object names no chart; move the version in the object that it patches"
        return ReleaseChart(unmovable=why)
    unmovable = open_version_reason(text, "targetRevision")
    if "{{" in text:
        unmovable = f"its targetRevision is a template expression ({text}): move what it is built from"
    return chart_named(chart, text, (*place.route, "targetRevision"))._replace(unmovable=unmovable)


def _patched(source: Map) -> Iterator[Elsewhere]:
    """The object that this one patches, if it names no source: Kustomize applies it over another."""
    if "repoURL" not in source and "chart" not in source:
        yield Elsewhere("the object that this patches")


def _unseen(helm: Map) -> tuple[Elsewhere, ...]:
    """The `valueFiles` below the values."""
    return tuple(Elsewhere(f"{each} (helm.valueFiles)", file=str(each)) for each in as_list(helm.get("valueFiles")))


def _literal(value: Value) -> str:
    """The text, unless it is a template expression."""
    return value if isinstance(value, str) and "{{" not in value else ""
