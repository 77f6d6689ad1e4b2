"""prefect-server 2025.8.21160848 brought background services of their own, wired to Redis by a `messaging` block.

The presets before it wired both pods by env lists, and copies of them live on. On today's chart such a file has no
background deployment at all, while PREFECT__SERVER_WEBSERVER_ONLY keeps the API pods from running the services: nothing
runs them. Other copies have the block, and the old entries beside it. Which enterprise release brought the block is not
published, so releases are told by their shape.

Sources:
https://github.com/PrefectHQ/prefect-helm/tree/2025.8.21160848/charts/prefect-server
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub-enterprise/CHANGELOG.md
"""

from __future__ import annotations

from migrator.migration import BY_SHAPE, Decision, Migration, Step, anything, one_of
from migrator.prefect.questions import ON_HOST

from .leftovers import leftovers
from .messaging import messaging
from .separate import separate_services

MIGRATION = Migration(
    title="messaging block",
    versions={"infrahub-enterprise": BY_SHAPE, "infrahub": BY_SHAPE, "prefect-server": "2025.8.21160848"},
    steps=(
        Step("separate-services", "run the background services on their own", separate_services),
        Step("messaging", "move the wiring to messaging", messaging),
        Step("leftovers", "drop what the chart sets itself", leftovers),
        Step(
            "cache",
            "tell of a cache at the example host",
            part="infrahub",
            kind="told",
            tells=("cache-example-host",),
        ),
    ),
    questions={
        "separate-services": Decision(one_of("separate", "single")),
        "messaging-redis": Decision(anything),
        "redis-host": ON_HOST,
    },
)
