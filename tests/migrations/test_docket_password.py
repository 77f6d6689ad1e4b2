"""4.14.0: a password in the values: where the docket URL gets it, and where it must not."""

from __future__ import annotations

import pytest

from migrator.planning import apply, discover, examine
from tests import releases

from .conftest import Migrate, Plans, by_id

HOST = """\
backgroundServices:
  runAsSeparateDeployment: true
  messaging:
    redis:
      host: redis
"""
PASSWORD = "backgroundServices: {messaging: {redis: {password: PASSWORD}}}\n"
REFERENCE = "$(PREFECT_REDIS_MESSAGING_PASSWORD)"


def case_of(texts: list[str], answers: dict[str, str]) -> tuple[examine.Case, examine.Request]:
    request = examine.Request(discover.Options(chart="prefect-server"), answers)
    release = releases.of_layers(*texts)
    return examine.examine(release, request), request


def migrated(texts: list[str], answers: dict[str, str]) -> list[str]:
    case, request = case_of(texts, answers)
    assert not case.plan.open_questions, [question.text for question in case.plan.open_questions]
    result = apply.apply_plan(case)
    apply.prove_settled(case, result, request)
    return [stream.data.decode() for stream in result.streams]


def test_a_password_is_never_copied_into_another_file() -> None:
    secrets = PASSWORD.replace("PASSWORD", "hunter2")
    case, _ = case_of([secrets, HOST], {})
    questions = by_id(case.plan)
    assert list(questions) == ["docket-password", "redis-db"]
    assert questions["docket-password"].suggestion == "reference"
    assert questions["docket-password"].default is None

    after = migrated([secrets, HOST], {"docket-password": "reference", "redis-db": "2"})
    assert after == [secrets, f"{HOST}    docket:\n      url: redis://:{REFERENCE}@redis:6379/2\n"]
    after = migrated([secrets, HOST], {"docket-secret": "docket"})
    assert after == [secrets, f"{HOST}    docket:\n      existingSecret: docket\n"]


def test_a_password_is_copied_within_its_own_layer() -> None:
    """The docket is written in the last layer that sets any part of the messaging Redis."""
    secrets = PASSWORD.replace("PASSWORD", "hunter2")
    after = migrated([HOST, secrets], {"redis-db": "2"})
    assert after == [HOST, secrets.replace("hunter2}", 'hunter2}, docket: {url: "redis://:hunter2@redis:6379/2"}')]


def test_a_password_that_needs_encoding_asks_for_a_secret() -> None:
    """Kubernetes expands a reference without encoding it, and a raw @ would send the docket to another host."""
    case, _ = case_of([PASSWORD.replace("PASSWORD", '"p@ss"'), HOST], {})
    assert list(by_id(case.plan)) == ["docket-secret"]


def test_a_password_in_env_of_another_file_is_not_copied() -> None:
    entry = "{name: PREFECT_REDIS_MESSAGING_PASSWORD, value: hunter2}"
    apart = f"server: {{env: [{entry}]}}\nbackgroundServices: {{env: [{entry}]}}\n"
    case, _ = case_of([apart, HOST], {"redis-db": "2"})
    (before, after) = (case.plan.start.layers[1].data, case.plan.result.layers[1].data)
    assert "hunter2" not in str(before) + str(after)


def test_in_one_file_the_password_is_copied_with_a_notice(migrate: Migrate) -> None:
    done = migrate(f"{HOST}      password: hunter2\n", {"redis-db": "2"})
    assert done.text == f"{HOST}      password: hunter2\n    docket:\n      url: redis://:hunter2@redis:6379/2\n"
    assert "is now in backgroundServices.messaging.docket.url as well as in messaging.redis.password" in done.notices
    assert "--answer docket-password=reference or --docket-secret" in done.notices


def test_in_one_file_the_reference_can_be_chosen(migrate: Migrate) -> None:
    done = migrate(f"{HOST}      password: hunter2\n", {"redis-db": "2", "docket-password": "reference"})
    assert done.text.endswith(f"url: redis://:{REFERENCE}@redis:6379/2\n")
    assert "as well as in" not in done.notices


def test_spaces_around_a_password_are_part_of_it(migrate: Migrate) -> None:
    done = migrate(f'{HOST}      password: " pass "\n', {"redis-db": "2"})
    assert "redis://:%20pass%20@redis:6379/2" in done.text


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST", "localhost.", "ip6-localhost", "127.0.0.1", "127.1.2.3", "127.1", "0.0.0.0"),
        *('"::1"', '"::"', '"0:0:0:0:0:0:0:1"', '"::ffff:127.0.0.1"', "CHANGEME", "change-me", "TODO"),
    ],
)
def test_loopback_and_reminder_hosts_are_asked_for(plan: Plans, host: str) -> None:
    assert "redis-host" in by_id(plan(HOST.replace("host: redis", f"host: {host}")))


@pytest.mark.parametrize(
    "host", ["localhost.acme", "mylocalhost", "128.0.0.1", '"::2"', '"fd00::1"', "127.acme", "todo.acme"]
)
def test_hosts_that_only_look_like_loopback_are_accepted(plan: Plans, host: str) -> None:
    assert list(by_id(plan(HOST.replace("host: redis", f"host: {host}")))) == ["redis-db"]


URL = "redis://:hunter2@redis:6379/2"


def test_a_url_in_env_moves_within_its_file() -> None:
    apart = f"global: {{prefect: {{env: [{{name: PREFECT_SERVER_DOCKET_URL, value: '{URL}'}}]}}}}\n"
    after = migrated([apart, HOST], {})
    assert after[1] == HOST
    assert after[0] == (
        "global: {prefect: {env: []}}\n"
        f"backgroundServices:\n  messaging:\n    docket:\n      url: {URL}\n"
    )  # fmt: skip
    without = apart.replace(":hunter2@", "")
    assert migrated([without, HOST], {})[1] == f"{HOST}    docket:\n      url: redis://redis:6379/2\n"


def test_a_url_in_env_asks_for_a_secret_if_a_later_file_sets_the_docket() -> None:
    apart = f"global: {{prefect: {{env: [{{name: PREFECT_SERVER_DOCKET_URL, value: '{URL}'}}]}}}}\n"
    empty = HOST + '    docket: {url: ""}\n'
    case, _ = case_of([apart, empty], {})
    (question,) = by_id(case.plan).values()
    assert question.id == "docket-secret"
    assert "PREFECT_SERVER_DOCKET_URL contains a password, which would be written in clear text" in question.text
    after = migrated([apart, empty], {"docket-secret": "queue"})
    assert after == [
        "global: {prefect: {env: []}}\n",
        HOST + '    docket: {url: "", existingSecret: queue}\n',
    ]


def test_an_existing_url_is_edited_in_its_own_layer() -> None:
    above = HOST + "      db: 1\nserver: {env: [{name: INFRAHUB_CACHE_ADDRESS, value: redis}]}\n"
    before = f"backgroundServices: {{messaging: {{docket: {{url: '{URL}'}}}}}}\n"
    crowded = before.replace("6379/2", "6379/0")
    assert migrated([crowded, above], {"redis-db": "3"}) == [crowded.replace("6379/0", "6379/3"), above]
    example = before.replace("@redis:", "@example-infrahub-cache-master:")
    assert migrated([example, above], {}) == [before, above]


def test_a_password_of_a_url_in_env_stays_in_that_file() -> None:
    """The URL's host is localhost, so the URL stays where it is, and only its password counts."""
    entry = "{name: PREFECT_REDIS_MESSAGING_URL, value: 'redis://:hunter2@localhost:6379/1'}"
    apart = f"global: {{prefect: {{env: [{entry}]}}}}\n"
    answers = {"redis-host": "redis", "redis-db": "2"}
    case, _ = case_of([apart + HOST], answers)
    assert list(by_id(case.plan)) == []
    assert "redis://:hunter2@redis:6379/2" in str(case.plan.result.layers[0].data)
    case, _ = case_of([apart, HOST], answers)
    assert list(by_id(case.plan)) == ["docket-secret"]
