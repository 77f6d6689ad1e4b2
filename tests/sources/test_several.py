"""Several releases in one file, and files that have nothing to do with these charts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator import sources

from .texts import AFTER, VALUES, helm_release, indented

Cli = Callable[..., Any]
OTHER = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: podinfo}
spec:
  chart: {spec: {chart: podinfo, version: 6.x}}
  values:
    replicaCount:   2 # kept
"""
REPOSITORY = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: opsmill}\n"
STAGING = ("redis.prod", "redis.staging"), ("name: infrahub\n", "name: staging\n"), ("prod\n", "staging\n")


def staging(text: str) -> str:
    for old, new in STAGING:
        text = text.replace(old, new)
    return text


def both(values: str, version: str) -> str:
    first = helm_release(values, version)
    return "---\n".join([REPOSITORY, first, OTHER, staging(first)])


def test_each_release_in_a_file_is_migrated_and_other_objects_stay(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "apps.yaml"
    path.write_text(both(VALUES, "4.13.0-medium"), "utf-8")
    assert cli("check", "apps.yaml").returncode == 1
    done = cli("migrate", "apps.yaml", "--redis-db", "2", "--non-interactive")
    assert done.returncode == 0, done.stderr
    assert path.read_text("utf-8") == both(AFTER, "4.18.0-medium")
    again = cli("check", "apps.yaml")
    assert again.returncode == 0
    assert b"apps.yaml (HelmRelease prod/infrahub): current" in again.stdout
    assert b"apps.yaml (HelmRelease staging/staging): current" in again.stdout


def test_the_diff_of_several_releases_applies(cli: Cli, tmp_path: Path) -> None:
    import subprocess

    path = tmp_path / "apps.yaml"
    path.write_text(both(VALUES, "4.13.0-medium"), "utf-8")
    patch = cli("diff", "apps.yaml", "--redis-db", "2").stdout
    subprocess.run(["patch", "-p1"], input=patch, cwd=tmp_path, check=True, capture_output=True)
    assert path.read_text("utf-8") == both(AFTER, "4.18.0-medium")


def test_nothing_is_written_while_one_release_is_undecided(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "apps.yaml"
    text = both(VALUES, "4.13.0-medium").replace("redis.staging", "example-infrahub-cache-master")
    path.write_text(text, "utf-8")
    done = cli("migrate", "apps.yaml", "--redis-db", "2", "--non-interactive")
    assert done.returncode == 3
    assert b"--redis-host" in done.stderr
    assert path.read_text("utf-8") == text


def test_two_releases_on_one_database_are_an_error_that_names_both(cli: Cli, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        text = VALUES if name != "three" else VALUES.replace("redis.prod", "redis.three")
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    done = cli("migrate", "one.yaml", "two.yaml", "three.yaml", "--redis-db", "2", "--non-interactive")
    assert done.returncode == 2
    assert b"one.yaml: uses database 2 of the Redis at redis.prod:6379 for its docket, and two.yaml" in done.stderr
    assert b"two.yaml: uses database 2 of the Redis at redis.prod:6379 for its docket, and one.yaml" in done.stderr
    texts = {name: (tmp_path / f"{name}.yaml").read_text("utf-8") for name in ("one", "two", "three")}
    assert texts == {"one": VALUES, "two": VALUES, "three": AFTER.replace("redis.prod", "redis.three")}


def test_a_docket_on_the_messaging_database_of_another_is_an_error(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(VALUES, "utf-8")
    (tmp_path / "two.yaml").write_text(AFTER.replace("db: 1", "db: 2").replace("6379/2", "6379/3"), "utf-8")
    done = cli("plan", "one.yaml", "two.yaml", "--redis-db", "2")
    assert b"one.yaml: uses database 2" in done.stderr
    assert b"two.yaml uses it for Prefect's messaging" in done.stderr


def test_the_same_host_name_in_two_namespaces_is_two_servers(cli: Cli, tmp_path: Path) -> None:
    text = helm_release(VALUES.replace("redis.prod", "cache"))
    (tmp_path / "one.yaml").write_text(text, "utf-8")
    (tmp_path / "two.yaml").write_text(text.replace("namespace: prod", "namespace: staging"), "utf-8")
    assert cli("migrate", "one.yaml", "two.yaml", "--redis-db", "2", "--non-interactive").returncode == 0
    (tmp_path / "one.yaml").write_text(text, "utf-8")
    (tmp_path / "two.yaml").write_text(text, "utf-8")
    assert cli("migrate", "one.yaml", "two.yaml", "--redis-db", "2", "--non-interactive").returncode == 2


def test_a_bare_name_and_a_qualified_one_can_be_the_same_server(cli: Cli, tmp_path: Path) -> None:
    text = helm_release(VALUES.replace("redis.prod", "cache"))
    full = text.replace("host: cache", "host: cache.prod.svc").replace("namespace: prod", "namespace: staging")
    (tmp_path / "one.yaml").write_text(text, "utf-8")
    (tmp_path / "two.yaml").write_text(full, "utf-8")
    done = cli("migrate", "one.yaml", "two.yaml", "--redis-db", "2", "--non-interactive")
    assert done.returncode == 2
    assert b"Redis at cache:6379 for its docket, and two.yaml" in done.stderr
    assert b"two namespaces" not in done.stderr


def test_the_error_says_that_a_bare_name_may_be_two_servers(cli: Cli, tmp_path: Path) -> None:
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(VALUES.replace("redis.prod", "cache"), "utf-8")
    done = cli("migrate", "one.yaml", "two.yaml", "--redis-db", "2", "--non-interactive")
    assert done.returncode == 2
    assert (
        b"In two namespaces cache is two servers, and the number may be the same: say which namespace one.yaml and "
        b"two.yaml are in, by namespace: NAME in the project file or below releases: in a file for --answers, as "
        b"one.yaml: {namespace: NAME}." in done.stderr
    )


def test_the_error_asks_only_for_the_missing_namespace(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(helm_release(VALUES.replace("redis.prod", "cache")), "utf-8")
    (tmp_path / "two.yaml").write_text(VALUES.replace("redis.prod", "cache"), "utf-8")
    done = cli("migrate", "one.yaml", "two.yaml", "--redis-db", "2", "--non-interactive")
    assert b"say which namespace two.yaml is in, by" in done.stderr
    assert b"as two.yaml: {namespace: NAME}. In one namespace" in done.stderr


def test_namespaces_in_the_answers_file_tell_servers_apart(cli: Cli, tmp_path: Path) -> None:
    """The same bare name and number, and a namespace for each."""
    names = [f"{each}.yaml" for each in ("dev", "prod", "stage")]
    for name in names:
        (tmp_path / name).write_text(VALUES.replace("redis.prod", "infrahub-cache-master"), "utf-8")
    answers = "answers: {redis-db: 2}\nreleases:\n" + "".join(
        f"  {each}: {{namespace: n-{each[0]}}}\n" for each in names
    )
    (tmp_path / "answers.txt").write_text(answers, "utf-8")
    assert cli("migrate", *names, "--answers", "answers.txt", "--non-interactive").returncode == 0
    after = AFTER.replace("redis.prod", "infrahub-cache-master")
    assert [(tmp_path / name).read_text("utf-8") for name in names] == [after] * 3
    (tmp_path / "answers.txt").write_text(answers.replace("n-p", "n-d"), "utf-8")
    for name in names:
        (tmp_path / name).write_text(VALUES.replace("redis.prod", "infrahub-cache-master"), "utf-8")
    done = cli("migrate", *names, "--answers", "answers.txt", "--non-interactive")
    assert done.returncode == 2
    assert b"dev.yaml: uses database 2" in done.stderr
    assert b"two servers" not in done.stderr


def test_a_database_used_by_another_release_is_not_suggested(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(VALUES, "utf-8")
    (tmp_path / "two.yaml").write_text(AFTER, "utf-8")

    def suggestion(*names: str) -> object:
        reports = json.loads(cli("plan", *names, "--format", "json").stdout)["files"]
        return reports[0]["questions"][-1]["suggestion"]

    assert (suggestion("one.yaml"), suggestion("one.yaml", "two.yaml")) == ("2", "3")


def test_colliding_answers_of_an_answers_file_are_an_error(cli: Cli, tmp_path: Path) -> None:
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(VALUES, "utf-8")
    answers = "releases:\n  one.yaml: {redis-db: 4}\n  two.yaml: {docket-url: 'redis://redis.prod:6379/4'}\n"
    (tmp_path / "answers.yaml").write_text(answers, "utf-8")
    done = cli("migrate", "one.yaml", "two.yaml", "--answers", "answers.yaml", "--non-interactive")
    assert done.returncode == 2
    assert b"one.yaml: uses database 4 of the Redis at redis.prod:6379 for its docket, and two.yaml" in done.stderr
    assert b"two.yaml: uses database 4 of the Redis at redis.prod:6379 for its docket, and one.yaml" in done.stderr
    assert (tmp_path / "one.yaml").read_text("utf-8") == VALUES


def test_an_answer_that_names_a_redis_is_refused_for_several_releases(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "apps.yaml").write_text(both(VALUES, "4.13.0-medium"), "utf-8")
    done = cli("migrate", "apps.yaml", "--docket-url", "redis://x:6379/2", "--non-interactive")
    assert done.returncode == 2
    assert b"the 2 named releases" in done.stderr


def test_several_prefect_roots_in_one_file_are_separate_releases(cli: Cli, tmp_path: Path) -> None:
    def text(values: str) -> str:
        return "one:\n" + indented(values, 2) + "two:\n" + indented(values.replace("redis.prod", "redis.two"), 2)

    path = tmp_path / "values.yaml"
    path.write_text(text(VALUES), "utf-8")
    done = cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive")
    assert done.returncode == 0, done.stderr
    assert path.read_text("utf-8") == text(AFTER)
    reports = json.loads(cli("check", "values.yaml", "--format", "json").stdout)["files"]
    assert [(each["root"], each["status"]) for each in reports] == [
        ("one.infrahub.prefect-server", "current"),
        ("two.infrahub.prefect-server", "current"),
    ]
    assert b"values.yaml (two.infrahub.prefect-server): current" in cli("check", "values.yaml").stdout


def test_an_object_of_another_chart_is_unrelated(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "podinfo.yaml").write_text(OTHER, "utf-8")
    assert cli("migrate", "podinfo.yaml", "--non-interactive").returncode == 2
    done = cli("migrate", "podinfo.yaml", "--non-interactive", "--format", "json", "--skip-unrelated")
    report = json.loads(done.stdout)
    assert (done.returncode, report["status"], report["files"][0]["status"]) == (0, "unrelated", "unrelated")
    assert (tmp_path / "podinfo.yaml").read_text("utf-8") == OTHER


def test_objects_of_other_projects_are_unrelated(unrelated_files: list[Path]) -> None:
    objects = [path for path in unrelated_files if path.name.startswith(("helmrelease", "application", "he", "ar"))]
    assert len(objects) >= 3
    for path in objects:
        opened = sources.open_file(str(path))
        assert (opened.bundles, bool(opened.unrelated)) == ((), True), path


@pytest.mark.parametrize("channel", ["stdin", "output"])
def test_the_whole_file_goes_to_stdout_or_output(cli: Cli, tmp_path: Path, channel: str) -> None:
    text, after = both(VALUES, "4.13.0-medium"), both(AFTER, "4.18.0-medium")
    (tmp_path / "apps.yaml").write_text(text, "utf-8")
    where = ["-"] if channel == "stdin" else ["apps.yaml", "--output", "out.yaml"]
    done = cli("migrate", *where, "--redis-db", "2", "--non-interactive", stdin=text.encode())
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "apps.yaml").read_text("utf-8") == text
    assert (done.stdout.decode() if channel == "stdin" else (tmp_path / "out.yaml").read_text("utf-8")) == after


def test_a_file_with_two_releases_is_written_and_undone_once(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "apps.yaml"
    path.write_text(both(VALUES, "4.13.0-medium"), "utf-8")
    done = cli("migrate", "apps.yaml", "--redis-db", "2", "--non-interactive", "--format", "json")
    first, second = json.loads(done.stdout)["files"]
    assert (first["status"], second["status"]) == ("migrated", "migrated")
    assert len(list(tmp_path.glob("*.bak"))) == 1
    assert cli("undo", "apps.yaml").returncode == 0
    assert path.read_text("utf-8") == both(VALUES, "4.13.0-medium")


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_one_bad_release_leaves_the_file_unchanged(cli: Cli, tmp_path: Path, dry: list[str]) -> None:
    path = tmp_path / "apps.yaml"
    first = helm_release(VALUES)
    text = "---\n".join([first, staging(first).replace("Deployment: true", 'Deployment: "true"')])
    path.write_text(text, "utf-8")
    done = cli("migrate", "apps.yaml", "--redis-db", "2", "--non-interactive", *dry)
    assert done.returncode == 2
    assert b"accepts only true and false" in done.stderr
    assert (
        b"nothing was written to apps.yaml, whose releases are written together: first fix apps.yaml (" in done.stderr
    )
    assert path.read_text("utf-8") == text
    assert cli("diff", "apps.yaml", "--redis-db", "2").stdout == b""


def test_commands_agree_on_the_exit_code_for_refused_and_undecided(cli: Cli, tmp_path: Path) -> None:
    first = helm_release(VALUES)
    text = "---\n".join([first, staging(first).replace("Deployment: true", 'Deployment: "true"')])
    path = tmp_path / "apps.yaml"
    path.write_text(text, "utf-8")
    codes = {
        command: cli(*command.split(), "apps.yaml").returncode
        for command in ("diff", "migrate --non-interactive", "migrate --dry-run --non-interactive")
    }
    assert codes == dict.fromkeys(codes, 3), codes
    assert path.read_text("utf-8") == text


def test_existing_dockets_on_one_host_name_are_a_notice_not_an_error(cli: Cli, tmp_path: Path) -> None:
    """Each was migrated by itself, in its own namespace: nothing is left to do, and the files do not show more."""
    values = VALUES.replace("redis.prod", "cache")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "values.yaml").write_text(values, "utf-8")
        done = cli("migrate", f"{name}/values.yaml", "--redis-db", "2", "--non-interactive", "--from", "4.13.0-medium")
        assert done.returncode == 0, done.stderr
    for command in ("check", "plan", "diff", "migrate --non-interactive"):
        done = cli(*command.split(), "one/values.yaml", "two/values.yaml")
        assert done.returncode == 0, (command, done.stderr)
    output = b" ".join(cli("plan", "one/values.yaml", "two/values.yaml").stdout.split())
    assert b"database 2 at cache:6379 is also used by two/values.yaml for its docket" in output
