"""The error for a patch that blocks the migration of its object: where it is, what it does, what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .test_kustomized import FLAGS, HEAD, has_files, write
from .test_patches import HOST, patch
from .test_release_surroundings import FROM, OCI, OF_THE_VALUES, OPERATION, OVER_OCI, VERSION, holder, referring
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
OBJECTS = {"release.yaml": referring(""), "base.yaml": holder(VALUES), "source.yaml": OCI}
# The objects, the kustomization after its resources, the file of the patch; the place, and the message.
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
        OBJECTS,
        IN_FILE,
        holder("a: b\n"),
        "p.yaml:1",
        f"patches what ConfigMap base holds: the object is not migrated without it. {INTO}",
    ),
    "a patch of the values below, inside": (
        OBJECTS,
        inline(holder("a: b\n")),
        "",
        "kustomization.yaml:5",
        f"patches what ConfigMap base holds: the object is not migrated without it. {INTO}",
    ),
    "an operation on the values below": (
        OBJECTS,
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
def test_a_patch_is_refused_with_its_place_and_a_remedy(cli: Cli, tmp_path: Path, case: str, named: str) -> None:
    objects, tail, file, place, words = REFUSED[case]
    before = {**objects, "kustomization.yaml": HEAD.format(", ".join(objects)) + tail, "p.yaml": file or "a: b\n"}
    write(tmp_path, before)
    done = cli("migrate", named, *FLAGS)
    assert done.returncode == 2
    assert f" {place}: " in done.stderr.decode() and words in " ".join(done.stderr.decode().split()), done.stderr
    assert has_files(tmp_path, before)


OF_URL = OVER_OCI[: OVER_OCI.index("spec:")] + "spec: {url: oci://mirror.example.com/prefect-server}\n"
SPARED = {
    "a label of the values below": inline(LABEL, "kind: ConfigMap"),
    "the data of something else": inline(OF_THE_VALUES, "kind: Deployment"),
    "the address of the chart": inline(OF_URL),
}


@pytest.mark.parametrize("named", ["release.yaml", "."])
@pytest.mark.parametrize("case", SPARED)
def test_a_patch_of_neither_values_nor_version_does_not_block(cli: Cli, tmp_path: Path, case: str, named: str) -> None:
    kustomization = HEAD.format(", ".join(OBJECTS)) + SPARED[case]
    write(tmp_path, {**OBJECTS, "kustomization.yaml": kustomization})
    done = cli("migrate", named, *FLAGS)
    assert done.returncode == 0, done.stderr
    after = {"base.yaml": holder(AFTER), "source.yaml": OCI.replace("4.13.0", "4.18.0")}
    assert has_files(tmp_path, {**after, "release.yaml": referring(""), "kustomization.yaml": kustomization})
