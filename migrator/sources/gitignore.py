"""What `.gitignore` files exclude from a directory: those of each folder, and of its parents in the repository.

Git itself is never run: a repository's configuration can name programs. Source: https://git-scm.com/docs/gitignore.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from typing import NamedTuple

from migrator.errors import MigratorError
from migrator.files import read
from migrator.sources import repository
from migrator.sources.globs import Globs

NAME = ".gitignore"


class Rules(NamedTuple):
    """The patterns of a folder."""

    folder: str
    globs: Globs


ALL: list[Rules] = [Rules("", Globs([]))]
"""The rules inside an ignored folder, in which nothing can be included again."""


def above(folder: str) -> Iterator[Rules]:
    """The rules of the folder's repository, from its root down to the folder's parent."""
    folders = repository.within(os.path.realpath(folder))
    if not folders:
        return  # outside a repository, only the folder's own rules apply
    own = _read(os.path.join(folders[-1], ".git", "info", "exclude"))
    yield from [Rules(folders[-1], own)] if own else []
    for each in reversed(folders[1:]):
        globs = _read(os.path.join(each, NAME))
        yield from [Rules(each, globs)] if globs else []


def of(folder: str, inherited: list[Rules]) -> list[Rules]:
    """The rules for what is in the folder: the inherited ones, and its own, which take precedence."""
    if inherited is ALL:
        return ALL
    globs = _read(os.path.join(folder, NAME))
    return [*inherited, Rules(os.path.realpath(folder), globs)] if globs else inherited


def is_ignored(folder: str, name: str, rules: list[Rules], *, is_folder: bool) -> bool:
    """Whether git ignores `name` in the folder (a real path): the nearest rules that match it decide."""
    if rules is ALL:
        return True
    whole = f"{folder.rstrip(os.sep)}{os.sep}{name}"
    for each in reversed(rules):
        below = whole[len(each.folder.rstrip(os.sep)) + 1 :].replace(os.sep, "/")
        verdict = each.globs.verdict(below, is_folder=is_folder)
        if verdict is not None:
            return verdict
    return False


def is_seen_by_git(path: str) -> bool:
    """Whether a file is in a git work tree, and neither it nor a folder that it is in is ignored."""
    real = os.path.realpath(path)
    folders = repository.within(os.path.dirname(real))[::-1]
    if not folders:
        return False
    rules = list(above(folders[0]))
    for folder, inside in zip(folders, [*folders[1:], real]):
        rules = of(folder, rules)
        if is_ignored(folder, os.path.basename(inside), rules, is_folder=inside != real):
            return False
    return True


def _read(path: str) -> Globs:
    if not os.path.isfile(path):
        return Globs([])
    try:
        data = read(path).data.removeprefix(codecs.BOM_UTF8)  # as git does
        return Globs(data.decode("utf-8", "surrogateescape").split("\n"))
    except MigratorError:
        return Globs([])  # an unreadable file ignores nothing: the files that it may ignore are reported
