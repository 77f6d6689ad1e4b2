"""list and explain: all migrations as a table, those of a jump, and both as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from migrator.planning import catalog
from tests.processes import ForkServer
from tests.prompts.terminal import Session

Cli = Callable[..., Any]
SCHEMAS = {
    name: Draft202012Validator(json.loads(files("migrator").joinpath(f"report/schemas/{name}.json").read_text("utf-8")))
    for name in ("migrations", "report")
}


def test_list_is_a_table_of_all_migrations(cli: Cli) -> None:
    head, *rows, nothing, legend = cli("list").stdout.decode().splitlines()
    assert head.split() == ["infrahub-enterprise", "infrahub", "prefect-server", "what", "kind", "explain"]
    column = head.index("explain")
    assert all(row[column:].startswith("v") and row[column - 2 : column] == "  " for row in rows)
    assert any(row.startswith("4.18.0 ") and "edit, may ask" in row for row in rows)
    assert (nothing, legend[:10]) == ("", "(by shape:")


@pytest.mark.parametrize("columns", [80, 150])
def test_the_table_fits_the_terminal(forks: ForkServer, tmp_path: Path, columns: int) -> None:
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(tmp_path), "TERM": "xterm", "LANG": "C.UTF-8"}
    with closing(Session(forks, tmp_path, ["list"], 150, columns, environment)) as session:
        assert session.ends() == 0
        lines = [line for line in session.text.splitlines() if line]
    assert lines[0].startswith("enterprise " if columns == 80 else "infrahub-enterprise ")
    assert all(line[:1] in "vibe-4(" or line[:39].isspace() for line in lines)  # no line wraps
    assert lines[-1] == "(by shape: whatever the version; -: not for that chart; explain ID says why.)"
    for known in catalog.load():
        assert any(line == known.id if columns == 80 else line.endswith(f" {known.id}") for line in lines)


@pytest.mark.parametrize(
    ("options", "met", "not_met", "notice"),
    [
        (("--from", "4.14.1", "--to", "4.18.0"), "v4_18_0_restore", "v4_14_1_prometheus_multiproc", ""),
        (("--from", "4.14.1"), "v4_18_0_restore", "v4_19_0_neo4j", ""),
        (("--to", "4.14.1"), "v4_14_1_prometheus_multiproc", "v4_15_1_tracing", ""),
        (("--from", "4.13.0", "--to", "4.21.2"), "v4_19_0_neo4j", "v4_13_0_startup_probe", "more than one minor"),
        (("--from", "4.18.0", "--to", "4.19.0"), "v4_19_0_neo4j", "v4_18_0_restore", "no older Neo4j can read it"),
        (("--chart", "infrahub", "--from", "4.29.1"), "v4_15_2_metrics_of_the_server", "v4_15_1_tracing", ""),
        (("--from", "2026.6.5172345", "--to", "2026.8.18172642"), "v2026_7_23_probes", "v4_14_0_prefect_docket", ""),
    ],
)
def test_list_shows_the_migrations_of_a_jump(
    cli: Cli, options: tuple[str, ...], met: str, not_met: str, notice: str
) -> None:
    shown = cli("list", *options).stdout.decode()
    assert met in shown
    assert not_met not in shown
    assert notice in shown
    found = json.loads(cli("list", *options, "--format", "json").stdout)
    ids = [each["id"] for each in found["migrations"]]
    assert met in ids
    assert not_met not in ids
    assert any(notice in each for each in found["notices"]) or not notice


def test_a_jump_backwards_is_refused(cli: Cli) -> None:
    done = cli("list", "--from", "4.18.0", "--to", "4.14.0")
    assert (done.returncode, b"is below" in done.stderr) == (2, True)


def test_explain_prints_json(cli: Cli) -> None:
    found = json.loads(cli("explain", "4.18.0", "--format", "json").stdout)
    assert [each["id"] for each in found["migrations"]] == ["v4_18_0_restore"]
    (step,) = found["migrations"][0]["steps"]
    assert step["versions"] == {"infrahub-enterprise": "4.18.0", "infrahub": "4.32.0"}
    assert found["migrations"][0]["questions"] == ["restore"]
    assert "https://" in found["migrations"][0]["text"]


@pytest.mark.parametrize(
    "command",
    [
        ["list"],
        ["list", "--chart", "prefect-server"],
        ["list", "--from", "4.2.3", "--to", "4.21.2"],
        ["list", "--from", "4.21.2"],
        ["explain", "4.16.0"],
        *[["explain", known.id] for known in catalog.load()],
    ],
    ids=" ".join,
)
def test_the_json_of_list_and_explain_matches_its_schema(cli: Cli, command: list[str]) -> None:
    shown = json.loads(cli(*command, "--format", "json").stdout)
    SCHEMAS["migrations"].validate(shown)
    for each in shown["migrations"]:
        del each["steps"][0]["kind"]
    assert SCHEMAS["migrations"].is_valid(shown) is not bool(shown["migrations"])


def test_explain_describes_a_rule_and_a_question_of_one_name(cli: Cli) -> None:
    rule, question = cli("explain", "neo4j-heap").stdout.decode().split("\n\nneo4j-heap (")
    assert rule.startswith("neo4j-heap (a rule of verify") and "What to do: " in rule
    assert question.startswith("a question of v4_21_2_upgrade_job")
    assert "Answer it with --answer neo4j-heap=keep|16G.\n" in question
    alone = cli("explain", "redis-db").stdout.decode()
    assert alone.startswith("redis-db (a question of") and "a rule of verify" not in alone


@pytest.mark.parametrize("command", [["list", "--from", "4.18.0", "--to", "4.14.0"], ["explain", "nothing"]])
def test_an_error_is_a_json_report(cli: Cli, command: list[str]) -> None:
    SCHEMAS["report"].validate(json.loads(cli(*command, "--format", "json").stdout))
