"""HelmReleases that Kustomize applies as patches over another of the same name: a base and its overlays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .texts import AFTER, VALUES, helm_release, indented

Cli = Callable[..., Any]
FLAGS = ("--redis-db", "2", "--non-interactive")
HOST = """\
infrahub:
  prefect-server:
    backgroundServices:
      messaging:
        redis:
          host: redis.live
"""
DOCKET = HOST + "        docket:\n          url: redis://redis.live:6379/2\n"
BASE_AFTER = AFTER.replace("        docket:\n          url: redis://redis.prod:6379/2\n", "")
BOTH = ("-f", "base/release.yaml", "-f", "prod/patch.yaml")


def patch(values: str, name: str = "infrahub", chart: str = "") -> str:
    return f"""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: {name}
spec:
{chart}  values:
{indented(values, 4)}"""


@pytest.fixture
def overlays(tmp_path: Path) -> Callable[..., Path]:
    def write(**files: str) -> Path:
        for name, text in {"base_release": helm_release(VALUES), "prod_patch": patch(HOST), **files}.items():
            path = tmp_path / (name.replace("_", "/") + ".yaml")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        return tmp_path

    return write


def test_each_change_lands_in_the_object_or_its_patch(cli: Cli, overlays: Callable[..., Path]) -> None:
    folder = overlays()
    done = cli("migrate", *BOTH, *FLAGS)
    assert done.returncode == 0, done.stderr
    assert (folder / "base/release.yaml").read_text("utf-8") == helm_release(BASE_AFTER, "4.18.0-medium")
    assert (folder / "prod/patch.yaml").read_text("utf-8") == patch(DOCKET)
    assert cli("check", *BOTH).returncode == 0


def test_a_version_in_the_patch_is_the_one_that_moves(cli: Cli, overlays: Callable[..., Path]) -> None:
    pinned = "  chart: {spec: {version: VERSION}}\n"
    folder = overlays(prod_patch=patch(HOST, chart=pinned.replace("VERSION", "4.13.0-large")))
    done = cli("migrate", *BOTH, *FLAGS)
    assert done.returncode == 0, done.stderr
    assert (folder / "base/release.yaml").read_text("utf-8") == helm_release(BASE_AFTER)
    assert (folder / "prod/patch.yaml").read_text("utf-8") == patch(
        DOCKET, chart=pinned.replace("VERSION", "4.18.0-large")
    )


def test_a_target_path_of_the_object_overrides_its_patch(cli: Cli, overlays: Callable[..., Path]) -> None:
    path = "infrahub.prefect-server.backgroundServices.messaging.redis.host"
    head = f"  valuesFrom: [{{kind: Secret, name: own, valuesKey: host, targetPath: {path}}}]\n"
    folder = overlays(base_release=helm_release(VALUES, head=head))
    assert cli("migrate", *BOTH, *FLAGS).returncode == 3
    done = cli("migrate", *BOTH, "--redis-host", "redis.live", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert (folder / "prod/patch.yaml").read_text("utf-8") == patch(DOCKET)


def test_a_patch_alone_mentions_the_object_below(cli: Cli, overlays: Callable[..., Path]) -> None:
    overlays()
    done = cli("plan", "prod/patch.yaml", "--from", "4.13.0-medium", "--redis-db", "2")
    assert b"the HelmRelease infrahub that this patches lie below" in b" ".join(done.stdout.split())


@pytest.mark.parametrize("named", ["release.yaml", "."])
def test_a_patch_in_a_file_is_reported_for_its_object_and_its_folder(
    cli: Cli, overlays: Callable[..., Path], named: str
) -> None:
    kustomization = "resources: [release.yaml]\npatches: [{path: patch.yaml}]\n"
    folder = overlays(base_patch=patch(HOST), base_kustomization=kustomization) / "base"
    done = cli("migrate", f"base/{named}", *FLAGS)
    assert done.returncode == 2
    assert b"-f base/release.yaml -f base/patch.yaml" in done.stderr, done.stderr
    assert done.stderr.count(b"patch.yaml: ") == 1, done.stderr
    assert (folder / "release.yaml").read_text("utf-8") == helm_release(VALUES)
    done = cli("migrate", "-f", "base/release.yaml", "-f", "base/patch.yaml", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert (folder / "release.yaml").read_text("utf-8") == helm_release(BASE_AFTER, "4.18.0-medium")
    assert (folder / "patch.yaml").read_text("utf-8") == patch(DOCKET)


def test_objects_of_two_releases_are_not_layers(cli: Cli, overlays: Callable[..., Path]) -> None:
    overlays(prod_patch=patch(HOST, name="other"))
    done = cli("check", *BOTH)
    assert done.returncode == 2
    assert b"others can be patches of it" in done.stderr
    overlays(prod_patch=helm_release(HOST))
    assert cli("check", *BOTH).returncode == 2


def test_overlays_in_a_directory_are_reported_as_layers(cli: Cli, overlays: Callable[..., Path]) -> None:
    inline = (
        "patches:\n  - target: {kind: HelmRelease}\n    patch: |\n      - op: remove\n"
        "        path: /spec/values/infrahub/prefect-server\n"
    )
    overlays(dev_patch=patch(HOST), test_kustomization="resources: [../base]\n" + inline)
    done = cli("check", ".")
    assert done.returncode == 2
    for name in ("dev", "prod"):
        assert f"(-f base/release.yaml -f {name}/patch.yaml)".encode() in done.stderr
    assert b"test/kustomization.yaml:3: changes /spec/values/infrahub/prefect-server of HelmRelease" in done.stderr
    assert b"base/release.yaml:" not in done.stdout
