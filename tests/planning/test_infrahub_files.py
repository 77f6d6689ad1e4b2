"""Files without Prefect values are values of these charts all the same; and the default target of a release."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.errors import MigratorError
from migrator.planning import discover, examine
from tests import releases

Cli = Callable[..., Any]


def case(text: str, **options: str) -> examine.Case:
    release = releases.of_text(text)
    return examine.examine(release, examine.Request(discover.Options(**options), {}))


@pytest.mark.parametrize(
    ("text", "chart", "root"),
    [
        ("infrahub: {infrahubServer: {replicas: 2}}\n", "infrahub-enterprise", ("infrahub", "prefect-server")),
        ("infrahub: {neo4j: {enabled: false}}\n", "infrahub-enterprise", ("infrahub", "prefect-server")),
        ("infrahub: {global: {infrahubTag: 1.9.8}}\n", "infrahub-enterprise", ("infrahub", "prefect-server")),
        ("infrahubServer: {replicas: 2}\n", "infrahub", ("prefect-server",)),
        ("infrahub-backup: {enabled: true}\nneo4j: {}\n", "infrahub", ("prefect-server",)),
        ("app: {infrahub: {upgrade: {enabled: true}}}\n", "infrahub-enterprise", ("app", "infrahub", "prefect-server")),
        ("hub: {infrahubTaskWorker: {replicas: 3}}\n", "infrahub", ("hub", "prefect-server")),
    ],
)
def test_the_path_of_infrahub_keys_decides_the_chart(text: str, chart: str, root: tuple[str, ...]) -> None:
    found = case(text, version_from="4.27.0" if chart == "infrahub" else "4.13.0").detected
    assert (found.chart, found.root) == (chart, root)
    assert any("no Prefect values" in each for each in found.evidence)


@pytest.mark.parametrize("text", ["neo4j: {enabled: true}\n", "global: {imageRegistry: x}\n", "infrahub: {url: x}\n"])
def test_a_file_without_infrahub_keys_is_refused(text: str) -> None:
    with pytest.raises(MigratorError):
        case(text)


@pytest.mark.parametrize("chart", ["infrahub", "infrahub-enterprise"])
def test_global_values_alone_need_the_chart_to_be_named(chart: str) -> None:
    text = "global: {infrahubTag: 1.9.8}\n"
    with pytest.raises(MigratorError, match="has only global values"):
        case(text)
    assert case(text, chart=chart, version_from="4.27.0" if chart == "infrahub" else "4.13.0").detected.chart == chart


def test_files_without_prefect_values_are_found_in_a_directory(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("infrahubServer: {replicas: 2}\n", "utf-8")
    (tmp_path / "other.yaml").write_text("grafana: {enabled: true}\n", "utf-8")
    done = cli("check", ".")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, b"values.yaml: current"), done


def test_the_default_target_mentions_later_versions() -> None:
    evidence = case("infrahubServer: {replicas: 2}\n", version_from="4.27.0").detected.evidence
    assert "to 4.32.0 (the newest version you can roll back from; --to 4.33.0 or later goes further)" in evidence
    evidence = case("infrahubServer: {replicas: 2}\n", version_from="4.33.0").detected.evidence
    assert "to 4.33.5 (the newest known version)" in evidence


def test_an_unknown_preset_is_reported(cli: Cli, tmp_path: Path) -> None:
    text = "infrahub: {infrahubServer: {replicas: 2}, prefect-server: {enabled: false}}\n"
    for to, is_reported in (("4.18.0", False), ("4.21.2", True)):
        plan = case(text, version_from="4.13.0-medium", version_to=to).plan
        assert any("--chart-path" in notice.text for notice in plan.notices) is is_reported
