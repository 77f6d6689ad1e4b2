"""Which files of a directory belong to one release: an object and the files it takes values from, a base and what
lies over it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from migrator.charts.roots import prefect_roots
from migrator.sources.bundle import Elsewhere
from migrator.values import tree
from migrator.values.edits import Value

BASE_NAMES = ("base", "common", "default", "defaults", "shared", "values")
"""What files and folders are called that hold what others lie over."""


class Look(NamedTuple):
    """What a file in a directory turned out to be: values (`data`), or objects that take values from `unseen` too.

    `items` (KIND/NAME) are the objects in it, patches of others left out.
    """

    path: str
    data: Value
    is_object: bool
    unseen: tuple[Elsewhere, ...] = ()
    items: tuple[str, ...] = ()


Generated = Mapping[str, Sequence[tuple[str, Sequence[str]]]]
"""By KIND/NAME: the kustomizations that make such an item, each with the files in it."""


def releases(looks: Sequence[Look], generated: Generated) -> list[tuple[str, ...]]:
    """The releases in a directory, each as the paths of its layers, lowest first; a base can belong to several."""
    plain = [look for look in looks if not look.is_object]
    found = []
    handed_on: set[str] = set()
    for look in looks:
        if look.is_object:
            below = _patched(look, looks)
            for files in _files_of(look, plain, generated):
                handed_on |= {*files, *below}
                found.append((*files, *below, look.path))
    rest = [look for look in plain if look.path not in handed_on]
    bases = {look.path: [base for base in _in_order(rest) if _is_base_of(base, look, rest)] for look in rest}
    are_bases = {base.path for own in bases.values() for base in own}
    found += [(*(base.path for base in bases[look.path]), look.path) for look in rest if look.path not in are_bases]
    return sorted((paths for paths in found if paths[-1] not in handed_on), key=lambda paths: paths[-1])


def _patched(look: Look, looks: Sequence[Look]) -> tuple[str, ...]:
    """The file of the object that this one is a patch for, the nearest if there are several."""
    items = {each.item for each in look.unseen}
    found = [each.path for each in looks if each.path != look.path and items & set(each.items)]
    return tuple(sorted(found, key=lambda path: -len(os.path.commonpath([path, look.path])))[:1])


def _files_of(look: Look, plain: Sequence[Look], generated: Generated) -> Iterator[tuple[str, ...]]:
    """The files below an object, once for each way in which they are put together; none stand for none."""
    named = [path for each in look.unseen if each.file for path in _ending_in(each.file, look, plain)]
    makers = dict.fromkeys(maker for each in look.unseen for maker, _ in generated.get(each.item, ()))
    known = {each.path for each in plain}
    ways = []
    for maker in makers or [""]:
        files = list(named)
        for each in look.unseen:
            files += [path for own, paths in generated.get(each.item, ()) if own == maker for path in paths]
        ways.append(tuple(path for path in dict.fromkeys(files) if path in known))
    elsewhere = [each for each in look.unseen if not each.item.startswith("HelmRelease/")]
    if elsewhere and not any(ways):
        beside = [each for each in plain if os.path.dirname(each.path) == os.path.dirname(look.path)]
        ways = [tuple(each.path for each in _in_order(beside))]
    yield from dict.fromkeys(ways)


def _ending_in(file: str, look: Look, plain: Sequence[Look]) -> list[str]:
    """The files that a path can mean: beside the object, else any whose path ends so, the nearest one."""
    beside = os.path.normpath(os.path.join(os.path.dirname(look.path), file))
    if any(each.path == beside for each in plain):
        return [beside]
    # In `$values/env/prod.yaml` Argo CD puts another repository for the first part.
    parts = [part for part in file.split("/") if part not in ("", ".", "..") and not part.startswith("$")]
    ending = os.sep + os.path.join(*parts) if parts else ""
    found = [each.path for each in plain if ending and (os.sep + each.path).endswith(ending)]
    return sorted(found, key=lambda path: -len(os.path.commonpath([path, look.path])))[:1]


def _is_base_of(base: Look, look: Look, plain: Sequence[Look]) -> bool:
    """Whether one file lies below the other: it is called a base and stands where one does, or says what it lacks."""
    if base.path == look.path or not set(prefect_roots([base.data])) & set(prefect_roots([look.data])):
        return False
    folder, below = os.path.dirname(base.path), os.path.dirname(look.path)
    if folder == below:
        return _is_base_beside(base, look, [each for each in plain if os.path.dirname(each.path) == folder])
    if os.path.basename(folder) in BASE_NAMES:
        return _is_inside(below, os.path.dirname(folder))
    return _stem(base.path) in BASE_NAMES and _is_inside(below, folder)


def _is_base_beside(base: Look, look: Look, beside: Sequence[Look]) -> bool:
    """The same of two files in one folder. Where none is called a base, those that say too little lie over the rest."""
    if any(_stem(each.path) in BASE_NAMES for each in beside):
        order = [*BASE_NAMES, _stem(look.path)]
        return order.index(_stem(base.path)) < order.index(_stem(look.path)) if _stem(base.path) in order else False
    return not is_whole(look.data) and (is_whole(base.data) or base.path == _in_order(beside)[0].path)


def is_whole(data: Value) -> bool:
    """Whether a file decides what the overrides of a base leave out: both env lists, or the deployment itself."""
    for root in prefect_roots([data]):
        lists = [tree.get(data, (*root, part, "env")) for part in ("server", "backgroundServices")]
        said = tree.exists(data, (*root, "backgroundServices", "runAsSeparateDeployment"))
        if said or all(isinstance(each, list) for each in lists):
            return True
    return False


def _in_order(plain: Sequence[Look]) -> list[Look]:
    """Bases first: by name, and then those that say most."""

    def rank(look: Look) -> tuple[int, bool, bool, str]:
        return look.path.count(os.sep), _stem(look.path) not in BASE_NAMES, not is_whole(look.data), look.path

    return sorted(plain, key=rank)


def _is_inside(folder: str, above: str) -> bool:
    return above in ("", ".") or folder == above or folder.startswith(above + os.sep)


def _stem(path: str) -> str:
    return os.path.splitext(os.path.basename(path))[0]
