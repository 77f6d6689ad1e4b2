"""The facts for the picture of queues come from the release, and there is one only where the upgrade mends them."""

from __future__ import annotations

import pytest

from migrator.planning import apply, discover, examine, summary
from migrator.report.queue_records import Database, QueuesReport
from tests import releases

VALUES = """\
infrahub:
  infrahubServer:
    infrahubServer:
      env: &cache {INFRAHUB_CACHE_ADDRESS: cache.prod, INFRAHUB_CACHE_DATABASE: 3}
  infrahubTaskWorker:
    infrahubTaskWorker:
      env: *cache
  prefect-server:
    server:
      replicaCount: 4
    backgroundServices:
      runAsSeparateDeployment: true
      replicaCount: 3
      messaging:
        redis: {host: cache.prod, port: 6379, db: 1}
"""


WIRED = """\
      env:
        - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}
        - {name: PREFECT_REDIS_MESSAGING_HOST, value: cache.prod}
        - {name: PREFECT_MESSAGING_BROKER, value: prefect_redis.messaging}"""


def queues(text: str, version_to: str = "", **answers: str) -> QueuesReport | None:
    """What is told of the release's queues, with these answers (`_` for `-` in their ids)."""
    given = {"flavour": "none", **{name.replace("_", "-"): answer for name, answer in answers.items()}}
    request = examine.Request(discover.Options(version_to=version_to), given)
    case = examine.examine(releases.of_text(text, "v.yaml"), request)
    return summary.report(case, apply.apply_plan(case)).queues


def test_it_names_the_replicas_the_server_and_its_databases() -> None:
    messaging = Database("cache.prod:6379", "1", "messaging")
    # 3 as the server's env says, and 0, the default, which the chart's own server.args leave to Prefect's pods.
    caches = [Database("cache.prod:6379", number, "Infrahub's cache") for number in ("3", "0")]
    assert queues(VALUES, redis_db="2") == QueuesReport(
        servers=4,
        backgrounds=3,
        place="cache.prod:6379, database 2",
        docket=Database("cache.prod:6379", "2", "the docket"),
        others=(messaging, *caches),
    )


def test_what_is_open_is_named_by_its_flag() -> None:
    found = queues(VALUES)
    assert found is not None
    assert (found.place, found.docket) == ("to be decided with --redis-db", None)


def test_a_secret_is_named_and_nothing_of_it() -> None:
    found = queues(VALUES, docket_secret="infrahub-docket:url")
    assert found is not None
    assert (found.place, found.docket) == ("the URL in the Secret infrahub-docket", None)


def test_no_credential_is_in_it() -> None:
    found = queues(VALUES, docket_url="redis://me:hunter22@other:6380/5")
    assert found is not None and "hunter22" not in repr(found)
    assert found.docket == Database("other:6380", "5", "the docket")


@pytest.mark.parametrize(
    "text",
    [
        VALUES.replace("runAsSeparateDeployment: true", "runAsSeparateDeployment: false"),
        VALUES.replace("      runAsSeparateDeployment: true\n", "").replace("      replicaCount: 4", WIRED),
        VALUES.rstrip("\n") + "\n        docket: {url: redis://cache.prod:6379/2}\n",
        VALUES.rstrip("\n") + "\n        docket: {existingSecret: ours}\n",
        VALUES.rstrip("\n") + "\n      env: [{name: PREFECT_SERVER_DOCKET_URL, valueFrom: {fieldRef: {}}}]\n",
    ],
    ids=["single", "separate only from now on", "a docket stands", "a Secret's stands", "nobody can tell"],
)
def test_where_nothing_is_mended_there_is_no_picture(text: str) -> None:
    assert queues(text, redis_db="2", separate_services="separate") is None


def test_one_replica_is_what_the_chart_makes_of_nothing() -> None:
    nothing = VALUES.replace("      replicaCount: 3\n", "").replace("replicaCount: 4", "replicaCount: many")
    switched_off = VALUES.replace("replicaCount: 3", "replicaCount: 0").replace("replicaCount: 4", "replicaCount: true")
    for text in (nothing, switched_off):
        found = queues(text, redis_db="2")
        assert found is not None and (found.servers, found.backgrounds) == (1, 1)


def test_the_charts_own_cache_is_on_the_server_that_is_named_like_it() -> None:
    own = VALUES[: VALUES.index("  infrahubServer")] + VALUES[VALUES.index("  prefect-server") :]
    found = queues(own.replace("cache.prod", "infrahub-cache-master"), redis_db="2")
    assert found is not None
    assert [(each.server, each.use) for each in found.others] == [
        ("infrahub-cache-master:6379", "messaging"),
        ("infrahub-cache-master:6379", "Infrahub's cache"),
    ]


def test_a_chart_without_a_docket_mends_nothing() -> None:
    assert queues(VALUES, version_to="4.13.0", redis_db="2") is None
    assert queues(VALUES, version_to="4.14.0", redis_db="2") is not None
