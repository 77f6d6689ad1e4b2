"""Strategic patches inside a kustomization: layers over the object that they patch, edited in their text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .test_patches import BASE_AFTER, DOCKET, FLAGS, HOST, patch
from .texts import AFTER, VALUES, helm_release, indented

Cli = Callable[..., Any]
LAYERS = ("-f", "base/release.yaml", "-f", "prod/kustomization.yaml")
PINNED = "  chart: {spec: {version: 4.13.0-large}}  # prod\n"
HEAD = "resources: [../base]  # below\n"


def kustomization(text: str, key: str = "patches") -> str:
    """A kustomization with the patch inside, under that key."""
    if key == "patchesStrategicMerge":
        return f"{HEAD}{key}:\n  - |-\n{indented(text, 4)}# end\n"
    return f"{HEAD}{key}:\n  - target: {{kind: HelmRelease, name: infrahub}}\n    patch: |-\n{indented(text, 6)}# end\n"


@pytest.fixture
def overlay(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, base: str = helm_release(VALUES)) -> Path:
        for name, content in {"base/release.yaml": base, "prod/kustomization.yaml": text}.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(content, "utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize("key", ["patches", "patchesStrategicMerge"])
def test_each_change_lands_in_the_object_or_its_inline_patch(cli: Cli, overlay: Callable[..., Path], key: str) -> None:
    folder = overlay(kustomization(patch(HOST), key))
    done = cli("migrate", *LAYERS, *FLAGS)
    assert done.returncode == 0, done.stderr
    assert (folder / "base/release.yaml").read_text("utf-8") == helm_release(BASE_AFTER, "4.18.0-medium")
    assert (folder / "prod/kustomization.yaml").read_text("utf-8") == kustomization(patch(DOCKET), key)
    assert cli("check", *LAYERS).returncode == 0
    assert cli("migrate", *LAYERS, *FLAGS).returncode == 0
    assert (folder / "prod/kustomization.yaml").read_text("utf-8") == kustomization(patch(DOCKET), key)


def test_a_version_in_the_patch_is_the_one_that_moves(cli: Cli, overlay: Callable[..., Path]) -> None:
    folder = overlay(kustomization(patch(HOST, chart=PINNED)))
    change = json.loads(cli("plan", *LAYERS, *FLAGS[:2], "--format", "json").stdout)["files"][0]["changes"][-1]
    line = 1 + kustomization(patch(HOST, chart=PINNED)).splitlines().index(f"      {PINNED}".rstrip("\n"))
    assert (change["step"], change["file"], change["line"]) == ("chart-version", "prod/kustomization.yaml", line)
    done = cli("migrate", *LAYERS, *FLAGS)
    assert done.returncode == 0, done.stderr
    assert (folder / "base/release.yaml").read_text("utf-8") == helm_release(BASE_AFTER)
    after = kustomization(patch(DOCKET, chart=PINNED.replace("4.13.0", "4.18.0")))
    assert (folder / "prod/kustomization.yaml").read_text("utf-8") == after


def test_a_patch_of_the_version_alone_moves_too(cli: Cli, overlay: Callable[..., Path]) -> None:
    """All values are in the object; the patch gets none."""
    text = patch("").replace("  values:\n", "").rstrip("\n") + "\n"
    folder = overlay(kustomization(text.replace("spec:\n", f"spec:\n{PINNED}")))
    done = cli("migrate", *LAYERS, *FLAGS)
    assert done.returncode == 0, done.stderr
    assert (folder / "base/release.yaml").read_text("utf-8") == helm_release(AFTER)
    after = kustomization(text.replace("spec:\n", f"spec:\n{PINNED}")).replace("4.13.0", "4.18.0")
    assert (folder / "prod/kustomization.yaml").read_text("utf-8") == after


def test_a_flux_kustomization_may_contain_the_patch(cli: Cli, overlay: Callable[..., Path]) -> None:
    head = (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: prod}\nspec:\n  patches:\n"
    )
    text = f"{head}    - patch: |\nPATCH      target: {{kind: HelmRelease}}\n"
    folder = overlay(text.replace("PATCH", indented(patch(HOST), 8)))
    done = cli("migrate", *LAYERS, *FLAGS)
    assert done.returncode == 0, done.stderr
    assert (folder / "prod/kustomization.yaml").read_text("utf-8") == text.replace("PATCH", indented(patch(DOCKET), 8))


def test_the_object_alone_is_refused_with_the_layers_to_name(cli: Cli, overlay: Callable[..., Path]) -> None:
    overlay(kustomization(patch(HOST)))
    for name in (".", "base/release.yaml"):
        Path("base/kustomization.yaml").write_text(kustomization(patch(HOST)).replace("../base", "release.yaml"))
        done = cli("check", name)
        assert done.returncode == 2
        words = b" ".join(done.stderr.split())
        assert b"patches values of Prefect of HelmRelease infrahub inside the kustomization" in words
        assert b"-f base/release.yaml -f base/kustomization.yaml" in words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (patch(HOST).replace("spec:\n", "spec:\n  valuesFrom: []\n"), b"separate file"),
        (f"{patch(HOST)}---\n{patch(HOST, name='other')}", b"separate file"),
    ],
)
def test_a_patch_that_is_more_than_a_layer_is_refused_with_its_line(
    cli: Cli, overlay: Callable[..., Path], text: str, words: bytes
) -> None:
    folder = overlay(helm_release(HOST))
    before = kustomization(text).replace("../base", "release.yaml")
    (folder / "base/kustomization.yaml").write_text(before, "utf-8")
    for names in (["base/release.yaml"], ["-f", "base/release.yaml", "-f", "base/kustomization.yaml"]):
        done = cli("migrate", *names, *FLAGS)
        assert done.returncode == 2
    assert b"base/kustomization.yaml:3" in cli("migrate", "base/release.yaml", *FLAGS).stderr
    assert words in cli("migrate", "base/release.yaml", *FLAGS).stderr
    assert (folder / "base/kustomization.yaml").read_text("utf-8") == before


def test_a_patch_in_a_quoted_string_is_refused_with_its_line(cli: Cli, overlay: Callable[..., Path]) -> None:
    text = f"{HEAD}patches:\n  - patch: {json.dumps(patch(HOST))}\n"
    folder = overlay(text)
    done = cli("migrate", *LAYERS, *FLAGS)
    assert done.returncode == 2
    assert b"prod/kustomization.yaml:3: patches[0].patch has its values in a string" in done.stderr
    assert (folder / "prod/kustomization.yaml").read_text("utf-8") == text


def test_of_several_patches_the_one_for_the_object_is_edited(cli: Cli, overlay: Callable[..., Path]) -> None:
    other = kustomization(patch(HOST.replace("redis.live", "else"), name="other")).replace(
        "name: infrahub}", "name: other}"
    )
    own = kustomization(patch(HOST)).replace(HEAD + "patches:\n", "").replace("# end\n", "")
    folder = overlay(other.replace("# end\n", own))
    done = cli("migrate", *LAYERS, *FLAGS)
    assert done.returncode == 0, done.stderr
    after = (folder / "prod/kustomization.yaml").read_text("utf-8")
    assert after == other.replace("# end\n", own.replace(indented(HOST, 10), indented(DOCKET, 10)))


def test_patches_in_files_next_to_an_inline_patch_are_left(cli: Cli, overlay: Callable[..., Path]) -> None:
    """They are listed by path, under either key."""
    files = "patchesStrategicMerge: [quota.yaml]\n"
    quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: infrahub}\nspec: {hard: {pods: 9}}\n"
    path = "patches:\n  - path: quota.yaml\n"
    folder = overlay(kustomization(patch(HOST)).replace("patches:\n", path) + files)
    (folder / "prod/quota.yaml").write_text(quota, "utf-8")
    done = cli("migrate", *LAYERS, *FLAGS)
    assert done.returncode == 0, done.stderr
    after = (folder / "prod/kustomization.yaml").read_text("utf-8")
    assert after == kustomization(patch(DOCKET)).replace("patches:\n", path) + files
    assert (folder / "prod/quota.yaml").read_text("utf-8") == quota


def test_a_patch_of_another_kind_with_the_same_name_is_left(cli: Cli, overlay: Callable[..., Path]) -> None:
    other = patch(HOST).replace("kind: HelmRelease", "kind: Environment")
    text = f"{HEAD}patchesStrategicMerge:\n  - |-\n{indented(other, 4)}  - |-\n"
    folder = overlay(text + indented(patch(HOST), 4))
    done = cli("migrate", *LAYERS, *FLAGS)
    assert done.returncode == 0, done.stderr
    assert (folder / "prod/kustomization.yaml").read_text("utf-8") == text + indented(patch(DOCKET), 4)
