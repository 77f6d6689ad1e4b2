"""Values files that a helmfile installs: it is read for the installed version and its line, and never written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .texts import AFTER, VALUES

Cli = Callable[..., Any]
PROD = "infrahub: {infrahubServer: {replicas: 3}}\n"
HELMFILE = """\
releases:
  - name: ours
    namespace: infrahub
    chart: opsmill/infrahub-enterprise
    version: 4.13.0-medium
    values: [values/base.yaml, values/prod.yaml]
    secrets: [values/prod.secrets.yaml]
  - name: podinfo
    chart: podinfo/podinfo
    version: 6.0.0
    values: [values/podinfo.yaml]
"""
LAYERS = ("-f", "values/base.yaml", "-f", "values/prod.yaml")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a helmfile that lists two layers of one release."""
    for folder in (".git", "values"):
        (tmp_path / folder).mkdir()
    (tmp_path / "values/base.yaml").write_text(VALUES, "utf-8")
    (tmp_path / "values/prod.yaml").write_text(PROD, "utf-8")
    (tmp_path / "values/podinfo.yaml").write_text("replicas: 1\n", "utf-8")
    (tmp_path / "helmfile.yaml").write_text(HELMFILE, "utf-8")
    return tmp_path


def report(cli: Cli, *arguments: str) -> Any:
    return json.loads(cli("plan", *arguments, "--redis-db", "2", "--format", "json").stdout)["files"][0]


def notices(found: Any) -> str:
    return "\n".join(each["text"] for each in found["notices"])


def test_the_version_is_evidence_and_the_helmfile_is_unchanged(cli: Cli, repository: Path) -> None:
    found = report(cli, *LAYERS)
    assert (found["from"], found["to"]) == ("4.13.0-medium", "4.18.0-medium")
    assert "infrahub-enterprise 4.13.0-medium (helmfile.yaml:5)" in found["evidence"]
    assert "helmfile.yaml:5 still names infrahub-enterprise 4.13.0-medium" in notices(found)
    assert "set it to 4.18.0-medium in the same change." in notices(found)
    assert "lists it over" not in notices(found)
    done = cli("migrate", *LAYERS, "--redis-db", "2", "--non-interactive")
    output = done.stdout.decode()
    assert "Write version 4.18.0-medium into helmfile.yaml, and upgrade file and chart in one go:" in output
    assert "\n    helmfile -f helmfile.yaml -l name=ours,namespace=infrahub apply\n" in output
    assert "helm rollback ours --namespace infrahub" in output
    assert "helm upgrade" not in output and "RELEASE" not in output
    assert (repository / "helmfile.yaml").read_text("utf-8") == HELMFILE
    assert (repository / "values/base.yaml").read_text("utf-8") == AFTER


def test_a_version_already_moved_is_not_mentioned(cli: Cli, repository: Path) -> None:
    (repository / "helmfile.yaml").write_text(HELMFILE.replace("4.13.0", "4.18.0"), "utf-8")
    assert "helmfile.yaml" not in notices(report(cli, *LAYERS))


def test_a_file_listed_over_others_names_them(cli: Cli, repository: Path) -> None:
    text = notices(report(cli, "values/prod.yaml"))
    assert "helmfile.yaml:2 lists it over other files: name them all (-f values/base.yaml -f values/prod.yaml)" in text


@pytest.mark.parametrize(
    ("version", "notice"),
    [
        ("~4.13.0", "helmfile.yaml:5 is ~4.13.0, which never reaches 4.18.0"),
        ("4.*", "helmfile.yaml:5: its chart version is a range (4.*)"),
        ("'{{ .Values.version }}'", "helmfile.yaml:5: its chart version is filled in from elsewhere"),
    ],
)
def test_a_version_that_is_not_exact_is_reported(cli: Cli, repository: Path, version: str, notice: str) -> None:
    text = HELMFILE.replace("4.13.0-medium", version)
    (repository / "helmfile.yaml").write_text(text, "utf-8")
    found = report(cli, *LAYERS, "--from", "4.13.0-medium")
    assert notice in notices(found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("4.13.0-medium", "4.13.0-medum"),
        ("opsmill/infrahub-enterprise", "opsmill/ours"),
        ("values/prod.yaml]", "values/other.yaml]"),
        ("  - name: podinfo\n    chart: podinfo/podinfo", "  - name: again\n    chart: opsmill/infrahub-enterprise"),
        ("releases:\n", "releases: [\n"),
    ],
)
def test_an_unclear_helmfile_is_not_used(cli: Cli, repository: Path, old: str, new: str) -> None:
    text = HELMFILE.replace("podinfo.yaml]", "prod.yaml]" if "again" in new else "podinfo.yaml]")
    assert old in text
    (repository / "helmfile.yaml").write_text(text.replace(old, new, 1), "utf-8")
    found = report(cli, *LAYERS)
    assert not found["from"] and "helmfile.yaml" not in notices(found) + " ".join(found["evidence"])


def test_a_helmfile_outside_the_repository_is_not_used(cli: Cli, tmp_path: Path) -> None:
    text = HELMFILE.replace("values/", "inside/values/")
    (tmp_path / "helmfile.yaml").write_text(text, "utf-8")
    folder = tmp_path / "inside/values"
    folder.mkdir(parents=True)
    (folder / "base.yaml").write_text(VALUES, "utf-8")
    (folder / "prod.yaml").write_text(PROD, "utf-8")
    layers = ("-f", "inside/values/base.yaml", "-f", "inside/values/prod.yaml")
    assert not report(cli, *layers)["from"]
    (tmp_path / "inside/.git").mkdir()
    assert not report(cli, *layers)["from"]
    (tmp_path / ".git").mkdir()
    (tmp_path / "inside/.git").rmdir()
    assert report(cli, *layers)["from"] == "4.13.0-medium"


def test_a_chart_yaml_next_to_the_values_wins_over_the_helmfile(cli: Cli, repository: Path) -> None:
    dependency = "{name: infrahub-enterprise, version: 4.12.0-medium}"
    text = f"apiVersion: v2\nname: platform\nversion: 1.0.0\ndependencies: [{dependency}]\n"
    (repository / "values/Chart.yaml").write_text(text, "utf-8")
    wrapped = {name: (repository / f"values/{name}.yaml").read_text("utf-8") for name in ("base", "prod")}
    for name, values in wrapped.items():
        inside = "".join(f"  {line}" if line.strip() else line for line in values.splitlines(keepends=True))
        (repository / f"values/{name}.yaml").write_text(f"infrahub-enterprise:\n{inside}", "utf-8")
    assert report(cli, *LAYERS)["from"] == "4.12.0-medium"


def test_a_release_that_is_not_installed_says_nothing(cli: Cli, repository: Path) -> None:
    """`helmfile apply` would remove it; one that is installed from the same file counts alone."""
    off = HELMFILE.replace("    version: 4.13.0", "    installed: false\n    version: 4.12.0", 1)
    (repository / "helmfile.yaml").write_text(off, "utf-8")
    assert not report(cli, *LAYERS)["from"]
    entries = HELMFILE.partition("releases:\n")[2]
    (repository / "helmfile.yaml").write_text(off + entries.replace("name: ours", "name: other"), "utf-8")
    assert report(cli, *LAYERS)["from"] == "4.13.0-medium"


INLINE = "{infrahub: {prefect-server: {backgroundServices: {env: []}}}}"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("values/prod.yaml]", f"values/prod.yaml, {INLINE}]", "values[2]."),
        ("[values/base", "[values/more.yaml.gotmpl, values/base", "values[0] (values/more.yaml.gotmpl)."),
        ("[values/base", "['values/{{ .Environment.Name }}.yaml', values/base", "values[0] (values/{{ .Envi"),
        ("    secrets:", "    set: [{name: a, value: b}]\n    secrets:", "set."),
        ("    secrets:", "    inherit: [{template: default}]\n    secrets:", "inherit."),
    ],
)
def test_values_that_are_not_read_are_reported(cli: Cli, repository: Path, old: str, new: str, what: str) -> None:
    """What it adds can override what is migrated: the files alone must not pass for the whole release."""
    (repository / "helmfile.yaml").write_text(HELMFILE.replace(old, new, 1), "utf-8")
    sentence = f"helmfile.yaml:2 gives this release values that are not read here, too: {what}"
    assert sentence in notices(report(cli, *LAYERS))
    assert cli("migrate", *LAYERS, "--redis-db", "2", "--non-interactive").returncode == 0
    again = report(cli, *LAYERS)
    assert again["status"] == "current" and sentence in notices(again)


def test_a_release_of_values_files_alone_gets_no_notice(cli: Cli, repository: Path) -> None:
    assert "not read here" not in notices(report(cli, *LAYERS))


@pytest.mark.parametrize(
    "folder", ["./charts/infrahub-enterprise", "../infrahub-enterprise", "local/infrahub-enterprise"]
)
def test_the_version_of_a_chart_in_a_folder_is_moved_there(cli: Cli, repository: Path, folder: str) -> None:
    """Helm ignores --version for a folder, and installs no newest one."""
    (repository / "local/infrahub-enterprise").mkdir(parents=True)
    text = HELMFILE.replace("opsmill/infrahub-enterprise", folder)
    for each in (text, text.replace("    version: 4.13.0-medium\n", "")):
        (repository / "helmfile.yaml").write_text(each, "utf-8")
        found = report(cli, *LAYERS)
        assert f"its chart is the folder {folder}: update that in the same change." in notices(found)
        assert not found["from"] and "newest is installed" not in notices(found)
    done = cli("migrate", *LAYERS, "--redis-db", "2", "--non-interactive")
    output = " ".join(done.stdout.decode().split())
    assert f"Update the chart in {folder} to 4.18.0, and upgrade file and chart in one go:" in output


def test_the_namespace_of_the_helmfile_wins_over_that_of_a_release(cli: Cli, repository: Path) -> None:
    (repository / "helmfile.yaml").write_text("namespace: everywhere\n" + HELMFILE, "utf-8")
    done = cli("migrate", *LAYERS, "--redis-db", "2", "--non-interactive")
    assert b"helmfile -f helmfile.yaml -l name=ours apply" in done.stdout
    assert b"helm rollback ours --namespace everywhere" in done.stdout


def test_encrypted_files_of_a_helmfile_count_wherever_they_are(cli: Cli, repository: Path) -> None:
    sealed = "infrahub: {prefect-server: {backgroundServices: {messaging: {redis: {password: 'ENC[x]'}}}}}\n"
    (repository / "secrets").mkdir()
    (repository / "secrets/prod.yaml").write_text(sealed + "sops: {mac: 'ENC[x]'}\n", "utf-8")
    listed = HELMFILE.replace("values/prod.secrets.yaml", "secrets/prod.yaml")
    for text, is_expected in ((HELMFILE, False), (listed, True)):
        (repository / "helmfile.yaml").write_text(text, "utf-8")
        is_reported = "The docket URL has no password, but secrets/prod.yaml, which is encrypted" in notices(
            report(cli, *LAYERS)
        )
        assert is_reported is is_expected


def test_with_several_releases_a_warning_names_its_release(cli: Cli, repository: Path) -> None:
    (repository / "values/other.yaml").write_text(VALUES.replace("redis.prod", "redis.other"), "utf-8")
    text = HELMFILE.replace("[values/base.yaml, values/prod.yaml]", "[values/base.yaml]")
    (repository / "helmfile.yaml").write_text(text, "utf-8")
    errors = cli("diff", "values/other.yaml", "values/base.yaml", "--redis-db", "2").stderr.decode()
    assert "infrahub-migrator: warning: values/base.yaml: helmfile.yaml:5 still names" in errors
    errors = cli("diff", "values/base.yaml", "--redis-db", "2").stderr.decode()
    assert "infrahub-migrator: warning: helmfile.yaml:5 still names" in errors
