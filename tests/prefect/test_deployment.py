"""How a release runs Prefect: in several processes, with custom arguments, and with what the chart itself sets."""

from __future__ import annotations

from textwrap import dedent

import pytest
from packaging.version import Version

from migrator.charts import presets
from migrator.prefect import deployment
from migrator.values.release import Layer, Release
from migrator.yamltext import parse


def release(text: str, version: str = "2026.6.5172345") -> Release:
    after = presets.of_chart("prefect-server", Version(version), "")
    layers = [Layer("values.yaml", parse(dedent(text).encode()).documents[0].data)]
    return Release(chart="prefect-server", root=(), layers=layers, before=after, after=after)


@pytest.mark.parametrize(
    ("server", "why"),
    [
        ("{replicaCount: 1}", ""),
        ("{replicaCount: 2}", "server.replicaCount is 2"),
        ("{replicaCount: '2'}", ""),
        ("{autoscaling: {enabled: true}}", "server.autoscaling is enabled"),
        ("{autoscaling: {enabled: false}}", ""),
        ("{env: [{name: WEB_CONCURRENCY, value: '1'}]}", ""),
        ("{env: [{name: WEB_CONCURRENCY, value: '2'}]}", "WEB_CONCURRENCY is 2"),
        ("{env: [{name: WEB_CONCURRENCY, value: many}]}", ""),
        ("{args: [gunicorn, -w, '1', app]}", ""),
        ("{args: [gunicorn, -w, '2', app]}", "server.args start 2 workers"),
        ("{args: [gunicorn, -w2, app]}", "server.args start 2 workers"),
        ("{args: [gunicorn, --workers=1, app]}", ""),
        ("{args: gunicorn --workers 3 app}", "server.args start 3 workers"),
        ("{args: [gunicorn, --workers-of 3, app]}", ""),
    ],
)
def test_several_processes(server: str, why: str) -> None:
    assert deployment.multi_process_reason(release(f"server: {server}\n")) == why


@pytest.mark.parametrize(
    ("args", "custom", "without"),
    [
        ("", False, False),
        ("args: [gunicorn, app]", True, False),
        ("args: gunicorn app", True, False),
        ("args: [prefect, server, start, --no-services]", False, True),
        ("args: []", False, False),
    ],
)
def test_custom_arguments(args: str, custom: bool, without: bool) -> None:
    one = release(f"server: {{{args}}}\n")
    assert deployment.has_custom_args(one) is custom
    assert deployment.has_no_services_argument(one) is without


@pytest.mark.parametrize(
    ("text", "is_infrahubs"),
    [
        ("global: {prefect: {image: {repository: opsmill/infrahub-enterprise}}}\n", True),
        ("server: {args: [gunicorn, infrahub.prefect:app]}\n", True),
        ("server: {args: [gunicorn, app]}\n", False),
        ("server: {}\n", False),
    ],
)
def test_whether_it_is_the_infrahub_image(text: str, is_infrahubs: bool) -> None:
    assert deployment.has_infrahub_image(release(text)) is is_infrahubs


SEPARATE = "backgroundServices:\n  runAsSeparateDeployment: true\n  messaging:\n    redis: {REDIS}\n"
FIRST = [
    ("PREFECT_MESSAGING_BROKER", "prefect_redis.messaging"),
    ("PREFECT_MESSAGING_CACHE", "prefect_redis.messaging"),
]
ORDERING = ("PREFECT_SERVER_EVENTS_CAUSAL_ORDERING", "prefect_redis.ordering")
LEASES = ("PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE", "prefect_redis.lease_storage")
CONNECTION = [
    ("PREFECT_REDIS_MESSAGING_HOST", "redis"),
    ("PREFECT_REDIS_MESSAGING_PORT", "6379"),
    ("PREFECT_REDIS_MESSAGING_DB", "1"),
]


def separate(redis: str = "{host: redis, db: 1}", more: str = "") -> str:
    return SEPARATE.replace("{REDIS}", redis) + more


@pytest.mark.parametrize(
    ("version", "wanted"),
    [
        ("2025.8.21160848", [*FIRST, *CONNECTION]),
        ("2025.8.29171151", [*FIRST, ORDERING, *CONNECTION]),
        (
            "2025.9.5145513",
            [("PREFECT_API_DATABASE_MIGRATE_ON_START", "false"), *FIRST, ORDERING, LEASES, *CONNECTION],
        ),
        (
            "2026.4.10163454",
            [("PREFECT_API_DATABASE_MIGRATE_ON_START", "false"), *FIRST, ORDERING, LEASES, *CONNECTION],
        ),
        (
            "2026.4.21154022",
            [("PREFECT_SERVER_DATABASE_MIGRATE_ON_START", "false"), *FIRST, ORDERING, LEASES, *CONNECTION],
        ),
    ],
)
def test_what_each_chart_version_injects_for_separate_services(version: str, wanted: list[tuple[str, str]]) -> None:
    assert deployment.injected(release(separate(), version)) == wanted
    assert deployment.injected(release(separate().replace("true", "false"), version)) == []


def injected(text: str, version: str = "2026.6.5172345") -> dict[str, object]:
    return dict(deployment.injected(release(text, version)))


def test_with_another_broker_nothing_of_redis_is_injected() -> None:
    names = injected(separate(more="    broker: other.messaging\n"))
    assert "PREFECT_MESSAGING_BROKER" in names
    assert not [name for name in names if "REDIS" in name or "ORDERING" in name or "LEASE" in name]


def by_secret(name: str, key: str) -> object:
    return {"secretKeyRef": {"name": name, "key": key}}


OWN = by_secret("the bundled Redis's Secret", "redis-password")


@pytest.mark.parametrize(
    ("redis", "bundled", "password"),
    [
        ("{host: redis}", False, None),
        ("{host: redis, password: x}", False, "x"),
        ("{host: redis, existingSecret: s}", False, by_secret("s", "redis-password")),
        ("{host: redis, existingSecret: s, existingSecretPasswordKey: k}", False, by_secret("s", "k")),
        ("{host: redis, existingSecret: s, password: x}", False, by_secret("s", "redis-password")),
        ("{host: redis}", True, OWN),
        ("{host: redis, existingSecret: s}", True, OWN),
        ("{host: redis, password: x}", True, "x"),
    ],
)
def test_the_password_that_the_chart_sets(redis: str, bundled: bool, password: object) -> None:
    found = injected(separate(redis, f"redis: {{enabled: {str(bundled).lower()}}}\n"))
    assert found.get("PREFECT_REDIS_MESSAGING_PASSWORD") == password


def test_an_old_chart_reads_no_existing_secret() -> None:
    text = separate("{host: redis, existingSecret: s}")
    assert "PREFECT_REDIS_MESSAGING_PASSWORD" not in injected(text, "2025.12.24192415")


def test_tls_and_user_are_injected_only_if_set() -> None:
    found = injected(separate("{host: redis, ssl: true, username: me}"))
    assert (found["PREFECT_REDIS_MESSAGING_SSL"], found["PREFECT_REDIS_MESSAGING_USERNAME"]) == ("true", "me")
    plain = injected(separate("{host: redis, ssl: false, username: ''}"))
    assert not plain.keys() & {"PREFECT_REDIS_MESSAGING_SSL", "PREFECT_REDIS_MESSAGING_USERNAME"}


@pytest.mark.parametrize(
    ("docket", "wanted"),
    [
        ("{url: redis://redis:6379/2}", "redis://redis:6379/2"),
        ("{url: redis://redis:6379/2, existingSecret: q}", by_secret("q", "docket-url")),
        ("{existingSecret: q, existingSecretKey: k}", by_secret("q", "k")),
        ("{url: ''}", None),
    ],
)
def test_the_docket_that_the_chart_sets(docket: str, wanted: object) -> None:
    text = separate(more=f"    docket: {docket}\n")
    assert injected(text).get("PREFECT_SERVER_DOCKET_URL") == wanted
    assert "PREFECT_SERVER_DOCKET_URL" not in injected(text, "2025.12.24192415")


@pytest.mark.parametrize(
    ("version", "database"),
    [("2025.12.24192415", "PREFECT_API_DATABASE"), ("2026.6.5172345", "PREFECT_SERVER_DATABASE")],
)
def test_the_names_that_the_chart_sets_on_each_pod(version: str, database: str) -> None:
    one = release(separate(), version)
    server, background = (deployment.chart_env_names(one, pod) for pod in ("server", "background"))
    assert f"{database}_CONNECTION_URL" in server and f"{database}_CONNECTION_URL" in background
    assert "PREFECT_UI_API_URL" in server and "PREFECT_UI_API_URL" not in background
    assert "PREFECT_UI_ENABLED" in background and "PREFECT_UI_ENABLED" not in server
    assert "PREFECT_SERVER_API_AUTH_STRING" not in server
    auth = release("server: {basicAuth: {enabled: true}}\n", version)
    assert "PREFECT_SERVER_API_AUTH_STRING" in deployment.chart_env_names(auth, "server")
