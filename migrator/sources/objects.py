"""Objects of GitOps controllers in a file, and the releases whose values they have."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from migrator.errors import RefusedError
from migrator.sources.bundle import Bundle
from migrator.sources.sops import is_encrypted
from migrator.sources.source import Source
from migrator.values.edits import Route, Value
from migrator.values.merge import Map, as_list, as_map

Reader = Callable[[Source, Map, str], list[Bundle]]
"""Reads the releases of an object from its place, its data, and its name for display."""


class Object(NamedTuple):
    """A Kubernetes object in a file, or something similar: its document, its route in it, and its data.

    `reader` reads the releases of it; None if its kind embeds no values.
    """

    path: str
    document: int
    route: Route
    data: Map
    reader: Reader | None

    @property
    def kind(self) -> str:
        """The kind; a Fleet file uses its name instead, and a kustomization may leave it out."""
        by_default = "Kustomization" if "helmCharts" in self.data else os.path.basename(self.path)
        return str(self.data.get("kind") or by_default)

    @property
    def name(self) -> str:
        """KIND NAMESPACE/NAME, as far as they are set."""
        metadata = as_map(self.data.get("metadata"))
        parts = [str(metadata[key]) for key in ("namespace", "name") if metadata.get(key)]
        return f"{self.kind} {'/'.join(parts)}".strip()


def is_object(data: Value) -> bool:
    """Whether a document is a Kubernetes object rather than values."""
    return isinstance(data, dict) and isinstance(data.get("apiVersion"), str) and isinstance(data.get("kind"), str)


def objects_in(source: Source) -> Iterator[Object]:
    """The objects in all documents of a file, items of a List one by one, and kustomizations and Fleet files."""
    for document in source.stream.documents:
        data = as_map(document.data)
        if is_object(data) and data["kind"] == "List" and isinstance(data.get("items"), list):
            for number, item in enumerate(map(as_map, as_list(data["items"]))):
                if is_object(item):
                    yield Object(source.name, document.index, ("items", number), item, _reader(item, source.name))
        else:
            reader = _reader(data, source.name)
            if reader is not None or is_object(data):
                yield Object(source.name, document.index, (), data, reader)


def is_gitops(each: Object) -> bool:
    """Whether the object is of a kind that embeds values of a Helm release."""
    return each.reader is not None


def _reader(data: Map, path: str) -> Reader | None:
    if "helmCharts" in data:
        from migrator.sources import kustomize

        return kustomize.releases if kustomize.is_kustomization(data, path) else None
    if is_object(data):
        from migrator.sources import argocd, flux  # most files have no object at all

        if flux.is_release(data):
            return flux.releases
        return argocd.releases if argocd.is_application(data) else None
    from migrator.sources import fleet

    return fleet.releases if fleet.is_fleet(data, path) else None


def releases_of(source: Source, each: Object) -> list[Bundle]:
    """The Prefect releases whose values the object has; empty for an unrelated object.

    Raises RefusedError or InputError for a release of these charts whose values cannot be edited in place.
    """
    place = source._replace(document=each.document, route=each.route)
    found = each.reader(place, each.data, each.name) if each.reader is not None else []
    if found and is_encrypted(each.data):
        raise RefusedError(
            f"{each.name} is encrypted by SOPS, whose checksum covers every value: an edit outside sops breaks it.",
            path=source.name,
            remedy="Decrypt it, migrate the plain file, and encrypt it again.",
        )
    return found


def version_patches(source: Source, each: Object) -> list[Bundle]:
    """The object as a patch that sets only a release's chart version and no values, if it is one."""
    from migrator.sources import flux

    place = source._replace(document=each.document, route=each.route)
    patch = flux.version_patch(place, each.data, each.name) if flux.is_release(each.data) else None
    return [patch] if patch is not None else []
