"""From a name on the command line to the releases behind it."""

import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from migrator.discover import prefect_roots
from migrator.errors import InputError, UsageError
from migrator.sources import objects
from migrator.sources.bundle import Bundle, of_layers
from migrator.sources.source import Source, read, read_bytes


class Opened(NamedTuple):
    """What one FILE, or the layers of one release, hold: releases that are written together.

    `unrelated` are the names of GitOps objects that have nothing to do with these charts; `source` is the whole file,
    where all that it holds are such.
    """

    name: str
    bundles: tuple[Bundle, ...]
    unrelated: tuple[str, ...] = ()
    source: Source | None = None


def open_file(name: str, chart: str = "", root: str = "") -> Opened:
    """The releases in a file, standard input included; `chart` and `root` are what the command line says of them.

    Raises InputError or RefusedError for what cannot be read or edited.
    """
    source = read_bytes(sys.stdin.buffer.read(), "(standard input)") if name == "-" else read(name)
    held = [each for each in objects.objects_in(source) if objects.is_gitops(each)]
    if not held:
        own = tuple(_beside_chart(bundle) for bundle in _by_root(of_layers([source]), chart, root))
        return Opened(source.name, own)
    found = [(each, bundle) for each in held for bundle in objects.releases_of(source, each)]
    with_any = {id(each) for each, _ in found}
    unrelated = tuple(each.name for each in held if id(each) not in with_any)
    bundles = [bundle for _, each in found for bundle in _by_root(each, chart, root)]
    if len(bundles) == 1:
        bundles = [bundles[0]._replace(name=source.name)]
    else:
        bundles = [bundle._replace(name=f"{source.name} ({bundle.name})") for bundle in bundles]
    return Opened(source.name, tuple(bundles), unrelated, None if bundles else source)


def open_layers(names: Sequence[str]) -> Opened:
    """The layers of one release, each a values file or an object that holds values, in Helm's order.

    Raises UsageError where they cannot be layers of one release.
    """
    layers: list[Source] = []
    around: list[tuple[int, Bundle]] = []
    for name in names:
        if name == "-":
            raise UsageError("-f reads files; standard input cannot be one of several layers.")
        source = read(name)
        if any(each.snapshot and source.snapshot and each.snapshot.target == source.snapshot.target for each in layers):
            raise UsageError("is named twice as a layer.", path=name)
        held = [each for each in objects.objects_in(source) if objects.is_gitops(each)]
        bundles = [bundle for each in held for bundle in objects.releases_of(source, each)]
        if held and len(bundles) != 1:
            raise InputError(
                f"holds {len(bundles)} releases with Prefect values, and a layer belongs to one.", path=name
            )
        if bundles:
            around.append((len(layers), bundles[0]))
            layers += bundles[0].layers
        else:
            layers.append(source)
    bundle = of_layers(layers)
    if len(around) > 1:
        raise UsageError("only one of the layers can be an object that holds the release.", path=names[around[1][0]])
    for number, each in around:
        if number + len(each.layers) < len(layers):
            raise UsageError(
                "holds the release, whose own values lie over all it takes from elsewhere: name it last.",
                path=each.layers[0].name,
            )
        # Whoever names as many files as the object takes values from has named them all.
        unseen = each.unseen if number < len(each.unseen) else ()
        bundle = each._replace(name=layers[0].name, layers=tuple(layers), home=number, unseen=unseen)
    return Opened(layers[0].name, (_beside_chart(bundle),))


def _beside_chart(bundle: Bundle) -> Bundle:
    """The release with what a Chart.yaml beside its files says, where there is one."""
    paths = [os.path.join(os.path.dirname(layer.name), "Chart.yaml") for layer in bundle.layers if layer.snapshot]
    found = [path for path in dict.fromkeys(paths) if os.path.isfile(path)]
    if not found or not bundle.is_plain:
        return bundle
    from migrator.sources import umbrella

    return umbrella.beside(bundle, found[0])


def _by_root(bundle: Bundle, chart: str, root: str) -> tuple[Bundle, ...]:
    """A release for each Prefect root, where a file holds several and nobody named one."""
    roots = prefect_roots([layer.data for layer in bundle.layers], chart)
    if root or len(roots) < 2:
        return (bundle,)
    return tuple(
        bundle._replace(name=f"{bundle.name} ({'.'.join(map(str, each)) or '.'})", root=".".join(map(str, each)) or ".")
        for each in roots
    )
