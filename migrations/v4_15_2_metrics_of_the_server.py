"""A Prefect server with a read-only root needs PROMETHEUS_MULTIPROC_DIR: the Infrahub image's own folder is there.

infrahub 4.29.2 added it with "/tmp" to its default `server.env`; infrahub-enterprise makes that root writable, and
needs the entry only if a hardened file makes it read-only. A custom list replaces the chart's: without the entry the
server crashes at start, and Infrahub's server and workers wait for it.

Sources:
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub/CHANGELOG.md
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub-enterprise/values.yaml
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.migration import Ask, Migration, Outcome, Step
from migrator.prefect import env, env_edits, metrics
from migrator.prefect.env import EnvList
from migrator.prefect.names import METRICS, PIN, UI_SERVE_BASE, WEBSERVER_ONLY
from migrator.values.changes import Notice
from migrator.values.edits import FIRST, Place, after
from migrator.values.release import Release

WHY = "the server's root is read-only, the image's own folder included; without this the server crashes at start"


def metrics_directory(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Set PROMETHEUS_MULTIPROC_DIR to "/tmp" on a server with a read-only root, unless it is set already."""
    if not metrics.needs_directory(release):
        return
    if release.chart == "prefect-server":
        yield Notice(_ALONE)
        return
    lists = env.lists_in_layers(release, env.SERVER)
    for env_list in lists:
        if not env_list.named(METRICS):
            yield env_edits.insert(env_list, METRICS, "/tmp", _place(env_list), WHY, "required")
    if not lists:
        yield from _in_no_list(release)
    for source in env.extra_sources(release, "server"):
        yield Notice(
            f"{source} may set {METRICS} too. The entry in env overrides it: if so, remove the entry.", "warning"
        )


def _in_no_list(release: Release) -> Iterator[Outcome]:
    if env.may_be_set_unseen(release, env.SERVER):
        sources = ", ".join(release.surroundings.unseen)
        yield Notice(f"server.env may be set in {sources}: {METRICS} (/tmp) must be in it.", "warning")
    else:
        yield env_edits.new_server_env(release, METRICS, "/tmp", after(UI_SERVE_BASE), WHY, "required")


def _place(env_list: EnvList) -> Place:
    """After PREFECT_UI_SERVE_BASE and what other migrations added after it; else first."""
    place = FIRST
    names = [entry.name for entry in env_list.entries]
    if UI_SERVE_BASE in names:
        for entry in env_list.entries[names.index(UI_SERVE_BASE) :]:
            if entry.name not in (UI_SERVE_BASE, WEBSERVER_ONLY, PIN):
                break
            place = after(entry.position)
    return place


_ALONE = (
    f"The server's root is read-only, and the Infrahub image sets {METRICS} to a folder on it. In the Infrahub "
    "charts that makes the server crash at start; with this chart it is not verified. If the server crashes, add "
    f'{METRICS} "/tmp" to server.env.'
)

MIGRATION = Migration(
    title="metrics directory of the server",
    versions={"infrahub-enterprise": "4.15.2", "infrahub": "4.29.2", "prefect-server": "2026.6.5172345"},
    steps=(Step("server-metrics", "set the server's metrics directory to /tmp", metrics_directory),),
)
