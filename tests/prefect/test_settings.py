"""Each pod's settings as Prefect reads them, and the services that it runs."""

from __future__ import annotations

from textwrap import dedent

import pytest
from packaging.version import Version

from migrator.charts import presets
from migrator.prefect.settings import Behaviour, behaviour
from migrator.values.release import Layer, Release
from migrator.yamltext import parse

INFRAHUB = "global: {prefect: {image: {repository: opsmill/infrahub}}}\n"
SEPARATE = "backgroundServices:\n  runAsSeparateDeployment: true\n  messaging: {redis: {host: redis, db: 1}}\n"


def behaviour_of(text: str, pod: str = "server") -> Behaviour:
    after = presets.of_chart("prefect-server", Version("2026.6.5172345"), "")
    data = parse(dedent(text).encode()).documents[0].data
    values = [Layer("values.yaml", data)]
    return behaviour(Release(chart="prefect-server", root=(), layers=values, before=after, after=after))[pod]


def entry(name: str, value: str) -> str:
    return f"{{name: {name}, value: {value}}}"


def on_server(*entries: str) -> str:
    return f"server: {{env: [{', '.join(entries)}]}}\n"


ONLY = entry("PREFECT__SERVER_WEBSERVER_ONLY", "'true'")
EMPTY = entry("PREFECT__SERVER_WEBSERVER_ONLY", "''")
ARGS = "server: {args: [gunicorn], env: [%s]}\n"


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("server: {}\n", True),
        (on_server(ONLY), False),
        (on_server(EMPTY), True),
        ("server: {args: [prefect, server, start, --no-services]}\n", False),
        (SEPARATE, False),
        (SEPARATE + on_server(ONLY), False),
        (SEPARATE + ARGS % "", True),
        (SEPARATE + ARGS % EMPTY, True),
        (SEPARATE + ARGS % ONLY, False),
        (SEPARATE + "server: {args: [prefect, server, start, --no-services]}\n", False),
    ],
)
def test_whether_the_server_pod_runs_services(text: str, runs: bool) -> None:
    assert (behaviour_of(text).services is not None) == runs


def test_the_background_pod_always_runs_services() -> None:
    text = f"{SEPARATE}  env: [{ONLY}]\n"
    assert behaviour_of(text, "background").services == {}
    with pytest.raises(KeyError):
        behaviour_of("server: {}\n", "background")


@pytest.mark.parametrize(
    ("name", "value", "services"),
    [
        ("PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED", "'False'", {"PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false"}),
        ("PREFECT_API_SERVICES_TRIGGERS_ENABLED", "'0'", {"PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false"}),
        ("PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED", "'yes'", {}),
        ("PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED", "'no'", {}),
        (
            "PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED",
            "'on'",
            {"PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED": "true"},
        ),
        ("PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED", "'maybe'", {"PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "maybe"}),
    ],
)
def test_only_toggles_unlike_prefects_defaults_are_listed(name: str, value: str, services: dict[str, str]) -> None:
    assert behaviour_of(on_server(entry(name, value))).services == services


@pytest.mark.parametrize(
    "name", ["PREFECT_SERVER_SERVICES_TRIGGERS_STREAM_OUT_ENABLED", "PREFECT_SERVER_SERVICES_TRIGGERS_BATCH_SIZE"]
)
def test_the_tuning_of_a_service_is_a_setting(name: str) -> None:
    found = behaviour_of(on_server(entry(name, "'5'")))
    assert found.services == {} and found.settings[name] == "5"


def test_the_newer_of_two_spellings_wins() -> None:
    old, new = "PREFECT_API_SERVICES_TRIGGERS_ENABLED", "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED"
    assert behaviour_of(on_server(entry(new, "'false'"), entry(old, "'true'"))).services == {new: "false"}


def test_the_defaults_are_filled_in() -> None:
    settings = behaviour_of("server: {}\n").settings
    assert settings["PREFECT_REDIS_MESSAGING_HOST"] == "localhost"
    assert settings["PREFECT_SERVER_DOCKET_URL"] == "memory://"
    assert settings["PREFECT_SERVER_DATABASE_MIGRATE_ON_START"] == "true"


def test_an_empty_redis_setting_is_the_default_and_others_stay_empty() -> None:
    settings = behaviour_of(on_server(entry("PREFECT_REDIS_MESSAGING_HOST", "''"), entry("OURS", "''"))).settings
    assert settings["PREFECT_REDIS_MESSAGING_HOST"] == "localhost"
    assert settings["OURS"] == ""


@pytest.mark.parametrize(
    ("url", "parts_of_url"),
    [
        ("redis://redis:6380/3", {"HOST": "redis", "PORT": "6380", "DB": "3", "SSL": "false"}),
        (
            "rediss://m%40e:p%40ss@redis/3",
            {"HOST": "redis", "PORT": "6379", "DB": "3", "SSL": "true", "USERNAME": "m@e", "PASSWORD": "p@ss"},
        ),
    ],
)
def test_a_url_overrides_the_parts_beside_it(url: str, parts_of_url: dict[str, str]) -> None:
    parts = [entry(f"PREFECT_REDIS_MESSAGING_{key}", "'9'") for key in ("HOST", "PORT", "DB", "USERNAME", "PASSWORD")]
    kept = entry("PREFECT_REDIS_MESSAGING_CONSUMER_BLOCK", "'5'")
    settings = behaviour_of(on_server(*parts, kept, entry("PREFECT_REDIS_MESSAGING_URL", f"'{url}'"))).settings
    found = {
        name.removeprefix("PREFECT_REDIS_MESSAGING_"): value for name, value in settings.items() if "_REDIS_" in name
    }
    assert found == {**parts_of_url, "CONSUMER_BLOCK": "5"}


def test_a_url_that_cannot_be_read_is_compared_as_text() -> None:
    url = entry("PREFECT_REDIS_MESSAGING_URL", "'redis://redis'")
    settings = behaviour_of(on_server(entry("PREFECT_REDIS_MESSAGING_HOST", "other"), url)).settings
    assert settings["PREFECT_REDIS_MESSAGING_URL"] == "redis://redis"
    assert settings["PREFECT_REDIS_MESSAGING_HOST"] == "localhost"


@pytest.mark.parametrize(
    ("pin", "register", "sets_up"),
    [("'false'", "'false'", "True"), ("'False'", "'false'", "False"), ("'false'", "'true'", "False")],
)
def test_whether_infrahub_sets_up_prefect(pin: str, register: str, sets_up: str) -> None:
    entries = (
        entry("PREFECT_API_DATABASE_MIGRATE_ON_START", pin),
        entry("PREFECT_API_BLOCKS_REGISTER_ON_START", register),
    )
    assert behaviour_of(INFRAHUB + on_server(*entries)).settings["bootstrap"] == sets_up
    assert "bootstrap" not in behaviour_of(on_server(*entries)).settings
    assert "bootstrap" not in behaviour_of(f"{INFRAHUB}{SEPARATE}{on_server(*entries)}", "background").settings


def test_the_charts_setting_wins_on_the_server_pod_only() -> None:
    own = entry("PREFECT_REDIS_MESSAGING_HOST", "other")
    text = f"{SEPARATE}  env: [{own}]\n{on_server(own)}"
    assert behaviour_of(text).settings["PREFECT_REDIS_MESSAGING_HOST"] == "redis"
    assert behaviour_of(text, "background").settings["PREFECT_REDIS_MESSAGING_HOST"] == "other"


def test_an_entry_without_a_value_is_empty() -> None:
    assert behaviour_of(on_server("{name: PREFECT_LOGGING_LEVEL}")).settings["PREFECT_LOGGING_LEVEL"] == ""
    assert (
        behaviour_of(on_server("{name: PREFECT_LOGGING_LEVEL, value: [a]}")).settings["PREFECT_LOGGING_LEVEL"]
        == '["a"]'
    )


def secret(more: str = "") -> str:
    return f"{{name: OURS, valueFrom: {{secretKeyRef: {{name: a, key: b{more}}}}}}}"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (secret(), secret(", optional: false"), True),
        (secret(), secret(", optional: true"), False),
        (secret(", optional: true"), secret(", optional: true"), True),
        ("{name: OURS, value: {a: 1, b: 2}}", "{name: OURS, value: {b: 2, a: 1}}", True),
        ("{name: OURS, value: {a: 1, b: 2}}", "{name: OURS, value: {a: 2, b: 1}}", False),
    ],
)
def test_entries_that_kubernetes_treats_alike_are_equal(one: str, other: str, is_same: bool) -> None:
    assert (behaviour_of(on_server(one)) == behaviour_of(on_server(other))) is is_same


def test_an_optional_secret_reference_is_kept_as_optional() -> None:
    assert '"optional": true' in behaviour_of(on_server(secret(", optional: true"))).settings["OURS"]
