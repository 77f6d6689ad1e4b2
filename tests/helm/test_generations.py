"""The oldest generations, migrated and rendered: the pods get the wiring of the newest preset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.verify import rendered_pods as checks
from tests.preset_files import preset_files

AFTER = "2026.6.5172345"
SERVER, BACKGROUND = "prefect-server", "prefect-background-services"
ANSWERS = {"redis-host": "infrahub-cache-master", "redis-db": "2"}
TUNING = ("_BATCH_SIZE=", "WEB_CONCURRENCY=", "INFRAHUB_CACHE_ADDRESS=")


def wiring(env: dict[str, list[str]]) -> dict[str, list[str]]:
    """The entries of each pod without its tuning."""
    return {
        pod: sorted(entry for entry in entries if not any(part in entry for part in TUNING))
        for pod, entries in env.items()
    }


@pytest.mark.parametrize("preset", preset_files("[AB]*/*.yaml"))
def test_a_generation_gets_the_wiring_of_the_newest_preset(
    preset: Path, migrate: Callable[..., Any], pods: Callable[..., Any], rendered: Callable[..., Any]
) -> None:
    newest_preset = (preset.parents[1] / "E" / "values.small.yaml").read_text(encoding="utf-8")
    newest = wiring(pods(migrate(newest_preset, ANSWERS).text, "infrahub-enterprise", AFTER))
    after = migrate(preset.read_text(encoding="utf-8"), ANSWERS).text

    assert set(newest) == {SERVER, BACKGROUND}
    assert wiring(pods(after, "infrahub-enterprise", AFTER)) == newest
    found = checks.check(rendered(after, "infrahub-enterprise", AFTER), "chart")
    assert [each.rule for each in found if each.severity == "error"] == []


def test_the_oldest_generation_unmigrated_has_no_background_services(presets: Path, pods: Callable[..., Any]) -> None:
    oldest = (presets / "A" / "values.small.yaml").read_text(encoding="utf-8")
    assert set(pods(oldest, "infrahub-enterprise", AFTER)) == {SERVER}
