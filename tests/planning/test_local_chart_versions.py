"""What charts on disk say about an upgrade: which runs now, which is the target, and what the command line overrides.

Their values become the defaults of the release, with the version of the chart if it is one of those known here.
"""

from __future__ import annotations

import pytest
from packaging.version import Version

from migrator.errors import UsageError
from migrator.planning.discover import Options
from migrator.planning.local_chart import LocalChart, TwoCharts
from migrator.values.defaults import Defaults
from migrator.values.edits import Route, Value
from migrator.values.merge import Map
from migrator.values.release import Layer, Release


def chart(version: str, name: str = "infrahub-enterprise") -> LocalChart:
    return LocalChart(f"{name}-{version}", name, version, {})


def options(given: Options) -> tuple[str, str, str]:
    return given.chart, given.version_from, given.version_to


ENTERPRISE = "infrahub-enterprise"


@pytest.mark.parametrize(
    ("own", "given", "wanted"),
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
def test_options_from_one_chart(own: LocalChart, given: Options, wanted: tuple[str, str, str]) -> None:
    assert options(own.settle_options(given)) == wanted


def test_a_chart_past_a_one_way_change_needs_an_explicit_version() -> None:
    beyond = chart("4.19.0")
    with pytest.raises(UsageError, match=r"is infrahub-enterprise 4\.19\.0, above 4\.19\.0"):
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
def test_whether_a_chart_is_the_target(own: LocalChart, to: str, is_target: bool) -> None:
    assert own.is_target(Version(to)) is is_target


@pytest.mark.parametrize(
    ("old", "new", "given", "wanted"),
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
def test_options_from_two_charts(
    old: LocalChart, new: LocalChart, given: Options, wanted: tuple[str, str, str]
) -> None:
    assert options(TwoCharts(old, new).settle_options(given)) == wanted


PREFECT: Map = {"backgroundServices": {"replicaCount": 3}, "global": {"prefect": {"env": []}}}
SERVER: Map = {"infrahubServer": {"replicas": 2}}
ROOTS: dict[str, Route] = {
    "infrahub-enterprise": ("infrahub", "prefect-server"),
    "infrahub": ("prefect-server",),
    "prefect-server": (),
}


def chart_with_values(version: str, name: str = ENTERPRISE) -> LocalChart:
    """A chart of that name and version with its own values."""
    values: dict[str, Map] = {
        "infrahub-enterprise": {"infrahub": {**SERVER, "prefect-server": PREFECT}},
        "infrahub": {**SERVER, "prefect-server": PREFECT},
        "prefect-server": PREFECT,
    }
    return LocalChart(f"{name}-{version}", name, version, values.get(name, values[ENTERPRISE]))


def on_published(chart: str = ENTERPRISE) -> Release:
    """A release with published defaults for 4.13.0 and 4.18.0, whatever the chart."""
    before, after = (Defaults({}, {}, "published", Version(each)) for each in ("4.13.0", "4.18.0"))
    return Release(chart=chart, root=ROOTS[chart], layers=[Layer("values.yaml", {})], before=before, after=after)


def describe(defaults: Defaults) -> tuple[str, str, str]:
    return str(defaults.version), defaults.flavour, defaults.source.partition(" (")[0]


PUBLISHED = ("4.13.0", "", "published"), ("4.18.0", "", "published")


@pytest.mark.parametrize(
    ("own", "before", "after"),
    [
        (chart_with_values("4.14.0-medium"), ("4.14.0", "medium", "infrahub-enterprise 4.14.0-medium"), PUBLISHED[1]),
        (chart_with_values("4.20.0-large"), PUBLISHED[0], ("4.20.0", "large", "infrahub-enterprise 4.20.0-large")),
        (chart_with_values("1.0.0", "platform"), PUBLISHED[0], ("4.18.0", "", "platform 1.0.0")),
    ],
)
def test_the_values_of_one_chart_replace_the_defaults_of_its_version(
    own: LocalChart, before: tuple[str, str, str], after: tuple[str, str, str]
) -> None:
    below = own.release_on(on_published(), Version("4.18.0"))
    assert (describe(below.before), describe(below.after)) == (before, after)


@pytest.mark.parametrize(
    ("old", "new", "versions"),
    [
        (chart_with_values("4.14.0"), chart_with_values("4.20.0"), ("4.14.0", "4.20.0")),
        (chart_with_values("1.0.0", "platform"), chart_with_values("2.0.0", "platform"), ("4.13.0", "4.18.0")),
    ],
)
def test_the_values_of_two_charts_replace_both_defaults(
    old: LocalChart, new: LocalChart, versions: tuple[str, str]
) -> None:
    below = TwoCharts(old, new).release_on(on_published(), Version("4.18.0"))
    assert (str(below.before.version), str(below.after.version)) == versions
    assert below.before.source.startswith(f"{old.name} {old.version}")
    assert below.after.source.startswith(f"{new.name} {new.version}")


@pytest.mark.parametrize(
    ("chart", "infrahub"), [("infrahub-enterprise", SERVER), ("infrahub", SERVER), ("prefect-server", {})]
)
def test_each_chart_gets_its_own_part_of_the_values(chart: str, infrahub: Map) -> None:
    below = chart_with_values("9.0.0", chart).release_on(on_published(chart), Version("4.18.0"))
    assert (below.after.prefect, below.after.infrahub) == (PREFECT, infrahub)


def test_the_outermost_global_of_a_chart_wins() -> None:
    entry: Value = [{"name": "OURS"}]
    own = chart_with_values("4.18.0")
    assert own.release_on(on_published(), Version("4.18.0")).after.prefect["global"] == {"prefect": {"env": []}}
    over = own._replace(values={**own.values, "global": {"prefect": {"env": entry}}})
    assert over.release_on(on_published(), Version("4.18.0")).after.prefect["global"] == {"prefect": {"env": entry}}
