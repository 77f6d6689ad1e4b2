"""Keys that the charts no longer read, or refuse: where they are set, since when, and what replaced them.

Sources: the schema, the templates and UPGRADING.md of prefect-server at its tags (PrefectHQ/prefect-helm), and
templates/infrahub-server.yaml and infrahub-server-ingress.yaml of infrahub (opsmill/infrahub-helm). A key is here only
if a rendering shows it, or the template.
"""

from collections.abc import Iterator
from typing import NamedTuple

from packaging.version import Version

from migrator.charts import infrahub, published
from migrator.values import tree
from migrator.values.edits import Route
from migrator.values.merge import as_map
from migrator.values.part import Part, prefect_part
from migrator.values.release import Release

LEVELS: tuple[Route, ...] = (("server", "loggingLevel"), ("backgroundServices", "loggingLevel"))
_TAKEN = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Key(NamedTuple):
    """A key below its chart's root. `since` is the prefect-server that stopped reading it (empty: not known).

    `refused` is whether the chart refuses the release because of it, even if it is empty (`by_schema`) or only if it is
    not, and `until` the version that reads it again (empty: none).
    """

    path: Route
    what: str
    remedy: str
    refused: bool = False
    since: str = ""
    until: str = ""
    by_schema: bool = False


_IMAGE = "The image is global.prefect.image (repository, prefectTag). Check an old tag before you move it there."
_SECRET = "The connection is secret (create, name, username, password, host, port, database)."
_URL = "The API's address is server.uiConfig.prefectUiApiUrl."

PREFECT_KEYS = (
    Key(("server", "image"), "nothing reads it", _IMAGE, since="2025.1.24200354"),
    Key(
        ("server", "uiConfig", "enabled"),
        "nothing reads it",
        'To turn the UI off, set PREFECT_UI_ENABLED to "false" in server.env.',
        since="2025.3.7033449",
    ),
    Key(("backgroundServices", "livenessProbe"), "nothing reads it", "Remove it.", since="2025.3.7033449"),
    Key(("backgroundServices", "readinessProbe"), "nothing reads it", "Remove it.", since="2025.3.7033449"),
    Key(
        ("postgresql", "useSubChart"),
        "nothing reads it: postgresql.enabled decides whether PostgreSQL is bundled",
        "Setting postgresql.enabled to false also needs secret.*; a running bundled database holds your data.",
        since="2024.6.13185354",
    ),
    Key(("postgresql", "externalHostname"), "nothing reads it", _SECRET, since="2024.8.13184720"),
    Key(("externalDatabase",), "nothing reads it yet", _SECRET, until="2026.6.16181256"),
    Key(
        ("server", "prefectApiUrl"), "the chart refuses it", _URL, refused=True, by_schema=True, since="2025.1.24200354"
    ),
    Key(
        ("server", "prefectApiHost"),
        "the chart refuses it",
        _URL,
        refused=True,
        by_schema=True,
        since="2025.1.24200354",
    ),
    Key(("server", "uiConfig", "prefectUiUrl"), "the chart refuses it", _URL, refused=True, since="2025.3.7033449"),
    Key(("global", "prefect", "prefectApiUrl"), "the chart refuses it", _URL, refused=True, since="2025.3.7033449"),
    Key(("global", "prefect", "prefectApiHost"), "the chart refuses it", _URL, refused=True, since="2025.3.7033449"),
    Key(
        ("server", "backgroundServices"),
        "the chart refuses it",
        "Background services are configured next to server, at backgroundServices.",
        refused=True,
        by_schema=True,
        since="2025.8.21160848",
    ),
)
_GATEWAY = Key(
    ("gateway", "create"),
    "the chart refuses it if httproute.parentRefs names no Gateway, whether gateway.enabled is true or not",
    "Name the Gateway at httproute.parentRefs[].name, or set httproute.enabled to false.",
    refused=True,
    since="2026.4.16160238",
)
_HOSTS: Route = ("infrahubServer", "ingress", "extraHosts")
INFRAHUB_KEYS = (Key(("infrahubServerDbInitJob",), "nothing reads it", "Remove it."),)


class Occurrence(NamedTuple):
    """A key in a layer that has no effect: where, and what that means, as a sentence."""

    key: Key
    part: Part
    path: Route
    text: str


def occurrences(release: Release) -> Iterator[Occurrence]:
    """The retired keys in the layers, for the target chart of the release."""
    if release.prefect.get("enabled") is not False:
        part = prefect_part(release)
        for key in PREFECT_KEYS:
            if _is_set(part, key) and _applies(release, key):
                yield Occurrence(key, part, key.path, f"{part.show(key.path)}: {key.what}.")
        if _applies(release, _GATEWAY) and _lacks_a_gateway(part):
            yield Occurrence(_GATEWAY, part, _GATEWAY.path, f"{part.show(_GATEWAY.path)}: {_GATEWAY.what}.")
    around = infrahub.part_of(release)
    if around is None:
        return
    for key in INFRAHUB_KEYS:
        if _is_set(around, key):
            yield Occurrence(key, around, key.path, f"{around.show(key.path)}: {key.what}.")
    for name in ("ports", "type"):
        old, new = ("infrahubServer", name), ("infrahubServer", "service", name)
        if around.is_on(old) and around.owners(old) and around.owners(new):
            text = f"{around.show(new)}: nothing reads it, because the older {around.show(old)} takes precedence."
            yield Occurrence(Key(new, "", "Remove the older key from all layers."), around, new, text)
    names = _host_names(around)
    if names:
        text = f"{around.show(_HOSTS)}: nothing reads the name of an entry ({names}), which used to go into its TLS."
        yield Occurrence(
            Key(_HOSTS, "", "Use hostname, which names the host there and in its rule."), around, _HOSTS, text
        )


def _lacks_a_gateway(part: Part) -> bool:
    """Whether a route is to be created (the chart's default), to a Gateway that is neither created nor named."""
    route, create = ("httproute", "enabled"), _GATEWAY.path
    if not part.owners(create) or part.is_on(create) or (part.owners(route) and not part.is_on(route)):
        return False
    parents = part.get(("httproute", "parentRefs"))
    return not any(as_map(each).get("name") for each in (parents if isinstance(parents, list) else []))


def _host_names(part: Part) -> str:
    """The names of extra hosts that older charts used for TLS, where the host has a different name."""
    listed = part.get(_HOSTS)
    if not part.is_on((*_HOSTS[:-1], "tls")) or part.get((*_HOSTS[:-1], "enabled")) is False:
        return ""
    hosts = [as_map(each) for each in (listed if isinstance(listed, list) else [])]
    return ", ".join(str(each["name"]) for each in hosts if each.get("name") not in (None, "", each.get("hostname")))


def _applies(release: Release, key: Key) -> bool:
    """Whether the prefect-server of the target does not read the key."""
    version = release.after.version
    if release.chart != "prefect-server":
        line = published.line_of(release.chart, version)
        version = Version(line.prefect_server) if line is not None else version
    read_again = bool(key.until) and version >= Version(key.until)
    return not read_again and not (key.since and version < Version(key.since))


def _is_set(part: Part, key: Key) -> bool:
    """Whether the key says something. No template refuses an empty one; the schema refuses its keys, empty or not."""
    if not part.owners(key.path):
        return False
    value = part.get(key.path)
    return tree.exists(part.values, key.path) if key.by_schema else value is False or bool(value)


def intended_level(value: object) -> str:
    """The level meant by a value that the schema refuses; empty if the schema accepts it, or the level is not known."""
    if not isinstance(value, str) or value in _TAKEN:
        return ""
    meant = {"WARN": "WARNING", "FATAL": "CRITICAL"}.get(value.upper(), value.upper())
    return meant if meant in _TAKEN else ""


def refused_levels(release: Release) -> Iterator[Route]:
    """The effective logging levels that the schema refuses, by position."""
    for path in LEVELS:
        if tree.exists(release.prefect, path) and tree.get(release.prefect, path) not in _TAKEN:
            yield path
