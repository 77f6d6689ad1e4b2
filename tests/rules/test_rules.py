"""For each rule, a file that breaks only that rule, and one that nearly does."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import NamedTuple

import pytest

from migrator import rules, yamltext
from migrator.planning import catalog, discover
from migrator.report.records import Finding
from migrator.rules import live
from migrator.rules.unknown import unknown_keys
from migrator.values.merge import Map
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


@pytest.mark.parametrize("text", [SOUND, SINGLE, VANILLA], ids=["separate", "single", "vanilla"])
def test_a_sound_file_breaks_no_rule(text: str) -> None:
    assert findings(text) == []


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_file_breaks_only_its_rule(case: Case) -> None:
    text = text_of(case, case.breaks)
    found = findings(text)

    assert {each.rule for each in found} == {case.rule}, found
    for each in found:
        assert each.file == "layer-0.yaml"
        assert case.line in text.splitlines()[each.line - 1]
        assert each.text and each.remedy


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_near_miss_does_not_break_the_rule(case: Case) -> None:
    assert case.rule not in {each.rule for each in findings(text_of(case, case.nearly))}


PAST_THE_DEFAULT = {"neo4j-heap", "flavour-change"}
"""Rules of versions past the default target, or of two versions at once: they have tests of their own."""


def test_every_rule_has_a_case_and_a_unique_id() -> None:
    ids = [rule.id for rule in rules.RULES]

    assert len(set(ids)) == len(ids)
    # Those that need a look at Redis have theirs in test_live.py.
    assert {case.rule for case in CASES} == set(ids) - {rule.id for rule in live.RULES} - PAST_THE_DEFAULT


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.id)
def test_every_rule_says_what_holds_and_how_to_fix_it(rule: rules.Rule) -> None:
    assert rule.severity in ("error", "warning")
    assert rule.title.endswith(".") and rule.remedy.endswith(".")


def test_an_old_heap_is_reported_from_4_21_2_on() -> None:
    heap = "server.memory.heap.{}: {}"
    config = ", ".join(heap.format(name, "24G") for name in ("initial_size", "max_size"))
    neo4j = f"  neo4j: {{neo4j: {{resources: {{requests: {{memory: 32Gi}}}}}}, config: {{{config}}}}}\n"
    text = SOUND.replace("  prefect-server:\n", above_prefect(neo4j))
    assert not findings(text)
    assert [each.rule for each in findings(text, to="4.21.2")] == ["neo4j-heap"]
    assert not findings(text.replace("32Gi", "64Gi"), to="4.21.2")
    assert not findings(text.replace("max_size: 24G", "max_size: 20G"), to="4.21.2")


@pytest.mark.parametrize(("start", "count"), [("4.13.0-large", 1), ("4.13.0-medium", 0), ("4.13.0", 0)])
def test_a_change_of_flavour_is_a_warning(start: str, count: int) -> None:
    found = findings(SOUND, version_from=start, to="4.14.1-medium" if count else "4.14.1")
    assert [(each.rule, each.severity, each.line) for each in found] == [("flavour-change", "warning", 1)] * count


def test_errors_come_first() -> None:
    text = SOUND.replace(DOCKET, url("redis://redis.example.org/16")).replace(PIN, "").replace(METRICS, "        []\n")

    assert [(each.severity, each.rule) for each in findings(text)] == [
        ("error", "migrate-pin"),
        ("error", "metrics-directory"),
        ("warning", "docket-database"),
    ]


def test_a_breach_in_the_flavours_preset_has_no_file_and_line() -> None:
    """The file sets no host, so the preset's example would be installed."""
    found = findings("infrahub:\n  prefect-server: {}\n", version_from="4.13.0-medium", to="4.14.1")

    assert {each.rule for each in found} == {"example-host"}
    assert [(each.file, each.line) for each in found] == [("", 0), ("", 0)]
    assert all(each.text.endswith("(in the chart's own values)") for each in found)


def test_a_breach_in_the_presets_list_has_no_file_and_line() -> None:
    text = dedent("""\
        infrahub:
          prefect-server:
            global:
              prefect:
                env:
                  - name: WEB_CONCURRENCY
                    value: "2"
            backgroundServices:
              messaging:
                redis:
                  host: redis.example.org
                docket:
                  url: redis://redis.example.org:6379/2
        """)
    found = findings(text, version_from="4.13.0-medium", to="4.14.1")

    assert [(each.rule, each.file, each.line) for each in found] == [("env-twice", "", 0)]
    assert found[0].text.endswith("(in the chart's own values)")


def test_each_finding_names_its_layer() -> None:
    base = SOUND.replace(DOCKET, "")
    found = findings(
        base, "infrahub:\n  prefect-server:\n    backgroundServices:\n      messaging:\n        docket: {url: x}\n"
    )

    assert [(each.rule, each.file, each.line) for each in found] == [("docket-url", "layer-1.yaml", 5)]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("value: redis://redis.example.org:6379/3", "the two pods have different dockets"),
        ("valueFrom: {configMapKeyRef: {name: x, key: x}}", "the two pods may not be on the same docket"),
    ],
)
def test_different_and_unreadable_dockets_get_different_texts(value: str, words: str) -> None:
    found = findings(SOUND + f"        - name: PREFECT_SERVER_DOCKET_URL\n          {value}\n")

    assert [each.text.startswith(words) for each in found if each.rule == "docket-differs"] == [True]


@pytest.mark.parametrize(
    ("value", "words"),
    [("1", "is 1 without quotes"), ("on", "is true without quotes"), ("{}", "is a mapping,"), ("[]", "is a list,")],
)
def test_a_value_that_is_not_a_string_is_described_as_it_is(value: str, words: str) -> None:
    (found,) = findings(SOUND + f"        - name: WEB_CONCURRENCY\n          value: {value}\n")

    assert (found.rule, words in found.text) == ("env-string", True)


def test_a_release_without_prefect_breaks_no_rule() -> None:
    text = SOUND.replace("  prefect-server:\n", "  prefect-server:\n    enabled: false\n").replace(PIN, "")

    assert findings(text) == []
    assert findings(text.replace("enabled: false", "enabled: true")) != []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("migrate-pin", VANILLA),
        ("blocks-register", VANILLA),
        ("webserver-only", VANILLA),
        ("migrations-job", VANILLA),
        ("metrics-directory", VANILLA),
        ("docket-missing", SINGLE),
        ("migrate-pin", SINGLE),
        ("webserver-only", SINGLE),
    ],
)
def test_rules_that_do_not_apply_to_this_chart_or_image(rule: str, text: str) -> None:
    """Prefect's own image starts with --no-services and has its Job; a single process needs no docket."""
    assert rule not in {each.rule for each in findings(text)}


def test_on_the_old_chart_a_docket_is_an_unknown_key() -> None:
    text = SOUND.replace(PIN, "")
    found = findings(text, to="4.13.0")

    assert [(each.rule, text.splitlines()[each.line - 1].strip()) for each in found] == [("messaging-keys", "docket:")]
    assert findings(text.replace(DOCKET, ""), to="4.13.0") == []


def test_the_old_chart_injects_the_pin_under_its_old_name() -> None:
    found = findings(SOUND.replace(DOCKET, ""), to="4.13.0")

    assert [each.rule for each in found] == ["env-twice"]
    assert "PREFECT_API_DATABASE_MIGRATE_ON_START is set beside the chart's own on the server pod" in found[0].text


@pytest.mark.parametrize(
    ("preset", "version_from", "broken"),
    [
        ("", "4.13.0", set()),
        ("configPreset: medium\n", "4.13.0", {"example-host"}),
        ("", "4.13.0-medium", {"example-host"}),
    ],
)
def test_a_presets_host_is_checked_even_if_nothing_connects_to_it(
    preset: str, version_from: str, broken: set[str]
) -> None:
    text = dedent("""\
        infrahub:
          prefect-server:
            server:
              replicaCount: 1
              env: []
            backgroundServices:
              runAsSeparateDeployment: false
              messaging:
                redis:
                  host: example-infrahub-cache-master
                docket:
                  url: ""
        """)
    assert {each.rule for each in findings(preset + text, version_from=version_from)} == broken


@pytest.mark.parametrize(("to", "broken"), [("2026.4.15000000", set()), ("2026.4.21154022", {"migrate-pin"})])
def test_the_pin_is_needed_once_prefect_server_renames_its_own(to: str, broken: set[str]) -> None:
    """Until then the chart itself sets the name that Infrahub's bootstrap looks for."""
    text = VANILLA + "migrations: {enabled: false}\nglobal: {prefect: {image: {repository: opsmill/infrahub}}}\n"
    text = text.replace("server:\n", f"server:\n  env:\n{REGISTER}", 1)

    assert {each.rule for each in findings(text, to=to)} == broken


def remedies(text: str, rule: str, **options: str) -> list[str]:
    return [each.remedy for each in findings(text, **options) if each.rule == rule]


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("hots: x", "Did you mean infrahub.prefect-server.backgroundServices.messaging.redis.host?"),
        ("Password: x", "Did you mean infrahub.prefect-server.backgroundServices.messaging.redis.password?"),
        (
            "qqqq: x",
            (
                "Remove it; the known keys are db, existingSecret, existingSecretPasswordKey, host, password, port, "
                "ssl, username."
            ),
        ),
        ("ssl: 'true'", "Write true or false, without quotes."),
    ],
)
def test_a_key_that_the_schema_refuses_gets_a_suggestion(line: str, remedy: str) -> None:
    assert remedies(SOUND.replace(HOST, f"{HOST}          {line}\n"), "messaging-keys") == [remedy]


@pytest.mark.parametrize("key", ["existingSecret", "existingSecretPasswordKey"])
def test_a_key_of_the_new_chart_is_named_as_such_on_the_old_one(key: str) -> None:
    text = SOUND.replace(PIN, "").replace(DOCKET, "").replace(HOST, f"{HOST}          {key}: x\n")

    (remedy,) = remedies(text, "messaging-keys", to="4.13.0")
    assert remedy == "Remove it, or upgrade to a chart that has it: 4.14.0 (prefect-server 2026.4.10163454) or newer."


TOGGLE = "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (SOUND.replace(METRICS, METRICS + entry(TOGGLE, '"false"')), True),
        (SOUND.replace(METRICS, METRICS + entry("PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED", '"true"')), True),
        (SOUND.replace(METRICS, METRICS + entry(TOGGLE, '"true"')), False),
        (SOUND.replace(SERVE_BASE, SERVE_BASE + entry(TOGGLE, '"false"')), False),
        (SOUND.replace(METRICS, METRICS + entry(TOGGLE, '"false"')).replace(DOCKET, ""), False),
    ],
    ids=["kept", "logger kept", "preset's own", "preset's own on the server", "not migrated"],
)
def test_a_kept_toggle_and_one_to_migrate_get_different_remedies(text: str, kept: bool) -> None:
    (remedy,) = remedies(text, "toggle-left")

    assert remedy.startswith("No action needed") is kept
    assert remedy.startswith("Run infrahub-migrator migrate") is not kept


def test_a_toggle_that_overrides_global_env_is_told_why_it_stays() -> None:
    text = SOUND.replace(METRICS, METRICS + entry(TOGGLE, '"true"'))
    both = "    global:\n      prefect:\n        env:\n" + indent(entry(TOGGLE, '"false"'), "  ")
    found = remedies(text + both, "toggle-left")

    assert len(found) == 2 and sum("it overrides the same toggle in global.prefect.env" in each for each in found) == 1


@pytest.mark.parametrize(
    ("docket", "shared"),
    [
        ("redis://redis.example.org/2", True),
        ("'{{ .Values.docket }}'", True),  # cannot be read from here
        ("memory://", False),
        ('""', False),
        ("redis://redis.example.org", False),
    ],
)
def test_several_processes_may_share_a_docket_in_env(docket: str, shared: bool) -> None:
    text = SINGLE.replace("replicaCount: 1", "replicaCount: 3") + entry("PREFECT_SERVER_DOCKET_URL", docket)
    assert (texts("docket-private", text) == []) is shared


@pytest.mark.parametrize(("separate", "empty_will_do"), [("true", False), ("false", True)])
def test_the_example_host_may_be_emptied_if_nothing_uses_it(separate: str, empty_will_do: bool) -> None:
    text = "configPreset: medium\n" + SOUND.replace(HOST, "          host: example-infrahub-cache-master\n")
    found = remedies(
        text.replace("runAsSeparateDeployment: true", f"runAsSeparateDeployment: {separate}"), "example-host"
    )

    assert ['or to ""' in remedy for remedy in found] == [empty_will_do]


EXAMPLE_CACHE = entry("INFRAHUB_CACHE_ADDRESS", "my-example-infrahub-cache-master")
OWN_ARGS = SOUND.replace("    server:\n", "    server:\n      args: [prefect, server, start, --no-services]\n")


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        (SOUND.replace(METRICS, METRICS + EXAMPLE_CACHE), True),
        (SOUND.replace(SERVE_BASE, SERVE_BASE + EXAMPLE_CACHE), False),
        (OWN_ARGS.replace(SERVE_BASE, SERVE_BASE + EXAMPLE_CACHE), True),
        (SOUND.replace(SERVE_BASE, SERVE_BASE + EXAMPLE_CACHE.replace("ADDRESS", "URL")), True),
        (SOUND + f"    global:\n      prefect:\n        env:\n{indent(EXAMPLE_CACHE, '  ')}", True),
    ],
    ids=["background", "server", "server with custom arguments", "URL", "both"],
)
def test_the_remedy_says_if_server_args_replace_the_example_host(text: str, is_read: bool) -> None:
    (remedy,) = remedies(text, "cache-example-host")

    assert remedy.startswith("Set it to the host of your own cache.")
    assert ("replaces it with messaging's host" not in remedy) is is_read


@pytest.mark.parametrize("enabled", ["true", "false"])
def test_an_example_host_that_no_pod_gets_is_ignored(enabled: str) -> None:
    single = SOUND.replace("runAsSeparateDeployment: true", "runAsSeparateDeployment: false")
    assert remedies(single.replace(METRICS, METRICS + EXAMPLE_CACHE), "cache-example-host") == []
    off = SOUND.replace("  prefect-server:\n", f"  prefect-server:\n    enabled: {enabled}\n")
    found = remedies(off.replace(METRICS, METRICS + EXAMPLE_CACHE), "cache-example-host")
    assert bool(found) is (enabled == "true")


def texts(rule: str, text: str, **how: str) -> list[str]:
    return [each.text for each in findings(text, **how) if each.rule == rule]


TWICE = "infrahub: {prefect-server: {global: {prefect: {env: [{name: X, value: a}, {name: X, value: b}]}}}}\n"


def test_a_breach_in_global_env_is_reported_once() -> None:
    separate = TWICE.replace("{global", "{backgroundServices: {runAsSeparateDeployment: true}, global")
    assert texts("env-twice", separate) == texts("env-twice", TWICE)
    assert len(texts("env-twice", TWICE)) == 1


def test_a_list_of_an_umbrellas_other_chart_is_not_checked() -> None:
    """The same path at the umbrella's top level belongs to another chart."""
    others = "server: {env: [{value: x}]}\n"
    assert texts("env-entry", f"{others}infrahub: {{prefect-server: {{server: {{replicaCount: 1}}}}}}\n") == []
    own = "infrahub: {prefect-server: {server: {env: [{value: x}]}}}\n"
    assert texts("env-entry", own) == ["an entry of infrahub.prefect-server.server.env has no name"]


def test_a_restore_is_refused_from_4_18_0_on() -> None:
    text = text_of(Case("", "  prefect-server:\n", "", "", ""), above_prefect(RESTORE.replace("@", "{bucket: b}")))
    assert texts("restore-refused", text, to="4.18.0") != []
    assert texts("restore-refused", text, to="4.17.0") == []


UNKNOWN_KEY = "infrahub: {prefect-server: {backgroundServices: {messaging: {docket: {urll: x}}}}}\n"


@pytest.mark.parametrize(("to", "key"), [("4.13.0", "docket"), ("4.14.1", "docket.urll")])
def test_a_chart_without_docket_refuses_the_whole_block(to: str, key: str) -> None:
    where = "infrahub.prefect-server.backgroundServices.messaging"
    assert texts("messaging-keys", UNKNOWN_KEY, to=to) == [f"{where}.{key} is not a key of this chart"]


@pytest.mark.parametrize(
    ("key", "remedy"),
    [
        ("hots", "Did you mean infrahub.prefect-server.backgroundServices.messaging.redis.host?"),
        (
            "existingSecret",
            "Remove it, or upgrade to a chart that has it: 4.14.0 (prefect-server 2026.4.10163454) or newer.",
        ),
    ],
)
def test_an_unknown_key_on_an_old_chart_gets_a_fitting_remedy(key: str, remedy: str) -> None:
    text = f"infrahub: {{prefect-server: {{backgroundServices: {{messaging: {{redis: {{{key}: x}}}}}}}}}}\n"
    found = [each.remedy for each in findings(text, to="4.13.0") if each.rule == "messaging-keys"]
    assert found == [remedy]


def test_a_map_that_is_empty_in_the_chart_accepts_any_key() -> None:
    values: Map = {"infrahub": {"prefect-server": {"server": {"extra": {}, "probe": {"port": 1}}}}}
    text = "infrahub: {prefect-server: {server: {extra: {ours: 1}, probe: {ours: 1}}}}\n"
    stream = yamltext.parse(text.encode(), "values.yaml")
    layers = [Layer("values.yaml", stream.documents[0].data)]
    options = discover.Options()
    what = discover.detect(layers, options, catalog.load())
    release = discover.build_release(what, layers, options, "")
    unknown = unknown_keys(release, values, lambda _, route: stream.documents[0].line(route), ["values.yaml"])
    assert [each.text.partition(" is not a key")[0] for each in unknown] == [
        "infrahub.prefect-server.server.probe.ours"
    ]
