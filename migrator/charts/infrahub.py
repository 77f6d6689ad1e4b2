"""The infrahub chart: its defaults, as far as a decision depends on them, and its part of a release.

Sources: charts/infrahub/values.yaml of opsmill/infrahub-helm at infrahub 4.27.0 (probes, tokens, backup, Neo4j) and
templates/_env.tpl at 4.29.1 (tracing), charts/infrahub-backup/values.yaml at 1.3.0, and the values.FLAVOUR.yaml of
infrahub-enterprise at 4.13.0 to 4.18.0 (Neo4j). Limits of Neo4j were added and removed in versions that were not read,
and are left out.
"""

from __future__ import annotations

from packaging.version import Version

from migrator.charts.published import Versions, reaches
from migrator.values.edits import Route, Value
from migrator.values.merge import Map, as_map
from migrator.values.part import Part
from migrator.values.release import Release

STARTUP_PROBE: Versions = {"infrahub-enterprise": "4.13.0", "infrahub": "4.27.0"}
"""The versions that brought infrahubServer.infrahubServer.startupProbe."""

SERVER: Route = ("infrahubServer", "infrahubServer")
WORKER: Route = ("infrahubTaskWorker", "infrahubTaskWorker")

ADMIN_TOKEN = "06438eb2-8019-4776-878c-0941b1f1d1ec"
"""The published default of INFRAHUB_INITIAL_ADMIN_TOKEN on the server and of INFRAHUB_API_TOKEN on the worker."""

_NEO4J = {  # CPU and memory requests, heap and page cache, by flavour
    "small": ("4", "16Gi", "8G", "1G"),
    "medium": ("8", "32Gi", "24G", "4G"),
    "medium-data": ("8", "32Gi", "24G", "4G"),
}


def part_of(release: Release) -> Part | None:
    """Infrahub's part of the release; None where prefect-server is installed on its own."""
    if release.chart == "prefect-server" or release.root[-1:] != ("prefect-server",):
        return None
    return Part(release, release.root[:-1], release.infrahub)


def handlers(probe: Value) -> list[str]:
    """The handlers that a probe has; Kubernetes allows one."""
    values = as_map(probe)
    return [name for name in ("httpGet", "exec", "tcpSocket", "grpc") if values.get(name) is not None]


def defaults(chart: str, version: Version, flavour: str, *, preset_is_known: bool) -> Map:
    """The infrahub chart's values in that version of `chart`."""
    server: Map = {
        "env": {"INFRAHUB_CACHE_PORT": 6379, "INFRAHUB_INITIAL_ADMIN_TOKEN": ADMIN_TOKEN},
        "envFromExistingSecret": "",
        "envFromExistingSecrets": [],
        "livenessProbe": _probe(20, initialDelaySeconds=10),
        "readinessProbe": _probe(20, initialDelaySeconds=10),
        "extraVolumes": [],
    }
    if reaches(version, chart, STARTUP_PROBE):
        server["startupProbe"] = _probe(60)
    worker: Map = {
        "env": {"INFRAHUB_CACHE_PORT": 6379, "INFRAHUB_API_TOKEN": ADMIN_TOKEN},
        "envFromExistingSecret": "",
        "envFromExistingSecrets": [],
    }
    neo4j: Map = {"enabled": True, "neo4j": {}, "config": {}}
    if flavour in _NEO4J and preset_is_known:
        cpu, memory, heap, cache = _NEO4J[flavour]
        neo4j["neo4j"] = {"resources": {"requests": {"cpu": cpu, "memory": memory}}}
        neo4j["config"] = {
            "server.memory.heap.initial_size": heap,
            "server.memory.heap.max_size": heap,
            "server.memory.pagecache.size": cache,
        }
    restore: Map = {"enabled": False, "mode": "job", "storage": {"type": "s3", "s3": {"latest": False}}}
    return {
        "global": {"tracing": {"enabled": False, "endpoint": ""}},
        "redis": {"enabled": True, "nameOverride": "cache", "master": {"persistence": {"enabled": False}}},
        "neo4j": neo4j,
        "infrahubServer": {"ports": [], "type": "", "infrahubServer": server},
        "infrahubTaskWorker": {"infrahubTaskWorker": worker},
        "upgrade": {"enabled": False},
        "infrahub-backup": {"enabled": False, "backup": {"enabled": False}, "restore": restore},
        "infrahub-observability": {"enabled": False, "tempo": {"enabled": True}},
    }


def _probe(failures: int, **more: Value) -> Map:
    get: Value = {"path": "/api/config", "port": 8000, "scheme": "HTTP"}
    return {"httpGet": get, "failureThreshold": failures, "periodSeconds": 5, "timeoutSeconds": 5, **more}
