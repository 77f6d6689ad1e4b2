"""Values that several HelmReleases take: checked for all of them, and written once, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .test_kustomize import HEAD as KUSTOMIZATION
from .test_kustomized import FLAGS, GENERATOR, HEAD, has_files, write
from .test_patches import HOST, patch
from .test_release_surroundings import FROM, holder
from .texts import AFTER, VALUES, helm_release, indented

Cli = Callable[..., Any]
LOCAL, LOCAL_AFTER = VALUES.replace("redis.prod", "cache"), AFTER.replace("redis.prod", "cache")
SINGLE = "infrahub:\n  prefect-server:\n    backgroundServices:\n      runAsSeparateDeployment: false\n"


def release(name: str, version: str = "4.13.0-medium", values: str = "") -> str:
    """A release in the namespace of its name, with its own Redis there, under the same host name as the others."""
    text = helm_release(values, version, head=FROM.format("ConfigMap")).replace("name: infrahub", f"name: {name}", 1)
    return text.replace("spec:\n", f"spec:\n  targetNamespace: {name}\n", 1)


def files(version: str, values: str, dev: str = "") -> dict[str, dict[str, str]]:
    """The same two releases in one file, in three, and in two kustomizations that generate ConfigMaps from one file."""
    both = {"dev": release("dev", version, dev), "live": release("live", version)}
    made = HEAD.format("release.yaml") + GENERATOR.replace("own.yaml", "../own.yaml")
    return {
        "one file": {"all.yaml": "---\n".join([*both.values(), holder(values)])},
        "three files": {f"{name}.yaml": text for name, text in both.items()} | {"base.yaml": holder(values)},
        "beside one of them": {"dev.yaml": both["dev"], "live.yaml": f"{both['live']}---\n{holder(values)}"},
        "a generator's file": {
            "own.yaml": values,
            **{f"{name}/release.yaml": text for name, text in both.items()},
            **{f"{name}/kustomization.yaml": made for name in both},
        },
    }


SHAPES = list(files("", ""))


@pytest.mark.parametrize("shape", SHAPES)
def test_shared_values_are_written_once_for_all_releases(cli: Cli, tmp_path: Path, shape: str) -> None:
    write(tmp_path, files("4.13.0-medium", LOCAL)[shape])
    assert cli("check", ".").returncode == 1
    assert has_files(tmp_path, files("4.13.0-medium", LOCAL)[shape])
    done = cli("migrate", ".", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert has_files(tmp_path, files("4.18.0-medium", LOCAL_AFTER)[shape])
    assert cli("check", ".").returncode == 0
    assert cli("migrate", ".", *FLAGS).returncode == 0
    assert has_files(tmp_path, files("4.18.0-medium", LOCAL_AFTER)[shape])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_change_that_is_wrong_for_one_release_is_refused_for_all(cli: Cli, tmp_path: Path, shape: str) -> None:
    """The services of dev run in the API process: there the toggles of the shared values are its own."""
    before = files("4.13.0-medium", LOCAL, SINGLE)[shape]
    write(tmp_path, before)
    done = cli("migrate", ".", *FLAGS)
    assert done.returncode == 2
    assert b"would change for other releases in a way that is wrong for this one" in b" ".join(done.stderr.split())
    assert has_files(tmp_path, before)


@pytest.mark.parametrize("shape", SHAPES)
def test_releases_on_one_redis_are_refused(cli: Cli, tmp_path: Path, shape: str) -> None:
    """Both would get the docket of the shared values."""
    before = files("4.13.0-medium", VALUES)[shape]
    write(tmp_path, before)
    done = cli("migrate", ".", *FLAGS)
    assert done.returncode == 2 and b"uses it for its docket" in done.stderr
    assert has_files(tmp_path, before)


@pytest.mark.parametrize("name", ["dev.yaml", "live.yaml"])
def test_one_release_alone_is_refused_with_a_remedy(cli: Cli, tmp_path: Path, name: str) -> None:
    before = files("4.13.0-medium", LOCAL)["three files"]
    write(tmp_path, before)
    done = cli("migrate", name, *FLAGS)
    assert done.returncode == 2
    assert b"is also used by" in done.stderr and b"Name the folder with both" in b" ".join(done.stderr.split())
    assert has_files(tmp_path, before)


def test_a_release_with_its_own_values_is_migrated_by_itself(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, files("4.13.0-medium", LOCAL)["three files"])
    write(tmp_path, {"other.yaml": helm_release(VALUES.replace("redis.prod", "elsewhere.prod"))})
    done = cli("migrate", ".", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert "elsewhere.prod:6379/2" in (tmp_path / "other.yaml").read_text()
    assert has_files(tmp_path, files("4.18.0-medium", LOCAL_AFTER)["three files"])


@pytest.mark.parametrize(
    ("shape", "path", "text"),
    [
        ("three files", "base.yaml", "has values of the releases in dev.yaml and live.yaml, which are not written"),
        ("beside one of them", "live.yaml:21", "ConfigMap base is also used by HelmRelease dev (dev.yaml)"),
    ],
)
def test_a_patch_that_blocks_one_release_blocks_the_others(
    cli: Cli, tmp_path: Path, shape: str, path: str, text: str
) -> None:
    before = files("4.13.0-medium", LOCAL)[shape]
    patches = f"patches:\n- target: {{kind: HelmRelease, name: dev}}\n  patch: |\n{indented(patch(HOST, 'dev'), 4)}"
    before["kustomization.yaml"] = KUSTOMIZATION + f"resources: [{', '.join(before)}]\n{patches}"
    write(tmp_path, before)
    done = cli("migrate", ".", *FLAGS)
    first, second = done.stderr.decode().splitlines()
    assert first.startswith(f"infrahub-migrator: {path}: {text}")
    assert second.startswith("infrahub-migrator: kustomization.yaml:5: patches values of Prefect of HelmRelease dev")
    assert done.returncode == 2 and has_files(tmp_path, before)
