"""Which files of a directory belong to one release: an object and the files it takes values from, a base and what
lies over it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from migrator.sources.bases import MOST, Bases, Below, Plain, folders_above, in_order
from migrator.sources.bundle import Elsewhere

Generated = Mapping[str, Sequence[tuple[str, Sequence[str]]]]
"""By KIND/NAME: the kustomizations that make such an item, each with the files in it."""


class Holder(NamedTuple):
    """A file with objects that hold values, and take some from `unseen` too.

    `items` (KIND/NAME) are the objects in it, patches of others left out.
    """

    path: str
    unseen: tuple[Elsewhere, ...] = ()
    items: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        return os.path.dirname(self.path)


class Layered(NamedTuple):
    """The releases in a directory, each as the paths of its layers, lowest first; a base can belong to several.

    `in_doubt` are the files of which nothing tells what they lie over, each with how many others it might;
    `may_be_bases` are those others, each with a file that may lie over it.
    """

    releases: list[tuple[str, ...]]
    in_doubt: dict[str, int]
    may_be_bases: dict[str, str]


class _Nearest:
    """Paths by a key, to be asked for the one that has most of its folders in common with another path."""

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        self._first: dict[tuple[str, str], list[str]] = {}
        for key, path in entries:
            for folder in folders_above(os.path.dirname(path)):
                found = self._first.setdefault((key, folder), [])
                if len(found) < 2:  # the second is for who is the first
                    found.append(path)

    def find(self, key: str, near: str) -> str:
        """The nearest path under the key but `near` itself; empty where there is none."""
        for folder in folders_above(os.path.dirname(near)):
            for path in self._first.get((key, folder), []):
                if path != near:
                    return path
        return ""


def releases(
    holders: Sequence[Holder], plain: Sequence[Plain], generated: Generated, links: Sequence[Plain] = ()
) -> Layered:
    """Put the files of a directory together. `links` lead to others in it: no releases, and what some lie over."""
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
    # What leaves something to a base may leave it to one that an object takes, too, or that a link leads to.
    wider = Bases([*plain, *links]) if handed_on or links else bases
    placed = [
        (each.path, bases.below(each) if each.is_whole else _but_twice(each, wider.below(each), links)) for each in rest
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


def _but_twice(file: Plain, below: Below, links: Sequence[Plain]) -> Below:
    """The same without links to the file itself, or to another one that it lies over."""
    paths = {each.path for each in links}
    if paths.isdisjoint(each.path for each in below.bases):
        return below
    own = {os.path.realpath(each.path) for each in (file, *below.bases) if each.path not in paths}
    found = tuple(each for each in below.bases if each.path not in paths or os.path.realpath(each.path) not in own)
    return below._replace(bases=found)


class _Around:
    """What stands around the objects of a directory, by what they call it."""

    def __init__(self, holders: Sequence[Holder], plain: Sequence[Plain], generated: Generated) -> None:
        plain = plain if holders else []  # then nobody asks
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
        """The file of the object that this one is a patch for, the nearest if there are several."""
        found = [self._holding.find(each.item, holder.path) for each in holder.unseen if each.item]
        return tuple(each for each in found if each)[:1]

    def files_of(self, holder: Holder) -> Iterator[tuple[str, ...]]:
        """The files below an object, once for each way in which they are put together; none stand for none."""
        named = [path for each in holder.unseen if each.file for path in self._meant(each.file, holder)]
        made = [self._makers(each.item, holder.folder) for each in holder.unseen]
        ways = []
        for maker in dict.fromkeys(maker for makers in made for maker in makers) or [""]:
            files = [*named, *(path for makers in made for path in makers.get(maker, ()))]
            ways.append(tuple(path for path in dict.fromkeys(files) if path in self._known))
        elsewhere = [each for each in holder.unseen if not each.item.startswith("HelmRelease/")]
        beside = self._beside.get(holder.folder, [])
        if elsewhere and not any(ways) and len(beside) <= MOST:
            ways = [tuple(each.path for each in in_order(beside))]
        yield from dict.fromkeys(ways)

    def _makers(self, item: str, folder: str) -> Mapping[str, Sequence[str]]:
        """The kustomizations that make the item, those nearest to the folder: others make it for other releases."""
        found = (self._made.get((item, above)) for above in folders_above(folder))
        return next((makers for makers in found if makers), {})

    def _meant(self, file: str, holder: Holder) -> list[str]:
        """The files that a path can mean: beside the object, else any whose path ends so, the nearest one."""
        beside = os.path.normpath(os.path.join(holder.folder, file))
        if beside in self._known:
            return [beside]
        nearest = self._ending.find(_ending(file), holder.path)
        return [nearest] if nearest else []


def _ending(file: str) -> str:
    """How the path of a file ends that an object names; in `$values/env/a.yaml` Argo CD puts a repository first."""
    return os.sep.join(part for part in file.split("/") if part not in ("", ".", "..") and not part.startswith("$"))


def _endings(path: str) -> Iterator[str]:
    parts = path.split(os.sep)
    return (os.sep.join(parts[start:]) for start in range(len(parts)))
