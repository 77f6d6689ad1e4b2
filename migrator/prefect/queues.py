"""The facts for the diagram of queues, from the release before and after its migration."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.prefect import docket, messaging, redis_databases, redis_url
from migrator.prefect.deployment import is_separate
from migrator.report.queue_records import Database, QueuesReport
from migrator.values import tree
from migrator.values.release import Release


def queues(start: Release, end: Release, to_decide: Mapping[str, str]) -> QueuesReport | None:
    """What the upgrade does to the queues of background work; None unless separate services gain a docket.

    `to_decide` maps the ids of open questions to their flags.
    """
    before = docket.docket_on(start, "background")
    after = docket.docket_on(end, "background") or docket.Docket()
    if (
        not (is_separate(start) and is_separate(end))
        or before is None
        or before.secret
        or not docket.is_private(before.url)
    ):
        return None
    undecided = next((to_decide[name] for name in _ABOUT_THE_DOCKET if name in to_decide), "")
    if undecided:
        place = f"to be decided with {undecided}"
    elif docket.is_private(after.url) and not after.secret:
        return None
    else:
        place = _place(end, after)
    return QueuesReport(
        servers=_replicas(end, "server"),
        backgrounds=_replicas(end, "backgroundServices"),
        place=place,
        docket=_database(end, after),
        others=tuple(_others(end)),
    )


_ABOUT_THE_DOCKET = ("redis-host", "redis-db", "docket-url", "docket-secret", "docket-password")


def _replicas(release: Release, part: str) -> int:
    """How many pods the values ask for; the chart's own default is one."""
    found = tree.get(release.prefect, (part, "replicaCount"))
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else 1


def _place(release: Release, found: docket.Docket) -> str:
    """Where the docket is, as text without credentials."""
    if found.secret:
        return f"the URL in the Secret {found.secret}"
    database = _database(release, found)
    return f"{database.server}, database {database.number}" if database is not None else "the URL in the values"


def _database(release: Release, found: docket.Docket) -> Database | None:
    url = messaging.with_placeholders(release, found.url)
    if redis_url.url_error(url):
        return None
    parts = redis_url.parse_url(url)
    return Database(f"{parts.host}:{parts.port}", str(parts.database), "the docket")


def _others(release: Release) -> list[Database]:
    """Messaging, and the Infrahub cache where it is known to be on the same server, each database once."""
    address = messaging.messaging(release, "background")
    server = f"{address.host}:{address.port}"
    found = [Database(server, address.database, "messaging")] if address.host else []
    for use in redis_databases.uses(release):
        is_cache = "cache" in use.who
        if is_cache and (use.host or redis_url.is_bundled_cache(address.host)):
            found.append(Database(f"{use.host or address.host}:{use.port}", str(use.database), "Infrahub's cache"))
    return list(dict.fromkeys(found))
