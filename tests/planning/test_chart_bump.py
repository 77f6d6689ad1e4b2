"""The chart version in the object around the values: whether it moves, and what is reported if it does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.planning import chart_bump, discover, examine
from migrator.sources.bundle import ReleaseChart
from tests import releases, skeleton

Cli = Callable[..., Any]
Plan = Callable[..., Any]
REDIS = "{runAsSeparateDeployment: true, messaging: {redis: {host: redis, db: 1}}, env: []}"
OPEN = f"infrahub: {{prefect-server: {{server: {{env: []}}, backgroundServices: {REDIS}}}}}"
DONE = skeleton.values(
    "webserver-only pin register", "metrics", ("host: redis", "db: 1"), '"redis://redis:6379/2"', flow=True
)


def helm_release(values: str, chart: str = "infrahub-enterprise", version: str = "4.13.0", more: str = "") -> str:
    """A HelmRelease with its version on line 9."""
    indented = "".join(f"    {line}\n" for line in values.splitlines())
    return (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: infrahub, namespace: prod}\n"
        f"spec:\n  interval: 5m\n  chart:\n    spec:\n      chart: {chart}\n      version: '{version}'\n"
        f"      sourceRef: {{kind: HelmRepository, name: ours}}\n{more}  values:\n{indented}"
    )


@pytest.fixture
def plan(cli: Cli, tmp_path: Path) -> Plan:
    def planned(text: str, *arguments: str) -> Any:
        (tmp_path / "object.yaml").write_text(text)
        return json.loads(cli("plan", "object.yaml", "--format", "json", *arguments).stdout)["files"][0]

    return planned


def notices(report: Any) -> str:
    return "\n".join(notice["text"] for notice in report["notices"] if notice["text"].startswith("The chart version"))


def moved(report: Any) -> Any:
    return next((each["after"] for each in report["changes"] if each["step"] == "chart-version"), None)


@pytest.mark.parametrize(
    ("version", "after"),
    [
        ("4.13.0", "4.18.0"),
        ("4.13.0-medium", "4.18.0-medium"),
        ("v4.13.0", "v4.18.0"),
        ("4.14.1", "4.18.0"),
        ("4.18.0", None),
    ],
)
def test_the_version_moves_to_the_target_with_its_flavour(plan: Plan, version: str, after: str | None) -> None:
    found = plan(helm_release(OPEN, version=version), "--redis-db", "2")
    assert moved(found) == after
    assert notices(found) == ""
    bump = [each for each in found["changes"] if each["step"] == "chart-version"]
    assert [(each["path"], each["before"], each["effect"]) for each in bump] == (
        [("spec.chart.spec.version", version, "required")] if after else []
    )


def test_without_changes_the_version_moves_only_to_an_explicit_target(plan: Plan) -> None:
    current = helm_release(DONE, version="4.14.0")
    assert moved(plan(current)) is None and plan(current)["status"] == "current"
    assert notices(plan(current)) == ""
    named = plan(current, "--to", "4.14.1")
    assert moved(named) == "4.14.1" and named["status"] == "pending"


def test_a_chart_that_refuses_the_docket_is_reported(plan: Plan) -> None:
    assert notices(plan(helm_release(DONE, version="4.13.0"))) == (
        "The chart version 4.13.0 refuses messaging.docket, which these values have: move it to 4.18.0."
    )
    without = "infrahub: {prefect-server: {backgroundServices: {runAsSeparateDeployment: false}}}"
    assert notices(plan(helm_release(without, version="4.13.0"))) == ""


def test_no_bump_leaves_the_version_and_says_so(plan: Plan) -> None:
    found = plan(helm_release(OPEN), "--redis-db", "2", "--no-bump")
    assert moved(found) is None
    assert notices(found).startswith(
        "The chart version stays 4.13.0 (--no-bump): the values need 4.18.0 or later, and the old chart refuses them."
    )


def test_the_version_of_another_chart_stays(plan: Plan) -> None:
    found = plan(helm_release(f"ours: {{{OPEN}}}", chart="platform", version="1.2.3"), "--redis-db", "2")
    assert (found["from"], moved(found)) == ("", None)
    assert notices(found) == (
        "The chart version is not moved here: 1.2.3 is the version of platform, which wraps this chart."
    )


def test_the_version_of_the_object_is_evidence_unless_from_is_given(plan: Plan) -> None:
    evidence = "infrahub-enterprise 4.13.0 (spec.chart.spec.version)"
    found = plan(helm_release(OPEN), "--redis-db", "2")
    assert evidence in found["evidence"] and found["from"] == "4.13.0"
    other = plan(helm_release(OPEN), "--redis-db", "2", "--from", "4.14.0")
    assert evidence not in other["evidence"] and other["from"] == "4.14.0"


OCI = """\
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: infrahub, namespace: prod}
spec:
  url: oci://registry.example.com/charts/infrahub-enterprise
  ref: {REF}
"""


def by_reference(values: str, ref: str) -> str:
    whole = helm_release(values)
    start, end = whole.index("  chart:\n"), whole.index("  values:\n")
    return whole[:start] + "  chartRef: {kind: OCIRepository, name: infrahub}\n" + whole[end:] + OCI.replace("REF", ref)


@pytest.mark.parametrize("ref", ["tag: 4.13.0, semver: '>=4.13.0'", "digest: sha256:abc", "semver: '>=4.13.0'"])
def test_a_version_that_cannot_move_is_refused_without_no_bump(plan: Plan, ref: str) -> None:
    refused = plan(by_reference(OPEN, ref), "--redis-db", "2")
    assert refused["status"] == "refused"
    left = plan(by_reference(OPEN, ref), "--redis-db", "2", "--no-bump")
    assert left["status"] == "pending" and moved(left) is None
    assert notices(left).startswith("The chart version is not moved here: object.yaml:")
    current = plan(by_reference(DONE, ref), "--redis-db", "2")
    assert current["status"] == "current" and notices(current) == ""


OTHER = by_reference(DONE, "").partition("---\n")[0].replace("name: infrahub, namespace", "name: other, namespace")


@pytest.mark.parametrize(("tag", "is_left_behind"), [("4.13.0", True), ("4.18.0", False)])
def test_a_version_shared_with_another_file_is_reported_if_it_must_move(
    plan: Plan, tmp_path: Path, tag: str, is_left_behind: bool
) -> None:
    (tmp_path / "other.yaml").write_text(OTHER)
    text = by_reference(OPEN, f"tag: {tag}")
    assert plan(text, "--redis-db", "2")["status"] == ("refused" if is_left_behind else "pending")
    left = plan(text, "--redis-db", "2", "--no-bump")
    assert left["status"] == "pending"
    line = text.splitlines().index(f"  ref: {{tag: {tag}}}") + 1
    sentence = (
        f"The chart version is not moved here: object.yaml:{line} also has the chart version of HelmRelease other"
    )
    assert notices(left).partition(" (")[0] == (sentence if is_left_behind else "")


def test_a_version_that_a_cluster_runs_is_not_reported_as_old() -> None:
    request = examine.Request(discover.Options(version_from="4.13.0"), {"redis-db": "2"})
    case = examine.examine(releases.of_text(f"{OPEN}\n"), request)
    for runs in (True, False):
        version = ReleaseChart("infrahub-enterprise", "4.13.0", elsewhere="helm get metadata", is_running=runs)
        bundle = case.bundle._replace(version=version)
        moved, reported = chart_bump.bump(bundle, case.detected, case.plan.result, moves=True, wanted=True)
        assert moved is None
        assert [each.text[:23] for each in reported] == ([] if runs else ["helm get metadata still"])


UMBRELLA = "apiVersion: v2\nname: ours\nversion: 1.0.0\ndependencies:\n  - {name: CHART, alias: pf, version: VERSION}\n"


@pytest.mark.parametrize(
    ("chart", "version", "root"),
    [
        ("prefect-server", "2025.12.24192415", "pf"),
        ("infrahub", "4.27.0", "pf.prefect-server"),
        ("infrahub-enterprise", "4.13.0-medium", "pf.infrahub.prefect-server"),
    ],
)
def test_the_root_is_below_the_key_of_the_dependency(
    plan: Plan, tmp_path: Path, chart: str, version: str, root: str
) -> None:
    (tmp_path / "Chart.yaml").write_text(UMBRELLA.replace("CHART", chart).replace("VERSION", version))
    found = plan(f"# {chart}\npf: {{podAnnotations: {{}}}}\n")
    assert (found["root"], found["chart"], found["from"]) == (root, chart, version)
    elsewhere = plan("# prefect-server\nother: {podAnnotations: {}}\n")
    assert elsewhere["from"] == ""


@pytest.mark.parametrize(
    ("chart", "version", "root"),
    [("prefect-server", "2025.12.24192415", "."), ("infrahub", "4.27.0", "prefect-server")],
)
def test_without_prefect_values_the_root_comes_from_the_objects_chart(
    plan: Plan, chart: str, version: str, root: str
) -> None:
    found = plan(helm_release("podAnnotations: {}", chart=chart, version=version))
    assert (found["root"], found["chart"]) == (root, chart)
    assert f"no Prefect values in the object: the chart's own apply, at {root}" in found["evidence"]


def test_a_gitops_release_is_rolled_back_by_reverting_the_commit(plan: Plan) -> None:
    text = "\n".join(notice["text"] for notice in plan(helm_release(OPEN), "--redis-db", "2")["notices"])
    assert "Flux then upgrades both at once. To roll back, revert that commit." in text
    assert "helm rollback" not in text and "--reset-then-reuse-values" not in text
    plain = "\n".join(notice["text"] for notice in plan(f"{OPEN}\n", "--redis-db", "2")["notices"])
    assert "revert that commit" not in plain and "--reset-then-reuse-values" in plain
