"""The folders that a folder stands in, up to the root of its repository."""

from __future__ import annotations

import os
from collections.abc import Iterator


def up(folder: str) -> Iterator[str]:
    """The folder and those above it, as they are seen from the current directory, up to the repository's root.

    Outside of a repository, up to the topmost of all.
    """
    yield folder
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.normpath(os.path.join(folder or os.curdir, os.pardir))
        if os.path.abspath(above) == os.path.abspath(folder or os.curdir):
            return
        folder = above
        yield folder


def within(folder: str) -> list[str]:
    """The same of a folder in a repository; none where it is in none."""
    folders = list(up(folder))
    return folders if os.path.exists(os.path.join(folders[-1], ".git")) else []
