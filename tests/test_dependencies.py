"""Every dependency has bounds, and what CI installs is pinned by hash."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
RUNTIME = (ROOT / "packaging" / "runtime.lock").read_text(encoding="utf-8")


def declared() -> list[Requirement]:
    """Every requirement in pyproject.toml, the build system's included."""
    try:
        toml = import_module("tomllib")
    except ImportError:  # Python 3.10
        toml = pytest.importorskip("tomli")
    project = toml.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    texts = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    for extra in project["project"]["optional-dependencies"].values():
        texts += extra
    return [Requirement(text) for text in texts]


def test_every_requirement_has_a_lowest_and_an_upper_bound() -> None:
    for requirement in declared():
        operators = {each.operator for each in requirement.specifier}
        assert ">=" in operators and "<" in operators, requirement


def test_the_lock_names_every_requirement_in_its_range() -> None:
    locked: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([a-z0-9.-]+)==([^ ;]+)", LOCK, re.MULTILINE):
        locked.setdefault(name.replace(".", "-"), []).append(version)
    for requirement in declared():
        versions = locked[requirement.name.replace(".", "-")]
        assert all(requirement.specifier.contains(version) for version in versions), requirement


@pytest.mark.parametrize("lock", [LOCK, RUNTIME])
def test_a_lock_has_hashes_and_no_addresses(lock: str) -> None:
    for entry in re.split(r"\n(?=[a-z])", lock.strip()):
        assert "--hash=sha256:" in entry
    assert "://" not in lock


def test_packages_are_built_with_the_versions_that_the_tests_use() -> None:
    def hashes(lock: str) -> dict[str, str]:
        entries = (entry.partition("    # via")[0] for entry in re.split(r"\n(?=[a-z])", lock.strip()))
        return {entry.split("==")[0]: "".join(re.findall("sha256:[0-9a-f]+", entry)) for entry in entries}

    assert hashes(RUNTIME).items() <= hashes(LOCK).items()
