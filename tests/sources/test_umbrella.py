"""Values of an umbrella chart, whose Chart.yaml is next to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .texts import AFTER, VALUES, indented

Cli = Callable[..., Any]
FLAGS = ("--redis-db", "2", "--non-interactive")


def chart(*dependencies: tuple[str, str, str]) -> str:
    items = "".join(
        f"  - name: {name}\n    alias: {alias}\n    version: {version}\n" for name, alias, version in dependencies
    )
    return f"apiVersion: v2\nname: platform\nversion: 1.2.3\ndependencies:\n{items}"


def report(cli: Cli, *arguments: str) -> Any:
    return json.loads(cli("plan", *arguments, "--redis-db", "2", "--format", "json").stdout)["files"][0]


def notices(found: Any) -> str:
    return "\n".join(each["text"] for each in found["notices"])


def test_the_version_is_evidence_and_chart_yaml_is_unchanged(cli: Cli, tmp_path: Path) -> None:
    text = chart(("redis", "redis", "1.0.0"), ("infrahub-enterprise", "infra", "4.13.0-medium"))
    (tmp_path / "Chart.yaml").write_text(text, "utf-8")
    (tmp_path / "values.yaml").write_text("infra:\n" + indented(VALUES, 2), "utf-8")
    found = report(cli, "values.yaml")
    assert (found["from"], found["to"], found["root"]) == (
        "4.13.0-medium",
        "4.18.0-medium",
        "infra.infrahub.prefect-server",
    )
    assert "infrahub-enterprise 4.13.0-medium (Chart.yaml:10)" in found["evidence"]
    assert "Chart.yaml:10 still names infrahub-enterprise 4.13.0-medium" in notices(found)
    assert "set it to 4.18.0-medium" in notices(found)
    assert "helm dependency update" in notices(found)
    assert cli("migrate", "values.yaml", *FLAGS).returncode == 0
    assert (tmp_path / "Chart.yaml").read_text("utf-8") == text
    assert (tmp_path / "values.yaml").read_text("utf-8") == "infra:\n" + indented(AFTER, 2)


def test_the_dependency_name_decides_which_chart_it_is(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text(chart(("infrahub", "infrahub", "4.27.0")), "utf-8")
    (tmp_path / "values.yaml").write_text(VALUES, "utf-8")
    found = report(cli, "values.yaml")
    assert (found["chart"], found["from"], found["to"]) == ("infrahub", "4.27.0", "4.32.0")


def test_a_version_already_moved_is_not_mentioned(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text(chart(("infrahub-enterprise", "infra", "4.18.2")), "utf-8")
    (tmp_path / "values.yaml").write_text("infra:\n" + indented(VALUES, 2), "utf-8")
    found = report(cli, "values.yaml")
    assert found["from"] == "4.18.2"
    assert found["changes"]
    assert "Chart.yaml" not in notices(found)


def test_without_prefect_values_the_root_comes_from_the_chart(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text(chart(("infrahub-enterprise", "infra", "4.13.0-medium")), "utf-8")
    (tmp_path / "values.yaml").write_text("infra: {infrahub: {infrahubServer: {replicas: 2}}}\n", "utf-8")
    assert report(cli, "values.yaml")["root"] == "infra.infrahub.prefect-server"


def test_each_release_has_the_version_of_its_own_dependency(cli: Cli, tmp_path: Path) -> None:
    text = chart(("infrahub-enterprise", "dev", "4.13.0-small"), ("infrahub-enterprise", "live", "4.14.1-large"))
    (tmp_path / "Chart.yaml").write_text(text, "utf-8")
    both = "dev:\n" + indented(VALUES.replace("redis.prod", "redis.dev"), 2) + "live:\n" + indented(VALUES, 2)
    (tmp_path / "values.yaml").write_text(both, "utf-8")
    found = json.loads(cli("plan", "values.yaml", "--redis-db", "2", "--format", "json").stdout)["files"]
    assert [(each["root"], each["from"]) for each in found] == [
        ("dev.infrahub.prefect-server", "4.13.0-small"),
        ("live.infrahub.prefect-server", "4.14.1-large"),
    ]


def test_prefect_server_by_itself_can_be_a_dependency(cli: Cli, tmp_path: Path) -> None:
    text = chart(("redis", "redis", "1.0.0"), ("prefect-server", "flows", "2025.12.24192415"))
    (tmp_path / "Chart.yaml").write_text(text, "utf-8")
    (tmp_path / "values.yaml").write_text("flows: {backgroundServices: {runAsSeparateDeployment: true}}\n", "utf-8")
    found = report(cli, "values.yaml")
    assert (found["chart"], found["from"], found["root"]) == ("prefect-server", "2025.12.24192415", "flows")


def test_dependencies_on_other_charts_are_ignored(cli: Cli, tmp_path: Path) -> None:
    text = chart(("redis", "redis", "1.0.0"), ("infrahub-enterprise", "infra", "4.13.0-medium"))
    (tmp_path / "Chart.yaml").write_text(text, "utf-8")
    (tmp_path / "values.yaml").write_text("infra: {configPreset: medium}\n", "utf-8")
    assert report(cli, "values.yaml")["from"] == "4.13.0-medium"


def test_a_version_range_is_reported(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text(chart(("infrahub-enterprise", "infra", "4.x")), "utf-8")
    (tmp_path / "values.yaml").write_text("infra:\n" + indented(VALUES, 2), "utf-8")
    found = report(cli, "values.yaml")
    assert found["from"] == ""
    assert "Chart.yaml:7 gives a range (4.x), and Chart.lock says what is installed" in notices(found)


def test_a_range_that_cannot_reach_the_target_is_reported(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text(chart(("infrahub-enterprise", "infra", "~4.13.0")), "utf-8")
    (tmp_path / "values.yaml").write_text("infra:\n" + indented(VALUES, 2), "utf-8")
    text = notices(report(cli, "values.yaml"))
    assert "Chart.yaml:7 is ~4.13.0, which never reaches 4.18.0, the version these values are for" in text
    assert "change it in the same commit, and run helm dependency update, which rebuilds Chart.lock." in text


def test_a_chart_yaml_next_to_the_base_layer_is_read(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "chart").mkdir()
    (tmp_path / "chart" / "Chart.yaml").write_text(chart(("infrahub-enterprise", "infra", "4.13.0")), "utf-8")
    (tmp_path / "chart" / "values.yaml").write_text("infra:\n" + indented(VALUES, 2), "utf-8")
    (tmp_path / "prod.yaml").write_text("infra: {infrahub: {prefect-server: {server: {replicaCount: 2}}}}\n", "utf-8")
    found = report(cli, "-f", "chart/values.yaml", "-f", "prod.yaml")
    assert found["from"] == "4.13.0"
    assert "chart/Chart.yaml:7 still names" in notices(found)


@pytest.mark.parametrize(
    "text",
    [
        "name: [\n",
        chart(("redis", "redis", "1.0.0")),
        chart(("infrahub-enterprise", "other", "4.13.0")),
        "apiVersion: v2\nname: infrahub-enterprise\nversion: 4.13.0\n",
    ],
)
def test_an_unrelated_chart_yaml_is_ignored(cli: Cli, tmp_path: Path, text: str) -> None:
    (tmp_path / "Chart.yaml").write_text(text, "utf-8")
    (tmp_path / "values.yaml").write_text("infra:\n" + indented(VALUES, 2), "utf-8")
    found = report(cli, "values.yaml")
    assert found["from"] == ""
    assert found["changes"]
    assert "Chart.yaml" not in notices(found)
