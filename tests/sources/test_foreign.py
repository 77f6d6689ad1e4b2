"""Files other than values files: reported by kind, never written, and unrelated if they do not mention these charts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.sources import foreign
from migrator.values.edits import Value

from .texts import AFTER, VALUES, indented

Cli = Callable[..., Any]
FLAGS = ("--redis-db", "2", "--redis-host", "foo", "--non-interactive")
UMBRELLA = """\
apiVersion: v2
name: platform
version: 1.2.3
dependencies:
  - name: infrahub-enterprise
    version: 4.13.0-medium
"""
OBJECT = "apiVersion: {}\nkind: {}\nmetadata: {{name: infrahub}}\nspec: {{}}\n"
FOREIGN = {
    "Chart.yaml": (UMBRELLA, "is part of a chart"),
    "Chart.lock": ("dependencies: [{name: infrahub}]\ndigest: x\n", "is part of a chart"),
    "moved-chart.yaml": (UMBRELLA, "is the Chart.yaml of a chart"),
    "values.schema.json": ('{"$schema": "x", "properties": {"infrahub": {}}}', "is the schema of a chart's values"),
    "helmfile.yaml": ("releases: [{name: infrahub, chart: x/infrahub}]\n", "is a helmfile"),
    "releases.yaml": ("releases: [{name: infrahub, chart: x/infrahub}]\n", "is a helmfile"),
    "docker-compose.yml": ("services: {infrahub: {image: x/infrahub}}\n", "is a compose file"),
    "stack.yaml": ("services: {infrahub: {image: x/infrahub}}\n", "is a compose file"),
    ".gitlab-ci.yml": ("deploy: {script: [helm upgrade infrahub]}\n", "is a CI file"),
    ".github/workflows/deploy.yaml": ("on: push\nenv: {CHART: infrahub}\n", "is a CI file"),
    "pipeline.yaml": ("jobs: {deploy: {steps: [{run: helm upgrade infrahub}]}}\n", "is a CI file"),
    "k3s.yaml": (OBJECT.format("helm.cattle.io/v1", "HelmChart"), "is a k3s HelmChart"),
    "k3s-config.yaml": (OBJECT.format("helm.cattle.io/v1", "HelmChartConfig"), "is a k3s HelmChartConfig"),
    "crossplane.yaml": (OBJECT.format("helm.crossplane.io/v1beta1", "Release"), "is a Crossplane Release"),
    "set.yaml": (OBJECT.format("fluxcd.controlplane.io/v1", "ResourceSet"), "is a ResourceSet"),
    "deployment.yaml": (OBJECT.format("apps/v1", "Deployment"), "is a Kubernetes object of kind Deployment"),
    "group_vars/prod.yml": ("infrahub_values:\n" + indented(VALUES, 2), "is an Ansible file"),
    "roles/infrahub/defaults/main.yml": (VALUES, "is an Ansible file"),
    "playbook.yaml": ("- hosts: all\n  tasks: [{name: infrahub}]\n", "is an Ansible file"),
    "Pulumi.yaml": ("name: infrahub\nruntime: nodejs\n", "is a Pulumi file"),
    "main.tf": ('resource "helm_release" "infrahub" {\n}\n', "is Terraform"),
    "yaml-like.tf": ("infrahub: x\n", "is Terraform"),
    "values.yaml.tftpl": (VALUES.replace("redis.prod", "${host}"), "is Terraform"),
    "main.tf.json": ('{"resource": {"helm_release": {"infrahub": {}}}}', "is Terraform"),
    "values.yaml.gotmpl": (VALUES, "is a Go template"),
    "values.yaml.j2": (VALUES, "is a Jinja template"),
    "values.yaml.tpl": (VALUES, "is a template"),
    "replicas.yaml": ("- {op: add, path: /spec/values/infrahub/replicas, value: 2}\n", "is a JSON 6902 patch"),
    "list.yaml": ("- infrahub\n", "has a list at the top"),
    "some.yaml": ("image: registry.example.net/opsmill/infrahub\n", "mentions these charts, but has no values"),
}


K3S = "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {{name: infrahub}}\nspec:\n  valuesContent: |-\n{}"
PROXY = "kind: HelmChartProxy\napiVersion: addons.cluster.x-k8s.io/v1alpha1\nspec:\n  valuesTemplate: |\n{}"
KOTS = "apiVersion: kots.io/v1beta2\nkind: HelmChart\nspec:\n  values:\n{}"
PLAY = "- hosts: all\n  tasks:\n  - block:\n    - kubernetes.core.helm:\n        release_values:\n{}"
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: infrahub}\n---\n"
TEMPLATED = "{{ if .x }}\n" + VALUES
WITH_VALUES = {
    "a text": (K3S.format(indented(VALUES, 4)), 5, "is a k3s HelmChart", "spec.valuesContent"),
    "further down": (NAMESPACE + K3S.format(indented(VALUES, 4)), 9, "is a k3s HelmChart", "spec.valuesContent"),
    "a template": (
        PROXY.format(indented(TEMPLATED, 4)),
        4,
        "is a Kubernetes object of kind HelmChartProxy",
        "spec.valuesTemplate",
    ),
    "a mapping": (KOTS.format(indented(VALUES, 4)), 4, "is a Kubernetes object of kind HelmChart", "spec.values"),
    "a task": (PLAY.format(indented(VALUES, 10)), 5, "is an Ansible file", "[0].tasks[0].block[0]."),
}


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside an umbrella"])
def test_a_foreign_file_is_reported_by_kind_and_never_written(
    cli: Cli, tmp_path: Path, name: str, beside: bool
) -> None:
    text, what = FOREIGN[name]
    if beside:
        write((tmp_path / name).parent, "Chart.yaml", UMBRELLA)
    path = write(tmp_path, name, text)
    for command in ("migrate", "plan", "check", "diff"):
        flags = FLAGS if command == "migrate" else FLAGS[:-1]
        done = cli(command, name, *flags)
        assert done.returncode == 2, (command, done.stdout)
        assert what in done.stderr.decode(), done.stderr
        assert path.read_text("utf-8") == text
    skipped = cli("check", name, "--skip-unrelated", "--format", "json")
    report = json.loads(skipped.stdout)
    assert (skipped.returncode, report["files"][0]["status"]) == (0, "out-of-scope")
    assert report["totals"]["out-of-scope"] == report["totals"]["releases"] == 1


@pytest.mark.parametrize("kind", WITH_VALUES)
def test_values_inside_a_foreign_file_are_reported_with_a_remedy(cli: Cli, tmp_path: Path, kind: str) -> None:
    text, line, what, where = WITH_VALUES[kind]
    path = write(tmp_path, "object.yaml", text)
    done = cli("migrate", "object.yaml", *FLAGS)
    errors = done.stderr.decode()
    assert (done.returncode, path.read_text("utf-8")) == (2, text)
    assert f"object.yaml:{line}: {what}, with values of these charts at {where}" in errors
    assert "Migrate its values in a separate file" in errors


@pytest.mark.parametrize("text", ["speaks of infrahub\nand prefect", "a: [infrahub\n", "infrahub: {x: 1}\n"])
def test_no_place_is_reported_if_there_are_no_values(cli: Cli, tmp_path: Path, text: str) -> None:
    write(tmp_path, "object.yaml", PROXY.format(indented(text, 4)))
    errors = cli("check", "object.yaml").stderr.decode()
    assert "object.yaml: is a Kubernetes object of kind HelmChartProxy, not a values file." in errors


def test_an_invalid_kustomization_is_reported_with_its_line(cli: Cli, tmp_path: Path) -> None:
    write(
        tmp_path, "kustomization.yaml", "helmCharts:\n- name: infrahub\n  valuesInline:\n    a: 1\n    ---\n    b: 2\n"
    )
    for name in ("kustomization.yaml", "."):
        done = cli("check", name)
        assert done.returncode == 2
        assert "kustomization.yaml:5: has text where a key is expected" in done.stderr.decode()


def test_each_foreign_file_of_a_directory_gets_a_line(cli: Cli, tmp_path: Path) -> None:
    for name, (text, _) in FOREIGN.items():
        write(tmp_path / "t" / name.replace("/", "-").removeprefix("."), name, text)
    write(tmp_path / "t", "notes.yaml", "a: 1\n")
    write(tmp_path / "t", "broken.yaml", "a: [\n")
    write(tmp_path / "t" / "live", "values.yaml", VALUES)
    done = cli("check", "t", "--redis-db", "2")
    *lines, totals = done.stdout.decode().splitlines()
    assert "1 pending" in totals
    reported = [
        name for name in FOREIGN if any(line.startswith("t/") and f"{name}: out-of-scope" in line for line in lines)
    ]
    assert set(FOREIGN) == set(reported)
    assert [line for line in lines if "pending" in line] == [line for line in lines if "live/values.yaml" in line]
    assert "notes.yaml" not in done.stdout.decode() and "broken.yaml" not in done.stdout.decode()
    assert done.returncode == 1


@pytest.mark.parametrize("text", ["replicas: 2\n", "- a\n", "a: [\n", "services: {web: {image: nginx}}\n"])
def test_a_file_that_mentions_none_of_these_charts_is_unrelated(cli: Cli, tmp_path: Path, text: str) -> None:
    path = write(tmp_path, "other.yaml", text)
    write(tmp_path, "Chart.yaml", UMBRELLA)
    done = cli("migrate", "other.yaml", *FLAGS)
    assert done.returncode == 2 and path.read_text("utf-8") == text
    done = cli("check", "other.yaml", "--skip-unrelated")
    assert (done.returncode, done.stdout.startswith(b"other.yaml: unrelated")) == (0, True)


def test_a_path_that_mentions_a_chart_makes_a_file_out_of_scope(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, "infrahub/other.yaml", "replicas: 2\n")
    done = cli("check", "infrahub/other.yaml", "--skip-unrelated")
    assert done.stdout.startswith(b"infrahub/other.yaml: out-of-scope")


def test_values_are_recognised_by_shape_whatever_the_file_name(cli: Cli, tmp_path: Path) -> None:
    path = write(tmp_path, "compose.yaml", VALUES)
    assert cli("migrate", "compose.yaml", "--redis-db", "2", "--non-interactive").returncode == 0
    assert path.read_text("utf-8") == AFTER


EMPTY = {"empty": "", "comments": "# nothing yet\n", "a marker": "---\n", "null": "null\n"}


@pytest.mark.parametrize("empty", EMPTY)
@pytest.mark.parametrize("first", [True, False])
def test_an_empty_layer_is_ignored(cli: Cli, tmp_path: Path, empty: str, first: bool) -> None:
    write(tmp_path, "empty.yaml", EMPTY[empty])
    write(tmp_path, "values.yaml", VALUES)
    layers = ["empty.yaml", "values.yaml"] if first else ["values.yaml", "empty.yaml"]
    flags = [word for layer in layers for word in ("-f", layer)]
    assert cli("migrate", *flags, "--redis-db", "2", "--non-interactive").returncode == 0
    assert (tmp_path / "values.yaml").read_text("utf-8") == AFTER
    assert (tmp_path / "empty.yaml").read_text("utf-8") == EMPTY[empty]


def test_values_after_an_empty_first_document_are_refused(cli: Cli, tmp_path: Path) -> None:
    text = "---\n# nothing\n---\n" + VALUES
    write(tmp_path, "values.yaml", text)
    done = cli("migrate", "values.yaml", *FLAGS)
    assert done.returncode == 2
    assert b"values.yaml:1: starts with an empty document" in done.stderr
    assert b"from line 4 on" in done.stderr and b"put {}" not in done.stderr


FLEET = "defaultNamespace: hub\nhelm:\n  releaseName: hub\n  chart: infrahub-enterprise\n  version: {}\n  values:\n{}"


def test_a_fleet_file_is_migrated(cli: Cli, tmp_path: Path) -> None:
    path = write(tmp_path, "fleet.yaml", FLEET.format("4.13.0-medium", indented(VALUES, 4)))
    assert cli("migrate", "fleet.yaml", "--redis-db", "2", "--non-interactive").returncode == 0
    assert path.read_text("utf-8") == FLEET.format("4.18.0-medium", indented(AFTER, 4))
    assert cli("check", "fleet.yaml").returncode == 0


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ("  valuesFiles: [more.yaml]\n", "helm.valuesFiles"),
        ("  templateValues: {infrahub: '{{ .ClusterLabels.env }}'}\n", "helm.templateValues"),
        (
            "targetCustomizations:\n  - name: p\n    helm: {version: 4.13.0-large}\n",
            "targetCustomizations[0].helm.version",
        ),
        (
            "targetCustomizations:\n  - {name: a}\n  - name: p\n    helm: {values: {a: 1}}\n",
            "targetCustomizations[1].helm.values",
        ),
    ],
)
def test_a_fleet_file_with_values_elsewhere_is_refused(cli: Cli, tmp_path: Path, more: str, where: str) -> None:
    text = FLEET.format("4.13.0-medium", indented(VALUES, 4)) + more
    path = write(tmp_path, "fleet.yaml", text)
    done = cli("migrate", "fleet.yaml", "--redis-db", "2", "--non-interactive")
    assert (done.returncode, path.read_text("utf-8")) == (2, text)
    assert f"{where} has values or a version" in done.stderr.decode()


FILES = "helm:\n  chart: infrahub-enterprise\n  version: 4.13.0-medium\n  valuesFiles: [{}]\n"
ON_A_CLUSTER = FILES.replace("[{}]", "[other.yaml]") + "targetCustomizations:\n- helm: {{valuesFiles: [{}]}}\n"


@pytest.mark.parametrize("fleet", [FILES, ON_A_CLUSTER])
def test_values_files_of_a_refused_fleet_file_are_not_migrated(cli: Cli, tmp_path: Path, fleet: str) -> None:
    path = write(tmp_path, "sub/values.yaml", VALUES)
    write(tmp_path, "fleet.yaml", fleet.format("sub/values.yaml"))
    done = cli("migrate", ".", "--redis-db", "2", "--answer", "flavour=medium", "--non-interactive")
    assert (done.returncode, path.read_text("utf-8")) == (2, VALUES)
    assert b"fleet.yaml:" in done.stderr and b"values.yaml" not in done.stdout
    # Named alone, as the refusal says, it is migrated.
    assert cli("migrate", str(path), "--redis-db", "2", "--non-interactive").returncode == 0
    assert path.read_text("utf-8") == AFTER


def test_a_file_not_listed_by_a_refused_fleet_file_is_migrated(cli: Cli, tmp_path: Path) -> None:
    path = write(tmp_path, "sub/values.yaml", VALUES)
    write(tmp_path, "fleet.yaml", FILES.format("values.yaml"))
    done = cli("migrate", ".", "--redis-db", "2", "--non-interactive")
    assert (done.returncode, path.read_text("utf-8")) == (2, AFTER)


SHAPES: list[tuple[Value, str]] = [
    ([{"op": "add", "path": "/a", "value": 1}], "is a JSON 6902 patch"),
    ([{"op": "remove", "path": "/a"}], "is a JSON 6902 patch"),
    ([{"op": "remove"}], "has a list"),
    ([], "has a list"),
    ([{"hosts": "all"}], "is an Ansible file"),
    ([{"name": "x", "kubernetes.core.helm": {}}], "is an Ansible file"),
    ([{"name": "x", "copy": {}}], "has a list"),
    ([{"kubernetes.core.helm": {}}], "has a list"),
    ("infrahub", "has a single value"),
    ({"apiVersion": "v2", "name": "x", "version": "1.0.0"}, "is the Chart.yaml of a chart"),
    ({"apiVersion": "v2", "name": "x"}, ""),
    ({"apiVersion": "v2", "version": "1.0.0"}, ""),
    ({"name": "x", "version": "1.0.0"}, ""),
    ({"dependencies": [], "digest": "sha256:x"}, "is the Chart.lock of a chart"),
    ({"dependencies": []}, ""),
    ({"digest": "sha256:x"}, ""),
    ({"releases": [{"chart": "x"}]}, "is a helmfile"),
    ({"releases": [{"name": "x"}]}, ""),
    ({"releases": {"chart": "x"}}, ""),
    ({"services": {"web": {"image": "x"}, "db": {"build": "."}}}, "is a compose file"),
    ({"services": {"web": {"image": "x"}, "db": {}}}, ""),
    ({"services": {}}, ""),
    ({"jobs": {"a": {"steps": []}}}, "is a CI file"),
    ({"jobs": {"a": {"env": {}}}}, ""),
    ({"stages": ["build"]}, "is a CI file"),
    ({"stages": {"build": {}}}, ""),
    ({"$schema": "x", "properties": {}}, "is a JSON Schema"),
    ({"$schema": "x"}, ""),
    ({"properties": {}}, ""),
    ({"runtime": "nodejs", "name": "x"}, "is a Pulumi file"),
    ({"runtime": {"name": "nodejs"}, "name": "x"}, "is a Pulumi file"),
    ({"runtime": "nodejs"}, ""),
    ({"name": "x"}, ""),
    ({"apiVersion": "v1", "kind": "Pod"}, "is a Kubernetes object of kind Pod, not a values file"),
    ({"kind": "Pod"}, ""),
    ({"apiVersion": "v1"}, ""),
    ({"apiVersion": "helm.cattle.io/v1", "kind": "HelmChart"}, "is a k3s HelmChart"),
    ({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "HelmChart"}, "is a Kubernetes object of kind HelmChart"),
]


@pytest.mark.parametrize(("data", "what"), SHAPES, ids=[str(data) for data, _ in SHAPES])
def test_which_kind_of_file_a_shape_is(data: Value, what: str) -> None:
    error = foreign.error_by_shape("some.yaml", data)
    assert (error.message.startswith(what) if error is not None else not what) and (what == "") is (error is None)
