"""The rules about entries of env lists, beyond their cases."""

from __future__ import annotations

import pytest

from .cases import SOUND, findings, texts


@pytest.mark.parametrize(
    ("value", "words"),
    [("1", "is 1 without quotes"), ("on", "is true without quotes"), ("{}", "is a mapping,"), ("[]", "is a list,")],
)
def test_a_value_that_is_not_a_string_is_described_as_it_is(value: str, words: str) -> None:
    (found,) = findings(SOUND + f"        - name: WEB_CONCURRENCY\n          value: {value}\n")

    assert (found.rule, words in found.text) == ("env-string", True)


TWICE = "infrahub: {prefect-server: {global: {prefect: {env: [{name: X, value: a}, {name: X, value: b}]}}}}\n"


def test_a_breach_in_global_env_is_reported_once() -> None:
    separate = TWICE.replace("{global", "{backgroundServices: {runAsSeparateDeployment: true}, global")
    assert texts("env-twice", separate) == texts("env-twice", TWICE)
    assert len(texts("env-twice", TWICE)) == 1


def test_a_list_of_an_umbrellas_other_chart_is_not_checked() -> None:
    """The same path at the umbrella's top level belongs to another chart."""
    others = "server: {env: [{value: x}]}\n"
    assert texts("env-entry", f"{others}infrahub: {{prefect-server: {{server: {{replicaCount: 1}}}}}}\n") == []
    own = "infrahub: {prefect-server: {server: {env: [{value: x}]}}}\n"
    assert texts("env-entry", own) == ["an entry of infrahub.prefect-server.server.env has no name"]
