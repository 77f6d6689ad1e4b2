"""For each question a release that asks it, and every way in which it can be answered."""

from __future__ import annotations

from typing import NamedTuple

from tests.prompts.terminal import DOWN, ENTER, UP


class Asked(NamedTuple):
    """One question met alone: the file before, the three ways to one answer, and what stands in the file for it."""

    question: str
    before: str
    flags: list[str]
    entry: str
    keys: list[tuple[str, str]]  # what is asked, and what is typed then
    stands: str
    not_without: str = ""  # what the answer takes away


def separate(redis: str = "host: cache", *, env: str = "", background: str = "", top: str = "") -> str:
    """A community release with separate background services whose only open end is what the arguments bring."""
    return f"""\
prefect-server:
  server:
    env:
      - name: PREFECT__SERVER_WEBSERVER_ONLY
        value: "true"
      - name: PREFECT_API_BLOCKS_REGISTER_ON_START
        value: "false"
{env}  backgroundServices:
    runAsSeparateDeployment: true
    messaging:
      broker: prefect_redis.messaging
      redis:
        {redis}
        db: 1
{background}{top}"""


EVENT_LOGGER = """\
    env:
      - name: PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED
        value: "true"
      - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
        value: "true"
"""
TRIGGERS_OFF = """\
    env:
      - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
        value: "false"
"""
INJECTED_TWICE = """\
      - name: PREFECT_SERVER_DATABASE_MIGRATE_ON_START
        value: "true"
"""
OTHER_BROKER = separate().replace("prefect_redis.messaging", "acme.messaging")
HIDDEN_PASSWORD = separate("host: cache\n        username: prefect")
BUNDLED = separate('host: ""', top="  redis:\n    enabled: true\n")
FLAVOURED = """\
infrahub:
  prefect-server:
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis:
          host: cache
          db: 1
"""

OTHER_DATABASE = """\
    env:
      - name: PREFECT_REDIS_MESSAGING_DB
        value: "5"
"""
WIRED_IN_ENV = """\
server:
  env:
    - name: PREFECT_REDIS_MESSAGING_HOST
      value: cache
"""

VALUES_FROM = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: infrahub, namespace: prod}
spec:
  chart: {spec: {chart: infrahub, version: 4.27.0}}
  valuesFrom: [{kind: ConfigMap, name: base}]
  values:
    prefect-server:
      backgroundServices:
        runAsSeparateDeployment: true
        messaging:
          redis:
            host: cache
"""

INFRAHUB = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: infrahub, namespace: prod}
spec:
  chart: {spec: {chart: infrahub, version: 4.16.3}}
  values:
"""
LONG_PROBE = (
    INFRAHUB
    + """\
    infrahubServer:
      infrahubServer:
        livenessProbe:
          initialDelaySeconds: 600
"""
)
TRACES_OFF = (
    INFRAHUB
    + """\
    global: {tracing: {enabled: false, endpoint: "otel:4317"}}
    infrahub-observability: {enabled: true, tempo: {enabled: false}}
"""
)
RESTORE_ON = (
    INFRAHUB
    + """\
    infrahub-backup:
      enabled: true
      restore:
        enabled: true
        s3: {bucket: b, key: k}
"""
)

UNASKED = {"image-pin", "image-flavour", "neo4j-heap", "flavour-change", "probes"}
"""Questions that no prompt comes to by itself: by an answer only, or for a target that somebody has to name."""

DB = ("Database", ENTER)
QUESTIONS = [
    Asked(
        "separate-services",
        WIRED_IN_ENV,
        ["--answer", "separate-services=separate", "--redis-db", "2"],
        "separate-services: separate\n  redis-db: 2",
        [("Answer", DOWN + ENTER), DB],
        "runAsSeparateDeployment: true",
    ),
    Asked(
        "messaging-redis",
        separate(background=OTHER_DATABASE),
        ["--answer", "messaging-redis.db=5", "--redis-db", "2"],
        "messaging-redis.db: 5\n  redis-db: 2",
        [("Answer", DOWN * 2 + ENTER), DB],
        "db: 5",
    ),
    Asked(
        "redis-db",
        separate(),
        ["--redis-db", "4"],
        "redis-db: 4",
        [("Database", DOWN * 2 + ENTER)],
        "url: redis://cache:6379/4",
    ),
    Asked(
        "redis-host",
        separate("host: ${REDIS_HOST}"),
        ["--redis-host", "redis.prod", "--redis-db", "2"],
        "redis-host: redis.prod\n  redis-db: 2",
        [("Host", "redis.prod" + ENTER), DB],
        "url: redis://redis.prod:6379/2",
    ),
    Asked(
        "docket-url",
        OTHER_BROKER,
        ["--docket-url", "redis://other:6379/5"],
        "docket-url: redis://other:6379/5",
        [("How", ENTER), ("URL", "redis://other:6379/5" + ENTER)],
        "url: redis://other:6379/5",
    ),
    Asked(
        "docket-url instead of redis-db",
        separate(),
        ["--docket-url", "redis://other:6379/5"],
        "docket-url: redis://other:6379/5",
        [("Database", UP * 2 + ENTER), ("URL", "redis://other:6379/5" + ENTER)],
        "url: redis://other:6379/5",
    ),
    Asked(
        "docket-secret",
        HIDDEN_PASSWORD,
        ["--docket-secret", "docket:url"],
        "docket-secret: docket:url",
        [("How", ENTER), ("Secret", "docket:url" + ENTER)],
        "existingSecret: docket\n        existingSecretKey: url",
    ),
    Asked(
        "docket-secret instead of docket-url",
        OTHER_BROKER,
        ["--docket-secret", "docket"],
        "docket-secret: docket",
        [("How", DOWN + ENTER), ("Secret", "docket" + ENTER)],
        "existingSecret: docket",
    ),
    Asked(
        "docket-password",
        separate("host: cache\n        existingSecret: redis"),
        ["--answer", "docket-password=reference", "--redis-db", "2"],
        "docket-password: reference\n  redis-db: 2",
        [("Answer", DOWN + ENTER), DB],
        "url: redis://:$(PREFECT_REDIS_MESSAGING_PASSWORD)@cache:6379/2",
    ),
    Asked(
        "release-name and namespace",
        BUNDLED,
        ["--release-name", "infra", "--namespace", "prod", "--redis-db", "2", "--answer", "docket-password=reference"],
        "release-name: infra\n  namespace: prod\n  redis-db: 2\n  docket-password: reference",
        [("Answer", DOWN + ENTER), ("Release", "infra" + ENTER), ("Namespace", "prod" + ENTER), DB],
        "@infra-redis-headless.prod.svc.cluster.local:6379/2",
    ),
    Asked(
        "event-logger",
        separate(background=EVENT_LOGGER),
        ["--event-logger", "keep", "--redis-db", "2"],
        "event-logger: keep\n  redis-db: 2",
        [("Answer", DOWN + ENTER), DB],
        'PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED\n        value: "true"',
    ),
    Asked(
        "custom-toggles",
        separate(background=TRIGGERS_OFF),
        ["--custom-toggles", "remove", "--redis-db", "2"],
        "custom-toggles: remove\n  redis-db: 2",
        [("Answer", DOWN * 2 + ENTER), DB],
        "name: PROMETHEUS_MULTIPROC_DIR",
        "TRIGGERS",
    ),
    Asked(
        "one custom toggle",
        separate(background=TRIGGERS_OFF),
        ["--answer", "custom-toggles.background.TRIGGERS=keep", "--redis-db", "2"],
        "custom-toggles.background.TRIGGERS: keep\n  redis-db: 2",
        [("Answer", DOWN + ENTER), DB],
        'PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED\n        value: "false"',
    ),
    Asked(
        "migrate-on-start",
        separate(env=INJECTED_TWICE),
        ["--answer", "migrate-on-start=remove", "--redis-db", "2"],
        "migrate-on-start: remove\n  redis-db: 2",
        [DB, ("Answer", DOWN + ENTER)],
        "url: redis://cache:6379/2",
        "PREFECT_SERVER_DATABASE_MIGRATE_ON_START",
    ),
    Asked(
        "unseen-env",
        VALUES_FROM,
        ["--answer", "unseen-env=leave", "--redis-db", "2"],
        "unseen-env: leave\n  redis-db: 2",
        [("Answer", DOWN + ENTER), DB, ("Answer", DOWN + ENTER)],
        "url: redis://cache:6379/2",
        "MIGRATE_ON_START",
    ),
    Asked(
        "startup-probe",
        LONG_PROBE,
        ["--answer", "startup-probe=match"],
        "startup-probe: match",
        [("Answer", DOWN + ENTER)],
        "failureThreshold: 140",
    ),
    Asked(
        "tracing",
        TRACES_OFF,
        ["--answer", "tracing=enable"],
        "tracing: enable",
        [("Answer", DOWN + ENTER)],
        "tracing: {enabled: true,",
    ),
    Asked(
        "restore",
        RESTORE_ON,
        ["--answer", "restore=disable"],
        "restore: disable",
        [("Answer", ENTER)],
        "enabled: false",
    ),
    Asked(
        "flavour",
        FLAVOURED,
        ["--answer", "flavour=large", "--redis-db", "2"],
        "flavour: large\n  redis-db: 2",
        [("Answer", DOWN * 5 + ENTER), DB],
        "url: redis://cache:6379/2",
    ),
]
