"""The parents of a folder, up to the root of its repository."""

from __future__ import annotations

import os
from collections.abc import Iterator


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
