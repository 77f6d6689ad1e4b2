"""Credentials from Helm and the API server appear in no output, whether in values, manifest, env or logs."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.cluster import live
from tests.cluster.conftest import USER, env_of
from tests.cluster.server import Cluster, Revision

CANARY = "c4n4ry-S3cret"
HERE = ("--release", "infrahub", "--namespace", "prod")
SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "own"},
    "data": {"anything": base64.b64encode(f"{CANARY}-5".encode()).decode()},
}
LOG = f"""\
could not connect to redis://:{CANARY}-1@redis.prod:6379/2, nor with password={CANARY}-7
Authorization: Bearer {CANARY}-8 sent {CANARY}-5 for {CANARY}-2
token c4n4ryS3cretThatNobodyKnows9 was refused
"""


def test_no_credential_of_the_cluster_is_printed(
    cli: Callable[..., Any],
    cluster: Cluster,
    install: Callable[..., Revision],
    chart: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    values = copy.deepcopy(USER)
    prefect = values["infrahub"]["prefect-server"]
    prefect["backgroundServices"]["messaging"]["redis"]["password"] = f"{CANARY}-1"
    prefect["global"] = {"prefect": {"env": [{"name": "MY_API_KEY", "value": f"{CANARY}-2"}]}}
    revision = install(values, "4.13.0")
    cluster.releases = [revision._replace(manifest=f"{revision.manifest}---\n{json.dumps(SECRET)}\n")]
    cluster.pods[0]["status"]["containerStatuses"][0] |= {
        "restartCount": 3,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
    }
    cluster.pods[1]["status"]["containerStatuses"][0]["state"] = {
        "waiting": {"reason": "CreateContainerError", "message": f"https://me:{CANARY}-9@registry.example"}
    }
    cluster.logs[f"{cluster.pods[0]['metadata']['name']}/previous"] = LOG
    env_of(cluster, "prefect-server")[:] = [
        {**each, "value": f"{CANARY}-6"} if each["name"] == "MY_API_KEY" else each
        for each in env_of(cluster, "prefect-server")
    ]
    answers = ("--redis-db", "2", "--answer", "docket-password=reference", "--to", "4.14.0")
    new = chart("4.14.0")
    (tmp_path / "own.yaml").write_text("infrahub: {}\n", encoding="utf-8")
    seen = b""
    for command in (
        ("plan", *HERE, *answers),
        ("plan", "-f", "own.yaml", *HERE, *answers),
        ("diff", *HERE, *answers),
        ("diff", *HERE, *answers, "--rendered", "--chart-path", new),
        ("check", *HERE, *answers),
        ("verify", *HERE),
        ("verify", *HERE, "--deployed"),
        ("migrate", *HERE, *answers, "--non-interactive", "--output", "new.yaml"),
    ):
        for form in ("text", "json"):
            if command[0] == "diff" and "--rendered" not in command and form == "text":
                form = "unified"
            done = cli(*command, "--format", form, "--verbose")
            assert b"bug in" not in done.stderr, done.stderr
            seen += done.stdout + done.stderr
    shown = seen.decode()
    assert "deployed-crash-loop" in shown and "its log ends" in shown and "CreateContainerError" in shown
    found = [line for line in shown.splitlines() if "c4n4ry" in line]
    assert not found, found
    assert {path.name for path in tmp_path.iterdir()} <= {"own.yaml", "new.yaml", "new.yaml.bak", ".cache", ".kube"}


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-29T02:47:28.123Z ERROR could not connect to infrahub-cache-master:6379",
        'File "/usr/local/lib/python3.12/site-packages/redis/connection.py", line 385, in connect',
        "flow run 0190f3a2-7c1d-7e0a-9d53-0a1b2c3d4e5f crashed after 12 s (exit code 137)",
        "redis.exceptions.ConnectionError: Error -2 connecting to redis.prod.svc.cluster.local:6379.",
    ],
)
def test_useful_log_lines_stay_unmasked(line: str) -> None:
    assert live.without_credentials(line) == line


@pytest.mark.parametrize(
    "line", ["tried s3cr3t-canary9 in vain", "AUTH c4n4ryS3cret9", "token=c4n4ry", "postgresql://me:c4n4ry@db/prefect"]
)
def test_possible_credentials_in_logs_are_masked(line: str) -> None:
    assert "***" in live.without_credentials(line) and "c4n4ry" not in live.without_credentials(line)
