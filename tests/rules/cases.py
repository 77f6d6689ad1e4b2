"""Texts that break each rule and texts that nearly do, and what the rules find in a text."""

from __future__ import annotations

from typing import NamedTuple

from migrator import rules, yamltext
from migrator.planning import catalog, discover
from migrator.report.records import Finding
from migrator.values.release import Layer
from tests import skeleton

REDIS = ("host: redis.example.org", "db: 1")
URL = "redis://redis.example.org:6379/2"
SOUND = skeleton.values("ui webserver-only pin register", "metrics", REDIS, URL)

SINGLE = """\
infrahub:
  prefect-server:
    server:
      replicaCount: 1
      env:
        - name: PREFECT_UI_SERVE_BASE
          value: /
"""

VANILLA = skeleton.values(None, None, REDIS, URL, root="", head="server:\n  replicaCount: 2\n")

HOST = "          host: redis.example.org\n"
DOCKET = "        docket:\n          url: redis://redis.example.org:6379/2\n"
SERVE_BASE = skeleton.entries("ui")
METRICS = skeleton.entries("metrics")
BACKGROUND = "    backgroundServices:\n"
PIN = skeleton.entries("pin")
REGISTER = skeleton.entries("register")
WEBSERVER_ONLY = skeleton.entries("webserver-only")


def entry(name: str, value: str) -> str:
    return f"        - name: {name}\n          value: {value}\n"


def url(text: str) -> str:
    return f"        docket:\n          url: {text}\n"


class Case(NamedTuple):
    """`old` becomes `breaks` in the file that breaks the rule, and `nearly` in the one that does not.

    `line` is a piece of the line that the finding has to name.
    """

    rule: str
    old: str
    breaks: str
    nearly: str
    line: str
    text: str = SOUND


READ_ONLY = "      containerSecurityContext: {readOnlyRootFilesystem: true}\n"
PROBES = "  infrahubServer:\n    infrahubServer:\n      livenessProbe:\n"

RESTORE = "  infrahub-backup: {enabled: true, restore: {enabled: true, storage: {s3: @}}}\n"
TAGS = "  global: {infrahubTag: @}\n"


def above_prefect(text: str) -> str:
    return f"{text}  prefect-server:\n"


CASES = [
    Case(
        "requests-above-limits",
        BACKGROUND,
        BACKGROUND + "      resources: {requests: {memory: 2Gi}}\n",
        BACKGROUND + "      resources: {requests: {memory: 1024Mi}}\n",
        "resources",
    ),
    Case(
        "requests-above-limits",
        "  prefect-server:\n",
        above_prefect("  neo4j: {neo4j: {resources: {requests: {cpu: '12'}, limits: {cpu: 8000m}}}}\n"),
        above_prefect("  neo4j: {neo4j: {resources: {requests: {cpu: '12'}, limits: {cpu: 12000m}}}}\n"),
        "neo4j",
    ),
    Case(
        "cache-example-host",
        METRICS,
        METRICS + entry("INFRAHUB_CACHE_ADDRESS", "example-infrahub-cache-master"),
        METRICS + entry("INFRAHUB_CACHE_ADDRESS", "infrahub-cache-master"),
        "INFRAHUB_CACHE_ADDRESS",
    ),
    Case(
        "cache-example-host",
        "  prefect-server:\n",
        above_prefect(
            "  infrahubServer: {infrahubServer: {env: {INFRAHUB_CACHE_URL: redis://example-infrahub-cache-master/0}}}\n"
        ),
        above_prefect(
            "  infrahubServer: {infrahubServer: {env: {INFRAHUB_CACHE_URL: redis://infrahub-cache-master/0}}}\n"
        ),
        "infrahubServer",
    ),
    Case(
        "gateway-and-ingress",
        "  prefect-server:\n",
        above_prefect("  infrahubServer: {gatewayApi: {enabled: true}}\n"),
        above_prefect("  infrahubServer: {gatewayApi: {enabled: true}, ingress: {enabled: false}}\n"),
        "gatewayApi",
    ),
    Case(
        "restore-refused",
        "  prefect-server:\n",
        above_prefect(RESTORE.replace("@", "{bucket: b}")),
        above_prefect(RESTORE.replace("@", "{bucket: b, key: k}")),
        "restore",
    ),
    Case(
        "restore-enabled",
        "  prefect-server:\n",
        above_prefect(RESTORE.replace("@", "{bucket: b, latest: true}")),
        above_prefect(
            RESTORE.replace("@", "{bucket: b, latest: true}").replace("{enabled: true, s", "{enabled: false, s")
        ),
        "restore",
    ),
    Case(
        "image-pins",
        "  prefect-server:\n",
        above_prefect(TAGS.replace("@", "1.9.8")),
        above_prefect(TAGS.replace("@", "1.9.8, prefect: {image: {prefectTag: 1.9.8}}")),
        "infrahubTag",
    ),
    Case(
        "image-flavour",
        "  prefect-server:\n",
        above_prefect(TAGS.replace("@", "1.9.8-avd, prefect: {image: {prefectTag: 1.9.8}}")),
        above_prefect(TAGS.replace("@", "1.9.8, infrahubImageFlavor: avd, prefect: {image: {prefectTag: 1.9.8}}")),
        "infrahubTag",
    ),
    Case(
        "image-flavour-twice",
        "  prefect-server:\n",
        above_prefect(TAGS.replace("@", "1.9.8-avd, infrahubImageFlavor: avd, prefect: {image: {prefectTag: 1.9.8}}")),
        above_prefect(TAGS.replace("@", "1.9.8-avd, prefect: {image: {prefectTag: 1.9.8}}")),
        "infrahubTag",
    ),
    Case(
        "agent-token",
        "  prefect-server:\n",
        above_prefect("  infrahubServer: {infrahubServer: {env: {INFRAHUB_INITIAL_ADMIN_TOKEN: own}}}\n"),
        above_prefect("  infrahubServer: {infrahubServer: {env: {INFRAHUB_LOG_LEVEL: INFO}}}\n"),
        "TOKEN",
    ),
    Case(
        "probe-handlers",
        "  prefect-server:\n",
        PROBES + "        exec: {command: [true]}\n  prefect-server:\n",
        PROBES + "        httpGet: null\n        exec: {command: [true]}\n  prefect-server:\n",
        "livenessProbe",
    ),
    Case(
        "env-secrets",
        "  prefect-server:\n",
        "  infrahubTaskWorker:\n    infrahubTaskWorker:\n      envFromExistingSecret: a\n"
        "      envFromExistingSecrets: [b]\n  prefect-server:\n",
        "  infrahubTaskWorker:\n    infrahubTaskWorker:\n      envFromExistingSecret: a\n"
        "      envFromExistingSecrets: []\n  prefect-server:\n",
        "envFromExistingSecret: a",
    ),
    Case(
        "logging-level",
        BACKGROUND,
        BACKGROUND + "      loggingLevel: info\n",
        BACKGROUND + "      loggingLevel: INFO\n",
        "loggingLevel",
    ),
    Case(
        "key-refused",
        BACKGROUND,
        "    global: {prefect: {prefectApiUrl: http://x}}\n" + BACKGROUND,
        '    global: {prefect: {prefectApiUrl: ""}}\n' + BACKGROUND,
        "prefectApiUrl",
    ),
    Case(
        "key-unread",
        BACKGROUND,
        BACKGROUND + "      livenessProbe: {enabled: true}\n",
        BACKGROUND + "      livenessProbe: {}\n",
        "livenessProbe",
    ),
    Case(
        "server-metrics",
        SERVE_BASE,
        SERVE_BASE.replace("value: /", 'value: ""'),
        SERVE_BASE + entry("PROMETHEUS_MULTIPROC_DIR", "/tmp"),
        "env:",
        SOUND.replace(
            "    server:\n", "    server:\n      containerSecurityContext: {readOnlyRootFilesystem: true}\n", 1
        ),
    ),
    Case(
        "example-host",
        HOST,
        "          host: example-infrahub-cache-master\n",
        "          host: example-infrahub-cache\n",
        "host: example",
    ),
    Case(
        "example-host",
        DOCKET,
        url("redis://eu.example-infrahub-cache-master:6379/2"),
        url("redis://example-infrahub-cache:6379/2"),
        "url: ",
    ),
    Case(
        "messaging-host",
        HOST,
        '          host: ""\n',
        "          host: redis\n",
        'host: ""',
    ),
    Case("messaging-host", HOST, "", HOST, "redis:"),
    Case("messaging-host", HOST, '          host: "{{ .Values.redis }}"\n', "          host: redis\n", "host: "),
    Case(
        "messaging-host-placeholder",
        HOST,
        "          host: ${REDIS_HOST}\n",
        "          host: redis-host\n",
        "host: ",
    ),
    Case(
        "messaging-differs",
        METRICS,
        METRICS + entry("PREFECT_REDIS_MESSAGING_URL", "redis://other.example.org:6379/1"),
        METRICS + entry("PREFECT_REDIS_MESSAGING_URL", "redis://redis.example.org:6379/1"),
        "env:",
    ),
    Case(
        "bundled-password",
        BACKGROUND,
        "    redis: {enabled: true}\n" + BACKGROUND,
        "    redis: {enabled: false}\n" + BACKGROUND,
        "host: ",
    ),
    Case(
        "messaging-keys",
        HOST,
        HOST + "          database: 1\n",
        HOST + "          port: '6379'\n",
        "database: 1",
    ),
    Case("messaging-keys", HOST, HOST + '          ssl: "false"\n', HOST + "          ssl: false\n", "ssl:"),
    Case("messaging-keys", DOCKET, DOCKET + "        brokers: x\n", DOCKET + "        broker: x\n", "brokers:"),
    Case("docket-null", DOCKET, "        docket:\n", DOCKET, "docket:"),
    Case("docket-missing", DOCKET, "", "        docket: {existingSecret: docket}\n", "messaging:"),
    Case("docket-missing", DOCKET, url('""'), DOCKET, "url:"),
    Case("docket-missing", DOCKET, url("memory://"), DOCKET, "url: memory"),
    Case(
        "docket-unseen",
        DOCKET,
        "      extraEnvVarsSecret: prefect\n",
        DOCKET + "      extraEnvVarsSecret: prefect\n",
        "messaging:",
        SOUND.replace(
            "      env:\n        - name: PREFECT_UI",
            "      extraEnvVarsCM: prefect\n      env:\n        - name: PREFECT_UI",
        ),
    ),
    Case("docket-private", "replicaCount: 1", "replicaCount: 2", "replicaCount: 0", "server:", SINGLE),
    Case(
        "docket-private",
        SERVE_BASE,
        SERVE_BASE + entry("WEB_CONCURRENCY", '"4"'),
        SERVE_BASE + entry("WEB_CONCURRENCY", '"1"'),
        "server:",
        SINGLE,
    ),
    Case("docket-url", DOCKET, url("redis://redis.example.org:6379"), url("redis://redis.example.org/2"), "url:"),
    Case("docket-url", DOCKET, url("REDIS://redis.example.org/2"), url('"redis://:p%40s@redis.example.org/2"'), "url:"),
    Case(
        "docket-differs",
        DOCKET + "      env:\n",
        "      env:\n" + entry("PREFECT_SERVER_DOCKET_URL", "redis://redis.example.org:6379/3"),
        "      env:\n" + entry("PREFECT_SERVER_DOCKET_URL", "redis://redis.example.org:6379/2"),
        "PREFECT_SERVER_DOCKET_URL",
        SOUND.replace(SERVE_BASE, SERVE_BASE + entry("PREFECT_SERVER_DOCKET_URL", "redis://redis.example.org:6379/2")),
    ),
    Case(
        "docket-shared-with-cache",
        DOCKET,
        url("redis://redis.example.org:6379/0"),
        url("redis://other.example.org:6379/0"),
        "url:",
    ),
    Case("docket-shared", DOCKET, url("redis://redis.example.org/1"), url("redis://redis.example.org:6380/1"), "url:"),
    Case("docket-database", DOCKET, url("redis://redis.example.org/16"), url("redis://redis.example.org/15"), "url:"),
    Case(
        "docket-tls",
        HOST + "          db: 1\n" + DOCKET,
        HOST + "          db: 1\n" + url("rediss://redis.example.org:6379/2"),
        HOST + "          db: 1\n          ssl: true\n" + url("rediss://redis.example.org:6379/2"),
        "url:",
    ),
    Case(
        "docket-tls",
        HOST,
        HOST + "          ssl: true\n",
        HOST + "          ssl: true\n          port: 6380\n",
        "url:",
    ),
    Case(
        "docket-reference",
        HOST + "          db: 1\n" + DOCKET,
        HOST + "          db: 1\n" + url("redis://:$(PREFECT_REDIS_MESSAGING_PASSWORD)@redis.example.org/2"),
        HOST
        + "          db: 1\n          existingSecret: redis\n"
        + url("redis://:$(PREFECT_REDIS_MESSAGING_PASSWORD)@redis.example.org/2"),
        "url:",
    ),
    Case(
        "docket-name",
        METRICS,
        METRICS + entry("PREFECT_SERVER_DOCKET_NAME", "prefect"),
        METRICS + entry("PREFECT_SERVER_DOCKET_NAMED", "prefect"),
        "PREFECT_SERVER_DOCKET_NAME",
    ),
    Case(
        "toggle-left",
        METRICS,
        METRICS + entry("PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED", '"true"'),
        METRICS + entry("PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE", '"1"'),
        "TRIGGERS",
    ),
    Case(
        "toggle-left",
        SERVE_BASE,
        SERVE_BASE + entry("PREFECT_API_SERVICES_EVENT_LOGGER_ENABLED", '"false"'),
        SERVE_BASE + entry("PREFECT_API_SERVICES_SCHEDULER_ENABLED", '"false"'),
        "EVENT_LOGGER",
    ),
    Case(
        "toggle-value",
        METRICS,
        METRICS + entry("PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED", '""'),
        METRICS + entry("PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED", '"off"'),
        "SCHEDULER",
    ),
    Case("migrate-pin", PIN, PIN.replace('"false"', '"False"'), PIN.replace('"', "'"), "MIGRATE_ON_START"),
    Case("migrate-pin", PIN, "", PIN, "env:"),
    Case("blocks-register", REGISTER, REGISTER.replace('"false"', '"0"'), REGISTER.replace('"', "'"), "REGISTER_ON"),
    Case("blocks-register", REGISTER, "", REGISTER, "env:"),
    Case(
        "migrate-pin-single", SERVE_BASE, SERVE_BASE + PIN, SERVE_BASE + PIN.replace("false", "true"), "MIGRATE", SINGLE
    ),
    Case("webserver-only", WEBSERVER_ONLY, "", WEBSERVER_ONLY, "env:"),
    Case("webserver-only", WEBSERVER_ONLY, entry("PREFECT__SERVER_WEBSERVER_ONLY", '""'), WEBSERVER_ONLY, "WEBSERVER"),
    Case(
        "webserver-only-false",
        WEBSERVER_ONLY,
        WEBSERVER_ONLY.replace("true", "false"),
        WEBSERVER_ONLY.replace("true", "yes"),
        "WEBSERVER",
    ),
    Case(
        "services-nowhere",
        BACKGROUND,
        BACKGROUND + "      replicaCount: 0\n",
        BACKGROUND + "      replicaCount: 1\n",
        "0",
    ),
    Case(
        "services-nowhere",
        SERVE_BASE,
        SERVE_BASE + WEBSERVER_ONLY,
        SERVE_BASE + WEBSERVER_ONLY.replace("true", ""),
        "WEBSERVER",
        SINGLE,
    ),
    Case(
        "services-nowhere",
        "      replicaCount: 1\n",
        "      args: [prefect, server, start, --no-services]\n",
        "      args: [prefect, server, start]\n",
        "args:",
        SINGLE,
    ),
    Case(
        "migrations-job",
        BACKGROUND,
        "    migrations: {enabled: true}\n" + BACKGROUND,
        "    migrations: {enabled: false}\n" + BACKGROUND,
        "migrations:",
    ),
    Case(
        "migrations-missing",
        "server:\n",
        "migrations: {enabled: false}\nserver:\n",
        "migrations: {enabled: true}\nserver:\n",
        "migrations:",
        VANILLA,
    ),
    Case("metrics-directory", METRICS, METRICS.replace("PROMETHEUS", "METRICS"), METRICS.replace('""', "/tmp"), "env:"),
    Case(
        "database-override",
        SERVE_BASE,
        SERVE_BASE + entry("PREFECT_API_DATABASE_CONNECTION_URL", "postgresql+asyncpg://db/prefect"),
        SERVE_BASE + entry("PREFECT_API_DATABASE_ECHO", '"true"'),
        "CONNECTION_URL",
    ),
    Case(
        "database-override",
        METRICS,
        METRICS + PIN.replace("false", "true"),
        METRICS + PIN,
        "MIGRATE_ON_START",
    ),
    Case("env-twice", SERVE_BASE, SERVE_BASE * 2, SERVE_BASE, "PREFECT_UI_SERVE_BASE"),
    Case("env-twice", METRICS, METRICS + entry("HOME", "/tmp"), METRICS + entry("HOMES", "/tmp"), "HOME"),
    Case(
        "env-twice",
        METRICS,
        METRICS + entry("PREFECT_SERVER_DOCKET_URL", "redis://redis.example.org:6379/2"),
        METRICS,
        "PREFECT_SERVER_DOCKET_URL",
    ),
    Case("env-twice", METRICS, METRICS + entry("PREFECT_REDIS_MESSAGING_DB", '"1"'), METRICS, "MESSAGING_DB"),
    Case(
        "env-string", METRICS, METRICS + entry("WEB_CONCURRENCY", "1"), METRICS + entry("WEB_CONCURRENCY", '"1"'), "WEB"
    ),
    Case("env-string", METRICS, METRICS + entry("DEBUG", "on"), METRICS + entry("DEBUG", "'on'"), "DEBUG"),
    Case("env-entry", METRICS, METRICS + "        - value: x\n", METRICS + "        - name: X\n", "- value: x"),
    Case("env-entry", METRICS, METRICS + "        - {name: 5}\n", METRICS + "        - {name: '5'}\n", "name: 5"),
    Case("env-entry", METRICS, METRICS + "        - {name: ''}\n", METRICS + "        - {name: X}\n", "name: ''"),
    Case("env-entry", METRICS, METRICS + "        - bare\n", METRICS + "        - {name: bare}\n", "- bare"),
    Case(
        "env-entry",
        METRICS,
        METRICS + "        - {name: X, value: x, valueFrom: {secretKeyRef: {name: x, key: x}}}\n",
        METRICS + "        - {name: X, valueFrom: {secretKeyRef: {name: x, key: x}}}\n",
        "name: X",
    ),
]


def findings(*texts: str, to: str = "", chart: str = "", version_from: str = "") -> list[Finding]:
    """What the rules find in these layers."""
    streams = [yamltext.parse(text.encode(), f"layer-{number}.yaml") for number, text in enumerate(texts)]
    layers = [Layer(stream.name, stream.documents[0].data) for stream in streams]
    options = discover.Options(version_to=to, chart=chart, version_from=version_from)
    found = discover.detect(layers, options, catalog.load())
    release = discover.build_release(found, layers, options, found.flavour or "")
    return rules.check(release, lambda n, route: streams[n].documents[0].line(route), [layer.name for layer in layers])


def case_id(case: Case) -> str:
    return f"{case.rule}-{case.line.strip(':- ')}"


def text_of(case: Case, new: str) -> str:
    assert case.text.count(case.old) == 1, "the case's text holds what it replaces exactly once"
    return case.text.replace(case.old, new)


def remedies(text: str, rule: str, **options: str) -> list[str]:
    return [each.remedy for each in findings(text, **options) if each.rule == rule]


def texts(rule: str, text: str, **how: str) -> list[str]:
    return [each.text for each in findings(text, **how) if each.rule == rule]
