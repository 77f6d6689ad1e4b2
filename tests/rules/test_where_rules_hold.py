"""Where a rule holds, by deployment, image, chart and version: the same values break it in one and not in another."""

from __future__ import annotations

import pytest

from .cases import METRICS, PIN, READ_ONLY, SERVE_BASE, SINGLE, SOUND, VANILLA, WEBSERVER_ONLY, entry, findings

TOGGLE = entry("PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED", '"true"')
LOGGER = entry("PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED", '"true"')
BY_REFERENCE = "        - name: {}\n          valueFrom: {{configMapKeyRef: {{name: a, key: b}}}}\n"
ONLY = "PREFECT__SERVER_WEBSERVER_ONLY"
CONNECTION = entry("PREFECT_API_DATABASE_CONNECTION_URL", "postgresql+asyncpg://db/prefect")
DOCKET_URL = "redis://redis.example.org:6379/2"


def on_server(text: str, added: str) -> str:
    return text.replace(SERVE_BASE, SERVE_BASE + added)


def on_background(text: str, added: str) -> str:
    if METRICS in text:
        return text.replace(METRICS, METRICS + added)
    return f"{text}    backgroundServices:\n      env:\n{added}"


def broken(text: str, **options: str) -> set[str]:
    return {found.rule for found in findings(text, **options)}


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        # The toggles that the presets had matter only for separate services.
        (on_background(SOUND, TOGGLE), {"toggle-left"}),
        (on_background(SINGLE, TOGGLE), set()),
        (on_server(SINGLE, TOGGLE), set()),
        (on_server(SOUND, BY_REFERENCE.format("PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED")), set()),
        (on_server(SINGLE, entry("PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED", '"{{ .Values.x }}"')), set()),
        (on_server(SINGLE, entry("PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED", '"maybe"')), {"toggle-value"}),
        # Whether anything runs the services.
        (SOUND.replace("      runAs", "      replicaCount: 0\n      runAs"), {"services-nowhere"}),
        (SOUND.replace("      runAs", "      replicaCount: 1\n      runAs"), set()),
        (on_server(SINGLE, WEBSERVER_ONLY), {"services-nowhere"}),
        (on_server(SINGLE, entry(ONLY, '""')), set()),
        (SINGLE.replace("      replicaCount: 1\n", "      args: [prefect, --no-services]\n"), {"services-nowhere"}),
        (SINGLE.replace("      replicaCount: 1\n", "      args: [prefect, server, start]\n"), set()),
        # Whether the API pods run them as well.
        (SOUND.replace(WEBSERVER_ONLY, BY_REFERENCE.format(ONLY)), set()),
        (SOUND.replace(WEBSERVER_ONLY, ""), {"webserver-only"}),
        (SOUND.replace(WEBSERVER_ONLY, f"        - name: {ONLY}\n"), {"webserver-only"}),
        (
            SOUND.replace(WEBSERVER_ONLY, "").replace("    server:\n", "    server:\n      args: [--no-services]\n"),
            set(),
        ),
        # Who migrates Prefect's database.
        (on_server(SINGLE, PIN), {"migrate-pin-single"}),
        (on_server(SINGLE, PIN.replace("false", "true")), set()),
        (on_server(SINGLE, BY_REFERENCE.format("PREFECT_API_DATABASE_MIGRATE_ON_START")), set()),
        (on_server(SINGLE, PIN.replace("_API_", "_SERVER_")), {"migrate-pin-single"}),
        (f"{SOUND}    migrations: {{enabled: true}}\n", {"migrations-job"}),
        (f"{SOUND}    migrations: {{enabled: false}}\n", set()),
        (f"{SINGLE}    migrations: {{enabled: true}}\n", set()),
        (f"{VANILLA}migrations: {{enabled: false}}\n", {"migrations-missing"}),
        (f"{VANILLA}migrations: {{enabled: true}}\n", set()),
        (f"{VANILLA.replace('true', 'false', 1)}migrations: {{enabled: false}}\n", {"docket-private"}),
        # What a ConfigMap or Secret of the pod may have is not reported as missing.
        (SOUND.replace("    server:\n", f"    server:\n{READ_ONLY}"), {"server-metrics"}),
        (SOUND.replace("    server:\n", f"    server:\n{READ_ONLY}      extraEnvVarsCM: more\n"), set()),
        (SOUND.replace("    server:\n", f"    server:\n{READ_ONLY}      extraEnvVarsSecret: more\n"), set()),
        # What the chart sets by a newer name.
        (on_server(SINGLE, CONNECTION), {"database-override"}),
        (on_background(SOUND, CONNECTION), {"database-override"}),
        (on_background(SINGLE, CONNECTION), set()),
        (on_background(SOUND, PIN.replace("false", "true")), {"database-override"}),
        (on_background(SOUND, PIN), set()),
        (on_background(SINGLE, PIN.replace("false", "true")), set()),
        # The docket.
        (on_server(SOUND, entry("PREFECT_SERVER_DOCKET_NAME", "ours")), {"docket-name"}),
        (on_server(SINGLE, entry("PREFECT_SERVER_DOCKET_NAME", "ours")), set()),
        (SINGLE.replace("replicaCount: 1", "replicaCount: 3"), {"docket-private"}),
        (on_server(SINGLE.replace("Count: 1", "Count: 3"), entry("PREFECT_SERVER_DOCKET_URL", DOCKET_URL)), set()),
        (SINGLE + "    backgroundServices: {messaging: {docket: }}\n", set()),
    ],
)
def test_rules_hold_by_deployment_and_image(text: str, rules: set[str]) -> None:
    assert broken(text) == rules


@pytest.mark.parametrize(
    ("text", "options", "rules"),
    [
        (SOUND.replace(METRICS, "        []\n"), {"to": "4.14.0"}, set()),
        (SOUND.replace(METRICS, "        []\n"), {"to": "4.14.1"}, {"metrics-directory"}),
        (on_background(SOUND, TOGGLE), {"to": "4.13.0"}, {"messaging-keys", "env-twice"}),
        (SOUND.replace(WEBSERVER_ONLY, ""), {"to": "4.14.0"}, {"webserver-only"}),
        (on_background(SOUND, CONNECTION), {"to": "4.13.0"}, {"messaging-keys", "env-twice"}),
        (f"{VANILLA}", {"to": "2025.12.24192415"}, {"messaging-keys"}),
    ],
)
def test_rules_hold_by_version(text: str, options: dict[str, str], rules: set[str]) -> None:
    assert broken(text, **options) == rules


@pytest.mark.parametrize(
    ("kept", "can_go"),
    [
        (TOGGLE.replace("true", "false"), False),  # against the preset: kept on purpose
        (LOGGER, False),
        (TOGGLE, True),
        (TOGGLE.replace("true", "false") + entry("PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED", '"true"'), True),
        (entry("PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED", '"{{ true }}"'), False),
    ],
)
def test_only_a_toggle_that_was_kept_needs_no_action(kept: str, can_go: bool) -> None:
    found = [each for each in findings(on_background(SOUND, kept)) if each.rule == "toggle-left"]
    assert found
    assert {"No action needed" in each.remedy for each in found} == {not can_go}


WIRED = """\
backgroundServices:
  runAsSeparateDeployment: %s
  messaging:
    redis: {host: redis, db: 1}
    %s
  env: [{name: PREFECT_REDIS_MESSAGING_HOST, value: other}]
"""


@pytest.mark.parametrize(
    ("separate", "more", "is_broken"),
    [("true", "", True), ("false", "", False), ("true", "broker: prefect.server.utilities.messaging.memory", False)],
)
def test_two_messaging_hosts_break_a_rule_only_if_pods_use_them(separate: str, more: str, is_broken: bool) -> None:
    found = findings(WIRED % (separate, more), chart="prefect-server")
    assert ("messaging-differs" in {each.rule for each in found}) is is_broken


BUNDLED = """\
redis: {enabled: true}
backgroundServices:
  runAsSeparateDeployment: %s
  messaging: {redis: {host: other, db: 1}}
"""


@pytest.mark.parametrize(("separate", "is_broken"), [("true", True), ("false", False)])
def test_the_bundled_password_matters_only_for_separate_services(separate: str, is_broken: bool) -> None:
    found = findings(BUNDLED % separate, chart="prefect-server")
    assert ("bundled-password" in {each.rule for each in found}) is is_broken
