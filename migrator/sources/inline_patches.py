"""Strategic patches of a HelmRelease that are inline text in a kustomization or a Flux Kustomization.

Each is a layer over the object that it patches, edited inside its text. Other patches that `patches` finds are not
layers.
Sources: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/ and
https://fluxcd.io/flux/components/kustomize/kustomizations/#patches.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator import yamltext
from migrator.charts.roots import is_related
from migrator.errors import MigratorError
from migrator.sources import blocktext, flux, kustomize, patch_records, patches
from migrator.sources.bundle import Bundle, ReleaseChart
from migrator.sources.source import Source
from migrator.values import tree
from migrator.values.edits import Value
from migrator.values.merge import Map, as_map, as_text

_LISTS = ("patches", "patchesStrategicMerge")


def releases(source: Source, items: tuple[str, ...]) -> Iterator[Bundle]:
    """The file's patches of these objects (KIND/NAME), each as a release whose layer goes over its object.

    Raises RefusedError for a patch whose text cannot be edited in place.
    """
    for number, route, item in kustomize.listed(source, *_LISTS):
        route = (*route, "patch") if isinstance(item, dict) else route
        yield from _patch(source._replace(document=number, route=route), item, items)


def _patch(place: Source, item: Value, items: tuple[str, ...]) -> Iterator[Bundle]:
    text = tree.get(place.stream.documents[place.document].data, place.route)
    if not isinstance(text, str) or "\n" not in text:
        return
    try:
        documents = yamltext.parse(text.encode(), place.name).documents
    except MigratorError:
        return  # not a patch that could be applied to an object
    data = as_map(documents[0].data)
    target = as_map(as_map(item).get("target"))
    own = as_text((target or as_map(data.get("metadata"))).get("name"))
    kind = as_text((target or data).get("kind"))
    meant = [each for each in items if each.startswith("HelmRelease/")]
    meant = patch_records.matching_items(kind, own, meant, patches.affixes_below(place))
    spec = as_map(data.get("spec"))
    version = flux.chart_version(place._replace(route=()), spec)
    is_ours = is_related(spec.get("values"), version.chart) or bool(version.text)
    if meant and len(documents) == 1 and is_ours and patches.is_layer(data):
        line = place.stream.documents[place.document].line(place.route)
        patch_records.refuse_directives(place.name, lambda _: line, spec)
        yield _bundle(place, meant[0], version, spec)


def _bundle(place: Source, item: str, version: ReleaseChart, spec: Map) -> Bundle:
    inner = blocktext.find(place.stream, place.document, place.route, flux.VALUES)
    shown = f"{place.name} {tree.show(place.route)}"
    return Bundle(
        name=shown,
        layers=(place._replace(inner=inner),),
        version=version,
        release_name=as_text(spec.get("releaseName")),
        namespace=as_text(spec.get("targetNamespace")),
        evidence=(f"a patch of {item} at {shown}",),
        item=item,
        is_patch=True,
        controller="Flux",
    )
