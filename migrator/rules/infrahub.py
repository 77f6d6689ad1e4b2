"""Rules of Infrahub's own part: probes, resources, images, a restore that would run, and the old heap of Neo4j."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts import infrahub
from migrator.charts.infrahub import handlers
from migrator.rules.keys import breach
from migrator.rules.rule import Breach, Rule
from migrator.values.release import Release


def _handlers(release: Release) -> Iterator[Breach]:
    part = infrahub.part_of(release)
    for name in ("livenessProbe", "readinessProbe", "startupProbe") if part is not None else ():
        assert part is not None
        path = (*infrahub.SERVER, name)
        ways = handlers(part.get(path))
        if len(ways) > 1:
            yield breach(part, path, f"{part.show(path)} asks in {len(ways)} ways: {' and '.join(ways)}")


RULES = (
    Rule(
        "probe-handlers",
        "error",
        "A probe asks in one way.",
        "Set the others to null, the chart's own httpGet included: Kubernetes refuses a probe with two.",
        _handlers,
        "infrahub",
    ),
)
