"""The real files that measurements use."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def folder() -> Path:
    """The folder of the files: in `MIGRATOR_CORPUS`, else in `../shared/corpus` next to the checkout."""
    given = os.environ.get("MIGRATOR_CORPUS")
    return (Path(given) if given else Path(__file__).parents[2] / "shared" / "corpus") / "wild"


def files(where: Path | None = None) -> list[Path]:
    """The files, in order; exits with a message if there are none."""
    found = sorted(path for path in (where or folder()).rglob("*") if path.suffix in (".yaml", ".yml"))
    if not found:
        sys.exit(f"There are no YAML files in {where or folder()}; set MIGRATOR_CORPUS to the corpus.")
    return found
