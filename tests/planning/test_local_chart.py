"""A customer's own chart, in a folder or packed: its values are the defaults that a plan rests on."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.planning import discover, examine
from migrator.values.edits import Value
from tests import releases

Cli = Callable[..., Any]
LIST: list[Value] = [{"name": "PREFECT__SERVER_WEBSERVER_ONLY", "value": "true"}, {"name": "OURS", "value": "kept"}]
PREFECT: dict[str, Value] = {
    "global": {"prefect": {"image": {"repository": "registry.opsmill.io/opsmill/infrahub"}}},
    "server": {"env": LIST, "args": ["gunicorn"]},
    "backgroundServices": {
        "runAsSeparateDeployment": True,
        "env": [{"name": "PROMETHEUS_MULTIPROC_DIR", "value": ""}],
        "messaging": {
            "broker": "prefect_redis.messaging",
            "redis": {"host": "", "port": 6379, "db": 0},
            "docket": {"url": ""},
        },
    },
}
OVERRIDES = """\
infrahub:
  prefect-server:
    server:
      replicaCount: 2
"""


def chart(folder: Path, version: str, values: Value, name: str = "infrahub-enterprise") -> Path:
    """infrahub-enterprise with infrahub and prefect-server in it; `values` are those of the outer chart."""
    place = folder / name
    inner = place / "charts" / "infrahub"
    for where, its_name, its_version, own in (
        (place, name, version, values),
        (inner, "infrahub", "1.0.0", {}),
        (inner / "charts" / "prefect-server", "prefect-server", "1.0.0", PREFECT),
    ):
        where.mkdir(parents=True)
        (where / "Chart.yaml").write_text(json.dumps({"apiVersion": "v2", "name": its_name, "version": its_version}))
        (where / "values.yaml").write_text(json.dumps(own))
    return place


def packed(place: Path) -> Path:
    path = place.with_suffix(".tgz")
    with tarfile.open(path, "w:gz") as archive:
        archive.add(place, place.name)
    return path


HOST: Value = {"infrahub": {"prefect-server": {"backgroundServices": {"messaging": {"redis": {"host": "redis.own"}}}}}}
DOCKET = """\
    backgroundServices:
      messaging:
        docket:
          url: redis://redis.own:6379/2
"""


@pytest.mark.parametrize("is_packed", [False, True])
def test_the_docket_is_built_from_the_host_in_the_charts_values(cli: Cli, tmp_path: Path, is_packed: bool) -> None:
    place = chart(tmp_path, "4.14.1", HOST)
    path = packed(place) if is_packed else place
    (tmp_path / "values.yaml").write_text(OVERRIDES, "utf-8")
    done = cli("migrate", "values.yaml", "--chart-path", path, "--redis-db", "2", "--non-interactive")
    assert done.returncode == 0, done.stderr
    # No flavour is asked for, and the list that the file replaces is the chart's own.
    env = """\
      env:
        - name: PREFECT__SERVER_WEBSERVER_ONLY
          value: "true"
        - name: OURS
          value: kept
        - name: PREFECT_API_DATABASE_MIGRATE_ON_START
          value: "false"
"""
    assert (tmp_path / "values.yaml").read_text("utf-8") == OVERRIDES + env + DOCKET
    assert cli("check", "values.yaml", "--chart-path", path).returncode == 0


def test_a_file_is_unchanged_if_the_chart_sets_everything(cli: Cli, tmp_path: Path) -> None:
    messaging: Value = {"redis": {"host": "redis.own"}, "docket": {"url": "redis://redis.own:6379/2"}}
    pinned: Value = [*LIST, {"name": "PREFECT_API_DATABASE_MIGRATE_ON_START", "value": "false"}]
    own: Value = {
        "infrahub": {"prefect-server": {"server": {"env": pinned}, "backgroundServices": {"messaging": messaging}}}
    }
    place = chart(tmp_path, "4.14.1", own)
    (tmp_path / "values.yaml").write_text(OVERRIDES, "utf-8")
    assert cli("check", "values.yaml", "--chart-path", place).returncode == 0


def test_a_chart_below_the_target_says_what_runs_now(cli: Cli, tmp_path: Path) -> None:
    place = chart(tmp_path, "4.13.0-medium", HOST)
    (tmp_path / "values.yaml").write_text(OVERRIDES, "utf-8")
    report = json.loads(cli("plan", "values.yaml", "--chart-path", place, "--format", "json").stdout)["files"][0]
    assert (report["chart"], report["from"], report["flavour"]) == ("infrahub-enterprise", "4.13.0-medium", "medium")


def test_with_two_charts_the_old_one_says_what_runs_now(tmp_path: Path) -> None:
    old, new = chart(tmp_path / "old", "4.14.0", HOST), chart(tmp_path / "new", "4.18.0", HOST)
    release = releases.of_text(OVERRIDES)
    request = examine.Request(discover.Options(), {"redis-db": "2"}, chart_path=str(new))
    both = examine.examine(release, request._replace(old_chart_path=str(old))).detected
    assert (both.shown_from, both.shown_to) == ("4.14.0", "4.18.0")
    alone = examine.examine(release, request).detected
    assert (alone.shown_from, alone.shown_to) == ("", "4.18.0")


def test_an_outer_global_of_the_chart_wins(cli: Cli, tmp_path: Path) -> None:
    listed: Value = {"prefect": {"env": [{"name": "PREFECT_SERVER_DOCKET_URL", "value": "redis://q:6379/5"}]}}
    place = chart(tmp_path, "4.14.1", {**HOST, "global": listed})  # type: ignore[dict-item]
    (tmp_path / "values.yaml").write_text(OVERRIDES, "utf-8")
    plan = cli("plan", "values.yaml", "--chart-path", place, "--redis-db", "2")
    assert plan.returncode == 0, plan.stderr


def test_a_folder_that_is_not_a_chart_is_refused(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(OVERRIDES, "utf-8")
    done = cli("check", "values.yaml", "--chart-path", ".")
    assert done.returncode == 2
    assert b"Chart.yaml file is missing" in done.stderr


@pytest.mark.parametrize("command", [("plan",), ("check",), ("verify",), ("migrate", "--non-interactive")])
def test_a_chart_whose_prefect_server_is_not_unpacked_is_refused(
    cli: Cli, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Helm checks only the chart's own dependencies; further down it silently leaves out what is missing."""
    place = chart(tmp_path, "4.14.1", HOST)
    inner = place / "charts" / "infrahub"
    wraps = '{apiVersion: v2, name: infrahub, version: 1.0.0, dependencies: [{name: prefect-server, version: ">=0"}]}'
    (inner / "Chart.yaml").write_text(wraps)
    (inner / "charts" / "prefect-server").rename(tmp_path / "elsewhere")
    (tmp_path / "values.yaml").write_text(OVERRIDES, "utf-8")
    done = cli(*command, "values.yaml", "--chart-path", place)

    assert (done.returncode, done.stdout) == (2, b"")
    assert b"not unpacked in its charts/ folder: infrahub.prefect-server" in done.stderr
    assert b"helm dependency build" in done.stderr


def test_other_dependencies_need_not_be_unpacked(cli: Cli, tmp_path: Path) -> None:
    place = chart(tmp_path, "4.14.1", HOST)
    wraps = '{apiVersion: v2, name: infrahub, version: 1.0.0, dependencies: [{name: neo4j, version: ">=0"}]}'
    (place / "charts" / "infrahub" / "Chart.yaml").write_text(wraps)
    (tmp_path / "values.yaml").write_text(OVERRIDES, "utf-8")

    assert cli("plan", "values.yaml", "--chart-path", place).returncode == 0


def test_a_chart_that_does_not_fit_the_values_is_refused(cli: Cli, tmp_path: Path) -> None:
    alone = chart(tmp_path, "4.14.1", HOST) / "charts" / "infrahub" / "charts" / "prefect-server"
    (alone / "Chart.yaml").write_text("{apiVersion: v2, name: prefect-server, version: 0.0.0}")
    (tmp_path / "values.yaml").write_text(OVERRIDES, "utf-8")
    done = cli("plan", "values.yaml", "--chart-path", alone)

    assert (done.returncode, done.stdout) == (2, b"")
    assert b"(prefect-server) has no prefect-server at infrahub.prefect-server" in done.stderr


def test_an_unpackaged_chart_counts_as_the_target(cli: Cli, tmp_path: Path) -> None:
    """Its version is 0.0.0 until it is packaged, so it is not taken to be older than what runs."""
    place = tmp_path / "prefect-server"
    place.mkdir()
    (place / "Chart.yaml").write_text("{apiVersion: v2, name: prefect-server, version: 0.0.0}")
    (place / "values.yaml").write_text(json.dumps(PREFECT))
    (tmp_path / "values.yaml").write_text("backgroundServices: {messaging: {redis: {host: redis.own}}}\n", "utf-8")
    report = json.loads(cli("plan", "values.yaml", "--chart-path", place, "--format", "json").stdout)["files"][0]

    assert (report["from"], report["chart"], report["to"]) == ("", "prefect-server", "2026.6.5172345")
    assert [question["id"] for question in report["questions"]] == ["redis-db"]


def test_the_version_of_an_umbrella_chart_is_ignored(cli: Cli, tmp_path: Path) -> None:
    """It says nothing about the charts inside."""
    place = chart(tmp_path, "1.0.0", HOST, name="platform")
    (tmp_path / "values.yaml").write_text(OVERRIDES, "utf-8")
    report = json.loads(cli("plan", "values.yaml", "--chart-path", place, "--format", "json").stdout)["files"][0]

    assert (report["chart"], report["from"]) == ("infrahub-enterprise", "")
    assert [question["id"] for question in report["questions"]] == ["redis-db"]


TRACED = """\
infrahub:
  prefect-server: {enabled: false}
  infrahub-observability: {enabled: true, tempo: {enabled: false}}
%s"""
ENDPOINT = "  global: {tracing: {%sendpoint: otel:4317}}\n"


@pytest.mark.parametrize(
    ("before", "after"), [("", ""), (ENDPOINT % "", ENDPOINT % "enabled: true, ")], ids=["in the chart", "in the file"]
)
def test_tracing_is_enabled_only_for_an_endpoint_in_the_file(cli: Cli, tmp_path: Path, before: str, after: str) -> None:
    """An endpoint in the chart's own values has to be enabled there."""
    place = chart(tmp_path, "4.18.0", {"infrahub": {"global": {"tracing": {"endpoint": "otel:4317"}}}})
    (tmp_path / "values.yaml").write_text(TRACED % before, "utf-8")
    done = cli("migrate", "values.yaml", "--chart-path", place, "--from", "4.14.1", "--non-interactive")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "values.yaml").read_text("utf-8") == TRACED % after


IN_CHART = "The chart's own values set global.tracing.endpoint, and from 4.15.1 on no traces go there"
IN_OLD_CHART = "The chart that runs now sends traces to an endpoint from its own values; on the new chart they stop."
AT_TOP: Value = {"global": {"tracing": {"endpoint": "otel:4317"}}}
SENT: Value = {"global": {"tracing": {"endpoint": "otel:4317", "enabled": True}}}


@pytest.mark.parametrize("values", [AT_TOP, {"infrahub": AT_TOP}], ids=["at the top", "below infrahub"])
@pytest.mark.parametrize("version_from", ["", "4.14.1"])
def test_a_tracing_endpoint_only_in_the_new_chart_is_reported(tmp_path: Path, values: Value, version_from: str) -> None:
    assert trace_notices(tmp_path, new=values, version_from=version_from).startswith(IN_CHART)


@pytest.mark.parametrize("old", [AT_TOP, SENT], ids=["implied", "enabled"])
def test_a_tracing_endpoint_only_in_the_old_chart_is_reported(tmp_path: Path, old: Value) -> None:
    assert trace_notices(tmp_path, old=old, new={}).startswith(IN_OLD_CHART)
    assert trace_notices(tmp_path / "alone", old=old).startswith(IN_OLD_CHART)


@pytest.mark.parametrize(
    ("old", "new", "version_from"),
    [
        (AT_TOP, SENT, ""),
        ({}, {}, ""),
        (None, AT_TOP, "4.15.1"),
        (None, SENT, "4.14.1"),
    ],
    ids=["it is enabled now", "there is none", "it stopped before", "it was enabled"],
)
def test_traces_that_continue_or_were_never_sent_are_not_reported(
    tmp_path: Path, old: Value, new: Value, version_from: str
) -> None:
    assert trace_notices(tmp_path, old=old, new=new, version_from=version_from) == ""


def test_traces_to_infrahubs_own_tempo_are_not_reported(tmp_path: Path) -> None:
    text = TRACED.replace("{enabled: false}}", "{enabled: true}}") % ""
    assert trace_notices(tmp_path, old=AT_TOP, new={}, text=text) == ""
    assert trace_notices(tmp_path / "new", new=AT_TOP, version_from="4.14.1", text=text) == ""


def trace_notices(
    folder: Path, *, old: Value = None, new: Value = None, version_from: str = "", text: str = TRACED % ""
) -> str:
    """The notices about traces for two charts, or for one alone."""
    old_path = str(chart(folder / "old", "4.14.1", old)) if old is not None else ""
    new_path = str(chart(folder / "new", "4.18.0", new)) if new is not None else ""
    options = discover.Options(version_from=version_from, version_to="4.18.0")
    request = examine.Request(options, {}, chart_path=new_path or old_path, old_chart_path=old_path if new_path else "")
    made = examine.examine(releases.of_text(text), request).plan
    assert made.is_current
    return " ".join(each.text for each in made.notices if "traces" in each.text)
