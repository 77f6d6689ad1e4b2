"""Single values that a controller sets over all others: Argo CD's `parameters`, Flux's references with a `targetPath`.

They are the uppermost layer of their release. A value that is in the object is edited there. If only its path is
known, because the value is elsewhere, a change that it would override is refused with its name and line.

Sources: https://argo-cd.readthedocs.io/en/stable/user-guide/helm/ (parameters > valuesObject > values > valueFiles);
ChartValuesFromReferences in chartutil/values.go of fluxcd/pkg (a target path overwrites the inline values too).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from migrator import yamltext
from migrator.errors import RefusedError
from migrator.prefect.redis_url import unseen_placeholder
from migrator.sources import set_values
from migrator.values import tree
from migrator.values.edits import AddKey, Edit, InsertItem, ListEdit, Route, SetValue, Value, after
from migrator.values.merge import Map, as_list, as_map
from migrator.values.release import Accepts
from migrator.yamltext import Duplicate

if TYPE_CHECKING:
    from migrator.sources.source import EditedFile, Source

_LISTS = (("server", "env"), ("backgroundServices", "env"), ("prefect", "env"), ("server", "args"))


class Setting(NamedTuple):
    """One value and its route in the values. `place` is the item in the object's document, `what` its name.

    `is_seen`: the item has the value itself; otherwise `value` is a placeholder.
    """

    route: Route
    value: Value
    place: Route
    line: int
    what: str
    is_seen: bool = True


class Parameters(NamedTuple):
    """The settings of one release; later ones override earlier ones.

    `items` is the route of the list that new ones are added to; empty if there is none.
    """

    settings: tuple[Setting, ...]
    items: Route
    name: str

    @property
    def accepts(self) -> Accepts:
        """What can be added to the settings."""
        return "values" if any(each.place[:-1] == self.items for each in self.settings) else "nothing"

    @property
    def data(self) -> Map:
        """The settings as a tree of values."""
        values: Map = {}
        for setting in self.settings:
            _put(values, setting.route, setting.value)
        return values

    def line(self, route: Route) -> int:
        """The line of the first setting at or below `route`, else of the nearest one."""
        found = [each for each in self.settings if each.route[: len(route)] == route]
        return (found or self._beside(route) or self.settings)[0].line

    def duplicates(self) -> list[Duplicate]:
        """The values that are set twice."""
        lines: dict[Route, tuple[int, ...]] = {}
        for setting in self.settings:
            lines[setting.route] = (*lines.get(setting.route, ()), setting.line)
        return [Duplicate(route, where) for route, where in lines.items() if len(where) > 1]

    def apply(self, source: Source, edits: Sequence[Edit]) -> EditedFile:
        """The object with the settings edited.

        Raises RefusedError for a setting whose value is elsewhere, and for a change that a single value cannot express.
        """
        document = source.stream.documents[source.document]
        own = [each for edit in edits for each in self._edits(edit, document.data)]
        return yamltext.apply(source.stream, own, source.document)

    def with_source(self, source: Source) -> Parameters:
        """The settings in another version of the file, which may have other values, and more of them."""
        if not self.items:
            document = source.stream.documents[source.document]
            moved = tuple(each._replace(line=document.line(each.place)) for each in self.settings)
            return self._replace(settings=moved)
        found = read(source._replace(inner=None))
        assert found is not None
        return found

    def reads_as(self, data: Value) -> bool:
        """Whether the settings equal `data`; their order does not matter."""
        return tree.same(_sorted(self.data), _sorted(data))

    def _edits(self, edit: Edit, document: Value) -> Iterator[Edit]:
        existing = [each for each in self.settings if each.route[: len(edit.route)] == edit.route]
        for each in existing:
            if not each.is_seen:
                raise self._refused(each, "its value is elsewhere")
        first = (existing or self.settings)[0]
        if isinstance(edit, ListEdit):
            raise self._refused(first, "a list cannot be edited there")
        if isinstance(edit, SetValue) and len(existing) == 1 and isinstance(edit.value, str):
            item = as_map(tree.get(document, first.place))
            for key, value in _as_item(edit.value).items():
                yield (SetValue if key in item else AddKey)((*first.place, key), value)
        elif isinstance(edit, AddKey) and self.accepts == "values":
            for route, value in tree.leaves(edit.route, edit.value):
                yield self._added(route, value)
        else:
            raise self._refused(first, "a single value cannot express what is needed there")

    def _added(self, route: Route, value: Value) -> InsertItem:
        beside = self._beside(route) or self.settings
        if isinstance(value, (list, dict)):
            raise self._refused(beside[-1], "a single value cannot hold the list that is needed next to it")
        item: Value = {"name": set_values.name_of(route), **_as_item(value)}
        return InsertItem(self.items, item, after(beside[-1].place[-1]))

    def _beside(self, route: Route) -> tuple[Setting, ...]:
        """The settings nearest to `route`: those with the longest prefix in common."""
        own = [each for each in self.settings if each.place[:-1] == self.items]
        for depth in range(len(route) - 1, 0, -1):
            found = tuple(each for each in own if each.route[:depth] == route[:depth])
            if found:
                return found
        return tuple(own)

    def _refused(self, setting: Setting, why: str) -> RefusedError:
        return RefusedError(
            f"{setting.what} overrides all other values of {set_values.name_of(setting.route)}, and has to change; "
            f"{why}.",
            path=self.name,
            line=setting.line,
            remedy="Move that value to the others in the object, or change it by hand first.",
        )


def read(place: Source) -> Parameters | None:
    """The parameters of an Argo CD source, whose `helm` part is at `place`; None if it has none."""
    helm = as_map(place.data)
    plain: list[Setting] = []
    texts: list[Setting] = []
    for number, item in enumerate(map(as_map, as_list(helm.get("parameters")))):
        at, what, as_text = (
            place.at("parameters", number),
            f"parameter {item.get('name')}",
            item.get("forceString") is True,
        )
        value = set_values.read(_with_placeholders(_text(item.get("value"))), as_text=as_text)
        for target in _target(at, what, str(item.get("name"))):
            (texts if as_text else plain).append(Setting(target, value, at.route, at.line(()), what))
    files: list[Setting] = []
    for number, item in enumerate(map(as_map, as_list(helm.get("fileParameters")))):
        at, name = place.at("fileParameters", number), str(item.get("name"))
        for target in _target(at, f"file parameter {name}", name):
            files.append(_from_elsewhere(at, target, f"the file {item.get('path')} (file parameter {name})"))
    return _parameters((*plain, *texts, *files), (*place.route, "parameters"), place.name)


def from_references(place: Source, references: Mapping[int, tuple[str, str]]) -> Parameters | None:
    """The settings of `references` with a target path: index -> (target path, name for display)."""
    found = [
        _from_elsewhere(place.at(number), target, what)
        for number, (path, what) in references.items()
        for target in _target(place.at(number), what, path)
    ]
    return _parameters(found, (), place.name)


def _from_elsewhere(at: Source, target: Route, what: str) -> Setting:
    return Setting(target, unseen_placeholder(what), at.route, at.line(()), what, is_seen=False)


def _parameters(settings: Sequence[Setting], items: Route, name: str) -> Parameters | None:
    values: Map = {}
    sound = tuple(each for each in settings if _put(values, each.route, each.value))
    return Parameters(sound, items, name) if sound else None


def _target(at: Source, what: str, name: str) -> Iterator[Route]:
    """The route of a parameter's name, unless it leads through a list.

    Raises RefusedError for an entry of a list that migrations change: its index would then mean another entry.
    """
    route = set_values.route_of(name)
    if route is None:
        return
    depth = next((number for number, key in enumerate(route) if isinstance(key, int)), 0)
    if not depth:
        yield route
    elif route[depth - 2 : depth] in _LISTS:
        raise at.refusal(
            f"{what} sets an entry of {tree.show(route[:depth])} by its index, which will mean another entry once "
            "the list changes.",
            "Put the entry into the list itself, and remove this one.",
        )


def _put(values: Map, route: Route, value: Value) -> bool:
    """Set a value in a tree; False if its path conflicts with another value, which Helm refuses."""
    here = values
    for key in route[:-1]:
        below = here.setdefault(str(key), {})
        if not isinstance(below, dict):
            return False
        here = below
    if isinstance(here.get(str(route[-1])), dict):
        return False
    here[str(route[-1])] = value
    return True


def _as_item(value: Value) -> Map:
    """A value as the keys of a parameter item."""
    text, as_text = set_values.write(value) if isinstance(value, str) else (json.dumps(value), False)
    return {"value": text, **({"forceString": True} if as_text else {})}


def _with_placeholders(text: str) -> str:
    """The text with variables of Argo CD's build environment written as placeholders (`$NAME` as `${NAME}`)."""
    return re.sub(r"\$(\$|\w+)", lambda found: "$" if found[1] == "$" else f"${{{found[1]}}}", text)


def _text(value: Value) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)


def _sorted(value: Value) -> Value:
    return {key: _sorted(value[key]) for key in sorted(value)} if isinstance(value, dict) else value
