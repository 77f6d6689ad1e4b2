"""A directory: which files in it are releases of their own, and which are layers of one release."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrator import tree
from migrator.discover import has_prefect_values, prefect_roots
from migrator.edits import Value
from migrator.errors import InputError, MigratorError, RefusedError
from migrator.release import as_map
from migrator.sources import objects
from migrator.sources.source import Source, read

ENDINGS = (".yaml", ".yml")

_PASSED_OVER = {"templates", "charts", "crds", "node_modules"}
_BASE_NAMES = ("base", "common", "default", "defaults", "shared", "values")


class _Look(NamedTuple):
    """What a file in a directory turned out to be; `has_unseen`: an object takes values from elsewhere, too."""

    path: str
    data: Value
    is_object: bool
    has_unseen: bool = False


def expand(name: str, passed_over: list[MigratorError]) -> list[str]:
    """The files of a directory that hold Prefect values.

    Files of a directory that cannot be read are added to `passed_over`. Raises InputError for a directory without
    Prefect values, RefusedError for one whose files are layers of one release: migrating one without the others would
    go wrong in silence.
    """
    files = list(_yaml_files(name))
    looks = [look for path in files if (look := _look_at(path, passed_over)) is not None]
    plain = [look for look in looks if not look.is_object]
    held = [look for look in looks if look.is_object]
    if len(plain) > 1 and not _are_releases_of_their_own(plain):
        raise _layers_of_one_release(name, _in_order(plain))
    if plain and any(look.has_unseen for look in held):
        raise _layers_of_one_release(name, [*_in_order(plain), *(look.path for look in held if look.has_unseen)])
    if not looks:
        raise InputError(
            f"is a directory without a values file that holds Prefect values ({len(files)} YAML files looked at).",
            path=name,
        )
    return [look.path for look in looks]


def _layers_of_one_release(directory: str, paths: Sequence[str]) -> RefusedError:
    most = 5
    more = f" and {len(paths) - most} more" if len(paths) > most else ""
    flags = " ".join(f"-f {path}" for path in paths[:most])
    return RefusedError(
        f"holds several files with Prefect values: {', '.join(paths[:most])}{more}. They look like layers of one "
        "release, a base and what lies over it.",
        path=directory,
        remedy=f"Name the layers in Helm's order ({flags}), or each file that is a release of its own.",
    )


def _are_releases_of_their_own(plain: Sequence[_Look]) -> bool:
    """Whether each file says enough for a release, and none is named like a base of the others."""
    stems = [os.path.splitext(os.path.basename(look.path))[0] for look in plain]
    return all(_is_whole(look.data) for look in plain) and not any(stem in _BASE_NAMES for stem in stems)


def _is_whole(data: Value) -> bool:
    """Whether a file decides what the overrides of a base leave out: both env lists, or the deployment itself."""
    for root in prefect_roots([data]):
        lists = [tree.get(data, (*root, part, "env")) for part in ("server", "backgroundServices")]
        said = tree.exists(data, (*root, "backgroundServices", "runAsSeparateDeployment"))
        if said or all(isinstance(each, list) for each in lists):
            return True
    return False


def _in_order(plain: Sequence[_Look]) -> list[str]:
    """Bases first: by name, and then those that say most."""

    def rank(look: _Look) -> tuple[bool, bool, str]:
        stem = os.path.splitext(os.path.basename(look.path))[0]
        return stem not in _BASE_NAMES, not _is_whole(look.data), look.path

    return [look.path for look in sorted(plain, key=rank)]


def _look_at(path: str, passed_over: list[MigratorError]) -> _Look | None:
    """What a file holds; None for one that has nothing to do with Prefect."""
    try:
        source = read(path)
        held = [each for each in objects.objects_in(source) if objects.is_gitops(each)]
        if held:
            bundles = [bundle for each in held for bundle in objects.releases_of(source, each)]
            unseen = any(bundle.unseen for bundle in bundles)
            return _Look(path, None, True, unseen) if bundles else None
        return _look_at_values(source)
    except MigratorError as error:
        passed_over.append(error)
        return None


def _look_at_values(source: Source) -> _Look | None:
    data = source.stream.documents[0].data
    if not has_prefect_values(data):
        return None
    if "mac" in as_map(as_map(data).get("sops")):
        raise RefusedError("is encrypted by SOPS.", path=source.name, remedy="Decrypt it and name it by itself.")
    return _Look(source.name, data, False)


def _yaml_files(directory: str) -> Iterator[str]:
    for folder, folders, files in os.walk(directory):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _PASSED_OVER)
        for name in sorted(files):
            if name.endswith(ENDINGS) and not name.startswith("."):
                yield os.path.join(folder, name)
