"""The object that a HelmRelease takes its chart from: its version moves with the values, or nothing does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .texts import AFTER, VALUES, helm_release

Cli = Callable[..., Any]
FLAGS = ("--redis-db", "2", "--non-interactive")
REFS = {
    "OCIRepository": """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {{name: infrahub}}
spec:
  url: oci://registry.example.com/charts/{chart}
  ref:
    {ref}   # ours
""",
    "HelmChart": """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmChart
metadata: {{name: infrahub}}
spec:
  chart: {chart}
  {ref}   # ours
""",
}
PINNED = {"OCIRepository": "tag: {}", "HelmChart": "version: '{}'"}
KINDS = list(REFS)


def chart_source(ref: str, kind: str = "OCIRepository", chart: str = "infrahub-enterprise") -> str:
    return REFS[kind].format(ref=ref, chart=chart)


def release(values: str, kind: str = "OCIRepository", name: str = "infrahub", more: str = "") -> str:
    whole = helm_release(values)
    start, end = whole.index("  chart:\n"), whole.index("  values:\n")
    reference = f"  chartRef: {{kind: {kind}, name: infrahub{more}}}\n"
    return (whole[:start] + reference + whole[end:]).replace("  name: infrahub\n", f"  name: {name}\n")


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")


def texts(folder: Path, *names: str) -> list[str]:
    return [(folder / f"{name}.yaml").read_text("utf-8") for name in names]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("named", ["release.yaml", "."])
def test_a_version_in_another_file_moves_with_the_values(cli: Cli, tmp_path: Path, kind: str, named: str) -> None:
    source = chart_source(PINNED[kind].format("4.13.0-large"), kind)
    write(tmp_path, a=source, release=release(VALUES, kind))
    done = cli("migrate", named, *FLAGS)
    assert done.returncode == 0, done.stderr
    assert b"out-of-scope" not in done.stderr and b"Kubernetes object" not in done.stderr
    assert texts(tmp_path, "a", "release") == [source.replace("4.13.0", "4.18.0"), release(AFTER, kind)]
    assert b"a.yaml and " in done.stdout.partition(b"Commit and push ")[2]
    assert cli("check", named).returncode == 0
    assert cli("migrate", named, *FLAGS).returncode == 0
    assert cli("undo", "a.yaml", "release.yaml").returncode == 0
    assert texts(tmp_path, "a", "release") == [source, release(VALUES, kind)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_version_in_the_same_file_moves_with_the_values(cli: Cli, tmp_path: Path, kind: str, is_first: bool) -> None:
    def both(source: str, values: str) -> str:
        parts = [source, release(values, kind)]
        return "---\n".join(parts if is_first else parts[::-1])

    source = chart_source(PINNED[kind].format("v4.13.0-medium"), kind)
    write(tmp_path, release=both(source, VALUES))
    assert cli("migrate", "release.yaml", *FLAGS).returncode == 0
    assert texts(tmp_path, "release") == [both(source.replace("4.13.0", "4.18.0"), AFTER)]


def test_releases_in_one_file_share_the_version(cli: Cli, tmp_path: Path) -> None:
    def all_of(source: str, values: str) -> str:
        second = values.replace("redis.prod", "redis.second")
        return "---\n".join([source, release(values), release(second, name="second")])

    source = chart_source("tag: 4.13.0-medium")
    write(tmp_path, release=all_of(source, VALUES))
    done = cli("migrate", "release.yaml", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert texts(tmp_path, "release") == [all_of(source.replace("4.13.0", "4.18.0"), AFTER)]
    assert cli("check", "release.yaml").returncode == 0


def test_a_version_shared_with_a_release_in_another_file_is_refused(cli: Cli, tmp_path: Path) -> None:
    source, one, two = chart_source("tag: 4.13.0-medium"), release(VALUES), release(VALUES, name="second")
    write(tmp_path, a=source, one=one, two=two)
    for named in ("one.yaml", "."):
        done = cli("migrate", named, *FLAGS, "--answer", "redis-db=2")
        assert done.returncode == 2
        assert b"a.yaml:7: also has the chart version of HelmRelease second (" in done.stderr
        assert texts(tmp_path, "a", "one", "two") == [source, one, two]


@pytest.mark.parametrize(
    "other",
    [
        release(VALUES, name="second").replace("name: infrahub}", "name: other}"),
        release(VALUES, name="second", more=", namespace: elsewhere"),
        release(VALUES, "HelmChart", name="second"),
    ],
    ids=["of another name", "of another namespace", "of another kind"],
)
def test_a_release_with_another_chart_source_does_not_interfere(cli: Cli, tmp_path: Path, other: str) -> None:
    source = chart_source("tag: 4.13.0-medium").replace("{name: infrahub}", "{name: infrahub, namespace: prod}")
    write(tmp_path, a=source, one=release(VALUES), two=other)
    assert cli("migrate", "one.yaml", *FLAGS).returncode == 0
    assert texts(tmp_path, "a", "two") == [source.replace("4.13.0", "4.18.0"), other]


def test_of_two_namesakes_the_one_in_the_right_namespace_moves(cli: Cli, tmp_path: Path) -> None:
    other, own = (
        chart_source("tag: 4.13.0-medium").replace("{name: infrahub}", f"{{name: infrahub, namespace: {space}}}")
        for space in ("prod", "charts")
    )
    write(tmp_path, a=f"{other}---\n{own}", one=release(VALUES, more=", namespace: charts"))
    assert cli("migrate", "one.yaml", *FLAGS).returncode == 0
    assert texts(tmp_path, "a") == [f"{other}---\n{own.replace('4.13.0', '4.18.0')}"]
    write(tmp_path, a=f"{other}---\n{own}", one=release(VALUES))  # its own namespace, prod
    assert cli("migrate", "one.yaml", *FLAGS).returncode == 0
    assert texts(tmp_path, "a") == [f"{other.replace('4.13.0', '4.18.0')}---\n{own}"]


OPEN = {
    "semver": ("OCIRepository", 'semver: ">=4.13.0 <4.14.0"', 7, "ref.semver is >=4.13.0 <4.14.0"),
    "digest": ("OCIRepository", "digest: sha256:abc", 7, "ref.digest is sha256:abc, which overrides every tag"),
    "both": ("OCIRepository", "tag: 4.13.0\n    digest: sha256:abc", 8, "ref.digest is sha256:abc"),
    "latest": ("OCIRepository", "tag: latest", 7, "ref.tag is latest"),
    "nothing": ("OCIRepository", "{}", 6, "It has no ref.tag"),
    "range": ("HelmChart", "version: 4.x", 6, "spec.version is 4.x"),
    "newest": ("HelmChart", "interval: 5m", 4, "It has no spec.version"),
}


@pytest.mark.parametrize("pin", OPEN)
def test_a_version_that_cannot_move_blocks_the_migration(cli: Cli, tmp_path: Path, pin: str) -> None:
    kind, ref, line, words = OPEN[pin]
    before = [chart_source(ref, kind), release(VALUES, kind)]
    write(tmp_path, a=before[0], release=before[1])
    flavour = ("--from", "4.13.0-medium")
    done = cli("migrate", "release.yaml", *FLAGS, *flavour)
    assert done.returncode == 2
    assert f"a.yaml:{line}: {words}" in done.stderr.decode()
    assert texts(tmp_path, "a", "release") == before
    done = cli("migrate", "release.yaml", *FLAGS, *flavour, "--no-bump")
    assert done.returncode == 0 and f"a.yaml:{line}" in done.stdout.decode()
    assert texts(tmp_path, "a", "release") == [before[0], release(AFTER, kind)]
    # Migrated values are never refused, whatever the version is.
    assert cli("check", "release.yaml", *flavour).returncode == 0
    assert cli("check", "release.yaml", *flavour, "--to", "4.18.0").returncode == 0


def test_an_encrypted_version_blocks_the_migration(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, a=chart_source("tag: 4.13.0") + "sops: {mac: x}\n", release=release(VALUES))
    done = cli("migrate", "release.yaml", *FLAGS)
    assert done.returncode == 2 and b"a.yaml:7: has the chart version, and is encrypted by SOPS" in done.stderr
    assert texts(tmp_path, "release") == [release(VALUES)]


def test_a_version_past_the_target_stays(cli: Cli, tmp_path: Path) -> None:
    source = chart_source("tag: 4.18.2-large")
    write(tmp_path, a=source, release=release(VALUES))
    assert cli("migrate", "release.yaml", *FLAGS).returncode == 0
    assert texts(tmp_path, "a", "release") == [source, release(AFTER)]


def test_no_bump_leaves_the_version(cli: Cli, tmp_path: Path) -> None:
    source = chart_source("tag: 4.13.0-medium")
    write(tmp_path, a=source, release=release(VALUES))
    done = cli("migrate", "release.yaml", *FLAGS, "--no-bump")
    assert done.returncode == 0 and b"--no-bump" in done.stdout
    assert texts(tmp_path, "a", "release") == [source, release(AFTER)]


def test_the_version_of_an_umbrella_chart_is_left(cli: Cli, tmp_path: Path) -> None:
    source = chart_source("semver: 1.x", chart="platform")
    write(tmp_path, a=source, release=release(VALUES))
    done = cli("migrate", "release.yaml", *FLAGS, "--chart", "infrahub-enterprise", "--from", "4.13.0-medium")
    assert done.returncode == 0, done.stderr
    assert b"The chart version is not moved here" in done.stdout
    assert texts(tmp_path, "a", "release") == [source, release(AFTER)]
