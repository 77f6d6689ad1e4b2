"""A release as a source of values: what Helm knows is not asked for, and what files lack is reported."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.conftest import USER
from tests.cluster.server import Cluster, Revision

Cli = Callable[..., Any]
HERE = ("--release", "infrahub", "--namespace", "prod")
VALUES = """\
infrahub:
  prefect-server:
    backgroundServices:
      messaging:
        redis:
          db: 1
          host: redis.prod
"""


def revision(values: dict[str, Any], **about: Any) -> Revision:
    known = {"name": "infrahub", "namespace": "prod", "version": 7, "chart": "infrahub-enterprise"}
    return Revision(**{**known, "chart_version": "4.13.0-medium", "values": values, **about})


def report(done: Any) -> dict[str, Any]:
    (file,) = json.loads(done.stdout)["files"]
    assert isinstance(file, dict)
    return file


def test_nothing_is_asked_that_the_cluster_knows(cli: Cli, cluster: Cluster) -> None:
    """The host of a bundled Redis contains the name of the release and its namespace."""
    bundled = {"prefect-server": {"redis": {"enabled": True}, "backgroundServices": {"runAsSeparateDeployment": True}}}
    cluster.releases = [revision(bundled, chart="infrahub", chart_version="4.27.0")]
    options = ("--to", "4.28.0", "--redis-db", "2", "--answer", "docket-password=reference", "--format", "json")
    file = report(cli("plan", *HERE, *options))
    assert (file["path"], file["chart"], file["from"]) == ("prod/infrahub", "infrahub", "4.27.0")
    assert [each["id"] for each in file["questions"]] == ["docket-password", "redis-db"]
    (url,) = [each["after"] for each in file["changes"] if each["path"].endswith("docket.url")]
    assert url.endswith("@infrahub-redis-headless.prod.svc.cluster.local:6379/2")


def test_the_output_is_the_values_of_the_release_with_the_changes(cli: Cli, cluster: Cluster, tmp_path: Path) -> None:
    cluster.releases = [revision(USER)]
    assert cli("diff", *HERE, "--redis-db", "2", "--exit-code").returncode == 1
    done = cli("migrate", *HERE, "--redis-db", "2", "--non-interactive", "--output", "-")
    assert done.returncode == 0
    assert done.stdout.decode() == VALUES + "        docket:\n          url: redis://redis.prod:6379/2\n"
    assert list(tmp_path.iterdir()) == []


def test_saved_answers_replay(cli: Cli, cluster: Cluster, tmp_path: Path) -> None:
    cluster.releases = [revision(USER)]
    where = (*HERE, "--output", "new.yaml", "--non-interactive")
    assert cli("migrate", *where, "--redis-db", "5", "--save-answers", "answers.yaml").returncode == 0
    text = (tmp_path / "answers.yaml").read_text(encoding="utf-8")
    assert "migrate --release infrahub --namespace prod --output new.yaml --answers answers.yaml" in text
    (tmp_path / "new.yaml").unlink()
    assert cli("migrate", *where, "--answers", "answers.yaml").returncode == 0
    assert "redis://redis.prod:6379/5" in (tmp_path / "new.yaml").read_text(encoding="utf-8")


def test_checking_a_file_loads_no_cluster_code(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(VALUES, encoding="utf-8")
    code = (
        "import sys; from migrator.cli.main import run_command_line; run_command_line(['check', 'values.yaml']); "
        "print([name for name in sys.modules if 'cluster' in name or name in ('subprocess', 'selectors')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]", done.stdout + done.stderr


def test_migrating_a_release_needs_output(cli: Cli, cluster: Cluster) -> None:
    cluster.releases = [revision(USER)]
    done = cli("migrate", *HERE, "--redis-db", "2", "--non-interactive")
    assert done.returncode == 2 and b"--output values.yaml" in done.stderr
    assert cluster.requests == []
    done = cli("migrate", *HERE, "--redis-db", "2", "--non-interactive", "--dry-run")
    assert done.returncode == 0 and b"dry run: nothing was written" in done.stderr


def test_a_release_without_custom_values_can_be_checked(cli: Cli, cluster: Cluster) -> None:
    cluster.releases = [revision({}, chart_version="4.14.0-medium")]
    file = report(cli("check", *HERE, "--to", "4.14.0", "--format", "json"))
    assert file["chart"] == "infrahub-enterprise" and file["flavour"] == "medium" and not file["error"]


def test_the_next_commands_name_the_release_and_its_cluster(cli: Cli, cluster: Cluster, tmp_path: Path) -> None:
    cluster.releases = [revision(USER)]
    (tmp_path / "kubeconfig").write_text(cluster.kubeconfig(), encoding="utf-8")
    access = ("--kubeconfig", "kubeconfig", "--kube-context", "tests")
    page = cli("diff", *HERE, *access, "--redis-db", "2", "--format", "markdown").stdout.decode()
    assert (
        "infrahub-migrator migrate --release infrahub --namespace prod --kube-context tests --kubeconfig kubeconfig "
        "--output values.yaml" in page
    )
    done = cli("migrate", *HERE, *access, "--redis-db", "2", "--non-interactive", "--output", "new.yaml")
    assert (
        "helm upgrade infrahub REPO/infrahub-enterprise --version 4.18.0-medium --namespace prod --kube-context tests "
        "--kubeconfig kubeconfig -f new.yaml" in done.stderr.decode()
    )
    assert "helm rollback infrahub 7 --namespace prod --kube-context tests" in done.stderr.decode()
    secret = ("--docket-secret", "docket", "--output", "new.yaml", "--non-interactive")
    output = cli("migrate", *HERE, *access, *secret).stderr.decode()
    assert "kubectl create secret generic docket --namespace prod --context tests --kubeconfig kubeconfig" in output


def test_the_kubeconfig_is_passed_to_helm_and_kubectl(
    cli: Cli, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HELM_KUBEAPISERVER")
    (tmp_path / "kubeconfig").write_text(cluster.kubeconfig(), encoding="utf-8")
    cluster.releases = [revision(USER, chart_version="4.14.0-medium")]
    for given in (("--kubeconfig", "kubeconfig"), ("--kubeconfig", "kubeconfig", "--kube-context", "tests")):
        assert report(cli("verify", *HERE, *given, "--deployed", "--format", "json"))["error"] == ""
    monkeypatch.setenv("KUBECONFIG", "kubeconfig")
    monkeypatch.setenv("HELM_NAMESPACE", "prod")
    assert report(cli("check", "--release", "infrahub", "--format", "json"))["path"] == "prod/infrahub"


def test_given_files_are_edited_and_other_values_reported(cli: Cli, cluster: Cluster, tmp_path: Path) -> None:
    typed = json.loads(json.dumps(USER))
    typed["infrahub"]["prefect-server"]["server"] = {"replicaCount": 3, "podLabels": {"a": "b"}}
    typed["infrahub"]["prefect-server"]["backgroundServices"]["messaging"]["redis"]["db"] = 4
    cluster.releases = [revision(typed)]
    path = tmp_path / "values.yaml"
    path.write_text(VALUES, encoding="utf-8")
    file = report(cli("plan", "-f", "values.yaml", *HERE, "--redis-db", "2", "--format", "json"))
    warnings = [each["text"] for each in file["notices"] if each["severity"] == "warning"]
    assert any(
        "has 2 values that are in no file named here: infrahub.prefect-server.server.podLabels.a, "
        "infrahub.prefect-server.server.replicaCount" in each
        for each in warnings
    )
    assert any("differ in infrahub.prefect-server.backgroundServices.messaging.redis.db" in each for each in warnings)
    assert (file["path"], file["from"]) == ("values.yaml", "4.13.0-medium")
    assert cli("migrate", "-f", "values.yaml", *HERE, "--redis-db", "2", "--non-interactive").returncode == 0
    assert path.read_text(encoding="utf-8").startswith(VALUES) and "docket" in path.read_text(encoding="utf-8")


def test_files_that_match_the_release_give_no_notice(cli: Cli, cluster: Cluster, tmp_path: Path) -> None:
    cluster.releases = [revision(USER)]
    (tmp_path / "values.yaml").write_text(VALUES, encoding="utf-8")
    file = report(cli("plan", "-f", "values.yaml", *HERE, "--redis-db", "2", "--format", "json"))
    assert not any("in no file" in each["text"] or "differ in" in each["text"] for each in file["notices"])


def test_an_umbrella_chart_is_recognised_by_its_dependency(cli: Cli, cluster: Cluster) -> None:
    inner = {
        "name": "infrahub-enterprise",
        "version": "4.13.0-medium",
        "repository": "oci://example.org",
        "alias": "ih",
    }
    cluster.releases = [revision({"ih": USER}, chart="platform", chart_version="1.2.3", dependencies=(inner,))]
    file = report(cli("plan", *HERE, "--redis-db", "2", "--format", "json"))
    assert (file["chart"], file["from"], file["root"]) == (
        "infrahub-enterprise", "4.13.0-medium", "ih.infrahub.prefect-server"
    )  # fmt: skip
    assert "infrahub-enterprise 4.13.0-medium (a dependency of platform, helm get metadata)" in file["evidence"]


def test_a_release_managed_by_flux_gets_a_warning(cli: Cli, cluster: Cluster) -> None:
    labels = "    helm.toolkit.fluxcd.io/name: infra\n    helm.toolkit.fluxcd.io/namespace: flux\n"
    manifest = f"---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  labels:\n{labels}"
    cluster.releases = [revision(USER, manifest=manifest)]
    file = report(cli("plan", *HERE, "--redis-db", "2", "--format", "json"))
    assert file["release"] == {
        "name": "infrahub", "namespace": "prod", "revision": 7, "status": "deployed",
        "managed_by": "Flux's HelmRelease infra in flux",
    }  # fmt: skip
    (notice,) = [each for each in file["notices"] if "HelmRelease" in each["text"]]
    assert notice["severity"] == "warning" and "undoes a helm upgrade run by hand" in notice["text"]
    cluster.releases = [revision(USER, manifest=manifest.replace(labels, "    a: b\n"))]
    assert report(cli("plan", *HERE, "--format", "json"))["release"]["managed_by"] == ""


def test_a_release_of_another_chart_is_refused(cli: Cli, cluster: Cluster) -> None:
    cluster.releases = [revision({"auth": {"enabled": True}}, chart="redis", chart_version="20.0.0")]
    assert cli("check", *HERE).returncode == 2


def test_all_releases_of_a_cluster_are_checked(cli: Cli, cluster: Cluster) -> None:
    other = {"prefect-server": {"server": {"replicaCount": 1}}}
    cluster.releases = [
        revision(USER),
        revision(USER, version=8, status="failed"),
        revision(other, name="staging", namespace="dev", chart="infrahub", chart_version="4.27.0"),
        revision(
            other, name="waiting", namespace="dev", chart="infrahub", chart_version="4.27.0", status="pending-install"
        ),
        revision({}, name="cache", namespace="dev", chart="redis", chart_version="20.0.0"),
        revision({}, name="x", namespace="dev", chart="infrahub-tools", chart_version="1.0.0"),
    ]
    for options in ((), ("--all-namespaces",)):
        done = cli("check", "--all-releases", *options)
        lines = done.stdout.decode().splitlines()
        assert done.returncode == 1
        assert [line.partition(":")[0] for line in lines[:-1]] == ["dev/staging", "dev/waiting", "prod/infrahub"]
        assert lines[-1].startswith("3 releases: 1 to decide, 2 current")
    done = cli("check", "--all-releases", "--namespace", "dev")
    assert (done.returncode, done.stdout.decode().count("dev/")) == (0, 2)
    files = json.loads(cli("check", "--all-releases", "--format", "json").stdout)["files"]
    assert len(files) == 3


def test_two_releases_on_one_database_are_reported(cli: Cli, cluster: Cluster) -> None:
    migrated = json.loads(json.dumps(USER))
    migrated["infrahub"]["prefect-server"]["backgroundServices"]["messaging"]["docket"] = {
        "url": "redis://redis.prod:6379/2"
    }
    cluster.releases = [
        revision(migrated, namespace=namespace, chart_version="4.14.0-medium") for namespace in ("one", "two")
    ]
    files = json.loads(cli("check", "--all-releases", "--format", "json").stdout)["files"]
    texts = [each["text"] for file in files for each in file["notices"]]
    assert sum("redis.prod:6379" in each and "/infrahub" in each for each in texts) == 2, texts


def test_the_helm_plugin_uses_the_options_that_helm_passes(
    cli: Cli, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Helm removes its own options from the arguments of a plugin, and passes them in the environment."""
    cluster.releases = [revision(USER), revision(USER, namespace="dev")]
    (tmp_path / "kubeconfig").write_text(cluster.kubeconfig(), encoding="utf-8")
    for name, value in (
        ("HELM_PLUGIN_NAME", "infrahub-migrate"),
        ("HELM_NAMESPACE", "prod"),
        ("HELM_KUBECONTEXT", "tests"),
        ("HELM_KUBETOKEN", ""),
        ("HELM_KUBEINSECURE_SKIP_TLS_VERIFY", "false"),
        ("KUBECONFIG", str(tmp_path / "kubeconfig")),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("HELM_KUBEAPISERVER")
    assert [line.partition(":")[0] for line in cli("check", "--all-releases").stdout.decode().splitlines()] == [
        "prod/infrahub"
    ]
    done = cli("migrate", "--release", "infrahub", "--redis-db", "2", "--non-interactive", "--output", "new.yaml")
    assert "--namespace prod --kube-context tests -f new.yaml" in done.stderr.decode()
    assert cli("verify", "--release", "infrahub", "--deployed").returncode == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "--all-releases", "--release", "x"], "give only one of them"),
        (["check", "--all-releases", "values.yaml"], "names other ones"),
        (["plan", "--release", "x", "values.yaml"], "with -f"),
        (["plan", "values.yaml", "--kube-context", "x"], "Add --release NAME"),
        (["check", "values.yaml", "--all-namespaces"], "Add --all-releases"),
        (["verify", "values.yaml", "--deployed"], "Add --release NAME"),
        (["check", "--all-releases", "--all-namespaces", "--namespace", "x"], "exclude each other"),
        (["plan", "--release", "x", "--release-name", "y"], "leave out --release-name"),
        (["plan", "--release", "-x"], "expected one argument"),
        (["plan", "--release=--debug"], "not a release name"),
        (["plan", "--release", "Upper"], "not a release name"),
        (["diff", "--rendered", "--release", "x"], "--chart-path is missing"),
        (["plan", "--all-releases"], "unrecognized arguments"),
    ],
)
def test_contradictory_options_are_a_usage_error(cli: Cli, arguments: list[str], message: str) -> None:
    """Reported before any request, and without helm too."""
    done = cli(*arguments)
    assert done.returncode == 2 and message in done.stderr.decode(), done.stderr
