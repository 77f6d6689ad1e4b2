"""Files with a trap in them, migrated unattended and rendered by Helm before and after.

Whole env lists are compared: every entry that is added or removed is named, and no other may change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from textwrap import dedent
from typing import Any, NamedTuple

import pytest

from migrator.verify import rendered_pods as checks
from tests import skeleton

BEFORE, AFTER = "2025.12.24192415", "2026.6.5172345"
SERVER, BACKGROUND = "prefect-server", "prefect-background-services"

OLD = skeleton.values("ui webserver-only triggers-off register", "triggers-on", ("host: redis.example.org", "db: 1"))
HOST = "          host: redis.example.org\n"
FIRST = "        - name: PREFECT_UI_SERVE_BASE\n          value: /\n"
TRIGGERS_ON = '        - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED\n          value: "true"\n'
WEBSERVER_ONLY = skeleton.entries("webserver-only")
PLAIN = "PREFECT_SERVER_DOCKET_URL=redis://redis.example.org:6379/2"
BOOTSTRAP = "PREFECT_API_DATABASE_MIGRATE_ON_START=false"
TRIGGERS = "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED"


def entry(name: str, value: str) -> str:
    return f"        - name: {name}\n          value: {value}\n"


class Trap(NamedTuple):
    """A file, the answers it needs, and what is added and removed on each pod besides the names that the chart renames.

    `warns` are the checks that rightly report something afterwards.
    """

    text: str
    server: str
    background: str = f"-{TRIGGERS}=true +{PLAIN} +PROMETHEUS_MULTIPROC_DIR="
    answers: Mapping[str, str] = {"redis-db": "2"}
    warns: tuple[str, ...] = ()


# The old chart injects the pin under the name that the file has to set from now on, so that it only seems to stay.
USUAL = f"-{TRIGGERS}=false +{PLAIN}"
TRAPS = {
    "the usual": Trap(OLD, USUAL),
    "WEBSERVER_ONLY is missing": Trap(OLD.replace(WEBSERVER_ONLY, ""), f"{USUAL} +PREFECT__SERVER_WEBSERVER_ONLY=true"),
    "WEBSERVER_ONLY is empty": Trap(
        OLD.replace('ONLY\n          value: "true"', 'ONLY\n          value: ""'),
        f"{USUAL} -PREFECT__SERVER_WEBSERVER_ONLY= +PREFECT__SERVER_WEBSERVER_ONLY=true",
    ),
    "WEBSERVER_ONLY is false, which means on": Trap(
        OLD.replace('ONLY\n          value: "true"', 'ONLY\n          value: "false"'), USUAL
    ),
    "a service is switched off on purpose": Trap(
        OLD.replace(TRIGGERS_ON, TRIGGERS_ON.replace("true", "false")),
        USUAL,
        f"+{PLAIN} +PROMETHEUS_MULTIPROC_DIR=",
        {"redis-db": "2", "custom-toggles": "keep"},
        ("pods-toggle",),
    ),
    "another service is switched off": Trap(
        OLD.replace(TRIGGERS_ON, TRIGGERS_ON + entry("PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED", '"false"')), USUAL
    ),
    "the event logger is to stay": Trap(
        OLD.replace(TRIGGERS_ON, TRIGGERS_ON + entry("PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED", '"true"')),
        USUAL,
        answers={"redis-db": "2", "event-logger": "keep"},
        warns=("pods-toggle",),
    ),
    "a batch size": Trap(
        OLD.replace(TRIGGERS_ON, TRIGGERS_ON + entry("PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE", '"5"')), USUAL
    ),
    "the metrics directory is set": Trap(
        OLD.replace(TRIGGERS_ON, TRIGGERS_ON + entry("PROMETHEUS_MULTIPROC_DIR", "/tmp")),
        USUAL,
        f"-{TRIGGERS}=true +{PLAIN}",
    ),
    "TLS, a user and a password": Trap(
        OLD.replace(HOST, HOST + '          ssl: true\n          username: me\n          password: "p@ss/w:rd"\n'),
        f"-{TRIGGERS}=false +PREFECT_SERVER_DOCKET_URL=rediss://me:p%40ss%2Fw%3Ard@redis.example.org:6379/2",
        f"-{TRIGGERS}=true +PREFECT_SERVER_DOCKET_URL=rediss://me:p%40ss%2Fw%3Ard@redis.example.org:6379/2 "
        "+PROMETHEUS_MULTIPROC_DIR=",
    ),
    "an IPv6 address and a port": Trap(
        OLD.replace(HOST, '          host: "fd00::1"\n          port: 6380\n'),
        f"-{TRIGGERS}=false +PREFECT_SERVER_DOCKET_URL=redis://[fd00::1]:6380/2",
        f"-{TRIGGERS}=true +PREFECT_SERVER_DOCKET_URL=redis://[fd00::1]:6380/2 +PROMETHEUS_MULTIPROC_DIR=",
    ),
    "a Secret for the docket": Trap(
        OLD,
        f"-{TRIGGERS}=false +PREFECT_SERVER_DOCKET_URL<-docket/url",
        f"-{TRIGGERS}=true +PREFECT_SERVER_DOCKET_URL<-docket/url +PROMETHEUS_MULTIPROC_DIR=",
        {"docket-secret": "docket:url"},
    ),
    "a docket in env that only one pod obeyed": Trap(
        OLD.replace(TRIGGERS_ON, TRIGGERS_ON + entry("PREFECT_SERVER_DOCKET_URL", "redis://redis.example.org:6379/2")),
        USUAL,
        f"-{TRIGGERS}=true +PROMETHEUS_MULTIPROC_DIR=",
        {},
    ),
    "the pin comes first, unquoted, and on the background": Trap(
        OLD.replace(FIRST, entry("PREFECT_API_DATABASE_MIGRATE_ON_START", "false") + FIRST),
        # The entry and the injected one of the same name become one.
        f"{USUAL} -PREFECT_API_DATABASE_MIGRATE_ON_START=False",
    ),
    "the new name of the pin is set already": Trap(
        OLD.replace(FIRST, FIRST + entry("PREFECT_SERVER_DATABASE_MIGRATE_ON_START", '"false"')),
        # The entry is removed, since the chart injects that name now; on the old chart the pod had both.
        f"{USUAL} -PREFECT_SERVER_DATABASE_MIGRATE_ON_START=false",
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_changes_only_the_expected_entries(
    name: str, migrate: Callable[..., Any], pods: Callable[..., Any], rendered: Callable[..., Any]
) -> None:
    trap = TRAPS[name]
    before = pods(trap.text, "infrahub-enterprise", BEFORE)
    text = migrate(trap.text, trap.answers, version_from="4.13.0").text
    after = pods(text, "infrahub-enterprise", AFTER)

    for pod, expected in ((SERVER, trap.server), (BACKGROUND, trap.background)):
        was, became = Counter(map(renamed, before[pod])), Counter(after[pod])
        if pod == SERVER:
            became.subtract([BOOTSTRAP])
            assert became[BOOTSTRAP] == 0
        changes = [f"-{each}" for each in (was - became).elements()] + [
            f"+{each}" for each in (became - was).elements()
        ]
        assert sorted(changes) == sorted(expected.split()), pod
    found = checks.check(rendered(text, "infrahub-enterprise", AFTER), "chart")
    assert tuple(each.rule for each in found) == trap.warns


def renamed(entry: str) -> str:
    """An entry of the old chart by the name that the new chart gives it."""
    for name in ("CONNECTION_URL", "MIGRATE_ON_START=false"):
        entry = entry.replace(f"PREFECT_API_DATABASE_{name}", f"PREFECT_SERVER_DATABASE_{name}")
    return entry


def test_a_secret_on_a_flavoured_chart_blanks_the_url_of_the_preset(
    migrate: Callable[..., Any], pods: Callable[..., Any], rendered: Callable[..., Any]
) -> None:
    """The chart checks the preset's URL even beside a Secret, so the file has to blank it."""
    preset = dedent("""\
        configPreset: medium
        infrahub:
          prefect-server:
            backgroundServices:
              runAsSeparateDeployment: true
              messaging:
                redis: {host: example-infrahub-cache-master, db: 1}
                docket: {url: "redis://example-infrahub-cache-master:6379/2"}
        """)
    answers = {"docket-secret": "docket:url"}
    text = migrate(OLD, answers, version_from="4.13.0-medium", chart="infrahub-enterprise").text

    docket = "PREFECT_SERVER_DOCKET_URL<-docket/url"
    assert [docket in entries for entries in pods(text, "infrahub-enterprise", AFTER, preset).values()] == [True, True]
    assert checks.check(rendered(text, "infrahub-enterprise", AFTER, preset), "chart") == []


def test_the_docket_of_a_bundled_redis_refers_to_its_password(
    migrate: Callable[..., Any], pods: Callable[..., Any]
) -> None:
    """Its host is named after the release, and its password comes from its own Secret."""
    text = dedent("""\
        redis:
          enabled: true
        backgroundServices:
          runAsSeparateDeployment: true
        """)
    answers = {"docket-password": "reference", "redis-db": "2"}
    after = migrate(text, answers, release_name="infrahub", namespace="infrahub").text
    host = "infrahub-redis-headless.infrahub.svc.cluster.local"

    for entries in pods(after, "prefect-server", AFTER).values():
        assert f"PREFECT_REDIS_MESSAGING_HOST={host}" in entries
        password = entries.index("PREFECT_REDIS_MESSAGING_PASSWORD<-infrahub-redis/redis-password")
        url = f"PREFECT_SERVER_DOCKET_URL=redis://:$(PREFECT_REDIS_MESSAGING_PASSWORD)@{host}:6379/2"
        assert entries.index(url) > password, "Kubernetes expands only what comes before"
