"""Charts that a kustomization inflates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.sources import kustomize
from migrator.values.merge import Map

from .texts import AFTER, DB, VALUES, indented

Migrate = Callable[..., Any]
HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
FILES = "    valuesFile: values.yaml\n"


def kustomization(values: str, version: str = "4.13.0-medium", head: str = HEAD, more: str = "") -> str:
    inline = f"    valuesInline:\n{indented(values, 6)}" if values else ""
    return f"""\
{head}namespace: prod
helmCharts:
  - name: podinfo
    version: 6.5.0
    repo: https://example.com
    valuesInline: {{replicaCount: 2}}
  - name: infrahub-enterprise   # ours
    version: {version}
    releaseName: infrahub
{more}{inline}resources: [namespace.yaml]
"""


def test_inline_values_and_version_move_together(migrate: Migrate) -> None:
    done = migrate(kustomization(VALUES), DB)
    assert done.text == kustomization(AFTER, "4.18.0-medium")
    assert migrate(done.text).text == done.text
    assert done.plan.start.name == "infrahub"
    assert done.plan.start.namespace == "prod"


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
@pytest.mark.parametrize("head", ["", "kind: Kustomization\n", "apiVersion: kustomize.config.k8s.io/v1beta1\n"])
def test_a_kustomization_need_not_say_its_kind(cli: Callable[..., Any], tmp_path: Path, name: str, head: str) -> None:
    (tmp_path / name).write_text(kustomization(VALUES, head=head), "utf-8")
    done = cli("migrate", name, "--redis-db", "2", "--non-interactive")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / name).read_text("utf-8") == kustomization(AFTER, "4.18.0-medium", head=head)


def test_a_component_inflates_charts_too(cli: Callable[..., Any], tmp_path: Path) -> None:
    head = HEAD.replace("Kustomization", "Component").replace("v1beta1", "v1alpha1")
    (tmp_path / "kustomization.yaml").write_text(kustomization(VALUES, head=head), "utf-8")
    done = cli("migrate", ".", "--redis-db", "2", "--non-interactive")
    assert done.returncode == 0, done.stderr
    after = kustomization(AFTER, "4.18.0-medium", head=head)
    assert (tmp_path / "kustomization.yaml").read_text("utf-8") == after


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("", "apps.yaml"),
        ("kind: Kustomization\n", "apps.yaml"),
        ("apiVersion: kustomize.config.k8s.io/v1beta1\n", "apps.yaml"),
        (HEAD.replace("kind: Kustomization", "kind: Other"), "kustomization.yaml"),
        (HEAD.replace("kustomize.config.k8s.io", "kustomize.toolkit.fluxcd.io"), "kustomization.yaml"),
    ],
)
def test_a_file_that_is_not_a_kustomization_is_refused(
    cli: Callable[..., Any], tmp_path: Path, head: str, name: str
) -> None:
    text = kustomization(VALUES, head=head)
    (tmp_path / name).write_text(text, "utf-8")
    assert cli("migrate", name, "--redis-db", "2", "--non-interactive").returncode == 2
    assert (tmp_path / name).read_text("utf-8") == text


@pytest.mark.parametrize("more", [{}, {"helmCharts": []}])
def test_kind_and_api_version_make_a_kustomization_by_any_file_name(more: Map) -> None:
    whole: Map = {"kind": "Kustomization", "apiVersion": "kustomize.config.k8s.io/v1beta1", **more}
    assert kustomize.is_kustomization(whole, "apps.yaml")
    assert not kustomize.is_kustomization({"kind": "Kustomization", **more}, "apps.yaml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("resources: [infrahub.yaml]\n", b"is a kustomization that inflates none of these charts"),
        (HEAD + "resources: [infrahub.yaml]\n", b"is a kustomization that inflates none of these charts"),
        ("apiVersion: v1\nkind: List\nmetadata: {name: infrahub}\n", b"a kustomization that inflates none"),
    ],
)
def test_a_kustomization_without_these_charts_is_refused(
    cli: Callable[..., Any], tmp_path: Path, text: str, words: bytes
) -> None:
    (tmp_path / "kustomization.yaml").write_text(text, "utf-8")
    done = cli("check", "kustomization.yaml")
    assert done.returncode == 2 and words in done.stderr, done.stderr


def test_a_chart_without_a_version_is_reported(cli: Callable[..., Any], tmp_path: Path) -> None:
    text = kustomization(VALUES).replace("    version: 4.13.0-medium\n", "")
    (tmp_path / "kustomization.yaml").write_text(text, "utf-8")
    done = cli("plan", "kustomization.yaml", "--from", "4.13.0-medium", "--redis-db", "2")
    assert b"so the newest, or the one in its charts folder, is taken; pin one" in b" ".join(done.stdout.split())


def test_a_values_file_below_the_inline_values_is_reported(migrate: Migrate) -> None:
    done = migrate(kustomization(VALUES, more=FILES), DB)
    assert done.text == kustomization(AFTER, "4.18.0-medium", more=FILES)
    assert "Values from values.yaml lie below these" in done.notices


def test_a_values_file_replaced_by_inline_values_is_not_reported(migrate: Migrate) -> None:
    more = FILES + "    valuesMerge: replace\n"
    done = migrate(kustomization(VALUES, more=more), DB)
    assert done.text == kustomization(AFTER, "4.18.0-medium", more=more)
    assert "lie below" not in done.notices


def test_values_file_and_version_move_together(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(VALUES, "utf-8")
    (tmp_path / "kustomization.yaml").write_text(kustomization("", more=FILES), "utf-8")
    layers = ("-f", "values.yaml", "-f", "kustomization.yaml")
    done = cli("migrate", *layers, "--redis-db", "2", "--non-interactive")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "values.yaml").read_text("utf-8") == AFTER
    assert (tmp_path / "kustomization.yaml").read_text("utf-8") == kustomization("", "4.18.0-medium", more=FILES)
    assert cli("check", *layers).returncode == 0


@pytest.mark.parametrize(
    ("more", "over"),
    [
        ("    additionalValuesFiles: [more.yaml]\n", b"more.yaml"),
        (FILES + "    valuesMerge: merge\n", b"values.yaml"),
    ],
)
def test_files_that_override_inline_values_are_refused(
    cli: Callable[..., Any], tmp_path: Path, more: str, over: bytes
) -> None:
    text = kustomization(VALUES, more=more)
    (tmp_path / "kustomization.yaml").write_text(text, "utf-8")
    done = cli("check", "kustomization.yaml")
    assert done.returncode == 2
    assert b"kustomization.yaml:9: helmCharts[1].valuesInline is overridden by " + over in done.stderr
    (tmp_path / over.decode()).write_text(VALUES, "utf-8")
    done = cli("migrate", ".", "--redis-db", "2", "--non-interactive")
    assert (done.returncode, (tmp_path / over.decode()).read_text("utf-8")) == (2, VALUES)


def test_a_kustomization_of_other_charts_is_unrelated(cli: Callable[..., Any], tmp_path: Path) -> None:
    text = kustomization(VALUES)
    (tmp_path / "kustomization.yaml").write_text(text[: text.index("  - name: infrahub")], "utf-8")
    done = cli("check", "kustomization.yaml")
    assert (done.returncode, b"nothing for these charts" in done.stderr) == (2, True)
    done = cli("check", "kustomization.yaml", "--skip-unrelated")
    assert (done.returncode, b"kustomization.yaml: unrelated" in done.stdout) == (0, True)
