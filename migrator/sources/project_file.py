"""Where the project file stands; most runs have none, and read no further."""

from __future__ import annotations

import os

from migrator.sources import repository

NAME = "infrahub-migrator.yaml"
"""What it is called. It says what is to be seen, and is not itself."""


def find() -> str:
    """The project file of the current directory, or above it up to the repository's root; empty where there is none."""
    paths = (os.path.join(folder, NAME) for folder in repository.within("") or [""])
    return next(filter(os.path.lexists, paths), "")
