"""Where the project file is; most runs have none, and do not import its parser."""

from __future__ import annotations

import os

from migrator.sources import repository

NAME = "infrahub-migrator.yaml"
"""Its name. It selects the files of a run, and is not one of them."""


def find() -> str:
    """The project file in the current directory or above it, up to the repository's root; empty if there is none."""
    paths = (os.path.join(folder, NAME) for folder in repository.within("") or [""])
    return next(filter(os.path.lexists, paths), "")
