"""Which databases of a Redis are known to be in use, and by whom."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pytest
from packaging.version import Version

from migrator.charts import presets
from migrator.prefect import redis_databases
from migrator.values.context import Surroundings, Use
from migrator.values.edits import Value
from migrator.values.redis_state import RedisState
from migrator.values.release import Layer, Release


def release(values: Value, chart: str = "infrahub-enterprise", surroundings: Surroundings = Surroundings()) -> Release:  # noqa: B008
    root = ("infrahub", "prefect-server") if chart == "infrahub-enterprise" else ()
    version = Version("4.14.1" if chart == "infrahub-enterprise" else "2026.6.5172345")
    after = presets.of_chart(chart, version, "")
    layers = [Layer("values.yaml", values)]
    return Release(chart=chart, root=root, layers=layers, before=after, after=after, surroundings=surroundings)


def with_env(part: str, env: Value, redis: Value = None) -> Value:
    """Infrahub's own values: the env of its server (`infrahubServer`) or of its workers, as a mapping."""
    return {"infrahub": {part: {part: {"env": env}}, **({} if redis is None else {"redis": redis})}}


@pytest.mark.parametrize(
    ("env", "used"),
    [
        ({"INFRAHUB_CACHE_ADDRESS": "cache"}, ("cache", "6379", 0)),
        ({"INFRAHUB_CACHE_ADDRESS": "cache", "INFRAHUB_CACHE_PORT": 6380}, ("cache", "6380", 0)),
        ({"INFRAHUB_CACHE_ADDRESS": "cache", "INFRAHUB_CACHE_DATABASE": "4"}, ("cache", "6379", 4)),
        ({"INFRAHUB_CACHE_URL": "redis://cache:6380/5", "INFRAHUB_CACHE_DATABASE": "4"}, ("cache", "6380", 5)),
    ],
)
@pytest.mark.parametrize(
    ("part", "who"),
    [("infrahubServer", "the Infrahub cache"), ("infrahubTaskWorker", "the task workers' cache")],
)
def test_the_database_of_infrahubs_cache_is_used(part: str, who: str, env: Value, used: tuple[str, str, int]) -> None:
    host, port, database = used
    one = release(with_env(part, env))
    assert redis_databases.own_users(one, host, port, database) == who
    assert redis_databases.own_users(one, "other", port, database) == ""
    assert redis_databases.own_users(one, host, "6381", database) == ""
    assert redis_databases.own_users(one, host, port, database + 1) == ""


def test_a_cache_without_an_address_is_the_charts_own_if_it_runs() -> None:
    env: Value = {"INFRAHUB_CACHE_DATABASE": "4"}
    own = release(with_env("infrahubServer", env, {"enabled": True}))
    assert redis_databases.own_users(own, "infrahub-cache-master", "6379", 4) == "the Infrahub cache"
    assert redis_databases.own_users(own, "cache", "6379", 4) == ""
    off = release(with_env("infrahubServer", env, {"enabled": False}))
    assert redis_databases.own_users(off, "infrahub-cache-master", "6379", 4) == ""


@pytest.mark.parametrize("url", ["cache/x", "redis://cache:6379/x", "redis://cache", "unix:///run/redis/1"])
def test_a_cache_url_that_cannot_be_read_uses_no_database(url: str) -> None:
    """What it does at run time is unknown; the cache's own rules report it."""
    one = release(with_env("infrahubServer", {"INFRAHUB_CACHE_URL": url}))
    assert "the Infrahub cache" not in {use.who for use in redis_databases.uses(one)}
    assert redis_databases.unknown_databases(one, "cache", "6379") == []


@pytest.mark.parametrize(
    ("url", "shown"), [("redis://cache:6379/${DB}", "${DB}"), ("${CACHE_URL}/${DB}", "filled in later")]
)
def test_a_placeholder_in_a_cache_url_is_an_unknown_database(url: str, shown: str) -> None:
    one = release(with_env("infrahubServer", {"INFRAHUB_CACHE_URL": url}))
    assert redis_databases.unknown_databases(one, "cache", "6379") == [("the Infrahub cache", shown)]


@pytest.mark.parametrize(
    ("host", "port", "asked", "shown"),
    [
        ("redis", "6379", ("redis", "6379"), True),
        ("redis", "6379", ("redis.prod", "6379"), True),
        ("redis", "6379", ("other", "6379"), False),
        ("redis", "6380", ("redis", "6379"), False),
        ("redis", "${PORT}", ("redis", "6379"), True),
        ("${HOST}", "6380", ("redis", "6379"), True),
        ("", "6379", ("redis", "6379"), True),
    ],
)
def test_a_placeholder_database_is_unknown_on_any_possible_server(
    host: str, port: str, asked: tuple[str, str], shown: bool
) -> None:
    redis: Value = {"host": host, "port": port, "db": "${DB}"}
    one = release({"backgroundServices": {"messaging": {"redis": redis}}}, "prefect-server")
    wanted = [("Prefect's messaging", "${DB}")] if shown else []
    assert redis_databases.unknown_databases(one, *asked) == wanted


def cache_in_env(server: Value, background: Value = None) -> Release:
    """prefect-server alone, with Infrahub's cache only in env entries."""
    values: Value = {"server": {"env": server}, "backgroundServices": {"env": background or []}}
    return release(values, "prefect-server")


def test_the_cache_in_env_of_either_pod_counts() -> None:
    address: Value = {"name": "INFRAHUB_CACHE_ADDRESS", "value": "cache"}
    port: Value = {"name": "INFRAHUB_CACHE_PORT", "value": "6380"}
    database: Value = {"name": "INFRAHUB_CACHE_DATABASE", "value": "3"}
    for one in (cache_in_env([address, port, database]), cache_in_env([], [address, port, database])):
        assert redis_databases.own_users(one, "cache", "6380", 3) == "the Infrahub cache"
        assert redis_databases.own_users(one, "cache", "6379", 0) == ""


def test_a_cache_database_by_value_from_is_unknown() -> None:
    source: Value = {"configMapKeyRef": {"name": "cache", "key": "it"}}
    address: Value = {"name": "INFRAHUB_CACHE_ADDRESS", "value": "cache"}
    hidden = cache_in_env([address, {"name": "INFRAHUB_CACHE_DATABASE", "valueFrom": source}])
    assert redis_databases.own_users(hidden, "cache", "6379", 0) == ""
    assert redis_databases.unknown_databases(hidden, "cache", "6379") == [("the Infrahub cache", "set by valueFrom")]
    assert redis_databases.unknown_databases(hidden, "other", "6379") == []
    nowhere = cache_in_env([{"name": "INFRAHUB_CACHE_ADDRESS", "valueFrom": source}])
    assert redis_databases.own_users(nowhere, "set by valueFrom", "6379", 0) == ""


def test_a_cache_url_in_env_counts_if_it_can_be_read() -> None:
    address: Value = {"name": "INFRAHUB_CACHE_ADDRESS", "value": "cache"}
    url: Value = {"name": "INFRAHUB_CACHE_URL", "value": "redis://other:6379/4"}
    one = cache_in_env([address, url])
    assert redis_databases.own_users(one, "other", "6379", 4) == "the Infrahub cache"
    assert redis_databases.own_users(one, "cache", "6379", 0) == ""
    template = cache_in_env([address, {"name": "INFRAHUB_CACHE_URL", "value": "{{ .Values.url }}"}])
    assert redis_databases.own_users(template, "cache", "6379", 0) == "the Infrahub cache"


def test_the_entry_points_wrapper_puts_the_cache_on_messagings_host() -> None:
    wrapper: Value = ["sh", "-c", "env INFRAHUB_CACHE_ADDRESS=$PREFECT_REDIS_MESSAGING_HOST gunicorn"]
    own: Value = [{"name": "PREFECT_REDIS_MESSAGING_HOST", "value": "other"}]
    background: Value = {"messaging": {"redis": {"host": "r", "db": 1}}, "env": own}
    one = release({"server": {"args": wrapper}, "backgroundServices": background}, "prefect-server")
    assert redis_databases.own_users(one, "r", "6379", 0) == "the Infrahub cache"
    assert redis_databases.own_users(one, "other", "6379", 0) == ""
    plain = release({"server": {"args": ["gunicorn"]}, "backgroundServices": background}, "prefect-server")
    assert redis_databases.own_users(plain, "r", "6379", 0) == ""


def test_a_database_that_a_look_did_not_find_does_not_exist() -> None:
    seen = RedisState("redis:6379", databases=1, keys={0: 0})
    one = release({}, "prefect-server", Surroundings(redis_state=seen))
    assert redis_databases.database_error(one, ["redis"], "6379", 1) == (
        "the Redis at redis:6379 has no database 1: it has 1 database"
    )
    assert redis_databases.database_error(one, ["redis"], "6379", 0) == ""


class Many:
    """This many other releases, all on one database."""

    def __init__(self, number: int) -> None:
        self.number = number

    def uses_of(self, hosts: Collection[str], port: str, database: int) -> Iterator[Use]:
        return (Use("redis", port, database, f"release {n}") for n in range(self.number))


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (1, "release 0"),
        (3, "release 0 and release 1 and release 2"),
        (4, "release 0, release 1, release 2 and others"),
    ],
)
def test_only_the_first_three_of_many_releases_are_named(number: int, shown: str) -> None:
    one = release({}, "prefect-server", Surroundings(Many(number)))
    assert redis_databases.users_elsewhere(one, ["redis"], "6379", 1) == shown
