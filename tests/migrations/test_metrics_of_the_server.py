"""4.15.2 / 4.29.2: PROMETHEUS_MULTIPROC_DIR is "/tmp" on a server of an Infrahub image with a read-only root."""

from __future__ import annotations

from textwrap import dedent

import pytest

from .conftest import Migrate, Plans, effects

TEXT = """\
prefect-server:
  server:
    env:
      - name: PREFECT_UI_SERVE_BASE
        value: /
      - name: PREFECT_LOGGING_LEVEL
        value: INFO
"""
ENTRY = "      - name: PROMETHEUS_MULTIPROC_DIR\n        value: /tmp\n"
AFTER = TEXT.replace("        value: /\n", "        value: /\n" + ENTRY)


def enterprise(text: str) -> str:
    return "infrahub:\n" + "".join("  " + line for line in text.splitlines(keepends=True))


HARD = "    containerSecurityContext:\n      readOnlyRootFilesystem: true\n"
SOFT = HARD.replace("true", "false")


def test_the_community_charts_read_only_root_gets_the_entry(migrate: Migrate) -> None:
    done = migrate(TEXT, version_from="4.27.0")
    assert done.text == AFTER
    assert effects(done.plan) == {"required"}


def test_a_hardened_enterprise_file_gets_the_entry(migrate: Migrate) -> None:
    hard = enterprise(TEXT + HARD)
    assert migrate(hard, version_from="4.13.0").text == enterprise(AFTER + HARD)


@pytest.mark.parametrize("env", ["    env: []\n", "    env:\n", "    env: null\n"])
def test_an_empty_env_list_gets_the_entry(migrate: Migrate, env: str) -> None:
    after = migrate("prefect-server:\n  server:\n" + env, version_from="4.27.0").text
    assert after == "prefect-server:\n  server:\n    env:\n" + ENTRY.replace("\n  ", "\n  ")


def test_a_hardened_file_without_a_list_gets_the_charts_list(migrate: Migrate) -> None:
    text = enterprise("prefect-server:\n  server:\n" + HARD)
    after = migrate(text, version_from="4.13.0").text
    assert "PREFECT_UI_SERVE_BASE" in after
    assert after.endswith("          value: /tmp\n")


@pytest.mark.parametrize(
    "text",
    [
        AFTER,
        TEXT + SOFT,
        TEXT + "    containerSecurityContext: null\n",
        TEXT + "    extraVolumeMounts: [{name: prom, mountPath: /prom_shared}]\n",
        TEXT + "  enabled: false\n",
        TEXT + "  global: {prefect: {env: [{name: PROMETHEUS_MULTIPROC_DIR, value: /x}]}}\n",
        TEXT + "    args: null\n  global: {prefect: {image: {repository: prefecthq/prefect, prefectTag: 3.6.13}}}\n",
        TEXT.replace("PREFECT_LOGGING_LEVEL\n        value: INFO", 'PROMETHEUS_MULTIPROC_DIR\n        value: ""'),
        "prefect-server:\n  server:\n    replicaCount: 1\n",
    ],
)
def test_a_server_with_somewhere_to_write_is_left_alone(migrate: Migrate, text: str) -> None:
    assert migrate(text, version_from="4.27.0").text == text


def test_the_enterprise_charts_own_root_is_writable(migrate: Migrate) -> None:
    assert migrate(enterprise(TEXT), version_from="4.13.0").text == enterprise(TEXT)


def test_separate_services_of_the_community_chart_get_an_empty_one(migrate: Migrate) -> None:
    separate = """\
  backgroundServices:
    runAsSeparateDeployment: true
    messaging: {redis: {host: redis, db: 1}}
    env: [{name: A, value: b}]
"""
    hops = TEXT + separate
    for version in ("4.28.0", "4.29.2", "4.32.0"):
        answers = {"redis-db": "2"} if version == "4.28.0" else {}
        hops = migrate(hops, answers, version_from="4.27.0", version_to=version).text
    assert hops == migrate(TEXT + separate, {"redis-db": "2"}, version_from="4.27.0").text
    assert 'env: [{name: PROMETHEUS_MULTIPROC_DIR, value: ""}, {name: A, value: b}]' in hops


def test_the_charts_own_list_hop_by_hop_equals_the_jump(migrate: Migrate) -> None:
    text = dedent("""\
        prefect-server:
          backgroundServices:
            runAsSeparateDeployment: true
            messaging: {redis: {host: redis, db: 1}}
        """)
    hops = text
    for version in ("4.28.0", "4.29.2", "4.32.0"):
        answers = {"redis-db": "2"} if version == "4.28.0" else {}
        hops = migrate(hops, answers, version_from="4.27.0", version_to=version).text
    assert hops == migrate(text, {"redis-db": "2"}, version_from="4.27.0").text


def test_a_config_map_that_may_set_it_is_a_warning(migrate: Migrate) -> None:
    done = migrate(TEXT + "    extraEnvVarsCM: tuning\n", version_from="4.27.0")
    assert any("tuning" in notice.text for notice in done.warnings)


def test_prefect_server_alone_gets_only_a_notice(plan: Plans) -> None:
    image = "global: {prefect: {image: {repository: registry.opsmill.io/opsmill/infrahub, prefectTag: 1.9.8}}}\n"
    planned = plan("server: {env: [{name: PREFECT_UI_SERVE_BASE, value: /}]}\n" + image)
    assert not planned.changes
    assert any("not verified" in notice.text for notice in planned.notices)
