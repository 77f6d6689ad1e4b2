"""Which files of a directory belong to one release: an object and its values files, or a base and its overlays."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from migrator.sources.bases import MOST, Bases, BasesBelow, Plain, folders_above, in_order
from migrator.sources.bundle import Elsewhere

Generated = Mapping[str, Sequence[tuple[str, Sequence[str]]]]
"""By KIND/NAME: the kustomizations that generate such an item, each with the files in it."""


class Holder(NamedTuple):
    """A file with objects that have values, and take others from `unseen`.

    `items` (KIND/NAME) are the objects in it, without patches of others.
    """

    path: str
    unseen: tuple[Elsewhere, ...] = ()
    items: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        return os.path.dirname(self.path)


class Layered(NamedTuple):
    """The releases in a directory, each as the paths of its layers, lowest first; a base can belong to several.

    `in_doubt` are the files with an unknown base, each with the number of candidates; `may_be_bases` are these
    candidates, each with a file that may override it.
    """

    releases: list[tuple[str, ...]]
    in_doubt: dict[str, int]
    may_be_bases: dict[str, str]


class _Nearest:
    """Paths by key, to find the one that has the most folders in common with another path."""

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        self._first: dict[tuple[str, str], list[str]] = {}
        for key, path in entries:
            for folder in folders_above(os.path.dirname(path)):
                found = self._first.setdefault((key, folder), [])
                if len(found) < 2:  # the second is the answer for the first
                    found.append(path)

    def find(self, key: str, near: str) -> str:
        """The path under the key that is nearest to `near` and not `near` itself; empty if there is none."""
        for folder in folders_above(os.path.dirname(near)):
            for path in self._first.get((key, folder), []):
                if path != near:
                    return path
        return ""


def releases(
    holders: Sequence[Holder], plain: Sequence[Plain], generated: Generated, links: Sequence[Plain] = ()
) -> Layered:
    """Group the files of a directory. `links` to other files in it are not releases, but can be bases."""
    found: list[tuple[str, ...]] = []
    handed_on: set[str] = set()
    around = _Around(holders, plain, generated)
    for holder in holders:
        below = around.patched(holder)
        for files in around.files_of(holder):
            handed_on |= {*files, *below}
            found.append((*files, *below, holder.path))
    rest = [each for each in plain if each.path not in handed_on]
    bases = Bases(rest)
    # The base of an incomplete file may also be one that an object takes values from, or a link.
    wider = Bases([*plain, *links]) if handed_on or links else bases
    placed = [
        (each.path, bases.below(each) if each.is_whole else _without_duplicates(each, wider.below(each), links))
        for each in rest
    ]
    doubts = [(path, below.in_doubt) for path, below in placed if below.in_doubt]
    in_doubt = {path: sum(len(wider.whole(group)) for group in groups) for path, groups in doubts}
    upper = {group: path for path, groups in doubts for group in groups}
    may_be_bases = {each.path: path for group, path in upper.items() for each in bases.whole(group)}
    found += [(*(base.path for base in below.bases), path) for path, below in placed]
    are_bases = {base.path for _, below in placed for base in below.bases}
    no_releases = {*handed_on, *are_bases, *in_doubt, *may_be_bases}
    found = sorted((paths for paths in found if paths[-1] not in no_releases), key=lambda paths: paths[-1])
    return Layered(found, in_doubt, may_be_bases)


def _without_duplicates(file: Plain, below: BasesBelow, links: Sequence[Plain]) -> BasesBelow:
    """The bases without links to the file itself or to another of its bases."""
    paths = {each.path for each in links}
    if paths.isdisjoint(each.path for each in below.bases):
        return below
    own = {os.path.realpath(each.path) for each in (file, *below.bases) if each.path not in paths}
    found = tuple(each for each in below.bases if each.path not in paths or os.path.realpath(each.path) not in own)
    return below._replace(bases=found)


class _Around:
    """The files around the objects of a directory, by the names that the objects use for them."""

    def __init__(self, holders: Sequence[Holder], plain: Sequence[Plain], generated: Generated) -> None:
        plain = plain if holders else []  # without holders nothing is looked up
        self._known = {each.path for each in plain}
        self._beside: dict[str, list[Plain]] = {}
        for each in plain:
            self._beside.setdefault(each.folder, []).append(each)
        wanted = {each.item for holder in holders for each in holder.unseen if each.item}
        self._holding = _Nearest((item, holder.path) for holder in holders for item in holder.items if item in wanted)
        endings = {ending for holder in holders for each in holder.unseen if (ending := _ending(each.file))}
        self._ending = _Nearest(
            (ending, each.path) for each in plain for ending in _endings(each.path) if ending in endings
        )
        self._made: dict[tuple[str, str], dict[str, Sequence[str]]] = {}
        for item in wanted & generated.keys():
            for maker, files in generated[item]:
                for folder in folders_above(os.path.dirname(maker)):
                    self._made.setdefault((item, folder), {}).setdefault(maker, files)

    def patched(self, holder: Holder) -> tuple[str, ...]:
        """The file of the object that this one patches, the nearest if there are several."""
        found = [self._holding.find(each.item, holder.path) for each in holder.unseen if each.item]
        return tuple(each for each in found if each)[:1]

    def files_of(self, holder: Holder) -> Iterator[tuple[str, ...]]:
        """The values files of an object, once for each kustomization that generates them; an empty tuple if none."""
        named = [path for each in holder.unseen if each.file for path in self._resolve(each.file, holder)]
        all_makers = [self._makers(each.item, holder.folder) for each in holder.unseen]
        ways = []
        for maker in dict.fromkeys(maker for makers in all_makers for maker in makers) or [""]:
            files = [*named, *(path for makers in all_makers for path in makers.get(maker, ()))]
            ways.append(tuple(path for path in dict.fromkeys(files) if path in self._known))
        elsewhere = [each for each in holder.unseen if not each.item.startswith("HelmRelease/")]
        beside = self._beside.get(holder.folder, [])
        if elsewhere and not any(ways) and len(beside) <= MOST:
            ways = [tuple(each.path for each in in_order(beside))]
        yield from dict.fromkeys(ways)

    def _makers(self, item: str, folder: str) -> Mapping[str, Sequence[str]]:
        """The kustomizations nearest to the folder that generate the item: others do so for other releases."""
        found = (self._made.get((item, above)) for above in folders_above(folder))
        return next((makers for makers in found if makers), {})

    def _resolve(self, file: str, holder: Holder) -> list[str]:
        """The file that a path means: the one relative to the object, else the nearest whose path ends with it."""
        beside = os.path.normpath(os.path.join(holder.folder, file))
        if beside in self._known:
            return [beside]
        nearest = self._ending.find(_ending(file), holder.path)
        return [nearest] if nearest else []


def _ending(file: str) -> str:
    """The end of the path that an object names; in Argo CD's `$values/env/a.yaml` the first part is a repository."""
    return os.sep.join(part for part in file.split("/") if part not in ("", ".", "..") and not part.startswith("$"))


def _endings(path: str) -> Iterator[str]:
    parts = path.split(os.sep)
    return (os.sep.join(parts[start:]) for start in range(len(parts)))
