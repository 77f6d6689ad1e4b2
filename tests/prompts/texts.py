"""A release with two questions, one of them with a safe default, and four steps."""

from __future__ import annotations

from tests import skeleton

HEAD = "configPreset: medium\n"
REDIS = ("host: cache # größer", "db: 1")
LOGGER = "PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED=true"

BEFORE = skeleton.values("ui webserver-only register", f"{LOGGER} triggers-on", REDIS, head=HEAD)

AFTER = skeleton.values("ui webserver-only pin register", "metrics", REDIS, "redis://cache:6379/2", head=HEAD)
"""With the answers that Enter alone gives."""

KEPT = skeleton.values("ui webserver-only pin register", f"metrics {LOGGER}", REDIS, "redis://cache:6379/3", head=HEAD)
"""With the event logger kept, and database 3."""
