"""Patches that Kustomize or Flux applies over an object: what they change in its values or its chart version.

A strategic patch in its own file, or inline in the kustomization, is a layer (see `flux` and `inline_patches`) if it is
named as one. Any other patch would silently break when the object below it changes: a JSON 6902 operation refers to
list items by index, and a version in a patch would stay behind.

Sources: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/ (targets are anchored regular
expressions), .../replacements/, and https://fluxcd.io/flux/components/kustomize/kustomizations/#patches.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from migrator import yamltext
from migrator.charts.roots import has_values, mentions_prefect
from migrator.errors import MigratorError, RefusedError
from migrator.sources import kustomize, kustomized, objects
from migrator.sources.memory import once
from migrator.sources.patch_records import Patch, Target, pattern_matches
from migrator.sources.source import Source, read
from migrator.values import tree
from migrator.values.edits import Value
from migrator.values.merge import Map, as_list, as_map, as_text

KINDS = ("HelmRelease", "Application", "ApplicationSet")
_HOLDERS = {
    "ConfigMap": ("data",),
    "Secret": ("data", "stringData"),
    "OCIRepository": ("spec",),
    "HelmChart": ("spec",),
}
"""Other objects that have the values or the chart version of a HelmRelease, and the keys that have them."""
LISTS = ("patches", "patchesStrategicMerge", "patchesJson6902")
"""The keys under which a kustomization lists patches."""
_SOURCE = r"(template/spec/)?sources?(/\d+)?(/helm(/\w+)?)?"
_WHOLE = re.compile(rf"(/spec(/values(/infrahub)?|/chart(/spec)?|/template(/spec)?|/{_SOURCE})?)?$")
"""Paths at which an operation affects the values as a whole, or the text that embeds them."""
_VERSIONS = re.compile(r"/spec/(chart|source|sources|template)\b.*(version|targetRevision)$|/spec/chartRef\b")


_REPLACED = (
    *("spec.values", "spec.chart", "spec.source", "spec.template.spec.source", "spec.ref", "spec.version"),
    *("data.", "stringData."),
)
"""Field paths at which a replacement sets values or a version."""
_INTO_THE_OBJECT = "Put what the patch says into the object, and remove the patch."
_INTO_A_FILE = "Put the patch into a separate file (patches: [{path: FILE}]), and name it with -f after its object."
_AS_STRATEGIC = (
    "Write it as a strategic patch in a separate file (patches: [{path: FILE}]) and name that with -f after the "
    "object, or put the value into the object."
)
_Place = tuple[str, int]
"""A file and a line number in it."""


class _Selector(NamedTuple):
    """Which objects a patch or a replacement is for: kind and name, which may be patterns, and the rest of it."""

    kind: str
    name: str
    target: Target = Target()

    def __str__(self) -> str:
        return " ".join(filter(None, (self.kind, self.name))) or "every object"


def _selector(target: Map) -> _Selector:
    kind, name, namespace, labels = (as_text(target.get(key)) for key in ("kind", "name", "namespace", "labelSelector"))
    return _Selector(kind, name, Target(namespace, labels))


def applied_to(name: str) -> list[Patch]:
    """The patches of the kustomizations that apply a file, or are in its folder; broken patches are skipped."""
    trees = list(kustomized.above(name))
    found = [patch for tree in trees for patch in once("patches", tree.name, partial(_patches_of, tree.kustomizations))]
    beside = kustomized.of_folder(os.path.dirname(name))
    if beside is not None and beside.name not in {tree.name for tree in trees}:
        found += _patches_of(beside.kustomizations[:1])
    affixes = [pair for tree in trees for pair in once("affixes", tree.name, partial(_affixes, tree))]
    return [patch._replace(affixes=(*patch.affixes, *affixes)) for patch in found] if affixes else found


def _patches_of(sources: Sequence[Source]) -> list[Patch]:
    return [patch for source in sources for patch in of_kustomization(source)]


def of_kustomization(source: Source) -> list[Patch]:
    """The patches of a kustomization or a Flux Kustomization, with the affixes that those below it add to names."""
    found = list(patches(source))
    affixes = affixes_below(source) if found else ()
    return [patch._replace(affixes=affixes, by=source.name) for patch in found]


def affixes_below(source: Source) -> tuple[tuple[str, str], ...]:
    """The affixes (prefix, suffix) that a kustomization and those that it applies add to names."""
    is_one = os.path.basename(source.name) in kustomize.NAMES
    whole = kustomized.of_folder(os.path.dirname(source.name)) if is_one else None
    return () if whole is None else tuple(_affixes(whole))


def _affixes(tree: kustomized.Tree) -> list[tuple[str, str]]:
    """The affixes that the kustomizations of a tree add to names: those of each one, and all of them combined."""
    datas = [as_map(source.data) for source in tree.kustomizations]
    pairs = [(as_text(data.get("namePrefix")), as_text(data.get("nameSuffix"))) for data in datas]
    pairs = [pair for pair in pairs if pair != ("", "")]
    all_of_them = "".join(prefix for prefix, _ in pairs), "".join(suffix for _, suffix in reversed(pairs))
    return [*pairs, all_of_them] if pairs else []


def excludes(patch: Patch, path: str, items: Collection[str]) -> bool:
    """Whether the namespace or labels of its target exclude all of these objects (KIND/NAME) of a file from a patch.

    False if a kustomization sets namespaces or labels, because those in the file then mean nothing.
    """
    around = [source for each in kustomized.above(path) for source in each.kustomizations]
    if os.path.normpath(patch.by) not in {os.path.normpath(each.name) for each in around}:
        return False
    if any(key in as_map(source.data) for source in around for key in ("namespace", "labels", "commonLabels")):
        return False
    matching = patch.matching(items)
    found = [
        each for each in objects.objects_in(read(path)) if f"{each.kind}/{_metadata(each.data).get('name')}" in matching
    ]
    return bool(found) and not any(patch.target.fits(_metadata(each.data)) for each in found)


def _metadata(data: Map) -> Map:
    return as_map(data.get("metadata"))


def patches(source: Source) -> Iterator[Patch]:
    """The patches of a kustomization or a Flux Kustomization for objects that have values."""
    for number, route, item in kustomize.listed(source, *LISTS):
        yield from _patch((source.name, source.stream.documents[number].line(route)), item)
    for number, route, item in kustomize.listed(source, "replacements"):
        where = (source.name, source.stream.documents[number].line(route))
        for place, each in _replacements_in(where, as_map(item)):
            yield from _replacement(place, each)


def _patch(where: _Place, item: Value) -> Iterator[Patch]:
    target = as_map(as_map(item).get("target"))
    documents = documents_of(where[0], item)
    for file, document in documents:
        for number, operation in enumerate(as_list(document.data)):
            yield from _operation(
                (file, document.line((number,))) if file else where, _selector(target), as_map(operation)
            )
        if isinstance(document.data, dict):
            yield from _strategic(where, target, document.data, file, is_alone=len(documents) == 1)


def documents_of(name: str, item: Value) -> list[tuple[str, yamltext.Document]]:
    """The documents of an item in a list of patches, each with its file (empty: inline); none if it is unreadable.

    `name` is the file with the list.
    """
    written = as_map(item)
    text, path = as_text(written.get("patch")), as_text(written.get("path"))
    if isinstance(item, str):
        text, path = (item, "") if "\n" in item else ("", item)
    file = _relative_to(name, path) if path else ""
    try:
        documents = read(file).stream.documents if file else yamltext.parse(text.encode(), name).documents
    except MigratorError:
        return []
    return [(file, each) for each in documents]


def _relative_to(name: str, path: str) -> str:
    return os.path.normpath(os.path.join(os.path.dirname(name), path))


def _operation(where: _Place, selector: _Selector, operation: Map) -> Iterator[Patch]:
    """The patches of an operation at its `path` and `from`; its value can be all the values or a part of them."""
    for key in ("path", "from"):
        if key in operation:
            yield from _patches_at(
                where, selector, as_text(operation[key]), str(operation.get("value")) if key == "path" else ""
            )


def _patches_at(where: _Place, selector: _Selector, path: str, value: str) -> Iterator[Patch]:
    for kind in _holders_changed(selector.kind, path):
        what = f"changes {path} of {kind} {selector.name}".rstrip()
        yield Patch(kind, selector.name, _error(where, what, _INTO_THE_OBJECT), target=selector.target)
    is_version = _VERSIONS.match(path) is not None
    is_of_prefect = path.startswith("/spec/") and ("/env/" in path or mentions_prefect(path) or mentions_prefect(value))
    if is_version or is_of_prefect or _WHOLE.match(path) is not None:
        what = "sets the chart version" if is_version else f"changes {path or 'all'}"
        why = (
            ""
            if is_version
            else ", which will mean another entry once the list changes" * bool(re.search(r"/\d", path))
        )
        error = _error(where, f"{what} of {selector} by a JSON 6902 patch{why}", _AS_STRATEGIC)
        yield Patch(selector.kind, selector.name, error, target=selector.target)


def _holders_changed(pattern: str, path: str) -> Iterator[str]:
    """The kinds of `_HOLDERS` whose values or version an operation at that path changes."""
    places = {"OCIRepository": "/spec/ref", "HelmChart": "/spec/version"}
    for kind, parts in _HOLDERS.items():
        begins = [places.get(kind, f"/{part}") for part in parts]
        if pattern_matches(pattern, kind) and any(f"{path}/".startswith(f"{each}/") for each in begins):
            yield kind


def _strategic(where: _Place, target: Map, data: Map, file: str, *, is_alone: bool) -> Iterator[Patch]:
    # With a target, Kustomize ignores the patch's own name and kind.
    own = as_text(_metadata(data).get("name"))
    selector = _selector(target) if target else _Selector(as_text(data.get("kind")), own)
    if any(pattern_matches(selector.kind, each) and _changes_holder(each, data) for each in _HOLDERS):
        error = _error((file, 1) if file else where, f"patches what {selector} holds", _INTO_THE_OBJECT)
        yield Patch(selector.kind, selector.name, error, target=selector.target)
    spec = as_map(data.get("spec"))
    holds_values = has_values(spec.get("values")) or mentions_prefect(str(spec))
    version = _version_in(spec) or _version_in(as_map(tree.get(spec, ("template", "spec"))))
    if not any(pattern_matches(selector.kind, each) for each in KINDS) or not (holds_values or version):
        return
    can_be_layer = pattern_matches(selector.kind, "HelmRelease") and "'$patch'" not in str(spec)
    is_layer_by_itself = bool(file and holds_values and selector.name == own and can_be_layer)
    what = "patches values of Prefect" if holds_values else f"sets the chart version {version}"
    how = f"in {file}" if file else "inside the kustomization"
    if not file and is_alone and can_be_layer and is_layer(data):
        file = os.path.normpath(where[0])
    remedy = f"Name the object and the patch together: -f OBJECT -f {file}." if file else _INTO_A_FILE
    error = _error(where, f"{what} of {selector} {how}", remedy if can_be_layer else _INTO_THE_OBJECT)
    yield Patch(selector.kind, selector.name, error, file, selector.target, is_layer=is_layer_by_itself)


def _version_in(spec: Map) -> Value:
    """The chart version that a patch sets in a HelmRelease, or in a source of an Application."""
    sources = [as_map(each) for each in (spec.get("source"), *as_list(spec.get("sources")))]
    found = [tree.get(spec, ("chart", "spec", "version")), *(each.get("targetRevision") for each in sources)]
    return next((each for each in found if each), None)


def is_layer(data: Value) -> bool:
    """Whether a patch can be a layer: it changes neither `valuesFrom` nor `chartRef`."""
    spec = as_map(as_map(data).get("spec"))
    return not {"valuesFrom", "chartRef"} & spec.keys()


def _changes_holder(kind: str, data: Map) -> bool:
    spec = as_map(data.get("spec"))
    if "spec" in _HOLDERS[kind]:
        return "ref" in spec or "version" in spec
    return any(data.get(part) for part in _HOLDERS[kind])


def _replacements_in(where: _Place, item: Map) -> Iterator[tuple[_Place, Map]]:
    """The replacements of an item, with their places: itself, or those in the file that it names."""
    if not item.get("path"):
        yield where, item
        return
    path = _relative_to(where[0], as_text(item["path"]))
    try:
        documents = read(path).stream.documents
    except MigratorError:
        return  # Kustomize fails on it as well
    for document in documents:
        if isinstance(document.data, list):
            yield from (((path, document.line((at,))), as_map(each)) for at, each in enumerate(document.data))
        else:
            yield (path, document.line(())), as_map(document.data)


def _replacement(where: _Place, item: Map) -> Iterator[Patch]:
    for each in map(as_map, as_list(item.get("targets"))):
        selector = _selector(as_map(each.get("select")))
        paths = [str(path) for path in as_list(each.get("fieldPaths"))]
        if any(path.startswith(_REPLACED) for path in paths):
            remedy = "Put the value into the object, and remove the replacement."
            yield Patch(
                selector.kind, selector.name, _error(where, f"replaces {', '.join(paths)} of {selector}", remedy)
            )


def _error(where: _Place, what: str, remedy: str) -> RefusedError:
    return RefusedError(f"{what}: the object is not migrated without it.", path=where[0], line=where[1], remedy=remedy)
