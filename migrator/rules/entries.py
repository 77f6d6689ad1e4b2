"""Rules of the env lists themselves: what Kubernetes accepts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from migrator.prefect import deployment, env, env_edits
from migrator.rules.rule import PODS, Breach, Rule, all_lists, at_entry, pods
from migrator.values import tree
from migrator.values.edits import Value
from migrator.values.merge import as_map
from migrator.values.release import Release


def _duplicates(release: Release) -> Iterator[Breach]:
    """Each name once, at the entry that a customer can remove: the last, or the only one besides the chart's own."""
    reported = set()
    injected = {name for name, _ in deployment.injected(release)}
    for pod in pods(release):
        by_chart = Counter(deployment.chart_env_names(release, pod))
        by_values = Counter(entry.name for _, entry in env.on_pod(release, pod))
        for name, times in by_values.items():
            found = env.winner(release, pod, name)
            if times + by_chart[name] < 2 or found is None:
                continue
            env_list, entry = found
            place = (env_list.layer, env_list.route_of(entry))
            if place in reported:
                continue
            reported.add(place)
            beside = " beside the chart's own" if by_chart[name] else ""
            # On the server the lists come before what separate services inject, on the background after it.
            wins = beside and ("; the chart's wins" if pod == "server" and name in injected else "; yours wins")
            often = {1: "is set", 2: "is set twice"}.get(times, f"is set {times} times")
            text = f"{env_edits.path_of(env_list, name)} {often}{beside} on {PODS[pod]}{wins}"
            remedy = f"Remove yours: {_BOTH}" if beside else ""
            yield at_entry(env_list, entry, text)._replace(about=f"{name} on {pod}", remedy=remedy)


_BOTH = (
    "server-side apply refuses both, and an upgrade from two entries to one can lose both, so check the live pod's "
    "env afterwards."
)


def _not_a_string(release: Release) -> Iterator[Breach]:
    for _, env_list in all_lists(release):
        for entry in env_list.entries:
            if entry.value is not None and not isinstance(entry.value, str):
                text = (
                    f"{env_edits.path_of(env_list, entry.name)} is {_kind(entry)}, and Kubernetes accepts only strings"
                )
                yield at_entry(env_list, entry, text)


def _kind(entry: env.Entry) -> str:
    if isinstance(entry.value, (dict, list)):
        return "a list" if isinstance(entry.value, list) else "a mapping"
    return f"{env.quoted_value(entry)} without quotes"


def _not_an_entry(release: Release) -> Iterator[Breach]:
    for _, env_list in all_lists(release):
        if env_list.layer == env.IN_DEFAULTS:
            continue
        items = tree.get(release.layers[env_list.layer].data, env_list.route)
        for index, item in enumerate(items if isinstance(items, list) else []):
            problem = _item_problem(item)
            if problem:
                yield Breach(
                    f"an entry of {tree.show(env_list.route)} {problem}", env_list.layer, (*env_list.route, index)
                )


def _item_problem(item: Value) -> str:
    """What is wrong with an entry, independent of its position in the list."""
    entry = as_map(item)
    name = entry.get("name")
    if not isinstance(name, str) or not name:
        return "has no name"
    both = entry.get("value") not in (None, "") and entry.get("valueFrom") is not None
    return f"has both a value and a valueFrom: {name}" if both else ""


RULES = (
    Rule(
        "env-twice",
        "error",
        "No env name is set twice on a pod, in the lists or beside the chart's own entries.",
        f"Keep one of them: the last wins, {_BOTH}",
        _duplicates,
    ),
    Rule(
        "env-string",
        "error",
        "An env value is a string.",
        "Put it in quotes: Helm lets a bare number or boolean through, and the API server refuses it.",
        _not_a_string,
    ),
    Rule(
        "env-entry",
        "error",
        "An env entry has a name, and either a value or a valueFrom.",
        "Correct the entry: the API server refuses it.",
        _not_an_entry,
    ),
)
