"""Values below an object that cannot be read: nothing is put over what may stand there without asking."""

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
def test_a_list_that_may_stand_below_is_asked_about(
    cli: Callable[..., Any], tmp_path: Path, form: Callable[..., str]
) -> None:
    (tmp_path / "object.yaml").write_text(form(VALUES), "utf-8")
    done = cli("migrate", "object.yaml", "--redis-db", "2", "--non-interactive")
    assert done.returncode == 3
    assert b"--answer unseen-env=leave|create" in done.stderr
    assert (tmp_path / "object.yaml").read_text("utf-8") == form(VALUES)


@pytest.mark.parametrize("form", [flux, argo])
def test_a_list_that_stands_below_is_left_there(migrate: Migrate, form: Callable[..., str]) -> None:
    done = migrate(form(VALUES), {"redis-db": "2", "unseen-env": "leave"})
    assert done.text == form(LEFT, "4.18.0")
    assert 'it must contain PREFECT_API_DATABASE_MIGRATE_ON_START "false" there' in done.notices
    assert 'it must contain PROMETHEUS_MULTIPROC_DIR "" there' in done.notices
    assert migrate(done.text).text == done.text


def test_what_was_left_there_is_no_question_again_though_the_version_stayed(migrate: Migrate) -> None:
    done = migrate(flux(VALUES), {"redis-db": "2", "unseen-env": "leave"}, bump=False)
    assert migrate(done.text, bump=False).text == done.text == flux(LEFT)


def test_one_list_below_and_one_here(migrate: Migrate) -> None:
    answers = {"redis-db": "2", "unseen-env.server": "leave", "unseen-env.backgroundServices": "create"}
    done = migrate(flux(VALUES), answers)
    assert done.text == flux(LISTS[: LISTS.index("    server:")], "4.18.0")


def test_a_list_that_stands_nowhere_is_created(migrate: Migrate) -> None:
    done = migrate(flux(VALUES), {"redis-db": "2", "unseen-env": "create"})
    assert done.text == flux(LISTS, "4.18.0")
    assert migrate(done.text).text == done.text


def test_hop_by_hop_is_as_at_once(migrate: Migrate) -> None:
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
"""Migrated to 4.14.0, which does not ask about the other list where this one stands here."""


@pytest.mark.parametrize(("version", "is_asked"), [("4.14.0", True), ("4.14.1", False)])
def test_from_4_14_1_on_the_list_of_the_background_services_was_decided(
    cli: Callable[..., Any], tmp_path: Path, version: str, is_asked: bool
) -> None:
    (tmp_path / "object.yaml").write_text(flux(WITH_SERVER_LIST, version), "utf-8")
    done = cli("plan", "object.yaml")
    assert (b"answer with --answer unseen-env=leave|create" in done.stdout) is is_asked, done.stdout


READ_ONLY = "infrahub:\n  prefect-server:\n    server: {containerSecurityContext: {readOnlyRootFilesystem: true}}\n"


@pytest.mark.parametrize("head", [HEAD, ""])
def test_a_list_of_the_server_that_may_stand_below_is_told_and_not_covered(
    cli: Callable[..., Any], tmp_path: Path, head: str
) -> None:
    (tmp_path / "object.yaml").write_text(helm_release(READ_ONLY, "4.14.1", head=head), "utf-8")
    said = b"server.env may be set in ConfigMap base"
    assert (said in cli("plan", "object.yaml", "--answer", "separate-services=single").stdout) is bool(head)
    is_added = b"infrahub.prefect-server.server.env\n      (none)" in cli("plan", "object.yaml").stdout
    assert is_added is not bool(head)


def test_what_a_preset_brings_is_not_asked_about(migrate: Migrate) -> None:
    done = migrate(flux(VALUES.replace(APART, ""), "4.13.0-medium"), {"redis-db": "2"})
    assert done.text == flux(LEFT.replace(APART, ""), "4.18.0-medium")


@pytest.mark.parametrize(("answer", "said"), [("separate", "true"), ("single", "false")])
def test_services_that_may_run_apart_are_asked_about(migrate: Migrate, answer: str, said: str) -> None:
    more = {"redis-db": "2", "unseen-env": "leave"} if answer == "separate" else {}
    done = migrate(flux(VALUES.replace(APART, "")), {"separate-services": answer, **more})
    wanted = LEFT if answer == "separate" else VALUES
    assert done.text == flux(wanted.replace("Deployment: true", f"Deployment: {said}"), "4.18.0")


def test_a_release_that_may_run_apart_is_not_current(cli: Callable[..., Any], tmp_path: Path) -> None:
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


def test_an_entry_that_may_stand_below_is_not_told_as_missing(cli: Callable[..., Any], tmp_path: Path) -> None:
    """PREFECT_API_BLOCKS_REGISTER_ON_START, without which Infrahub sets up nothing, is looked for in what is seen."""
    told = b"PREFECT_API_BLOCKS_REGISTER_ON_START is missing on the server pod"
    (tmp_path / "object.yaml").write_text(flux(VALUES), "utf-8")
    done = cli("plan", "object.yaml", "--redis-db", "2", "--answer", "unseen-env=leave")
    assert done.returncode == 0 and told not in b" ".join(done.stdout.split())
    own = VALUES + "    server: {env: [{name: OURS, value: kept}]}\n"
    (tmp_path / "object.yaml").write_text(flux(own), "utf-8")
    assert told in b" ".join(
        cli("plan", "object.yaml", "--redis-db", "2", "--answer", "unseen-env=leave").stdout.split()
    )


@pytest.mark.parametrize(("head", "is_told"), [(HEAD, False), ("", True)])
def test_what_a_list_below_may_hold_is_not_told_as_missing(
    cli: Callable[..., Any], tmp_path: Path, head: str, is_told: bool
) -> None:
    (tmp_path / "object.yaml").write_text(helm_release(VALUES, "4.13.0", head=head), "utf-8")
    told = " ".join(cli("plan", "object.yaml", "--redis-db", "2").stdout.decode().split())
    assert ("PREFECT_API_BLOCKS_REGISTER_ON_START is missing on the server pod" in told) is is_told
