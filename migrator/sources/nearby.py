"""The objects in the same file as a release, in a file next to it, or in one that the same kustomization applies."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from migrator.errors import MigratorError
from migrator.sources import kustomized
from migrator.sources.marks import hides_words
from migrator.sources.memory import once
from migrator.sources.peeking import peek, yaml_in
from migrator.sources.source import Source, read
from migrator.values.edits import Route
from migrator.values.merge import Map, as_list, as_map, as_text

_NAMES = re.compile(rb"""name["']?\s*:\s*(?:[&!]\S+\s+)*["']?([\w.-]+|[*|>])""")
"""The value of a key `name`: a word, or the start of something that only a parser can read."""


class Item(NamedTuple):
    """An object in one of these files: where it is, and what it is; its text is not kept.

    `target` is the file with links resolved. For a HelmRelease, `takes` is its `valuesFrom`, `chart` its `chartRef`,
    and `itself` a hash of its content, which distinguishes it from others.
    """

    path: str
    target: str
    document: int
    route: Route
    kind: str
    name: str
    namespace: str
    itself: int
    takes: tuple[Map, ...]
    chart: Map

    def read(self, place: Source) -> Source:
        """The object, from the release's file or its own. Raises what `source.read` raises."""
        is_here = place.snapshot is None or self.target == place.snapshot.target
        return (place if is_here else read(self.path))._replace(document=self.document, route=self.route)

    def matches(self, reference: Map, namespace: str) -> bool:
        """Whether the reference means this object; a kustomization may set a namespace that either leaves out."""
        is_named = self.kind == reference.get("kind") and self.name == reference.get("name")
        return is_named and is_same_namespace(self.namespace, namespace)


def items(place: Source, names: Sequence[str]) -> list[Item]:
    """Every object in the file, and in the files around it that contain one of the names.

    Each file is read once for all releases that look up these names.
    """
    own = [_item(each) for each in _in_file(place)]
    if place.snapshot is None:
        return own
    found: dict[tuple[str, int, Route], Item] = {}
    for key, by_name in _groups(place.name):
        for name in (*names, ""):
            for item in once("items", (key, name), partial(_items_of, by_name.get(name, ()))):
                if item.target != place.snapshot.target:
                    found.setdefault((item.target, item.document, item.route), item)
    return [*own, *found.values()]


def _groups(path: str) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """The files that are applied with this one, and those next to it, by the names of objects that may be in them."""
    for tree in kustomized.above(path):
        yield tree.name, once("names", tree.name, partial(_by_name, tree.files))
    folder = os.path.dirname(path)
    yield folder, once("names", folder, partial(_by_name_in, folder))


def _items_of(paths: Sequence[str]) -> list[Item]:
    found = []
    for path in paths:
        try:
            found += [_item(each) for each in _in_file(read(path))]
        except MigratorError:
            continue  # an unreadable file is reported when it is opened by name
    return found


def _item(place: Source) -> Item:
    data = as_map(place.data)
    spec = as_map(data.get("spec")) if data.get("kind") == "HelmRelease" else {}
    return Item(
        path=place.name,
        target=place.snapshot.target if place.snapshot is not None else "",
        document=place.document,
        route=place.route,
        kind=as_text(data.get("kind")),
        name=as_text(as_map(data.get("metadata")).get("name")),
        namespace=namespace_of(data),
        itself=hash(repr(data)) if spec else 0,
        takes=tuple(as_map(each) for each in as_list(spec.get("valuesFrom"))),
        chart=as_map(spec.get("chartRef")),
    )


def _by_name_in(folder: str) -> dict[str, list[str]]:
    return _by_name(yaml_in(folder))


def _by_name(paths: Sequence[str]) -> dict[str, list[str]]:
    """The files by the names found in them; under "" those in which only a parser can find the names."""
    found: dict[str, list[str]] = {}
    for path in paths:
        data = peek(path)
        if data is not None:
            words = {"" if word in (b"*", b"|", b">") else word.decode("latin-1") for word in _NAMES.findall(data)}
            for name in words | ({""} if hides_words(data) else set()):
                found.setdefault(name, []).append(path)
    return found


def _in_file(source: Source) -> Iterator[Source]:
    """Each document, and each object of a List."""
    for document in source.stream.documents:
        whole = source._replace(document=document.index, route=())
        data = as_map(document.data)
        items = data.get("items")
        if data.get("kind") == "List" and isinstance(items, list):
            yield from (whole.at("items", number) for number in range(len(items)))
        else:
            yield whole


def namespace_of(data: Map) -> str:
    """The namespace in an object's metadata; empty if it has none."""
    return as_text(as_map(data.get("metadata")).get("namespace"))


def find(around: Sequence[Item], reference: Map, namespace: str) -> Item | None:
    """The object that the reference means, if it is among these."""
    return next((each for each in around if each.matches(reference, namespace)), None)


def is_same_namespace(one: str, other: str) -> bool:
    """Whether two namespaces can be the same; a kustomization may set one that is left out."""
    return one == other or not one or not other
