"""What an upgrade changes in the cluster: the objects of the old chart and file against those of the new.

Objects are matched by kind and name, entries of lists by their name where they have one. Each difference stands under
the step of a migration, or the change of the chart, that explains it; what nothing explains is for a person to look at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrator import env, prefect, tree
from migrator.edits import Route, Value
from migrator.helm import Manifest
from migrator.release import Release
from migrator.report import ChangeReport

HIDDEN = "(hidden)"
"""What stands for the data of a Secret."""

_CONTAINERS = {"prefect-server": env.SERVER, "prefect-background-services": env.BACKGROUND}
_RENAMED = ("DATABASE_CONNECTION_URL", "DATABASE_MIGRATE_ON_START")
_VERSIONS = ("helm.sh/chart", "app.kubernetes.io/version", "prefect-version")


class Difference(NamedTuple):
    """One field of one object that differs. `before` or `after` is None where the field, or the object, is not there.

    `explanation` is empty where nothing explains it; the route holds names for entries of lists that have one.
    """

    what: str
    route: Route
    before: Value
    after: Value
    explanation: str


def compare(
    before: Sequence[Manifest],
    after: Sequence[Manifest],
    changes: Sequence[ChangeReport] = (),
    release: Release | None = None,
) -> list[Difference]:
    """The differences, object by object in the order of the new chart, those that went last.

    `changes` are the planned ones, with `release` as the plan leaves it; both explain.
    """
    old = {_name(manifest): _by_name(manifest) for manifest in before}
    new = {_name(manifest): _by_name(manifest) for manifest in after}
    found = []
    for what in dict.fromkeys([*new, *old]):
        for route, was, became in _fields((), old.get(what), new.get(what)):
            shown = (was, became)
            if what.startswith("Secret "):
                shown = (None if was is None else HIDDEN, None if became is None else HIDDEN)
            found.append(Difference(what, route, *shown, _explanation(route, was, became, changes, release)))
    return found


def _name(manifest: Manifest) -> str:
    namespace = tree.get(manifest, ("metadata", "namespace"))
    beside = f" in {namespace}" if namespace else ""
    return f"{manifest.get('kind')} {tree.get(manifest, ('metadata', 'name'))}{beside}"


def _by_name(value: Value) -> Value:
    """Lists of named entries as mappings; of two entries of one name the last counts, as in a container."""
    if isinstance(value, dict):
        return {key: _by_name(item) for key, item in value.items()}
    if isinstance(value, list):
        names = [item.get("name") if isinstance(item, dict) else None for item in value]
        if names and all(isinstance(name, str) for name in names):
            return {str(name): _by_name(item) for name, item in zip(names, value)}
        return [_by_name(item) for item in value]
    return value


def _fields(route: Route, was: Value, became: Value) -> Iterator[tuple[Route, Value, Value]]:
    """The lowest places that differ; env entries, lists, and objects that are new or gone are told as a whole."""
    is_entry = len(route) > 1 and route[-2] == "env"
    if isinstance(was, dict) and isinstance(became, dict) and not is_entry:
        for key in dict.fromkeys([*was, *became]):
            yield from _fields((*route, key), was.get(key), became.get(key))
    elif not tree.same(_sorted(was), _sorted(became)):
        yield route, was, became


def _sorted(value: Value) -> Value:
    """The order of keys is nothing to Kubernetes."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _explanation(
    route: Route, was: Value, became: Value, changes: Sequence[ChangeReport], release: Release | None
) -> str:
    if len(route) > 2 and route[-2] == "env" and route[-3] in _CONTAINERS:
        path = _CONTAINERS[str(route[-3])]
        name = str(route[-1])
        return _by_step(path, name, changes) or _by_chart(name, was, became) or _by_preset(path, name, release)
    if route and route[-1] in _VERSIONS:
        return "the chart: its own version, or Prefect's"
    if route and route[-1] == "image" and route[-2:-1] and route[-2] in _CONTAINERS:
        return "the chart: it brings another image"
    return ""


def _by_step(path: Route, name: str, changes: Sequence[ChangeReport]) -> str:
    """The change that sets or removes that entry, directly or by a value that the chart makes it from."""
    ends = {
        f"{tree.show(path)}.{name}",
        f"{tree.show(env.GLOBAL)}.{name}",
        *_made_from(name),
    }
    for change in changes:
        is_it = any(change.path == end or change.path.endswith(f".{end}") for end in ends)
        if is_it or (change.path.endswith(tree.show(path)) and name in _names_of(change.after)):
            return f"{change.migration}, step {change.step}: {change.why}"
    return ""


def _made_from(name: str) -> list[str]:
    if name == prefect.DOCKET_NAME:
        return [tree.show(prefect.DOCKET), *(f"{tree.show(prefect.DOCKET)}.{key}" for key in ("url", "existingSecret"))]
    if name.startswith("PREFECT_REDIS_MESSAGING_"):
        return [tree.show((*prefect.MESSAGING, "redis", name.removeprefix("PREFECT_REDIS_MESSAGING_").lower()))]
    return []


def _names_of(value: Value) -> set[str]:
    items = value if isinstance(value, list) else []
    return {str(item["name"]) for item in items if isinstance(item, dict) and "name" in item}


def _by_chart(name: str, was: Value, became: Value) -> str:
    for setting in _RENAMED:
        if name == f"PREFECT_API_{setting}" and became is None:
            return f"the chart: it sets PREFECT_SERVER_{setting} instead"
        if name == f"PREFECT_SERVER_{setting}" and was is None:
            return f"the chart: it set PREFECT_API_{setting} before"
    return ""


def _by_preset(path: Route, name: str, release: Release | None) -> str:
    """Whether the chart's own values differ in it, for a list or a docket that no file sets."""
    if release is None:
        return ""
    if name == prefect.DOCKET_NAME and not release.owners(prefect.DOCKET):
        return "the chart: its own values name a docket"
    had, has = (_names_of(tree.get(values.prefect, path)) for values in (release.before, release.after))
    if release.owners(path) or (name in had) is (name in has):
        return ""
    return (
        "the chart: its own values hold the entry now" if name in has else "the chart: its own values dropped the entry"
    )


def unexplained(differences: Sequence[Difference]) -> list[Difference]:
    """What a person has to look at."""
    return [each for each in differences if not each.explanation]
