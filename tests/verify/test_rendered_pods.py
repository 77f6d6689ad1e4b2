"""The checks on rendered pods: each breach in otherwise sound manifests, and near misses."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from migrator import yamltext
from migrator.charts.archive import Manifest
from migrator.prefect import names
from migrator.report.records import Finding
from migrator.verify import rendered_pods

SOUND = """\
kind: Deployment
metadata: {name: prefect-server}
spec:
  template:
    spec:
      containers:
        - name: prefect-server
          image: registry.opsmill.io/opsmill/infrahub-enterprise:1.10.0
          args: [gunicorn, infrahub.prefect_server.app]
          env:
            - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}
            - {name: PREFECT_API_DATABASE_MIGRATE_ON_START, value: "false"}
            - {name: PREFECT_SERVER_DATABASE_MIGRATE_ON_START, value: "false"}
            - {name: PREFECT_REDIS_MESSAGING_HOST, value: redis.example.org}
            - {name: PREFECT_SERVER_DOCKET_URL, value: "redis://redis.example.org:6379/2"}
        - name: sidecar
          image: sidecar
---
kind: Deployment
metadata: {name: prefect-server-background-services}
spec:
  template:
    spec:
      containers:
        - name: prefect-background-services
          image: registry.opsmill.io/opsmill/infrahub-enterprise:1.10.0
          env:
            - {name: PREFECT_SERVER_DATABASE_MIGRATE_ON_START, value: "false"}
            - {name: PREFECT_SERVER_DOCKET_URL, value: "redis://redis.example.org:6379/2"}
            - {name: PROMETHEUS_MULTIPROC_DIR, value: ""}
---
kind: Service
metadata: {name: prefect-server}
"""
SINGLE = SOUND[: SOUND.index("---")].replace("PREFECT__SERVER_WEBSERVER_ONLY", "WEB_CONCURRENCY")
JOB = "---\nkind: Job\nmetadata: {name: prefect-server-db-migrations}\n"
VANILLA = SOUND.replace("registry.opsmill.io/opsmill/infrahub-enterprise", "prefecthq/prefect").replace(
    "[gunicorn, infrahub.prefect_server.app]", "[prefect, server, start, --no-services]"
)
METRICS = '            - {name: PROMETHEUS_MULTIPROC_DIR, value: ""}\n'
DOCKET = '            - {name: PREFECT_SERVER_DOCKET_URL, value: "redis://redis.example.org:6379/2"}\n'


class Case(NamedTuple):
    """Replacing the first `old` by `new` breaks `rule`."""

    rule: str
    old: str
    new: str
    text: str = SOUND


CASES = [
    Case("pods-docket", DOCKET, ""),
    Case("pods-docket", "redis.example.org:6379/2", "redis.example.org:6379/3"),
    Case(
        "pods-docket",
        'value: "redis://redis.example.org:6379/2"',
        "valueFrom: {secretKeyRef: {name: docket, key: docket-url}}",
    ),
    Case(
        "pods-toggle",
        METRICS,
        METRICS + '            - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "true"}\n',
    ),
    Case("pods-webserver-only", 'ONLY, value: "true"', 'ONLY, value: ""'),
    Case("pods-webserver-only", "PREFECT__SERVER_WEBSERVER_ONLY", "PREFECT_SERVER_WEBSERVER_ONLY"),
    Case(
        "pods-migrate-pin",
        'API_DATABASE_MIGRATE_ON_START, value: "false"',
        'API_DATABASE_MIGRATE_ON_START, value: "False"',
    ),
    Case("pods-migrate-pin", "PREFECT_API_DATABASE_MIGRATE_ON_START", "PREFECT_API_DATABASE_ECHO"),
    Case("pods-migrate-pin", "PREFECT_SERVER_DATABASE_MIGRATE_ON_START", "PREFECT_SERVER_DATABASE_ECHO"),
    Case("pods-migrations-job", "---\nkind: Service", JOB + "---\nkind: Service"),
    Case("pods-migrations-missing", "", "", VANILLA),
    Case("pods-env-twice", METRICS, METRICS * 2),
    Case("pods-env-string", 'value: ""}', "value: 0}"),
    Case("pods-example-host", "HOST, value: redis.example.org", "HOST, value: example-infrahub-cache-master"),
    Case("pods-example-left", 'DIR, value: ""', "DIR, value: example-infrahub-cache-master"),
    Case("pods-services-nowhere", "WEB_CONCURRENCY", "PREFECT__SERVER_WEBSERVER_ONLY", SINGLE),
    Case("pods-services-nowhere", "[gunicorn, ", "[--no-services, ", SINGLE),
    Case(
        "pods-requests",
        "          image: sidecar\n",
        "          image: sidecar\n          resources: {requests: {memory: 2Gi}, limits: {memory: 1024Mi}}\n",
    ),
    Case("pods-none", "name: prefect-server\n          image", "name: server\n          image", SINGLE),
]
SOUND_ONES = {
    "sound": SOUND,
    "vanilla with its Job": VANILLA + JOB,
    "a single deployment": SINGLE,
    "a Secret on both": SOUND.replace(
        'value: "redis://redis.example.org:6379/2"', "valueFrom: {secretKeyRef: {name: docket, key: docket-url}}"
    ),
    "--no-services and no WEBSERVER_ONLY": SOUND.replace("[gunicorn, ", "[--no-services, ").replace(
        "WEBSERVER_ONLY", "X"
    ),
    "a toggle of another service": SOUND.replace(
        "PROMETHEUS_MULTIPROC_DIR", "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED"
    ),
    "limits above requests": SOUND.replace(
        "          image: sidecar\n",
        "          image: sidecar\n          resources: {requests: {memory: 1Gi}, limits: {memory: 1024Mi}}\n",
    ),
    "a batch size": SOUND.replace("PROMETHEUS_MULTIPROC_DIR", "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE"),
    "somebody else's Job": SOUND + JOB.replace("prefect-server-db", "infrahub-db"),
    "one name on both pods": SOUND.replace("PROMETHEUS_MULTIPROC_DIR", "PREFECT__SERVER_WEBSERVER_ONLY"),
}


def objects(text: str) -> list[Manifest]:
    documents = yamltext.parse(text.encode()).documents
    return [document.data for document in documents if isinstance(document.data, dict)]


@pytest.mark.parametrize("name", SOUND_ONES)
def test_sound_manifests_have_no_findings(name: str) -> None:
    assert rendered_pods.check(objects(SOUND_ONES[name]), "chart") == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.new.strip()[:20]}")
def test_each_breach_is_found_by_its_rule_alone(case: Case) -> None:
    assert case.old in case.text
    found = rendered_pods.check(objects(case.text.replace(case.old, case.new, 1)), "chart")

    assert {each.rule for each in found} == {case.rule}, found
    assert {(each.file, each.line) for each in found} == {("chart", 0)}
    assert all(each.text and each.remedy.endswith(".") for each in found)


TOGGLE = "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED"
LEFT = SOUND.replace(METRICS, METRICS + f'            - {{name: {TOGGLE}, value: "true"}}\n')


@pytest.mark.parametrize(
    ("text", "rule", "message", "is_same"),
    [
        (LEFT, "toggle-left", f'backgroundServices.env.{TOGGLE} is "true"', True),
        (LEFT, "toggle-left", f'global.prefect.env.{TOGGLE} is "true"', True),
        (LEFT, "toggle-left", f'infrahub.prefect-server.server.env.{TOGGLE} is "true"', False),
        (LEFT, "toggle-left", f'backgroundServices.env.{TOGGLE}_X is "true"', False),
        (LEFT, "toggle-value", f'backgroundServices.env.{TOGGLE} is "true"', False),
        (SOUND.replace(DOCKET, "", 1), "docket-missing", "the server pod has no docket, so ...", True),
        (SOUND.replace(DOCKET, "", 1), "docket-missing", "the background pod has no docket, so ...", False),
        (SOUND.replace(DOCKET, "", 1), "env-twice", "server.env.PREFECT_SERVER_DOCKET_URL is set twice", False),
        (SOUND.replace("6379/2", "6379/3", 1), "docket-differs", "the pods are on different dockets", True),
        (SOUND.replace(METRICS, METRICS * 2), "env-twice", "backgroundServices.env.PROMETHEUS_MULTIPROC_DIR is", True),
        (SOUND.replace(METRICS, METRICS * 2), "env-twice", "backgroundServices.env.PROMETHEUS is set twice", False),
        (SOUND.replace("PREFECT_API_DATABASE", "X"), "migrate-pin", f"{names.PIN} is missing on the server pod", True),
        (SOUND.replace("SERVER_DATABASE", "X", 1), "migrate-pin", f"{names.PIN} is missing on the server pod", False),
        (VANILLA, "migrations-missing", "migrations.enabled is not true", True),
        (
            SOUND.replace("HOST, value: redis.example.org", "HOST, value: example-infrahub-cache-master"),
            "example-host",
            "backgroundServices.messaging.redis.host contains example-infrahub-cache-master",
            True,
        ),
        (
            SOUND.replace("HOST, value: redis.example.org", "HOST, value: example-infrahub-cache-master"),
            "example-host",
            "backgroundServices.messaging.docket.url contains example-infrahub-cache-master",
            False,
        ),
    ],
)
def test_what_a_rule_reports_is_not_repeated(text: str, rule: str, message: str, is_same: bool) -> None:
    known = [Finding(rule, "error", "values.yaml", 1, message, "Fix it.")]
    assert len(rendered_pods.check(objects(text), "chart")) == 1
    assert len(rendered_pods.check(objects(text), "chart", known)) == (0 if is_same else 1)


def test_errors_come_first() -> None:
    text = SOUND.replace(DOCKET, "") + JOB
    found = [(each.severity, each.rule) for each in rendered_pods.check(objects(text), "chart")]

    assert found == [("error", "pods-docket")] * 2 + [("warning", "pods-migrations-job")]


def test_a_password_is_not_in_the_finding() -> None:
    text = SOUND.replace("redis://redis.example.org:6379/2", "redis://:secret@redis.example.org:6379/3", 1)
    found = rendered_pods.check(objects(text), "chart")

    assert [each.rule for each in found] == ["pods-docket"]
    assert "secret" not in str(found)


def test_each_server_is_compared_with_its_own_background_services() -> None:
    """An umbrella chart with two servers, each on its own docket."""
    other = SOUND.replace("name: prefect-server", "name: other").replace("/2", "/3")
    other = other.replace("- name: other-background", "- name: prefect-background").replace(
        "- name: other\n", "- name: prefect-server\n"
    )

    assert [pod.deployment for pod in rendered_pods.pods(objects(other))] == ["other", "other-background-services"]
    assert rendered_pods.check(objects(SOUND + "---\n" + other), "chart") == []
