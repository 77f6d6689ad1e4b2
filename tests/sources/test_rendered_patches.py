"""Patches over what Helm renders: they decide on a pod's env after the values, and are reported, never edited."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .test_kustomize import kustomization
from .texts import AFTER, VALUES, helm_release, indented

Cli = Callable[..., Any]
ENV = "/spec/template/spec/containers/0/env"
TOGGLE = "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: prefect-server}
spec: {template: {spec: {containers: [{name: prefect-server, env: [{name: NAME, value: x}]}]}}}
"""
NEVER = "It is neither judged nor edited here: check it, and change it in the same commit."


def warnings(cli: Cli, *arguments: str) -> list[str]:
    found = json.loads(cli("plan", *arguments, "--redis-db", "2", "--format", "json").stdout)["files"][0]
    return [each["text"] for each in found["notices"] if NEVER in each["text"] and each["severity"] == "warning"]


def by_operation(path: str, value: str = "x", target: str = "{kind: Deployment, name: prefect-server}") -> str:
    return f"  - target: {target}\n    patch: '[{{op: add, path: {path}, value: {value}}}]'\n"


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        (by_operation(f"{ENV}/-", f"{{name: {TOGGLE}, value: a}}"), f"sets {TOGGLE} in the rendered Deployment pref"),
        (by_operation(ENV, "[{name: PREFECT_SERVER_DOCKET_URL}]", "{labelSelector: a=b}"), "sets PREFECT_SERVER_DOCK"),
        (f"  - patch: |\n{indented(DEPLOYMENT.replace('NAME', 'PROMETHEUS_MULTIPROC_DIR'), 6)}", "sets PROMETHEUS_MUL"),
        (by_operation(f"{ENV}/3"), "means entries of env in the rendered Deploy"),
        (by_operation(f"{ENV}/3/value", target="{kind: Deployment}"), "means entries of env in the rendered Deploy"),
        (by_operation(f"{ENV}/3", target="{kind: Deploy.*, name: i.*}"), "means entries of env in the rendered Depl"),
    ],
)  # fmt: skip
def test_a_patch_over_an_inflated_chart_is_reported(cli: Cli, tmp_path: Path, patch: str, message: str) -> None:
    (tmp_path / "kustomization.yaml").write_text(f"{kustomization(VALUES)}patches:\n{patch}", "utf-8")
    line = kustomization(VALUES).count("\n") + 2
    [text] = warnings(cli, "kustomization.yaml")
    assert text.startswith(f"kustomization.yaml:{line} {message}") and text.endswith(NEVER)
    assert cli("migrate", "kustomization.yaml", "--redis-db", "2", "--non-interactive").returncode == 0
    after = f"{kustomization(AFTER, '4.18.0-medium')}patches:\n{patch}"
    assert (tmp_path / "kustomization.yaml").read_text("utf-8") == after
    [again] = warnings(cli, "kustomization.yaml")
    assert again.partition(" ")[2] == text.partition(" ")[2]


@pytest.mark.parametrize(
    "patch",
    [
        by_operation(f"{ENV}/-", "{name: PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED, value: a}"),
        by_operation(f"{ENV}/-", "{name: PREFECT_LOGGING_LEVEL, value: a}"),
        by_operation(f"{ENV}/-", f"{{name: {TOGGLE}, value: a}}", "{kind: StatefulSet}"),
        by_operation(f"{ENV}/3", target="{kind: Deployment, name: infrahub-server}"),
        by_operation("/spec/replicas"),
        "  - path: there-is-none.yaml\n",
        "  - patch: '{'\n",
    ],
)
def test_any_other_patch_is_not_reported(cli: Cli, tmp_path: Path, patch: str) -> None:
    (tmp_path / "kustomization.yaml").write_text(f"{kustomization(VALUES)}patches:\n{patch}", "utf-8")
    assert warnings(cli, "kustomization.yaml") == []


def test_patches_in_a_file_and_in_a_kustomization_above_are_found(cli: Cli, tmp_path: Path) -> None:
    chart, beside = tmp_path / "chart", tmp_path / "beside"
    chart.mkdir()
    beside.mkdir()
    (chart / "kustomization.yaml").write_text(f"{kustomization(VALUES)}patchesStrategicMerge: [a.yaml]\n", "utf-8")
    (chart / "a.yaml").write_text(DEPLOYMENT.replace("NAME", TOGGLE), "utf-8")
    patches = "patchesJson6902:\n" + by_operation(f"{ENV}/3")
    (tmp_path / "kustomization.yaml").write_text(f"resources: [chart, beside]\n{patches}", "utf-8")
    (beside / "kustomization.yaml").write_text(patches, "utf-8")
    in_file, above = warnings(cli, "chart/kustomization.yaml")
    assert in_file.startswith(f"chart/a.yaml:1 sets {TOGGLE}") and above.startswith(
        "kustomization.yaml:3 means entries"
    )


def test_a_post_renderer_of_flux_is_reported(cli: Cli, tmp_path: Path) -> None:
    renderer = f"  postRenderers:\n    - kustomize:\n        patches:\n{indented(by_operation(f'{ENV}/3'), 8)}"
    (tmp_path / "release.yaml").write_text(helm_release(VALUES, head=renderer), "utf-8")
    [text] = warnings(cli, "release.yaml")
    assert text.startswith("release.yaml:16 means entries of env in the rendered Deployment prefect-server")
    assert cli("migrate", "release.yaml", "--redis-db", "2", "--non-interactive").returncode == 0
    assert (tmp_path / "release.yaml").read_text("utf-8") == helm_release(AFTER, "4.18.0-medium", head=renderer)
    listed = "apiVersion: v1\nkind: List\nitems:\n  -\n" + indented(helm_release(VALUES, head=renderer), 4)
    (tmp_path / "list.yaml").write_text(listed, "utf-8")
    assert [each.split(" means")[0] for each in warnings(cli, "list.yaml")] == ["list.yaml:20"]


def test_a_kustomization_of_fleet_is_reported(cli: Cli, tmp_path: Path) -> None:
    fleet = f"helm:\n  chart: infrahub-enterprise\n  values:\n{indented(VALUES, 4)}"
    for folder, patch in (("all", by_operation(f"{ENV}/3")), ("eu", by_operation(ENV, f"[{{name: {TOGGLE}}}]"))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "kustomization.yaml").write_text(f"patches:\n{patch}", "utf-8")
    targets = "targetCustomizations: [{name: eu, kustomize: {dir: eu}}, {name: us, kustomize: {dir: nowhere}}]\n"
    (tmp_path / "fleet.yaml").write_text(f"{fleet}kustomize: {{dir: ./all}}\n{targets}", "utf-8")
    for_all, for_some = warnings(cli, "fleet.yaml")
    assert for_all.startswith("all/kustomization.yaml:2 means entries")
    assert for_some.startswith(f"eu/kustomization.yaml:2 sets {TOGGLE}")
    (tmp_path / "fleet.yaml").write_text(fleet, "utf-8")
    assert warnings(cli, "fleet.yaml") == []
