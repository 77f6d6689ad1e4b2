"""What a run detects before anything is changed, and what it refuses or reports in addition to the changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.planning import catalog, discover, examine
from tests import releases

Cli = Callable[..., Any]
VALUES = """\
infrahub:
  prefect-server:
    server:
      env:
        - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}
      resources: {}
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis: {host: redis, db: 1}
      env: []
"""


@pytest.fixture
def plan(cli: Cli, tmp_path: Path) -> Callable[..., Any]:
    def planned(text: str, *arguments: str) -> Any:
        (tmp_path / "values.yaml").write_text(text)
        done = cli("plan", "values.yaml", "--redis-db", "2", "--format", "json", *arguments)
        return json.loads(done.stdout)["files"][0]

    return planned


def notices(report: Any) -> str:
    return "\n".join(notice["text"] for notice in report["notices"])


@pytest.mark.parametrize(
    ("key", "lines"),
    [
        ("      messaging: {}\n", "infrahub.prefect-server.backgroundServices.messaging is on lines 9 and 10"),
        ("      env: []\n", "infrahub.prefect-server.backgroundServices.env is on lines 9 and 12"),
        ("      resources: {}\n", ""),
    ],
)
def test_a_duplicate_key_on_the_path_of_a_change_is_refused(plan: Callable[..., Any], key: str, lines: str) -> None:
    place = "      messaging:\n" if "resources" not in key else "      resources: {}\n"
    found = plan(VALUES.replace(place, key + place))
    assert found["status"] == ("refused" if lines else "pending")
    assert lines in str(found["error"])


def test_a_duplicate_key_in_an_unchanged_layer_is_ignored(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(VALUES)
    above = "infrahub: {prefect-server: {server: {replicaCount: 2, replicaCount: 3}}}\n"
    (tmp_path / "above.yaml").write_text(above)
    layers = ("-f", "base.yaml", "-f", "above.yaml")
    assert cli("migrate", *layers, "--redis-db", "2", "--non-interactive").returncode == 0
    (tmp_path / "base.yaml").write_text(VALUES)
    (tmp_path / "above.yaml").write_text(above.replace("server: {repl", "server: {env: [], env: [], repl"))
    done = cli("migrate", *layers, "--redis-db", "2", "--non-interactive")
    assert done.returncode == 2
    assert b"above.yaml:1: infrahub.prefect-server.server.env is on lines 1 and 1" in done.stderr


def test_values_in_a_second_document_are_reported(plan: Callable[..., Any]) -> None:
    assert "has several documents" in notices(plan(f"{VALUES}---\n{VALUES}"))
    assert "has several documents" not in notices(plan(f"{VALUES}---\nneo4j: {{}}\n"))
    assert "has several documents" not in notices(plan(VALUES))


def test_an_empty_first_document_before_values_is_refused(plan: Callable[..., Any]) -> None:
    found = plan(f"---\n---\n{VALUES}")
    assert "starts with an empty document, which is the one Helm reads: the values from line 3 on" in str(
        found["error"]
    )


def test_computed_values_are_reported(plan: Callable[..., Any]) -> None:
    computed = "COMPUTED VALUES:\n" + VALUES
    assert "has all computed values" in notices(plan(computed))
    assert "has all computed values" not in notices(plan(VALUES))


def test_a_target_above_the_known_versions_is_reported(plan: Callable[..., Any]) -> None:
    assert "Versions of infrahub-enterprise above" in notices(plan(VALUES, "--to", "9.0.0"))
    assert "not to 9.0.0." in notices(plan(VALUES, "--to", "9.0.0"))
    assert "not known here: the file is migrated to" not in notices(plan(VALUES, "--to", "4.14.0"))


def test_the_report_distinguishes_given_answers_from_defaults(plan: Callable[..., Any]) -> None:
    logger = (
        "["
        + ", ".join(
            f'{{name: PREFECT_SERVER_SERVICES_{name}_ENABLED, value: "true"}}' for name in ("TRIGGERS", "EVENT_LOGGER")
        )
        + "]"
    )
    text = VALUES.replace("      env: []\n", f"      env: {logger}\n")
    for arguments, answered in (((), False), (("--event-logger", "remove"), True)):
        questions = {each["id"]: each for each in plan(text, *arguments)["questions"]}
        assert (questions["event-logger"]["answer"], questions["event-logger"]["answered"]) == ("remove", answered)
        assert questions["redis-db"]["answered"] is True


def test_disabled_prefect_is_reported(plan: Callable[..., Any]) -> None:
    off = plan(VALUES.replace("    server:\n", "    enabled: false\n    server:\n"))
    assert off["status"] == "current" and "this release runs no Prefect" in notices(off)
    on = plan(VALUES.replace("    server:\n", "    enabled: true\n    server:\n"))
    assert on["status"] == "pending" and "runs no Prefect" not in notices(on)


def test_a_migration_that_waits_for_an_answer_is_listed(cli: Cli, tmp_path: Path) -> None:
    text = "backgroundServices: {runAsSeparateDeployment: true, messaging: {redis: {host: redis, db: 1}}}\n"
    (tmp_path / "values.yaml").write_text(text)
    report = json.loads(cli("plan", "values.yaml", "--format", "json").stdout)["files"][0]
    assert (report["status"], report["changes"]) == ("needs-decision", [])
    assert [each["id"] for each in report["migrations"]] == ["v4_14_0_prefect_docket"]


MAJOR, MINOR, PATCH = catalog.newest("infrahub-enterprise", catalog.load()).release


@pytest.mark.parametrize(
    ("to", "severity"),
    [
        (f"{MAJOR}.{MINOR}.{PATCH + 1}", "info"),
        (f"{MAJOR}.{MINOR + 1}.0", "warning"),
        (f"{MAJOR + 37}.8.0", "warning"),
    ],
)
def test_a_target_far_above_the_known_versions_is_a_warning(plan: Callable[..., Any], to: str, severity: str) -> None:
    found = [
        each
        for each in plan(VALUES, "--to", to)["notices"]
        if "not known here: the file is migrated to" in each["text"]
    ]
    assert [each["severity"] for each in found] == [severity]
    assert ("for a typo in --to" in found[0]["text"]) == (severity == "warning")


def test_a_dry_run_shows_the_warnings(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(VALUES)
    done = cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive", "--dry-run", "--to", "41.8.0")
    assert b"warning: Versions of infrahub-enterprise above" in done.stdout


@pytest.mark.parametrize(
    ("value", "is_reported"),
    [("a\u200bb", True), ('"a\\u200bb"', True), ("\u00e4b", False), ('"a\\tb"', False), ("ab", False)],
)
def test_invisible_characters_are_reported_however_they_are_written(value: str, is_reported: bool) -> None:
    text = f"infrahub:\n  prefect-server:\n    server: {{uiConfig: {{}}, name: {value}}}\n"
    release = releases.of_text(text)
    made = examine.examine(release, examine.Request(discover.Options(version_from="4.13.0"), {})).plan
    texts = [notice.text for notice in made.notices if "contains the invisible" in notice.text]
    assert len(texts) == is_reported
    assert all(
        text.startswith("infrahub.prefect-server.server.name contains the invisible U+200B (zero width space)")
        for text in texts
    )
