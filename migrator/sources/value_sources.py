"""The ConfigMaps and Secrets that a HelmRelease takes values from, if they are nearby or generated from files.

Flux merges them in the order of `valuesFrom`, and `spec.values` over them; they are in the release's own namespace.
Sources: https://fluxcd.io/flux/components/helm/helmreleases/#values-references, and
https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-immutable.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrator.sources import blocktext, kustomized, nearby
from migrator.sources.bundle import Shared
from migrator.sources.nearby import Item
from migrator.sources.sops import is_encrypted
from migrator.sources.source import Source, read
from migrator.values.merge import Map, as_map, as_text

_REMEDY = "Migrate its values in a separate file, below the object (-f FILE -f OBJECT), and copy the result back."


class LayersBelow(NamedTuple):
    """The layers below a release's own values that were found, and the indexes of their references.

    `shared` are other releases that use one of these layers.
    """

    layers: tuple[Source, ...] = ()
    found: frozenset[int] = frozenset()
    shared: tuple[Shared, ...] = ()


def below(place: Source, data: Map, references: Sequence[Map]) -> LayersBelow:
    """The layers that these references name, lowest first, as far as their objects are nearby.

    Raises RefusedError for one whose values are not text that can be edited, or that is below one that cannot be seen.
    """
    wanted = [each for each in references if each.get("kind") in ("ConfigMap", "Secret") and not each.get("targetPath")]
    if not wanted:
        return LayersBelow()
    layers: list[Source] = []
    shared: list[Shared] = []
    found: set[int] = set()
    around = nearby.items(place, [str(each.get("name")) for each in wanted])
    namespace = nearby.namespace_of(data)
    for number, reference in enumerate(references):
        if reference not in wanted:
            continue
        referenced = nearby.find(around, reference, namespace)
        if referenced is not None:
            layer = _layer(referenced.read(place), reference)
        else:
            layer = _generated(place, reference, namespace)
        if layer is not None:
            shared += _shared(place, namespace, around, reference, layer)
            layers.append(layer)
            found.add(number)
        elif layers:
            raise place.refusal(
                f"takes values from {_called(reference)}, which is not here, over those of {layers[-1].name}, which "
                "is.",
                "Name the files of all of them in order (-f FILE -f OBJECT).",
                ("spec", "valuesFrom", number),
            )
    return LayersBelow(tuple(layers), frozenset(found), tuple(shared))


def _layer(home: Source, reference: Map) -> Source | None:
    """The text in the object as a layer; None if it does not have that key."""
    data, key, called = as_map(home.data), _key(reference), _called(reference)
    part, coded = ("stringData", "data") if reference.get("kind") == "Secret" else ("data", "binaryData")
    text = as_map(data.get(part)).get(key)
    if text is None and key in as_map(data.get(coded)):
        raise home.refusal(f"{called} has the values in base64.", _REMEDY, (coded, key))
    if text is None:
        return None
    if not isinstance(text, str):
        raise home.refusal(f"{called} does not have text there, as Kubernetes requires.", _REMEDY, (part, key))
    if data.get("immutable") is True:
        why = f"{called} is immutable: Kubernetes refuses other values for it."
        raise home.refusal(why, _REMEDY, ("immutable",))
    if is_encrypted(data):
        raise home.refusal(f"{called} is encrypted by SOPS.", _REMEDY, ("sops",))
    layer = home.at(part, key)
    return layer._replace(inner=blocktext.find(layer.stream, layer.document, layer.route))


def _generated(place: Source, reference: Map, namespace: str) -> Source | None:
    """The file from which a kustomization of the release generates the object; None if that is not certain."""
    key, called = _key(reference), _called(reference)
    kind, name = as_text(reference.get("kind")), as_text(reference.get("name"))
    found = kustomized.generators(place.name, kind, name) if place.snapshot is not None else []
    found = [each for each in found if nearby.is_same_namespace(as_text(each.data.get("namespace")), namespace)]
    for item in found:
        literal = item.literal_of(key)
        if literal is not None:
            why = f"{called} has the values as a literal, which is not edited."
            raise item.kustomization.refusal(why, _REMEDY, literal)
    files = {path: item for item in found if (path := item.file_of(key))}
    if len(files) != 1 or any(item.data.get("behavior") in ("merge", "replace") for item in found):
        return None
    ((path, item),) = files.items()
    if item.is_locked:
        raise item.kustomization.refusal(f"{called} is immutable, and its name stays the same.", _REMEDY, item.route)
    layer = read(path)
    if is_encrypted(layer.data):
        raise layer.refusal(f"{called} is built from this file, which is encrypted by SOPS.", _REMEDY)
    return layer


def _shared(place: Source, namespace: str, around: Sequence[Item], reference: Map, layer: Source) -> Iterator[Shared]:
    """The other releases that use the same values, which must suit each of them."""
    for each in around:
        is_itself = (each.path, each.document, each.route) == (place.name, place.document, place.route)
        is_neighbour = nearby.is_same_namespace(each.namespace, namespace)
        if is_neighbour and not is_itself and any(_is_same(taken, reference) for taken in each.takes):
            error = layer._replace(route=(), inner=None).refusal(
                f"{_called(reference)} is also used by HelmRelease {each.name} ({each.path}), and what is right for "
                "one may be wrong for the other.",
                "Name the folder with both: they are then checked and written together.",
                layer.route,
            )
            yield Shared(each.path, error)


def _is_same(taken: Map, reference: Map) -> bool:
    """Whether a release takes the same values, and not at a `targetPath`."""
    is_same = all(taken.get(key) == reference.get(key) for key in ("kind", "name", "valuesKey"))
    return is_same and not taken.get("targetPath")


def _called(reference: Map) -> str:
    return f"{reference.get('kind')} {reference.get('name')}"


def _key(reference: Map) -> str:
    return as_text(reference.get("valuesKey")) or "values.yaml"
