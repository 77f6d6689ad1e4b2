"""4.14.1: PROMETHEUS_MULTIPROC_DIR is empty on the background pod of the enterprise chart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import skeleton
from tests.conftest import Done

from .conftest import Migrate, effects

HEAD = skeleton.values("webserver-only pin", None, ("host: redis", "db: 1"), '"redis://redis:6379/2"', flow=True)


def test_it_goes_first_below_the_comment_that_heads_the_list(migrate: Migrate) -> None:
    before = (
        HEAD
        + """\
      env:
        # What the background services need.

        - name: KEPT
          value: "1"
"""
    )
    done = migrate(before, version_from="4.14.0")
    assert (
        done.text
        == HEAD
        + """\
      env:
        # What the background services need.

        - name: PROMETHEUS_MULTIPROC_DIR
          value: ""
        - name: KEPT
          value: "1"
"""
    )
    assert effects(done.plan) == {"required"}


@pytest.mark.parametrize("value", ['value: ""', "value: /metrics", "valueFrom: {configMapKeyRef: {name: a, key: b}}"])
def test_an_existing_entry_is_kept(migrate: Migrate, value: str) -> None:
    text = f"{HEAD}      env:\n        - name: PROMETHEUS_MULTIPROC_DIR\n          {value}\n"
    assert migrate(text, version_from="4.14.0").text == text


def test_an_existing_entry_in_global_env_is_kept(migrate: Migrate) -> None:
    text = (
        HEAD
        + """\
      env: []
    global: {prefect: {env: [{name: PROMETHEUS_MULTIPROC_DIR, value: /metrics}]}}
"""
    )
    assert migrate(text, version_from="4.14.0").text == text


@pytest.mark.parametrize("env", ["", "      env:\n", "      env: null\n"])
def test_the_list_is_created_if_there_is_none(migrate: Migrate, env: str) -> None:
    done = migrate(HEAD + env, version_from="4.14.0")
    assert (
        done.text
        == HEAD
        + """\
      env:
        - name: PROMETHEUS_MULTIPROC_DIR
          value: ""
"""
    )


def test_an_empty_list_gets_the_entry(migrate: Migrate) -> None:
    done = migrate(HEAD + "      env: []\n", version_from="4.14.0")
    assert done.text == HEAD + '      env:\n        - name: PROMETHEUS_MULTIPROC_DIR\n          value: ""\n'


def test_a_flavour_brings_its_own_list(migrate: Migrate) -> None:
    assert migrate(HEAD, version_from="4.14.0-medium").text == HEAD


def test_nothing_is_added_before_4_14_1(migrate: Migrate) -> None:
    text = HEAD + "      env: []\n"
    assert migrate(text, version_from="4.14.0", version_to="4.14.0").text == text


def test_a_single_deployment_and_vanilla_prefect_get_no_entry(migrate: Migrate) -> None:
    single = HEAD.replace("runAsSeparateDeployment: true", "runAsSeparateDeployment: false") + "      env: []\n"
    assert migrate(single, version_from="4.14.0").text == single
    vanilla = (
        HEAD
        + """\
      env: []
    global: {prefect: {image: {repository: prefecthq/prefect}}}
"""
    )
    vanilla = vanilla.replace("    server:\n", "    server:\n      args: [prefect, server, start]\n", 1)
    assert migrate(vanilla, version_from="4.14.0").text == vanilla


@pytest.mark.parametrize("root", ["prefect-server", ""])
def test_the_other_charts_get_no_entry(migrate: Migrate, root: str) -> None:
    lines = [line.removeprefix("    ") for line in (HEAD + "      env: []\n").splitlines(keepends=True)[2:]]
    text = f"{root}:\n" + "".join("  " + line for line in lines) if root else "".join(lines)
    answers = {"version_from": "4.27.0", "version_to": "4.28.0"} if root else {"version_from": "2026.6.5172345"}
    assert migrate(text, **answers).text == text


def test_a_config_map_that_may_set_it_is_a_warning(migrate: Migrate) -> None:
    done = migrate(HEAD + "      env: []\n      extraEnvVarsCM: tuning\n", version_from="4.14.0")
    assert any("tuning" in notice.text and "PROMETHEUS_MULTIPROC_DIR" in notice.text for notice in done.warnings)


def test_a_config_map_is_no_warning_beside_an_existing_entry(migrate: Migrate) -> None:
    text = HEAD + '      env: [{name: PROMETHEUS_MULTIPROC_DIR, value: ""}]\n      extraEnvVarsCM: tuning\n'
    assert "The empty entry in env overrides it" not in migrate(text, version_from="4.14.0").notices


def test_the_list_is_created_in_the_layer_that_set_it_to_null(cli: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(HEAD + "      env: null\n")
    prod = "infrahub:\n  prefect-server:\n    server:\n      replicaCount: 2\n"
    (tmp_path / "prod.yaml").write_text(prod)
    done = cli("migrate", "-f", "base.yaml", "-f", "prod.yaml", "--from", "4.14.0", "--non-interactive")
    assert done.returncode == 0, done.stderr
    after = HEAD + '      env:\n        - name: PROMETHEUS_MULTIPROC_DIR\n          value: ""\n'
    assert (tmp_path / "base.yaml").read_text() == after
    assert (tmp_path / "prod.yaml").read_text() == prod


def test_a_comment_of_the_first_entry_left_stays_with_it(migrate: Migrate) -> None:
    """A comment that heads the list stays above it; this one is first only because the toggles were removed."""
    head = BEFORE_TOGGLES.replace("ENTRIES", TOGGLES + COMMENTED)
    done = migrate(head, {"redis-db": "2"})
    assert EMPTY_FIRST + COMMENTED in done.text


def test_a_comment_that_heads_the_list_stays_above_it(migrate: Migrate) -> None:
    done = migrate(BEFORE_TOGGLES.replace("ENTRIES", COMMENTED), {"redis-db": "2"})
    comment, _, entry = COMMENTED.partition("\n")
    assert f"{comment}\n{EMPTY_FIRST}{entry}" in done.text


EMPTY_FIRST = '        - name: PROMETHEUS_MULTIPROC_DIR\n          value: ""\n'
COMMENTED = "        # blocks are registered by the bootstrap\n        - name: A\n          value: b\n"
TOGGLES = "".join(
    f'        - name: PREFECT_SERVER_SERVICES_{service}_ENABLED\n          value: "true"\n'
    for service in ("EVENT_LOGGER", "EVENT_PERSISTER", "TRIGGERS", "TASK_RUN_RECORDER")
)
BEFORE_TOGGLES = """\
configPreset: medium
infrahub:
  prefect-server:
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis:
          host: redis
          db: 1
      env:
ENTRIES"""
