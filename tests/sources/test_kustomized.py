"""Values that a kustomization brings together with a HelmRelease: objects in other folders, and generators' files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from migrator.sources import kustomized

from .test_release_surroundings import FROM, OPERATION, holder
from .texts import AFTER, VALUES, helm_release, indented

Cli = Callable[..., Any]
FLAGS = ("--redis-db", "2", "--non-interactive")
HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [{}]\n"
RELEASE = helm_release("", head=FROM.format("ConfigMap"))
MOVED = helm_release("", "4.18.0-medium", head=FROM.format("ConfigMap"))
GENERATOR = "configMapGenerator:\n  - name: base\n    files: [values.yaml=own.yaml]\n"


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def has_files(folder: Path, files: Mapping[str, str]) -> bool:
    return all((folder / name).read_text("utf-8") == text for name, text in files.items())


TREES = {
    "files in folders": {"kustomization.yaml": HEAD.format("a/release.yaml, b/base.yaml")},
    "folders": {
        "kustomization.yaml": HEAD.format("a, ./b"),
        "a/kustomization.yaml": HEAD.format("release.yaml"),
        "b/kustomization.yml": HEAD.format("base.yaml"),
    },
}


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize("named", ["a/release.yaml", "."])
def test_an_object_of_the_same_kustomization_is_migrated_with_it(
    cli: Cli, tmp_path: Path, tree: str, named: str
) -> None:
    write(tmp_path, {"a/release.yaml": RELEASE, "b/base.yaml": holder(VALUES), **TREES[tree]})
    done = cli("migrate", named, *FLAGS)
    assert done.returncode == 0, done.stderr
    assert b"is a Kubernetes object" not in done.stderr
    assert has_files(tmp_path, {"a/release.yaml": MOVED, "b/base.yaml": holder(AFTER), **TREES[tree]})
    assert cli("check", named).returncode == 0


def test_an_object_outside_the_kustomization_of_the_release_is_left(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, {"a/release.yaml": helm_release(VALUES, head=FROM.format("ConfigMap")), "b/base.yaml": "a: b\n"})
    write(tmp_path, {"b/base.yaml": holder(VALUES), "kustomization.yaml": HEAD.format("b/base.yaml")})
    assert cli("migrate", "a/release.yaml", *FLAGS).returncode == 0
    assert has_files(tmp_path, {"b/base.yaml": holder(VALUES)})


def test_folders_that_list_each_other_are_read_once(tmp_path: Path) -> None:
    """Reading each of them again below every other would take practically forever."""
    names = ", ".join(f"../{number}" for number in range(12))
    write(tmp_path, {f"{number}/kustomization.yaml": HEAD.format(f"a.yaml, ., {names}") for number in range(12)})
    write(tmp_path, {f"{number}/a.yaml": "a: b\n" for number in range(12)})
    (tmp_path / "0" / "again").symlink_to(tmp_path / "0")
    tree = kustomized.of_folder(str(tmp_path / "0"))
    assert tree is not None
    assert sorted(tree.files) == sorted(str(tmp_path / str(number) / "a.yaml") for number in range(12))
    assert len(tree.kustomizations) == 12


KEYS = {
    "key and file": GENERATOR,
    "the file's name": GENERATOR.replace("values.yaml=own.yaml", "values.yaml"),
    "one of several": GENERATOR.replace("[values.yaml=own.yaml]", "[a.yaml=release.yaml, values.yaml=own.yaml]"),
    "of Secrets": GENERATOR.replace("configMap", "secret"),
    "immutable, named anew": GENERATOR + "generatorOptions: {immutable: true}\n",
    "of the namespace": GENERATOR.replace("name: base", "name: base\n    namespace: prod"),
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("named", ["app/release.yaml", "app"])
def test_the_file_of_a_generator_is_migrated_with_it(cli: Cli, tmp_path: Path, key: str, named: str) -> None:
    kind = "Secret" if "Secrets" in key else "ConfigMap"
    file = "app/own.yaml" if "own.yaml" in KEYS[key] else "app/values.yaml"
    made = {"app/kustomization.yaml": HEAD.format("release.yaml") + KEYS[key]}
    write(tmp_path, {"app/release.yaml": helm_release("", head=FROM.format(kind)), file: VALUES, **made})
    done = cli("migrate", named, *FLAGS)
    assert done.returncode == 0, done.stderr
    moved = helm_release("", "4.18.0-medium", head=FROM.format(kind))
    assert has_files(tmp_path, {"app/release.yaml": moved, file: AFTER, **made})
    assert cli("check", named).returncode == 0
    assert cli("check", "-f", file, "-f", "app/release.yaml").returncode == 0


LITERAL = GENERATOR.replace("[values.yaml=own.yaml]", "[a=own.yaml]\n    literals: ['values.yaml=b: 1']")
REFUSED = {
    "a literal": (LITERAL, "as a literal"),
    "immutable": (GENERATOR + "    options: {immutable: true, disableNameSuffixHash: true}\n", "is immutable"),
    "encrypted": (GENERATOR, "which is encrypted by SOPS"),
}


@pytest.mark.parametrize("why", REFUSED)
@pytest.mark.parametrize("named", ["release.yaml", "."])
def test_generated_values_that_cannot_be_edited_are_refused(cli: Cli, tmp_path: Path, why: str, named: str) -> None:
    text, words = REFUSED[why]
    own = VALUES + "sops: {mac: x}\n" if why == "encrypted" else VALUES
    before = {"release.yaml": RELEASE, "own.yaml": own}
    write(tmp_path, {**before, "kustomization.yaml": HEAD.format("release.yaml") + text})
    done = cli("migrate", named, *FLAGS)
    assert done.returncode == 2 and words in done.stderr.decode(), done.stderr
    assert has_files(tmp_path, before)


def test_generated_values_shared_by_two_releases_are_refused(cli: Cli, tmp_path: Path) -> None:
    second = RELEASE.replace("name: infrahub\n", "name: second\n")
    before = {"release.yaml": RELEASE, "second.yaml": second, "own.yaml": VALUES}
    write(tmp_path, {**before, "kustomization.yaml": HEAD.format("release.yaml, second.yaml") + GENERATOR})
    done = cli("migrate", "release.yaml", *FLAGS)
    assert done.returncode == 2 and b"is also used by HelmRelease second" in done.stderr
    assert has_files(tmp_path, before)


def test_a_patch_in_a_kustomization_above_is_refused(cli: Cli, tmp_path: Path) -> None:
    patch = f"patches:\n  - patch: |\n{indented(OPERATION, 6)}    target: {{kind: HelmRelease}}\n"
    before = {"app/release.yaml": helm_release(VALUES)}
    write(tmp_path, {**before, "kustomization.yaml": HEAD.format("app/release.yaml") + patch})
    done = cli("migrate", "app/release.yaml", *FLAGS)
    assert done.returncode == 2 and b"which will mean another entry" in done.stderr
    assert has_files(tmp_path, before)


def test_a_kustomization_above_the_current_folder_is_found(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"a/release.yaml": RELEASE, "b/base.yaml": holder(VALUES), **TREES["folders"]})
    monkeypatch.chdir(tmp_path / "a")
    done = cli("migrate", "release.yaml", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert has_files(tmp_path, {"b/base.yaml": holder(AFTER)})


def test_a_kustomization_outside_the_repository_is_ignored(cli: Cli, tmp_path: Path) -> None:
    before = {"b/base.yaml": holder(VALUES), "kustomization.yaml": HEAD.format("a/release.yaml, b/base.yaml")}
    write(tmp_path, {"a/release.yaml": helm_release(VALUES, head=FROM.format("ConfigMap")), **before})
    (tmp_path / "a/.git").mkdir()
    assert cli("migrate", "a/release.yaml", *FLAGS).returncode == 0
    assert has_files(tmp_path, before)
