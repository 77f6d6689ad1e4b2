"""What surrounds a HelmRelease: values in ConfigMaps and Secrets next to it, and patches applied over it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .texts import AFTER, VALUES, helm_release, indented

Cli = Callable[..., Any]
FLAGS = ("--redis-db", "2", "--non-interactive")
FROM = "  valuesFrom: [{{kind: {}, name: base}}]\n"
HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [release.yaml]\n"


def holder(text: str, kind: str = "ConfigMap", part: str = "data", more: str = "", name: str = "base") -> str:
    head = f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}}}\n{more}"
    return f"{head}{part}:\n  values.yaml: |\n{indented(text, 4)}"


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")


def texts(folder: Path, *names: str) -> list[str]:
    return [(folder / f"{name}.yaml").read_text("utf-8") for name in names]


KINDS = [("ConfigMap", "data"), ("Secret", "stringData")]


@pytest.mark.parametrize(("kind", "part"), KINDS)
@pytest.mark.parametrize("named", ["release.yaml", "."])
def test_values_next_to_the_release_are_migrated_with_it(
    cli: Cli, tmp_path: Path, kind: str, part: str, named: str
) -> None:
    write(tmp_path, base=holder(VALUES, kind, part), release=helm_release("", head=FROM.format(kind)))
    done = cli("migrate", named, *FLAGS)
    assert done.returncode == 0, done.stderr
    after = [holder(AFTER, kind, part), helm_release("", "4.18.0-medium", head=FROM.format(kind))]
    assert texts(tmp_path, "base", "release") == after
    assert cli("check", named).returncode == 0
    assert b"base.yaml: out-of-scope" not in cli("check", named).stdout


def test_values_in_the_same_file_are_migrated_with_it(cli: Cli, tmp_path: Path) -> None:
    release = helm_release("", head=FROM.format("ConfigMap"))
    write(tmp_path, release=f"{holder(VALUES)}---\n{release}")
    assert cli("migrate", "release.yaml", *FLAGS).returncode == 0
    moved = helm_release("", "4.18.0-medium", head=FROM.format("ConfigMap"))
    assert texts(tmp_path, "release") == [f"{holder(AFTER)}---\n{moved}"]


def test_an_object_that_only_looks_like_a_list_is_ignored(cli: Cli, tmp_path: Path) -> None:
    head = "apiVersion: v1\nkind: {}\nmetadata: {{name: base}}\n"
    pool = head.format("Pool") + f"items:\n  - {indented(holder(VALUES), 4)[4:]}"
    write(tmp_path, empty=head.format("List"), pool=pool, base=holder(VALUES))
    write(tmp_path, release=helm_release("", head=FROM.format("ConfigMap")))
    done = cli("migrate", "release.yaml", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert texts(tmp_path, "base", "pool") == [holder(AFTER), pool]


def test_values_in_the_same_list_are_migrated_with_it(cli: Cli, tmp_path: Path) -> None:
    def listed(*objects: str) -> str:
        items = "".join(f"  - {indented(each, 4)[4:]}" for each in objects)
        return f"apiVersion: v1\nkind: List\nitems:\n{items}"

    write(tmp_path, release=listed(OCI, holder(VALUES), referring("")))
    done = cli("migrate", "release.yaml", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert texts(tmp_path, "release") == [listed(OCI.replace("4.13.0", "4.18.0"), holder(AFTER), referring(""))]
    assert cli("check", "release.yaml").returncode == 0


@pytest.mark.parametrize(
    "other", [holder(VALUES, name="other"), holder(VALUES, "Secret", "stringData"), "kind: ConfigMap\n"], ids=range(3)
)
def test_an_object_of_another_name_or_kind_is_left(cli: Cli, tmp_path: Path, other: str) -> None:
    write(tmp_path, other=other, release=helm_release(VALUES, head=FROM.format("ConfigMap")))
    assert cli("migrate", "release.yaml", *FLAGS).returncode == 0
    assert texts(tmp_path, "other") == [other]


BASE64 = "apiVersion: v1\nkind: Secret\nmetadata: {name: base}\ndata: {values.yaml: YTogYgo=}\n"
LOCKED = {
    "base64": ("Secret", BASE64, "has the values in base64"),
    "immutable": ("ConfigMap", holder(VALUES, more="immutable: true\n"), "is immutable"),
    "sops": ("ConfigMap", holder(VALUES) + "sops: {mac: x}\n", "is encrypted by SOPS"),
    "mapping": ("ConfigMap", holder(VALUES).replace("values.yaml: |", "values.yaml:"), "does not have text there"),
    "quoted": ("ConfigMap", holder("").replace("|", '"a: 1"'), "Write it as a block (values.yaml: |).\n"),
}


@pytest.mark.parametrize("lock", LOCKED)
def test_values_that_cannot_be_edited_are_refused_before_any_write(cli: Cli, tmp_path: Path, lock: str) -> None:
    kind, text, words = LOCKED[lock]
    release = helm_release("", head=FROM.format(kind))
    write(tmp_path, base=text, release=release)
    done = cli("migrate", "release.yaml", *FLAGS)
    assert done.returncode == 2 and words in done.stderr.decode()
    assert b"base.yaml:" in done.stderr
    assert texts(tmp_path, "base", "release") == [text, release]


def test_values_shared_by_two_releases_are_refused(cli: Cli, tmp_path: Path) -> None:
    one = helm_release("", head=FROM.format("ConfigMap"))
    write(tmp_path, base=holder(VALUES), one=one, two=one.replace("name: infrahub\n", "name: second\n"))
    done = cli("migrate", "one.yaml", *FLAGS)
    assert done.returncode == 2 and b"is also used by HelmRelease" in done.stderr
    assert texts(tmp_path, "base", "one") == [holder(VALUES), one]


def test_values_with_a_target_path_are_not_a_layer(cli: Cli, tmp_path: Path) -> None:
    path = "infrahub.infrahubServer.more"
    refs = f"{{kind: ConfigMap, name: base}}, {{kind: ConfigMap, name: more, targetPath: {path}}}"
    head = f"  valuesFrom: [{refs}]\n"
    write(tmp_path, base=holder(VALUES), more=holder(VALUES, name="more"), release=helm_release("", head=head))
    done = cli("migrate", "release.yaml", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert texts(tmp_path, "base", "more") == [holder(AFTER), holder(VALUES, name="more")]


def test_an_object_without_the_key_is_left(cli: Cli, tmp_path: Path) -> None:
    other = holder("a: b\n").replace("values.yaml", "other.yaml")
    write(tmp_path, base=other, release=helm_release(VALUES, head=FROM.format("ConfigMap")))
    done = cli("migrate", "release.yaml", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert b"Values from ConfigMap base (key values.yaml) lie below" in b" ".join(done.stdout.split())
    after = helm_release(AFTER, "4.18.0-medium", head=FROM.format("ConfigMap"))
    assert texts(tmp_path, "base", "release") == [other, after]


def test_string_data_of_a_secret_wins_over_its_base64(cli: Cli, tmp_path: Path) -> None:
    """Source: https://kubernetes.io/docs/concepts/configuration/secret/ (stringData takes precedence over data)."""
    both = holder(VALUES, "Secret", "stringData", more="data: {values.yaml: YTogYgo=}\n")
    write(tmp_path, base=both, release=helm_release("", head=FROM.format("Secret")))
    done = cli("migrate", "release.yaml", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert texts(tmp_path, "base") == [both.replace(indented(VALUES, 4), indented(AFTER, 4))]


@pytest.mark.parametrize("apart", [False, True])
def test_neighbouring_releases_each_take_their_own_values(cli: Cli, tmp_path: Path, apart: bool) -> None:
    def files(version: str, one: str, two: str) -> dict[str, str]:
        first = helm_release("", version, head=FROM.format("ConfigMap"))
        second = first.replace("name: base", "name: more").replace("name: infrahub\n", "name: second\n", 1)
        rest = "---\n".join([second, holder(one), holder(two, name="more")])
        return {"one": first, "two": rest} if apart else {"one": f"{first}---\n{rest}"}

    def other(text: str) -> str:
        return text.replace("redis.prod", "redis.other")

    write(tmp_path, **files("4.13.0-medium", VALUES, other(VALUES)))
    for name in ("one", "two")[: 1 + apart]:
        done = cli("migrate", f"{name}.yaml", *FLAGS)
        assert done.returncode == 0, done.stderr
    after = files("4.18.0-medium", AFTER, other(AFTER))
    assert texts(tmp_path, *after) == list(after.values())


def test_unseen_values_that_override_seen_ones_are_refused(cli: Cli, tmp_path: Path) -> None:
    head = "  valuesFrom: [{kind: ConfigMap, name: base}, {kind: Secret, name: elsewhere}]\n"
    write(tmp_path, base=holder(VALUES), release=helm_release("", head=head))
    done = cli("migrate", "release.yaml", *FLAGS)
    assert done.returncode == 2 and b"Secret elsewhere, which is not here, over those of" in done.stderr


OPERATION = "- {op: replace, path: /spec/values/infrahub/prefect-server/server/env/2/value, value: x}\n"
VERSION = "- {op: replace, path: /spec/chart/spec/version, value: 4.13.0-large}\n"
STRATEGIC = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: infrahub}\nspec: {}\n"
OF_VERSION = STRATEGIC.replace("spec: {}", "spec: {chart: {spec: {version: 4.13.0-large}}}")
OF_VALUES = STRATEGIC.replace("spec: {}", "spec: {values: {infrahub: {prefect-server: {server: {env: []}}}}}")
TARGET = "    target: {kind: HelmRelease, name: infra.*}\n"
PATCHES = {
    "an operation": (f"patches:\n  - patch: |\n{indented(OPERATION, 6)}{TARGET}", "which will mean another entry"),
    "an operation on the version": (
        f"patches:\n  - patch: |\n{indented(VERSION, 6)}{TARGET}",
        "sets the chart version",
    ),
    "in patchesJson6902": (f"patchesJson6902:\n  - path: p.yaml\n{TARGET}", "which will mean another entry"),
    "strategic and inline": (f"patches:\n  - patch: |\n{indented(OF_VALUES, 6)}", "inside the kustomization"),
    "the version inline": (f"patchesStrategicMerge:\n  - |\n{indented(OF_VERSION, 4)}", "sets the chart version"),
    "the version in a file": ("patches:\n  - path: v.yaml\n", "sets the chart version 4.13.0-large"),
    "a replacement": (
        "replacements:\n  - targets: [{select: {kind: HelmRelease}, fieldPaths: [spec.values.infrahub.x]}]\n",
        "replaces spec.values.infrahub.x",
    ),
}


@pytest.mark.parametrize("patch", PATCHES)
@pytest.mark.parametrize("named", ["release.yaml", "."])
def test_a_patch_that_would_break_is_refused(cli: Cli, tmp_path: Path, patch: str, named: str) -> None:
    text, words = PATCHES[patch]
    release = helm_release(VALUES)
    write(tmp_path, release=release, kustomization=HEAD + text)
    write(tmp_path, p=OPERATION, v=OF_VERSION)
    done = cli("migrate", named, *FLAGS)
    assert done.returncode == 2 and words in done.stderr.decode(), done.stderr
    assert texts(tmp_path, "release") == [release]


@pytest.mark.parametrize(
    "text",
    [
        f"patches:\n  - patch: |\n{indented(OPERATION, 6)}    target: {{kind: HelmRelease, name: other}}\n",
        f"patches:\n  - patch: |\n      - {{op: add, path: /metadata/labels/a, value: b}}\n{TARGET}",
        f"patches:\n  - patch: |\n      - {{op: replace, path: /spec/interval, value: 5m}}\n{TARGET}",
        f"patches:\n  - patch: |\n{indented(STRATEGIC, 6)}",
    ],
    ids=["of another object", "of a label", "of the interval", "of nothing"],
)
def test_a_patch_of_something_else_does_not_interfere(cli: Cli, tmp_path: Path, text: str) -> None:
    write(tmp_path, release=helm_release(VALUES), kustomization=HEAD + text)
    assert cli("migrate", "release.yaml", *FLAGS).returncode == 0
    assert texts(tmp_path, "release") == [helm_release(AFTER, "4.18.0-medium")]


def test_a_patch_of_the_version_can_be_named_with_its_object(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, release=helm_release(VALUES), v=OF_VERSION, kustomization=HEAD + "patches:\n  - path: v.yaml\n")
    assert cli("migrate", "-f", "release.yaml", "-f", "v.yaml", *FLAGS).returncode == 0
    after = [helm_release(AFTER), OF_VERSION.replace("4.13.0-large", "4.18.0-large")]
    assert texts(tmp_path, "release", "v") == after


@pytest.mark.parametrize("named", ["release.yaml", "."])
def test_the_remedy_for_a_patch_of_the_version_works(cli: Cli, tmp_path: Path, named: str) -> None:
    write(tmp_path, release=helm_release(VALUES), v=OF_VERSION, kustomization=HEAD + "patches:\n  - path: v.yaml\n")
    errors = b" ".join(cli("check", named).stderr.split()).decode()
    layers = errors.partition("together: ")[2].rstrip(".").split()
    assert [Path(each).name for each in layers] == ["-f", "release.yaml", "-f", "v.yaml"]
    assert cli("migrate", *layers, *FLAGS).returncode == 0


def test_a_patch_over_values_in_a_configmap_is_a_layer(cli: Cli, tmp_path: Path) -> None:
    patch = OF_VALUES.replace("server: {env: []}", "server: {replicaCount: 4}")
    write(tmp_path, base=holder(VALUES), release=helm_release("", head=FROM.format("ConfigMap")), v=patch)
    done = cli("migrate", "-f", "release.yaml", "-f", "v.yaml", *FLAGS)
    assert done.returncode == 0, done.stderr
    after = [holder(AFTER), helm_release("", "4.18.0-medium", head=FROM.format("ConfigMap")), patch]
    assert texts(tmp_path, "base", "release", "v") == after


def test_a_patch_in_a_flux_kustomization_is_refused(cli: Cli, tmp_path: Path) -> None:
    flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec:\n"
    text = flux + indented(PATCHES["an operation"][0], 2)
    (tmp_path / "apps").mkdir()
    write(tmp_path / "apps", release=helm_release(VALUES))
    write(tmp_path, apps=text)
    done = cli("migrate", ".", *FLAGS)
    assert done.returncode == 2 and b"apps.yaml:6" in done.stderr
    assert texts(tmp_path / "apps", "release") == [helm_release(VALUES)]


OF_THE_VALUES = "- {op: replace, path: /data/values.yaml, value: x}\n"
OF_THE_TAG = "- {op: replace, path: /spec/ref/tag, value: 4.13.0-large}\n"
OBJECT_PATCHES = {
    "an operation on the values": f"  - patch: |\n{indented(OF_THE_VALUES, 6)}    target: {{kind: ConfigMap}}\n",
    "an operation on the tag": f"  - patch: |\n{indented(OF_THE_TAG, 6)}    target: {{name: infra.*}}\n",
    "the values": "  - path: cm.yaml\n",
    "the tag": "  - path: oci.yaml\n",
}
OCI = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: infrahub}
spec: {url: "oci://example.com/infrahub-enterprise", ref: {tag: 4.13.0-medium}}
"""
OVER_OCI = OCI.replace('url: "oci://example.com/infrahub-enterprise", ', "")
OF_INTERVAL = OCI[: OCI.index("spec:")] + "spec: {interval: 5m}\n"


def referring(values: str) -> str:
    whole = helm_release(values, head=FROM.format("ConfigMap"))
    start, end = whole.index("  chart:\n"), whole.index("  valuesFrom:")
    return whole[:start] + "  chartRef: {kind: OCIRepository, name: infrahub}\n" + whole[end:]


@pytest.mark.parametrize("patch", OBJECT_PATCHES)
@pytest.mark.parametrize("named", ["release.yaml", "."])
def test_a_patch_of_the_object_with_values_or_version_is_refused(
    cli: Cli, tmp_path: Path, patch: str, named: str
) -> None:
    before = {"release": referring(""), "base": holder(VALUES), "source": OCI}
    write(
        tmp_path, **before, kustomization=f"{HEAD}patches:\n{OBJECT_PATCHES[patch]}", oci=OVER_OCI, cm=holder("a: b\n")
    )
    done = cli("migrate", named, *FLAGS)
    assert done.returncode == 2 and b"Put what the patch says into the object" in done.stderr, done.stderr
    assert texts(tmp_path, *before) == list(before.values())


@pytest.mark.parametrize("patch", [OF_INTERVAL, OVER_OCI.replace("name: infrahub", "name: other")])
def test_a_patch_of_other_fields_of_these_objects_does_not_interfere(cli: Cli, tmp_path: Path, patch: str) -> None:
    write(tmp_path, release=referring(""), base=holder(VALUES), source=OCI)
    write(tmp_path, kustomization=f"{HEAD}patches:\n  - patch: |\n{indented(patch, 6)}")
    assert cli("migrate", "release.yaml", *FLAGS).returncode == 0
    assert texts(tmp_path, "base", "source") == [holder(AFTER), OCI.replace("4.13.0", "4.18.0")]
