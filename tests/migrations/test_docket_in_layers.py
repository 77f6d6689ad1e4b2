"""4.14.0 over several layers: which of them is mended."""

from __future__ import annotations

import pytest

from migrator.planning import apply, discover, examine

SEPARATE = "backgroundServices:\n  runAsSeparateDeployment: true\n  messaging:\n    redis:\n      host: {}\n"
ABOVE = "backgroundServices:\n  messaging:\n    redis:\n      host: {}\n"
DOCKET = "    docket:\n      url: redis://redis:6379/2\n"


def migrated(texts: list[str], answers: dict[str, str]) -> list[str]:
    request = examine.Request(discover.Options(chart="prefect-server"), answers)
    layers = [examine.read_bytes(text.encode(), f"{number}.yaml") for number, text in enumerate(texts)]
    case = examine.examine(layers, request)
    assert not case.plan.open_questions, [question.text for question in case.plan.open_questions]
    result = apply.apply_plan(case)
    apply.prove_settled(case, result, request)
    return [stream.data.decode() for stream in result.streams]


@pytest.mark.parametrize("nobody", ["localhost", '""'])
@pytest.mark.parametrize("below", ["localhost", "other"])
def test_a_host_that_is_nobodys_is_mended_where_it_counts(below: str, nobody: str) -> None:
    after = migrated([SEPARATE.format(below), ABOVE.format(nobody)], {"redis-host": "redis", "redis-db": "2"})
    redis = "redis" if nobody != '""' else '"redis"'
    url = DOCKET if nobody != '""' else DOCKET.replace("redis://redis:6379/2", '"redis://redis:6379/2"')
    assert after == [SEPARATE.format(below), ABOVE.format(redis) + url]


def test_the_example_host_is_mended_in_every_layer() -> None:
    """The chart of a lower layer's other releases refuses it as well."""
    example = "example-infrahub-cache-master"
    after = migrated([SEPARATE.format(example), ABOVE.format(example)], {"redis-host": "redis", "redis-db": "2"})
    assert after == [SEPARATE.format("redis"), ABOVE.format("redis") + DOCKET]


BUNDLED = "redis:\n  enabled: true\nbackgroundServices:\n  runAsSeparateDeployment: true\n"


def test_the_bundled_redis_by_names_that_were_answered() -> None:
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
def test_a_block_of_one_key_is_told_by_the_key(answers: dict[str, str], paths: list[str]) -> None:
    request = examine.Request(discover.Options(chart="prefect-server"), answers)
    made = examine.examine([examine.read_bytes(SEPARATE.format("redis").encode(), "values.yaml")], request).plan
    assert [change.path for change in made.changes] == paths


def test_a_docket_stands_behind_the_redis_it_is_on() -> None:
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
def test_the_change_of_a_host_says_what_is_wrong_with_the_one_before(host: str, why: str) -> None:
    request = examine.Request(discover.Options(chart="prefect-server"), {"redis-host": "redis", "redis-db": "2"})
    made = examine.examine([examine.read_bytes(SEPARATE.format(host).encode(), "values.yaml")], request).plan
    assert [change.why for change in made.changes if change.before == host] == [why]


def test_a_url_in_env_of_two_files_goes_where_messaging_stands() -> None:
    """Both hold its password already."""
    url = "redis://:hunter2@redis:6379/2"
    entry = f"{{name: PREFECT_SERVER_DOCKET_URL, value: '{url}'}}"
    below = SEPARATE.format("redis") + "server:\n  env: [%s]\n"
    above = "global: {prefect: {env: [%s]}}\n"
    after = migrated([below % entry, above % entry], {})
    assert after == [(below % "").replace("server:", f"    docket:\n      url: {url}\nserver:"), above % ""]
