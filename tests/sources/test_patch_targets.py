"""Targets of patches beyond kind and name: namespaces, labels, and names with a prefix or suffix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .test_argocd import application_set
from .test_kustomized import FLAGS, HEAD, has_files, write
from .test_release_surroundings import OPERATION
from .texts import AFTER, VALUES, helm_release, indented

Cli = Callable[..., Any]
OWN = helm_release(VALUES).replace("namespace: prod\n", "namespace: prod\n  labels: {tier: live, team: net}\n")
DONE = helm_release(AFTER, "4.18.0-medium").replace(
    "namespace: prod\n", "namespace: prod\n  labels: {tier: live, team: net}\n"
)


def kustomization(target: str, more: str = "") -> str:
    head = HEAD.format("release.yaml")
    return f"{head}{more}patches:\n  - patch: |\n{indented(OPERATION, 6)}    target: {{kind: HelmRelease{target}}}\n"


@pytest.mark.parametrize("named", ["release.yaml", "."])
@pytest.mark.parametrize(
    "target",
    [
        ", namespace: dev",
        ", namespace: de.*",
        ", labelSelector: tier=dev",
        ', labelSelector: "team=net, tier == dev"',
        ", labelSelector: other=x",
    ],
)
def test_a_patch_for_other_objects_does_not_block_the_migration(
    cli: Cli, tmp_path: Path, target: str, named: str
) -> None:
    write(tmp_path, {"release.yaml": OWN, "kustomization.yaml": kustomization(target)})
    done = cli("migrate", named, *FLAGS)
    assert done.returncode == 0, done.stderr
    assert has_files(tmp_path, {"release.yaml": DONE, "kustomization.yaml": kustomization(target)})


@pytest.mark.parametrize("named", ["release.yaml", "."])
@pytest.mark.parametrize(
    ("target", "more"),
    [
        ("", ""),
        (", namespace: prod", ""),
        (", namespace: p.*", ""),
        (", labelSelector: tier=live", ""),
        (', labelSelector: "tier in (dev)"', ""),
        (", labelSelector: tier!=dev", ""),
        # The file does not show what the kustomization sets on the object.
        (", namespace: dev", "namespace: dev\n"),
        (", labelSelector: tier=dev", "commonLabels: {tier: dev}\n"),
    ],
)
def test_a_patch_that_may_target_the_object_is_refused(
    cli: Cli, tmp_path: Path, target: str, more: str, named: str
) -> None:
    before = {"release.yaml": OWN, "kustomization.yaml": kustomization(target, more)}
    write(tmp_path, before)
    done = cli("migrate", named, *FLAGS)
    assert done.returncode == 2 and b"by a JSON 6902 patch" in b" ".join(done.stderr.split())
    assert has_files(tmp_path, before)


@pytest.mark.parametrize(("name", "is_meant"), [("live-infrahub", True), ("infrahub", True), ("dev-infrahub", False)])
def test_a_target_name_may_include_the_prefix(cli: Cli, tmp_path: Path, name: str, is_meant: bool) -> None:
    text = kustomization(f", name: {name}").replace("release.yaml", "base")
    base = HEAD.format("release.yaml") + "namePrefix: live-\n"
    before = {"base/release.yaml": OWN, "base/kustomization.yaml": base, "kustomization.yaml": text}
    write(tmp_path, before)
    done = cli("migrate", "base/release.yaml", *FLAGS)
    assert done.returncode == (2 if is_meant else 0), done.stderr
    assert has_files(tmp_path, before) is is_meant


def test_an_operation_in_a_file_is_judged_by_its_target(cli: Cli, tmp_path: Path) -> None:
    text = HEAD.format("release.yaml") + "patches: [{path: p.yaml, target: {kind: HelmRelease, namespace: NAME}}]\n"
    before = {"release.yaml": OWN, "kustomization.yaml": text.replace("NAME", "prod"), "p.yaml": OPERATION}
    write(tmp_path, before)
    assert cli("migrate", "release.yaml", *FLAGS).returncode == 2 and has_files(tmp_path, before)
    write(tmp_path, {"kustomization.yaml": text.replace("NAME", "dev")})
    done = cli("migrate", "release.yaml", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert has_files(tmp_path, {"release.yaml": DONE, "p.yaml": OPERATION})


def test_flux_may_give_objects_another_namespace(cli: Cli, tmp_path: Path) -> None:
    """If it is unknown what Flux applies, the namespace in the file proves nothing."""
    patches = f"patches:\n  - patch: |\n{indented(OPERATION, 6)}    target: {{kind: HelmRelease, namespace: dev}}\n"
    flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: dev}\nspec:\n"
    before = {"apps/release.yaml": OWN, "dev.yaml": f"{flux}  targetNamespace: dev\n{indented(patches, 2)}"}
    write(tmp_path, before)
    done = cli("migrate", ".", *FLAGS)
    assert done.returncode == 2 and b"dev.yaml:7: changes " in done.stderr, done.stderr
    assert has_files(tmp_path, before)


@pytest.mark.parametrize("named", ["release.yaml", "."])
@pytest.mark.parametrize(
    "pattern",
    ["*", "(", r"\\pL+", "(a+)+b", "(a|aa)" * 30, "a*" * 30 + "b", f"{'a' * 300}|b"],
    ids=["nothing to repeat", "unclosed", "of Go", "nested", "choices", "stars", "long"],
)
def test_a_pattern_that_cannot_be_tried_is_taken_to_match(cli: Cli, tmp_path: Path, pattern: str, named: str) -> None:
    own = OWN.replace("name: infrahub\n", f"name: {'a' * 40}\n")
    for key in ("name", "namespace"):
        before = {"release.yaml": own, "kustomization.yaml": kustomization(f', {key}: "{pattern}"')}
        write(tmp_path, before)
        done = cli("migrate", named, *FLAGS)
        assert done.returncode == 2 and b"kustomization.yaml:5: changes" in done.stderr, done.stderr
        assert has_files(tmp_path, before)


@pytest.mark.parametrize(("kind", "is_meant"), [("ApplicationSet", True), ("Application", False)])
def test_a_patch_of_an_application_does_not_match_an_applicationset(
    cli: Cli, tmp_path: Path, kind: str, is_meant: bool
) -> None:
    spec = "{template: {spec: {source: {targetRevision: 1.0.0}}}}"
    patch = f"kind: {kind}\nmetadata: {{name: infrahub}}\nspec: {spec}\n"
    before = {
        "set.yaml": application_set(VALUES),
        "patch.yaml": f"apiVersion: argoproj.io/v1alpha1\n{patch}",
        "kustomization.yaml": HEAD.format("set.yaml") + "patches: [{path: patch.yaml}]\n",
    }
    write(tmp_path, before)
    done = cli("migrate", "set.yaml", *FLAGS)
    assert done.returncode == (2 if is_meant else 0), done.stderr
    assert has_files(tmp_path, before) is is_meant


@pytest.mark.parametrize(("name", "is_meant"), [("low-infrahub-x", True), ("low-infrahub", False)])
def test_a_component_sees_names_with_the_prefix_and_suffix_of_the_base(
    cli: Cli, tmp_path: Path, name: str, is_meant: bool
) -> None:
    before = {
        "base/release.yaml": OWN,
        "base/kustomization.yaml": HEAD.format("release.yaml") + "namePrefix: low-\nnameSuffix: -x\n",
        "kustomization.yaml": HEAD.format("base") + "components: [part]\n",
        "part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
        + kustomization(f", name: {name}").replace(HEAD.format("release.yaml"), ""),
    }
    write(tmp_path, before)
    done = cli("migrate", "base/release.yaml", *FLAGS)
    assert done.returncode == (2 if is_meant else 0), done.stderr
    assert has_files(tmp_path, before) is is_meant


@pytest.mark.parametrize(
    ("name", "is_meant"), [("live-low-infrahub-x-y", True), ("low-live-infrahub", False), ("infrahub-y-x", False)]
)
def test_prefixes_and_suffixes_of_nested_kustomizations_add_up(
    cli: Cli, tmp_path: Path, name: str, is_meant: bool
) -> None:
    before = {
        "kustomization.yaml": kustomization(f", name: {name}").replace("release.yaml", "live"),
        "live/kustomization.yaml": HEAD.format("base") + "namePrefix: live-\nnameSuffix: -y\n",
        "live/base/kustomization.yaml": HEAD.format("release.yaml") + "namePrefix: low-\nnameSuffix: -x\n",
        "live/base/release.yaml": OWN,
    }
    write(tmp_path, before)
    done = cli("migrate", "live/base/release.yaml", *FLAGS)
    assert done.returncode == (2 if is_meant else 0), done.stderr
    assert has_files(tmp_path, before) is is_meant
