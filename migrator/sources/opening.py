"""From a name on the command line to the releases behind it."""

import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from migrator import files
from migrator.charts.roots import prefect_roots
from migrator.errors import InputError, UsageError
from migrator.sources import objects, repository, scope
from migrator.sources.bundle import Bundle, object_around, of_layers
from migrator.sources.source import Source, read, read_bytes
from migrator.values.merge import as_map, as_text

_WITH_PATCHES = {"helmCharts", "kustomize", "targets", "targetCustomizations"}
"""Keys of objects that can name patches over what Helm renders."""


class Opened(NamedTuple):
    """The releases in one FILE, or the one that a list of layers makes; they are written together.

    `unrelated` are the names of GitOps objects that have nothing to do with these charts; `source` is the whole file
    around the objects.
    """

    name: str
    bundles: tuple[Bundle, ...]
    unrelated: tuple[str, ...] = ()
    source: Source | None = None


def _standard_input() -> Source:
    shown = "(standard input)"
    return read_bytes(files.read_stream(sys.stdin.buffer, shown), shown)


def open_file(name: str, chart: str = "", root: str = "", beside: Sequence[str] = ()) -> Opened:
    """The releases in a file, or in standard input (`-`); `chart` and `root` are the command-line options.

    `beside` are files whose releases are written together with these. Raises InputError or RefusedError if it cannot be
    read or edited.
    """
    return open_source(_standard_input() if name == "-" else read(name), chart, root, beside)


def open_source(source: Source, chart: str = "", root: str = "", beside: Sequence[str] = ()) -> Opened:
    """The releases in a parsed file. Raises what `open_file` raises."""
    gitops = [each for each in objects.objects_in(source) if objects.is_gitops(each)]
    if not gitops:
        scope.refuse(source, chart)
        own = tuple(_beside_chart(bundle) for bundle in _by_root(of_layers([source]), chart, root))
        return Opened(source.name, own)
    found = [(each, bundle) for each in gitops for bundle in objects.releases_of(source, each)]
    with_any = {id(each) for each, _ in found}
    unrelated = tuple(each.name for each in gitops if id(each) not in with_any)
    bundles = [bundle for _, each in found for bundle in _by_root(each, chart, root)]
    spread = [each for each in bundles if len({layer.name for layer in each.layers}) > 1]
    if len(bundles) > 1 and spread:
        raise InputError(
            f"has {len(bundles)} releases, and {spread[0].name} takes values or its chart version from another file.",
            path=source.name,
            remedy="Put that into this file, or give each release a file of its own.",
        )
    for bundle in bundles:
        _refuse_patched(bundle, [])
        _refuse_shared(bundle, (source.name, *beside))
    bundles = [_with_patch_warnings(bundle) for bundle in bundles]
    if len(bundles) == 1:
        bundles = [bundles[0]._replace(name=source.name)]
    else:
        bundles = [bundle._replace(name=f"{source.name} ({bundle.name})") for bundle in bundles]
    return Opened(source.name, tuple(bundles), unrelated, source)


def open_layers(names: Sequence[str]) -> Opened:
    """One release from its layers, each a values file or an object with values, in Helm's order.

    Raises UsageError if they cannot be layers of one release.
    """
    sources: list[Source] = []
    around: dict[str, Bundle] = {}  # the releases of files that are objects, by file name
    for name in names:
        if name == "-":
            raise UsageError("-f reads files; standard input cannot be one of several layers.")
        source = read(name)
        if any(_is_same_file(each, source) for each in sources):
            raise UsageError("is named twice as a layer.", path=name)
        sources.append(source)
        bundle = _release_in(source, [*around.values()])
        if bundle is not None:
            around[name] = bundle
    for bundle in around.values():
        _refuse_shared(bundle, ())
    named = {os.path.normpath(name) for name in names if name not in around}
    layers: list[Source] = []
    for source in sources:
        # A file that is named itself keeps its place in the order.
        own = around[source.name].layers if source.name in around else (source,)
        layers += [each for each in own if each is source or each.route or os.path.normpath(each.name) not in named]
    # Single values set over all others (parameters) also override those of a patch.
    layers.sort(key=lambda layer: layer.accepts != "anything" and bool(layer.data))
    if not around:
        return Opened(layers[0].name, (_beside_chart(of_layers(layers)),))
    whole, *patches = around.values()
    if names[-1] not in around:
        raise UsageError(
            "is the release itself, and its own values override all that it takes from elsewhere: name it last.",
            path=[whole, *patches][-1].layers[0].name,
        )
    patched, home = _patched(whole, patches)
    _refuse_patched(whole, names)
    bundle = patched._replace(
        name=layers[0].name,
        layers=tuple(layers),
        version_layer=layers.index(home),
        # If as many files are named as the object takes values from, none is missing.
        unseen=patched.unseen if len(named) < len(patched.unseen) else (),
    )
    return Opened(layers[0].name, (_beside_chart(_with_patch_warnings(bundle)),))


def _release_in(source: Source, before: Sequence[Bundle]) -> Bundle | None:
    """The release in a file, or the patch of an object named before it; None for a file without objects.

    Raises InputError for a file with several.
    """
    found = [each for each in objects.objects_in(source) if objects.is_gitops(each)]
    bundles = [bundle for each in found for bundle in objects.releases_of(source, each)]
    bundles = bundles or [patch for each in found for patch in objects.version_patches(source, each)]
    if before and not bundles and before[0].items:
        from migrator.sources import inline_patches

        bundles = [*inline_patches.releases(source, before[0].items)]
    if (found or bundles) and len(bundles) != 1:
        raise InputError(
            f"has {len(bundles)} releases with Prefect values, but a layer belongs to one.", path=source.name
        )
    return bundles[0] if bundles else None


def _refuse_shared(bundle: Bundle, together: Sequence[str]) -> None:
    """Raise RefusedError if the release shares values with one in a file that is not written together with it."""
    for each in bundle.shared:
        if os.path.normpath(each.file) not in map(os.path.normpath, together):
            raise each.error


def _refuse_patched(bundle: Bundle, named: Sequence[str]) -> None:
    """Raise RefusedError if a kustomization patches the object in a way that is not a layer here."""
    if not bundle.item or bundle.is_patch:
        return
    from migrator.sources import patches

    files = {os.path.normpath(name) for name in named}
    home = bundle.uppermost.name
    for layer in bundle.layers:
        found = [] if layer.snapshot is None else patches.applied_to(layer.name)
        found += list(patches.patches(layer))
        for each in found:
            if (
                each.applies_to(bundle.items)
                and each.file not in files
                and not patches.excludes(each, layer.name, bundle.items)
            ):
                raise each.error_of(home)


def _with_patch_warnings(bundle: Bundle) -> Bundle:
    """The release with warnings of patches over what Helm renders of it."""
    around = [object_around(layer) for layer in bundle.layers if layer.route]
    if not any(each.keys() & _WITH_PATCHES or as_map(each.get("spec")).get("postRenderers") for each in around):
        return bundle
    from migrator.sources import rendered_patches

    return bundle._replace(notices=(*bundle.notices, *rendered_patches.warnings(bundle)))


def _is_same_file(one: Source, other: Source) -> bool:
    status = [snapshot.stat for snapshot in (one.snapshot, other.snapshot) if snapshot is not None]
    return len(status) == 2 and os.path.samestat(*status)


def _patched(whole: Bundle, patches: Sequence[Bundle]) -> tuple[Bundle, Source]:
    """The object merged with the patches that Kustomize applies over it, and the layer whose file has its version.

    Raises UsageError if one is not a patch of it.
    """
    home = whole.layers[whole.version_layer]
    specs = [as_map(object_around(layer).get("spec")) for layer in whole.layers if layer.route]
    named = next(filter(None, (as_text(spec.get("releaseName")) for spec in specs)), "")
    for patch in patches:
        if not patch.is_patch or not _is_patch_of(patch, whole):
            raise UsageError(
                "only one of the layers can be the release's object; the others can be patches of it.",
                path=patch.layers[0].name,
            )
        if patch.version.text:
            whole = whole._replace(version=patch.version._replace(chart=whole.version.chart))
            home = patch.layers[patch.version_layer]
        named = patch.release_name or named
        by_namespace = f"{patch.namespace}-{whole.item.partition('/')[2]}" if patch.namespace else whole.release_name
        whole = whole._replace(
            release_name=named or by_namespace,
            namespace=patch.namespace or whole.namespace,
            evidence=(*whole.evidence, *patch.evidence),
            unseen=(*whole.unseen, *(each for each in patch.unseen if each.item not in (whole.item, patch.item))),
        )
    return whole, home


def _is_patch_of(patch: Bundle, whole: Bundle) -> bool:
    """Whether a patch is for that object, by its name or according to a kustomization that lists its file."""
    if patch.item == whole.item:
        return True
    from migrator.sources import patches

    path = os.path.normpath(patch.layers[0].name)
    return any(each.file == path and each.applies_to(whole.items) for each in patches.applied_to(path))


def _beside_chart(bundle: Bundle) -> Bundle:
    """The release with what a Chart.yaml next to its files says, or else the helmfile that installs it."""
    paths = [os.path.join(os.path.dirname(layer.name), "Chart.yaml") for layer in bundle.layers if layer.snapshot]
    found = [path for path in dict.fromkeys(paths) if os.path.isfile(path)]
    if not bundle.is_plain or bundle.snapshot is None:
        return bundle
    if found:
        from migrator.sources import umbrella

        bundle = umbrella.with_chart_version(bundle, found[0])
    path = "" if bundle.version.chart else repository.helmfile_above(bundle.uppermost.name)
    if not path:
        return bundle
    from migrator.sources import helmfile

    return helmfile.with_entry(bundle, path)


def _by_root(bundle: Bundle, chart: str, root: str) -> tuple[Bundle, ...]:
    """A release for each Prefect root if a file has several and `root` is empty."""
    roots = prefect_roots([layer.data for layer in bundle.layers], chart)
    if root or len(roots) < 2:
        return (bundle,)
    names = [".".join(map(str, each)) or "." for each in roots]
    return tuple(bundle._replace(name=f"{bundle.name} ({each})", root=each) for each in names)
