"""A fact has one severity and is reported once: by plan, by migrate and by verify."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]

BASE = """\
global: {prefect: {image: {repository: acme/infrahub}}}
server:
  env:
    - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}
    - {name: PREFECT_API_DATABASE_MIGRATE_ON_START, value: "false"}
    - {name: PREFECT_API_BLOCKS_REGISTER_ON_START, value: "false"}
@server@backgroundServices:
  runAsSeparateDeployment: true
  messaging: {redis: {host: redis, db: 1}, docket: {url: "redis://redis:6379/2"}}
  env:
    - {name: A, value: b}
@background@"""
FACTS = {
    "docket-name": ("    - {name: PREFECT_SERVER_DOCKET_NAME, value: mine}\n", ""),
    "database-override": ("    - {name: PREFECT_API_DATABASE_CONNECTION_URL, value: x}\n", ""),
    "bundled-password": ("redis: {enabled: true}\n", ""),
    "env-twice": ("    - {name: B, value: b}\n    - {name: B, value: c}\n", ""),
}


def entries_of(report: dict[str, Any], rule: str) -> list[tuple[str, str]]:
    (file,) = report["files"]
    return [(kind, each["severity"]) for kind in ("notices", "findings") for each in file[kind] if each["rule"] == rule]


@pytest.mark.parametrize("rule", FACTS)
@pytest.mark.parametrize("current", [True, False], ids=["current", "pending"])
def test_plan_and_verify_agree_on_the_severity(cli: Cli, tmp_path: Path, rule: str, current: bool) -> None:
    server, background = FACTS[rule]
    text = BASE.replace("@server@", server).replace("@background@", background)
    if not current:
        text = text.replace(', docket: {url: "redis://redis:6379/2"}', "")
    (tmp_path / "values.yaml").write_text(text, encoding="utf-8")
    planned = json.loads(cli("plan", "values.yaml", "--redis-db", "2", "--format", "json").stdout)
    verified = json.loads(cli("verify", "values.yaml", "--format", "json").stdout)

    ((kind, severity),) = set(entries_of(verified, rule))
    assert kind == "findings"
    entries = entries_of(planned, rule)
    assert {each for _, each in entries} == {severity}, entries
    assert len({kind for kind, _ in entries}) == 1, "as a notice or as a finding, never as both"


def test_plan_and_verify_give_the_same_remedy(cli: Cli, tmp_path: Path) -> None:
    """The chart of 4.14.1 has no externalDatabase yet."""
    text = BASE.replace("@server@", FACTS["database-override"][0]).replace("@background@", "")
    (tmp_path / "values.yaml").write_text(text.replace(', docket: {url: "redis://redis:6379/2"}', ""), encoding="utf-8")
    (planned,) = json.loads(cli("plan", "values.yaml", "--redis-db", "2", "--format", "json").stdout)["files"]
    (verified,) = json.loads(cli("verify", "values.yaml", "--format", "json").stdout)["files"]
    (notice,) = [each["text"] for each in planned["notices"] if each["rule"] == "database-override"]
    (remedy,) = [each["remedy"] for each in verified["findings"] if each["rule"] == "database-override"]
    assert notice.endswith(remedy)


def test_a_required_change_is_an_error_of_verify(cli: Cli, tmp_path: Path) -> None:
    """The metrics directory of 4.14.1, for example, without which the background services crash."""
    example = cli("example").stdout.decode()
    (tmp_path / "values.yaml").write_text(example, encoding="utf-8")
    assert cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive", "--to", "4.14.0").returncode == 0
    verified = json.loads(cli("verify", "values.yaml", "--format", "json").stdout)
    assert entries_of(verified, "metrics-directory") == [("findings", "error")]
    (file,) = json.loads(cli("plan", "values.yaml", "--format", "json").stdout)["files"]
    assert [change["effect"] for change in file["changes"]] == ["required"]
    assert cli("verify", "values.yaml", "--to", "4.14.0").returncode == 0


@pytest.mark.parametrize(
    ("rule", "count"), [("env-twice", "1 error"), ("docket-name", "1 error"), ("bundled-password", "1 warning")]
)
def test_check_counts_errors_and_warnings_separately(cli: Cli, tmp_path: Path, rule: str, count: str) -> None:
    text = BASE.replace("@server@", FACTS[rule][0]).replace("@background@", "")
    (tmp_path / "values.yaml").write_text(text, encoding="utf-8")
    assert cli("check", "values.yaml").stdout.decode() == f"values.yaml: current: {count} (see plan)\n"
