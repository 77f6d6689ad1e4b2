"""Named files in terms of the project file: which releases they stand for, and which of these share files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from migrator.errors import UsageError
from migrator.sources.project import Project, ProjectRelease


class Selection(NamedTuple):
    """The project's selected releases, and the named files and directories that stand for others.

    `paths` are the real paths of all files that the project lists. `left_out` maps these to the releases that read
    them but are not selected.
    """

    project: Project
    releases: Sequence[ProjectRelease]
    others: Sequence[str]
    paths: frozenset[str]
    left_out: Mapping[str, Sequence[str]] = {}

    def read_by(self, together: Sequence[ProjectRelease]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The files of these releases that unselected ones also read, with the names of the latter."""
        if not any(self.left_out.values()):
            return ()
        files = dict.fromkeys(path for release in together for path in release.layers)
        found = ((path, tuple(self.left_out.get(os.path.realpath(path), ()))) for path in files)
        return tuple((path, names) for path, names in found if names)

    def is_covered(self, directory: str) -> bool:
        """Whether a release of the project is in the directory, so that the rest of it may be empty."""
        return any(_is_in(path, os.path.realpath(directory)) for path in self.paths)


def select(own: Project, names: Sequence[str]) -> Selection:
    """The releases that the names stand for: all if there are none; a file stands for each release it is a layer of.

    Raises UsageError if nothing is named and the project file lists nothing, which must not look like success.
    """
    if not names and not own.releases:
        raise UsageError("lists no release.", path=own.path, remedy="List them, or name a FILE.")
    whole = {release.name: [os.path.realpath(path) for path in release.layers] for release in own.releases}
    paths = frozenset(path for layers in whole.values() for path in layers)
    if not names:
        return Selection(own, own.releases, (), paths)
    of_path: dict[str, list[str]] = {}
    for name, layers in whole.items():
        for path in layers:
            of_path.setdefault(path, []).append(name)
    meant: set[str] = set()
    others: list[str] = []
    for each in names:
        path = os.path.realpath(each)
        if path in of_path:
            meant.update(of_path[path])
            continue
        others.append(each)
        if os.path.isdir(path):
            meant.update(name for inside, own_names in of_path.items() if _is_in(inside, path) for name in own_names)
    left_out = {path: [name for name in names_of if name not in meant] for path, names_of in of_path.items()}
    return Selection(own, [each for each in own.releases if each.name in meant], others, paths, left_out)


def sharing_files(releases: Sequence[ProjectRelease]) -> list[list[ProjectRelease]]:
    """The releases in groups that share files, even by different paths, in the order of their first releases.

    A file with different paths gets the first of them in all releases.
    """
    called: dict[str, str] = {}
    taker: dict[str, int] = {}
    above = list(range(len(releases)))

    def top(number: int) -> int:
        while above[number] != number:
            above[number] = number = above[above[number]]
        return number

    named = []
    for number, release in enumerate(releases):
        whole = [os.path.realpath(path) for path in release.layers]
        layers = tuple(called.setdefault(target, path) for target, path in zip(whole, release.layers))
        named.append(release._replace(layers=layers))
        for target in whole:
            one, other = sorted((top(number), top(taker.setdefault(target, number))))
            above[other] = one
    groups: dict[int, list[ProjectRelease]] = {}
    for number, release in enumerate(named):
        groups.setdefault(top(number), []).append(release)
    return list(groups.values())


def _is_in(path: str, folder: str) -> bool:
    return path.startswith(os.path.join(folder, ""))
