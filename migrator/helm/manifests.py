"""What differs between two renderings, object by object and field by field.

Objects are matched by kind, name and namespace, entries of lists by their name if they have one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from migrator.charts.archive import Manifest
from migrator.report.cluster_records import AGAIN, HIDDEN
from migrator.values import tree
from migrator.values.edits import Route, Value
from migrator.values.merge import as_map

Objects = Mapping[str, Value]
"""A rendering: each object by its title, its lists of named entries as mappings."""


class Difference(NamedTuple):
    """One field of one object that differs. `before` or `after` is None if the field does not exist there.

    The route has the name of each list entry that has one. It is empty for an object that is added or removed:
    `before` or `after` is then a summary of the object.
    """

    what: str
    route: Route
    before: Value
    after: Value


def objects(manifests: Sequence[Manifest]) -> Objects:
    """The objects of a rendering, without those that only `helm test` would create."""
    return {_title(each): _by_name(each) for each in manifests if not _is_test(each)}


def compare(before: Objects, after: Objects) -> list[Difference]:
    """The differences, object by object in the order of the later rendering, removed objects last."""
    found = []
    for what in dict.fromkeys([*after, *before]):
        for route, was, became in _fields((), before.get(what), after.get(what)):
            shown = (_summary(what, was), _summary(what, became)) if not route else (was, became)
            if what.startswith("Secret ") and route[:1] in (("data",), ("stringData",)):
                shown = (None if was is None else HIDDEN, None if became is None else HIDDEN)
            found.append(Difference(what, route, *shown))
    return found


def at(rendering: Objects, what: str, route: Route) -> Value:
    """The value there, with its keys sorted for comparison; for a whole object, only whether it exists."""
    if not route:
        return what in rendering
    return _sorted(tree.get(rendering.get(what), route))


def _title(manifest: Manifest) -> str:
    namespace = tree.get(manifest, ("metadata", "namespace"))
    beside = f" in {namespace}" if namespace else ""
    return f"{manifest.get('kind')} {tree.get(manifest, ('metadata', 'name'))}{beside}"


def _is_test(manifest: Manifest) -> bool:
    hooks = as_map(tree.get(manifest, ("metadata", "annotations"))).get("helm.sh/hook")
    return isinstance(hooks, str) and all(each.strip().startswith("test") for each in hooks.split(","))


def _by_name(value: Value) -> Value:
    """Lists of named entries as mappings; of entries with the same name the last one keeps it, as in a container."""
    if isinstance(value, dict):
        return {key: _by_name(item) for key, item in value.items()}
    if isinstance(value, list):
        names = [item.get("name") if isinstance(item, dict) else None for item in value]
        if names and all(isinstance(name, str) for name in names):
            return _named(value, [str(name) for name in names])
        return [_by_name(item) for item in value]
    return value


def _named(items: Sequence[Value], names: Sequence[str]) -> dict[str, Value]:
    to_come = Counter(names)
    found: dict[str, Value] = {}
    for name, item in zip(names, items):
        to_come[name] -= 1
        found[f"{name}{AGAIN}" if to_come[name] else name] = _by_name(item)
    return found


def _fields(route: Route, was: Value, became: Value) -> Iterator[tuple[Route, Value, Value]]:
    """The deepest places that differ; env entries, lists, and anything added or removed count as a whole."""
    is_entry = len(route) > 1 and route[-2] == "env"
    if route[-1:] == ("env",):
        was, became = was or {}, became or {}  # so that the first entry is listed by name, like all others
    if isinstance(was, dict) and isinstance(became, dict) and not is_entry:
        for key in dict.fromkeys([*was, *became]):
            yield from _fields((*route, key), was.get(key), became.get(key))
    elif not tree.same(_sorted(was), _sorted(became)):
        yield route, was, became


def _sorted(value: Value) -> Value:
    """The value with its keys sorted: their order means nothing to Kubernetes."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _summary(what: str, manifest: Value) -> Value:
    """The facts that a reviewer needs about an added or removed object: replicas, images, hooks, keys."""
    if manifest is None:
        return None
    if what.startswith("Secret "):
        return HIDDEN
    pod = as_map(tree.get(manifest, ("spec", "template", "spec")))
    facts: dict[str, Value] = {
        "replicas": tree.get(manifest, ("spec", "replicas")),
        "images": [as_map(each).get("image") for each in as_map(pod.get("containers")).values()],
        "hooks": tree.get(manifest, ("metadata", "annotations", "helm.sh/hook")),
        "keys": [*as_map(as_map(manifest).get("data"))],
    }
    return {name: value for name, value in facts.items() if value not in (None, [])}
