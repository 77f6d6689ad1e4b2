"""Upgrades to 4.18.0 and beyond: hops write the same file as one jump, and the result plans to nothing."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from packaging.version import Version

from migrator.charts import example, published
from migrator.planning import catalog, discover, examine
from tests import releases
from tests.preset_files import preset_files

from .conftest import migrate_text

ENTERPRISE = [line.enterprise for line in published.LINES]
COMMUNITY = [line.infrahub for line in published.LINES if line.infrahub]
ANSWERS = {
    "redis-db": "2",
    "redis-host": "infrahub-cache-master",
    "startup-probe": "match",
    "tracing": "enable",
    "restore": "disable",
    "image-pin": "1.10.6",
    "image-flavour": "split",
    "neo4j-heap": "16G",
    "probes": "disable",
    "event-logger": "remove",
    "custom-toggles": "keep",
    "separate-services": "separate",
    "flavour": "none",
    "release-name": "infrahub",
    "namespace": "prod",
}
NOT_RAISED = {"docket-url", "docket-secret", "docket-password", "messaging-redis", "migrate-on-start", "unseen-env"}
"""Questions about Prefect that no file here raises; `tests/fuzz/upgrades.py` answers whatever is asked."""

INFRAHUB = """\
infrahub:
  global:
    infrahubTag: 1.9.8-avd  # pinned
    tracing: {endpoint: otel:4317}
  infrahubServer:
    infrahubServer:
      envFromExistingSecret: creds
      livenessProbe:
        initialDelaySeconds: 600
      extraVolumes: [{name: ca, configMap: {name: ca}}]
  infrahubTaskWorker:
    infrahubTaskWorker:
      args: [infrahub, git-agent, start]
  infrahub-observability: {enabled: true, tempo: {enabled: false}}
  infrahub-backup:
    enabled: true
    restore:
      enabled: true
      s3: {bucket: b, key: k}
  upgrade: {enabled: true}
  neo4j:
    neo4j: {resources: {requests: {cpu: "8", memory: 32Gi}}}
    config: {server.memory.heap.initial_size: 24G, server.memory.heap.max_size: 24G}
  prefect-server:
    server:
      loggingLevel: info
      containerSecurityContext: {readOnlyRootFilesystem: true}
      env:
        - {name: PREFECT_UI_SERVE_BASE, value: /}
"""
OWN = INFRAHUB.replace("infrahub:\n", "", 1).replace("\n  ", "\n").removeprefix("  ")
PINS = """\
infrahub:
  global:
    infrahubTag: 1.8.0
  prefect-server:
    global: {prefect: {image: {prefectTag: 1.8.0}}}
"""
HA = "infrahubServer:\n  replicas: 2\nprefect-server:\n  enabled: false\n"
SEPARATE = """\
prefect-server:
  server:
    env:
      - {name: PREFECT_UI_SERVE_BASE, value: /}
      - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}
      - {name: PREFECT_API_BLOCKS_REGISTER_ON_START, value: "false"}
  backgroundServices:
    runAsSeparateDeployment: true
    messaging: {redis: {host: infrahub-cache-master, db: 1}}
    env: []
"""


def answers_for(text: str, **options: str) -> dict[str, str]:
    """The answers that the text asks for, or accepts unasked, on that upgrade."""
    release = releases.of_text(text)
    case = examine.examine(release, examine.Request(discover.Options(**options), ANSWERS))
    assert not case.plan.open_questions, [each.text for each in case.plan.open_questions]
    used = {name for each in case.plan.asked if each.given for name in (each.question.id, each.question.group)}
    return {name: answer for name, answer in ANSWERS.items() if name in used}


def at_once(text: str, start: str, to: str) -> str:
    options = {"version_from": start, "version_to": to}
    return migrate_text(text, answers_for(text, **options), **options).text


def hop_by_hop(text: str, start: str, to: str, versions: list[str]) -> str:
    here, flavour = start, start.partition("-")[2]
    for each in versions:
        if Version(start.partition("-")[0]) < Version(each) <= Version(to):
            there = f"{each}-{flavour}" if flavour else each
            text = at_once(text, here, there)
            here = there
    return text


FILES = {
    "infrahub": (INFRAHUB, "4.2.3", ENTERPRISE),
    "infrahub, from 4.13.0": (INFRAHUB, "4.13.0", ENTERPRISE),
    "community": (OWN, "4.16.3", COMMUNITY),
    "community, separate": (SEPARATE, "4.27.0", COMMUNITY),
    "high availability": (HA, "4.27.0", COMMUNITY),
    "pins": (PINS, "4.13.0", ENTERPRISE),
    **{
        f"4.13.0-{flavour}": (example.values(flavour), f"4.13.0-{flavour}", ENTERPRISE)
        for flavour in example.EXAMPLE_FLAVOURS
    },
}


def test_every_question_has_an_answer_here() -> None:
    """`flavour-change` is about another flavour at the same version, so no hop raises it."""
    missing = set(catalog.questions()) - ANSWERS.keys() - NOT_RAISED - {"flavour-change"}
    assert not missing, f"{missing}: add a key to INFRAHUB that raises it, and its answer to ANSWERS"


@pytest.mark.parametrize("newest", [False, True], ids=["to the newest that can be rolled back", "to the newest"])
@pytest.mark.parametrize("name", FILES)
def test_hops_equal_the_jump_and_the_result_plans_to_nothing(name: str, newest: bool) -> None:
    text, start, versions = FILES[name]
    chart = "infrahub-enterprise" if versions is ENTERPRISE else "infrahub"
    to = str(published.newest(chart) if newest else published.default_target(chart, None))
    once = at_once(text, start, to)
    assert once == hop_by_hop(text, start, to, versions)
    assert migrate_text(once, version_from=start, version_to=to).text == once
    assert migrate_text(once, version_from=to).text == once


@pytest.mark.parametrize("preset", preset_files("[AB]*/*.yaml", "C/values.medium.yaml"))
def test_presets_of_every_generation_hop_by_hop_equal_the_jump(preset: Path) -> None:
    text = preset.read_text(encoding="utf-8")
    once = at_once(text, "4.2.3", "4.18.0")
    assert once == hop_by_hop(text, "4.2.3", "4.18.0", ENTERPRISE)
    assert at_once(text, "4.2.3", "4.21.2") == hop_by_hop(text, "4.2.3", "4.21.2", ENTERPRISE)


def test_prefect_server_of_the_high_availability_guide() -> None:
    text = dedent("""\
        global: {prefect: {image: {repository: registry.opsmill.io/opsmill/infrahub, prefectTag: 1.9.8}}}
        server:
          args: [uvicorn, --factory, "infrahub.prefect_server.app:create_infrahub_prefect"]
          env:
            - {name: PREFECT_UI_SERVE_BASE, value: /}
            - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}
            - {name: PREFECT_API_BLOCKS_REGISTER_ON_START, value: "false"}
        backgroundServices:
          runAsSeparateDeployment: true
          messaging: {redis: {host: redis.prod, db: 1}}
        migrations: {enabled: false}
        """)
    versions = ["2026.4.10163454", "2026.4.21154022", "2026.6.5172345", "2026.7.23210422", "2026.8.18172642"]
    for to in versions[2:]:
        once = at_once(text, "2025.12.24192415", to)
        assert once == hop_by_hop(text, "2025.12.24192415", to, versions)
