"""The published lines: the default target of a release, and the steps on the way that cannot be rolled back."""

from __future__ import annotations

import pytest
from packaging.version import Version

from migrator.charts import published


@pytest.mark.parametrize(
    ("chart", "start", "to"),
    [
        ("infrahub-enterprise", None, "4.18.0"),
        ("infrahub-enterprise", "3.1.8", "4.18.0"),
        ("infrahub-enterprise", "4.18.0", "4.18.0"),
        ("infrahub-enterprise", "4.18.3", "4.18.3"),
        ("infrahub-enterprise", "4.19.0", "4.21.2"),
        ("infrahub-enterprise", "4.22.0", "4.22.0"),
        ("infrahub", "4.27.0", "4.32.0"),
        ("infrahub", "4.33.0", "4.33.5"),
        ("prefect-server", None, "2026.6.5172345"),
        ("prefect-server", "2026.8.18172642", "2026.8.18172642"),
    ],
)
def test_the_default_target_is_the_newest_that_can_be_rolled_back(chart: str, start: str | None, to: str) -> None:
    assert published.default_target(chart, Version(start) if start else None) == Version(to)


@pytest.mark.parametrize(
    ("chart", "start", "to", "crossed"),
    [
        ("infrahub-enterprise", "4.18.0", "4.19.0", True),
        ("infrahub-enterprise", None, "4.21.2", True),
        ("infrahub-enterprise", "4.19.0", "4.21.2", False),
        ("infrahub-enterprise", "4.13.0", "4.18.0", False),
        ("infrahub", "4.32.0", "4.33.5", True),
        ("prefect-server", None, "2026.8.18172642", False),
    ],
)
def test_which_upgrades_cross_a_one_way_step(chart: str, start: str | None, to: str, crossed: bool) -> None:
    steps = published.one_way_steps(chart, Version(start) if start else None, Version(to))
    assert bool(steps) is crossed


def test_the_lines_are_in_the_order_of_their_versions() -> None:
    for chart in ("infrahub-enterprise", "infrahub", "prefect-server"):
        found = [Version(line.of(chart)) for line in published.LINES if line.of(chart)]
        assert found == sorted(found)


def test_a_version_between_two_lines_belongs_to_the_lower_one() -> None:
    line = published.line_of("infrahub", Version("4.28.3"))
    assert line is not None
    assert line.enterprise == "4.14.0"
    assert published.line_of("infrahub", Version("4.0.0")) is None
