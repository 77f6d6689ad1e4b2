"""Opening a file, or several as layers: which layers they give, of which release, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator import sources
from migrator.errors import InputError, UsageError

from .test_kustomized import FLAGS, GENERATOR, HEAD, RELEASE, has_files, write
from .test_patches import HOST, patch
from .test_release_surroundings import FROM, OPERATION, holder
from .texts import AFTER, VALUES, helm_release, indented

Cli = Callable[..., Any]
PODINFO = helm_release("replicas: 1\n", chart="podinfo").replace("name: infrahub", "name: podinfo")


def layers_of(folder: Path, *names: str) -> list[str]:
    (bundle,) = sources.open_layers([str(folder / name) for name in names]).bundles
    return [Path(layer.name).name for layer in bundle.layers]


@pytest.mark.parametrize("named", [["one.yaml"], ["two.yaml"], ["one.yaml", "two.yaml"], []])
def test_generator_files_are_layers_only_once(tmp_path: Path, named: list[str]) -> None:
    two = "  - name: more\n    files: [values.yaml=two.yaml]\n"
    both = "  valuesFrom: [{kind: ConfigMap, name: base}, {kind: ConfigMap, name: more}]\n"
    kustomization = HEAD.format("release.yaml") + GENERATOR.replace("own", "one") + two
    write(tmp_path, {"release.yaml": helm_release("", head=both), "kustomization.yaml": kustomization})
    write(tmp_path, {"one.yaml": VALUES, "two.yaml": HOST})
    found = layers_of(tmp_path, *named, "release.yaml")
    assert sorted(found[:-1]) == ["one.yaml", "two.yaml"] and found[-1] == "release.yaml"


@pytest.mark.parametrize(
    ("text", "count"), [(PODINFO, 0), (f"{helm_release(VALUES)}---\n{helm_release(VALUES)}", 2)], ids=["none", "two"]
)
def test_a_layer_with_several_releases_or_none_is_refused(tmp_path: Path, text: str, count: int) -> None:
    write(tmp_path, {"base.yaml": VALUES, "release.yaml": text})
    with pytest.raises(InputError, match=f"has {count} releases with Prefect values, but a layer belongs to one"):
        layers_of(tmp_path, "base.yaml", "release.yaml")


def test_a_release_with_shared_values_is_refused_alone(cli: Cli, tmp_path: Path) -> None:
    second = RELEASE.replace("name: infrahub\n", "name: second\n")
    write(tmp_path, {"one.yaml": RELEASE, "two.yaml": second, "base.yaml": holder(VALUES)})
    done = cli("check", "-f", "one.yaml")
    assert done.returncode == 2 and b"is also used by HelmRelease second" in done.stderr


def test_several_releases_with_values_in_other_files_are_refused(cli: Cli, tmp_path: Path) -> None:
    before = {"all.yaml": f"{helm_release(VALUES)}---\n{RELEASE}", "base.yaml": holder(VALUES)}
    write(tmp_path, before)
    done = cli("migrate", "all.yaml", *FLAGS)
    assert done.returncode == 2
    assert b"has 2 releases, and HelmRelease prod/infrahub takes values" in b" ".join(done.stderr.split())
    assert has_files(tmp_path, before)


def test_standard_input_ignores_the_files_in_the_folder(cli: Cli, tmp_path: Path) -> None:
    operation = f"patches:\n  - patch: |\n{indented(OPERATION, 6)}    target: {{kind: HelmRelease}}\n"
    write(tmp_path, {"release.yaml": PODINFO, "kustomization.yaml": HEAD.format("release.yaml") + operation})
    write(tmp_path, {"base.yaml": holder(VALUES)})
    head = FROM.format("ConfigMap")
    done = cli("migrate", "-", *FLAGS, stdin=helm_release(VALUES, head=head).encode())
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode() == helm_release(AFTER, "4.18.0-medium", head=head)
    assert has_files(tmp_path, {"base.yaml": holder(VALUES)})


def test_a_patch_can_be_planned_by_itself(cli: Cli, tmp_path: Path) -> None:
    """It is a patch because a kustomization applies it over its object."""
    kustomization = HEAD.format("release.yaml") + "patches: [{path: patch.yaml}]\n"
    write(tmp_path, {"release.yaml": helm_release(VALUES), "patch.yaml": patch(HOST)})
    write(tmp_path, {"kustomization.yaml": kustomization})
    done = cli("plan", "patch.yaml", "--from", "4.13.0-medium", "--redis-db", "2")
    assert done.returncode != 2 and b"that this patches lie below" in b" ".join(done.stdout.split())


def test_a_patch_with_another_target_is_not_a_layer_of_the_object(tmp_path: Path) -> None:
    kustomization = (
        HEAD.format("release.yaml") + "patches: [{path: patch.yaml, target: {kind: HelmRelease, name: X}}]\n"
    )
    write(tmp_path, {"release.yaml": helm_release(VALUES), "patch.yaml": patch(HOST, "any")})
    write(tmp_path, {"kustomization.yaml": kustomization.replace("X", "other")})
    with pytest.raises(UsageError, match="others can be patches of it"):
        layers_of(tmp_path, "release.yaml", "patch.yaml")
    write(tmp_path, {"kustomization.yaml": kustomization.replace("X", "infra.*")})
    assert layers_of(tmp_path, "release.yaml", "patch.yaml") == ["release.yaml", "patch.yaml"]


@pytest.mark.parametrize(
    ("below", "over", "name", "namespace"),
    [
        ("", "", "infrahub", "prod"),
        ("releaseName: own, targetNamespace: live", "", "own", "live"),
        ("targetNamespace: live", "", "live-infrahub", "live"),
        ("releaseName: own", "targetNamespace: live", "own", "live"),
        ("releaseName: own", "releaseName: other, targetNamespace: live", "other", "live"),
        ("targetNamespace: low", "targetNamespace: live", "live-infrahub", "live"),
        ("", "releaseName: other", "other", "prod"),
    ],
)
def test_the_name_and_namespace_of_a_patched_release(
    tmp_path: Path, below: str, over: str, name: str, namespace: str
) -> None:
    def spec(text: str) -> str:
        return "".join(f"  {each}\n" for each in text.split(", ") if each)

    write(
        tmp_path, {"release.yaml": helm_release(VALUES, head=spec(below)), "patch.yaml": patch(HOST, chart=spec(over))}
    )
    (bundle,) = sources.open_layers([str(tmp_path / "release.yaml"), str(tmp_path / "patch.yaml")]).bundles
    assert (bundle.release_name, bundle.namespace) == (name, namespace)


def test_values_that_a_patch_takes_from_elsewhere_are_listed(tmp_path: Path) -> None:
    head = FROM.format("ConfigMap")
    write(tmp_path, {"release.yaml": helm_release(VALUES, head=head)})
    write(tmp_path, {"patch.yaml": patch(HOST, chart=head.replace("base", "more"))})
    (bundle,) = sources.open_layers([str(tmp_path / "release.yaml"), str(tmp_path / "patch.yaml")]).bundles
    assert [each.item for each in bundle.unseen] == ["ConfigMap/base", "ConfigMap/more"]
