"""Flux HelmReleases: values at `spec.values`, the chart's version beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.errors import RefusedError
from migrator.sources import read_bytes
from migrator.sources.flux import is_release
from migrator.sources.objects import objects_in, version_patches

from .texts import AFTER, DB, VALUES, helm_release, releases_in

Migrate = Callable[..., Any]


def test_values_and_version_move_together(migrate: Migrate) -> None:
    done = migrate(helm_release(VALUES), DB)
    assert done.text == helm_release(AFTER, "4.18.0-medium")
    assert migrate(done.text).text == done.text


@pytest.mark.parametrize(
    ("before", "after"), [("4.13.0", "4.18.0"), ("v4.13.0-large-data", "v4.18.0-large-data"), ("4.2.3", "4.18.0")]
)
def test_the_flavour_suffix_of_a_version_stays(migrate: Migrate, before: str, after: str) -> None:
    assert migrate(helm_release(VALUES, before), DB).text == helm_release(AFTER, after)


def test_the_version_moves_to_the_target_of_the_command_line(migrate: Migrate) -> None:
    done = migrate(helm_release(VALUES), DB, version_to="4.18.0-medium")
    assert done.text == helm_release(AFTER, "4.18.0-medium")


@pytest.mark.parametrize(("to", "text"), [("4.15.0-rc.1", "4.15.0-rc.1-medium"), ("4.15", "4.15.0-medium")])
def test_the_version_is_written_as_charts_are_published(migrate: Migrate, to: str, text: str) -> None:
    assert migrate(helm_release(VALUES), DB, version_to=to).text == helm_release(AFTER, text)


def test_hop_by_hop_ends_at_the_same_version_as_one_jump(migrate: Migrate) -> None:
    values = "infrahub: {prefect-server: {backgroundServices: {messaging: {redis: {host: redis.prod}}}}}\n"
    at_once = migrate(helm_release(values), DB, version_to="4.18.0").text
    halfway = migrate(helm_release(values), DB, version_to="4.14.0").text
    assert "4.14.0-medium" in halfway
    assert migrate(halfway, version_to="4.18.0").text == at_once
    assert migrate(halfway).text == halfway  # no target is given, and no value has to change


def test_a_version_that_refuses_the_values_is_reported(migrate: Migrate) -> None:
    left = migrate(helm_release(VALUES), DB, bump=False)
    words = (
        "The chart version 4.13.0-medium refuses messaging.docket, which these values have: move it to 4.18.0-medium."
    )
    again = migrate(left.text)
    assert again.text == left.text
    assert words in again.notices
    assert words not in migrate(helm_release(AFTER, "4.14.0-medium")).notices


def test_old_values_under_a_new_version_are_migrated(migrate: Migrate) -> None:
    done = migrate(helm_release(VALUES, "4.18.2-medium"), DB)
    assert done.text == helm_release(AFTER, "4.18.2-medium")


def test_a_version_never_goes_back(migrate: Migrate) -> None:
    done = migrate(helm_release(VALUES, "4.18.2-medium"), DB, version_from="4.13.0-medium")
    assert done.text == helm_release(AFTER, "4.18.2-medium")


def test_no_bump_leaves_the_version_and_says_so(migrate: Migrate) -> None:
    done = migrate(helm_release(VALUES), DB, bump=False)
    assert done.text == helm_release(AFTER)
    assert "The chart version stays 4.13.0-medium (--no-bump)" in done.notices


@pytest.mark.parametrize("version", ["4.x", ">=4.13.0 <5.0.0", "^4.13.0", "*", "4.18"])
def test_a_version_range_is_reported(migrate: Migrate, version: str) -> None:
    done = migrate(helm_release(VALUES, version), DB)
    assert done.text == helm_release(AFTER, version)
    assert f"its chart version is a range ({version})" in done.notices


@pytest.mark.parametrize("version", ["4.13.x", ">=4.13.0 <4.14.0", "~4.13.0", "4.13"])
def test_a_range_that_cannot_reach_the_target_is_reported(migrate: Migrate, version: str) -> None:
    done = migrate(helm_release(VALUES, version), DB)
    assert done.text == helm_release(AFTER, version)
    assert (
        f"spec.chart.spec.version is {version}, which never reaches 4.18.0, the version these values are for"
        in done.notices
    )


def test_a_chart_from_another_object_is_reported(migrate: Migrate) -> None:
    def text(values: str) -> str:
        whole = helm_release(values)
        start, end = whole.index("  chart:\n"), whole.index("  values:\n")
        return whole[:start] + "  chartRef: {kind: OCIRepository, name: infrahub}\n" + whole[end:]

    done = migrate(text(VALUES), DB)
    assert done.text == text(AFTER)
    assert "its chart comes from OCIRepository infrahub" in done.notices


REPOSITORY = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: infrahub}
spec:
  url: oci://registry.example.com/opsmill/infrahub-enterprise
  ref:
    REF
---
"""


def referring(values: str, ref: str) -> str:
    whole = helm_release(values)
    start, end = whole.index("  chart:\n"), whole.index("  values:\n")
    reference = "  chartRef: {kind: OCIRepository, name: infrahub}\n"
    return REPOSITORY.replace("REF", ref) + whole[:start] + reference + whole[end:]


def test_a_referenced_object_in_the_file_gives_the_version(migrate: Migrate) -> None:
    done = migrate(referring(VALUES, "tag: v4.13.0-large"), DB)
    assert done.text == referring(AFTER, "tag: v4.18.0-large")
    assert done.plan.start.flavour == "large"
    newer = migrate(referring(VALUES, "tag: 4.18.2-large"), DB)
    assert newer.text == referring(AFTER, "tag: 4.18.2-large")


@pytest.mark.parametrize("ref", ["semver: 4.x", "digest: sha256:abc", "tag: 4.x"])
def test_values_are_refused_if_the_referenced_chart_is_not_pinned(migrate: Migrate, ref: str) -> None:
    with pytest.raises(RefusedError, match=ref.partition(":")[0]):
        migrate(referring(VALUES, ref), DB)


def test_values_from_elsewhere_are_named(migrate: Migrate) -> None:
    head = "  valuesFrom:\n    - {kind: ConfigMap, name: base}\n    - {kind: Secret, name: own, valuesKey: v.yaml}\n"
    done = migrate(helm_release(VALUES, head=head), DB)
    assert done.text == helm_release(AFTER, "4.18.0-medium", head=head)
    assert "ConfigMap base (key values.yaml), Secret own (key v.yaml) lie below these" in done.notices
    assert "The docket URL has no password" in done.notices
    assert "The docket URL has no password" not in migrate(helm_release(VALUES), DB).notices


def test_a_release_of_an_umbrella_chart_keeps_its_version(migrate: Migrate) -> None:
    def umbrella(values: str) -> str:
        nested = "platform:\n" + "".join(f"  {line}" for line in values.splitlines(keepends=True))
        return helm_release(nested, "1.2.3", chart="platform")

    done = migrate(umbrella(VALUES), DB)
    assert done.text == umbrella(AFTER)
    assert "1.2.3 is the version of platform" in done.notices


def test_a_flavoured_chart_without_prefect_values_needs_a_decision(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "release.yaml").write_text(helm_release("infrahub: {}\n"), "utf-8")
    done = cli("check", "release.yaml")
    assert done.returncode == 1
    assert b"release.yaml: needs-decision" in done.stdout


@pytest.mark.parametrize(("chart", "version"), [("infrahub", "4.27.0"), ("infrahub-enterprise", "4.13.0")])
def test_a_plain_chart_without_prefect_values_is_unchanged(
    cli: Callable[..., Any], tmp_path: Path, chart: str, version: str
) -> None:
    text = helm_release("infrahubServer: {}\n", version, chart=chart)
    (tmp_path / "release.yaml").write_text(text, "utf-8")
    done = cli("migrate", "release.yaml", "--non-interactive")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "release.yaml").read_text("utf-8") == text


def test_a_release_with_prefect_disabled_is_current(cli: Callable[..., Any], tmp_path: Path) -> None:
    for text in (
        "infrahub: {prefect-server: {enabled: false}}\n",
        helm_release("infrahub: {prefect-server: {enabled: no}}\n"),
    ):
        (tmp_path / "values.yaml").write_text(text, "utf-8")
        done = cli("check", "values.yaml")
        assert (done.returncode, done.stdout[:21]) == (0, b"values.yaml: current\n"), done.stdout


def test_an_object_encrypted_by_sops_is_refused(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "release.yaml").write_text(helm_release(VALUES) + "sops: {mac: x}\n", "utf-8")
    done = cli("check", "release.yaml")
    assert done.returncode == 2
    assert b"encrypted by SOPS" in done.stderr


def test_line_numbers_are_those_of_the_file(migrate: Migrate) -> None:
    before = helm_release(VALUES)
    report = migrate(before, DB).report
    lines = before.splitlines()
    places = {change.path.rpartition(".")[2]: lines[change.line - 1].strip() for change in report.changes}
    assert places["version"] == 'version: "4.13.0-medium"   # pinned'
    assert places["url"] == "redis:"
    assert places["PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED"] == "- name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED"


@pytest.mark.parametrize(
    ("spec", "name", "namespace"),
    [
        ("", "infrahub", "prod"),
        ("  releaseName: hub\n", "hub", "prod"),
        ("  targetNamespace: apps\n", "apps-infrahub", "apps"),
        ("  targetNamespace: apps\n  releaseName: hub\n", "hub", "apps"),
    ],
)
def test_the_name_of_the_release(tmp_path: Path, spec: str, name: str, namespace: str) -> None:
    (bundle,) = releases_in(tmp_path, helm_release(VALUES, head=spec))
    assert (bundle.release_name, bundle.namespace, bundle.is_patch) == (name, namespace, False)


def test_a_patch_without_a_name_gives_no_release_name(tmp_path: Path) -> None:
    text = helm_release(VALUES, head="  targetNamespace: apps\n").replace("  name: infrahub\n", "")
    start, end = text.index("  chart:\n"), text.index("  targetNamespace")
    (bundle,) = releases_in(tmp_path, text[:start] + text[end:])
    assert (bundle.release_name, bundle.is_patch) == ("", True)


@pytest.mark.parametrize(
    ("version", "is_one"),
    [("helm.toolkit.fluxcd.io/v2", True), ("helm.fluxcd.io/v1", True), ("helm.toolkit.example.com/v2", False)],
)
def test_which_objects_are_helm_releases(version: str, is_one: bool) -> None:
    assert is_release({"apiVersion": version, "kind": "HelmRelease"}) is is_one
    assert not is_release({"apiVersion": version, "kind": "HelmChart"})


@pytest.mark.parametrize(
    ("chart", "is_patch"),
    [
        ("chart: {spec: {chart: infrahub-enterprise, version: 4.13.0-medium}}", False),
        ("chart: {spec: {version: 4.13.0-medium}}", True),
        ("chart: {spec: {chart: infrahub-enterprise}}", False),
        ("chart: {name: infrahub-enterprise, version: 4.13.0-medium}", False),  # the Helm Operator of Flux 1
        ("chart: {git: 'https://example.com/charts', ref: main}", False),
    ],
)
def test_which_objects_only_patch_the_version(chart: str, is_patch: bool) -> None:
    text = f"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: infrahub}}\nspec:\n  {chart}\n"
    source = read_bytes(text.encode(), "prod.yaml")
    (each,) = objects_in(source)
    assert [bundle.is_patch for bundle in version_patches(source, each)] == [True] * is_patch


@pytest.mark.parametrize(
    ("item", "called"),
    [
        ("{kind: ConfigMap, name: base}", "ConfigMap base (key values.yaml)"),
        ("{kind: Secret, name: base, valuesKey: prod}", "Secret base (key prod)"),
        ("{configMapKeyRef: {name: base, key: prod}}", "ConfigMap base (key prod)"),
        ("{secretKeyRef: {name: base}}", "Secret base (key values.yaml)"),
        ("{chartFileRef: {path: prod.yaml}}", "elsewhere"),
        ("{kind: ConfigMap, valuesKey: prod}", "kind ConfigMap, valuesKey prod"),
    ],
)
def test_values_from_elsewhere_are_named_as_in_the_object(tmp_path: Path, item: str, called: str) -> None:
    (bundle,) = releases_in(tmp_path, helm_release(VALUES, head=f"  valuesFrom: [{item}]\n"))
    assert [each.label for each in bundle.unseen] == [called]


def test_a_release_past_the_target_does_not_fail_the_gate(cli: Callable[..., Any], tmp_path: Path) -> None:
    """Upgrading one of many releases first is not wrong; what its values lack is reported all the same."""
    ahead, behind = helm_release(AFTER, version="4.21.2-medium"), helm_release(VALUES, version="4.21.2-medium")
    (tmp_path / "ahead.yaml").write_text(ahead, "utf-8")
    done = cli("check", "ahead.yaml", "--to", "4.18.0")
    assert done.returncode == 0 and done.stdout.startswith(b"ahead.yaml: current"), done.stderr
    output = cli("plan", "ahead.yaml", "--to", "4.18.0").stdout.decode()
    assert "- to 4.21.2 (its current version, past --to 4.18.0)" in output
    assert "The chart is at 4.21.2-medium already, past 4.18.0" in " ".join(output.split())
    (tmp_path / "ahead.yaml").write_text(behind, "utf-8")
    assert cli("migrate", "ahead.yaml", "--to", "4.18.0", "--redis-db", "2", "--non-interactive").returncode == 0
    assert (tmp_path / "ahead.yaml").read_text("utf-8") == ahead
    done = cli("check", "ahead.yaml", "--from", "4.21.2", "--to", "4.18.0")
    assert done.returncode == 2 and b"only moves forward" in done.stderr
    assert b"'~4.18' is not a chart version" in cli("check", "ahead.yaml", "--to", "~4.18").stderr
