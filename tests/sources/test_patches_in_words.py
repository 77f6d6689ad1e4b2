"""What is said of a patch that keeps its object from its migration: where it stands, what it does, what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .test_gitops_around import FROM, OCI, OF_THE_VALUES, OPERATION, OVER_OCI, VERSION, holder, referring
from .test_kustomized import FLAGS, HEAD, unchanged, write
from .test_patches import HOST, patch
from .texts import AFTER, VALUES, application, helm_release, in_object, indented

Cli = Callable[..., Any]
INTO = "Put what the patch says into the object, and remove the patch."
OWN_FILE = "Put the patch into a separate file (patches: [{path: FILE}]), and name it with -f after its object."
STRATEGIC = "Write it as a strategic patch in a separate file"
NUMBER = "/spec/values/infrahub/prefect-server/server/env/2/value"
LABEL = "- {op: add, path: /metadata/labels/a, value: b}\n"
TAG = "global: {infrahubTag: 1.8.0}\n"
OF_APP = f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: infrahub}}
spec:
  source:
    helm:
      valuesObject:
{indented(HOST, 8)}"""
MERGED = patch(HOST.replace("    backgroundServices:", "    $patch: replace\n    backgroundServices:"))
APP = application(in_object(VALUES))


def inline(text: str, target: str = "") -> str:
    return f"patches:\n  - patch: |\n{indented(text, 6)}" + (f"    target: {{{target}}}\n" if target else "")


IN_FILE = "patches: [{path: p.yaml}]\n"
RELEASE = {"release.yaml": helm_release(VALUES)}
HOLDING = {"release.yaml": referring(""), "base.yaml": holder(VALUES), "source.yaml": OCI}
# The release and objects, the kustomization behind its resources, the patch's file; the place, and what is said.
REFUSED = {
    "an operation in a file": (
        RELEASE,
        "patches: [{path: p.yaml, target: {kind: HelmRelease}}]\n",
        LABEL + OPERATION,
        "p.yaml:2",
        f"changes {NUMBER} of HelmRelease by a JSON 6902 patch, which will mean another entry once the list changes: "
        f"the object is not migrated without it. {STRATEGIC}",
    ),
    "an operation of the version": (
        RELEASE,
        inline(VERSION, "kind: HelmRelease, name: infrahub"),
        "",
        "kustomization.yaml:5",
        "sets the chart version of HelmRelease infrahub by a JSON 6902 patch: the object is not migrated",
    ),
    "an operation of the version of the second source": (
        {"release.yaml": APP},
        inline("- {op: replace, path: /spec/sources/1/targetRevision, value: 4.13.0}\n", "kind: Application"),
        "",
        "kustomization.yaml:5",
        "sets the chart version of Application by a JSON 6902 patch: the object is not migrated",
    ),
    "a patch of the values below, in a file": (
        HOLDING,
        IN_FILE,
        holder("a: b\n"),
        "p.yaml:1",
        f"patches what ConfigMap base holds: the object is not migrated without it. {INTO}",
    ),
    "a patch of the values below, inside": (
        HOLDING,
        inline(holder("a: b\n")),
        "",
        "kustomization.yaml:5",
        f"patches what ConfigMap base holds: the object is not migrated without it. {INTO}",
    ),
    "an operation on the values below": (
        HOLDING,
        inline(OF_THE_VALUES, "kind: ConfigMap, name: base"),
        "",
        "kustomization.yaml:5",
        f"changes /data/values.yaml of ConfigMap base: the object is not migrated without it. {INTO}",
    ),
    "values of Infrahub alone, inside": (
        RELEASE,
        inline(patch(TAG)),
        "",
        "kustomization.yaml:5",
        "patches values of Prefect of HelmRelease infrahub inside the kustomization: the object is not migrated "
        "without it. Name the object and the patch together: -f release.yaml -f kustomization.yaml.",
    ),
    "a patch with values from elsewhere": (
        RELEASE,
        inline(patch(HOST, chart=FROM.format("ConfigMap"))),
        "",
        "kustomization.yaml:5",
        f"inside the kustomization: the object is not migrated without it. {OWN_FILE}",
    ),
    "a patch that says how it is merged, in a file": (
        RELEASE,
        IN_FILE,
        MERGED,
        "kustomization.yaml:4",
        f"patches values of Prefect of HelmRelease infrahub in p.yaml: the object is not migrated without it. {INTO}",
    ),
    "an Application, in a file": (
        {"release.yaml": APP},
        IN_FILE,
        OF_APP,
        "kustomization.yaml:4",
        f"patches values of Prefect of Application infrahub in p.yaml: the object is not migrated without it. {INTO}",
    ),
    "an Application, inside": (
        {"release.yaml": APP},
        inline(OF_APP),
        "",
        "kustomization.yaml:5",
        f"Application infrahub inside the kustomization: the object is not migrated without it. {INTO}",
    ),
}


@pytest.mark.parametrize("named", ["release.yaml", "."])
@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_by_its_place_with_the_way_out(cli: Cli, tmp_path: Path, case: str, named: str) -> None:
    objects, tail, file, place, words = REFUSED[case]
    before = {**objects, "kustomization.yaml": HEAD.format(", ".join(objects)) + tail, "p.yaml": file or "a: b\n"}
    write(tmp_path, before)
    done = cli("migrate", named, *FLAGS)
    assert done.returncode == 2
    assert f" {place}: " in done.stderr.decode() and words in " ".join(done.stderr.decode().split()), done.stderr
    assert unchanged(tmp_path, before)


OF_URL = OVER_OCI[: OVER_OCI.index("spec:")] + "spec: {url: oci://mirror.example.com/prefect-server}\n"
SPARED = {
    "a label of the values below": inline(LABEL, "kind: ConfigMap"),
    "the data of something else": inline(OF_THE_VALUES, "kind: Deployment"),
    "the address of the chart": inline(OF_URL),
}


@pytest.mark.parametrize("named", ["release.yaml", "."])
@pytest.mark.parametrize("case", SPARED)
def test_what_changes_neither_values_nor_version_is_no_hindrance(
    cli: Cli, tmp_path: Path, case: str, named: str
) -> None:
    kustomization = HEAD.format(", ".join(HOLDING)) + SPARED[case]
    write(tmp_path, {**HOLDING, "kustomization.yaml": kustomization})
    done = cli("migrate", named, *FLAGS)
    assert done.returncode == 0, done.stderr
    after = {"base.yaml": holder(AFTER), "source.yaml": OCI.replace("4.13.0", "4.18.0")}
    assert unchanged(tmp_path, {**after, "release.yaml": referring(""), "kustomization.yaml": kustomization})
