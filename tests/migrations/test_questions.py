"""What the questions of 4.14.0 say: what each choice leads to, which database is suggested, what is masked."""

from __future__ import annotations

import pytest

from migrator.planning import catalog, discover, examine
from migrator.planning.plan import Plan
from migrator.values.context import Surroundings
from migrator.values.redis_state import RedisState
from tests import releases

from .conftest import Migrate, Plans, by_id

REDIS = """\
backgroundServices:
  runAsSeparateDeployment: true
  messaging:
    redis: {host: redis, db: 1}
"""


# The toggles


@pytest.mark.parametrize(
    ("pod", "service", "value", "leads_to"),
    [
        ("server", "TRIGGERS", "'true'", "the API pods run no background services either way"),
        ("server", "EVENT_LOGGER", "'true'", "the API pods run no background services either way"),
        ("background", "TRIGGERS", "'false'", "the background pods run the service unless"),
        ("background", "EVENT_LOGGER", "'true'", "the background pods do not run the service unless"),
    ],
)
def test_the_toggle_question_says_what_removing_the_toggle_does(
    plan: Plans, pod: str, service: str, value: str, leads_to: str
) -> None:
    env = f"[{{name: PREFECT_SERVER_SERVICES_{service}_ENABLED, value: {value}}}]"
    text = f"{REDIS}  env: {env}\n" if pod == "background" else f"{REDIS}server: {{env: {env}}}\n"
    question = by_id(plan(text))[f"custom-toggles.{pod}.{service}"]
    keep, remove = question.choices
    assert keep.leads_to == "the toggle stays as it is"
    assert remove.leads_to.startswith(f"the toggle is removed{';' if pod == 'server' else ', and'} {leads_to}")


# The database


def plan_with_look(text: str, seen: RedisState) -> Plan:
    request = examine.Request(discover.Options(chart="prefect-server"), {}, surroundings=Surroundings(redis_state=seen))
    return examine.examine(releases.of_text(text), request).plan


def seen(databases: int = 16, **keys: int) -> RedisState:
    """A look at a Redis with so many databases and keys; a database that is not named has none."""
    return RedisState("redis:6379", databases=databases, keys={n: keys.get(f"db{n}", 0) for n in range(databases)})


@pytest.mark.parametrize(
    ("db", "look", "suggestion"),
    [
        (1, seen(), "2"),
        (2, seen(), "1"),
        (1, seen(db2=7), "3"),
        (1, seen(db2=7, db3=1), "4"),
        (2, seen(db1=7), "3"),
        # By the values nothing uses 0, and it is suggested only if there is no other.
        (1, seen(databases=2), "0"),
        (1, seen(databases=3, db2=7), "2"),
        (2, seen(databases=3, db1=7), "1"),
        (0, seen(databases=1), "2"),
    ],
)
def test_an_empty_database_is_suggested_and_0_only_as_a_last_resort(db: int, look: RedisState, suggestion: str) -> None:
    question = by_id(plan_with_look(REDIS.replace("db: 1", f"db: {db}"), look))["redis-db"]
    assert question.suggestion == suggestion


def test_databases_that_do_not_exist_are_not_offered() -> None:
    question = by_id(plan_with_look(REDIS, seen(databases=4, db3=7)))["redis-db"]
    assert [(each.value, each.leads_to) for each in question.offers] == [
        ("0", "no known user, empty"),
        ("1", "used by Prefect's messaging, empty"),
        ("2", "no known user, empty"),
        ("3", "no known user, 7 keys"),
    ]
    assert len(by_id(plan_with_look(REDIS, RedisState("redis:6379")))["redis-db"].offers) == 16


def test_the_database_question_names_the_server_if_it_is_known(plan: Plans) -> None:
    assert "Which database of the Redis at redis:6379 should hold" in by_id(plan(REDIS))["redis-db"].text
    ipv6 = REDIS.replace("host: redis", 'host: "fd00::1"')
    assert "Which database of the Redis at [fd00::1]:6379 should hold" in by_id(plan(ipv6))["redis-db"].text
    template = REDIS.replace("host: redis", "host: '${HOST}'")
    assert "Which database of the messaging Redis should hold" in by_id(plan(template))["redis-db"].text
    assert "Redis at redis:6379" in by_id(plan(template, {"redis-host": "redis"}))["redis-db"].text


# A URL


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis:6379/2", "'redis:6379/2'"),
        ("redis://redis:6379", "'redis://redis:6379'"),
        ("redis://:p@ss@redis", "'redis://:***@redis'"),
        ("redis://me@redis", "'redis://***@redis'"),
        ("me:pass@redis", "'***@redis'"),
    ],
)
def test_a_url_is_shown_without_its_password(plan: Plans, url: str, shown: str) -> None:
    text = f'{REDIS}    docket: {{url: "{url}"}}\n'
    assert f"messaging.docket.url is {shown}: " in by_id(plan(text))["docket-url"].text


@pytest.mark.parametrize(
    ("redis", "where"),
    [
        ("{host: redis, port: 6380, db: 1}", "redis://USER:PASSWORD@redis:6380/N"),
        ("{host: 'fd00::1', ssl: true}", "rediss://USER:PASSWORD@[fd00::1]:6379/N"),
        ("{host: '${HOST}', db: 1}", "redis://USER:PASSWORD@HOST:6379/N"),
        ("{host: redis, port: '${PORT}'}", "redis://USER:PASSWORD@HOST:6379/N"),
    ],
)
def test_the_command_for_a_secret_has_what_is_known(migrate: Migrate, redis: str, where: str) -> None:
    text = REDIS.replace("{host: redis, db: 1}", redis)
    answers = {"docket-secret": "queue"}
    assert f"--from-literal=docket-url='{where}'" in migrate(text, answers).notices
    named = migrate(text, {**answers, "namespace": "prod"})
    assert "kubectl create secret generic queue --namespace prod --from-literal" in named.notices


# A Secret


def test_a_secret_with_the_default_key_replaces_another_key(migrate: Migrate) -> None:
    text = f"{REDIS}    docket: {{existingSecretKey: url}}\n"
    done = migrate(text, {"docket-secret": "queue"})
    assert done.text == f"{REDIS}    docket: {{existingSecretKey: docket-url, existingSecret: queue}}\n"
    same = migrate(text, {"docket-secret": "queue:url"})
    assert same.text == f"{REDIS}    docket: {{existingSecretKey: url, existingSecret: queue}}\n"


def test_a_private_url_is_emptied_beside_a_secret(migrate: Migrate) -> None:
    text = f"{REDIS}    docket: {{url: memory://}}\n"
    done = migrate(text, {"docket-secret": "queue"})
    assert done.text == f'{REDIS}    docket: {{url: "", existingSecret: queue}}\n'


def test_a_null_on_a_flavour_becomes_an_empty_url_beside_a_secret(migrate: Migrate) -> None:
    redis = "infrahub: {prefect-server: {backgroundServices: {messaging: {redis: {host: redis}, docket: {url: }}}}}\n"
    done = migrate(redis, {"docket-secret": "queue"}, version_from="4.13.0-medium")
    assert 'docket: {url: "", existingSecret: queue}' in done.text


def test_a_url_that_a_generator_fills_in_is_accepted() -> None:
    complaint = catalog.questions()["docket-url"].answer_error
    assert complaint("redis://{{ host }}:6379/2") == ""
    assert complaint("redis://redis:6379/2") == ""
    assert "cannot be used: it does not begin with redis://" in complaint("redis:6379/2")
