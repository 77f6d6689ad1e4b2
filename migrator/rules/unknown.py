"""Keys that the chart does not know: Helm silently accepts most of them, and nothing reads them.

Known keys are those in the chart's own values. Checked are the path down to prefect-server and all of its values but
`messaging`, which has its own rule; maps that are empty in the chart, or free-form, may have any key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from migrator.errors import nearest
from migrator.prefect.names import MESSAGING
from migrator.report.records import Finding
from migrator.values import tree
from migrator.values.edits import Route, Value
from migrator.values.merge import Map, as_map
from migrator.values.release import Release

ID = "unknown-key"
TITLE = "Every key of the file is a key of the chart's own values."
REMEDY = "Correct it to the nearest key, which the finding names, or remove it."

_FREE = {
    "affinity",
    "annotations",
    "capabilities",
    "commonAnnotations",
    "commonLabels",
    "config",
    "containerSecurityContext",
    "global",
    "labels",
    "lifecycle",
    "limits",
    "nodeSelector",
    "podAnnotations",
    "podLabels",
    "podSecurityContext",
    "requests",
    "securityContext",
    "updateStrategy",
}
# What Helm reads itself, what a dependency's `condition` usually asks for, and what the enterprise chart's check reads.
_READ_ANYWAY = {"global", "tags", "enabled", "configPreset"}
# Third-party charts below prefect-server, whose values files have many keys commented out.
_DEPENDENCIES = {"postgresql", "redis", "common"}


def unknown_keys(
    release: Release, chart_values: Map, line_of: Callable[[int, Route], int], names: Sequence[str]
) -> list[Finding]:
    """A warning for each key of the layers that `chart_values`, the target chart's own, does not have.

    `line_of` and `names` are as for `rules.check`.
    """
    found = []
    for number, layer in enumerate(release.layers):
        for route, known in _unknown(release.root, (), layer.data, chart_values):
            found.append(
                Finding(
                    rule=ID,
                    severity="warning",
                    file=names[number],
                    line=line_of(number, route),
                    text=f"{tree.show(route)} is not a key of the chart's own values, so most likely nothing reads it",
                    remedy=_remedy(release.root, route, known, chart_values),
                )
            )
    return found


def _unknown(root: Route, route: Route, values: Value, known: Map) -> Iterator[tuple[Route, Map]]:
    """The routes that end in an unknown key, each with the known keys there."""
    if not known:
        return
    for key, value in as_map(values).items():
        here = (*route, key)
        if key not in known:
            if key not in _READ_ANYWAY:
                yield here, known
        elif _is_followed(root, here):
            yield from _unknown(root, here, value, as_map(known[key]))


def _is_followed(root: Route, route: Route) -> bool:
    if route[-1] in _FREE:
        return False
    below = route[len(root) :]
    if below == MESSAGING:
        return False  # the rule messaging-keys knows what the schema accepts there
    is_on_the_way = root[: len(route)] == route
    return is_on_the_way or (route[: len(root)] == root and below[:1] != () and below[0] not in _DEPENDENCIES)


def _remedy(root: Route, route: Route, known: Map, chart_values: Map) -> str:
    """The most similar known key there, unless prefect-server's values have a key of exactly that name elsewhere."""
    near = nearest(str(route[-1]), known)
    elsewhere = list(_named(route[-1], tree.get(chart_values, root), root))
    if elsewhere and near.lower() != str(route[-1]).lower():
        return f"The chart has this key at {' and '.join(map(tree.show, elsewhere[:3]))}: does it belong there?"
    if near:
        return f"Did you mean {tree.show((*route[:-1], near))}?"
    return "Remove it, or look it up in the output of helm show values."


def _named(key: object, values: Value, route: Route) -> Iterator[Route]:
    for name, value in as_map(values).items():
        if name == key:
            yield (*route, name)
        if name not in _DEPENDENCIES:
            yield from _named(key, value, (*route, name))
