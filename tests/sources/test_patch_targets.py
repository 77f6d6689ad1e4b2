"""What the target of a patch says besides kind and name: its namespace, its labels, and names with something around."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .test_gitops_around import OPERATION
from .test_kustomized import FLAGS, HEAD, unchanged, write
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
def test_a_patch_for_other_objects_is_no_hindrance(cli: Cli, tmp_path: Path, target: str, named: str) -> None:
    write(tmp_path, {"release.yaml": OWN, "kustomization.yaml": kustomization(target)})
    done = cli("migrate", named, *FLAGS)
    assert done.returncode == 0, done.stderr
    assert unchanged(tmp_path, {"release.yaml": DONE, "kustomization.yaml": kustomization(target)})


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
        # What the kustomization gives the object, the file does not say.
        (", namespace: dev", "namespace: dev\n"),
        (", labelSelector: tier=dev", "commonLabels: {tier: dev}\n"),
    ],
)
def test_a_patch_that_may_be_for_it_is_refused(cli: Cli, tmp_path: Path, target: str, more: str, named: str) -> None:
    before = {"release.yaml": OWN, "kustomization.yaml": kustomization(target, more)}
    write(tmp_path, before)
    done = cli("migrate", named, *FLAGS)
    assert done.returncode == 2 and b"by a patch of JSON 6902" in b" ".join(done.stderr.split())
    assert unchanged(tmp_path, before)


@pytest.mark.parametrize(("name", "is_meant"), [("live-infrahub", True), ("infrahub", True), ("dev-infrahub", False)])
def test_a_name_may_have_something_around_it(cli: Cli, tmp_path: Path, name: str, is_meant: bool) -> None:
    text = kustomization(f", name: {name}").replace("release.yaml", "base")
    base = HEAD.format("release.yaml") + "namePrefix: live-\n"
    before = {"base/release.yaml": OWN, "base/kustomization.yaml": base, "kustomization.yaml": text}
    write(tmp_path, before)
    done = cli("migrate", "base/release.yaml", *FLAGS)
    assert done.returncode == (2 if is_meant else 0), done.stderr
    assert unchanged(tmp_path, before) is is_meant
