"""Neo4j moves from 2025.10 to 2026.05 and upgrades its store at the first start, which cannot be rolled back.

It comes with infrahub-enterprise 4.19.0 (infrahub 4.33.0), for Infrahub 1.11, which also drops `infrahub git-agent`.
The changelog asks for a backup first; that only the backup leads back is our conclusion. No key is renamed, but
requests no longer count as limits.

Sources:
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub-enterprise/CHANGELOG.md
https://github.com/neo4j/helm-charts/releases
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts import infrahub
from migrator.migration import Ask, Migration, Step
from migrator.values import tree
from migrator.values.changes import Notice
from migrator.values.edits import Route
from migrator.values.merge import as_map
from migrator.values.part import Part
from migrator.values.release import Release

VERSIONS = {"infrahub-enterprise": "4.19.0", "infrahub": "4.33.0"}
NEO4J: Route = ("neo4j",)
LIMITS: Route = ("neo4j", "neo4j", "resources", "limits")


def neo4j(release: Release, ask: Ask) -> Iterator[Notice]:
    """Report what to do about the database before the upgrade, and what it cannot do afterwards."""
    part = infrahub.part_of(release)
    if part is None or not release.may_be_below(VERSIONS):
        return
    if not part.is_on((*NEO4J, "enabled")):
        yield part.notice(
            (*NEO4J, "enabled"),
            "Infrahub's own Neo4j is off: upgrade the one it uses to 2026.05.0 in the same change, and back it up "
            "first.",
            "warning",
        )
        return
    yield Notice(
        "Neo4j moves to 2026.05 and upgrades its store at the first start; no older Neo4j can read it after that. "
        "Back it up first (infrahub-backup create) and keep that backup: it is the only way back.",
        "warning",
    )
    image = (*NEO4J, "image", "customImage")
    if part.own(image):
        text = f"{part.show(image)} pins Neo4j: the new Infrahub needs 2026.05.0. Update the pin."
        yield part.notice(image, text, "warning")
    yield from _plugins(part)
    if part.owners(LIMITS) and part.own(LIMITS) is None:
        text = f"{part.show(LIMITS)} is null: the requests used to count as limits, now there are none."
        yield part.notice(LIMITS, text)


def _plugins(part: Part) -> Iterator[Notice]:
    path = (*NEO4J, "env")
    env = part.own(path)
    if any("apoc" in f"{name}{value}".lower() for name, value in as_map(env).items()):
        yield part.notice(
            path, f"{part.show(path)} lists Neo4j plugins: use their releases for 2026.05 (not verified)."
        )


def git_agent(release: Release, ask: Ask) -> Iterator[Notice]:
    """Report that a worker started by a removed command crashes."""
    part = infrahub.part_of(release)
    path = (*infrahub.WORKER, "args")
    if part is None or not release.may_be_below(VERSIONS):
        return
    arguments = tree.get(part.values, path)
    if isinstance(arguments, list) and any("git-agent" in str(each) for each in arguments):
        text = f"{part.show(path)} starts infrahub git-agent, which Infrahub 1.11 no longer has: remove the list."
        yield part.notice(path, text, "warning")


MIGRATION = Migration(
    title="Neo4j 2026.05",
    versions=VERSIONS,
    steps=(
        Step("neo4j", "report what to do about the database", neo4j, {}, "infrahub", "report"),
        Step("git-agent", "report a command that no longer exists", git_agent, {}, "infrahub", "report"),
    ),
)
