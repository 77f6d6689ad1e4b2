"""The parents of a folder, up to the root of its repository, and the helmfile in them."""

from __future__ import annotations

import os
from collections.abc import Iterator

from migrator.sources.memory import once

_HELMFILES = ("helmfile.yaml", "helmfile.yml")


def up(folder: str) -> Iterator[str]:
    """The folder and its parents up to the repository's root; a relative path stays relative to the current directory.

    Outside a repository, up to the root of the file system.
    """
    yield folder
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.normpath(os.path.join(folder or os.curdir, os.pardir))
        if os.path.abspath(above) == os.path.abspath(folder or os.curdir):
            return
        folder = above
        yield folder


def within(folder: str) -> list[str]:
    """The same as a list, for a folder in a repository; empty outside one."""
    folders = list(up(folder))
    return folders if os.path.exists(os.path.join(folders[-1], ".git")) else []


def helmfile_above(path: str) -> str:
    """The nearest helmfile from a file's folder up to the repository's root; outside a repository, only in the folder.

    Empty if there is none.
    """
    folder = os.path.dirname(os.path.realpath(path))
    return once("helmfile", folder, lambda: _nearest_helmfile(folder))


def _nearest_helmfile(folder: str) -> str:
    paths = (os.path.join(each, name) for each in within(folder) or [folder] for name in _HELMFILES)
    found = next(filter(os.path.isfile, paths), "")
    try:
        return os.path.relpath(found) if found else ""
    except ValueError:  # on Windows, there is no relative path to another drive
        return found
