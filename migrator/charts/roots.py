"""Where the values of prefect-server, and of the charts around it, are in a tree of values, by their shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.charts import versions
from migrator.values import tree
from migrator.values.edits import Route, Value
from migrator.values.merge import Map, as_map

DEPTH = 4
"""The maximum number of keys above a Prefect root: umbrella, infrahub, prefect-server, and one to spare."""


_OWN_KEYS = {
    "infrahubServer",
    "infrahubTaskWorker",
    "infrahubDemoData",
    "infrahubServerDbInitJob",
    "infrahub-backup",
    "infrahub-observability",
    "infrahub-mcp",
}
"""Keys that only the infrahub chart has."""

_OWN_GLOBALS = {"infrahubTag", "infrahubRepository", "infrahubImageFlavor"}

_OTHER_KEYS = {"global", "neo4j", "redis", "rabbitmq", "nats", "emma", "upgrade", "prefect-server", "serviceAccount"}
"""Keys of the infrahub chart that other charts have too: below a key `infrahub` they are its own."""


def has_values(data: Value) -> bool:
    """Whether a values file has values of these charts anywhere, as far as their shape shows."""
    is_object = isinstance(data, dict) and isinstance(data.get("kind"), str)
    return not is_object and (bool(prefect_roots([data])) or has_global_values(data))


def has_global_values(data: Value) -> bool:
    """Whether the top level sets something that each Infrahub chart reads, wherever the rest of its values are."""
    return not _OWN_GLOBALS.isdisjoint(as_map(as_map(data).get("global")))


def may_belong_to(data: Value, chart: str) -> bool:
    """Whether a file's keys are among those that the chart reads, which alone do not prove whose they are."""
    if chart == "infrahub":
        return not (_OWN_KEYS | _OTHER_KEYS).isdisjoint(as_map(data))
    if chart == "prefect-server":
        return not {"server", "backgroundServices", "secret", "externalDatabase"}.isdisjoint(as_map(data))
    return chart == "infrahub-enterprise" and not {"infrahub", "global", "configPreset"}.isdisjoint(as_map(data))


def is_related(values: Value, chart: str) -> bool:
    """Whether a release of that chart with these values involves these charts, by its name or by its shape."""
    return chart in versions.CHARTS or has_values(values)


def mentions_prefect(text: str) -> bool:
    """Whether a text, unparsed, mentions Prefect's values."""
    return any(word in text for word in ("prefect-server", "backgroundServices", "PREFECT_"))


def prefect_roots(values: Sequence[Value], chart: str = "") -> list[Route]:
    """Every place in the layers that has prefect-server's values, as far as their shape shows.

    If there are none, it is where they would be, beside the values of the Infrahub chart that wraps it.
    """
    roots = list(dict.fromkeys(route for data in values for route in _of(data, ())))
    roots = roots or list(dict.fromkeys(route for data in values for route in _beside_infrahub(data, ())))
    if chart == "infrahub-enterprise":
        return [root for root in roots if root[-2:] == ("infrahub", "prefect-server")] or roots
    return roots


def presets(values: Sequence[Value], root: Route | None) -> dict[Route, str]:
    """Where the layers name a preset (`configPreset`), by the place of the enterprise chart's values.

    That is beside the `infrahub` of `root`; with no root, the top level or below the single key of an umbrella chart.
    The last layer that sets it wins; a null removes the name.
    """
    if root is not None:
        places = [root[:-2]] if root[-2:] == ("infrahub", "prefect-server") else [()]
    else:
        places = list(dict.fromkeys(place for data in values for place in _may_name_preset(data)))
    found: dict[Route, str] = {}
    for place in places:
        for data in values:
            named = tree.find(data, (*place, "configPreset"))
            if named is not tree.MISSING:
                found[place] = named if isinstance(named, str) else ""
    return {place: name for place, name in found.items() if name}


def _may_name_preset(data: Value) -> Iterator[Route]:
    yield ()
    for key, value in as_map(data).items():
        if as_map(value).get("configPreset") in versions.FLAVOURS:
            yield (key,)


def root_of_chart(chart: str) -> str:
    """The root at which that chart reads prefect-server's values, in the form of --root."""
    return {"infrahub-enterprise": "infrahub.prefect-server", "infrahub": "prefect-server"}.get(chart, ".")


def _of(data: Value, above: Route) -> Iterator[Route]:
    """Where prefect-server's values are: under a key of that name, or wherever they have their shape."""
    values = as_map(data)
    if "prefect-server" in values:
        yield (*above, "prefect-server")
        values = {key: value for key, value in values.items() if key != "prefect-server"}
    if _looks_like_prefect(values):
        yield above
        return
    if len(above) < DEPTH - 1:
        for key, value in values.items():
            if isinstance(value, dict):
                yield from _of(value, (*above, key))


def _beside_infrahub(data: Value, above: Route) -> Iterator[Route]:
    """Where prefect-server's values would be: beside the infrahub chart's own keys, or below a key `infrahub`."""
    values = as_map(data)
    if not _OWN_KEYS.isdisjoint(values):
        yield (*above, "prefect-server")
        return
    if len(above) < DEPTH - 2:
        for key, value in values.items():
            if key == "infrahub" and not (_OWN_KEYS | _OTHER_KEYS).isdisjoint(as_map(value)):
                yield (*above, "infrahub", "prefect-server")
            elif isinstance(value, dict) and key not in _OTHER_KEYS:
                yield from _beside_infrahub(value, (*above, key))


def _looks_like_prefect(values: Map) -> bool:
    background = values.get("backgroundServices")
    if isinstance(background, dict) and background.keys() & {"runAsSeparateDeployment", "messaging", "env", "args"}:
        return True
    server = as_map(values.get("server"))
    entries = server.get("env")
    names = [str(item.get("name")) for item in entries if isinstance(item, dict)] if isinstance(entries, list) else []
    return any(name.startswith("PREFECT_") for name in names) or "uiConfig" in server
