"""The supported stops of a jump: one minor version of Infrahub at a time, and one before each one-way change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from migrator.planning import route

Cli = Callable[..., Any]


@pytest.mark.parametrize(
    ("chart", "start", "to", "stops"),
    [
        ("infrahub-enterprise", "4.13.0", "4.18.0", ["4.18.0"]),
        ("infrahub-enterprise", "4.2.3", "4.18.0", ["", "4.14.1", "4.18.0"]),
        ("infrahub-enterprise", "4.13.0", "4.21.2", ["4.18.0", "4.21.2"]),
        ("infrahub-enterprise", "4.18.0", "4.21.2", ["4.21.2"]),
        ("infrahub-enterprise", "4.15.0", "4.19.0", ["4.18.0", "4.19.0"]),
        ("infrahub", "4.27.0", "4.33.5", ["4.32.0", "4.33.5"]),
        ("infrahub-enterprise", "4.21.2", "4.22.0", ["4.22.0"]),
    ],
)
def test_the_stops_of_a_jump(chart: str, start: str, to: str, stops: list[str]) -> None:
    found = route.stops(chart, Version(start), Version(to), to)
    assert [stop.version for stop in found] == stops
    assert [bool(stop.crossed) for stop in found][:-1] == [False] * (len(found) - 1)


def test_a_stop_that_cannot_be_rolled_back_says_so() -> None:
    last = route.stops("infrahub-enterprise", Version("4.13.0"), Version("4.21.2"), "4.21.2")[-1]
    assert "that backup is the only way back" in last.text(2, 2)
    assert "Back up Neo4j and PostgreSQL;" in last.text(2, 2)
    assert "wait until every pod is ready" in last.text(2, 2)


@pytest.mark.parametrize(
    ("version", "app", "named"),
    [
        ("4.14.1", "1.9", "4.14.1 (Infrahub 1.9)."),
        ("4.15.3", "", "4.15.3."),
        ("", "1.8", "a chart that installs Infrahub 1.8; none is known here (helm search repo -l)."),
    ],
)
def test_a_stop_is_named_as_far_as_it_is_known(version: str, app: str, named: str) -> None:
    assert route.Stop(version, app, ()).text(1, 3).startswith(f"Stop 1 of 3: {named} Back up Neo4j")


@pytest.mark.parametrize(
    ("to", "app"),
    [
        ("4.18.0", "1.10"),
        ("4.18.1", "1.10"),
        ("4.14.1", "1.9"),
        ("4.16.0", "1.9 to 1.10, which of them is not known here"),
        ("4.21.0", "1.10.9 to 1.11.4, which of them is not known here"),
        ("4.21.2", "1.11.4"),
        ("4.22.0", "1.11.4 or newer"),
        ("3.0.0", ""),
    ],
)
def test_the_last_stop_names_its_infrahub_version_as_far_as_it_is_known(to: str, app: str) -> None:
    assert route.stops("infrahub-enterprise", None, Version(to), to)[-1].app == app


def test_prefect_server_alone_skips_no_minor() -> None:
    """Each of its versions was shipped with several Infrahub versions, none of which runs there."""
    assert route.skips_minors("infrahub-enterprise", Version("4.2.3"), Version("4.18.0"))
    assert not route.skips_minors("prefect-server", Version("2025.9.5190948"), Version("2026.6.5172345"))


def test_prefect_server_alone_goes_in_one_step() -> None:
    (notice,) = route.notices(
        "prefect-server", Version("2025.12.24192415"), Version("2026.6.5172345"), "2026.6.5172345"
    )
    assert notice.text.startswith("2026.6.5172345 is reached in one step:")
    (stop,) = route.notices("infrahub", Version("4.27.0"), Version("4.32.0"), "4.32.0")
    assert stop.text.startswith("Stop 1 of 1: 4.32.0 (Infrahub 1.10).")


def test_plan_reports_the_stops(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("infrahub: {upgrade: {enabled: false}}\n", "utf-8")
    options = ("values.yaml", "--from", "4.2.3", "--format", "json")
    plain = json.loads(cli("plan", *options).stdout)["files"][0]["notices"]
    with_route = json.loads(cli("plan", *options, "--route").stdout)["files"][0]["notices"]
    jump = "4.18.0 is more than one minor version of Infrahub above 4.2.3; only one at a time is supported. "
    assert f"{jump}Stops: Infrahub 1.8, 4.14.1, 4.18.0 (plan --route)." in [each["text"] for each in plain]
    assert [each["text"][:11] for each in with_route if each not in plain] == [
        "Stop 1 of 3",
        "Stop 2 of 3",
        "Stop 3 of 3",
    ]
    assert b"give --from" in cli("plan", "values.yaml", "--route", "--answer", "flavour=none").stdout


def test_plan_prints_the_stops_first(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("infrahub: {upgrade: {enabled: false}}\n", "utf-8")
    shown = cli("plan", "values.yaml", "--from", "4.2.3", "--route").stdout.decode()
    assert shown.index("\nRoute\n  - Stop 1 of 3") < shown.index("\nEvidence\n") < shown.index("\nNotices")
    assert shown.count("Stop 1 of 3") == 1


def test_plan_prints_the_stops_without_a_file(cli: Cli, tmp_path: Path) -> None:
    done = cli("plan", "--route", "--from", "4.2.3")
    assert done.stdout.decode().startswith("infrahub-enterprise: from 4.2.3 to 4.18.0\n- Stop 1 of 3: ")
    assert b"infrahub-migrator list --chart infrahub-enterprise --from 4.2.3 --to 4.18.0\n" in done.stdout
    assert cli("plan", "--route", "--from", "4.18.0", "--to", "4.14.0").returncode == 2
    for options in (
        ("--route", "--to", "4.18.0"),
        ("--from", "4.2.3"),
        ("--route", "--from", "4.2.3", "--format=json"),
    ):
        refused = cli("plan", *options)
        assert (refused.returncode, b"no file is named" in refused.stderr) == (2, True)
    (tmp_path / "infrahub-migrator.yaml").write_text("version: 1\n", "utf-8")
    assert b"lists no release" in cli("plan", "--route", "--from", "4.2.3").stderr


def test_one_minor_is_no_jump(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("infrahub: {upgrade: {enabled: false}}\n", "utf-8")
    assert b"more than one minor" not in cli("plan", "values.yaml", "--from", "4.13.0").stdout
