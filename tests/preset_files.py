"""Presets of every generation to test with: ours, and the published ones if the corpus is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

TESTS = Path(__file__).resolve().parent
CORPUS = Path(os.environ.get("MIGRATOR_CORPUS") or TESTS.parent.parent / "shared" / "corpus")

FOLDERS = {"ours": TESTS / "presets", "published": CORPUS / "presets"}
"""The folders of presets by origin; in both, files are named GENERATION/values.FLAVOUR.yaml."""
if not FOLDERS["published"].is_dir():
    del FOLDERS["published"]


EARLY_FILES = ("values.medium-early.yaml", "values.medium-0dd049b.yaml")
"""The names, in the two folders, of a revision of generation C before 4.13.0."""


def preset_files(*patterns: str, early: bool = True) -> list[ParameterSet]:
    """Parameters for a test: the path of each preset that matches a pattern such as `[CD]/*.yaml`."""
    found = []
    for whose, folder in FOLDERS.items():
        paths = sorted(
            path for pattern in patterns for path in folder.glob(pattern) if early or path.name not in EARLY_FILES
        )
        found += [pytest.param(path, id=f"{whose} {path.relative_to(folder)}") for path in paths]
    return found
