"""What is reported for each file of a directory: a release, part of one, unrelated, or an error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .test_directories import FLAGS, write
from .test_kustomize import HEAD
from .test_patches import HOST, patch
from .texts import AFTER, VALUES, helm_release, indented

Cli = Callable[..., Any]


def reported(cli: Cli, *more: str) -> dict[str, str]:
    """What `check t` says about each file, on either stream."""
    done = cli("check", "t", "--redis-db", "2", *more)
    lines = [*done.stdout.decode().splitlines(), *done.stderr.decode().splitlines()]
    found = [line.removeprefix("infrahub-migrator: ").partition(": ") for line in lines]
    return {name.partition(":")[0]: text for name, _, text in found if name.startswith("t/")}


def test_include_ignored_is_suggested_if_only_ignored_files_match(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, {"t/.gitignore": "values.yaml\n", "t/values.yaml": VALUES, "t/other.yaml": "a: 1\n"})
    assert "--include-ignored" in cli("check", "t").stderr.decode()
    write(tmp_path, {"t/.gitignore": "", "t/values.yaml": "a: 1\n"})
    assert "--include-ignored" not in cli("check", "t").stderr.decode()


def test_a_link_to_a_file_of_the_directory_is_not_a_second_file(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, {"t/prod.yaml": VALUES, "elsewhere/values.yaml": VALUES.replace("redis.prod", "redis.other")})
    (tmp_path / "t/values.yaml").symlink_to("prod.yaml")
    found = reported(cli)
    assert list(found) == ["t/prod.yaml"]
    assert found["t/prod.yaml"].startswith("pending")
    (tmp_path / "t/prod.yaml").unlink()
    (tmp_path / "t/values.yaml").unlink()
    (tmp_path / "t/values.yaml").symlink_to("../elsewhere/values.yaml")
    assert list(reported(cli)) == ["t/values.yaml"]


def test_a_kustomization_without_values_gets_no_line(cli: Cli, tmp_path: Path) -> None:
    write(
        tmp_path,
        {"t/kustomization.yaml": f"{HEAD}resources: [infrahub.yaml]\n", "t/infrahub.yaml": helm_release(VALUES)},
    )
    assert list(reported(cli)) == ["t/infrahub.yaml"]


def test_an_object_that_only_mentions_these_charts_gets_a_line(cli: Cli, tmp_path: Path) -> None:
    other = helm_release("a: 1\n", chart="nginx")
    write(tmp_path, {"t/values.yaml": VALUES, "t/nginx.yaml": other.replace("name: infrahub", "name: infrahub-proxy")})
    assert reported(cli)["t/nginx.yaml"].startswith("out-of-scope: line 1: mentions these charts")
    write(tmp_path, {"t/nginx.yaml": other.replace("infrahub", "proxy")})
    assert list(reported(cli)) == ["t/values.yaml"]


@pytest.mark.parametrize(("namespace", "is_refused"), [("prod", True), ("other", False)])
def test_a_patch_for_another_namespace_does_not_interfere(
    cli: Cli, tmp_path: Path, namespace: str, is_refused: bool
) -> None:
    patches = (
        f"patches:\n- target: {{kind: HelmRelease, namespace: {namespace}}}\n  patch: |\n{indented(patch(HOST), 4)}"
    )
    write(
        tmp_path,
        {"t/release.yaml": helm_release(VALUES), "t/kustomization.yaml": f"{HEAD}resources: [release.yaml]\n{patches}"},
    )
    before = (tmp_path / "t/release.yaml").read_text("utf-8")
    done = cli("migrate", "t", *FLAGS)
    after = (tmp_path / "t/release.yaml").read_text("utf-8")
    assert (done.returncode, after) == ((2, before) if is_refused else (0, helm_release(AFTER, "4.18.0-medium")))


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "---\n---\n" + VALUES])
def test_an_empty_file_or_first_document_is_reported(cli: Cli, tmp_path: Path, text: str) -> None:
    write(tmp_path, {"t/dev/values.yaml": VALUES, "t/infrahub.yaml": text})
    line = reported(cli)["t/infrahub.yaml"]
    if text.endswith(VALUES):
        assert line.startswith("starts with an empty document")
    else:
        assert line.startswith("out-of-scope: line 1: mentions these charts")


INLINE = """\
helmCharts:
  - name: infrahub-enterprise
    version: 4.13.0-medium
    valuesFile: {file}
    valuesInline: {{infrahub: {{prefect-server: {{server: {{replicaCount: 2}}}}}}}}
"""


def test_values_files_of_refused_kustomizations_get_no_line(cli: Cli, tmp_path: Path) -> None:
    taken = {"t/a/kustomization.yaml": INLINE.format(file="../both.yaml"), "t/both.yaml": VALUES}
    write(tmp_path, {**taken, "t/b/kustomization.yaml": INLINE.format(file="../both.yaml")})
    assert sorted(reported(cli)) == ["t/a/kustomization.yaml", "t/b/kustomization.yaml"]
    write(tmp_path, {"t/other.yaml": VALUES})
    assert sorted(reported(cli)) == ["t/a/kustomization.yaml", "t/b/kustomization.yaml", "t/other.yaml"]


def test_values_files_of_refused_fleet_files_get_no_line(cli: Cli, tmp_path: Path) -> None:
    fleet = "helm:\n  chart: infrahub-enterprise\n  version: 4.13.0-medium\n  valuesFiles: [../both.yaml]\n"
    write(tmp_path, {"t/a/fleet.yaml": fleet, "t/b/fleet.yaml": fleet, "t/both.yaml": VALUES})
    found = reported(cli)
    assert sorted(found) == ["t/a/fleet.yaml", "t/b/fleet.yaml"]
    assert all(text.startswith("helm.valuesFiles has values") for text in found.values())


OVER = "infrahub: {prefect-server: {backgroundServices: {messaging: {redis: {host: redis-prod}}}}}\n"
"""Values that leave the env lists to a base."""


def test_a_base_reached_through_a_link_is_a_layer(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, {"t/a/values.yaml": VALUES, "t/a/dev.yaml": OVER, "t/x/prod.yaml": OVER})
    (tmp_path / "t/x/base.yaml").symlink_to("../a/values.yaml")
    found = reported(cli)
    assert list(found) == ["t/a/dev.yaml", "t/x/prod.yaml"]
    assert "(-f t/x/base.yaml -f t/x/prod.yaml)" in found["t/x/prod.yaml"]
    assert cli("init", "t").returncode == 0
    text = (tmp_path / "t/infrahub-migrator.yaml").read_text("utf-8")
    assert "  - name: x/prod\n    layers: [x/base.yaml, x/prod.yaml]\n" in text


def test_a_link_to_a_base_in_the_same_folder_is_not_a_layer(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, {"t/values.yaml": VALUES, "t/prod.yaml": OVER})
    (tmp_path / "t/base.yaml").symlink_to("values.yaml")
    assert "(-f t/values.yaml -f t/prod.yaml)" in reported(cli)["t/prod.yaml"]


def test_a_base_that_an_object_takes_is_also_its_neighbours_base(cli: Cli, tmp_path: Path) -> None:
    """A generator decides which of the others the object takes as well; none of those is the base of another."""
    write(tmp_path, {"t/values/base.yaml": VALUES, "t/values/a.yaml": OVER, "t/values/b.yaml": OVER})
    files = "{valueFiles: ['$values/values/base.yaml', '$values/values/{{name}}.yaml']}"
    source = f"{{repoURL: x, chart: infrahub-enterprise, targetRevision: 4.13.0-medium, helm: {files}}}"
    spec = f"spec: {{template: {{metadata: {{name: a}}, spec: {{source: {source}}}}}}}"
    write(tmp_path, {"t/set.yaml": f"apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\n{spec}\n"})
    found = reported(cli)
    assert list(found) == ["t/set.yaml", "t/values/a.yaml", "t/values/b.yaml"]
    for name in ("set.yaml", "values/a.yaml", "values/b.yaml"):
        assert f"(-f t/values/base.yaml -f t/{name})" in found[f"t/{name}"]
