"""The oldest generations, migrated and rendered: the pods get the wiring of the newest preset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.verify import rendered_pods as checks

AFTER = "2026.6.5172345"
SERVER, BACKGROUND = "prefect-server", "prefect-background-services"
ANSWERS = {"redis-host": "infrahub-cache-master", "redis-db": "2"}
TUNING = ("_BATCH_SIZE=", "WEB_CONCURRENCY=", "INFRAHUB_CACHE_ADDRESS=")
BLOCK = """\
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis:
          host: infrahub-cache-master
          db: 1
"""


def wiring(env: dict[str, list[str]]) -> dict[str, list[str]]:
    """The entries of each pod less what tunes it."""
    return {
        pod: sorted(entry for entry in entries if not any(part in entry for part in TUNING))
        for pod, entries in env.items()
    }


@pytest.fixture
def texts(corpus: Path) -> dict[str, str]:
    presets = corpus / "presets"
    oldest = (presets / "A" / "values.small.yaml").read_text(encoding="utf-8")
    return {
        "A": oldest,
        "A2": oldest.replace("    backgroundServices:\n", BLOCK),
        "B": (presets / "B" / "values.medium.yaml").read_text(encoding="utf-8"),
        "E": (presets / "E" / "values.small.yaml").read_text(encoding="utf-8"),
    }


@pytest.mark.parametrize("generation", ["A", "A2", "B"])
def test_a_generation_gets_the_wiring_of_the_newest(
    generation: str,
    texts: dict[str, str],
    migrate: Callable[..., Any],
    pods: Callable[..., Any],
    rendered: Callable[..., Any],
) -> None:
    newest = wiring(pods(migrate(texts["E"], ANSWERS).text, "infrahub-enterprise", AFTER))
    after = migrate(texts[generation], ANSWERS).text

    assert set(newest) == {SERVER, BACKGROUND}
    assert wiring(pods(after, "infrahub-enterprise", AFTER)) == newest
    found = checks.check(rendered(after, "infrahub-enterprise", AFTER), "chart")
    assert [each.rule for each in found if each.severity == "error"] == []


def test_the_oldest_unmigrated_has_no_background_services(texts: dict[str, str], pods: Callable[..., Any]) -> None:
    assert set(pods(texts["A"], "infrahub-enterprise", AFTER)) == {SERVER}
