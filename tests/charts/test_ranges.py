"""What a version range may install, by the rules of the library that Helm, Flux and Argo CD use."""

import pytest
from packaging.version import Version

from migrator.charts.ranges import is_range, stays_below


@pytest.mark.parametrize(
    "text", ["4.13", "4.x", "4.13.X", "~4.13.0", "^4.13.0", ">=4.13.0", "4.12 - 4.13", "*", "=4.13.0"]
)
def test_a_range_leaves_the_version_open(text: str) -> None:
    assert is_range(text)


@pytest.mark.parametrize("text", ["4.13.0", "4.13.0-medium", "v4.13.0", "2026.6.5172345"])
def test_a_version_is_not_a_range(text: str) -> None:
    assert not is_range(text)


@pytest.mark.parametrize(
    "text",
    [
        "4.13", "4.13.x", "4.13.*", "v4.13.x", "4.17.x", "3", "3.x", "~4.13", "~4.13.0", "~4.17.9", "~3", "^3.1",
        "^0.2.3", "^0.0", "<4.14", "<4.18.0", "<= 4.17", "=4.13.0", ">=4.13.0 <4.14.0", ">= 4.13.0, < 4.14.0-0",
        "4.12 - 4.13", "~4.12.0||~4.13.0", "~>4.17.0", ">=4.13.0-0 <4.18.0-0", ">=4.13.0-medium <4.17.0",
        ">=4.13.0-0 <4.14.0 || <4.18.0",
    ],
)  # fmt: skip
def test_a_range_that_stays_below(text: str) -> None:
    assert stays_below(text, Version("4.18.0"))


@pytest.mark.parametrize(
    "text",
    [
        "4.18", "4.18.x", "4.x", "4", "5.x", "*", "x", "~4", "~4.x", "~4.18.0", "^4.13.0", "^5", ">4.13", ">=4.13",
        "!=4.13.0", "<4.18.1", "<4.19", "<5", "<=4.18", "<=4.18.0", "=4.18.0", ">=4.13.0 <5.0.0", "4.12 - 4.18",
        "4.13.x || 4.18.x", ">4.13 || 4.12.x", "latest", "", "~>4", ">=4.13.0-0 <4.18.0", ">=4.13.0-medium, <4.18",
        "<4.18.0-medium",
    ],
)  # fmt: skip
def test_a_range_that_may_reach(text: str) -> None:
    assert not stays_below(text, Version("4.18.0"))
