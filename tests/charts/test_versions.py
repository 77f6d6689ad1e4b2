"""Chart versions: the flavour is split off, and only numbers reach `packaging`."""

from __future__ import annotations

import pytest

from migrator.charts import versions
from migrator.errors import UsageError


@pytest.mark.parametrize(
    ("text", "release", "flavour"),
    [
        ("4.13.0", "4.13.0", ""),
        ("4.13.0-medium", "4.13.0", "medium"),
        ("v4.14.0-medium-data", "4.14.0", "medium-data"),
        ("4.14.0+build.7", "4.14.0", ""),
        ("4.14.0-large+sha.1a2b", "4.14.0", "large"),
        ("2026.6.5172345", "2026.6.5172345", ""),
        ("4.14.0-rc.1", "4.14.0rc1", ""),
        ("4.14.0-rc.1-medium", "4.14.0rc1", "medium"),
        ("4.14.0-dev", "4.14.0.dev0", ""),
        (" 4.14 ", "4.14", ""),
    ],
)
def test_a_version_is_parsed_into_numbers_and_flavour(text: str, release: str, flavour: str) -> None:
    parsed = versions.parse(text)

    assert (str(parsed.release), parsed.flavour) == (release, flavour)


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("4.14.0-medium", "4.14.0"),
        ("v4.14.0", "4.14.0"),
        ("4.14", "4.14.0"),
        ("4.15.0-rc1", "4.15.0-rc1"),
        ("4.15.0-rc.1-medium-data+build.7", "4.15.0-rc.1"),
        ("4.15.0-alpha.2", "4.15.0-alpha.2"),
    ],
)
def test_the_published_version_has_three_numbers(text: str, published: str) -> None:
    assert versions.parse(text).published == published


@pytest.mark.parametrize(
    "text",
    [
        "",
        "latest",
        ">=4.13.0",
        "~4.13",
        "4.x",
        "4.13.0-",
        "1.2.3-1",
        "4.13.0-Medium",
        "1.2.3.4",
        "4.\u0661.0",
        "9" * 19,
    ],
)
def test_an_invalid_version_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        versions.parse(text)

    assert repr(text) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("infrahub-enterprise-4.13.0-medium-data", "Write 4.13.0-medium-data alone."),
        ("prefect-server-2025.12.24192415", "Write 2025.12.24192415 alone."),
        ("4.13.0_medium", "Write 4.13.0-medium alone."),
        ("4.13.0 medium", "Write 4.13.0-medium alone."),
        ("medium", "Write it like 4.13.0 or 4.13.0-medium."),
        ("1.2.3.4", "Write it like 4.13.0 or 4.13.0-medium."),
    ],
)
def test_a_nearly_valid_version_is_refused_with_the_right_spelling(text: str, remedy: str) -> None:
    """`helm list` puts the chart's name before it."""
    with pytest.raises(UsageError) as caught:
        versions.parse(text)
    assert caught.value.remedy == remedy


def test_versions_order_by_number_and_never_by_flavour() -> None:
    texts = ["4.14.1", "4.9.0-small", "4.14.0-rc.1", "2026.6.5172345", "4.14.0-medium", "4.13.0-large"]

    assert sorted(texts, key=lambda text: versions.parse(text).release) == [
        "4.9.0-small",
        "4.13.0-large",
        "4.14.0-rc.1",
        "4.14.0-medium",
        "4.14.1",
        "2026.6.5172345",
    ]
