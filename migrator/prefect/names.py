"""The names in Prefect, its chart and Infrahub that migrations and rules look for, each defined once."""

from __future__ import annotations

from packaging.version import Version

from migrator.values.edits import Route

SEPARATE = ("backgroundServices", "runAsSeparateDeployment")
MESSAGING: Route = ("backgroundServices", "messaging")
REDIS_BLOCK: Route = (*MESSAGING, "redis")
REDIS_HOST: Route = (*REDIS_BLOCK, "host")
_PREFIX = "PREFECT_REDIS_MESSAGING_"
MESSAGING_NAMES = {
    **{key: f"{_PREFIX}{key.upper()}" for key in ("host", "port", "db", "ssl", "username")},
    "broker": "PREFECT_MESSAGING_BROKER",
    "cache": "PREFECT_MESSAGING_CACHE",
}
"""What the chart injects from `messaging`, by its key there; the password is handled separately."""

MESSAGING_HOST = MESSAGING_NAMES["host"]
MESSAGING_URL = f"{_PREFIX}URL"
MESSAGING_PASSWORD = f"{_PREFIX}PASSWORD"
DOCKET: Route = (*MESSAGING, "docket")
DOCKET_NAME = "PREFECT_SERVER_DOCKET_URL"
WEBSERVER_ONLY = "PREFECT__SERVER_WEBSERVER_ONLY"
RENAMED = Version("2026.4.21154022")
"""The version of prefect-server that first sets PREFECT_SERVER_DATABASE_ names."""
UI_SERVE_BASE = "PREFECT_UI_SERVE_BASE"
PIN = "PREFECT_API_DATABASE_MIGRATE_ON_START"
INJECTED_PIN = "PREFECT_SERVER_DATABASE_MIGRATE_ON_START"
REGISTER = "PREFECT_API_BLOCKS_REGISTER_ON_START"
CACHE_ADDRESS = "INFRAHUB_CACHE_ADDRESS"
CACHE_URL = "INFRAHUB_CACHE_URL"
METRICS = "PROMETHEUS_MULTIPROC_DIR"
