"""The published lines: where a release goes that nobody sends anywhere, and what cannot be taken back on the way."""

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
def test_it_goes_to_the_newest_version_that_can_be_taken_back(chart: str, start: str | None, to: str) -> None:
    assert published.goes_to(chart, Version(start) if start else None) == Version(to)


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
def test_the_step_of_no_return_lies_between(chart: str, start: str | None, to: str, crossed: bool) -> None:
    steps = published.one_way_steps(chart, Version(start) if start else None, Version(to))
    assert bool(steps) is crossed


def test_the_lines_stand_in_their_order() -> None:
    for chart in ("infrahub-enterprise", "infrahub", "prefect-server"):
        found = [Version(line.of(chart)) for line in published.LINES if line.of(chart)]
        assert found == sorted(found)


def test_a_version_between_two_lines_is_of_the_one_below() -> None:
    line = published.line_of("infrahub", Version("4.28.3"))
    assert line is not None
    assert line.enterprise == "4.14.0"
    assert published.line_of("infrahub", Version("4.0.0")) is None
