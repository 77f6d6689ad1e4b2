"""Which values files of a directory override which, by their names, their folders, and what they leave out.

Everything is looked up by key (a folder, a name, a place in the chart), so that a file costs the same in a folder of
two as in one of two thousand. No release has more layers than `MOST`: a file that could override more than that is
reported as in doubt.
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
"""Names of files and folders that hold bases."""

MOST = 16
"""The most layers that one release is assumed to have."""

_SEPARATORS = "-._"
"""Separators between a base's name and an overlay's suffix: values-prod.yaml, prod.secrets.yaml."""


class Plain(NamedTuple):
    """A values file: its Prefect roots, and whether it is complete without a base."""

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
        """The sort key: less nested files first, then bases by name, then complete files."""
        return self.path.count(os.sep), self.stem not in BASE_NAMES, not self.is_whole, self.path


Group = tuple[str, Route]
"""Files of one folder with values at one place of the chart."""


class BasesBelow(NamedTuple):
    """The bases of a file, lowest first; `in_doubt` are groups with files that may or may not be among them."""

    bases: tuple[Plain, ...]
    in_doubt: tuple[Group, ...] = ()


ALONE = BasesBelow(())
"""No bases: one shared object, since this applies to most of thousands of files."""


@lru_cache(maxsize=64)
def interned(roots: frozenset[Route]) -> frozenset[Route]:
    """The first of equal sets, to save memory: thousands of files have the same roots."""
    return roots


def plain(path: str, data: Value) -> Plain:
    """The record of a values file with this data."""
    roots = prefect_roots([data])
    return Plain(path, frozenset(roots), any(_is_complete(data, root) for root in roots))


def in_order(files: Sequence[Plain]) -> list[Plain]:
    """Values files in the order of layers of one release, as far as their names show it."""
    return sorted(files, key=lambda each: each.rank)


def folders_above(folder: str) -> Iterator[str]:
    """The folder itself and its parents, the nearest first."""
    while True:
        yield folder
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


class Bases:
    """The values files of a directory that belong to no object, indexed to find the bases of each."""

    def __init__(self, files: Sequence[Plain]) -> None:
        self._in_folder: dict[str, tuple[Plain, ...]] = {}
        for folder, beside in groupby(files, lambda each: each.folder):  # a folder's files are mostly adjacent
            self._in_folder[folder] = tuple(in_order([*self._in_folder.get(folder, ()), *beside]))
        self._whole: dict[Group, list[Plain]] = {}  # filled on demand
        self._by_stem: dict[str, dict[str, list[Plain]]] = {}  # filled on demand

    def below(self, file: Plain) -> BasesBelow:
        """The bases of the file."""
        beside = self._bases_beside(file)
        if beside is None:
            return BasesBelow((), tuple((file.folder, root) for root in sorted(file.roots, key=str)))
        found = [*beside]
        own, above = file.folder, os.path.dirname(file.folder)
        is_base = os.path.basename(own) in BASE_NAMES
        for folder in folders_above(own):
            if folder != own and not (is_base and folder == above):
                found += self._with_base_name(folder)
            for name in BASE_NAMES:
                if is_base and folder == above and name == os.path.basename(own):
                    break  # among base folders, a later name overrides an earlier one
                inside = os.path.join(folder, name)
                if own != inside:
                    found += self._bases_in(inside, file)
        if not (found or file.is_whole or self._with_base_name(own)):
            found = [*self._in_folder[own][:1]]  # with no other hint, the first file is the base
        bases = dict.fromkeys(each for each in found if each is not file and each.roots & file.roots)
        return BasesBelow(tuple(in_order(list(bases)))) if bases else ALONE

    def whole(self, group: Group) -> Sequence[Plain]:
        """The files of a group that are complete without a base."""
        if group not in self._whole:
            folder, root = group
            beside = self._in_folder.get(folder, ())
            self._whole[group] = [each for each in beside if each.is_whole and root in each.roots]
        return self._whole[group]

    def _with_base_name(self, folder: str) -> list[Plain]:
        """The files of a folder that have a base's name: they sort first."""
        return list(takewhile(lambda each: each.stem in BASE_NAMES, self._in_folder.get(folder, ())))

    def _with_stem(self, folder: str, stem: str) -> Sequence[Plain]:
        """The files of a folder with that name, whatever their extension."""
        if folder not in self._by_stem:
            found: dict[str, list[Plain]] = {}
            for each in self._in_folder.get(folder, ()):
                found.setdefault(each.stem, []).append(each)
            self._by_stem[folder] = found
        return self._by_stem[folder].get(stem, [])

    def _bases_beside(self, file: Plain) -> Sequence[Plain] | None:
        """The bases in the file's own folder; None if in doubt.

        If no file has a base's name, an incomplete file overrides all complete ones, or the one whose name it extends.
        """
        named = self._with_base_name(file.folder)
        if named:
            before = BASE_NAMES[: BASE_NAMES.index(file.stem)] if file.stem in BASE_NAMES else BASE_NAMES
            return [each for each in named if each.stem in before]
        if file.is_whole:
            return []
        for end in [place for place, char in enumerate(file.stem) if char in _SEPARATORS][::-1]:
            extended = [each for each in self._with_stem(file.folder, file.stem[:end]) if each.is_whole]
            if extended:
                return extended[-1:]
        groups = [self.whole((file.folder, root)) for root in file.roots]
        if sum(map(len, groups)) > MOST:
            return None
        return [each for group in groups for each in group]

    def _bases_in(self, folder: str, file: Plain) -> Sequence[Plain]:
        """The files of a base folder below a file: all, or if that is too many, those with a base's or its own name."""
        inside = self._in_folder.get(folder, ())
        if len(inside) <= MOST:
            return inside
        return [*self._with_base_name(folder), *self._with_stem(folder, file.stem)]


def _is_complete(data: Value, root: Route) -> bool:
    """Whether a file sets what overlays leave to their base: both env lists, or runAsSeparateDeployment."""
    lists = [tree.get(data, (*root, part, "env")) for part in ("server", "backgroundServices")]
    is_decided = tree.exists(data, (*root, "backgroundServices", "runAsSeparateDeployment"))
    return is_decided or all(isinstance(each, list) for each in lists)
