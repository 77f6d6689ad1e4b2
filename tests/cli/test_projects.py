"""Runs with a project file: what a file stands for, which setting wins, and files that several releases share."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from migrator import yamltext
from tests import skeleton

Cli = Callable[..., Any]
BASE = skeleton.values("webserver-only register triggers-off", "triggers-on", ["db: 1"]).replace(
    "env:", "env:  # ours", 1
)
BASE_AFTER = skeleton.values("webserver-only pin register", "metrics", ["db: 1"]).replace("env:", "env:  # ours", 1)


def overlay(host: str) -> str:
    return f"infrahub:\n  prefect-server:\n    backgroundServices:\n      messaging:\n        redis: {{host: {host}}}\n"


def overlay_after(host: str) -> str:
    return f"{overlay(host)}        docket:\n          url: redis://{host}:6379/2\n"


def whole(host: str) -> str:
    return BASE.replace("          db: 1\n", f"          host: {host}\n          db: 1\n")


def whole_after(host: str) -> str:
    docket = f"          host: {host}\n          db: 1\n        docket:\n          url: redis://{host}:6379/2\n"
    return BASE_AFTER.replace("          db: 1\n", docket)


def write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def flux(values: str, version: str) -> str:
    spec = "".join(f"    {line}" if line.strip() else line for line in values.splitlines(keepends=True))
    return (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: infrahub, namespace: gitops}\n"
        f"spec:\n  chart: {{spec: {{chart: infrahub-enterprise, version: {version}}}}}\n  values:\n{spec}"
    )


REPOSITORY = {
    "apps/base/values.yaml": BASE,
    "apps/overlays/dev/values.yaml": overlay("redis-dev"),
    "apps/overlays/prod/values.yaml": overlay("redis-prod"),
    "clusters/eu/infrahub.yaml": whole("redis-eu"),
    "clusters/us/infrahub.yaml": whole("redis-us"),
    "flux/release.yaml": flux(whole("redis-flux"), "4.13.0-medium"),
    "flux/podinfo.yaml": flux("replicas: 2\n", "6.0.0")
    .replace("infrahub-enterprise", "x")
    .replace("infrahub", "podinfo"),
    "archive/values.yaml": whole("redis-old"),
    "ignored/values.yaml": whole("redis-ignored"),
    ".gitignore": "/ignored/\n",
    "helmfile.yaml": "releases: [{name: x, chart: opsmill/infrahub}]\n",
    "deploy.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n",
}
MIGRATED = {
    "apps/base/values.yaml": BASE_AFTER,
    "apps/overlays/dev/values.yaml": overlay_after("redis-dev"),
    "apps/overlays/prod/values.yaml": overlay_after("redis-prod"),
    "clusters/eu/infrahub.yaml": whole_after("redis-eu"),
    "clusters/us/infrahub.yaml": whole_after("redis-us"),
    "flux/release.yaml": flux(whole_after("redis-flux"), "4.18.0-medium"),
}


def texts_in(folder: Path) -> dict[str, str]:
    return {name: (folder / name).read_text("utf-8") for name in REPOSITORY}


def test_a_repository_from_init_to_a_second_run_that_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, REPOSITORY)
    done = cli("init", "--exclude", "archive/")
    assert done.returncode == 0, done.stderr
    assert done.stdout == b"infrahub-migrator.yaml: 5 releases\n"
    assert b"leaves 1 file" in done.stderr
    path = tmp_path / "infrahub-migrator.yaml"
    text = path.read_text("utf-8")
    assert text.endswith("# Not migrated by this tool:\n# - helmfile.yaml: is a helmfile.\n")
    schema = json.loads(files("migrator").joinpath("report/schemas/project.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(yamltext.parse(text.encode()).documents[0].data)
    assert cli("init").returncode == 2
    assert path.read_text("utf-8") == text
    path.write_text(text.replace("version: 1\n", "version: 1\ndefaults: {answers: {redis-db: 2}}\n"), "utf-8")
    names = [b"apps/overlays/dev", b"apps/overlays/prod", b"clusters/eu/infrahub", b"clusters/us/infrahub"]
    checked = cli("check")
    assert checked.returncode == 1
    assert [line.split(b":")[0] for line in checked.stdout.splitlines()][:5] == [*names, b"flux/release"]
    done = cli("migrate", "--non-interactive")
    assert done.returncode == 0, done.stderr
    assert texts_in(tmp_path) == {**REPOSITORY, **MIGRATED}
    assert cli("check").returncode == 0
    assert cli("migrate", "--non-interactive").returncode == 0
    assert texts_in(tmp_path) == {**REPOSITORY, **MIGRATED}
    assert len(list((tmp_path / "apps/base").glob("*.bak"))) == 1


PROJECT = """\
version: 1
releases:
  - {name: dev, layers: [base.yaml, dev.yaml], answers: {redis-db: 2}}
  - {name: prod, layers: [base.yaml, prod.yaml], answers: {redis-db: 2}}
  - {name: alone, layers: [alone.yaml], answers: {redis-db: 2}}
"""
FILES = {
    "base.yaml": BASE,
    "dev.yaml": overlay("redis-dev"),
    "prod.yaml": overlay("redis-prod"),
    "alone.yaml": whole("redis-alone"),
    "other.yaml": whole("redis-other"),
    "infrahub-migrator.yaml": PROJECT,
}


@pytest.mark.parametrize(
    ("named", "releases"),
    [
        ([], ["dev", "prod", "alone"]),
        (["prod.yaml"], ["prod"]),
        (["base.yaml"], ["dev", "prod"]),
        (["alone.yaml", "./alone.yaml"], ["alone"]),
        (["other.yaml", "alone.yaml"], ["alone", "other.yaml"]),
        (["."], ["dev", "prod", "alone", "other.yaml"]),
        ([".", "--exclude", "other.yaml"], ["dev", "prod", "alone"]),
    ],
)
def test_a_file_stands_for_each_release_that_lists_it(
    cli: Cli, tmp_path: Path, named: list[str], releases: list[str]
) -> None:
    write(tmp_path, FILES)
    done = cli("check", *named)
    assert [line.split(b":")[0].decode() for line in done.stdout.splitlines()][: len(releases)] == releases, done.stderr


def test_the_project_file_is_searched_up_to_the_repository_root(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {f"r/{name}": text for name, text in FILES.items()})
    write(tmp_path, {"r/.git/HEAD": "x\n", "r/deep/below/x.yaml": "a: 1\n"})
    monkeypatch.chdir(tmp_path / "r/deep/below")
    assert cli("check").stdout.startswith(b"dev: pending")
    (tmp_path / "infrahub-migrator.yaml").write_text(PROJECT, "utf-8")
    (tmp_path / "r/infrahub-migrator.yaml").unlink()
    done = cli("check")
    assert done.returncode == 2
    assert b"no file is named. Name a FILE" in done.stderr
    done = cli("check", "--config", "../../../infrahub-migrator.yaml")
    assert done.stderr.count(b"there is no such file") == 3


def test_a_shared_base_is_not_written_while_a_release_is_undecided(cli: Cli, tmp_path: Path) -> None:
    text = PROJECT.replace("prod.yaml], answers: {redis-db: 2}}", "prod.yaml]}")
    write(tmp_path, {**FILES, "infrahub-migrator.yaml": text})
    done = cli("migrate", "--non-interactive")
    assert done.returncode == 3
    assert b"nothing was written to dev and prod, whose releases are written together: first fix prod." in done.stderr
    assert (tmp_path / "base.yaml").read_text("utf-8") == BASE
    assert (tmp_path / "dev.yaml").read_text("utf-8") == FILES["dev.yaml"]
    assert (tmp_path / "alone.yaml").read_text("utf-8") == whole_after("redis-alone")


def test_a_shared_base_that_is_wrong_for_one_release_is_refused(cli: Cli, tmp_path: Path) -> None:
    """What separate services need in the base would start the services of a single deployment twice."""
    single = "infrahub: {prefect-server: {backgroundServices: {runAsSeparateDeployment: false}}}\n"
    write(tmp_path, {**FILES, "dev.yaml": single})
    done = cli("migrate", "--non-interactive")
    assert done.returncode == 2
    assert b"dev: base.yaml would change for other releases in a way that is wrong for this one: " in done.stderr
    assert {name: (tmp_path / name).read_text("utf-8") for name in ("base.yaml", "dev.yaml", "prod.yaml")} == {
        "base.yaml": BASE,
        "dev.yaml": single,
        "prod.yaml": FILES["prod.yaml"],
    }


@pytest.mark.parametrize(
    ("keeps", "reason"),
    [
        ("dev", "backgroundServices.env.PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED would not be as its own answers"),
        ("prod", "it would have to decide --custom-toggles then. Answer alike for all that share a file"),
    ],
)
def test_the_refusal_says_why_a_shared_base_is_wrong(cli: Cli, tmp_path: Path, keeps: str, reason: str) -> None:
    """The toggle that one release keeps would be the last one of the other, which had no question before."""
    logger = "PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED"
    base = skeleton.values("webserver-only triggers-off", f"triggers-on {logger}=true", ["db: 1"])
    project = PROJECT.replace(f"{keeps}.yaml], answers: {{", f"{keeps}.yaml], answers: {{event-logger: keep, ")
    write(tmp_path, {**FILES, "base.yaml": base, "infrahub-migrator.yaml": project})
    done = cli("migrate", "base.yaml", "--non-interactive")
    errors = " ".join(done.stderr.decode().split())
    assert done.returncode == 2
    assert f"would change for other releases in a way that is wrong for this one: {reason}" in errors
    assert (tmp_path / "base.yaml").read_text("utf-8") == base


def test_a_shared_base_is_not_written_while_a_release_cannot_be_read(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "dev.yaml": "a: [\n"})
    done = cli("migrate", "--non-interactive")
    assert done.returncode == 2
    assert b"prod: shares files with dev, which cannot be read." in done.stderr
    assert (tmp_path / "base.yaml").read_text("utf-8") == BASE


def test_a_diff_of_releases_with_a_shared_base_applies(cli: Cli, tmp_path: Path) -> None:
    import subprocess

    write(tmp_path, FILES)
    patch = cli("diff").stdout
    assert patch.count(b"--- a/base.yaml") == 1
    subprocess.run(["patch", "-p1"], input=patch, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "base.yaml").read_text("utf-8") == BASE_AFTER
    assert (tmp_path / "prod.yaml").read_text("utf-8") == overlay_after("redis-prod")


def test_the_report_has_one_digest_for_a_shared_file(cli: Cli, tmp_path: Path) -> None:
    """Compared with the files, the report has one digest per file, whichever release made the change."""
    import hashlib

    write(tmp_path, FILES)
    assert cli("migrate", "--non-interactive", "--report", "record.json").returncode == 0
    releases = json.loads((tmp_path / "record.json").read_text("utf-8"))["files"]
    layers = [layer for release in releases for layer in release["layers"]]
    assert [layer["path"] for layer in layers].count("base.yaml") == 2
    for layer in layers:
        now = hashlib.sha256((tmp_path / layer["path"]).read_bytes()).hexdigest()
        assert layer["sha256_after"] == now, layer
        assert layer["changed"] == (layer["sha256_before"] != now)
    for release in releases:
        changed = {layer["path"].rpartition("/")[2] for layer in release["layers"] if layer["changed"]}
        assert {Path(backup).name.partition(".yaml.")[0] + ".yaml" for backup in release["backups"]} == changed


def test_a_markdown_diff_says_where_a_shared_file_is_shown(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, FILES)
    text = cli("diff", "--format", "markdown").stdout.decode()
    parts = {part.partition("`\n")[0]: part for part in text.split("\n## `")[1:]}
    assert "Changes of `base.yaml`, which several releases share, are also listed under `prod`." in parts["dev"]
    assert "The diff of `base.yaml`, which several releases share, is under `dev`." in parts["prod"]
    assert "several releases share" not in parts["alone"]


def test_flag_beats_answers_file_beats_release_beats_defaults(cli: Cli, tmp_path: Path) -> None:
    text = "version: 1\ndefaults: {answers: {redis-db: 3}}\nreleases:\n  - {name: a, layers: [alone.yaml]@}\n"
    write(tmp_path, {"alone.yaml": whole("redis-alone"), "answers": "releases: {a: {redis-db: 5}}\n"})

    def database(own: str, *flags: str) -> str:
        (tmp_path / "infrahub-migrator.yaml").write_text(text.replace("@", own), "utf-8")
        report = json.loads(cli("plan", "--format", "json", *flags).stdout)["files"][0]
        return str(next(each["answer"] for each in report["questions"] if each["id"] == "redis-db"))

    own = ", answers: {redis-db: 4}"
    assert database("") == "3"
    assert database(own) == "4"
    assert database(own, "--answers", "answers") == "5"
    assert database(own, "--answers", "answers", "--redis-db", "6") == "6"


def test_the_version_of_an_object_wins_over_the_project_file(cli: Cli, tmp_path: Path) -> None:
    text = (
        "version: 1\ndefaults: {from: 4.13.0-small, to: 4.14.0, chart: infrahub-enterprise}\nreleases:\n"
        "  - {name: plain, layers: [plain.yaml], from: 4.13.0-large, namespace: prod}\n"
        "  - {name: flux, layers: [flux.yaml]}\n"
    )
    write(tmp_path, {"plain.yaml": whole("a"), "flux.yaml": flux(whole("b"), "4.13.0-medium")})
    (tmp_path / "infrahub-migrator.yaml").write_text(text, "utf-8")
    found = [(each["from"], each["to"]) for each in json.loads(cli("plan", "--format", "json").stdout)["files"]]
    assert found == [("4.13.0-large", "4.14.0-large"), ("4.13.0-medium", "4.14.0-medium")]
    report = json.loads(cli("plan", "--format", "json", "--to", "4.18.0").stdout)
    assert [each["to"] for each in report["files"]] == ["4.18.0-large", "4.18.0-medium"]


def test_a_secret_from_the_environment_is_masked(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKET_URL", "redis://:hunter22@redis-alone:6379/2")
    text = "version: 1\nreleases: [{name: a, layers: [alone.yaml], answers: {docket-url: {from-env: DOCKET_URL}}}]\n"
    write(tmp_path, {"alone.yaml": whole("redis-alone"), "infrahub-migrator.yaml": text})
    for command in (("plan",), ("diff",), ("plan", "--format", "json"), ("migrate", "--non-interactive")):
        done = cli(*command)
        assert done.returncode == 0, done.stderr
        assert b"hunter22" not in done.stdout + done.stderr
    assert "hunter22" in (tmp_path / "alone.yaml").read_text("utf-8")


def test_only_a_docket_url_may_come_from_the_environment(cli: Cli, tmp_path: Path) -> None:
    """A project file comes with its repository, and must not leak the environment of a CI runner."""
    text = "version: 1\nreleases: [{name: a, layers: [alone.yaml], answers: {redis-db: {from-env: HOME}}}]\n"
    write(tmp_path, {"alone.yaml": whole("redis-alone"), "infrahub-migrator.yaml": text})
    for command in ("check", "plan", "verify"):
        done = cli(command)
        assert done.returncode == 2
        assert b"infrahub-migrator.yaml:2: redis-db must not come from the environment; only docket-url" in done.stderr


def test_a_default_that_names_a_redis_is_refused_for_several_releases(cli: Cli, tmp_path: Path) -> None:
    text = PROJECT.replace("releases:", "defaults: {answers: {redis-host: r}}\nreleases:")
    write(tmp_path, {**FILES, "infrahub-migrator.yaml": text})
    done = cli("check")
    assert done.returncode == 2
    assert b"infrahub-migrator.yaml:2: redis-host names one Redis, and 3 releases are listed here" in done.stderr


def test_an_unknown_question_is_reported_with_its_line(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "infrahub-migrator.yaml": PROJECT.replace("redis-db: 2", "redis-bd: 2", 1)})
    done = cli("check")
    assert done.returncode == 2
    assert b"infrahub-migrator.yaml:3: there is no question 'redis-bd'" in done.stderr


def test_init_writes_its_doubts_as_comments(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, {f"t/{number:02}.yaml": whole(f"redis{number}") for number in range(17)})
    write(tmp_path, {"t/over.yaml": overlay("x"), "t/yes.yaml": "infrahub: [\n", "t/x/no.yaml": whole("no")})
    done = cli("init", "t")
    assert done.stdout.startswith(b"t/infrahub-migrator.yaml: 1 release, 19 in doubt (see its comments)")
    text = (tmp_path / "t/infrahub-migrator.yaml").read_text("utf-8")
    assert "  - name: x/no\n    layers: [x/no.yaml]\n" in text
    assert "# - over.yaml: builds on a base, but nothing says which of the 17 complete values files" in text


@pytest.mark.parametrize("name", ["project", "report", "answers", "migrations"])
def test_schemas_are_printed(cli: Cli, name: str) -> None:
    done = cli("schema", name)
    schema = json.loads(done.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:infrahub-migrator:schema:{name}:1"
    assert cli("schema", "reprot").stderr.startswith(b"infrahub-migrator: there is no schema 'reprot' (did you mean r")


def test_undo_restores_the_files_of_the_project(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, FILES)
    assert b"infrahub-migrator.yaml: none of its releases has a file with a backup." in cli("undo").stderr
    assert cli("migrate", "--non-interactive").returncode == 0
    assert cli("undo").returncode == 0
    assert {name: (tmp_path / name).read_text("utf-8") for name in FILES} == FILES
    (tmp_path / "infrahub-migrator.yaml").unlink()
    assert b"no file is named. Name a FILE." in cli("undo").stderr


@pytest.mark.parametrize("command", [("check",), ("migrate", "--non-interactive"), ("plan", "--format", "json")])
def test_a_project_without_releases_is_an_error(cli: Cli, tmp_path: Path, command: tuple[str, ...]) -> None:
    write(tmp_path, {"infrahub-migrator.yaml": "version: 1\nreleases: []\n", "a.yaml": whole("a")})
    done = cli(*command)
    assert done.returncode == 2
    assert b"infrahub-migrator.yaml: lists no release. List them, or name a FILE." in done.stderr
    assert cli("check", "a.yaml").returncode == 1


SHARED = {
    "base.yaml": whole("redis"),
    "dev.yaml": "infrahub: {prefect-server: {server: {replicaCount: 1}}}\n",
    "prod.yaml": "infrahub: {prefect-server: {server: {replicaCount: 3}}}\n",
    "infrahub-migrator.yaml": """\
version: 1
releases:
  - {name: dev, layers: [base.yaml, dev.yaml], namespace: dev, answers: {redis-db: 2}}
  - {name: prod, layers: [base.yaml, prod.yaml], namespace: prod, answers: {redis-db: 2}}
""",
}


def test_a_release_counts_as_migrated_if_only_its_base_changes(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, SHARED)
    done = cli("migrate", "--non-interactive")
    assert done.returncode == 0, done.stderr
    assert b"dev: migrated" in done.stdout and b"prod: migrated" in done.stdout
    assert b"--namespace dev -f base.yaml -f dev.yaml" in done.stdout
    assert b"--namespace prod -f base.yaml -f prod.yaml" in done.stdout
    assert done.stdout.count(b"infrahub-migrator undo base.yaml\n") == 1
    assert b"To roll back:" not in done.stdout  # neither can be rolled back without the base
    assert (tmp_path / "base.yaml").read_text("utf-8") == whole_after("redis")
    again = cli("migrate", "--non-interactive").stdout
    assert b"dev: current" in again and b"migrated" not in again.split(b"\n")[0]


def test_saved_answers_replay_for_every_release_over_a_shared_base(cli: Cli, tmp_path: Path) -> None:
    """Once one release has changed the base, the other has no question left, but its answer is needed as well."""
    unanswered = SHARED["infrahub-migrator.yaml"].replace(", answers: {redis-db: 2}", "")
    write(tmp_path, {**SHARED, "infrahub-migrator.yaml": unanswered})
    assert cli("migrate", "base.yaml", "--redis-db", "2", "--non-interactive", "--save-answers", "a").returncode == 0
    migrated = (tmp_path / "base.yaml").read_text("utf-8")
    (tmp_path / "base.yaml").write_text(SHARED["base.yaml"], "utf-8")
    done = cli("migrate", "base.yaml", "--answers", "a", "--non-interactive")
    assert (done.returncode, (tmp_path / "base.yaml").read_text("utf-8")) == (0, migrated), done.stderr
    assert (tmp_path / "a").read_text("utf-8").count('answer: "2"') == 2
    assert b"was not used" not in done.stderr


def test_two_dockets_in_one_base_are_refused_with_a_remedy(cli: Cli, tmp_path: Path) -> None:
    project = SHARED["infrahub-migrator.yaml"].replace(
        "namespace: prod, answers: {redis-db: 2}", "answers: {redis-db: 3}"
    )
    write(tmp_path, {**SHARED, "infrahub-migrator.yaml": project})
    done = cli("migrate", "--non-interactive")
    errors = " ".join(done.stderr.decode().split())
    assert (done.returncode, (tmp_path / "base.yaml").read_text("utf-8")) == (2, SHARED["base.yaml"])
    assert "dev: base.yaml would change for other releases in a way that is wrong for this one" in errors
    assert "set messaging.redis.host in this release's own file: its docket then goes there, too." in errors
    hosts = {name: overlay("redis") for name in ("dev.yaml", "prod.yaml")}
    write(tmp_path, {**SHARED, **hosts, "infrahub-migrator.yaml": project})
    assert cli("migrate", "--non-interactive").returncode == 0


TWICE = "MIGRATE_ON_START twice so far"


@pytest.mark.parametrize("pinned", [False, True])
def test_notices_describe_a_shared_base_as_it_was_before_the_run(cli: Cli, tmp_path: Path, pinned: bool) -> None:
    """The old chart sets the pin as well: with an entry in the file, a pod has had it twice."""
    base = skeleton.values(f"webserver-only {'pin ' if pinned else ''}register triggers-off", "triggers-on", ["db: 1"])
    listed = "releases:\n- {name: dev, layers: [base.yaml, dev.yaml]}\n- {name: prod, layers: [base.yaml, prod.yaml]}\n"
    texts = {"base.yaml": base, "dev.yaml": overlay("redis-dev"), "prod.yaml": overlay("redis-prod")}
    write(tmp_path, {**texts, "infrahub-migrator.yaml": f"version: 1\n{listed}"})
    done = cli("migrate", "--non-interactive", "--redis-db", "2", "--format", "json")
    found = [[TWICE in each["text"] for each in file["notices"]] for file in json.loads(done.stdout)["files"]]
    assert [any(each) for each in found] == [pinned, pinned]


def test_a_pin_may_come_from_the_migration_of_another_release(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, {"base.yaml": BASE_AFTER, "prod.yaml": overlay("redis-prod")})
    shown = " ".join(cli("plan", "-f", "base.yaml", "-f", "prod.yaml").stdout.decode().split())
    assert TWICE not in shown  # none of its changes is decided yet
    options = ("--redis-db", "2")
    shown = " ".join(cli("plan", "-f", "base.yaml", "-f", "prod.yaml", *options).stdout.decode().split())
    assert f"{TWICE} (unless base.yaml has it only since that file was migrated)" in shown


def test_an_option_that_is_wrong_for_one_release_names_it(cli: Cli, tmp_path: Path) -> None:
    """One release is past the target already."""
    listed = PROJECT.replace("{name: prod,", "{name: prod, from: 4.21.2,")
    write(tmp_path, {**FILES, "infrahub-migrator.yaml": listed})
    done = cli("check", "--to", "4.14.1")
    error = done.stderr.decode()
    assert (done.returncode, error.partition(" is below")[0]) == (2, "infrahub-migrator: prod: 4.14.1")


def test_each_backup_is_printed_once(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, FILES)
    lines = cli("migrate", "--non-interactive").stdout.decode().splitlines()
    backups = [line.partition("backup: ")[2] for line in lines if "backup: " in line]
    assert sorted(backups) == sorted(map(str, tmp_path.rglob("*.bak")))


@pytest.mark.parametrize("folder", ["", "kept"])
def test_undo_of_one_file_names_the_others_of_its_run(cli: Cli, tmp_path: Path, folder: str) -> None:
    texts = {"base.yaml": BASE, "dev.yaml": overlay("redis-dev"), "other.yaml": whole("redis-eu")}
    write(tmp_path, texts)
    options = ("--backup-dir", folder) if folder else ()
    (tmp_path / "kept").mkdir()
    assert cli("migrate", "-f", "base.yaml", "-f", "dev.yaml", "--redis-db", "2", *options).returncode == 0
    done = cli("undo", "base.yaml", *options)
    command = f"infrahub-migrator undo {'--backup-dir kept ' * bool(folder)}dev.yaml\n"
    assert f"dev.yaml was migrated in the same run, and stays so. To restore it too: {command}" in (
        done.stderr.decode()
    )
    done = cli("undo", "dev.yaml", *options)
    assert (done.returncode, done.stderr) == (0, b"")
    assert {name: (tmp_path / name).read_text("utf-8") for name in texts} == texts


@pytest.mark.parametrize("folder", ["", "kept"])
def test_undo_names_no_file_of_another_run_in_the_same_second(cli: Cli, tmp_path: Path, folder: str) -> None:
    options = ("--redis-db", "2", *(("--backup-dir", folder) if folder else ()))
    write(tmp_path, {"a.yaml": whole("redis-a"), "b.yaml": whole("redis-b")})
    (tmp_path / "kept").mkdir()
    for name in ("a.yaml", "b.yaml"):
        assert cli("migrate", name, *options).returncode == 0
        (backup,) = (tmp_path / folder).glob(f"{name}.*.bak")
        backup.rename(backup.with_name(re.sub(r"\d{8}T\d{6}Z", "20260624T101500Z", backup.name)))
    done = cli("undo", "a.yaml", *options[2:])
    assert (done.returncode, done.stderr) == (0, b"")


def test_undo_names_files_of_the_run_in_other_folders(cli: Cli, tmp_path: Path) -> None:
    listed = "version: 1\nreleases: [{name: dev, layers: [base.yaml, dev/values.yaml], answers: {redis-db: 2}}]\n"
    write(tmp_path, {"base.yaml": BASE, "dev/values.yaml": overlay("redis-dev"), "infrahub-migrator.yaml": listed})
    assert cli("migrate", "--non-interactive").returncode == 0
    assert b"infrahub-migrator undo dev/values.yaml\n" in cli("undo", "base.yaml").stderr


def test_a_base_is_not_written_for_only_some_of_its_releases(cli: Cli, tmp_path: Path) -> None:
    """prod would get a base that is right for dev, without being asked, and no docket."""
    keeps = PROJECT.replace(
        "prod.yaml], answers: {redis-db: 2}", "prod.yaml], answers: {redis-db: 2, event-logger: keep}"
    )
    write(tmp_path, {**FILES, "infrahub-migrator.yaml": keeps})
    done = cli("migrate", "dev.yaml", "alone.yaml", "--non-interactive")
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "infrahub-migrator: dev: base.yaml would change, but the project file also uses it for prod, which is not "
        "named. Name base.yaml, which covers all of them, or give this release its own copy first."
    ]
    assert {name: (tmp_path / name).read_text("utf-8") for name in FILES} == {
        **FILES,
        "infrahub-migrator.yaml": keeps,
        "alone.yaml": whole_after("redis-alone"),
    }


def test_an_overlay_is_written_alone_once_its_base_is_migrated(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, FILES)
    assert cli("migrate", "base.yaml", "--non-interactive").returncode == 0
    (tmp_path / "dev.yaml").write_text(overlay("redis-new"), "utf-8")
    done = cli("migrate", "dev.yaml", "--non-interactive")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "dev.yaml").read_text("utf-8") == overlay_after("redis-new")


def test_plan_names_the_other_releases_of_a_changed_file(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, FILES)
    output = b" ".join(cli("plan", "dev.yaml").stdout.split())
    assert (
        b"base.yaml is also a layer of prod, and is migrated for all of them at once: name it to include them all."
        in output
    )
    assert b"If other releases use this file too" not in output


WAITING = {
    **FILES,
    "base.yaml": whole("redis"),
    **dict.fromkeys(["dev.yaml", "prod.yaml"], "infrahub: {infrahubServer: {replicas: 1}}\n"),
    "infrahub-migrator.yaml": re.sub("name: (dev|prod),", r"name: \1, namespace: \1,", PROJECT),
}
"""Two releases with all Prefect values in their base, each with its own Redis of that name."""


@pytest.mark.parametrize("command", ["plan", "check", "diff"])
def test_every_release_of_a_shared_base_is_pending(cli: Cli, tmp_path: Path, command: str) -> None:
    """The change of the base is listed under one of its releases, but the others need it as much."""
    write(tmp_path, WAITING)
    done = json.loads(cli(command, "base.yaml", "--format", "json").stdout)
    assert [(each["path"], each["status"]) for each in done["files"]] == [("dev", "pending"), ("prod", "pending")]
    assert [bool(each["changes"]) for each in done["files"]] == [False, True]
    assert "base.yaml changes as this release needs it, too" in done["files"][0]["notices"][-1]["text"]
    assert done["totals"]["pending"] == 2
    assert done["exit_code"] == (1 if command == "check" else 0)
    assert cli("migrate", "base.yaml", "--non-interactive").returncode == 0
    done = json.loads(cli(command, "base.yaml", "--format", "json").stdout)
    assert [each["status"] for each in done["files"]] == ["current", "current"]


def test_in_junit_every_release_of_a_shared_base_fails(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, WAITING)
    text = cli("check", "base.yaml", "--format", "junit").stdout.decode()
    assert text.count("<failure ") == 2
    assert 'message="changes in a file that it shares, listed under another release"' in text


def test_values_that_a_listed_object_takes_get_no_line(cli: Cli, tmp_path: Path) -> None:
    """They are edited with the object; a line that asks to migrate them by hand would be wrong."""
    values = "".join(f"    {line}" if line.strip() else line for line in whole("redis").splitlines(keepends=True))
    items = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: ours}}\ndata:\n  values.yaml: |\n{values}"
    release = flux("infrahub: {infrahubServer: {replicas: 3}}\n", "4.13.0-medium")
    release = release.replace("  values:\n", "  valuesFrom: [{kind: ConfigMap, name: ours}]\n  values:\n")
    write(tmp_path, {"f/release.yaml": release, "f/items.yaml": items})
    assert cli("init").returncode == 0
    for command in ("check", "diff"):
        done = cli(command, ".", "--redis-db", "2")
        assert done.stderr == b"" and b"out-of-scope" not in done.stdout
    assert cli("migrate", "f", "--redis-db", "2", "--non-interactive").stderr == b""
    assert "docket:" in (tmp_path / "f/items.yaml").read_text("utf-8")
    write(tmp_path, {"f/items.yaml": items, "f/more.yaml": items.replace("name: ours", "name: others")})
    assert b"f/more.yaml: out-of-scope" in cli("check", ".", "--redis-db", "2").stdout
