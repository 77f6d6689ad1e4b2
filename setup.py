"""The packages, found by rule: those of `migrator`, and `migrations`, which is installed inside that one name."""

from __future__ import annotations

from setuptools import find_packages, setup

migrations = find_packages(include=["migrations", "migrations.*"])
setup(
    packages=[*find_packages(include=["migrator", "migrator.*"]), *(f"migrator.{name}" for name in migrations)],
    package_dir={f"migrator.{name}": name.replace(".", "/") for name in migrations},
)
