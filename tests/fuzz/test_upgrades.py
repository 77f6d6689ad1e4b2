"""Upgrades of random releases, of which `benchmarks.upgrades` runs many, and whether its judge can find a fault."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path

import pytest

from migrator.values.edits import Value
from tests.fuzz import releases
from tests.fuzz.pods import Pod, differences, pods
from tests.fuzz.upgrades import Charts, Upgrade

RELEASES = 25


@pytest.mark.skipif(importlib.util.find_spec("helm_python") is None, reason="no helm-python-sdk")
def test_no_change_on_the_pods_goes_unreported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = Charts(tmp_path / "charts")
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.chdir(room)
    ends = []
    for number in range(RELEASES):
        rng = random.Random(number)
        upgrade = Upgrade(releases.draw(rng), rng, built)
        ends.append(upgrade.run())
        assert not upgrade.findings, "\n".join(f"{found.what}: {found.detail}" for found in upgrade.findings)
    assert ends.count("migrated") > RELEASES / 3


def deployment(container: str, *env: tuple[str, str]) -> dict[str, Pod]:
    """A deployment with one container."""
    entries: list[Value] = [{"name": name, "value": value} for name, value in env]
    pod: Value = {"spec": {"containers": [{"name": container, "env": entries}]}}
    return pods([{"kind": "Deployment", "spec": {"template": pod}}])


def test_settings_that_prefect_reads_the_same_do_not_differ() -> None:
    before = deployment(
        "prefect-server",
        ("PREFECT_API_DATABASE_MIGRATE_ON_START", "False"),
        ("PREFECT_API_SERVICES_TRIGGERS_ENABLED", "1"),
        ("PREFECT_MESSAGING_BROKER", "prefect_redis.messaging"),
        ("PREFECT_REDIS_MESSAGING_DB", "0"),
    )
    after = deployment(
        "prefect-server",
        ("PREFECT_SERVER_DATABASE_MIGRATE_ON_START", "false"),
        ("PREFECT_API_DATABASE_MIGRATE_ON_START", "true"),
        ("PREFECT_MESSAGING_BROKER", "prefect_redis.messaging"),
    )
    assert not [*differences(before, after)]


@pytest.mark.parametrize(
    ("about", "before", "after"),
    [
        ("PREFECT_REDIS_MESSAGING_DB", [("PREFECT_MESSAGING_BROKER", "r")], [("PREFECT_REDIS_MESSAGING_DB", "1")]),
        ("PREFECT_SERVER_DOCKET_URL", [], [("PREFECT_SERVER_DOCKET_URL", "redis://redis:6379/2")]),
        ("PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED", [("PREFECT_API_SERVICES_TRIGGERS_ENABLED", "off")], []),
        ("WEBSERVER_ONLY", [("PREFECT__SERVER_WEBSERVER_ONLY", "false")], []),
    ],
)
def test_each_difference_is_found(about: str, before: list[tuple[str, str]], after: list[tuple[str, str]]) -> None:
    broker = [("PREFECT_MESSAGING_BROKER", "r")] if about.startswith("PREFECT_REDIS") else []
    found = [*differences(deployment("prefect-server", *before), deployment("prefect-server", *broker, *after))]
    assert [each.about for each in found] == [about]
