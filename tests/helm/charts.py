"""The tests' own charts, built like the published ones: from prefect-server alone to one that wraps the others."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from migrator import yamltext
from migrator.values.edits import Value
from migrator.values.merge import as_map, merge

CHARTS = Path(__file__).resolve().parent.parent / "chart"
BEFORE, AFTER = "2025.12.24192415", "2026.6.5172345"
"""The prefect-server that infrahub-enterprise 4.13.0 wraps, and the one that 4.14.0 wraps."""
WRAPPED = {"infrahub-enterprise": "infrahub", "infrahub": "prefect-server"}


def build(folder: Path, name: str, version: str, preset: str = "") -> Path:
    """A chart around that prefect-server, below `folder`; `preset` is text of values merged over its own."""
    place = folder / name
    if name == "prefect-server":
        _prefect_server(place, version)
        return place
    shutil.copytree(CHARTS / name, place)
    build(place / "charts", WRAPPED[name], version)
    if name == "infrahub-enterprise" and version == BEFORE:
        # The example host is refused from 4.14.0 on.
        shutil.rmtree(place / "templates")
    if preset:
        merged = merge(as_map(read(place / "values.yaml")), as_map(yamltext.parse(preset.encode()).documents[0].data))
        (place / "values.yaml").write_text(json.dumps(merged), encoding="utf-8")
    return place


def _prefect_server(place: Path, version: str) -> None:
    """The tests' own, or the real one if MIGRATOR_TEST_CHARTS names a folder of them."""
    real = os.environ.get("MIGRATOR_TEST_CHARTS")
    if real:
        shutil.copytree(Path(real) / f"prefect-server-{version}", place)
        return
    shutil.copytree(CHARTS / "prefect-server", place)
    if version == BEFORE:
        shutil.copytree(CHARTS / "prefect-server-before", place, dirs_exist_ok=True)


def read(path: Path) -> Value:
    """The values in a file."""
    return yamltext.parse(path.read_bytes(), str(path)).documents[0].data
