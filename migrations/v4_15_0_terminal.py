"""Infrahub's server, its task workers and Emma run without a terminal, and the agent's token has a published default.

Until infrahub-enterprise 4.14 (infrahub 4.28) `tty: true` was fixed; 4.15.0 (4.29.0) made it a key, false by default.
Logs lose their colour and their carriage returns. A key that stood in a file and counted for nothing counts now.

INFRAHUB_INITIAL_AGENT_TOKEN came with a default that anybody can read (seen at 4.15.0; which version brought it is not
known). Who gave the other tokens values of their own has to give it one, too.

Sources:
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub/CHANGELOG.md
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub/values.yaml
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts import infrahub
from migrator.migration import Ask, Migration, Step
from migrator.values.changes import Notice
from migrator.values.edits import Route
from migrator.values.release import Release

VERSIONS = {"infrahub-enterprise": "4.15.0", "infrahub": "4.29.0"}
KEYS: tuple[Route, ...] = ((*infrahub.SERVER, "tty"), (*infrahub.WORKER, "tty"), ("emma", "tty"))


def terminal(release: Release, ask: Ask) -> Iterator[Notice]:
    """That the pods lose their terminal, or that a key which did nothing decides it now."""
    part = infrahub.part_of(release)
    if part is None or not release.may_be_below(VERSIONS):
        return
    standing = [path for path in KEYS if part.owners(path)]
    for path in standing:
        yield part.notice(path, f"{part.show(path)} counts from 4.15.0 on; until then every pod had a terminal.")
    if not standing and release.is_below(VERSIONS):
        yield Notice(
            "From 4.15.0 on Infrahub's server, task workers and Emma run without a terminal: logs lose their colour. "
            f"kubectl attach -it needs {part.show(KEYS[0])}: true."
        )


MIGRATION = Migration(
    title="no terminal; the agent's token",
    versions=VERSIONS,
    steps=(
        Step("terminal", "tell that the pods lose their terminal", terminal, {}, "infrahub", "told"),
        Step("agent-token", "tell of a published token", part="infrahub", kind="told", tells=("agent-token",)),
    ),
)
