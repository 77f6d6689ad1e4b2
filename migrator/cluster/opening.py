"""A release in a cluster as a source of values: the values given to Helm are a layer, Helm's metadata is evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from migrator.cluster import releases
from migrator.cluster.access import Access
from migrator.cluster.releases import FoundRelease
from migrator.sources.bundle import Bundle, Deployed, ReleaseChart
from migrator.sources.source import read_bytes
from migrator.values import tree
from migrator.values.changes import Notice
from migrator.values.edits import Route, Value
from migrator.values.merge import Map, as_map, lay_over

_MOST = 8
"""How many values a notice lists before it refers to `helm get values`."""


def from_cluster(found: FoundRelease, access: Access) -> Bundle:
    """The release with the values given to it. Raises ClusterError, and InputError if they are not YAML."""
    called = found.deployed.full_name
    layer = read_bytes(releases.values(access, found.deployed), called)
    evidence = "values: what helm was given, without the chart's own (helm get values)"
    return _with_metadata(Bundle(called, (layer,)), found, (evidence,), ())


def with_cluster_data(bundle: Bundle, found: FoundRelease, access: Access) -> Bundle:
    """The release whose values are in files, with Helm's metadata and notices for values that the files lack."""
    text = releases.values(access, found.deployed)
    values = as_map(read_bytes(text, found.deployed.full_name).data)
    own: Map = {}
    for layer in bundle.layers:
        own = lay_over(own, as_map(layer.data))
    return _with_metadata(bundle, found, (), tuple(_differences(found.deployed, values, own)))


def _with_metadata(bundle: Bundle, found: FoundRelease, evidence: Sequence[str], notices: Sequence[Notice]) -> Bundle:
    deployed, inside = found.deployed, found.inside
    release_text = f"release {deployed.name} in namespace {deployed.namespace}, revision {deployed.revision}"
    of_chart = f", of chart {deployed.chart} {deployed.version}" if inside is not None else ""
    details = (f"{release_text}{of_chart} (helm get metadata)", *evidence)
    return bundle._replace(
        version=bundle.version if bundle.version.text and bundle.controller else _version(found),
        release_name=deployed.name,
        namespace=deployed.namespace,
        evidence=(
            *bundle.evidence,
            *details,
            *([f"installed by chart {deployed.chart} {deployed.version}"] * bool(inside)),
        ),
        notices=(*bundle.notices, *manager_notices(deployed), *_about_status(deployed), *notices),
        deployed=deployed,
    )


def _version(found: FoundRelease) -> ReleaseChart:
    deployed, inside = found.deployed, found.inside
    if inside is None:
        return ReleaseChart(deployed.chart, deployed.version, elsewhere="helm get metadata", is_running=True)
    where = f"a dependency of {deployed.chart}, helm get metadata"
    return ReleaseChart(inside.chart, inside.version, key=inside.key, elsewhere=where, is_running=True)


def manager_notices(deployed: Deployed) -> Iterator[Notice]:
    """A warning if a controller manages the release: it undoes manual helm upgrades."""
    if deployed.managed_by:
        yield Notice(
            f"{deployed.managed_by} manages this release: change values and chart version there, in one change (name "
            "its file instead of --release). It undoes a helm upgrade run by hand.",
            "warning",
        )


def _about_status(deployed: Deployed) -> Iterator[Notice]:
    if deployed.status == "deployed":
        return
    newest = f"Revision {deployed.newest} of {deployed.name} is {deployed.status}"
    if deployed.revision == deployed.newest:
        yield Notice(f"{newest}, and none before it is deployed: its values are used.", "warning")
    else:
        yield Notice(
            f"{newest}: the values and the version are those of revision {deployed.revision}, which is deployed.",
            "warning",
        )
    if deployed.status.startswith("pending"):
        yield Notice(
            f"helm upgrade refuses a release that is {deployed.status}: wait for whoever upgrades it, or roll back "
            f"first (helm rollback {' '.join(deployed.helm_arguments)}).",
            "warning",
        )


def _differences(deployed: Deployed, values: Mapping[str, Value], own: Map) -> Iterator[Notice]:
    """Notices for values of the release that the files lack or set differently; paths only, never the values."""
    absent: list[Route] = []
    other: list[Route] = []
    for route, value in tree.leaves((), dict(values)):
        if route and not tree.exists(own, route):
            absent.append(route)
        elif route and _as_stored(tree.get(own, route)) != _as_stored(value):
            other.append(route)
    if absent:
        yield Notice(
            f"Release {deployed.full_name} has {_count(absent)} in no file named here: {_names(absent)}. helm upgrade "
            "with these files alone drops what was typed with --set or is in another file: name that file with -f, "
            "or put the values into one.",
            "warning",
        )
    if other:
        yield Notice(
            f"The files and release {deployed.full_name} differ in {_names(other)}: the files are used.", "warning"
        )


def _as_stored(value: Value) -> object:
    """A value as Helm stores it, in JSON: the order of keys does not matter, and all numbers are alike."""
    if isinstance(value, dict):
        return {key: _as_stored(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_stored(inner) for inner in value]
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else (type(value), value)


def _count(routes: Sequence[Route]) -> str:
    return f"{len(routes)} value{'s' if len(routes) > 1 else ''} that {'are' if len(routes) > 1 else 'is'}"


def _names(routes: Sequence[Route]) -> str:
    shown = [tree.show(route) for route in routes[:_MOST]]
    more = len(routes) - len(shown)
    return ", ".join(shown) + (f" and {more} more (helm get values)" if more else "")
