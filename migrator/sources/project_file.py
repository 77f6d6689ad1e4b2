"""Where the project file stands; most runs have none, and read no further."""

from __future__ import annotations

import os

NAME = "infrahub-migrator.yaml"
"""What it is called. It says what is to be seen, and is not itself."""


def find() -> str:
    """The project file of the current directory, or above it up to the repository's root; empty where there is none."""
    folder = ""
    while True:
        path = os.path.join(folder, NAME)
        if os.path.lexists(path):
            return path
        if os.path.exists(os.path.join(folder, ".git")) or not _is_in_repository(folder):
            return ""
        folder = os.path.join(folder, os.pardir)


def _is_in_repository(folder: str) -> bool:
    """Whether a repository begins above the folder."""
    here = os.path.abspath(folder)
    while (above := os.path.dirname(here)) != here:
        here = above
        if os.path.exists(os.path.join(here, ".git")):
            return True
    return False
