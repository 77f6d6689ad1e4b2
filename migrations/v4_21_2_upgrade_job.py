"""The upgrade Job gets the server's volumes, and the presets' Neo4j heap fits into its memory.

infrahub-enterprise 4.21.2 (infrahub 4.33.5) mounts `infrahubServer.infrahubServer.extraVolumes` into the Job of
`upgrade.enabled`; before that, a Job that needs a file from one of them fails, and so does the upgrade. By then the
presets medium and medium-data set a heap of 16G instead of 24G (since which release is not known): a copy of the old
pair leaves Neo4j no room in 32Gi once limits apply. Presets of about that time also request one CPU for each pod of
Infrahub's server and task workers, where they requested none (not verified).

Sources:
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub/CHANGELOG.md
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub-enterprise/CHANGELOG.md
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts import heap, infrahub
from migrator.migration import BY_SHAPE, Ask, Choice, Decision, Migration, Outcome, Question, Step, ask_if_given, one_of
from migrator.values.changes import Notice
from migrator.values.release import Release

VERSIONS = {"infrahub-enterprise": "4.21.2", "infrahub": "4.33.5"}
CPUS = {"small": 3, "medium": 6, "medium-data": 4, "large": 12, "large-data": 6}
"""How many CPUs a preset's pods request in total, according to the changelog: one for each pod."""

WHY = "the heap of today's preset, which leaves Neo4j room in the 32Gi that it requests"


def volumes(release: Release, ask: Ask) -> Iterator[Notice]:
    """Report that an old chart's upgrade Job has none of the server's volumes, and what they may do to a newer one."""
    part, path = infrahub.part_of(release), (*infrahub.SERVER, "extraVolumes")
    if part is None or not part.is_on(("upgrade", "enabled")) or not part.is_on(path):
        return
    if not release.reaches(VERSIONS):
        yield part.notice(
            path,
            "The upgrade Job gets none of these volumes before 4.21.2 / 4.33.5: if it needs a file from one of "
            "them (such as INFRAHUB_TLS_CA_BUNDLE), it fails, and so does helm upgrade.",
            "warning",
        )
    elif release.may_be_below(VERSIONS) and "persistentVolumeClaim" in str(part.get(path)):
        text = "The upgrade Job now mounts these volumes: a ReadWriteOnce claim may block it on another node"
        yield part.notice(path, f"{text} (not verified).")


def old_heap(release: Release, ask: Ask) -> Iterator[Outcome]:
    """If so answered, replace the old presets' heap with the current one."""
    part = infrahub.part_of(release)
    if part is not None and heap.is_old(part) and ask_if_given(ask, _QUESTION) == heap.NEW:
        for path in heap.HEAP:
            yield part.set(path, heap.NEW, WHY, "behaviour")


def cpus(release: Release, ask: Ask) -> Iterator[Notice]:
    """Report that the preset's pods may request CPUs that no node has free."""
    part, more = infrahub.part_of(release), CPUS.get(release.flavour)
    if part is None or more is None or not release.may_be_below(VERSIONS):
        return
    paths = [(*place, "resources", "requests", "cpu") for place in (("infrahubServer",), ("infrahubTaskWorker",))]
    left_open = [path for path in paths if not part.owners(path)]
    if left_open:
        names = " and ".join(part.show(path) for path in left_open)
        yield part.notice(
            left_open[0],
            f"Presets of about 4.21.2 request one CPU for each pod of Infrahub's server and task workers, {more} "
            f"more for {release.flavour} with its own replicas (not verified): if no node has them free, pods stay "
            f"Pending. To change that, set {names}.",
        )


_QUESTION = Question(
    id="neo4j-heap",
    text="Neo4j's heap is 24G of 32Gi of memory, as in the older presets. Today's preset sets 16G.",
    flag="--answer neo4j-heap=keep|16G",
    choices=(Choice("keep", "it stays"), Choice("16G", "both sizes become 16G, as in today's preset")),
)

MIGRATION = Migration(
    title="volumes of the upgrade Job; the old heap",
    versions=VERSIONS,
    steps=(
        Step(
            "volumes",
            "report volumes that the upgrade Job lacks",
            volumes,
            {"infrahub-enterprise": BY_SHAPE, "infrahub": BY_SHAPE},
            "infrahub",
            "report",
        ),
        Step(
            "cpus",
            "report CPUs that the presets request",
            cpus,
            {"infrahub-enterprise": "4.21.2", "infrahub": ""},
            "infrahub",
            "report",
        ),
        Step("old-heap", "report the older presets' heap", old_heap, {}, "infrahub", "by answer", ("neo4j-heap",)),
    ),
    questions={"neo4j-heap": Decision(one_of("keep", heap.NEW), kept_rule="neo4j-heap")},
)
