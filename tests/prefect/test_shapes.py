"""Shapes of values that nothing is decided on: each refused by path and layer, beside its twin that is read."""

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
    """What is said of a release, with the layer that it is said of; empty where it is read."""
    try:
        shapes.refuse_odd_shapes(one)
    except RefusedError as error:
        return f"{error.path}: {error}"
    return ""


SEPARATE = "backgroundServices: {{runAsSeparateDeployment: {}}}\n"
SSL = "backgroundServices: {{messaging: {{redis: {{ssl: {}}}}}}}\n"
DOCKET = "backgroundServices: {{messaging: {{docket: {{{}}}}}}}\n"


@pytest.mark.parametrize("text", [SEPARATE, SSL])
@pytest.mark.parametrize(
    ("value", "is_read"),
    [("true", True), ("false", True), ("", True), ("null", True), ("'true'", False), ("1", False), ("{}", False)],
)
def test_a_switch_is_true_or_false(text: str, value: str, is_read: bool) -> None:
    said = refusal(release(text.format(value)))
    assert ("and the chart accepts only true and false" not in said) is is_read
    assert (said == "") is is_read


@pytest.mark.parametrize(
    ("text", "said"),
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
        # Helm's own charts read what is global with defaults; an empty one takes nothing of Prefect's away.
        ("global:", ""),
        ("global: {prefect: }", ""),
    ],
)
def test_a_block_is_a_mapping(text: str, said: str) -> None:
    found = refusal(release(f"{text}\n"))
    assert said in found
    assert bool(found) is bool(said)


@pytest.mark.parametrize("key", ["url", "existingSecret", "existingSecretKey"])
@pytest.mark.parametrize(("value", "is_read"), [("text", True), ("", True), ("7", True), ("[a]", False), ("{}", False)])
def test_a_docket_is_told_in_text(key: str, value: str, is_read: bool) -> None:
    said = refusal(release(DOCKET.format(f"{key}: {value}")))
    assert (f"docket.{key} is not a string" in said) is not is_read
    assert (said == "") is is_read


def test_the_layer_is_named_that_says_it() -> None:
    said = refusal(release(SEPARATE.format("true"), SEPARATE.format("'yes'"), "server: {}\n"))
    assert said.startswith("1.yaml: ")


@pytest.mark.parametrize(
    ("texts", "said"),
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
        # A null that a later layer fills is gone when Helm looks.
        (["infrahub:", "infrahub: {prefect-server: {}}"], ""),
        (["infrahub: text", "infrahub: {prefect-server: {}}"], "0.yaml: infrahub is not a mapping"),
    ],
)
def test_a_chart_is_a_mapping(texts: list[str], said: str) -> None:
    found = ""
    try:
        shapes.refuse_what_is_no_chart(layers(*texts), ("infrahub", "prefect-server"))
    except RefusedError as error:
        found = f"{error.path}: {error}"
    assert said in found
    assert bool(found) is bool(said)


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
        # In one process nothing of what is missing decides anything.
        (ENTERPRISE.format("backgroundServices: {runAsSeparateDeployment: false}"), "openshift", []),
    ],
)
def test_a_preset_that_is_not_known_decides_nothing(text: str, flavour: str, missing: list[str]) -> None:
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


def test_what_the_preset_that_is_left_had_can_be_carried_where_it_is_known() -> None:
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
def test_who_refuses_the_example_host(text: str, version: str, flavour: str, is_validated: bool) -> None:
    one = release(text, chart="infrahub-enterprise", version=version, flavour=flavour)
    assert shapes.is_validated(one) is is_validated


def test_prefect_alone_has_no_preset_to_be_validated() -> None:
    assert not shapes.is_validated(release("configPreset: medium\nserver: {}\n"))
