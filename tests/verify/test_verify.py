"""`verify`, and what plan and migrate say about a release that has nothing to migrate but would not run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]

EXAMPLE = """\
configPreset: medium
infrahub:
  prefect-server:
    server:
      replicaCount: 1
      env: []
    backgroundServices:
      runAsSeparateDeployment: false
      messaging:
        redis:
          host: HOST
        docket:
          url: ""
"""


@pytest.fixture
def values(tmp_path: Path) -> Path:
    path = tmp_path / "values.yaml"
    path.write_text(EXAMPLE.replace("HOST", "example-infrahub-cache-master"), encoding="utf-8")
    return path


def test_plan_and_migrate_report_errors_of_a_current_file_like_verify(values: Path, cli: Cli) -> None:
    """Migrating changes nothing on a single deployment, but Prefect stops at a value that is not a boolean."""
    toggle = "env: [{name: PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED, value: maybe}]"
    values.write_text(EXAMPLE.replace("HOST", "redis.prod").replace("env: []", toggle), encoding="utf-8")
    before = values.read_bytes()
    verified = cli("verify", "values.yaml")
    planned, migrated = cli("plan", "values.yaml"), cli("migrate", "values.yaml", "--non-interactive")

    assert (verified.returncode, planned.returncode, migrated.returncode) == (4, 0, 0)
    for done in (verified, planned, migrated):
        assert b"values.yaml:6 toggle-value:" in done.stdout
    assert planned.stdout.endswith(
        b"Nothing to migrate, but the target version does not run like this: fix the errors above.\n"
    )
    assert values.read_bytes() == before


def test_a_file_that_the_chart_refuses_is_not_current(values: Path, cli: Cli) -> None:
    """A flavoured chart checks the host even if nothing uses it."""
    assert cli("verify", "values.yaml").returncode == 4
    assert cli("check", "values.yaml").returncode == 1
    assert b"? redis-host:" in cli("migrate", "values.yaml", "--non-interactive").stderr


def test_a_current_file_that_is_sound_has_no_findings(values: Path, cli: Cli) -> None:
    values.write_text(EXAMPLE.replace("HOST", "redis.prod"), encoding="utf-8")

    assert cli("verify", "values.yaml").returncode == 0
    for command in (("plan",), ("migrate", "--non-interactive")):
        assert b"Rules of the target version" not in cli(*command, "values.yaml").stdout
    assert cli("plan", "values.yaml").stdout.endswith(b"Nothing to do.\n")


def test_a_release_of_unknown_flavour_is_not_called_sound(values: Path, cli: Cli) -> None:
    values.write_text("infrahub:\n  prefect-server:\n    server: {env: []}\n", encoding="utf-8")
    done = cli("verify", "values.yaml")

    assert (done.returncode, done.stdout) == (3, b"")
    assert b"flavour" in done.stderr


@pytest.mark.usefixtures("engine")
def test_errors_come_before_warnings_with_a_chart_too(values: Path, cli: Cli, tmp_path: Path) -> None:
    values.write_text(EXAMPLE.replace("HOST", "redis.prod").replace("env: []", "envs: []"), encoding="utf-8")
    (tmp_path / "chart").mkdir()
    (tmp_path / "chart" / "Chart.yaml").write_text("{apiVersion: v2, name: infrahub-enterprise, version: 4.14.1}")
    (tmp_path / "chart" / "values.yaml").write_text(
        "infrahub: {prefect-server: {server: {env: [], args: [], replicaCount: 1}, backgroundServices: {}}}"
    )
    found = json.loads(cli("verify", "values.yaml", "--chart-path", "chart", "--format", "json").stdout)
    rules = [(each["severity"], each["rule"]) for each in found["files"][0]["findings"]]

    assert rules == sorted(rules, key=lambda each: each[0])
    assert {("error", "pods-none"), ("warning", "unknown-key")} <= set(rules)


def test_a_kubernetes_version_without_a_chart_is_refused(values: Path, cli: Cli) -> None:
    done = cli("verify", "values.yaml", "--kube-version", "1.30")

    assert done.returncode == 2
    assert b"--kube-version is only for rendering a chart. Give one with --chart-path." in done.stderr
