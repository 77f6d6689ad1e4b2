"""A directory: the files in it that have to do with Prefect, release by release."""

from __future__ import annotations

import os
from collections.abc import Iterator

from migrator.charts.roots import has_prefect_values
from migrator.errors import InputError, MigratorError, RefusedError
from migrator.sources import kustomize, layering, objects
from migrator.sources.layering import Look
from migrator.sources.source import Source, read
from migrator.values.merge import as_map

ENDINGS = (".yaml", ".yml")

_PASSED_OVER = {"templates", "charts", "crds", "node_modules"}


def expand(name: str, passed_over: list[MigratorError]) -> list[str | MigratorError]:
    """The files of a directory that are releases by themselves, and an error for each release that is several layers.

    Migrating one layer without the others would go wrong in silence. So would leaving out a file that the system does
    not hand over: it is an error as well. Files that are no YAML, or nothing that can be edited, are added to
    `passed_over`. Raises InputError for a directory without Prefect values.
    """
    unread: list[MigratorError] = []
    paths = list(yaml_files(name, unread))
    looks: list[Look] = []
    generated: dict[str, list[tuple[str, list[str]]]] = {}
    for path in paths:
        try:
            source = read(path)
            look = _look_at(source)
        except MigratorError as error:
            # What is no YAML is nobody's values; what the system does not hand over may be somebody's.
            (unread if isinstance(error.__cause__, OSError) else passed_over).append(error)
            continue
        if os.path.basename(path) in kustomize.NAMES:
            for item, files in kustomize.generated(as_map(source.data), os.path.dirname(path)):
                generated.setdefault(item, []).append((path, files))
            line = kustomize.inline_patch_of_prefect(source)
            if line:
                passed_over.append(_inline_patch(path, line))
        looks += [look] if look is not None else []
    if not looks and not unread:
        raise InputError(
            f"is a directory without a values file that holds Prefect values ({len(paths)} YAML files looked at).",
            path=name,
        )
    found = layering.releases(looks, generated)
    return [*(layers[0] if len(layers) == 1 else _several_layers(layers) for layers in found), *unread]


def _inline_patch(path: str, line: int) -> RefusedError:
    return RefusedError(
        "patches values of Prefect inside the kustomization, which is not edited.",
        path=path,
        line=line,
        remedy="Put the patch into a file of its own (patches: [{path: FILE}]), and name it with -f above its object.",
    )


def _several_layers(layers: tuple[str, ...]) -> RefusedError:
    below = ", ".join(layers[:-1])
    return RefusedError(
        f"lies over {below}: they look like layers of one release, and are not migrated one without the other.",
        path=layers[-1],
        remedy=f"Name the layers in Helm's order (-f {' -f '.join(layers)}), or each file that is a release of its "
        "own.",
    )


def _look_at(source: Source) -> Look | None:
    """What a file holds; None for one that has nothing to do with Prefect."""
    held = [each for each in objects.objects_in(source) if objects.is_gitops(each)]
    if held:
        bundles = [bundle for each in held for bundle in objects.releases_of(source, each)]
        unseen = tuple(each for bundle in bundles for each in bundle.unseen)
        items = tuple(bundle.item for bundle in bundles if not bundle.is_patch)
        return Look(source.name, None, True, unseen, items) if bundles else None
    data = source.stream.documents[0].data
    if not has_prefect_values(data):
        return None
    if "mac" in as_map(as_map(data).get("sops")):
        raise RefusedError("is encrypted by SOPS.", path=source.name, remedy="Decrypt it and name it by itself.")
    return Look(source.name, data, False)


def yaml_files(directory: str, unread: list[MigratorError]) -> Iterator[str]:
    def tell(error: OSError) -> None:
        unread.append(InputError(f"cannot be looked into: {error.strerror}.", path=str(error.filename or directory)))

    for folder, folders, files in os.walk(directory, onerror=tell):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _PASSED_OVER)
        for name in sorted(files):
            if name.endswith(ENDINGS) and not name.startswith("."):
                yield os.path.join(folder, name)
