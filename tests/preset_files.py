"""Presets of every generation to test on: those written here, and the published ones where the corpus is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

TESTS = Path(__file__).resolve().parent
CORPUS = Path(os.environ.get("MIGRATOR_CORPUS") or TESTS.parent.parent / "shared" / "corpus")

FOLDERS = {"ours": TESTS / "presets", "published": CORPUS / "presets"}
"""By whose they are, the folders that are there; both name a file GENERATION/values.FLAVOUR.yaml."""
if not FOLDERS["published"].is_dir():
    del FOLDERS["published"]


EARLY = ("values.medium-early.yaml", "values.medium-0dd049b.yaml")
"""A revision of generation C before 4.13.0, as it is called in each folder."""


def preset_files(*patterns: str, early: bool = True) -> list[ParameterSet]:
    """Parameters of a test: the path of each preset that a pattern such as `[CD]/*.yaml` finds."""
    found = []
    for whose, folder in FOLDERS.items():
        paths = sorted(path for pattern in patterns for path in folder.glob(pattern) if early or path.name not in EARLY)
        found += [pytest.param(path, id=f"{whose} {path.relative_to(folder)}") for path in paths]
    return found
