"""A directory: the files in it that concern Prefect, release by release."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from migrator.charts.roots import has_values
from migrator.errors import InputError, MigratorError, UnrelatedError
from migrator.report.packed import Packed
from migrator.sources import bases, fleet, flux, foreign, kustomize, layering, marks, objects, patches, scope, walking
from migrator.sources.doubts import base_doubts, several_layers_error, shared_values_error
from migrator.sources.layering import Holder
from migrator.sources.memory import kept
from migrator.sources.patch_records import Patch, Target
from migrator.sources.peeking import peek
from migrator.sources.source import Source, read
from migrator.values.edits import Value
from migrator.values.merge import as_map


class Survey(NamedTuple):
    """The content of a directory: releases as the paths of their layers, lowest first, and errors for the rest.

    `unread` are the errors for files and folders that the system cannot read. `together` are groups of files whose
    releases share values.
    """

    releases: list[tuple[str, ...]]
    errors: list[MigratorError]
    file_count: int
    unread: tuple[MigratorError, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()


def expand(
    name: str, sieve: walking.Sieve | None = None, spread: Spread = map
) -> list[str | tuple[str, ...] | MigratorError]:
    """The files of a directory that are releases by themselves, and an error for each that is not.

    Files whose releases share values are grouped in a tuple. `sieve` leaves files out; without one, all are read.

    There is an error for each release of several layers, since migrating one without the others would silently break
    it; for each file that the system cannot read; and an OutOfScopeError for each that mentions these charts but is not
    edited here. Unrelated files are omitted. Raises InputError for a directory without any related file.
    """
    found = survey(name, sieve, spread)
    if not found.releases and not found.errors:
        raise InputError(
            f"is a directory without a values file for Prefect ({found.file_count} YAML files checked).",
            path=name,
            remedy=sieve.summary("it") if sieve is not None and sieve.ignored else "",
        )
    group_of: dict[str, str | tuple[str, ...]] = {path: group for group in found.together for path in group}
    entries = (
        group_of.get(each[0], each[0]) if len(each) == 1 else several_layers_error(each) for each in found.releases
    )
    return [*dict.fromkeys(entries), *found.errors]


class FileResult(NamedTuple):
    """The result for one file; its text is not kept.

    `taken` are the files that its objects take values from (True) or their chart's version (False). `blocked_items` are
    the items (KIND/NAME) that its HelmReleases take values from, if the file is refused.
    """

    path: str
    plain: bases.Plain | None = None
    holder: Holder | None = None
    patches: tuple[Patch, ...] = ()
    generated: tuple[tuple[str, list[str]], ...] = ()
    taken: tuple[tuple[str, bool], ...] = ()
    blocked_items: frozenset[str] = frozenset()
    error: MigratorError | None = None
    is_unread: bool = False


Spread = Callable[[Callable[[str], FileResult], Packed[str]], Iterable[FileResult]]
"""How a function is applied to many paths, in order: `map`, or several processes."""


@kept()
def survey(name: str, sieve: walking.Sieve | None = None, spread: Spread = map) -> Survey:
    """Read everything in a directory that `sieve` does not leave out, and group the files into releases."""
    found = _Found()
    count = 0
    paths: Packed[str] = Packed()
    links: list[str] = []
    above = len(os.path.join(os.path.normpath(name), "")) if os.path.normpath(name) != os.curdir else 0
    for path in walking.yaml_files(name, found.unread, sieve):
        count += 1
        if _is_worth_parsing(path, below=path[above:]):
            (links if os.path.islink(path) else paths).append(path)
    # A link to a file in the same directory would look like a layer over it.
    own = set(map(os.path.realpath, paths)) if links else set()
    duplicates = [path for path in links if os.path.realpath(path) in own]
    for path in links:
        if os.path.realpath(path) not in own:
            paths.append(path)
    for result in spread(look, paths):
        found.add(result)
    for path in duplicates:
        found.add_link(look(path))
    for path in sieve.listed if sieve is not None else ():
        if b"kind" in (peek(path) or b""):
            found.add_listed(look(path))
    releases, errors = found.put_together()
    return Survey(releases, errors, count, tuple(found.unread), tuple(found.together))


def look(path: str) -> FileResult:
    """The result for a file; empty for an unrelated one."""
    result = FileResult(path)
    documents: list[Value] = []
    try:
        source = read(path)
        documents = [each.data for each in source.stream.documents]
        is_kustomization = os.path.basename(path) in kustomize.NAMES
        if is_kustomization:
            generated = tuple(kustomize.generated(as_map(source.data), os.path.dirname(path)))
            result = result._replace(generated=generated)
        if is_kustomization or any(map(is_of_flux, documents)):
            found = patches.of_kustomization(source)
            result = result._replace(patches=tuple(each for each in found if not each.is_layer))
        if is_kustomization and "helmCharts" not in as_map(source.data):
            return result  # what it generates is reported with the release that uses it
        return _result_of(source, result)
    except UnrelatedError:
        return result
    except MigratorError as error:
        is_unread = isinstance(error.__cause__, OSError)
        below = frozenset(flux.items_below(documents))
        taken = tuple((each, False) for each in _values_files(path, documents))
        return result._replace(blocked_items=below, taken=taken, error=_without_frames(error), is_unread=is_unread)


def _values_files(path: str, documents: Sequence[Value]) -> Iterator[str]:
    """The files that a kustomization's charts, or a `fleet.yaml`, take values from."""
    name, folder = os.path.basename(path), os.path.dirname(path)
    for data in map(as_map, documents):
        if name in kustomize.NAMES:
            yield from kustomize.values_files(data, folder)
        elif fleet.is_fleet(data, path):
            yield from fleet.values_files(data, folder)


def _result_of(source: Source, result: FileResult) -> FileResult:
    """The result for a file that was parsed. Raises UnrelatedError if it has nothing to do with these charts."""
    found = [each for each in objects.objects_in(source) if objects.is_gitops(each)]
    if not found:
        return result._replace(plain=bases.plain(source.name, _values_of(source)))
    bundles = [bundle for each in found for bundle in objects.releases_of(source, each)]
    if not bundles:
        related = marks.mentions(source.name, source.stream.data)
        raise foreign.no_values_error(source.name) if related else foreign.unrelated_error(source.name)
    below = [layer for bundle in bundles for layer in bundle.layers if layer.name != source.name]
    unseen = tuple(each for bundle in bundles for each in bundle.unseen)
    items = tuple(item for bundle in bundles if not bundle.is_patch for item in bundle.items)
    return result._replace(
        holder=Holder(source.name, unseen, items),
        # A chart's version is checked with its releases.
        taken=tuple((os.path.normpath(layer.name), layer.accepts != "nothing") for layer in below),
    )


class _Found:
    """Collects the results for the files of a directory."""

    def __init__(self) -> None:
        self.unread: list[MigratorError] = []
        self.together: list[tuple[str, ...]] = []
        self._others: list[MigratorError] = []
        self._patches: list[Patch] = []
        self._taken: dict[str, list[str]] = {}
        self._blocked_items: set[str] = set()
        self._holders: list[Holder] = []
        self._plain: list[bases.Plain] = []
        self._links: list[bases.Plain] = []
        self._generated: dict[str, list[tuple[str, list[str]]]] = {}

    def add(self, result: FileResult) -> None:
        """Record one file."""
        self._patches += result.patches
        self._blocked_items |= result.blocked_items
        if result.plain is not None:
            self._plain.append(result.plain._replace(roots=bases.interned(result.plain.roots)))
        self._holders += [result.holder] if result.holder is not None else []
        for item, files in result.generated:
            self._generated.setdefault(item, []).append((result.path, files))
        for file, is_values in result.taken:
            self._taken.setdefault(file, []).extend([result.path] if is_values else [])
        if result.error is not None:
            (self.unread if result.is_unread else self._others).append(result.error)

    def add_link(self, result: FileResult) -> None:
        """Record a link to a file that is recorded by itself."""
        if result.plain is not None:
            self._links.append(result.plain)

    def add_listed(self, result: FileResult) -> None:
        """Record the files that a release takes values from, if the release itself is handled elsewhere."""
        self._blocked_items |= result.blocked_items
        for file, _ in result.taken:
            self._taken.setdefault(file, [])

    def put_together(self) -> tuple[list[tuple[str, ...]], list[MigratorError]]:
        """The releases, sorted by path, and an error for each related file that is not one."""
        # A file that a release takes values from is not a release itself, even if that release is refused.
        generated = (
            file for item in self._blocked_items for _, files in self._generated.get(item, []) for file in files
        )
        below = {*self._taken, *generated}
        plain = [each for each in self._plain if os.path.normpath(each.path) not in below] if below else self._plain
        broken, blocked = _broken_by(self._patches, self._holders)
        found = layering.releases(self._holders, plain, self._generated, self._links)
        alone = {layers[0] for layers in found.releases if len(layers) == 1} - broken if self._taken else set()
        self.together, apart = _group_by_shared_values(self._taken, alone)
        refused = {path: shared_values_error(path, self._taken[path]) for path in apart}
        reported_elsewhere = {
            *self._taken,
            *(each.file for each in self._patches),
            *(os.path.normpath(each.error.path) for each in self._patches),
        }
        others = [*blocked, *dict.fromkeys(refused.values())] + [
            error for error in self._others if os.path.normpath(error.path) not in reported_elsewhere
        ]
        broken |= {taker for path in refused for taker in self._taken[path]}
        whole = found.releases
        if broken:
            whole = [layers for layers in whole if len(layers) > 1 or layers[0] not in broken]
        others += base_doubts(found.in_doubt, found.may_be_bases)
        return whole, [*self.unread, *sorted(others, key=lambda error: error.path)]


def is_of_flux(data: Value) -> bool:
    """Whether a document is a Kustomization of Flux, which patches what it applies."""
    return str(as_map(data).get("apiVersion")).startswith("kustomize.toolkit.fluxcd.io/")


def _is_worth_parsing(path: str, below: str) -> bool:
    data = peek(path)
    return data is None or marks.may_concern(below, data)  # an unreadable file is reported when it is read


def _without_frames(error: MigratorError) -> MigratorError:
    """The error without its traceback and cause, whose frames would keep the whole file in memory."""
    error.__context__ = error.__cause__ = None
    return error.with_traceback(None)


def _broken_by(found: Sequence[Patch], holders: Sequence[Holder]) -> tuple[set[str], list[MigratorError]]:
    """The files with objects that a patch would break, and an error for each such patch."""
    by_item: dict[str, list[str]] = {}
    for holder in holders:
        for item in holder.items:
            by_item.setdefault(item, []).append(holder.path)
    hit: dict[tuple[str, str], list[str]] = {}
    broken: set[str] = set()
    errors: list[MigratorError] = []
    for each in found:
        target = each.kind, each.name
        if target not in hit:
            hit[target] = sorted({path for item in each.matching(by_item) for path in by_item[item]})
        paths = hit[target]
        if each.target != Target():
            items = each.matching(by_item)
            paths = [path for path in paths if not patches.excludes(each, path, items)]
        if paths:
            errors.append(each.error_of(paths[0]))
            broken |= {*paths, each.file}
    return broken, errors


def _group_by_shared_values(
    taken: Mapping[str, Sequence[str]], alone: Collection[str]
) -> tuple[list[tuple[str, ...]], list[str]]:
    """Groups of files whose releases share values, and the shared files that cannot be grouped with all their users.

    `alone` are the files that are releases by themselves.
    """
    groups: dict[str, list[str]] = {}
    apart = []
    for path, takers in taken.items():
        sharing = {*takers, path} if path in alone and takers else set(takers)
        if len(sharing) < 2:
            continue
        if not sharing.issubset(alone):
            apart += [path] if len(set(takers)) > 1 else []
            continue
        whole = sorted({each for one in sharing for each in groups.get(one, [one])})
        groups |= dict.fromkeys(whole, whole)
    return [tuple(each) for each in {id(each): each for each in groups.values()}.values()], apart


def _values_of(source: Source) -> Value:
    """The values in a file. Raises UnrelatedError if it has nothing to do with these charts."""
    scope.refuse(source)
    data = source.stream.documents[0].data
    if data is None and len(source.stream.documents) > 1:
        raise InputError("starts with an empty document, which is the one Helm reads.", path=source.name, line=1)
    if not has_values(data):
        raise foreign.no_values_error(source.name)
    foreign.refuse_encrypted(source.name, data)
    return data
