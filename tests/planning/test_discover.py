"""What is detected about a release, with the evidence: chart, Prefect root, versions, flavour."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]
REDIS = "{messaging: {redis: {host: redis, db: 1}}}"
ENTERPRISE = f"infrahub: {{prefect-server: {{backgroundServices: {REDIS}}}}}\n"
COMMUNITY = f"prefect-server: {{backgroundServices: {REDIS}}}\n"
ALONE = f"backgroundServices: {REDIS}\n"


class Outcome:
    """The outcome of `plan` for one file: its report, and the error if it was refused."""

    def __init__(self, done: Any) -> None:
        self.code: int = done.returncode
        whole = json.loads(done.stdout)
        self.report = whole["files"][0] if whole["files"] else {}
        self.error = str(self.report.get("error") or whole["error"])

    @property
    def evidence(self) -> str:
        return "\n".join(self.report["evidence"])


Plan = Callable[..., Outcome]


@pytest.fixture
def plan(cli: Cli, tmp_path: Path) -> Plan:
    def planned(text: str, *arguments: str) -> Outcome:
        (tmp_path / "values.yaml").write_text(text)
        done = cli("plan", "values.yaml", "--format", "json", *arguments)
        return Outcome(done)

    return planned


@pytest.mark.parametrize(
    ("text", "chart", "root"),
    [
        (ENTERPRISE, "infrahub-enterprise", "infrahub.prefect-server"),
        (COMMUNITY, "infrahub", "prefect-server"),
        (ALONE, "prefect-server", "."),
    ],
)
def test_the_path_of_the_values_decides_the_chart(plan: Plan, text: str, chart: str, root: str) -> None:
    found = plan(text)
    assert (found.report["chart"], found.report["root"]) == (chart, root)
    shown = root if root != "." else "the top of the file"
    assert f"Prefect values at {shown}\nchart {chart} (from the path of the Prefect values, {shown})" in found.evidence
    named = plan(text, "--chart", chart)
    assert f"chart {chart} (as named)" in named.evidence


@pytest.mark.parametrize(
    ("text", "chart", "belongs"),
    [
        (COMMUNITY, "infrahub-enterprise", "infrahub"),
        (ALONE, "infrahub-enterprise", "prefect-server"),
        (ALONE, "infrahub", "prefect-server"),
    ],
)
def test_a_chart_that_reads_its_values_elsewhere_is_refused(plan: Plan, text: str, chart: str, belongs: str) -> None:
    found = plan(text, "--chart", chart)
    assert found.code == 2
    assert "where that chart ignores them" in found.error and f"They belong to {belongs}" in found.error


def test_an_explicit_root_wins_over_that_of_the_chart(plan: Plan) -> None:
    found = plan(COMMUNITY, "--chart", "infrahub-enterprise", "--root", "prefect-server")
    assert found.report["chart"] == "infrahub-enterprise"
    assert "Prefect values at prefect-server (as named)" in found.evidence


@pytest.mark.parametrize("extra", [(), ("--from", "4.13.0-medium")])
def test_a_root_without_values_is_refused_and_the_right_one_named(plan: Plan, extra: tuple[str, ...]) -> None:
    found = plan(ENTERPRISE, "--root", "prefect-server", *extra)
    assert found.code == 2
    assert "there are no Prefect values at prefect-server; they are at infrahub.prefect-server." in found.error


def test_an_explicit_root_with_unknown_keys_is_accepted(plan: Plan) -> None:
    """An empty mapping, or keys that no Prefect chart has: the person who named it knows."""
    assert plan("# prefect-server\nours: {server: {}}\n", "--root", "ours").report["root"] == "ours"
    nothing = plan("# prefect-server\nours: 1\n", "--root", "theirs")
    assert nothing.code == 2 and "there are no Prefect values at theirs." in nothing.error
    flavoured = plan("# prefect-server\nours: 1\n", "--root", "infrahub.prefect-server", "--from", "4.13.0-medium")
    assert flavoured.report["root"] == "infrahub.prefect-server"
    assert flavoured.report["status"] == "needs-decision"


def test_the_top_of_a_file_can_be_named_as_the_root(plan: Plan) -> None:
    named = plan(ALONE, "--root", ".")
    assert (named.report["root"], named.report["chart"]) == (".", "prefect-server")


def test_several_sets_of_values_are_refused_until_one_is_named(cli: Cli, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(f"{name}: {{backgroundServices: {REDIS}}}\n")
    layers = ("-f", "one.yaml", "-f", "two.yaml", "--format", "json")
    found = Outcome(cli("plan", *layers))
    assert found.code == 2 and "has several sets of Prefect values: one, two." in found.error
    assert Outcome(cli("plan", *layers, "--root", "two")).report["root"] == "two"


@pytest.mark.parametrize("text", ["infrahub: []\n", "infrahub: {prefect-server: 1}\n"])
def test_a_root_that_is_not_a_mapping_is_refused(plan: Plan, text: str) -> None:
    found = plan(text, "--chart", "infrahub-enterprise", "--root", "infrahub.prefect-server", "--from", "4.13.0-small")
    assert found.code == 2 and "is not a mapping, so it has no values" in found.error


@pytest.mark.parametrize(
    ("text", "arguments", "is_taken"),
    [
        ("infrahub: {}\n", ("--from", "4.13.0-medium"), True),
        ("infrahub: {}\n", ("--from", "4.13.0"), False),
        ("infrahub: {}\n", (), False),
        ("# infrahub-enterprise\nneo4j: {}\n", ("--from", "4.13.0-medium"), False),
        ("# infrahub-enterprise\nneo4j: {}\n", ("--from", "4.13.0-medium", "--chart", "infrahub-enterprise"), True),
        ("configPreset: medium\ninfrahub: {}\n", (), True),
        ("one: {configPreset: medium, infrahub: {}}\ntwo: {configPreset: small, infrahub: {}}\n", (), False),
    ],
)
def test_a_file_without_prefect_values_is_accepted_on_a_flavour(
    plan: Plan, text: str, arguments: tuple[str, ...], is_taken: bool
) -> None:
    found = plan(text, *arguments)
    if is_taken:
        assert found.report["root"] == "infrahub.prefect-server"
        assert "no Prefect values in the file: all come from the preset" in found.evidence
    else:
        assert found.code == 2 and "Prefect" in found.error


# Versions


def test_the_evidence_gives_the_versions(plan: Plan) -> None:
    assert (
        "to 4.18.0 (the newest version you can roll back from; --to 4.19.0 or later goes further)"
        in plan(ENTERPRISE).evidence
    )
    known = plan(ENTERPRISE, "--from", "4.13.0-small")
    assert "now on 4.13.0-small" in known.evidence
    assert (known.report["from"], known.report["to"]) == ("4.13.0-small", "4.18.0-small")
    named = plan(ENTERPRISE, "--from", "4.13.0-small", "--to", "4.14.0")
    assert "to 4.14.0 (--to)" in named.evidence and named.report["to"] == "4.14.0-small"


@pytest.mark.parametrize(
    ("start", "to"),
    [
        ("4.18.0", "4.18.0 (the newest version you can roll back from; --to 4.19.0 or later goes further)"),
        ("4.19.0", "4.21.2 (the newest known version)"),
        ("4.99.0-rc.1", "4.99.0-rc.1 (its current version)"),
    ],
)
def test_the_default_target_is_given_with_its_reason(plan: Plan, start: str, to: str) -> None:
    assert f"to {to}" in plan(ENTERPRISE, "--from", start).evidence.splitlines()


@pytest.mark.parametrize(("target", "code"), [("4.12.0", 2), ("4.13.0", 0), ("4.13.1", 0)])
def test_a_target_below_the_current_version_is_refused(plan: Plan, target: str, code: int) -> None:
    found = plan(ENTERPRISE, "--from", "4.13.0-small", "--to", target)
    assert found.code == code
    if code:
        assert (
            "4.12.0 is below 4.13.0-small, which the release runs: infrahub-migrator only moves forward" in found.error
        )


# The flavour


def test_an_unknown_flavour_is_refused(plan: Plan) -> None:
    found = plan(ENTERPRISE, "--from", "4.13.0-mediun")
    assert found.code == 2 and "'mediun' is not a flavour" in found.error and "medium" in found.error
    two = plan(ENTERPRISE, "--from", "4.13.0-medium", "--to", "4.14.0-small")
    assert two.report["flavour"] == "small"
    assert any("flavour changes from medium to small" in each["text"] for each in two.report["notices"])
    assert plan(ENTERPRISE, "--from", "4.13.0", "--to", "4.14.0-small").report["flavour"] == "small"


def test_the_evidence_says_where_the_flavour_comes_from(plan: Plan) -> None:
    preset = "configPreset: medium\n" + ENTERPRISE
    of_preset = plan(preset)
    assert "flavour medium (configPreset in the file)" in of_preset.evidence
    assert (of_preset.report["from"], of_preset.report["to"]) == ("", "4.18.0-medium")
    behind = plan(ENTERPRISE, "--from", "4.13.0-small")
    assert "flavour small (from the version, 4.13.0-small)" in behind.evidence
    target = plan(ENTERPRISE, "--to", "4.14.0-large")
    assert "flavour large (from the version, 4.14.0-large)" in target.evidence
    assert "no flavour (from the version, 4.13.0)" in plan(preset, "--from", "4.13.0").evidence
    assert "no flavour" not in plan(ENTERPRISE, "--from", "4.13.0").evidence


PRESET = "# ours\nconfigPreset: medium\n" + ENTERPRISE


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("--from 4.13.0", "--from (or from: in the project file) says 4.13.0, the plain chart,"),
        ("--from v4.13", "--from (or from: in the project file) says v4.13, the plain chart,"),
        ("--from 4.13.0-small", "--from (or from: in the project file) says 4.13.0-small, the chart of flavour small,"),
        ("--to 4.14.0-small", "--to (or to: in the project file) says 4.14.0-small, the chart of flavour small,"),
    ],
)
def test_a_preset_that_contradicts_the_given_version_is_a_warning(plan: Plan, arguments: str, says: str) -> None:
    (notice,) = [each for each in plan(PRESET, *arguments.split()).report["notices"] if "configPreset" in each["text"]]
    assert (notice["severity"], notice["file"], notice["line"]) == ("warning", "values.yaml", 2)
    runs = "VERSION-medium" if "--to" in arguments else "4.13.0-medium"
    assert notice["text"].startswith(f"configPreset says medium, but {says} which is what is used. If {runs} is")
    assert f"give --from {runs}." in notice["text"]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (PRESET, "--from 4.13.0-medium"),
        (PRESET, "--from 4.13.0-medium --to 4.18.0-small"),  # a change of flavour, which has its own notice
        (PRESET, "--to 4.18.0"),
        (PRESET.replace("medium", "ours"), "--from 4.13.0"),
        (ENTERPRISE, "--from 4.13.0-small"),
    ],
)
def test_a_preset_that_fits_the_version_is_not_a_warning(plan: Plan, text: str, arguments: str) -> None:
    found = plan(text, *arguments.split())
    assert "configPreset says" not in " ".join(each["text"] for each in found.report["notices"])


def test_a_preset_that_contradicts_the_object_is_not_a_warning(cli: Cli, tmp_path: Path) -> None:
    """The version is what runs, and the values of a preset may have been copied onto the plain chart."""
    values = "".join(f"    {line}\n" for line in PRESET.splitlines())
    chart = "{spec: {chart: infrahub-enterprise, version: 4.13.0}}"
    head = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: infrahub}\n"
    (tmp_path / "release.yaml").write_text(f"{head}spec:\n  chart: {chart}\n  values:\n{values}")
    found = Outcome(cli("plan", "release.yaml", "--format", "json"))
    assert "no flavour (from the version, 4.13.0)" in found.evidence
    assert "configPreset" not in " ".join(each["text"] for each in found.report["notices"])


GENERATION_A = """\
configPreset: medium
infrahub:
  prefect-server:
    server: {env: [{name: PREFECT_REDIS_MESSAGING_HOST, value: cache}]}
    backgroundServices: {%senv: [{name: PREFECT_REDIS_MESSAGING_HOST, value: cache}]}
"""


def test_config_preset_in_a_copy_of_the_oldest_presets_is_ignored(plan: Plan) -> None:
    """They were used on the plain chart."""
    assert "flavour medium" not in plan(GENERATION_A % "").evidence
    assert "flavour medium" in plan(GENERATION_A % "runAsSeparateDeployment: true, ").evidence
    assert "flavour medium" in plan((GENERATION_A % "").replace("PREFECT_REDIS_MESSAGING_HOST", "OURS")).evidence
    texts = [each["text"] for each in plan(GENERATION_A % "", "--from", "4.13.0").report["notices"]]
    assert "configPreset says" not in " ".join(texts)


def test_prefect_server_alone_has_no_flavour(plan: Plan) -> None:
    found = plan(ALONE, "--from", "2025.12.24192415")
    assert (found.report["flavour"], found.report["to"]) == ("", "2026.6.5172345")
    preset = plan(f"configPreset: medium\n{ALONE}")
    assert (preset.report["flavour"], preset.report["to"]) == ("", "2026.6.5172345")
    named = plan(ENTERPRISE, "--chart", "prefect-server", "--root", "infrahub.prefect-server")
    assert (named.report["chart"], named.report["flavour"]) == ("prefect-server", "")
    assert "flavour" not in [question["id"] for question in named.report["questions"]]


# Other kinds of file


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "is empty, so it has no values"),
        ("- infrahub\n", "has a list at the top"),
        ("prefect-server\n", "has a single value at the top"),
        ("sops: {mac: ENC}\ninfrahub: {prefect-server: {}}\n", "whose checksum covers every value"),
        (
            "sops: {mac: ENC, mac_only_encrypted: true}\ninfrahub: {prefect-server: {}}\n",
            "and only sops can decide which of the new values to encrypt",
        ),
    ],
)
def test_a_file_without_values_is_refused(plan: Plan, text: str, what: str) -> None:
    found = plan(text, "--chart", "infrahub-enterprise", "--from", "4.13.0-small")
    assert found.code == 2 and what in found.error


@pytest.mark.parametrize(
    ("layer", "what"),
    [
        ("- infrahub\n", "has a list at the top, but Helm values are a mapping"),
        ("prefect-server\n", "has a single value at the top, but Helm values are a mapping"),
        ("sops: {mac: ENC}\n", "is encrypted by SOPS"),
        ("apiVersion: helm.cattle.io/v1\nkind: HelmChart\n", "is a k3s HelmChart"),
        ("# prefect-server\n", ""),
        ("", ""),
    ],
)
def test_a_layer_without_values_is_refused(cli: Cli, tmp_path: Path, layer: str, what: str) -> None:
    """An empty one is ignored, as by Helm."""
    (tmp_path / "values.yaml").write_text(ENTERPRISE)
    (tmp_path / "other.yaml").write_text(layer)
    found = Outcome(cli("plan", "-f", "values.yaml", "-f", "other.yaml", "--format", "json"))
    assert found.code == (2 if what else 0)
    assert not what or (what in found.error and found.error.startswith("other.yaml"))


@pytest.mark.parametrize(
    ("layers", "taken"),
    [
        (["", "# nothing\n"], ""),
        (["", "{}\n"], "1.yaml"),
        (["{}\n", ""], "0.yaml"),
    ],
)
def test_new_values_go_into_a_layer_that_is_not_empty(cli: Cli, tmp_path: Path, layers: list[str], taken: str) -> None:
    """Nothing is written into an empty one."""
    for number, text in enumerate(layers):
        (tmp_path / f"{number}.yaml").write_text(text)
    what = ("--chart", "infrahub-enterprise", "--from", "4.13.0-medium", "--redis-host", "redis", "--redis-db", "2")
    found = Outcome(cli("plan", "-f", "0.yaml", "-f", "1.yaml", "--format", "json", *what))
    assert found.code == (0 if taken else 2)
    if taken:
        assert {each["file"] for each in found.report["changes"]} == {taken}
    else:
        assert "is empty, so it has no values" in found.error
        typed = cli("plan", "0.yaml", "--set", "infrahub.url=x", *what)
        assert typed.returncode == 2 and b"is empty, so it has no values" in typed.stderr


def test_a_custom_key_named_sops_is_not_encryption(plan: Plan) -> None:
    assert plan(f"sops: {{enabled: true}}\n{ENTERPRISE}").code == 0
