"""Patches over what Helm renders: by the kustomization that inflates the chart, by a HelmRelease's post-renderers, or
by the kustomization of a `fleet.yaml`.

They are applied after the values, so a pod's environment is not what the values say. They are neither judged nor
edited: a warning names those that set what migrations change, or that mean an entry by its position in an env list.

Sources: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/helmcharts/,
https://fluxcd.io/flux/components/helm/helmreleases/#post-renderers, https://fleet.rancher.io/ref-fleet-yaml and
helm-kustomize of rancher/fleet-examples, and the templates of prefect-server (both pods are Deployments).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from migrator.charts.presets import TOGGLED_SERVICES
from migrator.errors import some_of
from migrator.prefect import names, toggles
from migrator.sources import fleet, kustomize, kustomized, patches, repository
from migrator.sources.bundle import Bundle, object_around
from migrator.sources.patch_records import pattern_matches
from migrator.sources.source import Source
from migrator.values.changes import Notice
from migrator.values.edits import Value
from migrator.values.merge import Map, as_list, as_map, as_text

_NAMES = {
    *names.MESSAGING_NAMES.values(),
    *(names.MESSAGING_URL, names.MESSAGING_PASSWORD, names.DOCKET_NAME, names.WEBSERVER_ONLY),
    *(names.PIN, names.INJECTED_PIN, names.REGISTER, names.METRICS),
}
"""The env entries, besides service toggles, that migrations write, move, or decide on."""
_KIND = "Deployment"
_POSITION = re.compile(r"/env/\d+(/|$)")
_ANY = re.compile(r"[*+?|\[(.]")
"""What makes a target's name a pattern, which may match any Deployment."""


def warnings(bundle: Bundle) -> Iterator[Notice]:
    """A warning for each patch of this kind over the release's pods."""
    yield from dict.fromkeys(notice for patch in _patches_over(bundle) for notice in _about(*patch))


def _patches_over(bundle: Bundle) -> Iterator[tuple[str, int, Value]]:
    """The patches over what the release renders, each with its file and line."""
    for layer in bundle.layers:
        around = object_around(layer) if layer.route else {}
        for source in _kustomizations(layer, around):
            for number, route, item in kustomize.listed(source, *patches.LISTS):
                yield source.name, source.stream.documents[number].line(route), item
        place = layer._replace(route=layer.route[:2] if layer.route[:1] == ("items",) else (), inner=None)
        for number, renderer in enumerate(as_list(as_map(around.get("spec")).get("postRenderers"))):
            for key in patches.LISTS:
                for index, item in enumerate(as_list(as_map(as_map(renderer).get("kustomize")).get(key))):
                    line = place.line(("spec", "postRenderers", number, "kustomize", key, index))
                    yield layer.name, line, item


def _kustomizations(layer: Source, around: Map) -> Iterator[Source]:
    """The kustomizations that are applied over what is rendered: the layer's own and those above, or those of Fleet."""
    folder = os.path.dirname(layer.name)
    if layer.snapshot is not None and fleet.is_fleet(around, layer.name):
        trees = map(kustomized.of_folder, fleet.kustomize_folders(around, folder))
        yield from (source for tree in trees if tree is not None for source in tree.kustomizations)
    if "helmCharts" not in around:
        return
    yield layer
    own = os.path.realpath(layer.name)
    for each in repository.up(folder) if layer.snapshot is not None else ():
        tree = kustomized.of_folder(each)
        if tree is not None and own in {os.path.realpath(each.name) for each in tree.kustomizations[1:]}:
            yield tree.kustomizations[0]


def _about(path: str, line: int, item: Value) -> Iterator[Notice]:
    target = as_map(as_map(item).get("target"))
    for file, document in patches.documents_of(path, item):
        data = as_map(document.data)
        kind = as_text(target.get("kind")) if target else as_text(data.get("kind")) or _KIND
        name = as_text((target or as_map(data.get("metadata"))).get("name"))
        if not pattern_matches(kind, _KIND):
            continue
        where, called = f"{file or path}:{1 if file else line}", f"the rendered {_KIND} {name}".rstrip()
        operations = [as_map(each) for each in as_list(document.data)]
        found = sorted({each for value in (data, *(each.get("value") for each in operations)) for each in _set(value)})
        if found:
            yield _warning(f"{where} sets {some_of(found)} in {called}, over these values")
        paths = [path for each in operations if _POSITION.search(path := as_text(each.get("path")))]
        if paths and _may_be_prefect(name, target):
            what = f"means entries of env in {called} by their positions ({some_of(paths)})"
            yield _warning(f"{where} {what}, which can be others after the upgrade")


def _warning(what: str) -> Notice:
    return Notice(
        f"{what}. It is neither judged nor edited here: check it, and change it in the same commit.", "warning"
    )


def _set(value: Value) -> Iterator[str]:
    """The names of entries in a patch that migrations are about."""
    if isinstance(value, dict):
        name = as_text(value.get("name"))
        if name in _NAMES or toggles.service_of(name) in TOGGLED_SERVICES:
            yield name
    for each in value.values() if isinstance(value, dict) else as_list(value):
        yield from _set(each)


def _may_be_prefect(name: str, target: Map) -> bool:
    """Whether a target can be one of Prefect's Deployments, whose names have prefect in them unless overridden."""
    return not name or "prefect" in f"{name} {target.get('labelSelector')}" or _ANY.search(name) is not None
