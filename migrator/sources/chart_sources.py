"""The object that a Flux HelmRelease takes its chart from, if it is nearby: its version is moved with the values.

In an OCIRepository's `ref`, `digest` overrides `semver`, and `semver` overrides `tag`: only a tag alone says which
chart is installed. A HelmChart without a version installs the newest.

Sources: https://fluxcd.io/flux/components/helm/helmreleases/#chart-reference (the release's own namespace, unless
`chartRef.namespace` names one), https://fluxcd.io/flux/components/source/ocirepositories/#reference, and
https://fluxcd.io/flux/components/source/helmcharts/#version.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from migrator.charts.ranges import is_range
from migrator.errors import RefusedError, VerificationError
from migrator.sources import nearby
from migrator.sources.bundle import ReleaseChart, chart_name
from migrator.sources.nearby import Item
from migrator.sources.sops import is_encrypted
from migrator.sources.source import EditedFile, Source
from migrator.values.edits import Edit, Route, Value
from migrator.values.merge import Map, as_map, as_text
from migrator.values.release import Accepts
from migrator.yamltext import Duplicate


class NoValues(NamedTuple):
    """The values of an object that has only a chart's version: none, and none are ever added."""

    accepts: Accepts = "nothing"

    @property
    def data(self) -> Value:
        return {}

    def line(self, route: Route) -> int:
        return 1

    def duplicates(self) -> list[Duplicate]:
        return []

    def with_source(self, source: Source) -> NoValues:
        return self

    def reads_as(self, data: Value) -> bool:
        return data == {}

    def apply(self, source: Source, edits: Sequence[Edit]) -> EditedFile:
        raise VerificationError("a value would go into an object that has none.", path=source.name)


_BY_HAND = "Or move the version there yourself in the same change, and give --no-bump."


class ChartSource(NamedTuple):
    """The chart that a `chartRef` names, and the layer without values that has `version`, if it was found."""

    version: ReleaseChart
    layers: tuple[Source, ...] = ()


def refers(spec: Map) -> bool:
    """Whether a release refers to an object for its chart instead of naming the chart itself."""
    return "chartRef" in spec and not as_map(as_map(spec.get("chart")).get("spec"))


def find(place: Source, data: Map) -> ChartSource:
    """The chart and version from the object that the release refers to, in the same file or a nearby one."""
    reference = as_map(as_map(data.get("spec")).get("chartRef"))
    around = nearby.items(place, [as_text(reference.get("name"))])
    item = nearby.find(around, reference, as_text(reference.get("namespace")) or nearby.namespace_of(data))
    if item is None:
        called = f"{reference.get('kind')} {reference.get('name')}"
        why = f"its chart comes from {called}: move the version there, in the same change"
        return ChartSource(ReleaseChart(unmovable=why))
    home = item.read(place)
    version = _of_repository(home) if item.kind == "OCIRepository" else _of_chart(home)
    refused = version.refused or _locked(home, version) or _shared(place, data, around, item, home, version)
    return ChartSource(version._replace(refused=refused), (home.at("spec")._replace(inner=NoValues()),))


def _of_repository(home: Source) -> ReleaseChart:
    spec = as_map(as_map(home.data).get("spec"))
    ref = as_map(spec.get("ref"))
    chart = chart_name(as_text(spec.get("url")))
    tag = as_text(ref.get("tag"))
    stronger = next((key for key in ("digest", "semver") if key in ref), "")
    if not stronger and tag and not is_range(tag):
        return ReleaseChart(chart, tag, (*home.route, "spec", "ref", "tag"))
    key = stronger or "tag"
    what = f"ref.{key} is {ref.get(key)}, " if key in ref else "It has no ref.tag, "
    what += "which overrides every tag" if stronger == "digest" else "which does not say what is installed"
    return _unpinned(home, chart, ("spec", "ref", key), what, "Set only a tag in spec.ref (tag: X.Y.Z)")


def _of_chart(home: Source) -> ReleaseChart:
    spec = as_map(as_map(home.data).get("spec"))
    chart, version = chart_name(as_text(spec.get("chart"))), as_text(spec.get("version"))
    if version and not is_range(version):
        return ReleaseChart(chart, version, (*home.route, "spec", "version"))
    what = f"spec.version is {version}" if version else "It has no spec.version"
    what += ", which does not say what is installed"
    return _unpinned(home, chart, ("spec", "version"), what, "Set spec.version (version: X.Y.Z)")


def _unpinned(home: Source, chart: str, route: Route, what: str, remedy: str) -> ReleaseChart:
    what += ", but the values of a release must match its chart."
    remedy = f"{remedy} to the version that runs now: it then moves with the values. {_BY_HAND}"
    return ReleaseChart(chart, refused=home.refusal(what, remedy, route))


def _locked(home: Source, version: ReleaseChart) -> RefusedError | None:
    if not is_encrypted(home.data):
        return None
    what = "has the chart version, and is encrypted by SOPS."
    return home._replace(route=()).refusal(what, _BY_HAND, version.route)


def _shared(
    place: Source, data: Map, around: Sequence[Item], item: Item, home: Source, version: ReleaseChart
) -> RefusedError | None:
    """The error if releases in other files use the same version: it would move without their values."""
    for other in around:
        is_together = other.path == place.name == home.name
        namespace = as_text(other.chart.get("namespace")) or other.namespace
        is_taker = item.matches(other.chart, namespace)
        if is_taker and not is_together and other.itself != hash(repr(data)):
            return home._replace(route=()).refusal(
                f"also has the chart version of HelmRelease {other.name} ({other.path}), which would move without its "
                "values.",
                f"Put these releases and their {item.kind} into one file. {_BY_HAND}",
                version.route,
            )
    return None
