"""The kustomizations that apply a file: those in its folder or above that list it.

Overlays next to a base are not among them: there can be several, each with its own values.
Sources: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/ and .../configmapgenerator/
(a file's key is its name unless `KEY=FILE` gives one; `behavior` says whether it is merged into another item).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from migrator.errors import MigratorError
from migrator.sources import kustomize, repository
from migrator.sources.memory import once
from migrator.sources.source import Source, read
from migrator.values.edits import Route
from migrator.values.merge import Map, as_list, as_map, as_text


class Tree(NamedTuple):
    """What a kustomization applies: itself and those below it, and the files they list (`places`: absolute paths)."""

    kustomizations: tuple[Source, ...]
    files: tuple[str, ...]
    places: frozenset[str]

    @property
    def name(self) -> str:
        """The file of the top kustomization."""
        return self.kustomizations[0].name


class GeneratedItem(NamedTuple):
    """One item of a generator: where it is, its data, and the kustomization's `generatorOptions`."""

    kustomization: Source
    route: Route
    data: Map
    options: Map

    def file_of(self, key: str) -> str:
        """The file that is put under that key; empty if none is."""
        for each in kustomize.texts(self.data.get("files")):
            own, _, path = each.rpartition("=")
            if (own or os.path.basename(path)) == key:
                return os.path.normpath(os.path.join(os.path.dirname(self.kustomization.name), path))
        return ""

    def literal_of(self, key: str) -> Route | None:
        """The route of the literal that is put under that key; None if there is none."""
        for number, each in enumerate(kustomize.texts(self.data.get("literals"))):
            if each.partition("=")[0] == key:
                return (*self.route, "literals", number)
        return None

    @property
    def is_locked(self) -> bool:
        """Whether the object in the cluster cannot change: it is immutable, and its name has no hash of its content."""
        own = {**self.options, **as_map(self.data.get("options"))}
        return own.get("immutable") is True and own.get("disableNameSuffixHash") is True


def above(path: str) -> Iterator[Tree]:
    """The kustomizations that apply the file, from its folder up to the repository's root, with all they apply."""
    for tree in map(of_folder, repository.up(os.path.dirname(path))):
        if tree is not None and os.path.abspath(path) in tree.places:
            yield tree


def of_folder(folder: str) -> Tree | None:
    """What the kustomization in a folder applies; None if there is none that can be read."""
    return once("tree", folder, partial(_tree, folder))


def generators(path: str, kind: str, name: str) -> list[GeneratedItem]:
    """The generators of the item KIND/NAME in the kustomizations that apply the file."""
    makers = [once("makers", tree.name, partial(_makers, tree)) for tree in above(path)]
    return [each for generated in makers for each in generated.get((kind, name), [])]


def _makers(tree: Tree) -> dict[tuple[str, str], list[GeneratedItem]]:
    """The generated items of all kustomizations of the tree, by kind and name."""
    found: dict[tuple[str, str], list[GeneratedItem]] = {}
    for source in tree.kustomizations:
        data = as_map(source.data)
        options = as_map(data.get("generatorOptions"))
        for kind, key in kustomize.GENERATORS.items():
            for number, item in enumerate(as_list(data.get(key))):
                generated = GeneratedItem(source, (key, number), as_map(item), options)
                found.setdefault((kind, as_text(generated.data.get("name"))), []).append(generated)
    return found


def _tree(top: str) -> Tree | None:
    sources: list[Source] = []
    files: list[str] = []
    seen: set[str] = set()
    listed = [top]
    while listed:
        path = listed.pop()
        folder = os.path.realpath(path)
        if os.path.isfile(path):
            files.append(path)
        elif folder not in seen:  # folders can list each other, or one twice
            seen.add(folder)
            source = _in_folder(path)
            sources += [source] if source is not None else []
            data = as_map(source.data) if source is not None else {}
            names = [each for key in ("resources", "bases", "components") for each in kustomize.texts(data.get(key))]
            listed += reversed([os.path.normpath(os.path.join(path, each)) for each in names])
    return Tree(tuple(sources), tuple(files), frozenset(map(os.path.abspath, files))) if sources else None


def _in_folder(folder: str) -> Source | None:
    """The kustomization in a folder; None if there is none that can be read."""
    paths = [os.path.normpath(os.path.join(folder, name)) for name in kustomize.NAMES]
    path = next(filter(os.path.isfile, paths), "")
    try:
        return read(path) if path else None
    except MigratorError:
        return None  # a broken kustomization is reported when it is opened by name
