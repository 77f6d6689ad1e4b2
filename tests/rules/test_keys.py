"""The rules about keys that the chart does not have, beyond their cases."""

from __future__ import annotations

import pytest

from migrator import yamltext
from migrator.planning import catalog, discover
from migrator.rules.unknown import unknown_keys
from migrator.values.merge import Map
from migrator.values.release import Layer

from .cases import DOCKET, HOST, PIN, SOUND, findings, remedies, texts


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("hots: x", "Did you mean infrahub.prefect-server.backgroundServices.messaging.redis.host?"),
        ("Password: x", "Did you mean infrahub.prefect-server.backgroundServices.messaging.redis.password?"),
        (
            "qqqq: x",
            (
                "Remove it; the known keys are db, existingSecret, existingSecretPasswordKey, host, password, port, "
                "ssl, username."
            ),
        ),
        ("ssl: 'true'", "Write true or false, without quotes."),
    ],
)
def test_a_key_that_the_schema_refuses_gets_a_suggestion(line: str, remedy: str) -> None:
    assert remedies(SOUND.replace(HOST, f"{HOST}          {line}\n"), "messaging-keys") == [remedy]


@pytest.mark.parametrize("key", ["existingSecret", "existingSecretPasswordKey"])
def test_a_key_of_the_new_chart_is_named_as_such_on_the_old_one(key: str) -> None:
    text = SOUND.replace(PIN, "").replace(DOCKET, "").replace(HOST, f"{HOST}          {key}: x\n")

    (remedy,) = remedies(text, "messaging-keys", to="4.13.0")
    assert remedy == "Remove it, or upgrade to a chart that has it: 4.14.0 (prefect-server 2026.4.10163454) or newer."


UNKNOWN_KEY = "infrahub: {prefect-server: {backgroundServices: {messaging: {docket: {urll: x}}}}}\n"


@pytest.mark.parametrize(("to", "key"), [("4.13.0", "docket"), ("4.14.1", "docket.urll")])
def test_a_chart_without_docket_refuses_the_whole_block(to: str, key: str) -> None:
    where = "infrahub.prefect-server.backgroundServices.messaging"
    assert texts("messaging-keys", UNKNOWN_KEY, to=to) == [f"{where}.{key} is not a key of this chart"]


@pytest.mark.parametrize(
    ("key", "remedy"),
    [
        ("hots", "Did you mean infrahub.prefect-server.backgroundServices.messaging.redis.host?"),
        (
            "existingSecret",
            "Remove it, or upgrade to a chart that has it: 4.14.0 (prefect-server 2026.4.10163454) or newer.",
        ),
    ],
)
def test_an_unknown_key_on_an_old_chart_gets_a_fitting_remedy(key: str, remedy: str) -> None:
    text = f"infrahub: {{prefect-server: {{backgroundServices: {{messaging: {{redis: {{{key}: x}}}}}}}}}}\n"
    found = [each.remedy for each in findings(text, to="4.13.0") if each.rule == "messaging-keys"]
    assert found == [remedy]


def test_a_map_that_is_empty_in_the_chart_accepts_any_key() -> None:
    values: Map = {"infrahub": {"prefect-server": {"server": {"extra": {}, "probe": {"port": 1}}}}}
    text = "infrahub: {prefect-server: {server: {extra: {ours: 1}, probe: {ours: 1}}}}\n"
    stream = yamltext.parse(text.encode(), "values.yaml")
    layers = [Layer("values.yaml", stream.documents[0].data)]
    options = discover.Options()
    what = discover.detect(layers, options, catalog.load())
    release = discover.build_release(what, layers, options, "")
    unknown = unknown_keys(release, values, lambda _, route: stream.documents[0].line(route), ["values.yaml"])
    assert [each.text.partition(" is not a key")[0] for each in unknown] == [
        "infrahub.prefect-server.server.probe.ours"
    ]
