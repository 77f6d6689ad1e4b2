"""Prefect's background services share one docket on Redis, and their separate deployment needs no service toggles.

infrahub-enterprise 4.14.0 (infrahub 4.28.0) moved its prefect-server chart to 2026.6.5172345. Without a docket URL
every background replica keeps a private queue, and late runs and automations happen twice. The presets' eight service
toggles are redundant, since PREFECT__SERVER_WEBSERVER_ONLY keeps the services off the API pods. The chart now injects
PREFECT_SERVER_DATABASE_MIGRATE_ON_START, so server.env must set PREFECT_API_DATABASE_MIGRATE_ON_START, which the
Infrahub bootstrap looks for: without it nothing sets up Prefect's database.

Sources:
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub-enterprise/CHANGELOG.md
https://github.com/PrefectHQ/prefect-helm/tree/2026.6.5172345/charts/prefect-server
https://docs.prefect.io/v3/advanced/self-hosted
"""

from __future__ import annotations

from migrator.migration import Decision, Migration, Step, one_of
from migrator.prefect.questions import ON_HOST, ON_UNSEEN_ENV

from .docket import docket, host
from .notices import notices
from .pin import pin
from .questions import ON_DATABASE, ON_NAMESPACE, ON_RELEASE_NAME, ON_SECRET, ON_URL
from .toggles import toggles

RULES = (
    "toggle-left",
    "webserver-only-false",
    "services-nowhere",
    "docket-private",
    "docket-name",
    "docket-shared",
    "docket-database",
    "bundled-password",
    "blocks-register",
    "database-override",
    "env-twice",
)

MIGRATION = Migration(
    title="one docket, separate services",
    versions={"infrahub-enterprise": "4.14.0", "infrahub": "4.28.0", "prefect-server": "2026.4.10163454"},
    steps=(
        Step("toggles", "remove the service toggles", toggles),
        Step("host", "replace the example host", host),
        Step("docket", "give both deployments one docket", docket),
        Step("pin", "pin migrate-on-start", pin, {"prefect-server": "2026.4.21154022"}),
        Step("notices", "report what to know before the upgrade", notices, kind="report", rules=RULES),
    ),
    questions={
        "redis-db": ON_DATABASE,
        "docket-url": ON_URL,
        "docket-secret": ON_SECRET,
        "redis-host": ON_HOST,
        "event-logger": Decision(one_of("keep", "remove"), help="the debugging event logger's toggle"),
        "custom-toggles": Decision(one_of("keep", "remove"), help="service toggles that no preset sets"),
        "docket-password": Decision(one_of("reference", "secret"), leads_to=("docket-secret",)),
        "release-name": ON_RELEASE_NAME,
        "namespace": ON_NAMESPACE,
        "migrate-on-start": Decision(one_of("remove", "keep")),
        "unseen-env": ON_UNSEEN_ENV,
    },
)
