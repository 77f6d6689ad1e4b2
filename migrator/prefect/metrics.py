"""Where Prefect writes its metrics in the Infrahub image, which points PROMETHEUS_MULTIPROC_DIR at its own folder."""

from __future__ import annotations

from migrator.prefect import deployment, env
from migrator.prefect.names import METRICS
from migrator.values import tree
from migrator.values.merge import as_map
from migrator.values.release import Release

FOLDER = "/prom_shared"
"""The folder that the Infrahub image has for metrics, in its own file system."""


def needs_directory(release: Release) -> bool:
    """Whether the server cannot write its metrics and nothing readable here sets another folder."""
    server = as_map(release.prefect.get("server"))
    mounts = server.get("extraVolumeMounts")
    return (
        deployment.has_infrahub_image(release)
        and tree.get(server, ("containerSecurityContext", "readOnlyRootFilesystem")) is True
        and not any(as_map(each).get("mountPath") == FOLDER for each in (mounts if isinstance(mounts, list) else []))
        and env.winner(release, "server", METRICS) is None
    )
