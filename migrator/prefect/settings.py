"""How a release's values configure Prefect: each pod's settings as Prefect reads them, and the services it runs.

Two sets of values behave the same if these are the same, however they are written. Templates, references and
`valueFrom` are compared as written.

Sources: prefect/settings of PrefectHQ/prefect (defaults, `validation_alias`), and the templates of prefect-server.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote

from migrator.prefect import deployment, env, redis_url
from migrator.prefect.names import INJECTED_PIN, PIN, REGISTER, WEBSERVER_ONLY
from migrator.prefect.toggles import is_on_by_default, service_of
from migrator.values.edits import Value
from migrator.values.merge import as_map
from migrator.values.release import Release

_DEFAULTS = {
    "PREFECT_REDIS_MESSAGING_HOST": "localhost",
    "PREFECT_REDIS_MESSAGING_PORT": "6379",
    "PREFECT_REDIS_MESSAGING_DB": "0",
    "PREFECT_REDIS_MESSAGING_SSL": "false",
    "PREFECT_SERVER_DOCKET_URL": "memory://",
    INJECTED_PIN: "true",
}
_BOOLEANS = {"PREFECT_REDIS_MESSAGING_SSL", INJECTED_PIN}
_OLD_SPELLINGS = (
    ("PREFECT_API_DATABASE_", "PREFECT_SERVER_DATABASE_"),
    ("PREFECT_API_SERVICES_", "PREFECT_SERVER_SERVICES_"),
)
_REDIS = "PREFECT_REDIS_MESSAGING_"
_PARTS = {"URL", "HOST", "PORT", "DB", "SSL", "USERNAME", "PASSWORD"}


class Behaviour(NamedTuple):
    """What a pod does: its settings by name, and how its services differ from Prefect's defaults.

    `services` is None for a pod that runs none.
    """

    settings: Mapping[str, str]
    services: Mapping[str, str] | None


def behaviour(release: Release) -> dict[str, Behaviour]:
    """What each pod of the release does on the target chart."""
    pods = ["server", "background"] if deployment.is_separate(release) else ["server"]
    return {pod: _of_pod(release, pod) for pod in pods}


def _of_pod(release: Release, pod: str) -> Behaviour:
    raw = _in_container(release, pod)
    read = _as_prefect_reads(raw)
    toggles = {name: value for name, value in read.items() if service_of(name)}
    settings = {name: value for name, value in read.items() if name not in toggles}
    settings |= _bootstrap(release, pod, raw)
    settings.pop(WEBSERVER_ONLY, None)
    runs = pod == "background" or _runs_services(release, raw)
    # An entry that sets the default changes nothing.
    defaults = {name: "true" if is_on_by_default(service_of(name)) else "false" for name in toggles}
    services = {name: value for name, value in toggles.items() if value != defaults[name]}
    return Behaviour(settings, services if runs else None)


def _in_container(release: Release, pod: str) -> dict[str, str]:
    """The env that the container sees: the last entry of a name counts."""
    own = [(entry.name, _as_read(entry)) for _, entry in env.on_pod(release, pod)]
    by_chart: list[tuple[str, Value]] = [
        (name, {"valueFrom": value} if isinstance(value, dict) else value)
        for name, value in deployment.injected(release)
    ]
    entries = [*own, *by_chart] if pod == "server" else [*by_chart, *own]
    return {name: _text(value) for name, value in entries}


def _as_read(entry: env.Entry) -> Value:
    """What an entry sets; a reference to a Secret without the fields that Kubernetes ignores."""
    reference = as_map(entry.value_from)
    if list(reference) != ["secretKeyRef"]:
        return env.raw(entry)
    secret = {key: value for key, value in as_map(reference["secretKeyRef"]).items() if key in ("name", "key")}
    return {"valueFrom": {"secretKeyRef": {**secret, **({"optional": True} if env.is_optional(entry) else {})}}}


def _as_prefect_reads(raw: Mapping[str, str]) -> dict[str, str]:
    """Settings by their current names: of two spellings the newer wins, and what is not set has its default."""
    read = _connected({name: value for name, value in raw.items() if value or not name.startswith(_REDIS)})
    for old, new in _OLD_SPELLINGS:
        for name in [name for name in read if name.startswith(old)]:
            read.setdefault(new + name[len(old) :], read.pop(name))
    for name, value in _DEFAULTS.items():
        read.setdefault(name, value)
    for name, value in read.items():
        if name in _BOOLEANS or service_of(name):
            truth = env.as_bool(value)
            read[name] = value if truth is None else str(truth).lower()
    return read


def _connected(raw: dict[str, str]) -> dict[str, str]:
    """The parts of the connection; a URL overrides them all (prefect-redis, RedisMessagingSettings)."""
    url = raw.get(f"{_REDIS}URL", "")
    if not url:
        return raw
    rest = {name: value for name, value in raw.items() if name.removeprefix(_REDIS) not in _PARTS}
    if redis_url.url_error(url):
        return {**rest, f"{_REDIS}URL": url}
    parts = redis_url.parse_url(url)
    from_url = {
        "HOST": parts.host,
        "PORT": str(parts.port),
        "DB": str(parts.database),
        "SSL": str(parts.scheme == "rediss").lower(),
        "USERNAME": unquote(parts.username),
        "PASSWORD": unquote(parts.password),
    }
    return {**rest, **{_REDIS + key: value for key, value in from_url.items() if value}}


def _bootstrap(release: Release, pod: str, raw: Mapping[str, str]) -> dict[str, str]:
    """Whether Infrahub's entry point sets up Prefect: it compares exactly these strings."""
    if pod != "server" or not deployment.has_infrahub_image(release):
        return {}
    return {"bootstrap": str(raw.get(PIN) == raw.get(REGISTER) == "false")}


def _runs_services(release: Release, raw: Mapping[str, str]) -> bool:
    if not deployment.is_separate(release):
        return not raw.get(WEBSERVER_ONLY) and not deployment.has_no_services_argument(release)
    return deployment.has_custom_args(release) and not raw.get(WEBSERVER_ONLY)


def _text(value: Value) -> str:
    """An env value as the container sees it: empty if the entry has none (EnvVar of Kubernetes, core/v1)."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
