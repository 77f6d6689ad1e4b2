"""Keys of older files: log levels in upper case, Secrets as a list; keys that nothing reads are reported and kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrator.errors import RefusedError

from .conftest import Migrate, Plans, effects

PREFECT = "infrahub:\n  prefect-server:\n    server:\n"
LEVEL = PREFECT + "      loggingLevel: {}  # chatty\n"


@pytest.mark.parametrize(("before", "after"), [("info", "INFO"), ("Debug", "DEBUG"), ("warn", "WARNING")])
def test_a_log_level_is_written_in_upper_case(migrate: Migrate, before: str, after: str) -> None:
    done = migrate(LEVEL.format(before), version_from="4.13.0")
    assert done.text == LEVEL.format(after)
    assert effects(done.plan) == {"required"}


@pytest.mark.parametrize("level", ["DEBUG", '""', "verbose", "${LEVEL}", "1"])
def test_a_valid_or_unknown_log_level_is_kept(migrate: Migrate, level: str) -> None:
    assert migrate(LEVEL.format(level), version_from="4.13.0").text == LEVEL.format(level)


@pytest.mark.parametrize("place", ["infrahubServer", "infrahubTaskWorker"])
def test_the_secret_becomes_a_list(migrate: Migrate, place: str) -> None:
    text = f"{place}:\n  {place}:\n    # tokens\n    envFromExistingSecret: creds  # vault\n    args: []\n"
    done = migrate(text, version_from="4.27.0")
    assert (
        done.text
        == f"{place}:\n  {place}:\n    # tokens\n    envFromExistingSecrets:  # vault\n      - creds\n    args: []\n"
    )
    assert effects(done.plan) == {"none"}


def test_both_keys_together_become_one_list(migrate: Migrate) -> None:
    text = "infrahubServer:\n  infrahubServer:\n    envFromExistingSecret: a\n    envFromExistingSecrets: [b, c]\n"
    done = migrate(text, version_from="4.27.0")
    assert done.text == "infrahubServer:\n  infrahubServer:\n    envFromExistingSecrets: [a, b, c]\n"
    assert effects(done.plan) == {"required"}
    assert all(change.why.startswith("the chart refuses a release that sets both") for change in done.plan.changes)
    twice = text.replace("[b, c]", "[c, a]")
    assert migrate(twice, version_from="4.27.0").text == twice.replace("    envFromExistingSecret: a\n", "")


@pytest.mark.parametrize("nothing", ["[]", "null"])
def test_a_secret_beside_an_empty_list_moves_with_effect_none(migrate: Migrate, nothing: str) -> None:
    text = f"infrahubServer: {{infrahubServer: {{envFromExistingSecret: a, envFromExistingSecrets: {nothing}}}}}\n"
    done = migrate(text, version_from="4.27.0")
    assert done.text == "infrahubServer: {infrahubServer: {envFromExistingSecrets: [a]}}\n"
    assert effects(done.plan) == {"none"}
    assert {change.why.partition(":")[0] for change in done.plan.changes} == {
        "the chart replaced this key with a list; the pods get the same Secrets"
    }


@pytest.mark.parametrize("shape", ["b", "ab", "{b: c}", "5"])
def test_a_value_that_is_not_a_list_is_refused_by_name(plan: Plans, shape: str) -> None:
    """The chart never read it as a list; which Secrets were meant is for a person to say."""
    text = f"infrahubServer:\n  infrahubServer:\n    envFromExistingSecret: a\n    envFromExistingSecrets: {shape}\n"
    with pytest.raises(RefusedError, match="envFromExistingSecrets is not a list, so a from "):
        plan(text, version_from="4.27.0")
    alone = text.replace("    envFromExistingSecret: a\n", "")
    assert plan(alone, version_from="4.27.0").is_current


@pytest.mark.parametrize(
    "text",
    [
        'infrahubServer: {infrahubServer: {envFromExistingSecret: ""}}\n',
        "infrahubServer: {infrahubServer: {envFromExistingSecrets: [creds]}}\n",
        'infrahubServer: {infrahubServer: {envFromExistingSecret: "", envFromExistingSecrets: [creds]}}\n',
    ],
)
def test_an_empty_key_or_a_list_of_secrets_is_kept(migrate: Migrate, text: str) -> None:
    assert migrate(text, version_from="4.27.0").text == text


def test_an_empty_name_in_a_lower_layer_is_not_a_secret(cli: Any, tmp_path: Path) -> None:
    own = "infrahubServer:\n  infrahubServer:\n    envFromExistingSecret: {}\n"
    for name, value in (("base.yaml", '""'), ("prod.yaml", "creds")):
        (tmp_path / name).write_text(own.format(value), "utf-8")
    layers = ("-f", "base.yaml", "-f", "prod.yaml", "--chart", "infrahub", "--from", "4.26.0")
    assert cli("migrate", *layers, "--non-interactive").returncode == 0
    assert (tmp_path / "base.yaml").read_text("utf-8") == own.format('""')
    after = own.replace("Secret: {}", "Secrets:\n      - creds")
    assert (tmp_path / "prod.yaml").read_text("utf-8") == after


GATEWAY = "infrahub: {prefect-server: {gateway: {create: false}}}\n"
HOSTS = "infrahub: {infrahubServer: {ingress: {tls: true, extraHosts: [{hostname: b.example, name: a.example}]}}}\n"


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        (PREFECT + "      image: {prefectTag: 3.0.11}\n", "server.image: nothing reads it"),
        (PREFECT + "      uiConfig: {enabled: false}\n", "server.uiConfig.enabled: nothing reads it"),
        (PREFECT + "      prefectApiUrl: http://x\n", "server.prefectApiUrl: the chart refuses it"),
        ("infrahub: {prefect-server: {postgresql: {useSubChart: false}}}\n", "postgresql.useSubChart: nothing reads"),
        ("infrahub: {prefect-server: {externalDatabase: {host: x}}}\n", "externalDatabase: nothing reads it yet"),
        ("infrahub: {infrahubServerDbInitJob: {x: 1}}\n", "infrahubServerDbInitJob: nothing reads it"),
        (
            "infrahub: {infrahubServer: {type: NodePort, service: {type: ClusterIP}}}\n",
            "infrahubServer.service.type: nothing reads it, because the older infrahub.infrahubServer.type",
        ),
        (GATEWAY, "gateway.create: the chart refuses it if httproute.parentRefs names no Gateway"),
        (GATEWAY.replace("false", "null"), "gateway.create: the chart refuses it"),
        (GATEWAY.replace("{gateway", '{httproute: {parentRefs: [{name: ""}]}, gateway'), "gateway.create: the chart"),
        (HOSTS, "ingress.extraHosts: nothing reads the name of an entry (a.example)"),
    ],
)
def test_a_key_that_nothing_reads_is_reported_and_kept(migrate: Migrate, text: str, reported: str) -> None:
    done = migrate(text, version_from="4.13.0")
    assert done.text == text
    assert any(reported in notice.text for notice in done.warnings), done.notices


@pytest.mark.parametrize(
    "text",
    [
        "infrahub: {prefect-server: {postgresql: {auth: {existingSecret: x}, containerPorts: {postgresql: 1}}}}\n",
        'infrahub: {prefect-server: {global: {prefect: {prefectApiUrl: ""}}}}\n',
        'infrahub: {infrahubServer: {type: "", ports: [], service: {type: NodePort}}}\n',
        "infrahub: {infrahubServer: {type: NodePort}}\n",
        GATEWAY.replace("{gateway", "{httproute: {parentRefs: [{}, {name: shared}]}, gateway"),
        GATEWAY.replace("{gateway", "{httproute: {enabled: false}, gateway"),
        GATEWAY.replace("false", "true"),
        HOSTS.replace("tls: true", "tls: false"),
        HOSTS.replace("tls", "enabled: false, tls"),
        HOSTS.replace("name: a", "name: b"),
    ],
)
def test_a_key_that_is_still_read_is_not_reported(migrate: Migrate, text: str) -> None:
    assert not migrate(text, version_from="4.13.0").warnings


def test_external_database_is_read_by_newer_prefect_servers(migrate: Migrate) -> None:
    text = "server: {uiConfig: {}}\nexternalDatabase: {host: x}\n"
    assert migrate(text, version_from="2026.6.5172345").warnings
    assert not migrate(text, version_from="2026.6.18212926").warnings


def test_gateway_create_false_is_reported_once_the_chart_refuses_it(migrate: Migrate) -> None:
    alone = "server: {uiConfig: {}}\ngateway: {create: false}\n"
    assert not migrate(alone, version_from="2026.4.10163454", version_to="2026.4.10163454").warnings
    assert migrate(alone, version_from="2026.4.10163454", version_to="2026.4.16160238").warnings


def test_an_unverified_fact_is_a_notice_that_says_so(migrate: Migrate) -> None:
    text = "infrahub: {emma: {streamlitBasePath: /emma}}\n"
    done = migrate(text, version_from="4.13.0")
    assert (done.text, done.warnings) == (text, [])
    assert "emma.env.STREAMLIT_SERVER_BASE_URL_PATH (not verified)" in done.notices
