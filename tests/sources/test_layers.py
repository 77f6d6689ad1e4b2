"""Layers of one release: each change lands in the layer that owns what it changes, and all are written or none."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from .test_release_surroundings import FROM, holder
from .texts import AFTER, VALUES, helm_release

Cli = Callable[..., Any]
FLAGS = ("--redis-db", "2", "--non-interactive")
PROD = """\
infrahub:
  prefect-server:
    server:
      replicaCount: 4   # more
    backgroundServices:
      messaging:
        redis:
          host: redis.live
"""
PROD_AFTER = (
    PROD
    + """\
        docket:
          url: redis://redis.live:6379/2
"""
)
BASE_AFTER = AFTER.replace("        docket:\n          url: redis://redis.prod:6379/2\n", "")


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")


def read(folder: Path, *names: str) -> list[str]:
    return [(folder / f"{name}.yaml").read_text("utf-8") for name in names]


def test_each_change_lands_in_its_own_layer(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, base=VALUES, prod=PROD)
    layers = ("-f", "base.yaml", "-f", "prod.yaml")
    assert cli("check", *layers).returncode == 1
    done = cli("migrate", *layers, *FLAGS)
    assert done.returncode == 0, done.stderr
    assert read(tmp_path, "base", "prod") == [BASE_AFTER, PROD_AFTER]
    assert b"base.yaml changes. If other releases use this file too" in b" ".join(done.stdout.split())
    assert cli("check", *layers).returncode == 0
    assert cli("migrate", *layers, "--non-interactive").returncode == 0
    assert read(tmp_path, "base", "prod") == [BASE_AFTER, PROD_AFTER]


def test_the_base_gets_what_no_other_layer_sets(cli: Cli, tmp_path: Path) -> None:
    above = "neo4j:\n  neo4j: {}\n"
    write(tmp_path, base=VALUES, prod=above)
    assert cli("migrate", "-f", "base.yaml", "-f", "prod.yaml", *FLAGS).returncode == 0
    assert read(tmp_path, "base", "prod") == [AFTER, above]


def test_an_env_list_is_migrated_in_each_layer_that_sets_it(cli: Cli, tmp_path: Path) -> None:
    server = VALUES[: VALUES.index("    backgroundServices")]
    mended = AFTER[: AFTER.index("    backgroundServices")]
    write(tmp_path, base=VALUES, prod=server)
    assert cli("migrate", "-f", "base.yaml", "-f", "prod.yaml", *FLAGS).returncode == 0
    assert read(tmp_path, "base", "prod") == [AFTER, mended]


def test_a_null_that_overrides_a_list_gets_the_entries(cli: Cli, tmp_path: Path) -> None:
    above = dedent("""\
        infrahub:
          prefect-server:
            server:
              args: [--no-services]
              env:
            backgroundServices:
              env: ~
        """)
    write(tmp_path, base=VALUES, prod=above)
    assert cli("migrate", "-f", "base.yaml", "-f", "prod.yaml", *FLAGS).returncode == 0
    pin = '\n        - name: PREFECT_API_DATABASE_MIGRATE_ON_START\n          value: "false"\n'
    blank = '\n        - name: PROMETHEUS_MULTIPROC_DIR\n          value: ""\n'
    wanted = above.replace("env:\n    b", f"env:{pin}    b").replace("env: ~\n", f"env:{blank}")
    assert read(tmp_path, "base", "prod") == [AFTER, wanted]
    assert cli("check", "-f", "base.yaml", "-f", "prod.yaml").returncode == 0


def test_diff_and_json_name_every_layer(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, base=VALUES, prod=PROD)
    layers = ("-f", "base.yaml", "-f", "prod.yaml")
    patch = cli("diff", *layers, "--redis-db", "2").stdout
    assert patch.count(b"--- a/base.yaml") == patch.count(b"--- a/prod.yaml") == 1
    report = json.loads(cli("plan", *layers, "--redis-db", "2", "--format", "json").stdout)["files"]
    assert len(report) == 1
    assert {change["file"] for change in report[0]["changes"]} == {"base.yaml", "prod.yaml"}


def test_all_layers_are_written_or_none(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from migrator.planning import apply

    write(tmp_path, base=VALUES, prod=PROD)
    prove = apply.prove_settled

    def meanwhile(*arguments: Any) -> None:
        prove(*arguments)
        (tmp_path / "prod.yaml").write_text(PROD + "# somebody else\n", "utf-8")

    monkeypatch.setattr(apply, "prove_settled", meanwhile)
    done = cli("migrate", "-f", "base.yaml", "-f", "prod.yaml", *FLAGS)
    assert done.returncode == 5
    assert read(tmp_path, "base", "prod") == [VALUES, PROD + "# somebody else\n"]


def test_an_object_can_be_the_upper_layer(cli: Cli, tmp_path: Path) -> None:
    head = "  valuesFrom: [{kind: ConfigMap, name: base}]\n"
    write(tmp_path, base=VALUES, release=helm_release(PROD, head=head))
    done = cli("migrate", "-f", "base.yaml", "-f", "release.yaml", *FLAGS)
    assert done.returncode == 0, done.stderr
    assert read(tmp_path, "base", "release") == [BASE_AFTER, helm_release(PROD_AFTER, "4.18.0-medium", head=head)]
    assert b"cannot be seen" not in b" ".join(done.stdout.split())


def test_sources_of_values_that_are_not_named_are_reported(cli: Cli, tmp_path: Path) -> None:
    head = "  valuesFrom: [{kind: ConfigMap, name: base}, {kind: Secret, name: own}]\n"
    write(tmp_path, base=VALUES, release=helm_release(PROD, head=head))
    done = cli("plan", "-f", "base.yaml", "-f", "release.yaml", "--redis-db", "2")
    assert b"ConfigMap base (key values.yaml), Secret own (key values.yaml)" in b" ".join(done.stdout.split())


def test_an_object_must_be_named_after_the_values_it_takes(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, base=VALUES, release=helm_release(PROD))
    done = cli("check", "-f", "release.yaml", "-f", "base.yaml")
    assert done.returncode == 2
    assert b"release.yaml: is the release itself" in done.stderr
    assert b"name it last" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-f", "base.yaml", "-f", "./base.yaml"], b"named twice"),
        (["-f", "base.yaml", "prod.yaml"], b"-f names the layers of one release"),
        (["-f", "base.yaml", "-f", "-"], b"standard input cannot be"),
        (["-f", "base.yaml", "-f", "none.yaml"], b"there is no such file"),
        ([], b"no file is named"),
    ],
)
def test_which_files_cannot_be_layers(cli: Cli, tmp_path: Path, arguments: list[str], words: bytes) -> None:
    write(tmp_path, base=VALUES, prod=PROD)
    done = cli("check", *arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_an_object_named_twice_is_refused(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, base=holder(VALUES), release=helm_release(PROD, head=FROM.format("ConfigMap")))
    done = cli("check", "-f", "release.yaml", "-f", "./release.yaml")
    assert (done.returncode, b"release.yaml: is named twice as a layer" in done.stderr) == (2, True)


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_file_named_again_through_a_link_is_refused(cli: Cli, tmp_path: Path, link: Callable[..., None]) -> None:
    write(tmp_path, base=VALUES)
    link("base.yaml", "other.yaml")  # relative to tmp_path, where `cli` has changed to
    done = cli("check", "-f", "base.yaml", "-f", "other.yaml")
    assert (done.returncode, b"other.yaml: is named twice as a layer" in done.stderr) == (2, True)


def test_output_is_refused_for_several_layers(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, base=VALUES, prod=PROD)
    done = cli("migrate", "-f", "base.yaml", "-f", "prod.yaml", "--output", "-", *FLAGS)
    assert done.returncode == 2
    assert b"--output is for the result of one file" in done.stderr


# Directories


def test_a_base_and_its_overrides_are_reported_as_layers(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "values"
    folder.mkdir()
    write(folder, base=VALUES, prod=PROD)
    done = cli("migrate", "values", *FLAGS)
    assert done.returncode == 2
    assert b"look like layers of one release" in done.stderr
    assert b"(-f values/base.yaml -f values/prod.yaml)" in done.stderr
    assert read(folder, "base", "prod") == [VALUES, PROD]


def test_complete_files_are_separate_releases(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "customers"
    folder.mkdir()
    write(folder, one=VALUES, two=VALUES.replace("redis.prod", "redis.two"))
    assert cli("migrate", "customers", *FLAGS).returncode == 0
    assert read(folder, "one", "two") == [AFTER, AFTER.replace("redis.prod", "redis.two")]


def test_values_next_to_an_object_are_its_layers(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "flux"
    folder.mkdir()
    write(folder, values=VALUES, release=helm_release(PROD, head="  valuesFrom: [{kind: ConfigMap, name: v}]\n"))
    done = cli("check", "flux")
    assert done.returncode == 2
    assert b"(-f flux/values.yaml -f flux/release.yaml)" in done.stderr


def test_objects_in_a_directory_are_separate_releases(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "apps"
    folder.mkdir()
    write(folder, one=helm_release(VALUES), two=helm_release(VALUES.replace("redis.prod", "redis.two")))
    assert cli("migrate", "apps", *FLAGS).returncode == 0
    assert read(folder, "one") == [helm_release(AFTER, "4.18.0-medium")]
