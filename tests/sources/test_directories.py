"""Directories as found in repositories: which files are releases, which are layers of one, which are unrelated."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from .test_kustomize import HEAD, kustomization
from .texts import AFTER, VALUES, application, helm_release, in_object

Cli = Callable[..., Any]
FLAGS = ("--redis-db", "2", "--non-interactive")
PROD = "infrahub:\n  prefect-server:\n    server:\n      replicaCount: 4\n"
FROM = "  valuesFrom: [{kind: ConfigMap, name: base}]\n"
GENERATOR = HEAD + "configMapGenerator:\n  - name: base\n    files: [values.yaml=FILE]\n"


def other(text: str) -> str:
    """Another release, with its own Redis."""
    return text.replace("redis.prod", "redis.other")


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


TREES = {
    "values beside their overrides": (
        {"values.yaml": VALUES, "values-dev.yaml": PROD, "values-prod.yaml": VALUES},
        ["t/values.yaml t/values-dev.yaml", "t/values.yaml t/values-prod.yaml"],
    ),
    "a base and overlays": (
        {"base/values.yaml": VALUES, "overlays/dev/values.yaml": PROD, "overlays/prod/values.yaml": PROD},
        ["t/base/values.yaml t/overlays/dev/values.yaml", "t/base/values.yaml t/overlays/prod/values.yaml"],
    ),
    "a common file above": (
        {"common.yaml": VALUES, "env/prod/infrahub.yaml": PROD},
        ["t/common.yaml t/env/prod/infrahub.yaml"],
    ),
    "names that say nothing": ({"one.yaml": VALUES, "two.yaml": PROD}, ["t/one.yaml t/two.yaml"]),
    "a generator and a HelmRelease": (
        {
            "app/release.yaml": helm_release(PROD, head=FROM),
            "app/kustomization.yaml": GENERATOR.replace("FILE", "infrahub.yaml"),
            "app/infrahub.yaml": VALUES,
            "app/unrelated.yaml": "replicas: 2\n",
        },
        ["t/app/infrahub.yaml t/app/release.yaml"],
    ),
    "generators of overlays below one HelmRelease": (
        {
            "base/release.yaml": helm_release(PROD, head=FROM),
            "dev/kustomization.yaml": GENERATOR.replace("FILE", "v.yaml"),
            "dev/v.yaml": VALUES,
            "prod/kustomization.yaml": GENERATOR.replace("FILE", "v.yaml"),
            "prod/v.yaml": VALUES,
        },
        ["t/dev/v.yaml t/base/release.yaml", "t/prod/v.yaml t/base/release.yaml"],
    ),
    "charts of a kustomization": (
        {
            "kustomization.yaml": kustomization("", more="    valuesFile: own/v.yaml\n"),
            "own/v.yaml": VALUES,
        },
        ["t/own/v.yaml t/kustomization.yaml"],
    ),
    "an Application and a file above it, by its path": (
        {
            "apps/infrahub.yaml": application("valueFiles: [../values.yaml]\n"),
            "apps/values.yaml": other(VALUES),
            "values.yaml": VALUES,
        },
        ["t/values.yaml t/apps/infrahub.yaml"],
    ),
    "an Application and files of its repository": (
        {
            "apps/infrahub.yaml": application("valueFiles: [$values/env/a.yaml, $values/env/b.yaml]\n"),
            "env/a.yaml": VALUES,
            "env/b.yaml": PROD,
            "other/env/b.yaml": VALUES,
        },
        ["t/env/a.yaml t/env/b.yaml t/apps/infrahub.yaml"],
    ),
}


@pytest.mark.parametrize("tree", TREES)
def test_layers_are_reported_once_for_each_release(cli: Cli, tmp_path: Path, tree: str) -> None:
    files, releases = TREES[tree]
    write(tmp_path / "t", files)
    done = cli("migrate", "t", *FLAGS)
    assert done.returncode == 2
    for layers in releases:
        flags = " ".join(f"-f {layer}" for layer in layers.split())
        assert f"{layers.split()[-1]}: overrides" in done.stderr.decode()
        assert f"({flags})" in done.stderr.decode()
    assert done.stderr.count(b": overrides ") == len(releases) == done.stderr.count(b"infrahub-migrator init writes")
    layered = {layer for layers in releases for layer in layers.split()}
    for name, text in files.items():
        if f"t/{name}" in layered:
            assert (tmp_path / "t" / name).read_text("utf-8") == text


@pytest.mark.parametrize("name", ["values", "infrahub"])
def test_each_cluster_folder_is_a_separate_release(cli: Cli, tmp_path: Path, name: str) -> None:
    files = {f"clusters/a/{name}.yaml": VALUES, f"clusters/b/{name}.yaml": other(VALUES)}
    write(tmp_path, files)
    done = cli("migrate", "clusters", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / f"clusters/a/{name}.yaml").read_text("utf-8") == AFTER
    assert (tmp_path / f"clusters/b/{name}.yaml").read_text("utf-8") == other(AFTER)


def test_refused_layers_do_not_block_the_other_releases(cli: Cli, tmp_path: Path) -> None:
    files = {
        "a/values.yaml": VALUES,
        "a/values-prod.yaml": PROD,
        "b/release.yaml": helm_release(other(VALUES)),
        "c/broken.yaml": "a: [\n",
        "c/podinfo.yaml": helm_release("replicas: 1\n", chart="podinfo"),
    }
    write(tmp_path / "t", files)
    done = cli("migrate", "t", *FLAGS)
    assert done.returncode == 2
    assert b"t/c/broken.yaml" not in done.stderr
    for name, text in files.items():
        after = helm_release(other(AFTER), "4.18.0-medium") if name == "b/release.yaml" else text
        assert (tmp_path / "t" / name).read_text("utf-8") == after, name


def test_an_object_with_its_own_values_is_not_a_layer_of_its_neighbour(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "t", {"app.yaml": application(in_object(VALUES)), "values.yaml": other(VALUES)})
    assert cli("migrate", "t", *FLAGS).returncode == 0
    assert (tmp_path / "t/app.yaml").read_text("utf-8") == application(in_object(AFTER), "4.18.0-medium")
    assert (tmp_path / "t/values.yaml").read_text("utf-8") == other(AFTER)


def test_files_with_different_prefect_roots_are_not_layers(cli: Cli, tmp_path: Path) -> None:
    vanilla = "backgroundServices: {runAsSeparateDeployment: true, messaging: {redis: {host: redis.own}}}\n"
    write(tmp_path / "t", {"values.yaml": VALUES, "prefect.yaml": vanilla})
    done = cli("check", "t")
    assert done.returncode == 1
    assert b"t/values.yaml" in done.stdout
    assert b"t/prefect.yaml" in done.stdout


def test_a_directory_without_values_files_is_an_error(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "t", {"a.yaml": "x: 1\n"})
    done = cli("check", "t")
    assert done.returncode == 2
    assert b"t: is a directory without a values file for Prefect (1 YAML files checked)" in done.stderr


def test_folders_may_be_nested_deeper_than_the_recursion_limit(cli: Cli, tmp_path: Path) -> None:
    folders = [tmp_path / "t"]
    for _ in range(1_100):
        folders.append(folders[-1] / "d")
    try:
        for each in folders:
            os.mkdir(each)
        for each in (folders[0], folders[-1]):
            (each / "app.yaml").write_text(VALUES if each == folders[0] else other(VALUES), "utf-8")
        done = cli("check", "t")
        assert done.returncode == 1, done.stderr
        lines = done.stdout.decode().splitlines()
        assert [line.partition(":")[0] for line in lines[:-1]] == ["t/app.yaml", f"t/{'d/' * 1_100}app.yaml"]
    finally:  # the cleanup after tests cannot go this deep either
        for each in reversed(folders):
            (each / "app.yaml").unlink(missing_ok=True)
            os.rmdir(each)


def test_a_directory_gives_the_same_result_by_every_name(cli: Cli, tmp_path: Path) -> None:
    files = {
        "app/release.yaml": helm_release(PROD, head=FROM),
        "app/kustomization.yaml": GENERATOR.replace("FILE", "infrahub.yaml"),
        "app/infrahub.yaml": VALUES,
    }
    write(tmp_path, files)
    outputs = [cli("check", name).stderr.decode() for name in (".", "./", "../" + tmp_path.name)]
    assert outputs[0] == outputs[1]
    assert "(-f app/infrahub.yaml -f app/release.yaml)" in outputs[0]
    assert f"(-f ../{tmp_path.name}/app/infrahub.yaml -f ../{tmp_path.name}/app/release.yaml)" in outputs[2]


def test_a_file_is_a_layer_over_the_one_whose_name_it_extends(cli: Cli, tmp_path: Path) -> None:
    files = {"prod.yaml": VALUES, "prod-eu.yaml": PROD, "staging.yaml": other(VALUES)}
    write(tmp_path / "t", files)
    done = cli("migrate", "t", *FLAGS)
    assert done.returncode == 2
    assert b"(-f t/prod.yaml -f t/prod-eu.yaml)" in done.stderr
    assert (tmp_path / "t/staging.yaml").read_text("utf-8") == other(AFTER)
    assert (tmp_path / "t/prod.yaml").read_text("utf-8") == VALUES


def test_each_file_with_too_many_possible_bases_gets_one_line(cli: Cli, tmp_path: Path) -> None:
    files = {f"{number:02}.yaml": VALUES.replace("redis.prod", f"redis{number}") for number in range(17)}
    write(tmp_path / "t", {**files, "over.yaml": PROD, "wide.yaml": PROD})
    done = cli("migrate", "t", *FLAGS)
    assert done.returncode == 2
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 19
    assert "t/00.yaml: may be the base of t/wide.yaml next to it" in lines[0]
    assert (
        "t/over.yaml: builds on a base, but nothing says which of the 17 complete values files next to it" in lines[17]
    )
    assert (tmp_path / "t/00.yaml").read_text("utf-8") == files["00.yaml"]


def test_files_that_an_object_takes_still_count_as_possible_bases(cli: Cli, tmp_path: Path) -> None:
    names = [f"{number:02}.yaml" for number in range(17)]
    taking = application(f"valueFiles: [{', '.join(names)}]\n" + in_object(PROD))
    write(tmp_path / "t", {**dict.fromkeys(names, VALUES), "app.yaml": taking, "over.yaml": PROD})
    app, over = cli("check", "t").stderr.decode().splitlines()
    assert "t/app.yaml: overrides t/00.yaml, " in app
    assert "t/over.yaml: builds on a base, but nothing says which of the 17 complete values files next to it" in over


@pytest.mark.parametrize(("count", "are_below"), [(16, True), (17, False)])
def test_an_object_overrides_at_most_sixteen_neighbours(cli: Cli, tmp_path: Path, count: int, are_below: bool) -> None:
    names = [f"{number:02}.yaml" for number in range(count)]
    files = {name: VALUES.replace("redis.prod", f"redis{name}") for name in names}
    write(tmp_path / "t", {**files, "release.yaml": helm_release(PROD, head=FROM)})
    errors = cli("check", "t").stderr.decode()
    below = ", ".join(f"t/{name}" for name in names)
    assert (f"t/release.yaml: overrides {below}:" in errors) is are_below
    assert (": overrides " in errors) is are_below


def test_a_large_folder_of_bases_is_matched_by_name(cli: Cli, tmp_path: Path) -> None:
    names = [f"team{number:02}.yaml" for number in range(17)]
    write(tmp_path / "t", {f"base/{name}": VALUES for name in names})
    write(tmp_path / "t", {f"prod/{name}": PROD for name in names})
    errors = cli("check", "t").stderr.decode()
    assert errors.count(": overrides ") == 17
    assert "(-f t/base/team03.yaml -f t/prod/team03.yaml)" in errors


def test_two_folders_of_bases_are_layered_in_a_fixed_order(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "t", {"base/a.yaml": VALUES, "common/b.yaml": VALUES, "values.yaml": VALUES})
    errors = cli("check", "t").stderr.decode()
    assert "t/values.yaml: overrides t/base/a.yaml, t/common/b.yaml" in errors


def test_a_release_takes_no_generated_values_of_another_app(cli: Cli, tmp_path: Path) -> None:
    files = {
        f"{app}/{name}": text
        for app in ("one", "two")
        for name, text in {
            "base/release.yaml": helm_release(PROD, head=FROM),
            "prod/kustomization.yaml": GENERATOR.replace("FILE", "v.yaml"),
            "prod/v.yaml": VALUES,
        }.items()
    }
    write(tmp_path / "t", files)
    errors = cli("check", "t").stderr.decode()
    assert errors.count(": overrides ") == 2
    assert "(-f t/one/prod/v.yaml -f t/one/base/release.yaml)" in errors
    assert "(-f t/two/prod/v.yaml -f t/two/base/release.yaml)" in errors


CHART = "apiVersion: v2\nname: {}\nversion: 0.1.0\n"


@pytest.mark.parametrize(
    ("files", "is_seen"),
    [
        ({"charts/platform/live.yaml": VALUES}, True),
        ({"templates/live.yaml": VALUES}, True),
        ({"charts/platform/live.yaml": VALUES, "Chart.yaml": CHART.format("platform")}, False),
        ({"crds/live.yaml": VALUES, "Chart.yaml": CHART.format("platform")}, False),
        ({"templates/live.yaml": application(in_object(VALUES)), "Chart.yaml": CHART.format("apps")}, True),
        ({"templates/live.yaml": application(in_object(VALUES)), "Chart.yaml": CHART.format("infrahub")}, False),
        ({"node_modules/live.yaml": VALUES}, False),
        ({".github/workflows/live.yaml": VALUES}, True),
        ({".github/other/live.yaml": VALUES}, False),
        ({".cache/live.yaml": VALUES}, False),
        ({"live-values.json": '{"infrahub": {"infrahubServer": {}}}'}, True),
    ],
)
def test_chart_sources_and_tool_folders_are_skipped(
    cli: Cli, tmp_path: Path, files: Mapping[str, str], is_seen: bool
) -> None:
    write(tmp_path, files)
    done = cli("check", ".")
    assert (b"live" in done.stdout) is is_seen


def test_out_of_scope_files_do_not_count_as_sharing_a_redis(cli: Cli, tmp_path: Path) -> None:
    text = VALUES.replace("redis.prod", "<host>")
    files = {"live.yaml": text, "list.yaml": "- infrahub\n", "ci/docker-compose.yaml": "services: {infrahub: {}}\n"}
    write(tmp_path, files)
    answers = ("--redis-host", "redis.prod", "--redis-db", "2")
    for command, code in (("check", 1), ("plan", 0), ("diff", 0), ("migrate", 0), ("check", 0)):
        flags = ("--non-interactive",) if command == "migrate" else ()
        done = cli(command, ".", *answers, *flags)
        assert done.returncode == code, (command, done.stderr)
    write(tmp_path, {"live.yaml": text, "other/values.yaml": text})
    assert cli("check", ".", *answers).returncode == 2
