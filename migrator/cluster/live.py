"""What runs of a release: its live deployments, their pods, and the last lines of a container's log.

API paths are read with `kubectl get --raw`, so that kubectl does no discovery and caches nothing on disk.
Source: the Kubernetes API reference, apps/v1 Deployment and v1 Pod.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from migrator.charts.archive import Manifest
from migrator.cluster.access import Access, as_items
from migrator.cluster.errors import ClusterError
from migrator.sources.bundle import Deployed
from migrator.values import tree
from migrator.values.merge import as_map

_LINES = 3
_LONGEST = 300


class Live(NamedTuple):
    """The deployments of the manifest as they run, and the pods that belong to them."""

    deployments: tuple[Manifest, ...]
    pods: tuple[Manifest, ...]

    def pods_of(self, deployment: Manifest) -> list[Manifest]:
        """The deployment's pods, including old ones that have not terminated yet."""
        wanted = as_map(tree.get(deployment, ("spec", "selector", "matchLabels")))
        space = namespace_of(deployment)
        return [
            pod
            for pod in self.pods
            if namespace_of(pod) == space and wanted.items() <= as_map(tree.get(pod, ("metadata", "labels"))).items()
        ]


def read(access: Access, deployed: Deployed, manifest: Sequence[Manifest]) -> Live:
    """Read the live state of the manifest's deployments. Raises ClusterError if access is denied or fails."""
    wanted = {
        (namespace_of(each) or deployed.namespace, name_of(each))
        for each in manifest
        if each.get("kind") == "Deployment"
    }
    deployments: list[Manifest] = []
    pods: list[Manifest] = []
    for space in sorted({space for space, _ in wanted}):
        path = f"/apis/apps/v1/namespaces/{quote(space, safe='')}/deployments"
        own = [dict(each) for each in as_items(access.get(path)) if (space, name_of(dict(each))) in wanted]
        deployments += [_with_namespace(space, each) for each in own]
        found = as_items(access.get(f"/api/v1/namespaces/{quote(space, safe='')}/pods{_selector(own)}"))
        pods += [_with_namespace(space, dict(each)) for each in found]
    seen = Live(tuple(deployments), tuple(each for each in pods if _is_active(each)))
    of_ours = [id(pod) for each in deployments for pod in seen.pods_of(each)]
    return seen._replace(pods=tuple(each for each in seen.pods if id(each) in of_ours))


def log_of(access: Access, pod: Manifest, container: str, *, show_secrets: bool) -> str:
    """A clause with the last lines of a container's log before it ended, or saying that its log is empty."""
    where = f"/api/v1/namespaces/{quote(namespace_of(pod), safe='')}/pods/{quote(name_of(pod), safe='')}/log"
    options = f"?container={quote(container, safe='')}&tailLines={_LINES}&limitBytes=65536"
    try:
        text = access.get_text(f"{where}{options}&previous=true")
    except ClusterError as error:
        if "denie" in error.message:
            raise
        try:
            text = access.get_text(f"{where}{options}")
        except ClusterError:
            text = ""
    lines = [line.strip()[:_LONGEST] for line in text.splitlines()[-_LINES:] if line.strip()]
    shown = lines if show_secrets else [without_credentials(line) for line in lines]
    return f"its log ends: {' | '.join(shown)}" if shown else "its log is empty"


_CHARACTER = "[A-Za-z0-9+=_-]"
_LONG = re.compile(rf"(?<![\w./-])(?={_CHARACTER}*\d)(?={_CHARACTER}*[A-Za-z]){_CHARACTER}{{12,}}(?![\w-]*[/.])")
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\w+-]*")


def without_credentials(line: str) -> str:
    """A log line with possible credentials masked: known shapes, and long runs that mix letters and digits."""
    from migrator.report import mask_shapes

    shaped = mask_shapes.in_text(line, lambda secret: "***")
    return _LONG.sub(lambda found: found[0] if _IDENTIFIER.fullmatch(found[0]) else "***", shaped)


def name_of(manifest: Manifest) -> str:
    """The object's name; empty if it has none."""
    return str(tree.get(manifest, ("metadata", "name")) or "")


def namespace_of(manifest: Manifest) -> str:
    """The object's namespace; empty if it has none."""
    return str(tree.get(manifest, ("metadata", "namespace")) or "")


def _with_namespace(space: str, manifest: Manifest) -> Manifest:
    """The object with its namespace set, which items of a list can leave out."""
    return {**manifest, "metadata": {**as_map(manifest.get("metadata")), "namespace": space}}


def _selector(deployments: Sequence[Manifest]) -> str:
    """A query for the labels that all their pods share, so that the server returns as few other pods as possible."""
    wanted = [as_map(tree.get(each, ("spec", "selector", "matchLabels"))) for each in deployments]
    shared = [pair for pair in wanted[0].items() if all(pair in each.items() for each in wanted)] if wanted else []
    text = ",".join(f"{key}={value}" for key, value in shared)
    return f"?labelSelector={quote(text, safe='')}" if text else ""


def _is_active(pod: Manifest) -> bool:
    """Whether a pod is neither terminating nor finished."""
    is_ending = tree.exists(pod, ("metadata", "deletionTimestamp"))
    return not is_ending and tree.get(pod, ("status", "phase")) not in ("Succeeded", "Failed")
