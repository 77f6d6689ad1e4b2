"""4.14.0 with several layers: which of them is edited."""

from __future__ import annotations

import pytest

from migrator.planning import apply, discover, examine
from tests import releases

SEPARATE = "backgroundServices:\n  runAsSeparateDeployment: true\n  messaging:\n    redis:\n      host: {}\n"
ABOVE = "backgroundServices:\n  messaging:\n    redis:\n      host: {}\n"
DOCKET = "    docket:\n      url: redis://redis:6379/2\n"


def migrated(texts: list[str], answers: dict[str, str]) -> list[str]:
    request = examine.Request(discover.Options(chart="prefect-server"), answers)
    release = releases.of_layers(*texts)
    case = examine.examine(release, request)
    assert not case.plan.open_questions, [question.text for question in case.plan.open_questions]
    result = apply.apply_plan(case)
    apply.prove_settled(case, result, request)
    return [stream.data.decode() for stream in result.streams]


@pytest.mark.parametrize("unusable", ["localhost", '""'])
@pytest.mark.parametrize("below", ["localhost", "other"])
def test_an_unusable_host_is_replaced_in_the_last_layer(below: str, unusable: str) -> None:
    after = migrated([SEPARATE.format(below), ABOVE.format(unusable)], {"redis-host": "redis", "redis-db": "2"})
    redis = "redis" if unusable != '""' else '"redis"'
    url = DOCKET if unusable != '""' else DOCKET.replace("redis://redis:6379/2", '"redis://redis:6379/2"')
    assert after == [SEPARATE.format(below), ABOVE.format(redis) + url]


def test_the_example_host_is_replaced_in_every_layer() -> None:
    """Other releases may use the lower layer, and their chart refuses the example too."""
    example = "example-infrahub-cache-master"
    after = migrated([SEPARATE.format(example), ABOVE.format(example)], {"redis-host": "redis", "redis-db": "2"})
    assert after == [SEPARATE.format("redis"), ABOVE.format("redis") + DOCKET]


BUNDLED = "redis:\n  enabled: true\nbackgroundServices:\n  runAsSeparateDeployment: true\n"


def test_the_bundled_redis_is_named_by_the_answers() -> None:
    answers = {"docket-password": "reference", "redis-db": "2", "release-name": "prefect", "namespace": "prod"}
    (after,) = migrated([BUNDLED], answers)
    reference = "$(PREFECT_REDIS_MESSAGING_PASSWORD)"
    url = f"redis://:{reference}@prefect-redis-headless.prod.svc.cluster.local:6379/2"
    assert after == f"{BUNDLED}  messaging:\n    docket:\n      url: {url}\n"


@pytest.mark.parametrize(
    ("answers", "paths"),
    [
        ({"redis-db": "2"}, ["backgroundServices.messaging.docket.url"]),
        ({"docket-secret": "queue"}, ["backgroundServices.messaging.docket.existingSecret"]),
        ({"docket-secret": "queue:url"}, ["backgroundServices.messaging.docket"]),
    ],
)
def test_a_new_block_with_one_key_is_reported_by_that_key(answers: dict[str, str], paths: list[str]) -> None:
    request = examine.Request(discover.Options(chart="prefect-server"), answers)
    made = examine.examine(releases.of_text(SEPARATE.format("redis")), request).plan
    assert [change.path for change in made.changes] == paths


def test_the_docket_is_written_after_the_redis_block() -> None:
    broker = "    broker: prefect_redis.messaging\n"
    (after,) = migrated([SEPARATE.format("redis") + broker], {"redis-db": "2"})
    assert after == SEPARATE.format("redis") + DOCKET + broker


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("example-infrahub-cache-master", "the chart refuses the presets' example host"),
        ("localhost", "both pods connect to Redis through it, and it names no host"),
    ],
)
def test_a_host_change_says_what_is_wrong_with_the_old_host(host: str, why: str) -> None:
    request = examine.Request(discover.Options(chart="prefect-server"), {"redis-host": "redis", "redis-db": "2"})
    made = examine.examine(releases.of_text(SEPARATE.format(host)), request).plan
    assert [change.why for change in made.changes if change.before == host] == [why]


def test_a_url_in_env_of_two_files_moves_into_messagings_layer() -> None:
    """Both files already have its password."""
    url = "redis://:hunter2@redis:6379/2"
    entry = f"{{name: PREFECT_SERVER_DOCKET_URL, value: '{url}'}}"
    below = SEPARATE.format("redis") + "server:\n  env: [%s]\n"
    above = "global: {prefect: {env: [%s]}}\n"
    after = migrated([below % entry, above % entry], {})
    assert after == [(below % "").replace("server:", f"    docket:\n      url: {url}\nserver:"), above % ""]
