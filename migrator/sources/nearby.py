"""The objects in the same file as a release, in a file beside it, or in one that the same kustomization applies."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import partial

from migrator.errors import MigratorError
from migrator.sources import kustomized
from migrator.sources.marks import hides_words
from migrator.sources.memory import once
from migrator.sources.source import Source, read
from migrator.sources.walking import peek
from migrator.values.merge import Map, as_map, as_text

_ENDINGS = (".yaml", ".yml")
_NAMES = re.compile(rb"""name["']?\s*:\s*(?:[&!]\S+\s+)*["']?([\w.-]+|[*|>])""")
"""What stands behind a key `name`: a word, or the beginning of something that only a parser can read."""


def documents(place: Source, names: Sequence[str]) -> Iterator[Source]:
    """Every object of the file, and of the files around it that name one of the objects."""
    yield from _in_file(place)
    if place.snapshot is None:
        return
    for path in _naming(place.name, names):
        if os.path.realpath(path) == place.snapshot.target:
            continue
        try:
            source = read(path)
        except MigratorError:
            continue  # what cannot be read is told where it is named
        yield from _in_file(source)


def _naming(path: str, names: Sequence[str]) -> list[str]:
    """The files beside this one, or applied with it, in which something may have one of these names."""
    folder = os.path.dirname(path)
    groups = [
        once("names", tree.kustomizations[0].name, partial(_by_name, tree.files)) for tree in kustomized.above(path)
    ]
    groups.append(once("names", folder, partial(_by_name_in, folder)))
    found = [each for group in groups for name in (*names, "") for each in group.get(name, ())]
    return list({os.path.normpath(each): each for each in found}.values())


def _by_name_in(folder: str) -> dict[str, list[str]]:
    names = sorted(name for name in os.listdir(folder or ".") if name.endswith(_ENDINGS))
    return _by_name([os.path.join(folder, name) for name in names])


def _by_name(paths: Sequence[str]) -> dict[str, list[str]]:
    """By each name that something in them has, the files; under none, those in which that cannot be told at a look."""
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
    """The namespace that an object says it is of."""
    return as_text(as_map(data.get("metadata")).get("namespace"))


def name_of(data: Map) -> str:
    """The name of an object."""
    return as_text(as_map(data.get("metadata")).get("name"))


def find(around: Sequence[Source], reference: Map, namespace: str) -> Source | None:
    """The object that is meant, if it is among these."""
    return next((each for each in around if is_meant(as_map(each.data), reference, namespace)), None)


def is_meant(data: Map, reference: Map, namespace: str) -> bool:
    """Whether it is the object; a namespace that either leaves out is what the kustomization puts there."""
    is_named = data.get("kind") == reference.get("kind") and name_of(data) == reference.get("name")
    return is_named and is_same_namespace(namespace_of(data), namespace)


def is_same_namespace(one: str, other: str) -> bool:
    """Whether two objects can be of one namespace, which a kustomization gives to what names none."""
    return one == other or not one or not other
