"""The objects in the same file as a release, in a file beside it, or in one that the same kustomization applies."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from migrator.errors import MigratorError
from migrator.sources import kustomized
from migrator.sources.source import Source, read
from migrator.values import tree
from migrator.values.merge import Map, as_map, as_text

_ENDINGS = (".yaml", ".yml")


def documents(place: Source, names: Sequence[str]) -> Iterator[Source]:
    """Every object of the file, and of the files around it that name one of the objects."""
    yield from _in_file(place)
    if place.snapshot is None:
        return
    for path in _around(place.name):
        if os.path.realpath(path) == place.snapshot.target:
            continue
        try:
            source = read(path)
        except MigratorError:
            continue  # what cannot be read is told where it is named
        if any(each.encode() in source.stream.data for each in names):
            yield from _in_file(source)


def _in_file(source: Source) -> Iterator[Source]:
    """Each document, and each object of a List."""
    for document in source.stream.documents:
        data = as_map(document.data)
        items = data.get("items") if data.get("kind") == "List" else None
        for number in range(len(items) if isinstance(items, list) else 0):
            yield source._replace(document=document.index, route=("items", number))
        if not isinstance(items, list):
            yield source._replace(document=document.index, route=())


def _around(path: str) -> list[str]:
    folder = os.path.dirname(path)
    beside = [os.path.join(folder, name) for name in sorted(os.listdir(folder or ".")) if name.endswith(_ENDINGS)]
    applied = [each for tree in kustomized.above(path) for each in tree.files]
    return list({os.path.normpath(each): each for each in (*applied, *beside)}.values())


def data_of(source: Source) -> Map:
    """The object at a place."""
    return as_map(tree.get(source.stream.documents[source.document].data, source.route))


def namespace_of(data: Map) -> str:
    """The namespace that an object says it is of."""
    return as_text(as_map(data.get("metadata")).get("namespace"))


def name_of(data: Map) -> str:
    """The name of an object."""
    return as_text(as_map(data.get("metadata")).get("name"))


def is_meant(data: Map, reference: Map, namespace: str) -> bool:
    """Whether it is the object; a namespace that either leaves out is what the kustomization puts there."""
    is_named = data.get("kind") == reference.get("kind") and name_of(data) == reference.get("name")
    return is_named and is_same_namespace(namespace_of(data), namespace)


def is_same_namespace(one: str, other: str) -> bool:
    """Whether two objects can be of one namespace, which a kustomization gives to what names none."""
    return one == other or not one or not other
