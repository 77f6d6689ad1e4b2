"""Infrahub's server, task workers and Emma lose their terminal, and the agent's token has a published default.

Until infrahub-enterprise 4.14 (infrahub 4.28) `tty: true` was fixed; 4.15.0 (4.29.0) made it a key, false by default.
Logs lose their colour and their carriage returns. A `tty` key that had no effect before takes effect now.

INFRAHUB_INITIAL_AGENT_TOKEN has a default that anybody can read (seen at 4.15.0; the version that added it is not
known). A file that sets the other tokens must set this one, too.

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
    """Report that the pods lose their terminal, or that a key without effect so far now decides it."""
    part = infrahub.part_of(release)
    if part is None or not release.may_be_below(VERSIONS):
        return
    set_paths = [path for path in KEYS if part.owners(path)]
    for path in set_paths:
        yield part.notice(
            path, (f"{part.show(path)} takes effect from 4.15.0 on; before that, every pod had a terminal.")
        )
    if not set_paths and release.is_below(VERSIONS):
        yield Notice(
            "From 4.15.0 on Infrahub's server, task workers and Emma run without a terminal, and logs lose their "
            f"colour. For kubectl attach -it, set {part.show(KEYS[0])}: true."
        )


MIGRATION = Migration(
    title="no terminal; the agent's token",
    versions=VERSIONS,
    steps=(
        Step("terminal", "report that the pods lose their terminal", terminal, {}, "infrahub", "report"),
        Step("agent-token", "report a published token", part="infrahub", kind="report", rules=("agent-token",)),
    ),
)
