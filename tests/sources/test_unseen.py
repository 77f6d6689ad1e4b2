"""Values below an object that cannot be read: nothing that may be set there is overridden without asking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .texts import application, helm_release, in_object

Migrate = Callable[..., Any]
HEAD = "  valuesFrom: [{kind: ConfigMap, name: base}]\n"
VALUES = """\
infrahub:
  prefect-server:
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis: {host: redis.prod}
"""
LEFT = """\
infrahub:
  prefect-server:
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis: {host: redis.prod}
        docket:
          url: redis://redis.prod:6379/2
"""
LISTS = """\
infrahub:
  prefect-server:
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis: {host: redis.prod}
        docket:
          url: redis://redis.prod:6379/2
      env:
        - name: PROMETHEUS_MULTIPROC_DIR
          value: ""
    server:
      env:
        - name: PREFECT_UI_SERVE_BASE
          value: /
        - name: PREFECT__SERVER_WEBSERVER_ONLY
          value: "true"
        - name: PREFECT_API_DATABASE_MIGRATE_ON_START
          value: "false"
"""
APART = "      runAsSeparateDeployment: true\n"


def flux(values: str, version: str = "4.13.0") -> str:
    return helm_release(values, version, head=HEAD)


def argo(values: str, version: str = "4.13.0") -> str:
    return application("valueFiles: [base.yaml]\n" + in_object(values), version)


@pytest.mark.parametrize("form", [flux, argo])
def test_a_list_that_may_be_set_below_is_asked_about(
    cli: Callable[..., Any], tmp_path: Path, form: Callable[..., str]
) -> None:
    (tmp_path / "object.yaml").write_text(form(VALUES), "utf-8")
    done = cli("migrate", "object.yaml", "--redis-db", "2", "--non-interactive")
    assert done.returncode == 3
    assert b"--answer unseen-env=leave|create" in done.stderr
    assert (tmp_path / "object.yaml").read_text("utf-8") == form(VALUES)


@pytest.mark.parametrize("form", [flux, argo])
def test_a_list_set_below_is_left_there(migrate: Migrate, form: Callable[..., str]) -> None:
    done = migrate(form(VALUES), {"redis-db": "2", "unseen-env": "leave"})
    assert done.text == form(LEFT, "4.18.0")
    assert 'it must contain PREFECT_API_DATABASE_MIGRATE_ON_START "false" there' in done.notices
    assert 'it must contain PROMETHEUS_MULTIPROC_DIR "" there' in done.notices
    assert migrate(done.text).text == done.text


def test_a_list_left_below_is_not_asked_about_again(migrate: Migrate) -> None:
    done = migrate(flux(VALUES), {"redis-db": "2", "unseen-env": "leave"}, bump=False)
    assert migrate(done.text, bump=False).text == done.text == flux(LEFT)


def test_each_list_is_answered_separately(migrate: Migrate) -> None:
    answers = {"redis-db": "2", "unseen-env.server": "leave", "unseen-env.backgroundServices": "create"}
    done = migrate(flux(VALUES), answers)
    assert done.text == flux(LISTS[: LISTS.index("    server:")], "4.18.0")


def test_a_list_set_nowhere_is_created(migrate: Migrate) -> None:
    done = migrate(flux(VALUES), {"redis-db": "2", "unseen-env": "create"})
    assert done.text == flux(LISTS, "4.18.0")
    assert migrate(done.text).text == done.text


def test_hop_by_hop_equals_one_jump(migrate: Migrate) -> None:
    first = migrate(flux(VALUES), {"redis-db": "2", "unseen-env": "create"}, version_to="4.14.0")
    assert migrate(first.text, {"unseen-env": "create"}).text == flux(LISTS, "4.18.0")
    first = migrate(flux(VALUES), {"redis-db": "2", "unseen-env": "leave"}, version_to="4.14.0")
    assert migrate(first.text).text == first.text == flux(LEFT, "4.14.0")


WITH_SERVER_LIST = LISTS.replace(
    '      env:\n        - name: PROMETHEUS_MULTIPROC_DIR\n          value: ""\n', ""
).replace(
    '          value: "true"\n        - name: PREFECT_API_DATABASE',
    '          value: "true"\n        - name: PREFECT_API_BLOCKS_REGISTER_ON_START\n          value: "false"\n'
    "        - name: PREFECT_API_DATABASE",
)
"""Migrated to 4.14.0, which does not ask about the background list if the server list is set here."""


@pytest.mark.parametrize(("version", "is_asked"), [("4.14.0", True), ("4.14.1", False)])
def test_from_4_14_1_on_the_background_list_is_not_asked_about(
    cli: Callable[..., Any], tmp_path: Path, version: str, is_asked: bool
) -> None:
    (tmp_path / "object.yaml").write_text(flux(WITH_SERVER_LIST, version), "utf-8")
    done = cli("plan", "object.yaml")
    assert (b"answer with --answer unseen-env=leave|create" in done.stdout) is is_asked, done.stdout


READ_ONLY = "infrahub:\n  prefect-server:\n    server: {containerSecurityContext: {readOnlyRootFilesystem: true}}\n"


@pytest.mark.parametrize("head", [HEAD, ""])
def test_a_server_list_that_may_be_set_below_is_reported_not_replaced(
    cli: Callable[..., Any], tmp_path: Path, head: str
) -> None:
    (tmp_path / "object.yaml").write_text(helm_release(READ_ONLY, "4.14.1", head=head), "utf-8")
    notice = b"server.env may be set in ConfigMap base"
    assert (notice in cli("plan", "object.yaml", "--answer", "separate-services=single").stdout) is bool(head)
    is_added = b"infrahub.prefect-server.server.env\n      (none)" in cli("plan", "object.yaml").stdout
    assert is_added is not bool(head)


def test_lists_that_the_preset_sets_are_not_asked_about(migrate: Migrate) -> None:
    done = migrate(flux(VALUES.replace(APART, ""), "4.13.0-medium"), {"redis-db": "2"})
    assert done.text == flux(LEFT.replace(APART, ""), "4.18.0-medium")


@pytest.mark.parametrize(("answer", "setting"), [("separate", "true"), ("single", "false")])
def test_services_that_may_be_separate_are_asked_about(migrate: Migrate, answer: str, setting: str) -> None:
    more = {"redis-db": "2", "unseen-env": "leave"} if answer == "separate" else {}
    done = migrate(flux(VALUES.replace(APART, "")), {"separate-services": answer, **more})
    wanted = LEFT if answer == "separate" else VALUES
    assert done.text == flux(wanted.replace("Deployment: true", f"Deployment: {setting}"), "4.18.0")


def test_a_release_that_may_be_separate_is_not_current(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "release.yaml").write_text(flux(VALUES.replace(APART, "")), "utf-8")
    done = cli("check", "release.yaml")
    assert (done.returncode, done.stdout[:28]) == (1, b"release.yaml: needs-decision")
    assert b"Nothing changes here" not in cli("plan", "release.yaml").stdout


def test_rules_do_not_judge_what_cannot_be_read(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "release.yaml").write_text(flux(LEFT, "4.18.0"), "utf-8")
    done = cli("verify", "release.yaml")
    assert done.returncode == 0, done.stdout
    (tmp_path / "release.yaml").write_text(flux(LEFT, "4.18.0").replace(HEAD, ""), "utf-8")
    done = cli("verify", "release.yaml")
    assert done.returncode == 4
    assert b"migrate-pin" in done.stdout


def test_an_entry_that_may_be_set_below_is_not_reported_missing(cli: Callable[..., Any], tmp_path: Path) -> None:
    """Infrahub sets up nothing without PREFECT_API_BLOCKS_REGISTER_ON_START; only visible values are searched."""
    notice = b"PREFECT_API_BLOCKS_REGISTER_ON_START is missing on the server pod"
    (tmp_path / "object.yaml").write_text(flux(VALUES), "utf-8")
    done = cli("plan", "object.yaml", "--redis-db", "2", "--answer", "unseen-env=leave")
    assert done.returncode == 0 and notice not in b" ".join(done.stdout.split())
    own = VALUES + "    server: {env: [{name: OURS, value: kept}]}\n"
    (tmp_path / "object.yaml").write_text(flux(own), "utf-8")
    assert notice in b" ".join(
        cli("plan", "object.yaml", "--redis-db", "2", "--answer", "unseen-env=leave").stdout.split()
    )


@pytest.mark.parametrize(("head", "is_reported"), [(HEAD, False), ("", True)])
def test_an_entry_of_an_unseen_list_is_not_reported_missing(
    cli: Callable[..., Any], tmp_path: Path, head: str, is_reported: bool
) -> None:
    (tmp_path / "object.yaml").write_text(helm_release(VALUES, "4.13.0", head=head), "utf-8")
    output = " ".join(cli("plan", "object.yaml", "--redis-db", "2").stdout.decode().split())
    assert ("PREFECT_API_BLOCKS_REGISTER_ON_START is missing on the server pod" in output) is is_reported
