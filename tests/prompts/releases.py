"""For each question, a release that asks it and every way to answer it."""

from __future__ import annotations

from typing import NamedTuple

from tests.prompts.terminal import DOWN, ENTER, UP


class QuestionCase(NamedTuple):
    """A question on its own: the file before, three ways to give the same answer, and what it does to the file."""

    question: str
    before: str
    flags: list[str]
    entry: str
    keys: list[tuple[str, str]]  # each prompt, and what is typed there
    expected: str  # is in the file afterwards
    removed: str = ""  # is no longer in the file


def separate(redis: str = "host: cache", *, env: str = "", background: str = "", top: str = "") -> str:
    """A community release with separate background services, whose only question comes from the arguments."""
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
"""Questions that are never prompted for: they take an answer only, or need a target that is given explicitly."""

DB = ("Database", ENTER)
QUESTIONS = [
    QuestionCase(
        "separate-services",
        WIRED_IN_ENV,
        ["--answer", "separate-services=separate", "--redis-db", "2"],
        "separate-services: separate\n  redis-db: 2",
        [("Answer", DOWN + ENTER), DB],
        "runAsSeparateDeployment: true",
    ),
    QuestionCase(
        "messaging-redis",
        separate(background=OTHER_DATABASE),
        ["--answer", "messaging-redis.db=5", "--redis-db", "2"],
        "messaging-redis.db: 5\n  redis-db: 2",
        [("Answer", DOWN * 2 + ENTER), DB],
        "db: 5",
    ),
    QuestionCase(
        "redis-db",
        separate(),
        ["--redis-db", "4"],
        "redis-db: 4",
        [("Database", DOWN * 2 + ENTER)],
        "url: redis://cache:6379/4",
    ),
    QuestionCase(
        "redis-host",
        separate("host: ${REDIS_HOST}"),
        ["--redis-host", "redis.prod", "--redis-db", "2"],
        "redis-host: redis.prod\n  redis-db: 2",
        [("Host", "redis.prod" + ENTER), DB],
        "url: redis://redis.prod:6379/2",
    ),
    QuestionCase(
        "docket-url",
        OTHER_BROKER,
        ["--docket-url", "redis://other:6379/5"],
        "docket-url: redis://other:6379/5",
        [("How", ENTER), ("URL", "redis://other:6379/5" + ENTER)],
        "url: redis://other:6379/5",
    ),
    QuestionCase(
        "docket-url instead of redis-db",
        separate(),
        ["--docket-url", "redis://other:6379/5"],
        "docket-url: redis://other:6379/5",
        [("Database", UP * 2 + ENTER), ("URL", "redis://other:6379/5" + ENTER)],
        "url: redis://other:6379/5",
    ),
    QuestionCase(
        "docket-secret",
        HIDDEN_PASSWORD,
        ["--docket-secret", "docket:url"],
        "docket-secret: docket:url",
        [("How", ENTER), ("Secret", "docket:url" + ENTER)],
        "existingSecret: docket\n        existingSecretKey: url",
    ),
    QuestionCase(
        "docket-secret instead of docket-url",
        OTHER_BROKER,
        ["--docket-secret", "docket"],
        "docket-secret: docket",
        [("How", DOWN + ENTER), ("Secret", "docket" + ENTER)],
        "existingSecret: docket",
    ),
    QuestionCase(
        "docket-password",
        separate("host: cache\n        existingSecret: redis"),
        ["--answer", "docket-password=reference", "--redis-db", "2"],
        "docket-password: reference\n  redis-db: 2",
        [("Answer", DOWN + ENTER), DB],
        "url: redis://:$(PREFECT_REDIS_MESSAGING_PASSWORD)@cache:6379/2",
    ),
    QuestionCase(
        "release-name and namespace",
        BUNDLED,
        ["--release-name", "infra", "--namespace", "prod", "--redis-db", "2", "--answer", "docket-password=reference"],
        "release-name: infra\n  namespace: prod\n  redis-db: 2\n  docket-password: reference",
        [("Answer", DOWN + ENTER), ("Release", "infra" + ENTER), ("Namespace", "prod" + ENTER), DB],
        "@infra-redis-headless.prod.svc.cluster.local:6379/2",
    ),
    QuestionCase(
        "event-logger",
        separate(background=EVENT_LOGGER),
        ["--event-logger", "keep", "--redis-db", "2"],
        "event-logger: keep\n  redis-db: 2",
        [("Answer", DOWN + ENTER), DB],
        'PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED\n        value: "true"',
    ),
    QuestionCase(
        "custom-toggles",
        separate(background=TRIGGERS_OFF),
        ["--custom-toggles", "remove", "--redis-db", "2"],
        "custom-toggles: remove\n  redis-db: 2",
        [("Answer", DOWN * 2 + ENTER), DB],
        "name: PROMETHEUS_MULTIPROC_DIR",
        "TRIGGERS",
    ),
    QuestionCase(
        "one custom toggle",
        separate(background=TRIGGERS_OFF),
        ["--answer", "custom-toggles.background.TRIGGERS=keep", "--redis-db", "2"],
        "custom-toggles.background.TRIGGERS: keep\n  redis-db: 2",
        [("Answer", DOWN + ENTER), DB],
        'PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED\n        value: "false"',
    ),
    QuestionCase(
        "migrate-on-start",
        separate(env=INJECTED_TWICE),
        ["--answer", "migrate-on-start=remove", "--redis-db", "2"],
        "migrate-on-start: remove\n  redis-db: 2",
        [DB, ("Answer", DOWN + ENTER)],
        "url: redis://cache:6379/2",
        "PREFECT_SERVER_DATABASE_MIGRATE_ON_START",
    ),
    QuestionCase(
        "unseen-env",
        VALUES_FROM,
        ["--answer", "unseen-env=leave", "--redis-db", "2"],
        "unseen-env: leave\n  redis-db: 2",
        [("Answer", DOWN + ENTER), DB, ("Answer", DOWN + ENTER)],
        "url: redis://cache:6379/2",
        "MIGRATE_ON_START",
    ),
    QuestionCase(
        "startup-probe",
        LONG_PROBE,
        ["--answer", "startup-probe=match"],
        "startup-probe: match",
        [("Answer", DOWN + ENTER)],
        "failureThreshold: 140",
    ),
    QuestionCase(
        "tracing",
        TRACES_OFF,
        ["--answer", "tracing=enable"],
        "tracing: enable",
        [("Answer", DOWN + ENTER)],
        "tracing: {enabled: true,",
    ),
    QuestionCase(
        "restore",
        RESTORE_ON,
        ["--answer", "restore=disable"],
        "restore: disable",
        [("Answer", ENTER)],
        "enabled: false",
    ),
    QuestionCase(
        "flavour",
        FLAVOURED,
        ["--answer", "flavour=large", "--redis-db", "2"],
        "flavour: large\n  redis-db: 2",
        [("Answer", DOWN * 5 + ENTER), DB],
        "url: redis://cache:6379/2",
    ),
]
