"""The heap of Neo4j that older presets set: too large for the memory that they request.

Source: changelog/87.fixed.md and values.medium.yaml of infrahub-enterprise (opsmill/infrahub-helm), released after
4.18.0 and by 4.21.2; the exact version is not known.
"""

from __future__ import annotations

from migrator.charts.quantities import number
from migrator.values.edits import Route
from migrator.values.part import Part

HEAP: tuple[Route, ...] = tuple(
    ("neo4j", "config", f"server.memory.heap.{name}") for name in ("initial_size", "max_size")
)
OLD, NEW = "24G", "16G"
_MEMORY: Route = ("neo4j", "neo4j", "resources", "requests", "memory")


def is_old(part: Part) -> bool:
    """Whether the layers set the old pair and request 32Gi."""
    return all(part.own(path) == OLD for path in HEAP) and number(part.get(_MEMORY)) == number("32Gi")
