"""What charts on disk say of an upgrade: which runs now, which is the target, and what the command line overrides."""

from __future__ import annotations

import pytest
from packaging.version import Version

from migrator.errors import UsageError
from migrator.planning.discover import Options
from migrator.planning.own_chart import OwnChart, TwoCharts


def chart(version: str, name: str = "infrahub-enterprise") -> OwnChart:
    return OwnChart(f"{name}-{version}", name, version, {})


def options(said: Options) -> tuple[str, str, str]:
    return said.chart, said.version_from, said.version_to


ENTERPRISE = "infrahub-enterprise"


@pytest.mark.parametrize(
    ("own", "said", "wanted"),
    [
        (chart("4.13.0-medium"), Options(), (ENTERPRISE, "4.13.0-medium", "")),
        (chart("4.13.0-medium"), Options(version_from="4.12.0"), (ENTERPRISE, "4.12.0", "")),
        (chart("4.18.0"), Options(), (ENTERPRISE, "", "4.18.0")),
        (chart("4.18.0"), Options(version_to="4.18.1"), (ENTERPRISE, "", "4.18.1")),
        (chart("4.18.0"), Options(chart="infrahub"), ("infrahub", "", "4.18.0")),
        (chart("1.0.0", "platform"), Options(), ("", "", "")),
        (chart("0.0.0", "prefect-server"), Options(), ("", "", "")),
        (chart("latest"), Options(), ("", "", "")),
    ],
)
def test_one_chart(own: OwnChart, said: Options, wanted: tuple[str, str, str]) -> None:
    assert options(own.settle_options(said)) == wanted


def test_a_chart_beyond_what_can_be_taken_back_needs_a_word() -> None:
    beyond = chart("4.19.0")
    with pytest.raises(UsageError, match=r"is infrahub-enterprise 4\.19\.0, beyond 4\.19\.0"):
        beyond.settle_options(Options())
    assert beyond.settle_options(Options(version_to="4.19.0")).version_to == "4.19.0"
    assert beyond.settle_options(Options(version_from="4.19.0")).version_to == "4.19.0"


@pytest.mark.parametrize(
    ("own", "to", "is_target"),
    [
        (chart("4.14.1"), "4.14.1", True),
        (chart("4.14.0"), "4.14.1", False),
        (chart("4.15.0"), "4.14.1", True),
        (chart("1.0.0", "platform"), "4.14.1", True),
    ],
)
def test_whether_a_chart_is_the_target(own: OwnChart, to: str, is_target: bool) -> None:
    assert own.is_target(Version(to)) is is_target


@pytest.mark.parametrize(
    ("old", "new", "said", "wanted"),
    [
        (chart("4.13.0"), chart("4.18.0"), Options(), (ENTERPRISE, "4.13.0", "4.18.0")),
        (chart("4.13.0"), chart("1.0.0", "platform"), Options(), (ENTERPRISE, "4.13.0", "")),
        (chart("1.0.0", "platform"), chart("4.18.0"), Options(), (ENTERPRISE, "", "4.18.0")),
        (chart("1.0.0", "platform"), chart("2.0.0", "platform"), Options(), ("", "", "")),
        (chart("4.27.0", "infrahub"), chart("4.18.0"), Options(), (ENTERPRISE, "4.27.0", "4.18.0")),
        (
            chart("4.13.0"),
            chart("4.18.0"),
            Options(chart="infrahub", version_from="4.1.0", version_to="4.2.0"),
            ("infrahub", "4.1.0", "4.2.0"),
        ),
    ],
)
def test_two_charts(old: OwnChart, new: OwnChart, said: Options, wanted: tuple[str, str, str]) -> None:
    assert options(TwoCharts(old, new).settle_options(said)) == wanted
