"""prefect-server 2025.8.21160848 can run the background services separately, wired to Redis by a `messaging` block.

Earlier presets wired both pods with env lists, and copies of those presets are still in use. On today's chart such a
file has no background deployment at all, while PREFECT__SERVER_WEBSERVER_ONLY keeps the API pods from running the
services: nothing runs them. Other copies have the block with the old entries beside it. Which enterprise release
introduced the block is not published, so the file's shape decides.

Sources:
https://github.com/PrefectHQ/prefect-helm/tree/2025.8.21160848/charts/prefect-server
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub-enterprise/CHANGELOG.md
"""

from __future__ import annotations

from migrator.migration import BY_SHAPE, Decision, Migration, Step, accept_any, one_of
from migrator.prefect.questions import ON_HOST

from .leftovers import leftovers
from .messaging import messaging
from .separate import separate_services

MIGRATION = Migration(
    title="messaging block",
    versions={"infrahub-enterprise": BY_SHAPE, "infrahub": BY_SHAPE, "prefect-server": "2025.8.21160848"},
    steps=(
        Step("separate-services", "run the background services separately", separate_services),
        Step("messaging", "move Redis settings from env to messaging", messaging),
        Step("leftovers", "remove entries that the chart sets itself", leftovers),
        Step(
            "cache",
            "report a cache at the example host",
            part="infrahub",
            kind="report",
            rules=("cache-example-host",),
        ),
    ),
    questions={
        "separate-services": Decision(one_of("separate", "single")),
        "messaging-redis": Decision(accept_any),
        "redis-host": ON_HOST,
    },
)
