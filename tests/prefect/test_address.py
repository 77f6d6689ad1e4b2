"""The messaging Redis of each pod: which values win, what can be read, and the URL that is built from it."""

from __future__ import annotations

from textwrap import dedent

import pytest
from packaging.version import Version

from migrator.charts import presets
from migrator.prefect import messaging
from migrator.prefect.messaging import Address, Password
from migrator.values.context import Surroundings
from migrator.values.release import Layer, Release
from migrator.yamltext import parse

SEPARATE = "backgroundServices:\n  runAsSeparateDeployment: true\n  messaging:\n    redis: {REDIS}\n"


def release(text: str, name: str = "", namespace: str = "", *, fills_in: bool = False) -> Release:
    after = presets.of_chart("prefect-server", Version("2026.6.5172345"), "")
    layers = [Layer("values.yaml", parse(dedent(text).encode()).documents[0].data)]
    return Release(
        chart="prefect-server", root=(), layers=layers, before=after, after=after, name=name, namespace=namespace,
        surroundings=Surroundings(is_templated=fills_in),
    )  # fmt: skip


def separate(redis: str = "{host: redis, db: 1}", server: str = "", background: str = "", more: str = "") -> Release:
    """A separate release with these entries in its lists: `NAME, value: V; ...` without PREFECT_REDIS_MESSAGING_."""
    lists = [
        f"[{', '.join(f'{{name: PREFECT_REDIS_MESSAGING_{each}}}' for each in entries.split('; ') if each)}]"
        for entries in (server, background)
    ]
    text = SEPARATE.replace("{REDIS}", redis)
    return release(f"{text}  env: {lists[1]}\nserver: {{env: {lists[0]}}}\n{more}")


def address_of(one: Release, pod: str) -> Address:
    return messaging.messaging(one, pod)


def test_host_port_and_database_of_the_chart_win_on_the_server_pod() -> None:
    entries = "HOST, value: other; PORT, value: '6380'; DB, value: '3'"
    one = separate(server=entries, background=entries)
    assert address_of(one, "server")[:3] == ("redis", "6379", "1")
    assert address_of(one, "background")[:3] == ("other", "6380", "3")
    assert (address_of(one, "server").source, address_of(one, "background").source) == (
        "messaging.redis",
        "env PREFECT_REDIS_MESSAGING_HOST",
    )


def test_tls_and_user_in_env_count_unless_the_chart_sets_them() -> None:
    entries = "SSL, value: 'true'; USERNAME, value: me"
    one = separate(server=entries, background=entries)
    for pod in ("server", "background"):
        assert (address_of(one, pod).tls, address_of(one, pod).username) == (True, "me")
    own = separate("{host: redis, ssl: true, username: ours}", "SSL, value: 'false'; USERNAME, value: me",
                   "SSL, value: 'false'; USERNAME, value: me")  # fmt: skip
    assert (address_of(own, "server").tls, address_of(own, "server").username) == (True, "ours")
    assert (address_of(own, "background").tls, address_of(own, "background").username) == (False, "me")


def test_a_template_or_reference_in_env_cannot_be_read() -> None:
    one = separate(background="HOST, value: '{{ .Values.x }}'; DB, valueFrom: {secretKeyRef: {name: a, key: b}}")
    assert (address_of(one, "background").host, address_of(one, "background").database) == ("{{...}}", "{{...}}")


# The password


@pytest.mark.parametrize(
    ("redis", "server", "background", "on_server", "on_background"),
    [
        ("{host: redis}", "", "", "none", "none"),
        ("{host: redis, password: x}", "PASSWORD, value: own", "PASSWORD, value: own", "x", "own"),
        ("{host: redis}", "PASSWORD, value: own", "PASSWORD, value: own", "own", "own"),
        ("{host: redis}", "PASSWORD, value: own", "", "own", "none"),
        ("{host: redis, existingSecret: s}", "PASSWORD, value: own", "PASSWORD, value: own", "injected", "own"),
        ("{host: redis, username: me, password: x}", "", "", "x", "x"),
        ("{host: redis, username: me}", "", "", "hidden", "hidden"),
        ("{host: redis, username: '${ME}', password: x}", "", "", "hidden", "hidden"),
        ("{host: redis, username: '${ME}'}", "PASSWORD, value: own", "PASSWORD, value: own", "own", "own"),
        ("{host: redis, password: x}", "USERNAME, value: '{{ 1 }}'", "USERNAME, value: '{{ 1 }}'", "hidden", "hidden"),
        ("{host: redis, password: x}", "USERNAME, value: me", "USERNAME, value: me", "x", "x"),
        # On the server pod the chart's own name wins over the entry's.
        (
            "{host: redis, username: me, password: x}",
            "USERNAME, value: '{{ 1 }}'",
            "USERNAME, value: '{{ 1 }}'",
            "x",
            "hidden",
        ),
        ("{host: redis}", "PASSWORD, value: '{{ 1 }}'", "PASSWORD, value: '${X}'", "hidden", "hidden"),
        ("{host: redis, password: false}", "", "", "none", "none"),
        ("{host: redis, password: ' x '}", "", "", " x ", " x "),
        ("{host: redis, password: 5}", "", "", "5", "5"),
        ("{host: redis, password: a$$b}", "", "", "a$b", "a$b"),
    ],
)
def test_the_password_of_each_pod(redis: str, server: str, background: str, on_server: str, on_background: str) -> None:
    one = separate(redis, server, background)
    for pod, wanted in (("server", on_server), ("background", on_background)):
        password = address_of(one, pod).password
        assert (password.value or password.kind) == wanted, pod


@pytest.mark.parametrize(
    ("redis", "source"),
    [
        ("{host: redis}", "the bundled Redis's Secret"),
        ("{host: redis, existingSecret: s}", "the bundled Redis's Secret"),
        ("{host: redis, password: x}", "messaging.redis.password"),
    ],
)
def test_the_bundled_redis_password_is_used_unless_one_is_set(redis: str, source: str) -> None:
    one = separate(redis, more="redis: {enabled: true}\n")
    assert address_of(one, "background").password.source == source
    assert messaging.injects_password(one)


@pytest.mark.parametrize(("redis", "does"), [("{host: redis}", False), ("{host: redis, existingSecret: s}", True)])
def test_whether_the_chart_sets_a_password(redis: str, does: bool) -> None:
    assert messaging.injects_password(separate(redis)) is does


# The bundled Redis


@pytest.mark.parametrize(
    ("values", "name", "namespace", "host"),
    [
        ("", "prefect", "prod", "prefect-redis-headless.prod.svc.cluster.local"),
        ("", "my-redis", "prod", "my-redis-headless.prod.svc.cluster.local"),
        ("", "a.b", "prod", "a-b-redis-headless.prod.svc.cluster.local"),
        ("", "", "prod", ""),
        ("", "prefect", "", ""),
        (", fullnameOverride: queue", "", "prod", "queue-headless.prod.svc.cluster.local"),
        (", fullnameOverride: queue", "prefect", "prod", "queue-headless.prod.svc.cluster.local"),
        (", fullnameOverride: queue", "prefect", "", ""),
        (", nameOverride: cache", "prefect", "prod", "prefect-cache-headless.prod.svc.cluster.local"),
        (", nameOverride: cache", "cache", "prod", "cache-headless.prod.svc.cluster.local"),
    ],
)
def test_the_name_of_the_bundled_redis(values: str, name: str, namespace: str, host: str) -> None:
    one = release(f"redis: {{enabled: true{values}}}\n", name, namespace)
    assert messaging.bundled_host(one, name, namespace) == host
    assert messaging.host_of_messaging(one) == host
    assert messaging.uses_bundled(one)
    off = release(f"redis: {{enabled: false{values}}}\n", name, namespace)
    assert messaging.host_of_messaging(off) == "" and not messaging.uses_bundled(off)


def test_a_host_in_the_values_wins_over_the_bundled_redis() -> None:
    one = separate(more="redis: {enabled: true}\n")
    assert messaging.host_of_messaging(one) == "redis" and not messaging.uses_bundled(one)


# A URL


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("redis://redis", ("redis", "6379", "0", "", False)),
        ("redis://redis:6380/3/", ("redis", "6380", "3", "", False)),
        ("rediss://m%40e:x@redis/2?db=5", ("redis", "6379", "5", "m@e", True)),
        ("redis://redis/2?adb=5", ("redis", "6379", "2", "", False)),
        ("redis://redis/2?x=1&db=5", ("redis", "6379", "5", "", False)),
    ],
)
def test_a_url_in_env_sets_all_parts(url: str, wanted: tuple[str, str, str, str, bool]) -> None:
    found = address_of(separate(background=f"URL, value: '{url}'"), "background")
    assert (found.host, found.port, found.database, found.username, found.tls) == wanted


@pytest.mark.parametrize("url", ["http://redis/1", "redis://", "redis://${X}/1", "redis://redis:x/1", "{{ 1 }}"])
def test_a_url_in_env_that_cannot_be_read_hides_all_parts(url: str) -> None:
    found = address_of(separate(background=f"URL, value: '{url}'"), "background")
    assert (found.host, found.password.kind, found.tls) == ("{{...}}", "hidden", False)
    assert found.password.source == "env PREFECT_REDIS_MESSAGING_URL cannot be read here"


def test_an_empty_url_in_env_is_ignored() -> None:
    assert address_of(separate(background="URL, value: ''"), "background").host == "redis"


@pytest.mark.parametrize(
    ("username", "password", "tls", "url"),
    [
        ("", Password("none"), False, "redis://redis:6379/2"),
        ("", Password("none"), True, "rediss://redis:6379/2"),
        ("me", Password("none"), False, "redis://me@redis:6379/2"),
        ("", Password("visible", "p@ss"), False, "redis://:p%40ss@redis:6379/2"),
        ("m:e", Password("visible", "x"), False, "redis://m%3Ae:x@redis:6379/2"),
        ("me", Password("injected"), False, "redis://me:$(PREFECT_REDIS_MESSAGING_PASSWORD)@redis:6379/2"),
        ("", Password("hidden"), False, "redis://redis:6379/2"),
    ],
)
def test_the_url_that_is_built(username: str, password: Password, tls: bool, url: str) -> None:
    address = Address("other", "6379", "1", username, password, tls, "messaging.redis")
    assert messaging.build_url(address, "redis", 2) == url


# What a generator fills in


@pytest.mark.parametrize(("host", "is_host"), [("{{name}}-redis", True), ("{{name}} redis", False), ("redis", False)])
def test_a_host_that_a_generator_fills_in(host: str, is_host: bool) -> None:
    assert messaging.is_filled_in(release("{}", fills_in=True), host) is is_host
    assert not messaging.is_filled_in(release("{}"), host)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (6380.0, "6380"), (1.5, "1.5"), (1e21, "1e+21"), (" a ", "a"), (True, "True"), (5, "5")],
)
def test_how_a_template_prints_a_value(value: object, text: str) -> None:
    assert messaging.text_of(value) == text  # type: ignore[arg-type]


def test_empty_values_of_the_chart_still_win_on_the_server_pod() -> None:
    one = separate("{host: '', port: '', db: ''}", "HOST, value: other; PORT, value: '6380'; DB, value: '3'")
    assert address_of(one, "server")[:3] == ("", "", "")


def test_a_null_removes_the_host() -> None:
    assert messaging.host_of_messaging(separate("{host: null}")) == ""


@pytest.mark.parametrize(
    ("redis", "bundled", "host"),
    [
        ("{host: other}", True, "other"),
        ("{host: other}", False, ""),
        ("{host: other, password: x}", True, ""),
        ("{host: ''}", True, ""),
        ("{host: prefect-redis-headless.prod.svc.cluster.local}", True, ""),
        (
            "{host: prefect-redis-headless.test.svc.cluster.local}",
            True,
            "prefect-redis-headless.test.svc.cluster.local",
        ),
    ],
)
def test_another_redis_that_gets_the_bundled_password(redis: str, bundled: bool, host: str) -> None:
    text = SEPARATE.replace("{REDIS}", redis) + f"redis: {{enabled: {str(bundled).lower()}}}\n"
    assert messaging.host_given_bundled_password(release(text, "prefect", "prod")) == host


def test_a_password_that_extra_env_sources_may_have_is_hidden() -> None:
    extra = SEPARATE.replace("{REDIS}", "{host: redis}") + "  extraEnvVarsSecret: more\n"
    password = address_of(release(extra), "background").password
    assert (password.kind, password.source) == (
        "hidden",
        "Secret more (backgroundServices.extraEnvVarsSecret) may have it",
    )
    assert address_of(release(extra), "server").password.kind == "none"


def test_a_password_that_a_controller_passes_to_helm_is_injected() -> None:
    one = separate("{host: redis, password: '<value of Secret redis>'}")
    password = address_of(one, "background").password
    assert (password.kind, password.source) == ("injected", "Secret redis")


@pytest.mark.parametrize(("broker", "does"), [("prefect_redis.messaging", True), ("other.messaging", False)])
def test_whether_the_broker_is_redis(broker: str, does: bool) -> None:
    one = release(f"backgroundServices: {{messaging: {{broker: {broker}}}}}\n")
    assert messaging.uses_redis(one) is does


@pytest.mark.parametrize(("args", "line"), [("[a, --b, 5]", "a --b 5"), ("a --b", "a --b"), ("null", ""), ("[]", "")])
def test_the_servers_arguments_as_one_line(args: str, line: str) -> None:
    assert messaging.server_args(release(f"server: {{args: {args}}}\n")) == line
