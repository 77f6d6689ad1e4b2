"""Redis hosts and URLs: which are sound, which names are one server, and who uses which database."""

from __future__ import annotations

import pytest
from packaging.version import Version

from migrator.charts import presets
from migrator.prefect import messaging, redis_databases, redis_url
from migrator.prefect.redis_url import (
    host_error,
    in_url,
    is_bundled_cache,
    parse_url,
    same_server,
    url_error,
)
from migrator.values.edits import Value
from migrator.values.release import Layer, Release


def release(values: Value, chart: str = "prefect-server", name: str = "", namespace: str = "") -> Release:
    root = {"infrahub-enterprise": ("infrahub", "prefect-server"), "infrahub": ("prefect-server",)}.get(chart, ())
    version = {"infrahub-enterprise": "4.14.1", "infrahub": "4.28.0"}.get(chart, "2026.6.5172345")
    after = presets.of_chart(chart, Version(version), "")
    layers = [Layer("values.yaml", values)]
    return Release(chart=chart, root=root, layers=layers, before=after, after=after, name=name, namespace=namespace)


def wired(env: Value = None, **values: Value) -> Value:
    part: dict[str, Value] = {"runAsSeparateDeployment": True, "messaging": {"redis": values}}
    return {"backgroundServices": part if env is None else {**part, "env": env}}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("redis", "redis", True),
        ("Redis", "redis.", True),
        ("redis", "redis.prod", True),
        ("redis.prod.svc.cluster.local", "redis.prod", True),
        ("redis", "redis2", False),
        ("redis.prod", "redis.test", False),
        ("redis", "my.redis", False),
    ],
)
def test_names_that_are_surely_one_server(one: str, other: str, same: bool) -> None:
    assert same_server(one, other) is same
    assert same_server(other, one) is same


@pytest.mark.parametrize(
    ("host", "bundled"),
    [
        ("infrahub-cache-master", True),
        ("infrahub-cache-master.prod.svc", True),
        ("cache-headless", True),
        ("mycache-master", False),
        ("infrahub-cache", False),
        ("redis.cache-master", False),
    ],
)
def test_names_of_the_infrahub_charts_own_cache(host: str, bundled: bool) -> None:
    assert is_bundled_cache(host) is bundled


@pytest.mark.parametrize(
    "host", ["redis", "redis.prod.svc", "my_redis", "10.0.0.1", "fd00::1", "${REDIS}", "r-${ENV}.prod"]
)
def test_hosts_that_are_valid_in_a_url(host: str) -> None:
    assert host_error(host) == ""
    url = f"redis://{in_url(host)}:6379/2"
    assert url_error(url) == "" and parse_url(url).host == host


@pytest.mark.parametrize(
    "host", ["", " ", "redis:6379", "cafe:6379", "fe80::1%eth0", "::g", "redis/2", "a@b", "-redis", "redis-", "a b"]
)
def test_hosts_that_are_not_valid_in_a_url(host: str) -> None:
    assert "that is not a host name" in host_error(host)


def test_the_parts_of_a_url() -> None:
    assert parse_url("rediss://me:p%40ss@[fd00::1]:6380/12") == redis_url.Url(
        "rediss", "me", "p%40ss", "fd00::1", 6380, 12
    )
    assert parse_url("redis://redis/0") == redis_url.Url("redis", "", "", "redis", 6379, 0)
    with pytest.raises(ValueError, match="no database"):
        parse_url("redis://redis")


def test_the_server_pod_obeys_the_chart_and_the_background_pod_its_env() -> None:
    env: Value = [
        {"name": "PREFECT_REDIS_MESSAGING_HOST", "value": "other"},
        {"name": "PREFECT_REDIS_MESSAGING_DB", "value": "3"},
    ]
    values = wired(host="redis", db=1)
    assert isinstance(values, dict) and isinstance(values["backgroundServices"], dict)
    one = release({**values, "global": {"prefect": {"env": env}}})
    assert [messaging.messaging(one, "server")[i] for i in (0, 2, 6)] == ["redis", "1", "messaging.redis"]
    assert [messaging.messaging(one, "background")[i] for i in (0, 2, 6)] == [
        "other",
        "3",
        "env PREFECT_REDIS_MESSAGING_HOST",
    ]


def test_a_pods_own_list_wins_over_global_env() -> None:
    def env(host: str) -> Value:
        return [{"name": "PREFECT_REDIS_MESSAGING_HOST", "value": host}]

    values = wired(env("own"), host="redis")
    assert isinstance(values, dict)
    one = release({**values, "global": {"prefect": {"env": env("shared")}}})
    assert messaging.messaging(one, "background").host == "own"


@pytest.mark.parametrize(
    ("url", "host", "port", "database", "password"),
    [
        ("redis://redis:6380/3", "redis", "6380", "3", ""),
        ("rediss://:p%40ss@redis", "redis", "6379", "0", "p@ss"),
        ("redis://redis:6379/3?db=5", "redis", "6379", "5", ""),
        ("redis://[fd00::1]/3", "fd00::1", "6379", "3", ""),
    ],
)
def test_a_messaging_url_overrides_the_rest(url: str, host: str, port: str, database: str, password: str) -> None:
    env: Value = [{"name": "PREFECT_REDIS_MESSAGING_URL", "value": url}]
    found = messaging.messaging(release(wired(env, host="else", password="x", username="y")), "background")
    assert (found.host, found.port, found.database) == (host, port, database)
    assert (found.password.value, found.username, found.tls) == (password, "", url.startswith("rediss"))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (wired(host="redis"), "none"),
        (wired(host="redis", password="x"), "visible"),
        (wired(host="redis", password="x", existingSecret="s"), "injected"),
        (wired(host="redis", username="x"), "hidden"),
        (wired(host="redis", password="${X}"), "hidden"),
        (wired(host="redis", password="50% {of} <them>"), "visible"),
    ],
)
def test_where_the_password_comes_from(values: Value, kind: str) -> None:
    assert messaging.messaging(release(values), "background").password.kind == kind


def test_the_bundled_redis_is_named_by_release_and_namespace() -> None:
    values: Value = {"redis": {"enabled": True}, "backgroundServices": {"runAsSeparateDeployment": True}}
    assert messaging.messaging(release(values), "server").host == ""
    assert redis_databases.uses(release(values)) == []
    named = messaging.messaging(release(values, name="prefect", namespace="prod"), "server")
    assert named.host == "prefect-redis-headless.prod.svc.cluster.local"
    assert named.password.kind == "injected"


def test_a_long_name_is_cut_as_the_chart_cuts_it() -> None:
    values: Value = {"redis": {"enabled": True}}
    host = messaging.bundled_host(release(values), "a" * 60, "prod")
    assert host == f"{'a' * 60}-re-headless.prod.svc.cluster.local"
    assert messaging.bundled_host(release(values), "a" * 62, "prod").startswith("a" * 62 + "-headless.")


def test_who_uses_which_database() -> None:
    values: Value = {
        "infrahub": {
            "infrahubServer": {
                "infrahubServer": {"env": {"INFRAHUB_CACHE_ADDRESS": "redis", "INFRAHUB_CACHE_DATABASE": 4}}
            },
            "prefect-server": wired(host="redis.prod", db=1),
        }
    }
    one = release(values, "infrahub-enterprise")
    assert redis_databases.own_users(one, "redis.prod", "6379", 1) == "Prefect's messaging"
    assert redis_databases.own_users(one, "redis.prod", "6379", 0) == "the Infrahub cache", (
        "the entry point's wrapper sets it"
    )
    assert redis_databases.own_users(one, "redis.prod", "6379", 4) == "the Infrahub cache"
    assert redis_databases.own_users(one, "redis.prod", "6380", 1) == ""
    assert redis_databases.own_users(one, "else", "6379", 1) == ""
    assert redis_databases.own_users(one, "else", "6379", 1, ["redis.prod"]) == "Prefect's messaging"
    assert redis_databases.own_users(one, "redis.prod", "6379", 2) == ""


def test_the_charts_own_cache_is_known_by_its_name() -> None:
    values: Value = {"infrahub": {"prefect-server": wired(host="x", db=1)}}
    one = release(values, "infrahub-enterprise")
    assert (
        redis_databases.own_users(one, "infrahub-cache-master", "6379", 0)
        == "the Infrahub cache and the task workers' cache"
    )
    assert redis_databases.own_users(one, "infrahub-cache-master", "6379", 2) == ""
