"""Patches that reach an object by a target, by a name prefix, as a whole, or from a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .test_kustomized import FLAGS, HEAD, has_files, write
from .test_patches import BASE_AFTER, DOCKET, HOST, patch
from .texts import AFTER, VALUES, application, helm_release, in_block, indented

Cli = Callable[..., Any]
LARGE = "  chart: {spec: {version: 4.13.0-large}}\n"
VERSION = patch("", "any", LARGE).replace("  values:\n", "")
BASE = {"base/release.yaml": helm_release(VALUES), "base/kustomization.yaml": HEAD.format("release.yaml")}
FLUX = f"""\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: infrahub}}
spec:
  path: ./base
  patches:
    - patch: |
{indented(VERSION, 8)}      target: {{kind: HelmRelease}}
"""


def test_a_target_beats_the_name_in_the_patch(cli: Cli, tmp_path: Path) -> None:
    before = {**BASE, "cluster/infrahub.yaml": FLUX}
    write(tmp_path, before)
    done = cli("migrate", ".", *FLAGS)
    assert done.returncode == 2 and b"cluster/infrahub.yaml:7: sets the chart version 4.13.0-large" in done.stderr
    assert b"-f base/release.yaml -f cluster/infrahub.yaml" in done.stderr and has_files(tmp_path, before)
    done = cli("migrate", "-f", "base/release.yaml", "-f", "cluster/infrahub.yaml", *FLAGS)
    assert done.returncode == 0, done.stderr
    after = {
        "base/release.yaml": helm_release(AFTER),
        "cluster/infrahub.yaml": FLUX.replace("4.13.0-large", "4.18.0-large"),
    }
    assert has_files(tmp_path, after)


def test_a_target_for_others_spares_the_namesake_of_the_patch(cli: Cli, tmp_path: Path) -> None:
    text = FLUX.replace("name: any", "name: infrahub").replace("{kind: HelmRelease}", "{kind: HelmRelease, name: any}")
    write(tmp_path, {**BASE, "cluster/infrahub.yaml": text})
    done = cli("migrate", ".", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert has_files(
        tmp_path, {"base/release.yaml": helm_release(AFTER, "4.18.0-medium"), "cluster/infrahub.yaml": text}
    )


@pytest.mark.parametrize(
    ("kind", "is_meant"), [("HelmRelease|Kustomization", True), ("Helm.*", True), ("Secret", False)]
)
def test_the_kind_of_a_target_is_a_pattern(cli: Cli, tmp_path: Path, kind: str, is_meant: bool) -> None:
    write(tmp_path, {**BASE, "cluster/infrahub.yaml": FLUX.replace("kind: HelmRelease}", f'kind: "{kind}"}}')})
    assert cli("check", ".").returncode == (2 if is_meant else 1)


def test_a_patch_in_a_file_applies_to_its_target(cli: Cli, tmp_path: Path) -> None:
    overlay = HEAD.format("../base") + "patches: [{path: patch.yaml, target: {kind: HelmRelease}}]\n"
    before = {**BASE, "prod/kustomization.yaml": overlay, "prod/patch.yaml": patch(HOST, "any")}
    write(tmp_path, before)
    done = cli("migrate", ".", *FLAGS)
    assert done.returncode == 2 and b"prod/kustomization.yaml:4: patches values of Prefect" in done.stderr
    assert b"-f base/release.yaml -f prod/patch.yaml" in done.stderr and has_files(tmp_path, before)
    done = cli("migrate", "-f", "base/release.yaml", "-f", "prod/patch.yaml", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert b"cannot be seen" not in b" ".join((done.stdout + done.stderr).split())
    after = {"base/release.yaml": helm_release(BASE_AFTER, "4.18.0-medium"), "prod/patch.yaml": patch(DOCKET, "any")}
    assert has_files(tmp_path, after)


@pytest.mark.parametrize(("name", "is_meant"), [("low-infrahub", True), ("infrahub", True), ("other-infrahub", False)])
def test_an_overlay_finds_its_base_by_the_prefixed_name(cli: Cli, tmp_path: Path, name: str, is_meant: bool) -> None:
    text = f"patches:\n  - patch: |\n{indented(VERSION.replace('any', name), 6)}"
    files = {
        **BASE,
        "base/kustomization.yaml": HEAD.format("release.yaml") + "namePrefix: low-\n",
        "prod/kustomization.yaml": HEAD.format("../base") + "namePrefix: live-\n" + text,
    }
    write(tmp_path, files)
    assert cli("check", ".").returncode == (2 if is_meant else 1)
    done = cli("migrate", "-f", "base/release.yaml", "-f", "prod/kustomization.yaml", *FLAGS)
    assert (done.returncode == 0) is is_meant, done.stderr
    if is_meant:
        moved = files["prod/kustomization.yaml"].replace("4.13.0-large", "4.18.0-large")
        assert has_files(tmp_path, {"base/release.yaml": helm_release(AFTER), "prod/kustomization.yaml": moved})


def operations(text: str, kind: str = "HelmRelease") -> str:
    return HEAD.format("release.yaml") + f"patches:\n  - target: {{kind: {kind}}}\n    patch: |\n{indented(text, 6)}"


ENTRY = "/spec/values/infrahub/prefect-server/server/env/1"


@pytest.mark.parametrize(
    "text",
    [
        "- {op: replace, path: /spec/values, value: {configPreset: large}}\n",
        "- {op: remove, path: /spec/values/infrahub}\n",
        "- {op: add, path: /spec/values/infrahub, value: {}}\n",
        "- {op: replace, path: /spec, value: {}}\n",
        '- {op: replace, path: "", value: {}}\n',
        "- {op: replace, path: /spec/chart/spec, value: {chart: infrahub-enterprise, version: 4.13.0-large}}\n",
        f"- {{op: move, from: {ENTRY}, path: /spec/kept}}\n",
        f'[{{"op": "copy", "from": "{ENTRY}", "path": "/spec/kept"}}]\n',
        "- {op: add, path: /spec/values/ie, value: {prefect-server: {}}}\n",
    ],
)
@pytest.mark.parametrize("named", ["release.yaml", "."])
def test_operations_on_or_from_the_values_are_refused(cli: Cli, tmp_path: Path, text: str, named: str) -> None:
    before = {"release.yaml": helm_release(VALUES), "kustomization.yaml": operations(text)}
    write(tmp_path, before)
    done = cli("migrate", named, *FLAGS)
    assert done.returncode == 2 and b"kustomization.yaml:5: changes " in done.stderr
    assert has_files(tmp_path, before)


@pytest.mark.parametrize("path", ["/spec/source/helm/values", "/spec/source/helm", "/spec/source"])
def test_operations_on_the_text_of_an_application_are_refused(cli: Cli, tmp_path: Path, path: str) -> None:
    text = operations(f"- {{op: replace, path: {path}, value: {{}}}}\n", "Application")
    before = {"release.yaml": application(in_block(VALUES)), "kustomization.yaml": text}
    write(tmp_path, before)
    done = cli("migrate", ".", *FLAGS)
    assert done.returncode == 2 and b"kustomization.yaml:5: changes " + path.encode() in done.stderr
    assert has_files(tmp_path, before)


@pytest.mark.parametrize(
    "text",
    [
        "- {op: replace, path: /spec/interval, value: 1h}\n",
        "- {op: add, path: /spec/values/infrahub/infrahubServer, value: {replicas: 3}}\n",
        "- {op: add, path: /metadata/annotations, value: {about: prefect-server}}\n",
        "- {op: move, from: /spec/interval, path: /spec/timeout}\n",
    ],
)
def test_operations_on_something_else_do_not_interfere(cli: Cli, tmp_path: Path, text: str) -> None:
    write(tmp_path, {"release.yaml": helm_release(VALUES), "kustomization.yaml": operations(text)})
    done = cli("migrate", ".", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert has_files(tmp_path, {"release.yaml": helm_release(AFTER, "4.18.0-medium")})


REPLACEMENT = """\
source: {{kind: ConfigMap, name: versions, fieldPath: data.infrahub}}
targets:
  - select: {{kind: HelmRelease}}
    fieldPaths: [{}]
"""


@pytest.mark.parametrize("is_list", [True, False])
def test_replacements_in_a_file_are_refused(cli: Cli, tmp_path: Path, is_list: bool) -> None:
    text = REPLACEMENT.format("spec.chart.spec.version")
    label = "- {targets: [{select: {kind: HelmRelease}, fieldPaths: [metadata.labels.a]}]}\n"
    text = f"{label}- {indented(text, 2)[2:]}" if is_list else text
    line = 2 if is_list else 1
    before = {
        "release.yaml": helm_release(VALUES),
        "kustomization.yaml": HEAD.format("release.yaml") + "replacements: [{path: chart.yaml}]\n",
        "chart.yaml": text,
    }
    write(tmp_path, before)
    for named in ("release.yaml", "."):
        done = cli("migrate", named, *FLAGS)
        assert done.returncode == 2 and f"chart.yaml:{line}: replaces spec.chart".encode() in done.stderr
        assert has_files(tmp_path, before)
    write(tmp_path, {"chart.yaml": text.replace("spec.chart.spec.version", "metadata.annotations.about")})
    assert cli("migrate", "release.yaml", *FLAGS).returncode == 0


SET = (
    application(in_block(VALUES))
    .replace("kind: Application", "kind: ApplicationSet")
    .replace("spec:\n", "spec:\n  template:\n    spec:\n", 1)
)
SET = SET[: SET.index("    spec:\n") + 10] + indented(SET[SET.index("    spec:\n") + 10 :], 4)


@pytest.mark.parametrize(
    "text",
    [
        "- {op: replace, path: /spec/template/spec/source/targetRevision, value: 4.13.0-large}\n",
        "- {op: replace, path: /spec/template/spec, value: {}}\n",
        "kind: ApplicationSet\nspec: {template: {spec: {source: {targetRevision: 4.13.0-large}}}}\n",
        "kind: ApplicationSet\nspec: {template: {spec: {sources: [{ref: x}, {targetRevision: 4.13.0-large}]}}}\n",
    ],
)
def test_patches_of_an_applicationset_are_refused(cli: Cli, tmp_path: Path, text: str) -> None:
    before = {"release.yaml": SET, "kustomization.yaml": operations(text, "ApplicationSet, name: infrahub")}
    write(tmp_path, before)
    assert cli("check", "release.yaml").returncode == 2
    done = cli("migrate", ".", *FLAGS)
    assert done.returncode == 2 and b"kustomization.yaml:5: " in done.stderr, done.stderr
    assert has_files(tmp_path, before)
    write(tmp_path, {"kustomization.yaml": operations(text, "ApplicationSet, name: other")})
    assert cli("check", ".").returncode == 1


@pytest.mark.parametrize(("kind", "is_hit"), [("ApplicationSet", True), ("Deployment", False)])
def test_replacements_in_an_applicationset_are_refused(cli: Cli, tmp_path: Path, kind: str, is_hit: bool) -> None:
    text = REPLACEMENT.format("spec.template.spec.source.targetRevision").replace("HelmRelease", kind)
    more = f"replacements:\n  - {indented(text, 4)[4:]}"
    before = {"release.yaml": SET, "kustomization.yaml": HEAD.format("release.yaml") + more}
    write(tmp_path, before)
    done = cli("check", "release.yaml")
    assert done.returncode == (2 if is_hit else 1)
    assert (b"replaces spec.template.spec.source.targetRevision of ApplicationSet" in done.stderr) is is_hit


@pytest.mark.parametrize("where", ["prod/patch.yaml", "prod/kustomization.yaml"])
def test_a_patch_with_a_merge_directive_is_not_a_layer(cli: Cli, tmp_path: Path, where: str) -> None:
    text = patch(HOST.replace("    backgroundServices:", "    $patch: replace\n    backgroundServices:"))
    overlay = HEAD.format("../base") + "patches:\n"
    overlay += "  - path: patch.yaml\n" if where == "prod/patch.yaml" else f"  - patch: |\n{indented(text, 6)}"
    before = {**BASE, "prod/kustomization.yaml": overlay, "prod/patch.yaml": text}
    write(tmp_path, before)
    done = cli("migrate", "-f", "base/release.yaml", "-f", where, *FLAGS)
    assert done.returncode == 2 and b"says how the patch is merged" in done.stderr
    assert f"{where}:{9 if where == 'prod/patch.yaml' else 5}: ".encode() in done.stderr, done.stderr
    assert cli("migrate", ".", *FLAGS).returncode == 2
    assert has_files(tmp_path, before)
