"""The packages, found by rule: those of `migrator`, and `migrations`, which is installed inside that one name.

The README becomes the description of the package, its links made whole: an index has no docs/ beside it.
"""

from __future__ import annotations

import re
from pathlib import Path

from setuptools import find_packages, setup

FILES = "https://github.com/opsmill/infrahub-migrator/blob/main/"

readme = Path(__file__).with_name("README.md").read_text(encoding="utf-8")
migrations = find_packages(include=["migrations", "migrations.*"])
setup(
    packages=[*find_packages(include=["migrator", "migrator.*"]), *(f"migrator.{name}" for name in migrations)],
    package_dir={f"migrator.{name}": name.replace(".", "/") for name in migrations},
    long_description=re.sub(r"\]\((?!https?:|#)", f"]({FILES}", readme),
    long_description_content_type="text/markdown",
)
