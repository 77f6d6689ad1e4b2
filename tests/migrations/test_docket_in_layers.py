"""4.14.0 over several layers: which of them is mended."""

from __future__ import annotations

import pytest

from migrator.planning import apply, discover, examine

SEPARATE = "backgroundServices:\n  runAsSeparateDeployment: true\n  messaging:\n    redis:\n      host: {}\n"
ABOVE = "backgroundServices:\n  messaging:\n    redis:\n      host: {}\n"
DOCKET = "    docket:\n      url: redis://redis:6379/2\n"


def migrated(texts: list[str], answers: dict[str, str]) -> list[str]:
    request = examine.Request(discover.Wishes(chart="prefect-server"), answers)
    layers = [examine.read_bytes(text.encode(), f"{number}.yaml") for number, text in enumerate(texts)]
    case = examine.examine(layers, request)
    assert not case.plan.open_questions, [question.text for question in case.plan.open_questions]
    result = apply.carry_out(case)
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
