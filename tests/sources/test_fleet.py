"""Rancher's fleet.yaml: which files are one, which concern these charts, and what they say about the release."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import RefusedError
from migrator.sources import Bundle, open_file
from migrator.sources.fleet import is_fleet, values_files
from migrator.sources.objects import objects_in
from migrator.sources.source import read_bytes
from migrator.values.edits import Value
from migrator.values.merge import Map

from .texts import VALUES, indented, releases_in

FLEET = "{head}helm:\n  releaseName: hub\n  chart: {chart}\n  version: 4.13.0-medium\n  values:\n{values}"


def found(
    tmp_path: Path, head: str = "", chart: str = "infrahub-enterprise", values: str = VALUES, name: str = "fleet.yaml"
) -> list[Bundle]:
    text = FLEET.format(head=head, chart=chart, values=indented(values, 4))
    return releases_in(tmp_path, text, name)


@pytest.mark.parametrize("name", ["fleet.yaml", "fleet.yml", "a/fleet.yaml"])
def test_a_fleet_file_is_recognised_by_its_name_and_helm_section(name: str) -> None:
    assert is_fleet({"helm": {}}, name)
    assert not is_fleet({"helm": "x"}, name)
    assert not is_fleet({}, name)
    assert not is_fleet({"helm": {}}, name.replace("fleet", "values"))


@pytest.mark.parametrize(
    ("head", "namespace"),
    [
        ("", ""),
        ("namespace: apps\n", "apps"),
        ("defaultNamespace: hub\n", "hub"),
        ("namespace: apps\ndefaultNamespace: hub\n", "apps"),  # the one that all resources must be in wins
    ],
)
def test_release_name_namespace_and_version_are_read(tmp_path: Path, head: str, namespace: str) -> None:
    (bundle,) = found(tmp_path, head)
    assert (bundle.release_name, bundle.namespace, bundle.version.chart) == ("hub", namespace, "infrahub-enterprise")
    assert bundle.version.text == "4.13.0-medium"


@pytest.mark.parametrize("name", ["fleet.yaml", "fleet.yml"])
def test_the_evidence_names_the_file(tmp_path: Path, name: str) -> None:
    (bundle,) = found(tmp_path, name=name)
    assert bundle.evidence == (f"values of {name} at helm.values",)


@pytest.mark.parametrize(
    ("chart", "values", "is_ours"),
    [
        ("oci://registry.example.com/charts/infrahub-enterprise/", "a: 1\n", True),
        ("./umbrella", VALUES, True),
        ("./umbrella", "a: 1\n", False),
    ],
)
def test_which_fleet_files_are_releases_of_these_charts(tmp_path: Path, chart: str, values: str, is_ours: bool) -> None:
    assert bool(found(tmp_path, chart=chart, values=values)) is is_ours


def test_the_values_files_of_a_fleet_file() -> None:
    targets: list[Value] = [{"helm": {"valuesFiles": ["eu.yaml"]}}, {"helm": {}}, {"name": "x"}]
    data: Map = {"helm": {"valuesFiles": ["../base.yaml", "own.yaml"]}, "targetCustomizations": targets}
    assert values_files(data, "env/prod") == ["env/base.yaml", "env/prod/own.yaml", "env/prod/eu.yaml"]
    assert values_files({"helm": {"valuesFiles": "own.yaml"}, "targetCustomizations": {}}, "env") == []


@pytest.mark.parametrize("key", ["targets", "targetCustomizations"])
@pytest.mark.parametrize("part", ["values: {a: 1}", "version: 4.13.0-small", "valuesFiles: [eu.yaml]"])
def test_what_some_clusters_get_is_refused_under_either_key(tmp_path: Path, key: str, part: str) -> None:
    """Fleet adds both lists together: migrating only the rest would leave these clusters behind."""
    with pytest.raises(RefusedError) as caught:
        found(tmp_path, f"{key}:\n  - name: eu\n    helm: {{{part}}}\n")
    assert caught.value.message.startswith(f"{key}[0].helm.{part.split(':')[0]} has values or a version")
    assert found(tmp_path, f"{key}:\n  - name: eu\n    helm: {{releaseName: x}}\n")


def test_a_fleet_file_of_another_chart_is_unrelated(tmp_path: Path) -> None:
    (tmp_path / "fleet.yaml").write_text("helm: {chart: redis}\n", "utf-8")
    assert open_file(str(tmp_path / "fleet.yaml")).unrelated == ("fleet.yaml",)


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("a/fleet.yaml", b"helm: {chart: infrahub-enterprise}\n", "fleet.yaml"),
        ("a/kustomization.yaml", b"helmCharts: []\nmetadata: {name: x}\n", "Kustomization x"),
    ],
)
def test_objects_without_a_kind_are_named_by_their_file_type(path: str, text: bytes, name: str) -> None:
    (each,) = objects_in(read_bytes(text, path))
    assert each.name == name
