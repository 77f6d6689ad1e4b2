"""Kubernetes quantities, as far as needed to compare two of them: 500m, 2, 32Gi, 34359738368, 1e3.

Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.values.edits import Route, Value
from migrator.values.merge import Map, as_map

_SHAPE = r"([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,3}))?(n|u|m|k|[MGTPE]|[KMGTPE]i|)"
_TENS = {"n": -9, "u": -6, "m": -3, **{unit: 3 * power for power, unit in enumerate("kMGTPE", 1)}}
_TWOS = {f"{unit}i": 10 * power for power, unit in enumerate("KMGTPE", 1)}


def number(value: Value) -> int | None:
    """The value of a quantity, in billionths, the finest that Kubernetes reads; None if it is not a quantity."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    match = re.fullmatch(_SHAPE, str(value).strip(), re.ASCII)
    if match is None or not match[2] + match[3]:
        return None
    sign, whole, rest, power, unit = match.groups()
    digits = int(sign + whole + rest) << _TWOS.get(unit, 0)
    tens = int(power or 0) - len(rest) + _TENS.get(unit, 0) + 9
    scale: int = 10 ** abs(tens)
    return digits * scale if tens >= 0 else digits // scale


def requests_above_limits(values: Map, skip: tuple[str, ...] = ()) -> Iterator[tuple[Route, str]]:
    """Each `resources` in a chart's values that requests more than its limits, with a clause that says so."""
    for route, resources in _resources(values, ()):
        if route[0] not in skip:
            yield from ((route, words) for words in excess_requests(resources))


def excess_requests(resources: Map) -> Iterator[str]:
    """What a container requests above its limits, each in a clause."""
    requests, limits = as_map(resources.get("requests")), as_map(resources.get("limits"))
    for name, wanted in requests.items():
        asked, allowed = number(wanted), number(limits.get(name))
        if asked is not None and allowed is not None and asked > allowed:
            yield f"requests.{name} is {wanted}, above limits.{name}, {limits[name]}"


def _resources(values: Map, route: Route) -> Iterator[tuple[Route, Map]]:
    for key, value in values.items():
        if isinstance(value, dict):
            if key == "resources" and isinstance(value.get("requests"), dict):
                yield (*route, key), value
            else:
                yield from _resources(value, (*route, key))
