"""The picture of queues has the release's facts, and there is one only if the upgrade fixes the queues."""

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
    """The report of the release's queues, with these answers (`_` for `-` in their ids)."""
    given = {"flavour": "none", **{name.replace("_", "-"): answer for name, answer in answers.items()}}
    request = examine.Request(discover.Options(version_to=version_to), given)
    case = examine.examine(releases.of_text(text, "v.yaml"), request)
    return summary.report(case, apply.apply_plan(case)).queues


def test_the_report_has_the_replicas_the_server_and_its_databases() -> None:
    messaging = Database("cache.prod:6379", "1", "messaging")
    # 3 from the server's env, and 0, the default that the chart's own server.args leave to Prefect's pods.
    caches = [Database("cache.prod:6379", number, "Infrahub's cache") for number in ("3", "0")]
    assert queues(VALUES, redis_db="2") == QueuesReport(
        servers=4,
        backgrounds=3,
        place="cache.prod:6379, database 2",
        docket=Database("cache.prod:6379", "2", "the docket"),
        others=(messaging, *caches),
    )


def test_an_open_question_is_named_by_its_flag() -> None:
    found = queues(VALUES)
    assert found is not None
    assert (found.place, found.docket) == ("to be decided with --redis-db", None)


def test_a_secret_is_named_without_its_key() -> None:
    found = queues(VALUES, docket_secret="infrahub-docket:url")
    assert found is not None
    assert (found.place, found.docket) == ("the URL in the Secret infrahub-docket", None)


def test_the_report_has_no_credentials() -> None:
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
    ids=["single", "separate only from now on", "existing docket", "existing Secret", "docket by valueFrom"],
)
def test_there_is_no_report_if_nothing_is_fixed(text: str) -> None:
    assert queues(text, redis_db="2", separate_services="separate") is None


def test_a_missing_or_odd_number_of_replicas_is_one() -> None:
    nothing = VALUES.replace("      replicaCount: 3\n", "").replace("replicaCount: 4", "replicaCount: many")
    switched_off = VALUES.replace("replicaCount: 3", "replicaCount: 0").replace("replicaCount: 4", "replicaCount: true")
    for text in (nothing, switched_off):
        found = queues(text, redis_db="2")
        assert found is not None and (found.servers, found.backgrounds) == (1, 1)


def test_the_charts_own_cache_is_recognised_by_its_host() -> None:
    own = VALUES[: VALUES.index("  infrahubServer")] + VALUES[VALUES.index("  prefect-server") :]
    found = queues(own.replace("cache.prod", "infrahub-cache-master"), redis_db="2")
    assert found is not None
    assert [(each.server, each.use) for each in found.others] == [
        ("infrahub-cache-master:6379", "messaging"),
        ("infrahub-cache-master:6379", "Infrahub's cache"),
    ]


def test_a_target_without_docket_fixes_nothing() -> None:
    assert queues(VALUES, version_to="4.13.0", redis_db="2") is None
    assert queues(VALUES, version_to="4.14.0", redis_db="2") is not None
