"""Patches that Kustomize or Flux lays over an object: what they change of its values or its chart version.

A strategic patch in a file of its own, or as a text in the kustomization, is a layer (see `flux` and
`inline_patches`) where it is named as one. Everything else would break in silence while the object
under it changes: an operation of JSON 6902 means an item by its number, and a version in a patch stays behind.

Sources: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/ (targets are anchored regular
expressions), .../replacements/, and https://fluxcd.io/flux/components/kustomize/kustomizations/#patches.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence
from functools import partial

from migrator import yamltext
from migrator.charts.roots import has_values, is_about_prefect
from migrator.errors import MigratorError, RefusedError
from migrator.sources import kustomize, kustomized, objects
from migrator.sources.memory import once
from migrator.sources.patch_records import Patch, Target, is_meant
from migrator.sources.source import Source, read
from migrator.values import tree
from migrator.values.edits import Value
from migrator.values.merge import Map, as_map, as_text

KINDS = ("HelmRelease", "Application", "ApplicationSet")
_HOLDERS = {
    "ConfigMap": ("data",),
    "Secret": ("data", "stringData"),
    "OCIRepository": ("spec",),
    "HelmChart": ("spec",),
}
"""The objects beside a HelmRelease that hold its values or its chart's version, and where they do."""
_LISTS = ("patches", "patchesStrategicMerge", "patchesJson6902")
_SOURCE = r"(template/spec/)?sources?(/\d+)?(/helm(/\w+)?)?"
_WHOLE = re.compile(rf"(/spec(/values(/infrahub)?|/chart(/spec)?|/template(/spec)?|/{_SOURCE})?)?$")
"""Where an operation takes in the values as a whole, or the text that holds them."""
_VERSIONS = re.compile(r"/spec/(chart|source|sources|template)\b.*(version|targetRevision)$|/spec/chartRef\b")


def _target(written: Map) -> Target:
    return Target(as_text(written.get("namespace")), as_text(written.get("labelSelector")))


def over(name: str) -> list[Patch]:
    """The patches by the kustomizations that apply a file, or stand in its folder; a broken one tells of none."""
    trees = list(kustomized.above(name))
    beside = kustomized.of_folder(os.path.dirname(name))
    sources = {source.name: source for tree in trees for source in tree.kustomizations}
    sources.update({source.name: source for source in (beside.kustomizations[:1] if beside is not None else ())})
    affixes = tuple(_affixes(trees))
    found = [
        patch
        for source in sources.values()
        for patch in once("patches", source.name, partial(of_kustomization, source))
    ]
    return [patch._replace(affixes=(*patch.affixes, *affixes)) for patch in found] if affixes else found


def of_kustomization(source: Source) -> list[Patch]:
    """The patches of a kustomization, or of a Kustomization of Flux, by the names that those below it give objects."""
    found = list(patches(source))
    affixes = affixes_below(source) if found else ()
    return [patch._replace(affixes=affixes, by=source.name) for patch in found]


def affixes_below(source: Source) -> tuple[tuple[str, str], ...]:
    """What a kustomization and those that it applies put around names (prefix, suffix)."""
    is_one = os.path.basename(source.name) in kustomize.NAMES
    whole = kustomized.of_folder(os.path.dirname(source.name)) if is_one else None
    return () if whole is None else tuple(_affixes([whole]))


def _affixes(trees: Sequence[kustomized.Tree]) -> Iterator[tuple[str, str]]:
    """What the kustomizations of a tree put around names: each by itself, and all of them, the innermost first."""
    for each in trees:
        datas = [as_map(source.data) for source in each.kustomizations]
        pairs = [(as_text(data.get("namePrefix")), as_text(data.get("nameSuffix"))) for data in datas]
        pairs = [pair for pair in pairs if pair != ("", "")]
        yield from pairs
        if pairs:
            yield "".join(prefix for prefix, _ in pairs), "".join(suffix for _, suffix in reversed(pairs))


def spares(patch: Patch, path: str, items: Collection[str]) -> bool:
    """Whether the namespace or the labels of its target keep a patch from all of these objects (KIND/NAME) of a file.

    Where a kustomization gives objects another namespace or other labels, what stands in the file says nothing.
    """
    around = [source for each in kustomized.above(path) for source in each.kustomizations]
    if os.path.normpath(patch.by) not in {os.path.normpath(each.name) for each in around}:
        return False
    if any(key in as_map(source.data) for source in around for key in ("namespace", "labels", "commonLabels")):
        return False
    meant = patch.among(items)
    found = [
        each for each in objects.objects_in(read(path)) if f"{each.kind}/{_metadata(each.data).get('name')}" in meant
    ]
    return bool(found) and not any(patch.target.fits(_metadata(each.data)) for each in found)


def _metadata(data: Map) -> Map:
    return as_map(data.get("metadata"))


def patches(source: Source) -> Iterator[Patch]:
    """The patches that a kustomization, or a Kustomization of Flux, lays over objects that hold values."""
    for number, route, item in kustomize.listed(source, *_LISTS):
        yield from _patch(source.name, source.stream.documents[number].line(route), item)
    for number, route, item in kustomize.listed(source, "replacements"):
        where = (source.name, source.stream.documents[number].line(route))
        for place, each in _replacements_in(where, as_map(item)):
            yield from _replacement(place, each)


def _patch(name: str, line: int, item: Value) -> Iterator[Patch]:
    written = as_map(item)
    target = as_map(written.get("target"))
    text, path = as_text(written.get("patch")), as_text(written.get("path"))
    if isinstance(item, str):
        text, path = (item, "") if "\n" in item else ("", item)
    file = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else ""
    try:
        documents = read(file).stream.documents if file else yamltext.parse(text.encode(), name).documents
    except MigratorError:
        return
    for document in documents:
        if isinstance(document.data, list):
            for number, operation in enumerate(document.data):
                where = (file, document.line((number,))) if file else (name, line)
                yield from _operation(where, target, as_map(operation))
        elif isinstance(document.data, dict):
            yield from _strategic(name, line, target, document.data, file, is_alone=len(documents) == 1)


def _operation(where: tuple[str, int], target: Map, operation: Map) -> Iterator[Patch]:
    for key in operation.keys() & {"path", "from"}:
        yield from _at(where, target, as_text(operation[key]), str(operation.get("value")) if key == "path" else "")


def _at(where: tuple[str, int], target: Map, path: str, value: str) -> Iterator[Patch]:
    """What an operation does at one of its paths; it can hold the values whole, or put a part of them there."""
    is_version = _VERSIONS.match(path) is not None
    of_prefect = path.startswith("/spec/") and (is_about_prefect(path) or "/env/" in path)
    of_prefect = of_prefect or _WHOLE.match(path) is not None
    of_prefect = of_prefect or (path.startswith("/spec/") and is_about_prefect(value))
    for kind in _held_at(as_text(target.get("kind")), path):
        what = f"changes {path} of {kind} {as_text(target.get('name'))}".rstrip()
        error = _error(where, what, remedy=INTO_THE_OBJECT)
        yield Patch(kind, as_text(target.get("name")), error, target=_target(target))
    if is_version or of_prefect:
        what = "sets the chart version" if is_version else f"changes {path or 'all'}"
        why = "" if is_version else ", which means another entry once the list changes" * bool(re.search(r"/\d", path))
        yield Patch(
            as_text(target.get("kind")),
            as_text(target.get("name")),
            _error(where, f"{what} of {_called(target)} by a patch of JSON 6902{why}", remedy=AS_STRATEGIC),
            target=_target(target),
        )


def _held_at(pattern: str, path: str) -> Iterator[str]:
    """The kinds of which an operation at that path changes the values or the version that they hold."""
    places = {"OCIRepository": "/spec/ref", "HelmChart": "/spec/version"}
    for kind, parts in _HOLDERS.items():
        begins = [places.get(kind, f"/{part}") for part in parts]
        if is_meant(pattern, kind) and any(f"{path}/".startswith(f"{each}/") for each in begins):
            yield kind


def _strategic(name: str, line: int, target: Map, data: Map, file: str, *, is_alone: bool) -> Iterator[Patch]:
    # Where a target says which objects are meant, the patch's own name and kind mean none.
    kind = as_text((target or data).get("kind"))
    own = as_text((target or as_map(data.get("metadata"))).get("name"))
    if any(is_meant(kind, each) and _changes_what_is_held(each, data) for each in _HOLDERS):
        what = f"patches what {_named(kind, own)} holds"
        error = _error((file, 1) if file else (name, line), what, remedy=INTO_THE_OBJECT)
        yield Patch(kind, own, error, target=_target(target))
    if not any(is_meant(kind, each) for each in KINDS):
        return
    spec = as_map(data.get("spec"))
    holds_values = has_values(spec.get("values")) or is_about_prefect(str(spec))
    version = _version_in(spec) or _version_in(as_map(tree.get(spec, ("template", "spec"))))
    is_merged_otherwise = "'$patch'" in str(spec)
    is_named = own == as_text(as_map(data.get("metadata")).get("name"))
    can_be_layer = is_meant(kind, "HelmRelease") and not is_merged_otherwise
    if holds_values or version:
        what = "patches values of Prefect" if holds_values else f"sets the chart version {version}"
        how = "inside the kustomization" if not file else f"in {file}"
        is_layer_by_itself = bool(file and holds_values and is_named and can_be_layer)
        if not file and is_alone and can_be_layer and is_layer(data):
            file = os.path.normpath(name)
        remedy = "" if can_be_layer else INTO_THE_OBJECT
        error = _error((name, line), f"{what} of {_named(kind, own)} {how}", file=file, remedy=remedy)
        yield Patch(kind, own, error, file, _target(target), is_layer=is_layer_by_itself)


def _version_in(spec: Map) -> Value:
    """The chart version that a patch sets in a HelmRelease, or in a source of an Application."""
    several = spec.get("sources")
    sources = [as_map(spec.get("source")), *map(as_map, several if isinstance(several, list) else [])]
    found: list[Value] = [as_map(as_map(spec.get("chart")).get("spec")).get("version")]
    found += [each.get("targetRevision") for each in sources]
    return next((each for each in found if each), None)


def is_layer(data: Value) -> bool:
    """Whether a patch says no more than values and the chart's version, so that it can be a layer."""
    spec = as_map(as_map(data).get("spec"))
    return not {"valuesFrom", "chartRef"} & spec.keys()


def _changes_what_is_held(kind: str, data: Map) -> bool:
    spec = as_map(data.get("spec"))
    if "spec" in _HOLDERS[kind]:
        return "ref" in spec or "version" in spec
    return any(data.get(part) for part in _HOLDERS[kind])


def _replacements_in(where: tuple[str, int], item: Map) -> Iterator[tuple[tuple[str, int], Map]]:
    """The replacements that an item means, with their places: itself, or those in the file that it names."""
    if not item.get("path"):
        yield where, item
        return
    path = os.path.normpath(os.path.join(os.path.dirname(where[0]), as_text(item["path"])))
    try:
        documents = read(path).stream.documents
    except MigratorError:
        return  # Kustomize itself stops at it
    for document in documents:
        whole = isinstance(document.data, list)
        for number, each in enumerate(document.data if isinstance(document.data, list) else [document.data]):
            yield (path, document.line((number,) if whole else ())), as_map(each)


def _replacement(where: tuple[str, int], item: Map) -> Iterator[Patch]:
    targets = item.get("targets")
    for each in targets if isinstance(targets, list) else []:
        select = as_map(as_map(each).get("select"))
        paths = as_map(each).get("fieldPaths")
        told = [str(path) for path in paths] if isinstance(paths, list) else []
        if any(path.startswith(_REPLACED) for path in told):
            what = f"replaces {', '.join(told)} of {_called(select)}"
            remedy = "Put the value into the object, and take the replacement out."
            yield Patch(as_text(select.get("kind")), as_text(select.get("name")), _error(where, what, remedy=remedy))


_REPLACED = ("spec.values", "spec.chart", "spec.source", "spec.ref", "spec.version", "data.", "stringData.")


def _called(target: Map) -> str:
    return _named(as_text(target.get("kind")), as_text(target.get("name")))


def _named(kind: str, name: str) -> str:
    return " ".join(filter(None, (kind, name))) or "every object"


AS_STRATEGIC = (
    "Write it as a strategic patch in a file of its own (patches: [{path: FILE}]) and name that with -f above the "
    "object, or put the value into the object."
)


INTO_THE_OBJECT = "Put what the patch says into the object, and take the patch out."


def _error(where: tuple[str, int], what: str, *, file: str = "", remedy: str = "") -> RefusedError:
    if file and not remedy:
        remedy = f"Name the object and the patch together: -f OBJECT -f {file}."
    remedy = remedy or (
        "Put the patch into a file of its own (patches: [{path: FILE}]), and name it with -f above its object."
    )
    return RefusedError(f"{what}: the object is not migrated without it.", path=where[0], line=where[1], remedy=remedy)
