"""The ConfigMaps and Secrets that a HelmRelease takes values from, where they stand beside it as texts or are made of
files.

Flux lays them over each other in the order of `valuesFrom`, and `spec.values` over them; they are of the release's own
namespace. Sources: https://fluxcd.io/flux/components/helm/helmreleases/#values-references, and
https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-immutable.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrator.errors import RefusedError
from migrator.sources import blocktext, kustomized, nearby
from migrator.sources.bundle import Shared
from migrator.sources.source import Source, read
from migrator.values.edits import Route
from migrator.values.merge import Map, as_map, as_text


class Below(NamedTuple):
    """What lies below a release's own values: the layers that stand here, and which of the references they are.

    `shared` are the releases that take one of them as well.
    """

    layers: tuple[Source, ...]
    found: frozenset[int]
    shared: tuple[Shared, ...] = ()


def below(place: Source, data: Map, references: Sequence[Map]) -> Below:
    """The layers that these references name, lowest first, as far as their objects stand in this file or this folder.

    Raises RefusedError for one that holds the values otherwise than as a text that can be edited, or that lies below
    one that cannot be seen.
    """
    layers: list[Source] = []
    shared: list[Shared] = []
    found: set[int] = set()
    wanted = [each for each in references if each.get("kind") in ("ConfigMap", "Secret") and not each.get("targetPath")]
    if not wanted:
        return Below((), frozenset())
    standing_here = list(nearby.documents(place, [str(each.get("name")) for each in wanted]))
    namespace = nearby.namespace_of(data)
    for number, reference in enumerate(references):
        if reference not in wanted:
            continue
        standing = next(
            (each for each in standing_here if nearby.is_meant(nearby.data_of(each), reference, namespace)), None
        )
        layer = _layer(standing, reference) if standing is not None else _generated(place, reference, namespace)
        if layer is not None:
            shared += _shared(place, data, standing_here, reference, layer)
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
    return Below(tuple(layers), frozenset(found), tuple(shared))


def _layer(standing: Source, reference: Map) -> Source | None:
    """The text in the object as a layer; None where it does not have that key."""
    data = nearby.data_of(standing)
    key = as_text(reference.get("valuesKey")) or "values.yaml"
    called = f"{reference.get('kind')} {reference.get('name')}"
    part = "stringData" if reference.get("kind") == "Secret" else "data"
    text = as_map(data.get(part)).get(key)
    coded = "data" if reference.get("kind") == "Secret" else "binaryData"
    if text is None and key in as_map(data.get(coded)):
        raise _refused(standing, (*standing.route, coded, key), f"{called} holds the values in base64.")
    if text is None:
        return None
    if not isinstance(text, str):
        raise _refused(standing, (*standing.route, part, key), f"{called} holds no text there, as Kubernetes asks for.")
    if data.get("immutable") is True:
        raise _refused(
            standing, (*standing.route, "immutable"), f"{called} is immutable: Kubernetes takes no other values for it."
        )
    if "mac" in as_map(data.get("sops")):
        raise _refused(standing, (*standing.route, "sops"), f"{called} is encrypted by SOPS.")
    route: Route = (*standing.route, part, key)
    return standing._replace(route=route, inner=blocktext.find(standing.stream, standing.document, route))


def _generated(place: Source, reference: Map, namespace: str) -> Source | None:
    """The file that a generator of the release's kustomization makes the object of; None where that is not sure."""
    kind, name = as_text(reference.get("kind")), as_text(reference.get("name"))
    key = as_text(reference.get("valuesKey")) or "values.yaml"
    found = kustomized.generators(place.name, kind, name) if place.snapshot is not None else []
    found = [each for each in found if nearby.is_same_namespace(as_text(each.data.get("namespace")), namespace)]
    literals = [(made, route) for made in found if (route := made.literal_of(key)) is not None]
    if literals:
        made, route = literals[0]
        raise _refused(made.kustomization, route, f"{kind} {name} has the values as a literal, which is not edited.")
    files = {path: made for made in found if (path := made.file_of(key))}
    if len(files) != 1 or any(made.data.get("behavior") in ("merge", "replace") for made in found):
        return None
    ((path, made),) = files.items()
    if made.is_locked:
        raise _refused(made.kustomization, made.route, f"{kind} {name} is immutable, and its name stays the same.")
    layer = read(path)
    if "mac" in as_map(as_map(layer.data).get("sops")):
        raise _refused(layer, (), f"{kind} {name} is made of this file, which is encrypted by SOPS.")
    return layer


def _shared(place: Source, data: Map, around: Sequence[Source], reference: Map, layer: Source) -> Iterator[Shared]:
    """Values that several releases take have to be right for each of them: the other ones, by their files."""
    for each in around:
        other = nearby.data_of(each)
        references = as_map(other.get("spec")).get("valuesFrom")
        same = (
            [item for item in references if _is_same(as_map(item), reference)] if isinstance(references, list) else []
        )
        is_itself = each.name == place.name and (each.document, each.route) == (place.document, place.route)
        is_neighbour = nearby.is_same_namespace(nearby.namespace_of(other), nearby.namespace_of(data))
        if other.get("kind") == "HelmRelease" and same and not is_itself and is_neighbour:
            name = nearby.name_of(other)
            at = layer._replace(route=(), inner=None)
            error = RefusedError(
                f"{reference.get('kind')} {reference.get('name')} is taken by HelmRelease {name} as well "
                f"({each.name}), and what is right for one need not be for the other.",
                path=at.name,
                line=at.stream.documents[at.document].line(layer.route),
                remedy="Name the folder that holds both, which are judged and written together then.",
            )
            yield Shared(each.name, error)


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
