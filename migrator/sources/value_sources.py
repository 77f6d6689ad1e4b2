"""The ConfigMaps and Secrets that a HelmRelease takes values from, where they stand beside it as texts.

Flux lays them over each other in the order of `valuesFrom`, and `spec.values` over them; they are of the release's own
namespace. Sources: https://fluxcd.io/flux/components/helm/helmreleases/#values-references, and
https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-immutable.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from migrator.errors import MigratorError, RefusedError
from migrator.records import Record
from migrator.sources import blocktext
from migrator.sources.source import Source, read
from migrator.values.edits import Route
from migrator.values.merge import Map, as_map, as_text

_ENDINGS = (".yaml", ".yml")


class Below(Record):
    """What lies below a release's own values: the layers that stand here, and which of the references they are."""

    layers: tuple[Source, ...]
    found: frozenset[int]


def below(place: Source, data: Map, references: Sequence[Map]) -> Below:
    """The layers that these references name, lowest first, as far as their objects stand in this file or this folder.

    Raises RefusedError for one that holds the values otherwise than as a text that can be edited, that another release
    takes as well, or that lies below one that cannot be seen.
    """
    layers: list[Source] = []
    found: set[int] = set()
    wanted = [each for each in references if each.get("kind") in ("ConfigMap", "Secret") and not each.get("targetPath")]
    if not wanted:
        return Below((), frozenset())
    nearby = list(_nearby(place, [str(each.get("name")) for each in wanted]))
    namespace = _namespace(data)
    for number, reference in enumerate(references):
        if reference not in wanted:
            continue
        standing = next((each for each in nearby if _is_meant(each, reference, namespace)), None)
        layer = _layer(standing, reference) if standing is not None else None
        if layer is not None and standing is not None:
            _refuse_shared(place, data, nearby, reference, layer)
            layers.append(layer)
            found.add(number)
        elif layers:
            raise RefusedError(
                f"takes values from {reference.get('kind')} {reference.get('name')}, which stands nowhere here, over "
                f"those of {layers[-1].name}, which does.",
                path=place.name,
                line=place.stream.documents[place.document].line((*place.route, "spec", "valuesFrom", number)),
                remedy="Name the files of all of them in their order (-f FILE -f OBJECT).",
            )
    return Below(tuple(layers), frozenset(found))


def _nearby(place: Source, names: Sequence[str]) -> Iterator[Source]:
    """Every document of the file, and of the files beside it that name one of the objects."""
    yield from (place._replace(document=document.index, route=()) for document in place.stream.documents)
    if place.snapshot is None:
        return
    folder = os.path.dirname(place.name)
    for name in sorted(os.listdir(folder or ".")):
        path = os.path.join(folder, name)
        if not name.endswith(_ENDINGS) or os.path.realpath(path) == place.snapshot.target:
            continue
        try:
            source = read(path)
        except MigratorError:
            continue  # what cannot be read is told where it is named
        if any(each.encode() in source.stream.data for each in names):
            yield from (source._replace(document=document.index) for document in source.stream.documents)


def _data(source: Source) -> Map:
    return as_map(source.stream.documents[source.document].data)


def _namespace(data: Map) -> str:
    return as_text(as_map(data.get("metadata")).get("namespace"))


def _is_meant(source: Source, reference: Map, namespace: str) -> bool:
    """Whether it is the object; a namespace that either leaves out is what the kustomization puts there."""
    data = _data(source)
    own = _namespace(data)
    is_named = as_map(data.get("metadata")).get("name") == reference.get("name")
    return data.get("kind") == reference.get("kind") and is_named and (own == namespace or not own or not namespace)


def _layer(standing: Source, reference: Map) -> Source | None:
    """The text in the object as a layer; None where it does not have that key."""
    data = _data(standing)
    key = as_text(reference.get("valuesKey")) or "values.yaml"
    called = f"{reference.get('kind')} {reference.get('name')}"
    part = "stringData" if reference.get("kind") == "Secret" else "data"
    text = as_map(data.get(part)).get(key)
    coded = "data" if reference.get("kind") == "Secret" else "binaryData"
    if text is None and key in as_map(data.get(coded)):
        raise _refused(standing, (coded, key), f"{called} holds the values in base64.")
    if text is None:
        return None
    if data.get("immutable") is True:
        raise _refused(standing, ("immutable",), f"{called} is immutable: Kubernetes takes no other values for it.")
    if "mac" in as_map(data.get("sops")):
        raise _refused(standing, ("sops",), f"{called} is encrypted by SOPS.")
    route: Route = (part, key)
    return standing._replace(route=route, inner=blocktext.find(standing.stream, standing.document, route))


def _refuse_shared(place: Source, data: Map, nearby: Sequence[Source], reference: Map, layer: Source) -> None:
    """Values that several releases take have to be right for each of them."""
    for each in nearby:
        other = _data(each)
        references = as_map(other.get("spec")).get("valuesFrom")
        same = (
            [item for item in references if _is_same(as_map(item), reference)] if isinstance(references, list) else []
        )
        is_itself = each.name == place.name and each.document == place.document
        if other.get("kind") == "HelmRelease" and same and not is_itself and _namespace(other) == _namespace(data):
            name = as_map(other.get("metadata")).get("name")
            raise _refused(
                layer._replace(route=(), inner=None),
                layer.route,
                f"{reference.get('kind')} {reference.get('name')} is taken by HelmRelease {name} as well "
                f"({each.name}), and what is right for one need not be for the other.",
            )


def _is_same(one: Map, other: Map) -> bool:
    keys = ("kind", "name", "valuesKey")
    return all(one.get(key) == other.get(key) for key in keys) and not one.get("targetPath")


def _refused(source: Source, route: Route, what: str) -> RefusedError:
    return RefusedError(
        what,
        path=source.name,
        line=source.stream.documents[source.document].line(route),
        remedy="Migrate its values as a file of their own, below the object (-f FILE -f OBJECT), and take them over.",
    )
