"""The messaging block: the Redis settings that each pod has so far, from the chart, from env entries, or not at all."""

from __future__ import annotations

import pytest

from .conftest import Migrate, Plans, by_id

DB = {"redis-db": "2"}


def entry(name: str, value: str) -> str:
    return f"    - {{name: PREFECT_{name}, value: {value}}}\n"


def separate(server: str, background: str, redis: str) -> str:
    """Separate services that the chart wires to `redis`; each list has an entry that stays."""
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
def test_the_charts_setting_wins_on_the_server_pod(
    migrate: Migrate, plan: Plans, name: str, set_by_chart: str, own: str
) -> None:
    """An entry in the server's list has no effect then; one in the background's list does, and is asked about."""
    line, redis = entry(f"REDIS_MESSAGING_{name}", own), f"{{{set_by_chart}, host: redis, db: 1}}"
    same = entry(f"REDIS_MESSAGING_{name}", f"'{set_by_chart.partition(': ')[2]}'")
    assert list(by_id(plan(separate(line, same, redis), DB))) == []
    done = migrate(separate(line, same, redis), DB)
    assert "REDIS_MESSAGING" not in done.text and f"redis: {redis}\n" in done.text
    assert f"messaging-redis.{name.lower()}" in by_id(plan(separate("", line, redis), DB))


def test_an_entry_counts_on_both_pods_if_the_chart_does_not_set_it(migrate: Migrate) -> None:
    line = entry("REDIS_MESSAGING_SSL", "'true'")
    done = migrate(separate(line, line, "{host: redis, db: 1}"), DB)
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
def test_the_presets_database_counts_on_both_pods(plan: Plans, database: str, is_asked: bool) -> None:
    """No file sets it, but the chart does."""
    made = plan(PRESET % database, DB, version_from="4.13.0-medium")
    assert ("messaging-redis.db" in by_id(made)) is is_asked


@pytest.mark.parametrize("pod", ["server", "backgroundServices"])
def test_a_pod_without_settings_gets_the_other_pods_url(migrate: Migrate, pod: str) -> None:
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
def test_different_urls_on_the_two_pods_stay(plan: Plans, server: str, background: str) -> None:
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
def test_removing_an_entry_that_stopped_prefect_has_effect_behaviour(migrate: Migrate, line: str, effect: str) -> None:
    """An empty broker or cache name cannot be imported, and blanks are no valid value; both are removed."""
    done = migrate(separate("", line, "{host: redis, db: 1}"), DB)
    assert done.text == wired(separate("", "", "{host: redis, db: 1}"))
    assert [change.effect for change in done.plan.changes if "PREFECT_" in change.path] == [effect]
