"""4.14.0: a docket or messaging Redis that is set in env lists, as each pod reads it."""

from __future__ import annotations

from textwrap import indent

import pytest

from migrator.errors import UsageError

from .conftest import Migrate, Plans, by_id, effects
from .dockets import DOCKET, IN_SECRET, SEPARATE

ENTRIES = "[{name: PREFECT__SERVER_WEBSERVER_ONLY, value: 'true'}, {name: PREFECT_SERVER_DOCKET_URL, value: 'redis://redis:6379/2'}]"
SERVER = "server:\n  env:\n    - {name: KEPT, value: '1'}\n"
ON_SERVER = SERVER + "    - {name: PREFECT_SERVER_DOCKET_URL, value: 'redis://redis:6379/2'}\n"
BACKGROUND = "  env:\n    - {name: KEPT, value: '1'}\n"
ON_BACKGROUND = BACKGROUND + "    - {name: PREFECT_SERVER_DOCKET_URL, value: 'redis://redis:6379/2'}\n"


def test_the_same_url_on_both_pods_moves_with_effect_none(migrate: Migrate) -> None:
    done = migrate(SEPARATE + ON_BACKGROUND + ON_SERVER)
    assert done.text == DOCKET + BACKGROUND + SERVER
    assert effects(done.plan) == {"none"}


def test_a_url_on_a_flavour_moves_with_effect_required(migrate: Migrate) -> None:
    """The chart's own URL wins over env on the server pod, and a flavoured chart refuses the example URL."""
    both = f"server:\n  env: {ENTRIES}\n{SEPARATE}  env: {ENTRIES}\n"
    before = "infrahub:\n  prefect-server:\n" + indent(both, "    ")
    done = migrate(before, version_from="4.13.0-medium", chart="infrahub-enterprise")
    assert "url: redis://redis:6379/2" in done.text
    assert "DOCKET_URL" not in done.text
    docket = [change for change in done.plan.changes if "DOCKET" in change.path or "docket" in change.path]
    assert {change.effect for change in docket} == {"required"}


def test_a_url_in_the_caches_database_gets_another_database(migrate: Migrate, plan: Plans) -> None:
    """Moved as it is, it would be an error in `verify`."""
    cache = "    - {name: INFRAHUB_CACHE_ADDRESS, value: redis}\n"
    before = (SEPARATE + ON_BACKGROUND + ON_SERVER).replace(":6379/2", ":6379/0") + cache
    assert list(by_id(plan(before))) == ["redis-db"]
    done = migrate(before, {"redis-db": "2"})
    assert done.text == DOCKET + BACKGROUND + SERVER + cache
    assert effects(done.plan) == {"required"}


@pytest.mark.parametrize(
    ("before", "after"),
    [(ON_BACKGROUND, BACKGROUND), (ON_SERVER, SERVER)],
    ids=["on the background pod", "on the server pod"],
)
def test_a_url_on_one_pod_moves_for_both_with_effect_required(migrate: Migrate, before: str, after: str) -> None:
    done = migrate(SEPARATE + before)
    assert done.text == DOCKET + after
    assert effects(done.plan) == {"required"}


def test_a_url_in_global_env_moves(migrate: Migrate) -> None:
    entry = "{name: PREFECT_SERVER_DOCKET_URL, value: redis://redis:6379/2}"
    done = migrate(f"global: {{prefect: {{env: [{entry}]}}}}\n{SEPARATE}")
    assert done.text == "global: {prefect: {env: []}}\n" + DOCKET
    assert effects(done.plan) == {"none"}


def test_the_outermost_global_block_wins_and_all_of_them_are_cleared(migrate: Migrate) -> None:
    def text(outer: str, inner: str, docket: str) -> str:
        return f"""\
infrahub:
  global: {{prefect: {{env: [{outer}]}}}}
  prefect-server:
    global: {{prefect: {{env: [{inner}]}}}}
    server:
      env:
        - {{name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}}
        - {{name: PREFECT_API_DATABASE_MIGRATE_ON_START, value: "false"}}
    backgroundServices:
      runAsSeparateDeployment: true
      env: [{{name: PROMETHEUS_MULTIPROC_DIR, value: ""}}]
      messaging:
        redis: {{host: redis, db: 1}}
{docket}"""

    entry = "{name: PREFECT_SERVER_DOCKET_URL, value: redis://redis:6379/%s}"
    done = migrate(text(entry % 2, entry % 3, ""))
    assert done.text == text("", "", "        docket:\n          url: redis://redis:6379/2\n")


def test_urls_that_differ_are_a_question(migrate: Migrate, plan: Plans) -> None:
    text = SEPARATE + ON_BACKGROUND.replace("/2", "/3") + ON_SERVER
    questions = by_id(plan(text))
    assert list(questions) == ["docket-url"]
    assert "differs between the server and background pods" in questions["docket-url"].text
    assert migrate(text, {"docket-url": "redis://redis:6379/2"}).text == DOCKET + BACKGROUND + SERVER
    assert migrate(text, {"docket-secret": "queue:url"}).text == IN_SECRET + BACKGROUND + SERVER


def test_a_url_in_env_that_differs_from_the_charts_is_a_question(plan: Plans) -> None:
    assert list(by_id(plan(DOCKET + ON_BACKGROUND.replace("/2", "/3")))) == ["docket-url"]


def test_a_server_url_that_the_charts_overrides_is_removed(migrate: Migrate) -> None:
    done = migrate(DOCKET + ON_SERVER.replace("/2", "/3"))
    assert done.text == DOCKET + SERVER
    assert effects(done.plan) == {"none"}


def test_a_url_equal_to_the_charts_is_removed(migrate: Migrate) -> None:
    assert migrate(DOCKET + ON_BACKGROUND).text == DOCKET + BACKGROUND


SECRET_ENTRY = """\
    - name: PREFECT_SERVER_DOCKET_URL
      valueFrom: {secretKeyRef: {name: queue, key: url}}
"""


def test_a_url_from_a_secret_moves_to_existing_secret(migrate: Migrate) -> None:
    done = migrate(SEPARATE + BACKGROUND + SECRET_ENTRY + SERVER + SECRET_ENTRY)
    assert done.text == IN_SECRET + BACKGROUND + SERVER
    assert effects(done.plan) == {"none"}
    assert "The Secret must exist" not in done.notices


def test_secrets_that_differ_are_a_question(plan: Plans) -> None:
    text = SEPARATE + BACKGROUND + SECRET_ENTRY + SERVER + SECRET_ENTRY.replace("key: url", "key: other")
    assert list(by_id(plan(text))) == ["docket-url"]


@pytest.mark.parametrize(
    "value",
    [
        "valueFrom: {configMapKeyRef: {name: queue, key: url}}",
        'value: "redis://{{ .Values.host }}:6379/2"',
        'value: "redis://$(REDIS_HOST):6379/2"',
    ],
)
def test_a_url_that_cannot_be_read_is_a_question(migrate: Migrate, plan: Plans, value: str) -> None:
    text = f"{SEPARATE}{BACKGROUND}    - name: PREFECT_SERVER_DOCKET_URL\n      {value}\n"
    assert "cannot be read from here" in by_id(plan(text))["docket-url"].text
    assert migrate(text, {"docket-url": "redis://redis:6379/2"}).text == DOCKET + BACKGROUND


@pytest.mark.parametrize("url", ["", "memory://", "memory://own"])
def test_a_private_docket_in_env_counts_as_none(migrate: Migrate, plan: Plans, url: str) -> None:
    text = SEPARATE + ON_BACKGROUND.replace("redis://redis:6379/2", url)
    assert list(by_id(plan(text))) == ["redis-db"]
    assert migrate(text, {"redis-db": "2"}).text == DOCKET + BACKGROUND
    assert migrate(text, {"docket-url": "redis://redis:6379/2"}).text == DOCKET + BACKGROUND


def test_redis_db_replaces_an_unsound_url_in_env(migrate: Migrate) -> None:
    text = SEPARATE + ON_BACKGROUND.replace("redis://redis:6379/2", "redis://redis:6379/two")
    assert migrate(text, {"redis-db": "2"}).text == DOCKET + BACKGROUND


@pytest.mark.parametrize("url", ["redis://redis:6379", "redis://example-infrahub-cache-master:6379/2"])
def test_an_unsound_url_in_env_is_a_question(migrate: Migrate, plan: Plans, url: str) -> None:
    text = SEPARATE + ON_BACKGROUND.replace("redis://redis:6379/2", url)
    assert list(by_id(plan(text))) == ["docket-url"]
    assert migrate(text, {"docket-url": "redis://redis:6379/2"}).text == DOCKET + BACKGROUND


def test_a_docket_in_env_of_a_single_deployment_stays(migrate: Migrate) -> None:
    text = "backgroundServices: {runAsSeparateDeployment: false}\n" + ON_SERVER
    assert migrate(text).text == text


# The messaging Redis in env


def test_passwords_that_differ_by_pod_are_a_question(migrate: Migrate, plan: Plans) -> None:
    text = SEPARATE.replace("db: 1}", "db: 1, password: one}") + BACKGROUND
    assert list(by_id(plan(text))) == ["redis-db"]
    text += "    - {name: PREFECT_REDIS_MESSAGING_PASSWORD, value: other}\n"
    assert "they differ in password" in by_id(plan(text))["docket-url"].text


def test_a_messaging_url_in_env_counts_as_the_messaging_redis(migrate: Migrate) -> None:
    entry = "{name: PREFECT_REDIS_MESSAGING_URL, value: 'rediss://me:p%40ss@queue:6380/4'}"
    text = f"{SEPARATE}global: {{prefect: {{env: [{entry}]}}}}\n"
    done = migrate(text, {"redis-db": "2"})
    assert "url: rediss://me:p%40ss@queue:6380/2" in done.text
    with pytest.raises(UsageError, match="database 4 there is already used by Prefect's messaging"):
        migrate(text, {"redis-db": "4"})


@pytest.mark.parametrize(
    "url", ["redis://queue:99999/1", "redis://[x/1", "nonsense", "redis://${HOST}:6379/1", "{{ .u }}"]
)
def test_a_messaging_url_that_cannot_be_read_needs_a_secret_or_a_url(plan: Plans, url: str) -> None:
    entry = f"{{name: PREFECT_REDIS_MESSAGING_URL, value: '{url}'}}"
    assert list(by_id(plan(f"{SEPARATE}global: {{prefect: {{env: [{entry}]}}}}\n"))) == ["docket-secret"]


def test_a_messaging_url_on_one_pod_only_is_a_question(plan: Plans) -> None:
    text = SEPARATE + "  env: [{name: PREFECT_REDIS_MESSAGING_URL, value: 'rediss://queue:6380/4'}]\n"
    assert list(by_id(plan(text))) == ["docket-url"]


def test_a_host_in_env_of_the_background_pod_only_is_a_question(migrate: Migrate, plan: Plans) -> None:
    text = SEPARATE + "  env: [{name: PREFECT_REDIS_MESSAGING_HOST, value: other}]\n"
    questions = by_id(plan(text))
    assert list(questions) == ["redis-host", "redis-db"]
    assert "is 'redis' on the server pod and 'other' on the background" in questions["redis-host"].text
    assert "url: redis://other:6379/2" in migrate(text, {"redis-host": "other", "redis-db": "2"}).text


def test_the_same_host_in_env_is_not_a_question(migrate: Migrate) -> None:
    text = SEPARATE + "  env: [{name: PREFECT_REDIS_MESSAGING_HOST, value: redis}]\n"
    assert "url: redis://redis:6379/2" in migrate(text, {"redis-db": "2"}).text


def test_a_host_in_server_env_never_wins(migrate: Migrate) -> None:
    text = SEPARATE + "server: {env: [{name: PREFECT_REDIS_MESSAGING_HOST, value: other}]}\n"
    assert "url: redis://redis:6379/2" in migrate(text, {"redis-db": "2"}).text


def test_a_broker_that_is_not_redis_asks_for_the_url(migrate: Migrate, plan: Plans) -> None:
    text = SEPARATE.replace("redis: {host: redis, db: 1}", "broker: prefect.server.utilities.messaging.memory")
    assert "so the values name no Redis" in by_id(plan(text))["docket-url"].text
    assert "url: redis://redis:6379/2" in migrate(text, {"docket-url": "redis://redis:6379/2"}).text


def test_a_messaging_url_from_a_secret_asks_for_no_host(plan: Plans) -> None:
    nowhere = SEPARATE.replace("host: redis", "host: ''")
    secret = "valueFrom: {secretKeyRef: {name: redis, key: url}}"
    text = f"{nowhere}global: {{prefect: {{env: [{{name: PREFECT_REDIS_MESSAGING_URL, {secret}}}]}}}}\n"
    assert list(by_id(plan(text))) == ["docket-secret"]
    assert "redis-host" in by_id(plan(nowhere))


def test_docket_url_keeps_a_single_deployments_docket_in_env(plan: Plans) -> None:
    """Several processes may share it: the chart's own docket is for separate services only."""
    text = "infrahub: {prefect-server: {server: {env: %s}, backgroundServices: {runAsSeparateDeployment: false}}}\n"
    made = plan(text % ENTRIES, {"docket-url": "redis://queue:6379/3"}, version_from="4.13.0-medium")
    changed = [(change.path, change.after) for change in made.changes]
    assert ("infrahub.prefect-server.backgroundServices.messaging.docket.url", "redis://queue:6379/3") in changed
    assert not [path for path, _ in changed if path.endswith("PREFECT_SERVER_DOCKET_URL")]
