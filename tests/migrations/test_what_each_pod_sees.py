"""The messaging block: what each pod sees of Redis until now, by the chart, by env entries, and by nobody."""

from __future__ import annotations

import pytest

from .conftest import Migrate, Plans, by_id

DB = {"redis-db": "2"}


def entry(name: str, value: str) -> str:
    return f"    - {{name: PREFECT_{name}, value: {value}}}\n"


def apart(server: str, background: str, redis: str) -> str:
    """Services of their own, whose pods the chart wires to `redis`; each list holds an entry that stays."""
    ours = "  env:\n    - {name: OURS, value: kept}\n"
    return (
        f"server:\n{ours}{server}backgroundServices:\n  runAsSeparateDeployment: true\n"
        f"  messaging:\n    redis: {redis}\n{ours}{background}"
    )


def wired(text: str) -> str:
    """The text with a docket on database 2 of its Redis."""
    return text.replace("db: 1}\n", "db: 1}\n    docket:\n      url: redis://redis:6379/2\n")


@pytest.mark.parametrize(
    ("name", "set_by_chart", "own"),
    [
        ("SSL", "ssl: true", "'false'"),
        ("PORT", "port: 6380", "'7000'"),
    ],
)
def test_on_the_server_pod_what_the_chart_sets_wins(
    migrate: Migrate, plan: Plans, name: str, set_by_chart: str, own: str
) -> None:
    """An entry of the server's list says nothing then; one of the background's does, and is asked about."""
    line, redis = entry(f"REDIS_MESSAGING_{name}", own), f"{{{set_by_chart}, host: redis, db: 1}}"
    same = entry(f"REDIS_MESSAGING_{name}", f"'{set_by_chart.partition(': ')[2]}'")
    assert list(by_id(plan(apart(line, same, redis), DB))) == []
    done = migrate(apart(line, same, redis), DB)
    assert "REDIS_MESSAGING" not in done.text and f"redis: {redis}\n" in done.text
    assert f"messaging-redis.{name.lower()}" in by_id(plan(apart("", line, redis), DB))


def test_what_the_chart_does_not_set_the_entry_says_on_the_server_pod_too(migrate: Migrate) -> None:
    line = entry("REDIS_MESSAGING_SSL", "'true'")
    done = migrate(apart(line, line, "{host: redis, db: 1}"), DB)
    assert "redis: {host: redis, db: 1, ssl: true}\n" in done.text


PRESET = """\
infrahub:
  prefect-server:
    server:
      env:
        - {name: OURS, value: kept}
    backgroundServices:
      messaging:
        redis: {host: redis.prod}
      env:
        - {name: OURS, value: kept}
        - {name: PREFECT_REDIS_MESSAGING_DB, value: '%s'}
"""


@pytest.mark.parametrize(("database", "is_asked"), [("1", False), ("0", True)])
def test_a_database_of_the_preset_is_what_both_pods_have(plan: Plans, database: str, is_asked: bool) -> None:
    """It stands in no file, and the chart sets it all the same."""
    made = plan(PRESET % database, DB, version_from="4.13.0-medium")
    assert ("messaging-redis.db" in by_id(made)) is is_asked


@pytest.mark.parametrize("pod", ["server", "backgroundServices"])
def test_a_pod_that_is_told_nothing_takes_the_others_url(migrate: Migrate, pod: str) -> None:
    url = "  env:\n" + entry("REDIS_MESSAGING_URL", "rediss://me:own@redis.prod:6380/1")
    text = "".join(f"{each}:\n  replicaCount: 2\n{url * (each == pod)}" for each in ("server", "backgroundServices"))
    done = migrate(text, {**DB, "separate-services": "separate"}).text
    assert "PREFECT_REDIS_MESSAGING_URL" not in done
    for line in ("host: redis.prod", "port: 6380", "db: 1", "ssl: true", "username: me", "password: own"):
        assert f"      {line}\n" in done
    assert "url: rediss://me:own@redis.prod:6380/2\n" in done


@pytest.mark.parametrize(
    ("server", "background"), [("redis.prod:6379/1", "redis.prod:6379/3"), ("a.prod:6379/1", "b.prod:6379/1")]
)
def test_pods_with_urls_of_their_own_take_neither(plan: Plans, server: str, background: str) -> None:
    lists = [entry("REDIS_MESSAGING_URL", f"redis://{each}") for each in (server, background)]
    text = "server:\n  env:\n{}backgroundServices:\n  env:\n{}".format(*lists)
    made = plan(text, {**DB, "separate-services": "separate"})
    assert not [change for change in made.changes if "MESSAGING_URL" in change.path]


MESSAGING = "prefect_redis.messaging"


@pytest.mark.parametrize(
    ("line", "effect"),
    [
        (entry("MESSAGING_BROKER", MESSAGING), "none"),
        (entry("MESSAGING_BROKER", "''"), "behaviour"),
        (entry("MESSAGING_BROKER", "'  '"), "behaviour"),
        ("    - {name: PREFECT_MESSAGING_BROKER}\n", "behaviour"),
        (entry("MESSAGING_CACHE", MESSAGING), "none"),
        (entry("MESSAGING_CACHE", "''"), "behaviour"),
        ("    - {name: PREFECT_MESSAGING_CACHE, value: null}\n", "behaviour"),
        (entry("REDIS_MESSAGING_DB", "'1'"), "none"),
        (entry("REDIS_MESSAGING_PORT", "''"), "none"),
        (entry("REDIS_MESSAGING_PORT", "'  '"), "behaviour"),
        (entry("REDIS_MESSAGING_USERNAME", "' '"), "behaviour"),
    ],
)
def test_prefect_starts_again_without_an_entry_that_stopped_it(migrate: Migrate, line: str, effect: str) -> None:
    """An empty name of a broker or cache cannot be imported, and blanks are no value of anything; both go."""
    done = migrate(apart("", line, "{host: redis, db: 1}"), DB)
    assert done.text == wired(apart("", "", "{host: redis, db: 1}"))
    assert [change.effect for change in done.plan.changes if "PREFECT_" in change.path] == [effect]
