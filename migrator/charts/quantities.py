"""Kubernetes quantities, as far as two of them are compared: 500m, 2, 32Gi, 34359738368, 1e3.

Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from migrator.values.edits import Route, Value
from migrator.values.merge import Map, as_map

_UNITS = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    **{unit: Decimal(1000) ** power for power, unit in enumerate("kMGTPE", 1)},
    **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", 1)},
}


def number(value: Value) -> Decimal | None:
    """What a quantity amounts to; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    match = re.fullmatch(r"([+-]?[0-9.]+(?:[eE][+-]?[0-9]{1,3})?)(n|u|m|k|[KMGTPE]i?|)", str(value).strip())
    if match is None or match[2] not in _UNITS:
        return None
    try:
        return Decimal(match[1]) * _UNITS[match[2]]
    except InvalidOperation:
        return None


def requests_above_limits(values: Map, skip: tuple[str, ...] = ()) -> Iterator[tuple[Route, str]]:
    """Each `resources` in a chart's values that asks for more than it is allowed, with a clause that says so."""
    for route, resources in _resources(values, ()):
        if route[0] not in skip:
            yield from ((route, words) for words in above(resources))


def above(resources: Map) -> Iterator[str]:
    """What a container asks for beyond its limits, each in a clause."""
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
