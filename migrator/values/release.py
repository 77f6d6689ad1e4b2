"""One release: the chart's defaults, the layers over them, Helm's merge, and which layer sets what.

Helm's rules, as its own engine applies them: maps are merged, lists and scalars replaced, the later layer wins, null
removes the value below, and of several `global` blocks the outermost wins.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeVar, cast

from packaging.version import Version

from migrator.values import tree
from migrator.values.context import Surroundings
from migrator.values.defaults import Defaults
from migrator.values.edits import Edit, Route, Value
from migrator.values.merge import Map, as_map, global_of_subchart, lay_over, merge

Accepts = Literal["anything", "values", "nothing"]
T = TypeVar("T")


class Layer(NamedTuple):
    """One values file of a release: its name for people, and its data as Helm reads it.

    `accepts` is what can be added to it: anything, single values but no lists, or nothing.
    """

    name: str
    data: Value
    accepts: Accepts = "anything"


class Release:
    """Layers of values over a chart's defaults, as they are now and as the target version will read them.

    `root` is the path of prefect-server's values in each layer; `before` are the defaults of the chart that the release
    runs on now, `after` those of the target. `surroundings` is what is known from elsewhere. A release is never
    changed: `edited` returns a new one, whose `start` is still the release before the first edit.
    """

    def __init__(
        self,
        *,
        chart: str,
        root: Route,
        layers: Sequence[Layer],
        before: Defaults,
        after: Defaults,
        flavour: str = "",
        name: str = "",
        namespace: str = "",
        surroundings: Surroundings = Surroundings(),  # noqa: B008 - an immutable record
        start: Release | None = None,
    ) -> None:
        self.start = start or self
        self.chart = chart
        self.root = root
        self.layers = tuple(layers)
        self.before = before
        self.after = after
        self.flavour = flavour
        self.name = name
        self.namespace = namespace
        self.surroundings = surroundings
        self._merged: dict[str, Map] = {}
        self._worked_out: dict[tuple[str, Hashable], object] = {}

    def edited(self, edits: Sequence[tuple[int, Edit]]) -> Release:
        """The release after the edits, each with the number of its layer."""
        layers = list(self.layers)
        for number, layer in enumerate(self.layers):
            own = [edit for where, edit in edits if where == number]
            if own:
                layers[number] = layer._replace(data=tree.apply(layer.data, own))
        return self._copy(layers, self.surroundings, self.start)

    def with_surroundings(self, surroundings: Surroundings) -> Release:
        """The unedited release, with what is known from elsewhere."""
        return self._copy(self.layers, surroundings, None)

    def on_charts(self, *, before: Defaults | None = None, after: Defaults | None = None) -> Release:
        """The unedited release with other defaults, of the chart that it runs on now or of the target."""
        return self._copy(self.layers, self.surroundings, None, before, after)

    def as_found(self) -> Release:
        """The unedited release as the run found its files: releases that share a file may have changed it since."""
        found = self.surroundings.as_found
        if not found:
            return self.start
        layers = [layer._replace(data=data) for layer, data in zip(self.start.layers, found)]
        return self._copy(layers, self.surroundings, None)

    def at_start(self, layer: int, route: Route) -> Route:
        """The route, when the layer was read, of what is at `route` now; of its nearest parent if it was not there."""
        return tree.same_place(self.layers[layer].data, self.start.layers[layer].data, route)

    def _copy(
        self,
        layers: Sequence[Layer],
        surroundings: Surroundings,
        start: Release | None,
        before: Defaults | None = None,
        after: Defaults | None = None,
    ) -> Release:
        return Release(
            chart=self.chart,
            root=self.root,
            layers=layers,
            before=before or self.before,
            after=after or self.after,
            flavour=self.flavour,
            name=self.name,
            namespace=self.namespace,
            surroundings=surroundings,
            start=start,
        )

    @property
    def prefect(self) -> Map:
        """prefect-server's effective values on the target version."""
        if "after" not in self._merged:
            self._merged["after"] = self._effective_prefect()
        return self._merged["after"]

    @property
    def infrahub(self) -> Map:
        """The effective values of the infrahub chart that wraps prefect-server; empty if none does."""
        if "infrahub" not in self._merged:
            self._merged["infrahub"] = self._effective_infrahub(self.after)
        return self._merged["infrahub"]

    @property
    def infrahub_now(self) -> Map:
        """The same on the chart that it runs on now, known or assumed."""
        return self.once("release", "infrahub now", lambda: self._effective_infrahub(self.before))

    def runs_on(self, version: str) -> bool:
        """Whether the chart that it runs on now, known or assumed, is of that version or a later one."""
        return self.before.version >= Version(version)

    def is_below(self, versions: Mapping[str, str]) -> bool:
        """Whether it is known to run on a chart older than the version, by chart, that brought something."""
        return self.chart in versions and self.before.is_known and self.before.version < Version(versions[self.chart])

    def may_be_below(self, versions: Mapping[str, str]) -> bool:
        """Whether it may run on a chart older than that version: it does, or its version is not known."""
        return self.chart in versions and (not self.before.is_known or self.is_below(versions))

    def reaches(self, versions: Mapping[str, str]) -> bool:
        """Whether the target chart has what that version (by chart) brought."""
        return self.chart in versions and self.after.version >= Version(versions[self.chart])

    def once(self, what: str, which: Hashable, compute: Callable[[], T]) -> T:
        """The result of `compute`, computed once for each release: releases never change."""
        key = (what, which)
        if key not in self._worked_out:
            self._worked_out[key] = compute()
        return cast("T", self._worked_out[key])

    def in_layer(self, number: int, path: Route) -> Value | object:
        """The value in that layer at `path` below the Prefect root, or `tree.MISSING`."""
        return tree.find(self.layers[number].data, self.root + path)

    def owners(self, path: Route) -> list[int]:
        """The layers that set `path` below the Prefect root (to null included), lowest first."""
        return [number for number in range(len(self.layers)) if self.in_layer(number, path) is not tree.MISSING]

    def owners_accepting(self, path: Route) -> list[int]:
        """The owners of `path` that single values can be added to, lowest first."""
        return [number for number in self.owners(path) if self.layers[number].accepts != "nothing"]

    def default_layer(self) -> int:
        """The layer for a value that no layer has yet: the last one with a Prefect part, else the last of all."""
        deep = [number for number, layer in enumerate(self.layers) if layer.accepts == "anything"]
        owners = [number for number in self.owners(()) if number in deep]
        return (owners or deep)[-1]

    def levels(self) -> list[Route]:
        """The charts' roots from the outermost to prefect-server's own: each may have a `global` block."""
        return [self.root[:depth] for depth in range(len(self.root) + 1)]

    def _effective_prefect(self) -> Map:
        values = dict(as_map(tree.get(self.own_values(), self.root)))
        block: Value = None
        for level in self.levels():
            block = global_of_subchart(block, tree.get(self.own_values(), (*level, "global")))
        if block is not None:
            values["global"] = block
        return merge(self.after.prefect, values)

    def _effective_infrahub(self, defaults: Defaults) -> Map:
        if self.chart == "prefect-server" or not self.root:
            return defaults.infrahub
        values = dict(as_map(tree.get(self.own_values(), self.root[:-1])))
        block: Value = None
        for level in self.levels()[:-1]:
            block = global_of_subchart(block, tree.get(self.own_values(), (*level, "global")))
        if block is not None:
            values["global"] = block
        return merge(defaults.infrahub, values)

    def own_values(self) -> Map:
        """The layers merged with each other, without any chart's defaults."""
        return self.once("release", "values", lambda: _laid_over_each_other(self.layers))


def _laid_over_each_other(layers: Sequence[Layer]) -> Map:
    """Several `-f` files as one: between them a null is a value like others (Helm, `pkg/cli/values`, mergeMaps)."""
    result: Map = {}
    for layer in layers:
        result = lay_over(result, as_map(layer.data))
    return result
