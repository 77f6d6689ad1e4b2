"""What the rules and `migrator.prefect` assume about the chart, compared with what Helm renders from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from packaging.version import Version

from migrator import rules, yamltext
from migrator.charts import presets
from migrator.errors import VerificationError
from migrator.prefect import deployment, env, messaging
from migrator.prefect.deployment import chart_env_names
from migrator.prefect.docket import docket_on
from migrator.values.release import Layer, Release
from tests import skeleton

BEFORE, AFTER = "2025.12.24192415", "2026.6.5172345"
CONTAINERS = {"server": "prefect-server", "background": "prefect-background-services"}

TUNED = "PREFECT_REDIS_MESSAGING_PUBLISHER_BATCH_SIZE=5"
SEPARATE = skeleton.values("WEB_CONCURRENCY=1", TUNED, ["host: redis.example.org"], root="")
REDIS = "      host: redis.example.org\n"
MESSAGING = "  messaging:\n"

SHAPES = {
    "single": "server: {replicaCount: 1}\n",
    "separate": SEPARATE,
    "global": "global: {prefect: {env: [{name: A, value: x}]}}\n" + SEPARATE,
    "password": SEPARATE.replace(REDIS, REDIS + "      password: secret\n      username: me\n      ssl: true\n"),
    "bundled": SEPARATE.replace(REDIS, '      host: ""\n') + "redis: {enabled: true}\n",
    "bundled, named": SEPARATE.replace(REDIS, '      host: ""\n') + "redis: {enabled: true, nameOverride: infra}\n",
    "bundled, renamed": SEPARATE.replace(REDIS, '      host: ""\n')
    + "redis: {enabled: true, fullnameOverride: cache}\n",
    "bundled beside a host": SEPARATE + "redis: {enabled: true}\n",
    "another broker": SEPARATE.replace(
        MESSAGING, MESSAGING + "    broker: prefect.server.utilities.messaging.memory\n"
    ),
    "basic auth": SEPARATE.replace("server:\n", "server:\n  basicAuth: {enabled: true, authString: 'a:b'}\n", 1),
}
SHAPES_AFTER = {
    "a Secret for the password": SEPARATE.replace(REDIS, REDIS + "      existingSecret: redis\n"),
    "a docket": SEPARATE.replace(MESSAGING, MESSAGING + "    docket: {url: redis://redis.example.org:6379/2}\n"),
    "a Secret for the docket": SEPARATE.replace(MESSAGING, MESSAGING + "    docket: {existingSecret: docket}\n"),
    "a docket in env": SEPARATE
    + "    - name: PREFECT_SERVER_DOCKET_URL\n      value: redis://redis.example.org:6379/3\n",
    "two dockets": SEPARATE.replace(MESSAGING, MESSAGING + "    docket: {url: redis://redis.example.org:6379/2}\n")
    + "    - name: PREFECT_SERVER_DOCKET_URL\n      value: redis://redis.example.org:6379/3\n",
}


def release(text: str, version: str = AFTER) -> Release:
    """prefect-server as its own release."""
    values = presets.of_chart("prefect-server", Version(version), "")
    data = yamltext.parse(text.encode()).documents[0].data
    layers = [Layer("values.yaml", data)]
    return Release(
        chart="prefect-server",
        root=(),
        layers=layers,
        before=values,
        after=values,
        name="infrahub",
        namespace="infrahub",
    )


def names(entries: list[str]) -> list[str]:
    return [entry.partition("<-")[0].partition("=")[0] for entry in entries]


def in_container(entries: list[str], name: str) -> str:
    """The value that the container sees, the last of a name; empty if there is none."""
    found = [entry for entry in entries if names([entry]) == [name]]
    return found[-1].removeprefix(name).removeprefix("=") if found else ""


@pytest.mark.parametrize("version", [BEFORE, AFTER])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_names_that_the_chart_sets_itself(shape: str, version: str, pods: Callable[..., Any]) -> None:
    assert_names(SHAPES[shape], version, pods)


@pytest.mark.parametrize("shape", SHAPES_AFTER)
def test_the_names_that_the_new_chart_sets_itself(shape: str, pods: Callable[..., Any]) -> None:
    assert_names(SHAPES_AFTER[shape], AFTER, pods)


def assert_names(text: str, version: str, pods: Callable[..., Any]) -> None:
    """Only the expected pods exist, each with exactly the names that the chart and the lists set."""
    rendered = pods(text, "prefect-server", version)
    values = release(text, version)

    expected = ["server", "background"] if deployment.is_separate(values) else ["server"]
    assert sorted(rendered) == sorted(CONTAINERS[pod] for pod in expected)
    for pod in expected:
        own = [entry.name for _, entry in env.on_pod(values, pod)]
        assert sorted(names(rendered[CONTAINERS[pod]])) == sorted([*chart_env_names(values, pod), *own])


@pytest.mark.parametrize("shape", [*SHAPES, *SHAPES_AFTER])
def test_docket_and_messaging_redis_are_those_of_the_rendered_pods(shape: str, pods: Callable[..., Any]) -> None:
    text = {**SHAPES, **SHAPES_AFTER}[shape]
    values = release(text)
    for container, entries in pods(text, "prefect-server", AFTER).items():
        pod = {name: pod for pod, name in CONTAINERS.items()}[container]
        docket = docket_on(values, pod)
        assert docket is not None
        expected = f"<-{docket.secret}/{docket.key}" if docket.secret else docket.url
        assert in_container(entries, "PREFECT_SERVER_DOCKET_URL") == expected
        if values.prefect and in_container(entries, "PREFECT_REDIS_MESSAGING_HOST"):
            address = messaging.messaging(values, pod)
            assert in_container(entries, "PREFECT_REDIS_MESSAGING_HOST") == address.host
            assert in_container(entries, "PREFECT_REDIS_MESSAGING_PORT") == address.port
            assert in_container(entries, "PREFECT_REDIS_MESSAGING_DB") == address.database
            assert in_container(entries, "PREFECT_REDIS_MESSAGING_USERNAME") == address.username
            password = in_container(entries, "PREFECT_REDIS_MESSAGING_PASSWORD")
            assert address.password.kind == (
                "injected" if password.startswith("<-") else "visible" if password else "none"
            )


REFUSED = {
    "messaging-host": SEPARATE.replace(REDIS, '      host: ""\n'),
    "messaging-keys": SEPARATE.replace(REDIS, REDIS + "      hots: x\n"),
    "docket-null": SEPARATE.replace(MESSAGING, MESSAGING + "    docket:\n"),
}


@pytest.mark.parametrize("rule", REFUSED)
def test_the_chart_refuses_what_these_rules_call_an_error(rule: str, rendered: Callable[..., Any]) -> None:
    """The chart accepts the same file without the error."""
    found = rules.check(release(REFUSED[rule]), lambda layer, route: 1, ["values.yaml"])

    assert rule in {each.rule for each in found if each.severity == "error"}
    with pytest.raises(VerificationError, match="Helm refuses the values"):
        rendered(REFUSED[rule], "prefect-server", AFTER)
    assert rendered(SEPARATE, "prefect-server", AFTER)


def test_a_string_in_place_of_a_boolean_is_refused_by_rule_and_chart(rendered: Callable[..., Any]) -> None:
    text = SEPARATE.replace(REDIS, REDIS + '      ssl: "true"\n')

    assert "messaging-keys" in {each.rule for each in rules.check(release(text), lambda layer, route: 1, ["v.yaml"])}
    with pytest.raises(VerificationError, match="ssl"):
        rendered(text, "prefect-server", AFTER)


@pytest.mark.parametrize(("preset", "refused"), [("", False), ("configPreset: medium\n", True)])
def test_the_enterprise_chart_refuses_the_example_host_only_in_a_preset(
    preset: str, refused: bool, rendered: Callable[..., Any]
) -> None:
    text = (
        preset
        + "infrahub:\n  prefect-server:\n"
        + "".join(f"    {line}\n" for line in SEPARATE.replace("redis.example.org", presets.EXAMPLE_HOST).splitlines())
    )
    if not refused:
        assert rendered(text, "infrahub-enterprise", AFTER)
        return
    with pytest.raises(VerificationError, match="example host"):
        rendered(text, "infrahub-enterprise", AFTER)
