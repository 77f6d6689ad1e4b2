"""An umbrella chart: a Chart.yaml next to the values, whose `dependencies` say which chart version they are for.

It is evidence only: the user did not name that file, and its versions are also in Chart.lock, which only Helm rebuilds.
Source: https://helm.sh/docs/topics/charts/#chart-dependencies (the key of a dependency's values is its alias or name).
"""

from __future__ import annotations

from migrator.charts.ranges import is_range
from migrator.charts.roots import prefect_roots, root_of_chart
from migrator.charts.versions import CHARTS
from migrator.errors import MigratorError
from migrator.sources.bundle import Bundle, ReleaseChart
from migrator.sources.source import Source, read
from migrator.values.edits import Route
from migrator.values.merge import as_list, as_map, as_text

THEN = ", and run helm dependency update, which rebuilds Chart.lock"


def with_chart_version(bundle: Bundle, path: str) -> Bundle:
    """The release with what the Chart.yaml next to it says about its chart; a broken Chart.yaml is ignored."""
    try:
        return _with_dependency(bundle, read(path))
    except MigratorError:
        return bundle


def _with_dependency(bundle: Bundle, chart: Source) -> Bundle:
    found: dict[Route, ReleaseChart] = {}
    for number, item in enumerate(map(as_map, as_list(as_map(chart.data).get("dependencies")))):
        name, text = as_text(item.get("name")), as_text(item.get("version"))
        if name in CHARTS:
            key = str(item.get("alias") or name)
            inner = root_of_chart(name)
            root: Route = (key, *(() if inner == "." else inner.split(".")))
            line = chart.line(("dependencies", number, *(["version"] if text else [])))
            found[root] = _version(name, text, f"{chart.name}:{line}", key)
    roots = prefect_roots([layer.data for layer in bundle.layers])
    if bundle.root:
        roots = [root for root in roots if ".".join(map(str, root)) == bundle.root]
    matching = [version for root, version in found.items() if root in roots]
    if not roots:
        matching = list(found.values())
    return bundle._replace(version=matching[0]) if len(matching) == 1 else bundle


def _version(name: str, text: str, place: str, key: str) -> ReleaseChart:
    unmovable = ""
    if not text or is_range(text):
        what = f"gives a range ({text})" if text else "names no version"
        unmovable = f"{place} {what}, and Chart.lock says what is installed; move it with helm dependency update"
    return ReleaseChart(name, text, (), unmovable, key=key, elsewhere=place, also_required=THEN)
