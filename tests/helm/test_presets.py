"""Every preset and generation, migrated, and rendered by Helm before and after: what is in the pods, and what changed.

What must hold is written out here, independently of the checks of `migrator.verify.rendered_pods`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.charts.presets import TOGGLED_SERVICES
from migrator.verify import rendered_pods as checks
from tests.preset_files import preset_files

BEFORE, AFTER = "2025.12.24192415", "2026.6.5172345"
SERVER, BACKGROUND = "prefect-server", "prefect-background-services"
ANSWERS = {"redis-host": "infrahub-cache-master", "redis-db": "2"}
DOCKET = "PREFECT_SERVER_DOCKET_URL=redis://infrahub-cache-master:6379/2"
TOGGLES = [f"PREFECT_SERVER_SERVICES_{name}_ENABLED" for name in TOGGLED_SERVICES]
PUBLISHED = ["small", "medium", "medium-data", "large", "large-data"]


def assert_proof(env: dict[str, list[str]], docket: str = DOCKET) -> None:
    """What must hold after the upgrade."""
    assert set(env) == {SERVER, BACKGROUND}
    for entries in env.values():
        names = Counter(entry.partition("<-")[0].partition("=")[0] for entry in entries)
        assert [name for name, times in names.items() if times > 1] == []
        assert not names.keys() & set(TOGGLES)
        assert [entry for entry in entries if entry.startswith("PREFECT_SERVER_DOCKET_URL")] == [docket]
    assert "PREFECT_API_DATABASE_MIGRATE_ON_START=false" in env[SERVER]
    assert "PREFECT_SERVER_DATABASE_MIGRATE_ON_START=false" in env[SERVER]


@pytest.mark.parametrize("name", preset_files("[CDE]/*.yaml"))
def test_a_migrated_preset_renders_as_required(
    name: Path, migrate: Callable[..., Any], pods: Callable[..., Any], rendered: Callable[..., Any]
) -> None:
    after = migrate(name.read_text(encoding="utf-8"), ANSWERS).text
    manifests = rendered(after, "infrahub-enterprise", AFTER)

    assert_proof(pods(after, "infrahub-enterprise", AFTER))
    assert [each for each in manifests if each["kind"] == "Job"] == []
    assert checks.check(manifests, "chart") == []


def test_generation_b_keeps_a_warning_about_the_cache_address(
    presets: Path, migrate: Callable[..., Any], pods: Callable[..., Any], rendered: Callable[..., Any]
) -> None:
    """Generation B has the host in INFRAHUB_CACHE_ADDRESS too, which stays, and which the checks report."""
    after = migrate((presets / "B" / "values.medium.yaml").read_text(encoding="utf-8"), ANSWERS).text

    assert_proof(pods(after, "infrahub-enterprise", AFTER))
    found = checks.check(rendered(after, "infrahub-enterprise", AFTER), "chart")
    assert [(each.rule, each.severity, each.text.partition(" ")[0]) for each in found] == [
        ("pods-example-left", "warning", "INFRAHUB_CACHE_ADDRESS")
    ] * 2


@pytest.mark.parametrize("size", ["small", "medium"])
def test_what_the_upgrade_changes_in_the_pods(
    size: str, presets: Path, migrate: Callable[..., Any], pods: Callable[..., Any]
) -> None:
    """Old chart and old file against new chart and new file: no other entry differs, and none moves."""
    text = (presets / "C" / f"values.{size}.yaml").read_text(encoding="utf-8")
    before = pods(text, "infrahub-enterprise", BEFORE)
    after = pods(migrate(text, ANSWERS).text, "infrahub-enterprise", AFTER)

    removed = {SERVER: [f"{name}=false" for name in TOGGLES], BACKGROUND: [f"{name}=true" for name in TOGGLES]}
    added = {SERVER: [], BACKGROUND: ["PROMETHEUS_MULTIPROC_DIR="]}
    for pod in (SERVER, BACKGROUND):
        expected_removed = Counter([*removed[pod], "PREFECT_REDIS_MESSAGING_HOST=example-infrahub-cache-master"])
        expected_added = Counter([*added[pod], DOCKET, "PREFECT_REDIS_MESSAGING_HOST=infrahub-cache-master"])
        renamed = [entry for entry in before[pod] if entry.startswith("PREFECT_API_DATABASE_")]
        expected_removed.update(renamed)
        expected_added.update(entry.replace("PREFECT_API_", "PREFECT_SERVER_") for entry in renamed)
        if pod == SERVER:
            expected_added["PREFECT_API_DATABASE_MIGRATE_ON_START=false"] += 1
        was, became = Counter(before[pod]), Counter(after[pod])
        assert was - became == expected_removed - expected_added, pod
        assert became - was == expected_added - expected_removed, pod
        stays = [entry for entry in before[pod] if entry in after[pod] and "MIGRATE_ON_START" not in entry]
        assert stays == [entry for entry in after[pod] if entry in before[pod] and "MIGRATE_ON_START" not in entry]


@pytest.mark.parametrize("flavour", PUBLISHED)
def test_overrides_on_a_flavoured_chart_render_as_required(
    flavour: str,
    migrate: Callable[..., Any],
    pods: Callable[..., Any],
    rendered: Callable[..., Any],
    preset: Callable[[str, str], str],
) -> None:
    """The preset is baked into the chart, and the file sets only the host."""
    text = (
        "infrahub:\n"
        "  prefect-server:\n"
        "    backgroundServices:\n"
        "      messaging:\n"
        "        redis:\n"
        "          host: infrahub-cache-master\n"
    )
    version = f"4.13.0-{flavour}"
    after = migrate(text, ANSWERS, chart="infrahub-enterprise", version_from=version).text

    new = preset(flavour, "4.14.1")
    assert_proof(pods(after, "infrahub-enterprise", AFTER, new))
    assert checks.check(rendered(after, "infrahub-enterprise", AFTER, new), "chart") == []


@pytest.mark.parametrize("name", preset_files("D/values.medium.yaml", "E/values.small.yaml"))
def test_the_old_chart_refuses_the_new_file(name: Path, rendered: Callable[..., Any]) -> None:
    from migrator.helm.engine import RenderError

    text = name.read_text(encoding="utf-8")
    with pytest.raises(RenderError, match=r"(?i)additional propert\S+ '?docket'?.* not allowed") as caught:
        rendered(text, "infrahub-enterprise", BEFORE)
    finding = checks.render_finding(caught.value, "chart")
    assert (finding.rule, finding.severity, finding.file) == ("chart-refuses", "error", "chart")
    assert "docket" in finding.text and "not allowed" in finding.text


@pytest.mark.parametrize("name", preset_files("[CD]/values.medium.yaml", "E/values.small.yaml"))
def test_the_new_chart_refuses_an_unmigrated_preset(name: Path, rendered: Callable[..., Any]) -> None:
    """It still has the example host: without the migration nothing would render."""
    from migrator.helm.engine import RenderError

    with pytest.raises(RenderError, match="example host"):
        rendered(name.read_text(encoding="utf-8"), "infrahub-enterprise", AFTER)
