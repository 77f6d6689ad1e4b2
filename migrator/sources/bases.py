"""Which values files of a directory lie over which, by their names, their folders, and what they leave out.

All of it is looked up by key (a folder, a name, a place in the chart), so that a file costs the same in a folder of two
as in one of two thousand. No release has more layers than `MOST`: where a file could lie over more, its names tell
nothing, and somebody has to say which it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby, takewhile
from typing import NamedTuple

from migrator.charts.roots import prefect_roots
from migrator.values import tree
from migrator.values.edits import Route, Value

BASE_NAMES = ("base", "common", "default", "defaults", "shared", "values")
"""What files and folders are called that hold what others lie over."""

MOST = 16
"""How many layers are taken for those of one release."""

_LINKS = "-._"
"""What stands between a file's name and what another adds to it: values-prod.yaml, prod.secrets.yaml."""


class Plain(NamedTuple):
    """A values file: the places in it where Prefect's values stand, and whether it leaves nothing to a base."""

    path: str
    roots: frozenset[Route]
    is_whole: bool

    @property
    def folder(self) -> str:
        return os.path.dirname(self.path)

    @property
    def stem(self) -> str:
        return os.path.splitext(os.path.basename(self.path))[0]

    @property
    def rank(self) -> tuple[int, bool, bool, str]:
        """Bases first: by name, and then those that say most."""
        return self.path.count(os.sep), self.stem not in BASE_NAMES, not self.is_whole, self.path


Group = tuple[str, Route]
"""Files of one folder with values at one place of the chart."""


class Below(NamedTuple):
    """What a file lies over, lowest first; `in_doubt` are groups of which nothing tells what of them is among it."""

    bases: tuple[Plain, ...]
    in_doubt: tuple[Group, ...] = ()


ALONE = Below(())
"""Over nothing: the one for all of them, which are most of thousands."""


@lru_cache(maxsize=64)
def one_for_all(roots: frozenset[Route]) -> frozenset[Route]:
    """The first of equal places: thousands of files have the same."""
    return roots


def plain(path: str, data: Value) -> Plain:
    """What there is to know of a values file."""
    roots = prefect_roots([data])
    return Plain(path, frozenset(roots), any(_decides(data, root) for root in roots))


def in_order(files: Sequence[Plain]) -> list[Plain]:
    """Values files as layers of one release, as far as names tell."""
    return sorted(files, key=lambda each: each.rank)


def folders_above(folder: str) -> Iterator[str]:
    """The folder itself, and those that it stands in, the nearest first."""
    while True:
        yield folder
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


class Bases:
    """The values files of a directory that belong to no object, to be asked which lies over which."""

    def __init__(self, files: Sequence[Plain]) -> None:
        self._in_folder: dict[str, tuple[Plain, ...]] = {}
        for folder, beside in groupby(files, lambda each: each.folder):  # few parts of a folder stand apart
            self._in_folder[folder] = tuple(in_order([*self._in_folder.get(folder, ()), *beside]))
        self._whole: dict[Group, list[Plain]] = {}  # of what was asked for
        self._by_stem: dict[str, dict[str, list[Plain]]] = {}  # likewise

    def below(self, file: Plain) -> Below:
        """What the file lies over."""
        beside = self._beside(file)
        if beside is None:
            return Below((), tuple((file.folder, root) for root in sorted(file.roots, key=str)))
        found = [*beside]
        own, above = file.folder, os.path.dirname(file.folder)
        is_base = os.path.basename(own) in BASE_NAMES
        for folder in folders_above(own):
            if folder != own and not (is_base and folder == above):
                found += self._named(folder)
            for name in BASE_NAMES:
                if is_base and folder == above and name == os.path.basename(own):
                    break  # of two folders of bases, the later name lies over the earlier one
                inside = os.path.join(folder, name)
                if own != inside:
                    found += self._bases_in(inside, file)
        if not (found or file.is_whole or self._named(own)):
            found = [*self._in_folder[own][:1]]  # where nothing else tells, the first is the base
        bases = dict.fromkeys(each for each in found if each is not file and each.roots & file.roots)
        return Below(tuple(in_order(list(bases)))) if bases else ALONE

    def whole(self, group: Group) -> Sequence[Plain]:
        """The files of a group that leave nothing to a base."""
        if group not in self._whole:
            folder, root = group
            beside = self._in_folder.get(folder, ())
            self._whole[group] = [each for each in beside if each.is_whole and root in each.roots]
        return self._whole[group]

    def _named(self, folder: str) -> list[Plain]:
        """The files of a folder that are called what bases are: they come first there."""
        return list(takewhile(lambda each: each.stem in BASE_NAMES, self._in_folder.get(folder, ())))

    def _of_stem(self, folder: str, stem: str) -> Sequence[Plain]:
        """The files of a folder with that name, whatever they end in."""
        if folder not in self._by_stem:
            found: dict[str, list[Plain]] = {}
            for each in self._in_folder.get(folder, ()):
                found.setdefault(each.stem, []).append(each)
            self._by_stem[folder] = found
        return self._by_stem[folder].get(stem, [])

    def _beside(self, file: Plain) -> Sequence[Plain] | None:
        """The same of its own folder; None where it is in doubt.

        Where none is called a base, those that say too little lie over the rest, or over the one whose name they go on
        from.
        """
        named = self._named(file.folder)
        if named:
            before = BASE_NAMES[: BASE_NAMES.index(file.stem)] if file.stem in BASE_NAMES else BASE_NAMES
            return [each for each in named if each.stem in before]
        if file.is_whole:
            return []
        for end in [place for place, sign in enumerate(file.stem) if sign in _LINKS][::-1]:
            begun = [each for each in self._of_stem(file.folder, file.stem[:end]) if each.is_whole]
            if begun:
                return begun[-1:]
        groups = [self.whole((file.folder, root)) for root in file.roots]
        if sum(map(len, groups)) > MOST:
            return None
        return [each for group in groups for each in group]

    def _bases_in(self, folder: str, file: Plain) -> Sequence[Plain]:
        """What of a folder of bases lies below a file: all of it, or what has its name where that is too much."""
        inside = self._in_folder.get(folder, ())
        if len(inside) <= MOST:
            return inside
        return [*self._named(folder), *self._of_stem(folder, file.stem)]


def _decides(data: Value, root: Route) -> bool:
    """Whether a file decides what the overrides of a base leave out: both env lists, or the deployment itself."""
    lists = [tree.get(data, (*root, part, "env")) for part in ("server", "backgroundServices")]
    is_decided = tree.exists(data, (*root, "backgroundServices", "runAsSeparateDeployment"))
    return is_decided or all(isinstance(each, list) for each in lists)
