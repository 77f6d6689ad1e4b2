"""A directory: the files in it that have to do with Prefect, release by release."""

from __future__ import annotations

import os
from collections.abc import Iterator

from migrator.charts.roots import has_prefect_values
from migrator.errors import InputError, MigratorError, RefusedError, UnrelatedError
from migrator.sources import flux, foreign, kustomize, layering, objects, patches
from migrator.sources.layering import Look
from migrator.sources.source import Source, read
from migrator.values.edits import Value
from migrator.values.merge import as_map

ENDINGS = (".yaml", ".yml", ".tf", ".tfvars", ".hcl", ".tftpl", ".gotmpl")
_NAMES = ("Chart.lock", "values.schema.json", ".gitlab-ci.yml")

_PASSED_OVER = {"templates", "charts", "crds", "node_modules"}


def expand(name: str) -> list[str | MigratorError]:
    """The files of a directory that are releases by themselves, and an error for each that is not.

    An error tells of each release that is several layers, since migrating one without the others would go wrong in
    silence; of each file that the system does not hand over; and, as an OutOfScopeError, of each that speaks of these
    charts and is nothing that is edited here. What holds nothing of these charts is left out. Raises InputError for a
    directory without any.
    """
    unread: list[MigratorError] = []
    others: list[MigratorError] = []
    patched: list[patches.Patch] = []
    taken: dict[str, list[str]] = {}
    held_up: set[str] = set()
    paths = _without_second_names(list(yaml_files(name, unread)))
    looks: list[Look] = []
    generated: dict[str, list[tuple[str, list[str]]]] = {}
    for path in paths:
        documents: list[Value] = []
        try:
            source = read(path)
            documents = [each.data for each in source.stream.documents]
            if os.path.basename(path) in kustomize.NAMES:
                for item, files in kustomize.generated(as_map(source.data), os.path.dirname(path)):
                    generated.setdefault(item, []).append((path, files))
                patched += list(patches.patches(source))
                if "helmCharts" not in as_map(source.data):
                    continue  # what it hands on is told with the release that takes it
            if any(is_of_flux(document.data) for document in source.stream.documents):
                patched += list(patches.patches(source))
            looks.append(_look_at(source, taken))
        except UnrelatedError:
            continue
        except MigratorError as error:
            held_up |= flux.items_below(documents)
            (unread if isinstance(error.__cause__, OSError) else others).append(error)
    # What a release takes is no release by itself, one that is refused included.
    below = {*taken, *(file for item in held_up for _, files in generated.get(item, []) for file in files)}
    looks = [look for look in looks if look.is_object or os.path.normpath(look.path) not in below]
    broken, blocked = _broken_by(patched, looks)
    shared = {taker: error for error in map(_shared, taken, taken.values()) if error for taker in taken[error.path]}
    told = {*taken, *(each.file for each in patched), *(os.path.normpath(each.error.path) for each in patched)}
    others = [*blocked, *dict.fromkeys(shared.values())] + [
        error for error in others if os.path.normpath(error.path) not in told
    ]
    broken |= set(shared)
    if not looks and not unread and not others:
        raise InputError(
            f"is a directory without a values file that holds Prefect values ({len(paths)} YAML files looked at).",
            path=name,
        )
    found = layering.releases(looks, generated)
    whole = [layers for layers in found if len(layers) > 1 or layers[0] not in broken]
    releases = [layers[0] if len(layers) == 1 else _several_layers(layers) for layers in whole]
    return [*releases, *unread, *sorted(others, key=lambda error: error.path)]


def is_of_flux(data: Value) -> bool:
    """Whether a document is a Kustomization of Flux, which patches what it applies."""
    return str(as_map(data).get("apiVersion")).startswith("kustomize.toolkit.fluxcd.io/")


def _broken_by(found: list[patches.Patch], looks: list[Look]) -> tuple[set[str], list[MigratorError]]:
    """The files whose objects patches would break, and an error for each of these patches."""
    hit = {each: [look.path for look in looks if each.hits(look.items)] for each in found}
    return {path for under in hit.values() for path in under}, [
        each.error_of(under[0]) for each, under in hit.items() if under
    ]


def _shared(path: str, takers: list[str]) -> RefusedError | None:
    """An error for a file that releases of several files take values from, and each would change for itself."""
    if len(set(takers)) < 2:
        return None
    return RefusedError(
        f"holds values of the releases in {' and '.join(takers)}, which are not written together.",
        path=path,
        remedy="Name the layers of one of them (-f FILE -f OBJECT), and then those of the others.",
    )


def _several_layers(layers: tuple[str, ...]) -> RefusedError:
    below = ", ".join(layers[:-1])
    return RefusedError(
        f"lies over {below}: they look like layers of one release, and are not migrated one without the other.",
        path=layers[-1],
        remedy=f"Name the layers in Helm's order (-f {' -f '.join(layers)}), or each file that is a release of its "
        "own.",
    )


def _look_at(source: Source, taken: dict[str, list[str]]) -> Look:
    """What a file holds; `taken` gathers the files that it takes values from, and who takes them.

    Raises UnrelatedError for one that has nothing to do with these charts.
    """
    held = [each for each in objects.objects_in(source) if objects.is_gitops(each)]
    if held:
        bundles = [bundle for each in held for bundle in objects.releases_of(source, each)]
        for layer in (layer for bundle in bundles for layer in bundle.layers if layer.name != source.name):
            takers = taken.setdefault(os.path.normpath(layer.name), [])
            takers += [source.name] if layer.takes != "nothing" else []  # a chart's version is judged with its releases
        unseen = tuple(each for bundle in bundles for each in bundle.unseen)
        items = tuple(item for bundle in bundles if not bundle.is_patch for item in bundle.items)
        if not bundles:
            related = foreign.mentions(source.name, source.stream.data)
            raise foreign.without_values(source.name) if related else foreign.unrelated(source.name)
        return Look(source.name, None, True, unseen, items)
    foreign.refuse(source.name, source.stream.data, [each.data for each in source.stream.documents])
    data = source.stream.documents[0].data
    if data is None and len(source.stream.documents) > 1:
        raise InputError("begins with an empty document, and Helm reads that one.", path=source.name, line=1)
    if not has_prefect_values(data):
        raise foreign.without_values(source.name)
    if "mac" in as_map(as_map(data).get("sops")):
        raise RefusedError("is encrypted by SOPS.", path=source.name, remedy="Decrypt it and name it by itself.")
    return Look(source.name, data, False)


def _without_second_names(paths: list[str]) -> list[str]:
    """Without the links to files that stand there themselves: they would look like layers over these."""
    links = {path for path in paths if os.path.islink(path)}
    own = {os.path.realpath(path) for path in paths if path not in links} if links else set()
    return [path for path in paths if path not in links or os.path.realpath(path) not in own]


def yaml_files(directory: str, unread: list[MigratorError]) -> Iterator[str]:
    def tell(error: OSError) -> None:
        unread.append(InputError(f"cannot be looked into: {error.strerror}.", path=str(error.filename or directory)))

    for folder, folders, files in os.walk(directory, onerror=tell):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _PASSED_OVER)
        for name in sorted(files):
            if (name.endswith(ENDINGS) and not name.startswith(".")) or name in _NAMES:
                yield os.path.join(folder, name)
