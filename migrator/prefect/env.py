"""Env lists of the two Prefect pods: where the entries are, and which one a container sees.

In a container the last entry of a name wins. On the server pod the order is global.prefect.env, server.env, then what
the chart injects; on the background pod the chart's injected block comes first, then global.prefect.env, then
backgroundServices.env (templates deployment.yaml and background-services/deployment.yaml of prefect-server).
"""

from typing import NamedTuple

from migrator.values import tree
from migrator.values.changes import Location, ShapeError
from migrator.values.edits import Route, Value
from migrator.values.merge import as_map
from migrator.values.release import Release

SERVER: Route = ("server", "env")
BACKGROUND: Route = ("backgroundServices", "env")
GLOBAL: Route = ("global", "prefect", "env")

POD_LISTS = {"server": SERVER, "background": BACKGROUND}

IN_DEFAULTS = -1
"""The layer number of a list in the chart's defaults, which cannot be edited."""


class Entry(NamedTuple):
    """One entry of an env list: its name, its value (None with `value_from`), and its position in the list."""

    name: str
    value: Value
    value_from: Value
    position: int

    @property
    def is_plain(self) -> bool:
        """Whether the value can be read here: it is in the file and is not a template."""
        return self.value_from is None and not is_template(self.value)


class EnvList(NamedTuple):
    """An env list: its layer, its route from that layer's document root, and its entries in order."""

    layer: int
    route: Route
    entries: tuple[Entry, ...]

    def named(self, *names: str) -> tuple[Entry, ...]:
        """The entries with any of these names, in order."""
        return tuple(entry for entry in self.entries if entry.name in names)

    def last(self, name: str) -> Entry | None:
        """The entry that wins among those with this name."""
        found = self.named(name)
        return found[-1] if found else None

    def route_of(self, entry: Entry) -> Route:
        """The route of one of its entries, from the layer's document root."""
        return (*self.route, entry.position)


EMPTY = EnvList(IN_DEFAULTS, (), ())


def lists_in_layers(release: Release, path: Route) -> list[EnvList]:
    """The lists at `path` below the Prefect root, one for each named layer that has one.

    Raises RefusedError where the value is neither a list nor null.
    """
    return [found for number in release.owners(path) if (found := _list_at(release, number, release.root + path))]


def pod_lists(release: Release) -> list[EnvList]:
    """Every list of a single pod in a named layer, the server's first."""
    return [env_list for path in POD_LISTS.values() for env_list in lists_in_layers(release, path)]


def own_lists(release: Release) -> list[EnvList]:
    """Every list in a named layer; those that both pods get come last."""
    return pod_lists(release) + global_lists(release)


def effective(release: Release, path: Route) -> EnvList:
    """The list that Helm hands to the chart: the last layer's, or the defaults'; empty where null removed it."""
    owners = release.owners(path)
    if owners:
        env_list = _list_at(release, owners[-1], release.root + path) or EMPTY
        # A null in a later layer, there or further up, removes the list.
        return env_list if isinstance(tree.get(release.prefect, path), list) else EMPTY
    return EnvList(IN_DEFAULTS, path, _entries(tree.get(release.prefect, path)))


def is_in_layer(release: Release, path: Route) -> bool:
    """Whether the effective list is in a named layer; false for the chart's own and for one removed by null."""
    return effective(release, path).layer != IN_DEFAULTS


def may_be_set_unseen(release: Release, path: Route) -> bool:
    """Whether a path that no layer sets may be set in values below them, which cannot be read here."""
    return bool(release.surroundings.unseen) and not release.owners(path)


def global_lists(release: Release) -> list[EnvList]:
    """Every global.prefect.env that a named layer holds, from the one that wins to the one that never does."""
    found = []
    for level in release.levels():
        for number in reversed(range(len(release.layers))):
            env_list = _list_at(release, number, level + GLOBAL)
            if env_list is not None:
                found.append(env_list)
    return found


def effective_global(release: Release) -> EnvList:
    """The global.prefect.env that both pods get: the last one at the outermost level."""
    wins = tree.get(release.prefect, GLOBAL)
    if not isinstance(wins, list):
        return EMPTY
    for env_list in global_lists(release):
        if tree.get(release.layers[env_list.layer].data, env_list.route) == wins:
            return env_list
    return EMPTY


def on_pod(release: Release, pod: str) -> list[tuple[EnvList, Entry]]:
    """What the values set on the pod ("server" or "background"), in order; the last entry of a name wins."""
    return release.once("env", pod, lambda: _on_pod(release, pod))


def _on_pod(release: Release, pod: str) -> list[tuple[EnvList, Entry]]:
    lists = (effective_global(release), effective(release, POD_LISTS[pod]))
    return [(env_list, entry) for env_list in lists for entry in env_list.entries]


def winner(release: Release, pod: str, *names: str) -> tuple[EnvList, Entry] | None:
    """The entry that the container sees for any of these names, as far as the values set it."""
    last = release.once("env by name", pod, lambda: _last_by_name(release, pod))
    places = [last[name] for name in names if name in last]
    return on_pod(release, pod)[max(places)] if places else None


def _last_by_name(release: Release, pod: str) -> dict[str, int]:
    """The index in `on_pod` of the winning entry of each name."""
    return {entry.name: place for place, (_, entry) in enumerate(on_pod(release, pod))}


def extra_sources(release: Release, pod: str) -> list[str]:
    """The ConfigMaps and Secrets whose keys become env of the pod; their content cannot be read here."""
    part = "server" if pod == "server" else "backgroundServices"
    values = as_map(release.prefect.get(part))
    kinds = (("extraEnvVarsCM", "ConfigMap"), ("extraEnvVarsSecret", "Secret"))
    return [f"{kind} {values[key]} ({part}.{key})" for key, kind in kinds if values.get(key)]


def as_bool(value: Value) -> bool | None:
    """An env value as Prefect (pydantic) reads a boolean; None where Prefect would refuse to start."""
    text = str(value).lower()
    if text in ("true", "t", "yes", "y", "on", "1"):
        return True
    if text in ("false", "f", "no", "n", "off", "0"):
        return False
    return None


def raw(entry: Entry) -> Value:
    """What an entry sets, as data: its value, or a mapping with its `valueFrom`."""
    return entry.value if entry.value_from is None else {"valueFrom": entry.value_from}


def secret_of(entry: Entry) -> tuple[str, str] | None:
    """The Secret and key that an entry's value comes from; None unless both are named."""
    secret = as_map(as_map(entry.value_from).get("secretKeyRef"))
    name, key = secret.get("name"), secret.get("key")
    return (name, key) if name and key and isinstance(name, str) and isinstance(key, str) else None


def is_optional(entry: Entry) -> bool:
    """Whether the container starts without the entry if its Secret is missing; what the chart injects is required.

    Source: SecretKeySelector, core/v1 of Kubernetes.
    """
    secret = as_map(as_map(entry.value_from).get("secretKeyRef"))
    return secret.get("optional") is True


def quoted_value(entry: Entry) -> str:
    """What an entry sets, for a sentence: text in quotes, anything else bare, as in YAML."""
    if entry.value_from is not None:
        return "set by valueFrom"
    if isinstance(entry.value, str):
        return f'"{entry.value}"'
    if isinstance(entry.value, (dict, list)):
        return "a mapping" if isinstance(entry.value, dict) else "a list"
    if entry.value is None:
        return "empty"
    return str(entry.value).lower() if isinstance(entry.value, bool) else str(entry.value)


def is_template(value: Value) -> bool:
    """Whether the chart renders the value as a template, so that it cannot be known here."""
    return isinstance(value, str) and "{{" in value


def _list_at(release: Release, number: int, route: Route) -> EnvList | None:
    return release.once("env list", (number, route), lambda: _read_list(release, number, route))


def _read_list(release: Release, number: int, route: Route) -> EnvList | None:
    value = tree.get(release.layers[number].data, route)
    if value is None:
        return None
    if not isinstance(value, list):
        raise ShapeError(
            f"{tree.show(route)} is not a list, so the chart cannot read it as env entries.",
            Location(number, route),
            path=release.layers[number].name,
            remedy="Correct it first.",
        )
    return EnvList(number, route, _entries(value))


def _entries(value: Value) -> tuple[Entry, ...]:
    items = value if isinstance(value, list) else []
    return tuple(
        Entry(str(item["name"]), item.get("value"), item.get("valueFrom"), index)
        for index, item in enumerate(items)
        if isinstance(item, dict) and "name" in item
    )
