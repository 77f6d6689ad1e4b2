"""Helm's merge, as its own engine does it: maps are merged, lists and scalars replaced, null removes."""

from __future__ import annotations

from migrator.values.edits import Value

Map = dict[str, Value]


def merge(below: Map, above: Map) -> Map:
    """A customer's values `above` merged over a chart's: a null removes the chart's value."""
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = merge(under if isinstance(under, dict) else {}, value)
        else:
            result[key] = value
    return result


def lay_over(below: Map, above: Map) -> Map:
    """One values file merged over another: a null stays, to remove the chart's value later."""
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        result[key] = lay_over(under, value) if isinstance(value, dict) and isinstance(under, dict) else value
    return result


def global_of_subchart(outer: Value, inner: Value) -> Value:
    """The `global` block that a subchart gets from its parent chart: the outer one wins.

    Where only one of two values of a key is a mapping, the inner one stays (Helm, `pkg/chart/common/util`,
    coalesceGlobals).
    """
    if not isinstance(outer, dict):
        return inner
    if not isinstance(inner, dict):
        return outer
    result = dict(inner)
    for key, value in outer.items():
        under = inner.get(key)
        if key not in inner or not (isinstance(value, dict) or isinstance(under, dict)):
            result[key] = value
        elif isinstance(value, dict) and isinstance(under, dict):
            result[key] = lay_over(under, value)
    return result


def as_map(value: Value) -> Map:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Value) -> list[Value]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: Value) -> str:
    """The value if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""
