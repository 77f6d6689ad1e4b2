"""The supported stops of a jump: one minor version of Infrahub at a time, and one before each step of no return."""

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
def test_the_stops(chart: str, start: str, to: str, stops: list[str]) -> None:
    found = route.stops(chart, Version(start), Version(to), to)
    assert [stop.version for stop in found] == stops
    assert [bool(stop.crossed) for stop in found][:-1] == [False] * (len(found) - 1)


def test_the_stop_that_cannot_be_taken_back_says_so() -> None:
    last = route.stops("infrahub-enterprise", Version("4.13.0"), Version("4.21.2"), "4.21.2")[-1]
    assert "only that backup leads back" in last.text(2, 2)
    assert "Back up Neo4j and PostgreSQL before" in last.text(2, 2)
    assert "wait until every pod is ready" in last.text(2, 2)


def test_plan_tells_them(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("infrahub: {upgrade: {enabled: false}}\n", "utf-8")
    options = ("values.yaml", "--from", "4.2.3", "--format", "json")
    plain = json.loads(cli("plan", *options).stdout)["files"][0]["notices"]
    told = json.loads(cli("plan", *options, "--route").stdout)["files"][0]["notices"]
    assert [each["text"] for each in plain if "More than one minor" in each["text"]]
    assert [each["text"][:11] for each in told if each not in plain] == ["Stop 1 of 3", "Stop 2 of 3", "Stop 3 of 3"]
    assert b"give --from" in cli("plan", "values.yaml", "--route", "--answer", "flavour=none").stdout


def test_one_minor_is_no_jump(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("infrahub: {upgrade: {enabled: false}}\n", "utf-8")
    assert b"More than one minor" not in cli("plan", "values.yaml", "--from", "4.13.0").stdout
