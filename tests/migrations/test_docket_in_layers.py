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
