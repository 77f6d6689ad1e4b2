"""The published lines of the charts, oldest first: which versions go together, and which steps cannot be rolled back.

Sources: the Chart.yaml and CHANGELOG.md of infrahub-enterprise and infrahub (opsmill/infrahub-helm). What was not read
there is left empty. The Infrahub that 4.13.0 to 4.14.1 install is known only from the application's releases at that
time.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from packaging.version import Version

from migrator.values.release import Release

Versions = Mapping[str, str]
"""The version that brought something, by chart."""


class Line(NamedTuple):
    """Charts that were published together, and the Infrahub and Neo4j that they install unless values pin others.

    An empty string is a version that is not known.
    """

    enterprise: str
    infrahub: str
    prefect_server: str
    neo4j: str
    app: str = ""

    def of(self, chart: str) -> str:
        """Its version of that chart."""
        return {"infrahub-enterprise": self.enterprise, "infrahub": self.infrahub}.get(chart, self.prefect_server)

    @property
    def minor(self) -> tuple[int, int] | None:
        """The minor version of Infrahub, 1.10 as (1, 10); None if it is not known."""
        if not self.app:
            return None
        major, minor = self.app.split(".")[:2]
        return int(major), int(minor)


LINES = (
    Line("3.1.8", "4.1.12", "2024.10.15184517", "5.20.0", "1.1.8"),
    Line("4.2.3", "4.16.3", "2025.12.24192415", "2025.10.1", "1.7.6"),
    Line("4.13.0", "4.27.0", "2025.12.24192415", "2025.10.1", "1.9"),
    Line("4.14.0", "4.28.0", "2026.6.5172345", "2025.10.1", "1.9"),
    Line("4.14.1", "", "2026.6.5172345", "2025.10.1", "1.9"),
    Line("4.15.0", "4.29.0", "2026.6.5172345", "2025.10.1"),
    Line("4.15.1", "4.29.1", "2026.6.5172345", "2025.10.1"),
    Line("4.15.2", "4.29.2", "2026.6.5172345", "2025.10.1"),
    Line("4.16.0", "4.30.0", "2026.6.5172345", "2025.10.1"),
    Line("4.17.0", "4.31.0", "2026.6.5172345", "2025.10.1"),
    Line("4.18.0", "4.32.0", "2026.6.5172345", "2025.10.1", "1.10"),
    Line("4.19.0", "4.33.0", "2026.6.5172345", "2026.5.0", "1.10.9"),
    Line("4.21.2", "4.33.5", "2026.6.5172345", "2026.5.0", "1.11.4"),
)


class OneWay(NamedTuple):
    """A step that cannot be rolled back: the versions that bring it, and what it does, in a clause."""

    versions: Versions
    what: str


ONE_WAY = (
    OneWay(
        {"infrahub-enterprise": "4.19.0", "infrahub": "4.33.0"},
        "Neo4j 2026.05 upgrades its store at the first start, and no older Neo4j can read it afterwards",
    ),
)

PRESET_UNKNOWN: Versions = {"infrahub-enterprise": "4.19.0"}
"""From this version on a flavour's preset is not known here; only the chart itself (--chart-path) can tell."""


def newest(chart: str) -> Version:
    """The newest known version of the chart."""
    return max(_versions_of(chart))


def default_target(chart: str, start: Version | None) -> Version:
    """The default target of a release: the newest version before the next step that cannot be rolled back.

    A release that is past the last of these steps goes to the newest version, and never to an older one.
    """
    ahead = [Version(step.versions[chart]) for step in ONE_WAY if chart in step.versions]
    ahead = [each for each in ahead if start is None or start < each]
    before = [each for each in _versions_of(chart) if not ahead or each < min(ahead)]
    return max([*before, *([start] if start is not None else [])])


def one_way_steps(chart: str, start: Version | None, to: Version) -> list[OneWay]:
    """The steps that cannot be rolled back between two versions of the chart; None is a version that is not known."""
    ahead = [step for step in ONE_WAY if reaches(to, chart, step.versions)]
    return [step for step in ahead if start is None or start < Version(step.versions[chart])]


def one_way_steps_ahead(release: Release) -> list[OneWay]:
    """The steps that cannot be rolled back between what the release runs on, as far as known, and its target."""
    start = release.before.version if release.before.is_known else None
    return one_way_steps(release.chart, start, release.after.version)


def reaches(version: Version, chart: str, versions: Versions) -> bool:
    """Whether that version of the chart has what these versions brought."""
    return chart in versions and version >= Version(versions[chart])


@lru_cache(maxsize=64)  # called for each key of each release, always with the same few versions
def line_of(chart: str, version: Version) -> Line | None:
    """The line that this version of the chart belongs to: its own, or the newest one below it."""
    found = [line for line in LINES if line.of(chart) and Version(line.of(chart)) <= version]
    return found[-1] if found else None


def app_of(chart: str, version: Version) -> str:
    """The Infrahub that this version of the chart installs, or between which two it is; empty if nothing is known.

    A newer chart installs no older Infrahub.
    """
    known = [(Version(line.of(chart)), line) for line in LINES if line.of(chart) and line.app]
    below = [line for each, line in known if each <= version]
    above = [line for each, line in known if each >= version]
    if not below:
        return ""
    oldest, newest_one = below[-1], above[0] if above else None
    if newest_one is None:
        return f"{oldest.app} or newer"
    if newest_one.app == oldest.app:
        return oldest.app
    if newest_one.minor == oldest.minor and oldest.minor is not None:
        return ".".join(map(str, oldest.minor))
    return f"{oldest.app} to {newest_one.app}, which of them is not known here"


@lru_cache
def _versions_of(chart: str) -> tuple[Version, ...]:
    return tuple(Version(line.of(chart)) for line in LINES if line.of(chart))
