"""Prefect's background services share one docket on Redis, run apart from the API, and stop being toggled one by one.

infrahub-enterprise 4.14.0 (infrahub 4.28.0) moved its prefect-server chart to 2026.6.5172345. Without a docket URL
every background replica keeps a private queue, and late runs and automations happen twice. The eight service toggles
of the presets are redundant, since PREFECT__SERVER_WEBSERVER_ONLY keeps the services off the API pods. The chart now
injects PREFECT_SERVER_DATABASE_MIGRATE_ON_START, so PREFECT_API_DATABASE_MIGRATE_ON_START, which the Infrahub bootstrap
looks for, has to stand in server.env: without it nobody sets up Prefect's database.

Sources:
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub-enterprise/CHANGELOG.md
https://github.com/PrefectHQ/prefect-helm/tree/2026.6.5172345/charts/prefect-server
https://docs.prefect.io/v3/advanced/self-hosted
"""

from __future__ import annotations

from migrator.migration import Migration, Step, one_of
from migrator.prefect import redis_url

from .docket import docket, host
from .notices import notices
from .pin import pin
from .questions import no_name, no_number, no_secret, no_url
from .toggles import toggles

MIGRATION = Migration(
    title="one docket, separate services",
    versions={"infrahub-enterprise": "4.14.0", "infrahub": "4.28.0", "prefect-server": "2026.4.10163454"},
    steps=(
        Step("toggles", "drop the service toggles", toggles),
        Step("host", "replace the example host", host),
        Step("docket", "give both deployments one docket", docket),
        Step("pin", "pin migrate-on-start", pin, {"prefect-server": "2026.4.21154022"}),
        Step("notices", "tell what no edit expresses", notices, kind="told"),
    ),
    questions={
        "event-logger": one_of("remove", "keep"),
        "custom-toggles": one_of("keep", "remove"),
        "redis-host": redis_url.complaint_about_host,
        "redis-db": no_number,
        "docket-url": no_url,
        "docket-secret": no_secret,
        "docket-password": one_of("reference", "secret"),
        "release-name": no_name,
        "namespace": no_name,
        "migrate-on-start": one_of("remove", "keep"),
        "unseen-env": one_of("leave", "create"),
    },
)
