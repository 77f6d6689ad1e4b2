"""The messaging block: wiring in env that cannot move as it is: a template, a reference, or another pod's value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from .conftest import Migrate, Plans, by_id

Cli = Callable[..., Any]
DB = {"redis-db": "2"}
BROKER = "    - {name: PREFECT_MESSAGING_BROKER, value: prefect_redis.messaging}\n"
PASSWORD = "PREFECT_REDIS_MESSAGING_PASSWORD"


def entry(name: str, value: str) -> str:
    return f"    - {{name: {name}, value: {value}}}\n"


def by_secret(name: str, key: str) -> str:
    return f"    - {{name: {PASSWORD}, valueFrom: {{secretKeyRef: {{name: {name}, key: {key}}}}}}}\n"


def separate(server: str = "", background: str = "", redis: str = "{host: redis, db: 1}") -> str:
    """Separate services, wired by `messaging` and by these entries in the two lists."""
    return (
        f"server:\n  env:\n    - {{name: OURS, value: kept}}\n{server}"
        f"backgroundServices:\n  runAsSeparateDeployment: true\n  messaging:\n    redis: {redis}\n"
        f"  env:\n    - {{name: OURS, value: kept}}\n{background}"
    )


def both(line: str, redis: str = "{host: redis, db: 1}") -> str:
    return separate(line, line, redis)


# A password


@pytest.mark.parametrize(
    "value", ["'{{ .Values.password }}'", "$(OTHER)", "''", "12345"], ids=["template", "reference", "empty", "number"]
)
def test_a_password_that_messaging_cannot_hold_stays(plan: Plans, value: str) -> None:
    """Nothing renders a template there, and Kubernetes refuses a number in env, so no pod has it."""
    for text in (both(entry(PASSWORD, value)), "redis: {enabled: true}\n" + both(entry(PASSWORD, value))):
        assert not [step for step in plan(text).steps if "messaging_block" in step.known.id]


def test_the_default_key_of_a_secret_is_not_written(migrate: Migrate) -> None:
    done = migrate(both(by_secret("own", "redis-password")), {**DB, "docket-password": "reference"})
    assert "redis: {host: redis, db: 1, existingSecret: own}\n" in done.text
    assert PASSWORD not in done.text.replace(f"$({PASSWORD})", "")


@pytest.mark.parametrize("existing", ["existingSecret: own", "existingSecret: own, existingSecretPasswordKey: ''"])
def test_a_secret_with_the_default_key_is_the_same(migrate: Migrate, existing: str) -> None:
    redis = f"{{host: redis, db: 1, {existing}}}"
    done = migrate(both(by_secret("own", "redis-password"), redis), {**DB, "docket-password": "reference"})
    assert PASSWORD not in done.text.replace(f"$({PASSWORD})", "")
    assert f"redis: {redis}\n" in done.text


@pytest.mark.parametrize("other", [by_secret("own", "pass"), by_secret("others", "redis-password")])
def test_another_secret_or_key_is_a_question(plan: Plans, other: str) -> None:
    made = plan(both(other, "{host: redis, db: 1, existingSecret: own}"))
    assert "messaging-redis.password" in by_id(made)


@pytest.mark.parametrize(
    "source", ["secretKeyRef: {name: own}", "secretKeyRef: {key: own}", "fieldRef: {fieldPath: own}"]
)
def test_a_reference_that_names_no_key_of_a_secret_stays(plan: Plans, source: str) -> None:
    made = plan(both(f"    - {{name: {PASSWORD}, valueFrom: {{{source}}}}}\n"))
    assert not [step for step in made.steps if "messaging_block" in step.known.id]


def test_the_key_of_another_secret_is_replaced(migrate: Migrate) -> None:
    redis = "{host: redis, db: 1, existingSecretPasswordKey: pass}"
    done = migrate(both(by_secret("own", "redis-password"), redis), {**DB, "docket-password": "reference"})
    assert "existingSecretPasswordKey: redis-password, existingSecret: own}" in done.text


def test_a_password_beside_existing_secret_stays(plan: Plans) -> None:
    """The Secret would win over `messaging.redis.password`."""
    made = plan(both(entry(PASSWORD, "x"), "{host: redis, db: 1, existingSecret: own}"))
    assert "messaging-redis.password" not in by_id(made)
    assert not [step for step in made.steps if "messaging_block" in step.known.id]


@pytest.mark.parametrize("bundled", ["", "redis: {enabled: true}\n"])
@pytest.mark.parametrize(("value", "asked"), [("x", False), ("other", True)])
def test_a_different_password_in_messaging_is_a_question(plan: Plans, bundled: str, value: str, asked: bool) -> None:
    made = plan(bundled + both(entry(PASSWORD, value), "{host: redis, db: 1, password: x}"))
    assert ("messaging-redis.password" in by_id(made)) == asked
    assert len([change for change in made.changes if PASSWORD in change.path]) == (0 if asked else 2)


def test_nothing_moves_while_a_password_is_undecided(plan: Plans) -> None:
    lines = entry("PREFECT_REDIS_MESSAGING_PORT", "'6380'") + entry(PASSWORD, "other")
    made = plan(both(lines, "{host: redis, db: 1, port: 6380, password: x}"))
    assert "messaging-redis.password" in by_id(made)
    assert not [step for step in made.steps if "messaging_block" in step.known.id]


def test_a_url_moves_and_the_password_beside_it_is_removed(migrate: Migrate) -> None:
    """The URL overrides it on both pods, so nothing reads it."""
    url = entry("PREFECT_REDIS_MESSAGING_URL", "redis://:own@redis:6379/1")
    done = migrate(both(url + entry(PASSWORD, "x")), DB)
    assert "PREFECT_REDIS_MESSAGING" not in done.text and "redis://:own@redis:6379/2" in done.text


def test_a_username_on_both_pods_moves(migrate: Migrate) -> None:
    done = migrate(both(entry("PREFECT_REDIS_MESSAGING_USERNAME", "me") + entry(PASSWORD, "x")), DB)
    assert "username: me" in done.text and "redis://me:x@redis:6379/2" in done.text


def test_passwords_that_differ_by_pod_stay(plan: Plans) -> None:
    made = plan(separate(entry(PASSWORD, "one"), entry(PASSWORD, "two")))
    assert "messaging-redis.password" not in by_id(made)
    assert made.result.prefect["backgroundServices"] == made.start.prefect["backgroundServices"]


def test_an_overridden_password_of_the_server_pod_is_removed(migrate: Migrate) -> None:
    """There the chart's own password comes last and wins."""
    done = migrate(separate(server=entry(PASSWORD, "x")).replace("db: 1}", "db: 1, password: theirs}"), DB)
    assert PASSWORD not in done.text and "redis://:theirs@redis:6379/2" in done.text


# What only one pod reads, and what cannot be read from here


def test_a_host_from_a_config_map_is_asked_for(migrate: Migrate, plan: Plans) -> None:
    where = "    - {name: PREFECT_REDIS_MESSAGING_HOST, valueFrom: {configMapKeyRef: {name: redis, key: host}}}\n"
    assert "redis-host" in by_id(plan(both(where)))
    done = migrate(both(where), {**DB, "redis-host": "redis"})
    assert "PREFECT_REDIS_MESSAGING_HOST" not in done.text and "None" not in done.text


@pytest.mark.parametrize(
    ("server", "background", "shown"),
    [
        ("one", "other", "The values have 'other', which is ambiguous: PREFECT_REDIS_MESSAGING_HOST is 'one'"),
        ("one", "$(OTHER)", "The values have '', which is ambiguous: PREFECT_REDIS_MESSAGING_HOST is 'one'"),
        ("'{{ 1 }}'", "other", "PREFECT_REDIS_MESSAGING_HOST is unreadable here on the server pod and 'other' on"),
    ],
)
def test_the_host_question_says_what_each_pod_has(plan: Plans, server: str, background: str, shown: str) -> None:
    """The docket exists already, so the host is asked for only once."""
    lists = [entry("PREFECT_REDIS_MESSAGING_HOST", value) for value in (server, background)]
    text = separate(*lists).replace("redis: {host: redis, db: 1}", "docket: {url: redis://redis:6379/2}")
    assert shown in by_id(plan(text))["redis-host"].text


def test_a_templated_entry_of_separate_services_stays(migrate: Migrate) -> None:
    line = entry("PREFECT_REDIS_MESSAGING_PUBLISHER_BATCH_SIZE", "'5'") + entry(
        "PREFECT_REDIS_MESSAGING_DB", "'{{ 1 }}'"
    )
    done = migrate(separate(background=line), DB)
    assert line in done.text


WIRED = BROKER + entry("PREFECT_REDIS_MESSAGING_HOST", "cache")


def test_the_value_of_the_only_readable_pod_is_suggested(plan: Plans) -> None:
    """When services are separated, each setting that cannot be read is asked for."""
    text = "server:\n  env:\n{}backgroundServices:\n  env:\n{}"
    answers = {"separate-services": "separate"}

    def asked(server: str, background: str) -> Any:
        lines = [WIRED + entry("PREFECT_REDIS_MESSAGING_DB", value) for value in (server, background)]
        return by_id(plan(text.format(*lines), answers))["messaging-redis.db"]

    one = asked("'{{ .Values.db }}'", "'3'")
    assert (one.suggestion, one.choices) == ("3", ())
    assert "is unreadable here on the server pod and '3' on the background pod" in one.text
    two = asked("'4'", "'3'")
    assert two.suggestion is None
    assert [choice.value for choice in two.choices] == ["4", "3"]
    none = asked("'{{ .Values.db }}'", "'{{ .Values.db }}'")
    assert (none.suggestion, none.choices) == (None, ())


def test_a_placeholder_database_moves_as_text(migrate: Migrate) -> None:
    text = f"backgroundServices:\n  runAsSeparateDeployment: true\n  env:\n{WIRED}"
    done = migrate(text + entry("PREFECT_REDIS_MESSAGING_DB", "'${REDIS_DB}'"), DB)
    assert "      db: ${REDIS_DB}\n" in done.text
    done = migrate(text + entry("PREFECT_REDIS_MESSAGING_DB", "'3'"), DB)
    assert "      db: 3\n" in done.text


def test_services_that_a_flavour_separates_are_not_asked_about(plan: Plans) -> None:
    text = f"infrahub:\n  prefect-server:\n    server:\n      env:\n{WIRED.replace('    -', '        -')}"
    assert "separate-services" not in by_id(plan(text, version_from="4.13.0-medium"))
    assert "separate-services" in by_id(plan(text, version_from="4.13.0"))


# Where it is written


def test_messaging_is_written_in_the_layer_of_the_env_lists(cli: Cli, tmp_path: Path) -> None:
    """A later layer that sets nothing of Redis is left alone."""
    base = f"server:\n  env:\n{WIRED}backgroundServices:\n  runAsSeparateDeployment: true\n  env:\n{WIRED}"
    above = "server:\n  replicaCount: 2\n"
    (tmp_path / "base.yaml").write_text(base)
    (tmp_path / "above.yaml").write_text(above)
    done = cli("migrate", "-f", "base.yaml", "-f", "above.yaml", "--redis-db", "2", "--non-interactive")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "above.yaml").read_text() == above
    assert "      host: cache\n    docket:\n      url: redis://cache:6379/2\n" in (tmp_path / "base.yaml").read_text()


def test_messaging_is_written_in_the_layer_that_sets_redis(cli: Cli, tmp_path: Path) -> None:
    """Not in a layer that has only the docket."""
    base = (
        f"backgroundServices:\n  runAsSeparateDeployment: true\n  messaging:\n    redis:\n      db: 1\n  env:\n{WIRED}"
    )
    above = "backgroundServices: {messaging: {docket: {url: redis://cache:6379/2}}}\n"
    (tmp_path / "base.yaml").write_text(base)
    (tmp_path / "above.yaml").write_text(above)
    done = cli("migrate", "-f", "base.yaml", "-f", "above.yaml", "--non-interactive")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "above.yaml").read_text() == above
    assert "      db: 1\n      host: cache\n" in (tmp_path / "base.yaml").read_text()


def test_an_existing_messaging_block_gets_what_it_lacks(migrate: Migrate) -> None:
    text = f"""\
backgroundServices:
  runAsSeparateDeployment: true
  messaging:
    cache: prefect_redis.messaging
  env:
{WIRED}{entry("PREFECT_REDIS_MESSAGING_DB", "'3'")}"""
    assert migrate(text, DB).text == dedent("""\
        backgroundServices:
          runAsSeparateDeployment: true
          messaging:
            cache: prefect_redis.messaging
            redis:
              host: cache
              db: 3
            docket:
              url: redis://cache:6379/2
          env: []
        """)


@pytest.mark.parametrize(("value", "effect"), [("'true'", "none"), ("'maybe'", "behaviour"), ("''", "none")])
def test_removing_an_entry_that_stops_prefect_has_effect_behaviour(plan: Plans, value: str, effect: str) -> None:
    """Prefect does not start if SSL is neither true nor false."""
    redis = f"{{host: redis, db: 1, ssl: {str(value == chr(39) + 'true' + chr(39)).lower()}}}"
    made = plan(both(entry("PREFECT_REDIS_MESSAGING_SSL", value), redis))
    assert {change.effect for change in made.changes if "SSL" in change.path} == {effect}


def test_the_database_is_written_beside_a_new_host_even_if_default(migrate: Migrate) -> None:
    text = f"backgroundServices:\n  runAsSeparateDeployment: true\n  env:\n{WIRED}"
    done = migrate(text + entry("PREFECT_REDIS_MESSAGING_DB", "'0'"), DB)
    assert "      host: cache\n      db: 0\n" in done.text
    assert "db:" not in migrate(text, DB).text


def test_an_empty_value_in_messaging_is_prefects_default(migrate: Migrate) -> None:
    text = both(entry("PREFECT_REDIS_MESSAGING_DB", "'0'"), "{host: redis, db: ''}")
    done = migrate(text, DB)
    assert "redis: {host: redis, db: ''}" in done.text and "MESSAGING_DB" not in done.text


@pytest.mark.parametrize(
    ("optional", "effect"), [("", "none"), (", optional: false", "none"), (", optional: true", "behaviour")]
)
def test_an_optional_secret_that_moves_has_effect_behaviour(plan: Plans, optional: str, effect: str) -> None:
    line = f"    - {{name: {PASSWORD}, valueFrom: {{secretKeyRef: {{name: own, key: pass{optional}}}}}}}\n"
    made = plan(both(line))
    assert {change.effect for change in made.changes if PASSWORD in change.path} == {effect}


def test_a_password_in_clear_text_moves_with_effect_none(plan: Plans) -> None:
    made = plan(both(entry(PASSWORD, "x")))
    assert {change.effect for change in made.changes if PASSWORD in change.path} == {"none"}


IMAGE = "global: {prefect: {image: {repository: opsmill/infrahub}}}\n"
REGISTER = "PREFECT_API_BLOCKS_REGISTER_ON_START"


@pytest.mark.parametrize("register", ["", entry(REGISTER, "'true'"), entry(REGISTER, "'false'")])
def test_separated_services_leave_block_registration_to_infrahub(migrate: Migrate, register: str) -> None:
    text = f"{IMAGE}server:\n  env:\n{WIRED}{register}"
    done = migrate(text, {**DB, "separate-services": "separate"})
    assert done.text.count(REGISTER) == 1
    assert done.text.partition(REGISTER)[2].partition("value: ")[2].startswith(('"false"', "'false'"))
    vanilla = migrate(text.replace(IMAGE, ""), {**DB, "separate-services": "separate"})
    assert vanilla.text.count(REGISTER) == (1 if register else 0)


def test_the_charts_server_list_is_written_with_block_registration(migrate: Migrate) -> None:
    done = migrate(f"{IMAGE}backgroundServices:\n  env:\n{WIRED}", {**DB, "separate-services": "separate"})
    server = done.text.partition("server:\n")[2]
    assert server.count(REGISTER) == 1


IN_SECRET = "{name: PREFECT_REDIS_MESSAGING_URL, valueFrom: {secretKeyRef: {name: s, key: k}}}"
TEMPLATE = "{name: PREFECT_REDIS_MESSAGING_URL, value: 'redis://$(HOST):6379/1'}"
BESIDE_A_URL = """\
server: {env: [%s, {name: PREFECT_REDIS_MESSAGING_DB, value: '3'}]}
backgroundServices:
  runAsSeparateDeployment: true
  messaging: {redis: {host: redis, db: 1}}
  env: [%s, {name: PREFECT_REDIS_MESSAGING_DB, value: '4'}]
"""


@pytest.mark.parametrize("url", [IN_SECRET, TEMPLATE])
def test_beside_an_unreadable_url_nothing_else_is_asked(plan: Plans, url: str) -> None:
    """It overrides the other entries on each pod, so what they say decides nothing."""
    asked = plan(BESIDE_A_URL % (url, url), chart="prefect-server")
    assert list(by_id(asked)) == ["docket-secret"]
    assert not asked.changes
    without = BESIDE_A_URL.replace("%s, ", "")
    assert "messaging-redis.db" in by_id(plan(without, chart="prefect-server"))
