"""The values of one chart within a release: their position in each layer, the effective values, changes to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.values import tree
from migrator.values.changes import Change, Effect, Location, Notice, Severity, ShapeError
from migrator.values.edits import LAST, AddKey, Place, RemoveKey, Route, SetValue, Value
from migrator.values.merge import Map
from migrator.values.release import Release


class Part:
    """A chart's values in a release: `root` is their path in each layer, `values` are the effective ones.

    Paths are below the root. A change is located here, once: its layer is the last one that has the path, else the last
    that has its nearest parent.
    """

    def __init__(self, release: Release, root: Route, values: Map) -> None:
        self.release = release
        self.root = root
        self.values = values

    def get(self, path: Route) -> Value:
        """The effective value; None where there is none."""
        return tree.get(self.values, path)

    def is_on(self, path: Route) -> bool:
        """Whether a template treats the effective value as true."""
        return bool(self.get(path))

    def show(self, path: Route) -> str:
        """The path from the file's root, for a sentence."""
        return tree.show(self.root + path)

    def in_layer(self, number: int, path: Route) -> Value | object:
        """The value in that layer at the path, or `tree.MISSING`."""
        return tree.find(self.release.layers[number].data, self.root + path)

    def own(self, path: Route) -> Value:
        """The value that the layers set at the path, without the chart's defaults."""
        return tree.get(self.release.own_values(), self.root + path)

    def owners(self, path: Route) -> list[int]:
        """The layers that set the path (to null included), lowest first."""
        return [number for number in range(len(self.release.layers)) if self.in_layer(number, path) is not tree.MISSING]

    def set(self, path: Route, value: Value, why: str, effect: Effect, *, layer: int | None = None) -> Change:
        """The change that sets the path to this value, in that layer or in the one that it belongs to."""
        if layer is None:
            layer = self.place(path)
        self._refuse_blocked(path, layer)
        current = self.in_layer(layer, path)
        route = self.root + path
        if current is tree.MISSING:
            return Change(layer, AddKey(route, value), self.show(path), None, value, why, effect)
        before = tree.get(self.release.layers[layer].data, route)
        return Change(layer, SetValue(route, value), self.show(path), before, value, why, effect)

    def add(self, path: Route, value: Value, why: str, effect: Effect, *, layer: int, place: Place = LAST) -> Change:
        """The change that adds a key that the layer does not have."""
        self._refuse_blocked(path, layer)
        return Change(layer, AddKey(self.root + path, value, place), self.show(path), None, value, why, effect)

    def remove(self, path: Route, why: str, effect: Effect, *, layer: int) -> Change:
        """The change that removes the key from that layer."""
        before = tree.get(self.release.layers[layer].data, self.root + path)
        return Change(layer, RemoveKey(self.root + path), self.show(path), before, None, why, effect)

    def _refuse_blocked(self, path: Route, layer: int) -> None:
        """Raise ShapeError where a list or a single value in the layer blocks the path."""
        for depth in range(1, len(path)):
            current = self.in_layer(layer, path[:depth])
            if current is not tree.MISSING and not isinstance(current, (dict, type(None))):
                raise ShapeError(
                    f"{self.show(path[:depth])} is not a mapping, so {self.show(path)} cannot stand below it.",
                    Location(layer, self.root + path[:depth]),
                    path=self.release.layers[layer].name,
                    remedy="Correct it first.",
                )

    def place(self, path: Route) -> int:
        """The layer that a change at the path belongs in: the last that has it, else that of its nearest parent."""
        for depth in range(len(path), -1, -1):
            owners = [each for each in self.owners(path[:depth]) if self.release.layers[each].accepts != "nothing"]
            if owners:
                return owners[-1]
        return self.release.default_layer()

    def notice(self, path: Route, text: str, severity: Severity = "info") -> Notice:
        """A notice at the path, located in the file as it was read if the path was there."""
        layer, route = self.located(path)
        return Notice(text, severity, layer, route)

    def located(self, path: Route) -> tuple[int, Route]:
        """The last layer that had the path or its nearest parent when the release was read; no route if none had."""
        start = self.release.start
        for depth in range(len(path), 0, -1):
            route = self.root + path[:depth]
            owners = [number for number, each in enumerate(start.layers) if tree.exists(each.data, route)]
            if owners:
                return owners[-1], route
        return 0, ()


def prefect_part(release: Release) -> Part:
    """prefect-server's values in a release."""
    return Part(release, release.root, release.prefect)


def globals_at(release: Release, levels: Sequence[Route], path: Route) -> Iterator[tuple[int, Route, Value]]:
    """The values at `path` in the `global` blocks of these levels, in order of precedence, the winner first.

    Each with its layer and its route there; of several levels the outermost wins, of several layers the last.
    """
    for level in levels:
        route = (*level, "global", *path)
        for number in reversed(range(len(release.layers))):
            found = tree.find(release.layers[number].data, route)
            if found is not tree.MISSING:
                yield number, route, tree.get(release.layers[number].data, route)
