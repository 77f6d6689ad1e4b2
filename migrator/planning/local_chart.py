"""A customer's own charts in place of the published ones: their values are the defaults under the file's."""

from __future__ import annotations

from typing import NamedTuple

from packaging.version import Version

from migrator.charts import archive, published, versions
from migrator.charts.versions import CHARTS
from migrator.errors import UsageError
from migrator.planning import discover
from migrator.values import tree
from migrator.values.defaults import Defaults
from migrator.values.edits import Route, Value
from migrator.values.merge import Map, as_map, merge
from migrator.values.release import Release

TARGETS = {"infrahub-enterprise": "4.14.1", "infrahub": "4.28.0", "prefect-server": "2026.4.21154022"}
"""From these versions on, a chart is by default taken for the target; below them, for the one that runs now."""

UNPACKAGED = "0.0.0"
"""The version in prefect-server's Chart.yaml in its repository; the real one is set when it is packaged."""


class LocalChart(NamedTuple):
    """A chart on disk: path, name, version, and its values over those of its dependencies."""

    path: str
    name: str
    version: str
    values: Map
    missing: tuple[Route, ...] = ()  # the places of dependencies that are not unpacked

    @property
    def known_version(self) -> versions.ChartVersion | None:
        """Its version, if migrations know the chart."""
        if self.name not in CHARTS or self.version == UNPACKAGED:
            return None
        try:
            return versions.parse(self.version)
        except UsageError:
            return None

    def is_target(self, to: Version) -> bool:
        """Whether the chart is the upgrade's target rather than the one that runs now."""
        return self.known_version is None or self.known_version.release >= to

    def settle_options(self, given: discover.Options) -> discover.Options:
        """The command line's options, completed with what the chart says about itself."""
        own_version = self.known_version
        if own_version is None:
            return given
        given = given._replace(chart=given.chart or self.name)
        if own_version.release < Version(TARGETS[self.name]):
            return given._replace(version_from=given.version_from or self.version)
        if not given.version_to:
            start = versions.parse(given.version_from).release if given.version_from else None
            self._refuse_unasked(own_version.release, start)
        return given._replace(version_to=given.version_to or self.version)

    def _refuse_unasked(self, to: Version, start: Version | None) -> None:
        """Raise UsageError if the chart is past a step that cannot be rolled back, and no target was given."""
        for step in published.one_way_steps(self.name, start, to):
            raise UsageError(
                f"is {self.name} {self.version}, above {step.versions[self.name]}: {step.what}.",
                path=self.path,
                remedy=f"To upgrade to it, give --to {self.version}; if the release is already past it, give --from.",
            )

    def release_on(self, release: Release, to: Version) -> Release:
        """The release on the chart's own values, as its target or as what runs now, depending on the version."""
        version = self.known_version.release if self.known_version is not None else to
        defaults = _defaults(self, release.root, version)
        return release.on_charts(after=defaults) if self.is_target(to) else release.on_charts(before=defaults)


class TwoCharts(NamedTuple):
    """The chart that runs now and the one to upgrade to, both given by the user."""

    old: LocalChart
    new: LocalChart

    def settle_options(self, given: discover.Options) -> discover.Options:
        """The command line's options, completed with what the charts say about themselves."""
        runs, target = self.old.known_version, self.new.known_version
        return given._replace(
            chart=given.chart or (self.new.name if target else self.old.name if runs else ""),
            version_from=given.version_from or (self.old.version if runs else ""),
            version_to=given.version_to or (self.new.version if target else ""),
        )

    def release_on(self, release: Release, to: Version) -> Release:
        """The release on the two charts' own values."""
        runs = self.old.known_version.release if self.old.known_version is not None else release.before.version
        target = self.new.known_version.release if self.new.known_version is not None else to
        root = release.root
        return release.on_charts(before=_defaults(self.old, root, runs), after=_defaults(self.new, root, target))


def read(path: str) -> LocalChart:
    """The chart in a directory or a .tgz. Raises ChartError if it is not a chart."""
    about = as_map(archive.own_metadata(path))
    return LocalChart(
        path,
        str(about.get("name") or ""),
        str(about.get("version") or ""),
        archive.own_values(path),
        tuple(archive.missing_dependencies(path)),
    )


def _defaults(own: LocalChart, root: Route, version: Version) -> Defaults:
    """The chart's values as prefect-server and its parent chart get them; the outermost `global` wins.

    Raises ChartError if prefect-server or a parent chart of it is not unpacked or not part of the chart, since its
    values are then unknown.
    """
    for place in own.missing:
        if root[: len(place)] == place:
            raise archive.missing_dependencies_error(tree.show(place), own.path)
    prefect = _with_outer_globals(own, root)
    if not isinstance(prefect.get("backgroundServices"), dict):
        raise archive.ChartError(
            f"this chart ({own.name}) has no prefect-server at {tree.show(root)}, where the Prefect values are.",
            path=own.path,
            remedy="Give the chart that the values are for, or their path in this one with --root.",
        )
    around = _with_outer_globals(own, root[:-1]) if root else {}
    infrahub = {key: value for key, value in around.items() if key != "prefect-server"}
    source = f"{own.name} {own.version} ({own.path})"
    return Defaults(
        prefect, infrahub, source, version, flavour=own.known_version.flavour if own.known_version is not None else ""
    )


def _with_outer_globals(own: LocalChart, root: Route) -> Map:
    """The chart's values at a root, with the parent charts' `global` blocks over their own."""
    values = as_map(tree.get(own.values, root))
    for depth in reversed(range(len(root))):
        outer: Value = tree.get(own.values, (*root[:depth], "global"))
        if isinstance(outer, dict):
            values = merge(values, {"global": outer})
    return values
