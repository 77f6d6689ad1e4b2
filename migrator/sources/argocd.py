"""Argo CD: an Application holds values in its source's `helm` part, as a mapping or as a text; a set in its template.

Where both stand, `valuesObject` alone counts; `parameters` win over either, and `valueFiles` lie below.
Source: https://argo-cd.readthedocs.io/en/stable/user-guide/helm/
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator import yamltext
from migrator.charts.roots import is_about_prefect, is_related
from migrator.errors import InputError
from migrator.sources.bundle import Bundle, ChartVersion, Elsewhere, left_open
from migrator.sources.source import Source
from migrator.values import tree
from migrator.values.changes import Notice
from migrator.values.edits import Route, Value
from migrator.values.merge import Map, as_map

OF_A_SET = Notice("What changes here changes for every Application that the set makes.")


def is_application(data: Map) -> bool:
    """Whether the object is an Application or an ApplicationSet of Argo CD."""
    group = str(data.get("apiVersion")).partition("/")[0]
    return data.get("kind") in ("Application", "ApplicationSet") and group == "argoproj.io"


def releases(place: Source, data: Map, name: str) -> list[Bundle]:
    """The object's releases of these charts: one for each source that has values of them."""
    above: Route = ("spec",) if data.get("kind") == "Application" else ("spec", "template", "spec")
    spec = as_map(tree.get(data, above))
    found = []
    for route, source in _sources(spec):
        bundle = _release(place, (*place.route, *above, *route), source, spec, name)
        if bundle is not None:
            metadata = as_map(data.get("metadata"))
            default = metadata.get("name") if data.get("kind") == "Application" else ""
            helm = as_map(source.get("helm"))
            is_set = data.get("kind") == "ApplicationSet"
            told = (*bundle.notices, *(_about_set(place, data) if is_set else []))
            known = _known(helm.get("releaseName") or default)
            item = f"{data.get('kind')}/{metadata.get('name')}"
            found.append(bundle._replace(release_name=known, fills_in=is_set, notices=told, item=item))
    return found


def _about_set(place: Source, data: Map) -> Iterator[Notice]:
    yield OF_A_SET
    spec = as_map(data.get("spec"))
    for route in (("templatePatch",), *_templates(spec.get("generators"), ("generators",))):
        text = str(tree.get(spec, route, ""))
        if is_about_prefect(text) or "targetRevision" in text:
            line = place.stream.documents[place.document].line((*place.route, "spec", *route))
            where = f"{place.name}:{line}: {tree.show(('spec', *route))}"
            yield Notice(
                f"{where} lies over these values and their version, and is not edited: look whether it sets what "
                "changes here.",
                "warning",
            )


def _templates(generators: Value, above: Route) -> Iterator[Route]:
    """Where generators, and those inside them, have a template of their own, which lies over the set's."""
    for number, item in enumerate(generators if isinstance(generators, list) else []):
        for kind, each in as_map(item).items():
            own = as_map(each)
            if own.get("template"):
                yield (*above, number, kind, "template")
            yield from _templates(own.get("generators"), (*above, number, kind, "generators"))


def _sources(spec: Map) -> Iterator[tuple[Route, Map]]:
    several = spec.get("sources")
    if isinstance(several, list):
        for number, each in enumerate(several):
            yield ("sources", number), as_map(each)
    elif "source" in spec:
        yield ("source",), as_map(spec["source"])


def _release(place: Source, above: Route, source: Map, spec: Map, name: str) -> Bundle | None:
    helm = as_map(source.get("helm"))
    version = _version(above, source)
    text, mapping = helm.get("values"), helm.get("valuesObject")
    notices = []
    over = _over(place, (*above, "helm"), helm)
    sets_ours = any(is_related(layer.data, version.chart) for layer in over)
    if isinstance(mapping, dict):
        if not (sets_ours or is_related(mapping, version.chart)):
            return None
        layer = place._replace(route=(*above, "helm", "valuesObject"))
        if text:
            notices.append(Notice("helm.values is ignored by Argo CD while helm.valuesObject stands.", "warning"))
    elif isinstance(text, str) and text.strip():
        if not (sets_ours or _is_related_text(text, version.chart)):
            return None
        from migrator.sources import blocktext

        route = (*above, "helm", "values")
        layer = place._replace(route=route, inner=blocktext.find(place.stream, place.document, route))
    elif sets_ours or is_related(None, version.chart):
        # There is nothing that could be edited, and nothing to be seen of what holds.
        layer = place._replace(route=(*above, "helm", "valuesObject"))
    else:
        return None
    return Bundle(
        name=name,
        layers=(layer, *over),
        version=version,
        namespace=_known(as_map(spec.get("destination")).get("namespace")),
        evidence=(f"values of {name} at {tree.show(layer.route if layer.data else (*above, 'helm'))}",),
        notices=tuple(notices),
        unseen=(*_patched(source), *_unseen(helm)),
        controller="Argo CD",
    )


def _over(place: Source, route: Route, helm: Map) -> tuple[Source, ...]:
    """The layer of what parameters set, over the values."""
    if not (helm.get("parameters") or helm.get("fileParameters")):
        return ()
    from migrator.sources import parameters

    settings = parameters.read(place, route, helm)
    return (place._replace(route=route, inner=settings),) if settings else ()


def _is_related_text(text: str, chart: str) -> bool:
    """Whether a text holds values of these charts; one that does not parse is judged by its words."""
    try:
        return is_related(yamltext.parse(text.encode()).documents[0].data, chart)
    except InputError:
        return is_about_prefect(text) or is_related(None, chart)


def _version(above: Route, source: Map) -> ChartVersion:
    chart = source.get("chart")
    text = source.get("targetRevision")
    text = text if isinstance(text, str) else ""
    location = str(source.get("repoURL"))
    if not isinstance(chart, str) and location.startswith("oci://"):
        # https://argo-cd.readthedocs.io/en/stable/user-guide/oci/
        chart = location
    if not isinstance(chart, str):
        if "repoURL" not in source:
            return ChartVersion("", "", (), "the object names no chart; move that of the one which it is a patch for")
        where = f"{location}, path {source.get('path')}"
        return ChartVersion("", "", (), f"its chart comes from Git ({where}): move the chart there, in the same change")
    name = chart.rstrip("/").rpartition("/")[2]
    unmovable = left_open(text, "targetRevision")
    if "{{" in text:
        unmovable = f"its targetRevision is a template expression ({text}): move what it is made of"
    return ChartVersion(name, text, (*above, "targetRevision") if text else (), unmovable)


def _patched(source: Map) -> Iterator[Elsewhere]:
    """The object below, for one that names no source of its own: Kustomize lays it over another."""
    if "repoURL" not in source and "chart" not in source:
        yield Elsewhere("the object that this is a patch for")


def _unseen(helm: Map) -> tuple[Elsewhere, ...]:
    """What lies below the values, as people call it."""
    return tuple(Elsewhere(f"{each} (helm.valueFiles)", file=str(each)) for each in _list(helm.get("valueFiles")))


def _list(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []


def _known(value: Value) -> str:
    """The text, unless a template is to fill it in."""
    return value if isinstance(value, str) and "{{" not in value else ""
