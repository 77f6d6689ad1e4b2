"""Shapes of values that are refused, each by path and layer, beside a twin that is accepted."""

from __future__ import annotations

from textwrap import dedent

import pytest
from packaging.version import Version

from migrator.charts import presets
from migrator.errors import RefusedError
from migrator.prefect import shapes
from migrator.values.release import Layer, Release
from migrator.yamltext import parse


def layers(*texts: str) -> list[Layer]:
    return [Layer(f"{n}.yaml", parse(dedent(text).encode()).documents[0].data) for n, text in enumerate(texts)]


def release(*texts: str, chart: str = "prefect-server", version: str = "2026.6.5172345", flavour: str = "") -> Release:
    root = {"prefect-server": (), "infrahub-enterprise": ("infrahub", "prefect-server")}[chart]
    after = presets.of_chart(chart, Version(version), flavour)
    return Release(chart=chart, root=root, layers=layers(*texts), before=after, after=after, flavour=flavour)


def refusal(one: Release) -> str:
    """The layer and the text of a release's refusal; empty if it is accepted."""
    try:
        shapes.refuse_unsupported_shapes(one)
    except RefusedError as error:
        return f"{error.path}: {error}"
    return ""


SEPARATE = "backgroundServices: {{runAsSeparateDeployment: {}}}\n"
SSL = "backgroundServices: {{messaging: {{redis: {{ssl: {}}}}}}}\n"
DOCKET = "backgroundServices: {{messaging: {{docket: {{{}}}}}}}\n"


@pytest.mark.parametrize("text", [SEPARATE, SSL])
@pytest.mark.parametrize(
    ("value", "is_accepted"),
    [("true", True), ("false", True), ("", True), ("null", True), ("'true'", False), ("1", False), ("{}", False)],
)
def test_a_boolean_is_true_or_false(text: str, value: str, is_accepted: bool) -> None:
    message = refusal(release(text.format(value)))
    assert ("and the chart accepts only true and false" not in message) is is_accepted
    assert (message == "") is is_accepted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("server: []", "server is not a mapping"),
        ("server:", "server is empty, which removes the chart's own values"),
        ("backgroundServices: text", "backgroundServices is not a mapping"),
        ("backgroundServices:", "backgroundServices is empty, which removes"),
        ("backgroundServices: {messaging: 1}", "backgroundServices.messaging is not a mapping"),
        ("backgroundServices: {messaging: }", "backgroundServices.messaging is empty"),
        ("backgroundServices: {messaging: {redis: host}}", "backgroundServices.messaging.redis is not a mapping"),
        ("backgroundServices: {messaging: {redis: }}", "backgroundServices.messaging.redis is empty"),
        ("global: []", "global is not a mapping"),
        ("global: {prefect: text}", "global.prefect is not a mapping"),
        ("server: {}", ""),
        ("backgroundServices: {}", ""),
        ("backgroundServices: {messaging: {redis: {}}}", ""),
        # Charts read globals with defaults, so an empty one removes nothing of Prefect's.
        ("global:", ""),
        ("global: {prefect: }", ""),
    ],
)
def test_a_block_is_a_mapping(text: str, message: str) -> None:
    found = refusal(release(f"{text}\n"))
    assert message in found
    assert bool(found) is bool(message)


@pytest.mark.parametrize("key", ["url", "existingSecret", "existingSecretKey"])
@pytest.mark.parametrize(
    ("value", "is_accepted"), [("text", True), ("", True), ("7", True), ("[a]", False), ("{}", False)]
)
def test_the_values_of_a_docket_are_strings(key: str, value: str, is_accepted: bool) -> None:
    message = refusal(release(DOCKET.format(f"{key}: {value}")))
    assert (f"docket.{key} is not a string" in message) is not is_accepted
    assert (message == "") is is_accepted


def test_the_refusal_names_the_layer() -> None:
    message = refusal(release(SEPARATE.format("true"), SEPARATE.format("'yes'"), "server: {}\n"))
    assert message.startswith("1.yaml: ")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["infrahub: {prefect-server: {}}"], ""),
        (["other: 1"], ""),
        (["infrahub: []"], "0.yaml: infrahub is not a mapping; Helm refuses that for a chart"),
        (["infrahub: {prefect-server: text}"], "0.yaml: infrahub.prefect-server is not a mapping"),
        (["infrahub:"], "0.yaml: infrahub is empty, which removes everything that earlier layers set there"),
        (
            ["infrahub: {prefect-server: {}}", "infrahub: {prefect-server: }"],
            "1.yaml: infrahub.prefect-server is empty",
        ),
        # A null that a later layer replaces is gone once Helm has merged.
        (["infrahub:", "infrahub: {prefect-server: {}}"], ""),
        (["infrahub: text", "infrahub: {prefect-server: {}}"], "0.yaml: infrahub is not a mapping"),
    ],
)
def test_the_values_of_a_chart_are_a_mapping(texts: list[str], message: str) -> None:
    found = ""
    try:
        shapes.refuse_invalid_charts(layers(*texts), ("infrahub", "prefect-server"))
    except RefusedError as error:
        found = f"{error.path}: {error}"
    assert message in found
    assert bool(found) is bool(message)


ENTERPRISE = "infrahub:\n  prefect-server:\n    {}\n"
WHOLE = """\
infrahub:
  prefect-server:
    server: {env: []}
    backgroundServices:
      runAsSeparateDeployment: true
      env: []
      messaging: {redis: {host: redis, db: 1}}
"""


@pytest.mark.parametrize(
    ("text", "flavour", "missing"),
    [
        (ENTERPRISE.format("server: {env: []}"), "openshift", ["runAsSeparateDeployment", "backgroundServices.env"]),
        (WHOLE.replace(", db: 1", ""), "openshift", ["messaging.redis.db"]),
        (WHOLE, "openshift", []),
        (ENTERPRISE.format("server: {env: []}"), "medium", []),
        (ENTERPRISE.format("server: {env: []}"), "", []),
        # In a single process nothing that is missing matters.
        (ENTERPRISE.format("backgroundServices: {runAsSeparateDeployment: false}"), "openshift", []),
    ],
)
def test_an_unknown_preset_is_refused_if_it_would_decide(text: str, flavour: str, missing: list[str]) -> None:
    one = release(text, chart="infrahub-enterprise", version="4.14.0", flavour=flavour)
    if not missing:
        shapes.refuse_unknown_preset(one)
        return
    with pytest.raises(RefusedError, match="that preset is not known here") as caught:
        shapes.refuse_unknown_preset(one)
    assert caught.value.path == "0.yaml"
    assert all(each in str(caught.value) for each in missing)
    assert "server.env" not in str(caught.value)
    assert str(caught.value.remedy).endswith("(helm show values CHART --version VERSION).")


def test_a_known_old_preset_is_offered_to_be_carried() -> None:
    one = release(
        ENTERPRISE.format("server: {env: []}"), chart="infrahub-enterprise", version="4.14.0", flavour="openshift"
    )
    before = presets.of_chart("infrahub-enterprise", Version("4.13.0"), "medium")
    left = Release(
        chart=one.chart, root=one.root, layers=one.layers, before=before, after=one.after, flavour=one.flavour
    )
    with pytest.raises(RefusedError) as caught:
        shapes.refuse_unknown_preset(left)
    assert str(caught.value.remedy).endswith(", or as in medium: --answer flavour-change=carry.")


@pytest.mark.parametrize(
    ("text", "version", "flavour", "is_validated"),
    [
        (WHOLE, "4.14.0", "medium", True),
        (WHOLE, "4.14.0", "", False),
        (WHOLE, "4.14.0", "openshift", False),
        (WHOLE, "4.13.0", "medium", False),
        (WHOLE + "  configPreset: medium\n", "4.14.0", "", False),
        (WHOLE + "configPreset: medium\n", "4.14.0", "", True),
    ],
)
def test_which_releases_are_validated_for_the_example_host(
    text: str, version: str, flavour: str, is_validated: bool
) -> None:
    one = release(text, chart="infrahub-enterprise", version=version, flavour=flavour)
    assert shapes.refuses_example_host(one) is is_validated


def test_prefect_server_alone_is_not_validated() -> None:
    assert not shapes.refuses_example_host(release("configPreset: medium\nserver: {}\n"))
