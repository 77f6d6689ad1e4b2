"""A cluster that gives no answer: each reason in one sentence, exit 2, and no endless wait."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.cluster import access, errors
from tests.cluster.conftest import USER
from tests.cluster.server import Cluster, Revision
from tests.signals import reset_signals

Cli = Callable[..., Any]
HERE = ("--release", "infrahub", "--namespace", "prod")


def error(cli: Cli, *arguments: str) -> str:
    """The one sentence of the error, which is the same in JSON."""
    done = cli(*arguments)
    assert (done.returncode, done.stdout) == (2, b""), done
    report = json.loads(cli(*arguments, "--format", "json").stdout)
    message = done.stderr.decode().removeprefix("infrahub-migrator: ").strip()
    assert message in (report["error"], *(file["error"] for file in report["files"]))
    assert "Traceback" not in message and "\n" not in message
    return str(message)


@pytest.fixture
def one_release(cluster: Cluster) -> Cluster:
    cluster.releases = [Revision("infrahub", "prod", 7, "infrahub-enterprise", "4.14.0-medium", USER)]
    return cluster


def test_a_missing_release_is_reported(cli: Cli, one_release: Cluster) -> None:
    message = error(cli, "plan", "--release", "infrahub", "--namespace", "dev")
    assert "no release infrahub in namespace dev. There is one in prod: name it with --namespace." in message
    assert "did you mean infrahub?" in error(cli, "plan", "--release", "infrahb", "--namespace", "prod")
    one_release.releases = [one_release.releases[0]._replace(status="uninstalled")]
    assert "is uninstalled" in error(cli, "plan", *HERE)


def test_a_denied_request_is_reported(cli: Cli, one_release: Cluster) -> None:
    one_release.denied = {"secrets"}
    assert 'denies helm get metadata: secrets, list, in the namespace "prod"' in error(cli, "plan", *HERE)
    assert "--namespace where you have it" in error(cli, "check", "--all-releases")
    one_release.denied = {"cluster-wide secrets"}
    assert "`helm list --all-namespaces`" in error(cli, "plan", "--release", "other", "--namespace", "prod")
    one_release.releases = [one_release.releases[0]._replace(manifest=DEPLOYMENT)]
    for resource in ("deployments", "pods"):
        one_release.denied = {resource}
        message = error(cli, "verify", *HERE, "--deployed")
        assert f"denies kubectl get: {resource}" in message and "pods/log" in message


DEPLOYMENT = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n"


def test_an_expired_login_is_reported(cli: Cli, one_release: Cluster) -> None:
    one_release.logged_in = False
    assert "refuses your login, or it has expired" in error(cli, "plan", *HERE)


def test_an_unreachable_cluster_is_reported(
    cli: Cli, programs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HELM_KUBEAPISERVER", "http://127.0.0.1:9")
    assert "the cluster cannot be reached" in error(cli, "plan", *HERE)
    monkeypatch.delenv("HELM_KUBEAPISERVER")
    assert 'context "nowhere" does not exist' in error(cli, "plan", *HERE, "--kube-context", "nowhere")
    assert "kubeconfig cannot be read" in error(cli, "plan", *HERE, "--kubeconfig", "missing")


def test_a_cluster_that_does_not_answer_times_out(
    cli: Cli, one_release: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "SECONDS", 1)
    one_release.delay = 30
    began = time.monotonic()
    done = cli("plan", *HERE)
    assert done.returncode == 2 and b"did not finish within 1 s, and was stopped" in done.stderr
    assert time.monotonic() - began < 10


def test_with_many_releases_the_first_timeout_ends_the_run(
    cli: Cli, one_release: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_release.releases = [one_release.releases[0]._replace(namespace=f"n{number}") for number in range(9)]
    monkeypatch.setattr(access, "SECONDS", 1)
    monkeypatch.setattr(Cluster, "answer", _slow_after_the_list(Cluster.answer))
    began = time.monotonic()
    done = cli("check", "--all-releases")
    assert done.returncode == 2 and done.stderr.decode().count("did not finish within 1 s") == 1
    assert time.monotonic() - began < 15


def _slow_after_the_list(answer: Callable[..., Any]) -> Callable[..., Any]:
    def slow(cluster: Cluster, path: str, query: Any) -> Any:
        if "/namespaces/" in path:
            cluster.delay = 30
        return answer(cluster, path, query)

    return slow


def test_a_missing_helm_or_kubectl_is_reported(
    cli: Cli, one_release: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helm = shutil.which("helm")
    assert helm is not None
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert "with the helm program, and there is none on PATH" in error(cli, "plan", *HERE)
    os.symlink(helm, tmp_path / "bin" / "helm")
    one_release.releases = [one_release.releases[0]._replace(manifest=DEPLOYMENT)]
    assert "with the kubectl program, and there is none on PATH" in error(cli, "verify", *HERE, "--deployed")


def test_a_token_that_only_helm_reads_is_reported(
    cli: Cli, one_release: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELM_KUBETOKEN", "c4n4ry-T0ken")
    one_release.releases = [one_release.releases[0]._replace(manifest=DEPLOYMENT)]
    message = error(cli, "verify", *HERE, "--deployed")
    message += cli("verify", *HERE, "--deployed", "--verbose").stderr.decode()
    assert "only helm reads HELM_KUBETOKEN" in message and "c4n4ry" not in message


def test_verbose_lists_the_commands_which_only_read(cli: Cli, one_release: Cluster) -> None:
    one_release.releases = [one_release.releases[0]._replace(manifest=DEPLOYMENT)]
    lines = cli("verify", *HERE, "--deployed", "--verbose").stderr.decode().splitlines()
    ran = [line.partition(": runs ")[2] for line in lines if ": runs " in line]
    assert ran[0] == "helm get metadata infrahub --output json --namespace prod"
    assert {" ".join(each.split()[:2]) for each in ran} <= {"helm get", "helm list", "kubectl get"}
    assert len([each for each in ran if each.startswith("kubectl get --raw /")]) == 2
    assert not cli("verify", *HERE, "--deployed").stderr


@pytest.mark.skipif(os.name != "posix", reason="a script in place of helm")
@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo '{}'", "reports no revision"),
        ("echo hello", "returned something that is not JSON"),
        ("echo 'Error: unknown command \"metadata\"' >&2; exit 1", "this helm does not know helm get metadata"),
        ("echo 'Error: some failure' >&2; exit 3", "helm get metadata failed: some failure"),
        ("exit 3", "helm get metadata failed: it exited with 3"),
        ("printf 'Error: a\\033[31mb' >&2; exit 3", r"failed: a\x1b[31mb"),
        ("yes", "returned more than"),
        ("sleep 60 & wait", "did not finish within"),
    ],
)
def test_unexpected_output_of_helm_is_reported(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, message: str
) -> None:
    """No helm is needed for it: a script takes its place."""
    helm = tmp_path / "helm"
    helm.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    helm.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(access, "SECONDS", 2)
    monkeypatch.setattr(access, "MOST", 1024 * 1024)
    began = time.monotonic()
    done = cli("plan", *HERE)
    assert done.returncode == 2 and message in done.stderr.decode(), done.stderr
    assert time.monotonic() - began < 20


@pytest.mark.skipif(os.name != "posix", reason="a script in place of helm")
def test_an_interrupt_ends_helm_and_its_children(tmp_path: Path) -> None:
    """^C while helm waits: exit 130, and neither helm nor what it started is left."""
    helm = tmp_path / "helm"
    helm.write_text("#!/bin/sh\necho $$ > running\nsleep 60 &\necho $! >> running\necho . >> running\nwait\n")
    helm.chmod(stat.S_IRWXU)
    own = subprocess.Popen(
        [sys.executable, "-m", "migrator", "plan", *HERE],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=reset_signals,
    )
    running = tmp_path / "running"
    end = time.monotonic() + 30
    while time.monotonic() < end and not (running.exists() and running.read_text().endswith(".\n")):
        time.sleep(0.05)
    own.send_signal(signal.SIGINT)
    out, err = own.communicate(timeout=30)
    assert (own.returncode, out) == (130, b"") and b"interrupted; nothing was written" in err, err
    end = time.monotonic() + 30  # a signal takes its time on a busy machine, and the script would sleep for a minute
    processes = running.read_text().split()[:2]
    while left := [process for process in processes if _state(process) not in ("", "Z")]:
        assert time.monotonic() < end, left
        time.sleep(0.05)


def _state(process: str) -> str:
    """The first letter of a process's state; empty if it has ended."""
    status = subprocess.run(["ps", "-o", "stat=", "-p", process], capture_output=True, text=True)
    return status.stdout.strip()[:1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("Error: Kubernetes cluster unreachable: the server has asked for the client to provide credentials", "login"),
        ("error: You must be logged in to the server (Unauthorized)", "login"),
        ('Error: Kubernetes cluster unreachable: Get "https://10.0.0.1/version": getting credentials: exec: executable '
         "aws failed with exit code 255", "login"),
        ('Error: Kubernetes cluster unreachable: Get "https://10.0.0.1/version": dial tcp 10.0.0.1:443: i/o timeout',
         'cannot be reached: Get "https://10.0.0.1/version": dial tcp 10.0.0.1:443: i/o timeout'),
        ("The connection to the server localhost:8080 was refused - did you specify the right host?", "reached"),
        ("Unable to connect to the server: dial tcp: lookup k8s.example on 10.0.0.2:53: no such host", "reached"),
        ("Unable to connect to the server: tls: failed to verify certificate: x509: unknown authority", "reached"),
    ],
)  # fmt: skip
def test_errors_of_the_programs_are_classified(words: str, message: str) -> None:
    assert message in str(errors.command_error("helm get values", 1, f"WARNING: something\n{words}\n"))
