"""The whole upgrade of a release without a values file: migrated, compared, upgraded, verified; and ways to break it.

"Upgraded" means that the server gets what helm would have left there.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from migrator import yamltext
from tests.cluster.conftest import USER, env_of
from tests.cluster.server import Cluster, Revision
from tests.helm import charts

Cli = Callable[..., Any]
Install = Callable[..., Revision]
Object = dict[str, Any]

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "migrator" / "report" / "schemas" / "report.json").read_text(
        encoding="utf-8"
    )
)
HERE = ("--release", "infrahub", "--namespace", "prod")
SERVER, BACKGROUND = "prefect-server", "prefect-server-background-services"
DOCKET, PIN = "PREFECT_SERVER_DOCKET_URL", "PREFECT_API_DATABASE_MIGRATE_ON_START"
TOGGLE = "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED"
MIGRATED: Object = json.loads(json.dumps(USER))
MIGRATED["infrahub"]["prefect-server"]["backgroundServices"]["messaging"]["docket"] = {
    "url": "redis://redis.prod:6379/2"
}


@pytest.fixture
def verified(cli: Cli) -> Callable[..., tuple[int, list[Object]]]:
    """`verify --deployed`, as its exit code and its findings."""

    def run(*options: str) -> tuple[int, list[Object]]:
        done = cli("verify", *HERE, "--deployed", "--format", "json", *options)
        report = json.loads(done.stdout)
        jsonschema.validate(report, SCHEMA)
        (file,) = report["files"]
        assert not file["error"], file["error"]
        return done.returncode, file["findings"]

    return run


def test_a_release_without_a_file_is_migrated_and_verified(
    cli: Cli,
    cluster: Cluster,
    install: Install,
    chart: Callable[[str], Path],
    tmp_path: Path,
    verified: Callable[..., tuple[int, list[Object]]],
) -> None:
    install(USER, "4.13.0")
    planned = cli("plan", *HERE, "--to", "4.14.0").stdout.decode()
    assert "release infrahub in namespace prod, revision 7 (helm get metadata)" in planned
    assert "infrahub-enterprise 4.13.0-medium (helm get metadata)" in planned
    assert "--release-name" not in planned and "--namespace" not in planned

    code, findings = verified()
    assert code == 4 and [each["rule"] for each in findings][:1] == ["deployed-version"]
    assert findings[0]["commands"][0].startswith(
        "infrahub-migrator migrate --release infrahub --namespace prod --to 4."
    )

    done = cli("migrate", *HERE, "--to", "4.14.0", "--redis-db", "2", "--non-interactive", "--output", "values.yaml")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "values.yaml").stat().st_mode & 0o777 == 0o600
    values = yamltext.parse((tmp_path / "values.yaml").read_bytes()).documents[0].data
    assert values == MIGRATED

    new = chart("4.14.0")
    done = cli(
        "diff", *HERE, "--rendered", "--chart-path", new, "--to", "4.14.0", "--redis-db", "2", "--format", "json"
    )
    assert done.returncode == 0, done.stderr
    (file,) = json.loads(done.stdout)["files"]
    jsonschema.validate(json.loads(done.stdout), SCHEMA)
    assert file["cluster"]["old_chart"] == "release prod/infrahub, revision 7"
    changed = {(each["path"].rpartition(".env.")[2], each["kind"]) for each in file["cluster"]["changes"]}
    assert {(DOCKET, "add"), (TOGGLE, "remove"), (PIN, "remove")} <= changed
    assert file["cluster"]["unexplained"] == 0

    install(values, "4.14.0", 8)
    assert verified() == (0, [])
    output = cli("verify", *HERE, "--deployed").stdout.decode()
    assert "prod/infrahub: obeys every rule (infrahub-enterprise 4.14.0-medium)" in output
    assert "Looked at 2 deployments and 4 pods of prod/infrahub, revision 8." in output


def lose(cluster: Cluster, deployment: str, name: str) -> None:
    """Lose an entry as a strategic merge patch does if there were two; the pods are new already."""
    listed = env_of(cluster, deployment)
    listed[:] = [each for each in listed if each["name"] != name]
    renew_pods(cluster, deployment)


def renew_pods(cluster: Cluster, deployment: str) -> None:
    for pod in cluster.pods:
        if pod["metadata"]["name"].rpartition("-")[0] == deployment:
            pod["spec"]["containers"][0]["env"] = copy.deepcopy(env_of(cluster, deployment))


def test_a_docket_missing_on_one_pod_is_an_error(
    cluster: Cluster, install: Install, verified: Callable[..., tuple[int, list[Object]]]
) -> None:
    install(MIGRATED, "4.14.0")
    lose(cluster, BACKGROUND, DOCKET)
    code, (finding,) = verified()
    assert (code, finding["rule"], finding["severity"]) == (4, "pods-docket", "error")
    assert f"{DOCKET} is missing on {BACKGROUND} (as it runs; not so in the manifest)" in finding["text"]
    assert finding["remedy"] == "Restore it."
    assert finding["commands"] == [
        f"kubectl set env deployment/{BACKGROUND} --namespace prod --containers prefect-background-services "
        f"{DOCKET}=redis://redis.prod:6379/2"
    ]


def test_a_pin_lost_by_a_merge_patch_is_an_error(
    cluster: Cluster, install: Install, verified: Callable[..., tuple[int, list[Object]]]
) -> None:
    install(MIGRATED, "4.14.0")
    lose(cluster, SERVER, PIN)
    code, (finding,) = verified()
    assert (code, finding["rule"]) == (4, "pods-migrate-pin")
    (command,) = finding["commands"]
    assert command.startswith("kubectl set env deployment/prefect-server ") and command.endswith(f" {PIN}=false")


def test_lost_doubled_and_changed_entries_are_reported(
    cluster: Cluster, install: Install, verified: Callable[..., tuple[int, list[Object]]]
) -> None:
    """Entries with the same problem are reported together, with one command."""
    install(MIGRATED, "4.14.0")
    for name in ("WEB_CONCURRENCY", "PREFECT_UI_API_URL", "PREFECT_API_DATABASE_CONNECTION_URL"):
        lose(cluster, SERVER, name)
    lose(cluster, SERVER, "PREFECT_SERVER_DATABASE_CONNECTION_URL")
    env_of(cluster, BACKGROUND).append({"name": "HOME", "value": "/"})
    env_of(cluster, BACKGROUND).append({"name": "OF_SOMEBODY", "value": "/"})
    env_of(cluster, SERVER)[:] = [
        {**each, "value": "/other"} if each["name"] == "PREFECT_UI_SERVE_BASE" else each
        for each in env_of(cluster, SERVER)
    ]
    for deployment in (SERVER, BACKGROUND):
        renew_pods(cluster, deployment)
    code, findings = verified()
    where = "container prefect-server of deployment prefect-server"
    assert code == 4
    assert [(each["rule"], each["text"]) for each in findings if each["rule"].startswith("deployed-")] == [
        ("deployed-env-lost", f"{where} lacks what the manifest has, as a patch can lose it: "
                              "PREFECT_UI_API_URL, WEB_CONCURRENCY"),
        ("deployed-env-lost", f"{where} lacks what the manifest has, as a patch can lose it: "
                              "PREFECT_SERVER_DATABASE_CONNECTION_URL"),
        ("deployed-env-added", "container prefect-background-services of deployment prefect-server-background-services "
                               "has more than the manifest: OF_SOMEBODY"),
        ("deployed-env-differs", f"{where} differs from the manifest: PREFECT_UI_SERVE_BASE"),
    ]  # fmt: skip
    by_text = {each["text"].rpartition(": ")[2]: each["commands"] for each in findings}
    assert by_text["PREFECT_UI_API_URL, WEB_CONCURRENCY"] == [
        "kubectl set env deployment/prefect-server --namespace prod --containers prefect-server "
        "PREFECT_UI_API_URL=http://localhost:4200/api WEB_CONCURRENCY=1"
    ]
    assert by_text["PREFECT_SERVER_DATABASE_CONNECTION_URL"][0].startswith("helm upgrade ")
    (twice,) = [each for each in findings if each["rule"] == "pods-env-twice"]
    assert [each.split()[-1] for each in twice["commands"]] == ["HOME-", "HOME=/home/prefect"]


def test_a_toggle_left_in_the_release_is_reported(
    install: Install, chart: Callable[[str], Path], verified: Callable[..., tuple[int, list[Object]]]
) -> None:
    values = copy.deepcopy(MIGRATED)
    own: Any = charts.read(chart("4.14.0") / "values.yaml")
    listed = copy.deepcopy(own["infrahub"]["prefect-server"]["backgroundServices"]["env"])
    prefect = values["infrahub"]["prefect-server"]
    prefect["backgroundServices"]["env"] = [*listed, {"name": TOGGLE, "value": "true"}]
    install(values, "4.14.0")
    _, findings = verified()
    assert [each["rule"] for each in findings] == ["toggle-left", "pods-toggle"]
    assert f"{TOGGLE} is left on {BACKGROUND} (in the manifest)" in findings[1]["text"]


def test_a_toggle_added_by_hand_is_reported(
    cluster: Cluster, install: Install, verified: Callable[..., tuple[int, list[Object]]]
) -> None:
    install(MIGRATED, "4.14.0")
    env_of(cluster, BACKGROUND).append({"name": TOGGLE, "value": "true"})
    renew_pods(cluster, BACKGROUND)
    _, (finding,) = verified()
    assert finding["rule"] == "pods-toggle" and "not so in the manifest" in finding["text"]
    assert finding["remedy"] == "Remove it."
    assert finding["commands"][0].endswith(f"--containers prefect-background-services {TOGGLE}-")


def test_reuse_values_is_detected(
    install: Install, chart: Callable[[str], Path], verified: Callable[..., tuple[int, list[Object]]]
) -> None:
    """As Helm does it: the old chart's own values replace those of the new one."""
    install(MIGRATED, "4.14.0", chart_values=charts.read(chart("4.13.0") / "values.yaml"))
    code, findings = verified()
    assert code == 4 and all(each["commands"] for each in findings if each["rule"].startswith(("pods-", "deployed-")))
    (found,) = [each for each in findings if each["rule"] == "deployed-reuse-values"]
    assert "infrahub.prefect-server.server.env still has" in found["text"] and TOGGLE in found["text"]
    assert found["commands"] == [
        "helm upgrade infrahub REPO/infrahub-enterprise --version 4.14.0-medium --namespace prod "
        "--reset-then-reuse-values"
    ]


def test_custom_values_are_not_taken_for_reuse_values(
    install: Install, chart: Callable[[str], Path], verified: Callable[..., tuple[int, list[Object]]]
) -> None:
    values = copy.deepcopy(MIGRATED)
    own: Any = charts.read(chart("4.13.0") / "values.yaml")
    for pod in ("server", "backgroundServices"):
        values["infrahub"]["prefect-server"].setdefault(pod, {})["env"] = own["infrahub"]["prefect-server"][pod]["env"]
    install(values, "4.14.0")
    _, findings = verified()
    assert "deployed-reuse-values" not in {each["rule"] for each in findings}
    assert "pods-toggle" in {each["rule"] for each in findings}


def test_failing_pods_are_reported(
    cli: Cli, cluster: Cluster, install: Install, verified: Callable[..., tuple[int, list[Object]]]
) -> None:
    install(MIGRATED, "4.14.0")
    crashing, waiting, restarted, nowhere = cluster.pods
    ended = {"terminated": {"exitCode": 1, "reason": "Error"}}
    crashing["status"]["containerStatuses"][0] |= {
        "restartCount": 5, "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": ended
    }  # fmt: skip
    waiting["status"]["containerStatuses"][0]["state"] = {
        "waiting": {"reason": "ImagePullBackOff", "message": "no such"}
    }
    restarted["status"]["containerStatuses"][0] |= {"restartCount": 1, "lastState": ended}
    nowhere["status"] = {
        "phase": "Pending",
        "conditions": [{"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available"}],
    }
    cluster.logs[f"{crashing['metadata']['name']}/previous"] = "one\ntwo\nthree\nno redis at redis.prod\n"
    cluster.logs[restarted["metadata"]["name"]] = "started\n"
    cluster.deployments[0]["status"]["readyReplicas"] = 0
    code, findings = verified()
    assert code == 4
    by_rule = {each["rule"]: each for each in findings}
    assert set(by_rule) == {
        "deployed-crash-loop", "deployed-not-started", "deployed-restarts", "deployed-unscheduled", "deployed-rollout"
    }  # fmt: skip
    crash = by_rule["deployed-crash-loop"]
    assert "5 times so far (exit code 1, Error); its log ends: two | three | no redis at redis.prod" in crash["text"]
    assert crash["commands"][0].startswith(f"kubectl logs {crashing['metadata']['name']} --container ")
    assert "its log ends: started" in by_rule["deployed-restarts"]["text"]
    assert "0 of 2 replicas are ready" in by_rule["deployed-rollout"]["text"]


def test_not_all_logs_of_many_similar_failures_are_read(
    cluster: Cluster, install: Install, verified: Callable[..., tuple[int, list[Object]]]
) -> None:
    install(MIGRATED, "4.14.0")
    first = cluster.pods[0]
    first["status"]["containerStatuses"][0] |= {
        "restartCount": 5, "state": {"waiting": {"reason": "CrashLoopBackOff"}}
    }  # fmt: skip
    for number in range(20):
        copied = copy.deepcopy(first)
        copied["metadata"]["name"] = f"another-{number}"
        cluster.pods.append(copied)
    _, findings = verified()
    assert len([each for each in findings if each["rule"] == "deployed-crash-loop"]) == 21
    assert len([each for each in cluster.requests if "previous=true" in each]) == 5


def test_only_the_pods_of_the_release_are_requested(
    cluster: Cluster, install: Install, verified: Callable[..., tuple[int, list[Object]]]
) -> None:
    """By the labels that its deployments have in common; other pods are ignored."""
    install(MIGRATED, "4.14.0")
    own = {"app.kubernetes.io/instance": "infrahub"}
    for each in cluster.deployments:
        each["spec"]["selector"]["matchLabels"] |= own
    other_pod = copy.deepcopy(cluster.pods[0])
    other_pod["status"]["containerStatuses"][0] |= {"restartCount": 9}
    for each in cluster.pods:
        each["metadata"]["labels"] = {**each["metadata"]["labels"], **own}
    cluster.pods.append(other_pod)
    assert verified() == (0, [])
    assert "GET /api/v1/namespaces/prod/pods?labelSelector=app.kubernetes.io%2Finstance%3Dinfrahub" in cluster.requests


def test_old_pods_and_missing_deployments_are_reported(
    cluster: Cluster, install: Install, verified: Callable[..., tuple[int, list[Object]]]
) -> None:
    install(MIGRATED, "4.14.0")
    cluster.pods[0]["spec"]["containers"][0]["env"].pop()
    code, (finding,) = verified()
    assert (code, finding["rule"]) == (4, "deployed-rollout")
    assert f"with the env from before: {cluster.pods[0]['metadata']['name']}" in finding["text"]
    assert "kubectl rollout status deployment/" in finding["commands"][0]
    cluster.deployments = [each for each in cluster.deployments if each["metadata"]["name"] == SERVER]
    code, findings = verified()
    assert code == 4 and "deployed-missing" in {each["rule"] for each in findings}


def test_a_failed_upgrade_is_reported(
    cli: Cli, cluster: Cluster, install: Install, verified: Callable[..., tuple[int, list[Object]]]
) -> None:
    before = install(USER, "4.13.0")
    after = install(MIGRATED, "4.14.0", 8)
    cluster.releases = [before, after._replace(status="failed")]
    output = cli("plan", *HERE, "--to", "4.14.0").stdout.decode()
    assert "revision 7 (helm get metadata)" in output and "4.13.0-medium -> 4.14.0-medium" in output
    assert "Revision 8 of infrahub is failed: the values and the version are those of revision 7" in " ".join(
        output.split()
    )
    code, findings = verified("--to", "4.14.0")
    assert code == 4 and {"deployed-status", "deployed-version"} <= {each["rule"] for each in findings}
