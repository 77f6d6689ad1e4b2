"""A release that moves to another flavour of the enterprise chart gets everything that its file leaves out from the
new preset.

infrahub-enterprise publishes every `values.FLAVOUR.yaml` as its own version, X.Y.Z-FLAVOUR, with the preset merged into
the chart's values: replicas, memory, separate services, env lists. From 4.19.0 on there may be `openshift`, which is an
overlay, not a preset: one replica each, services inside the API pod, no docket. It belongs last among the -f files.

Sources:
https://github.com/opsmill/infrahub-helm/blob/stable/.github/workflows/publish-helm-chart.yml
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub-enterprise/README.md
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts import infrahub, presets
from migrator.charts.presets import EXAMPLE_HOST
from migrator.migration import BY_SHAPE, Ask, Choice, Decision, Migration, Outcome, Question, Step, ask_if_given, one_of
from migrator.prefect.names import REDIS_BLOCK, SEPARATE
from migrator.values import tree
from migrator.values.edits import Route
from migrator.values.part import prefect_part
from migrator.values.release import Release

WHY = "from the preset that the release runs on; otherwise the new flavour's applies"

PREFECT: tuple[Route, ...] = (
    SEPARATE,
    ("server", "replicaCount"),
    ("server", "env"),
    ("backgroundServices", "replicaCount"),
    ("backgroundServices", "env"),
    (*REDIS_BLOCK, "db"),
)
NEO4J: tuple[Route, ...] = (
    *(("neo4j", "neo4j", "resources", "requests", name) for name in ("cpu", "memory")),
    *(
        ("neo4j", "config", f"server.memory.{name}")
        for name in ("heap.initial_size", "heap.max_size", "pagecache.size")
    ),
)


def flavour(release: Release, ask: Ask) -> Iterator[Outcome]:
    """If so answered, write what the old preset decided into the file."""
    left = presets.replaced_flavour(release)
    if left and ask_if_given(ask, _QUESTION) == "carry" and presets.knows_preset(left):
        if release.prefect.get("enabled") is not False:
            yield from _carried(release, PREFECT, prefect=True)
        yield from _carried(release, NEO4J, prefect=False)


def _carried(release: Release, paths: tuple[Route, ...], *, prefect: bool) -> Iterator[Outcome]:
    """Write what the current chart sets at these paths, if no layer does and the new chart differs."""
    part = prefect_part(release) if prefect else infrahub.part_of(release)
    if part is None:
        return
    old = release.before.prefect if prefect else release.before.infrahub
    for path in paths:
        value = tree.get(old, path)
        if value is None or part.owners(path) or value == part.get(path) or _is_of_the_example(release, path):
            continue
        yield part.set(path, value, WHY, "behaviour")


def _is_of_the_example(release: Release, path: Route) -> bool:
    """Whether a database is on the presets' example host, which is not a real server."""
    return path[-1] == "db" and tree.get(release.prefect, (*REDIS_BLOCK, "host")) in (None, "", EXAMPLE_HOST)


_QUESTION = Question(
    id="flavour-change",
    text="The chart's flavour changes, and with it everything that the file leaves out. Keep the old preset's values?",
    flag="--answer flavour-change=keep|carry",
    choices=(
        Choice("keep", "the new flavour's preset applies; the file stays as it is"),
        Choice("carry", "the known values of the old preset are written into the file"),
    ),
)

MIGRATION = Migration(
    title="change of flavour",
    versions={"infrahub-enterprise": BY_SHAPE},
    steps=(
        Step(
            "flavour",
            "report a change of flavour",
            flavour,
            part="infrahub",
            kind="by answer",
            rules=("flavour-change",),
        ),
    ),
    questions={"flavour-change": Decision(one_of("keep", "carry"), kept_rule="flavour-change")},
)
