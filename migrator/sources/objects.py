"""Objects of GitOps controllers in a file, and the releases whose values they hold."""

import os
from collections.abc import Iterator
from typing import NamedTuple

from migrator.errors import RefusedError
from migrator.sources.bundle import Bundle
from migrator.sources.source import Source
from migrator.values.edits import Route, Value
from migrator.values.merge import Map, as_map


class Object(NamedTuple):
    """A Kubernetes object in a file: which document, where in it, and what it is."""

    document: int
    route: Route
    data: Map

    @property
    def kind(self) -> str:
        return str(self.data.get("kind") or "Kustomization")

    @property
    def name(self) -> str:
        """KIND NAMESPACE/NAME, as far as it says so."""
        metadata = as_map(self.data.get("metadata"))
        parts = [str(metadata[key]) for key in ("namespace", "name") if metadata.get(key)]
        return f"{self.kind} {'/'.join(parts)}".strip()


def is_object(data: Value) -> bool:
    """Whether a document is an object of Kubernetes rather than values."""
    return isinstance(data, dict) and isinstance(data.get("apiVersion"), str) and isinstance(data.get("kind"), str)


def objects_in(source: Source) -> Iterator[Object]:
    """The objects in all documents of a file, those of a List one by one."""
    for document in source.stream.documents:
        data = as_map(document.data)
        if not is_object(document.data):
            if ("helmCharts" in data and _is_kustomization(data, source.name)) or _is_fleet(data, source.name):
                yield Object(document.index, (), data)
            continue
        items = data.get("items")
        if data["kind"] == "List" and isinstance(items, list):
            for number, item in enumerate(items):
                if is_object(item):
                    yield Object(document.index, ("items", number), as_map(item))
        else:
            yield Object(document.index, (), data)


def is_gitops(each: Object) -> bool:
    """Whether the object is of a kind that embeds values of a Helm release."""
    from migrator.sources import argocd, flux  # most files hold no object at all

    data = each.data
    if flux.is_release(data) or argocd.is_application(data):
        return True
    return ("helmCharts" in data and _is_kustomization(data)) or not is_object(data)


def releases_of(source: Source, each: Object) -> list[Bundle]:
    """The Prefect releases whose values the object holds; none for an object that has nothing to do with them.

    Raises RefusedError or InputError for a release of these charts whose values cannot be edited where they are.
    """
    from migrator.sources import argocd, flux

    place = source._replace(document=each.document, route=each.route)
    if flux.is_release(each.data):
        found = flux.releases(place, each.data, each.name)
    elif argocd.is_application(each.data):
        found = argocd.releases(place, each.data, each.name)
    elif "helmCharts" not in each.data:
        from migrator.sources import fleet

        found = fleet.releases(place, each.data, os.path.basename(source.name))
    else:
        from migrator.sources import kustomize

        found = kustomize.releases(place, each.data, each.name)
    if found and "mac" in as_map(each.data.get("sops")):
        raise RefusedError(
            f"{each.name} is encrypted by SOPS, whose checksum covers every value: an edit outside sops breaks it.",
            path=source.name,
            remedy="Decrypt it, migrate the plain file, and encrypt it again.",
        )
    return found


def version_patches(source: Source, each: Object) -> list[Bundle]:
    """A patch that moves a release's chart version and says nothing of its values."""
    from migrator.sources import flux

    place = source._replace(document=each.document, route=each.route)
    patch = flux.version_patch(place, each.data, each.name) if flux.is_release(each.data) else None
    return [patch] if patch is not None else []


def _is_fleet(data: Map, path: str) -> bool:
    from migrator.sources import fleet

    return fleet.is_fleet(data, path)


def _is_kustomization(data: Map, path: str = "kustomization.yaml") -> bool:
    from migrator.sources import kustomize

    return kustomize.is_kustomization(data, path)
