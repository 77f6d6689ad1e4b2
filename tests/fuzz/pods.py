"""What Prefect's pods do, read from rendered manifests: settings as Prefect reads them, and the services that run.

It is independent of `migrator.prefect.settings`, so that an error in one is noticed by the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from migrator.charts.archive import Manifest
from migrator.values import tree
from migrator.values.edits import Value
from migrator.values.merge import as_map

DEFAULTS = {
    "PREFECT_REDIS_MESSAGING_HOST": "localhost",
    "PREFECT_REDIS_MESSAGING_PORT": "6379",
    "PREFECT_REDIS_MESSAGING_DB": "0",
    "PREFECT_REDIS_MESSAGING_SSL": "false",
    "PREFECT_SERVER_DOCKET_URL": "memory://",
    "PREFECT_SERVER_DATABASE_MIGRATE_ON_START": "true",
    "PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED": "false",
}
REDIS = "PREFECT_REDIS_MESSAGING_"
BOOLEANS = ("_SSL", "_MIGRATE_ON_START", "_ENABLED")
TRUTHS = {"1": "true", "on": "true", "yes": "true", "t": "true", "y": "true", "true": "true"} | {
    "0": "false", "off": "false", "no": "false", "f": "false", "n": "false", "false": "false"
}  # fmt: skip
WITHOUT_REDIS = "prefect.server.utilities.messaging.memory"


class Pod(NamedTuple):
    """A deployment's settings by their current names, and the toggles of its services; None if it runs none."""

    settings: Mapping[str, str]
    services: Mapping[str, str] | None


def pods(manifests: Sequence[Manifest]) -> dict[str, Pod]:
    """Prefect's deployments by the name of their container."""
    found = {}
    for manifest in manifests:
        containers = tree.get(manifest, ("spec", "template", "spec", "containers"))
        if manifest["kind"] != "Deployment" or not isinstance(containers, list):
            continue
        container = as_map(containers[0])
        if "prefect" in str(container["name"]):
            found[str(container["name"])] = _pod(container)
    return found


class Difference(NamedTuple):
    """What differs of a pod: a setting, a toggle (by its name), or the pod itself ("separate")."""

    pod: str
    about: str
    before: str | None
    after: str | None

    @property
    def mentions(self) -> tuple[str, ...]:
        """The texts of which a report must have one to mention the difference."""
        if self.about == "PREFECT_SERVER_DOCKET_URL":
            return ("docket",)
        if self.about == "PREFECT_SERVER_DATABASE_MIGRATE_ON_START":
            return ("MIGRATE_ON_START", "separate-services")
        if self.about.startswith(REDIS):
            key = self.about.removeprefix(REDIS).lower()
            return (self.about, f"messaging.redis.{key}", f"messaging-redis.{key}", f"redis-{key}")
        if self.about == "WEBSERVER_ONLY":
            return (self.about, "separate-services")
        return (self.about.rpartition("SERVICES_")[2],)


def differences(before: Mapping[str, Pod], after: Mapping[str, Pod]) -> Iterator[Difference]:
    """What differs between two renderings; for a pod that is added or removed only that."""
    for pod in dict.fromkeys([*before, *after]):
        if pod not in before or pod not in after:
            yield Difference(pod, "separate", str(pod in before), str(pod in after))
            continue
        old, new = before[pod], after[pod]
        for key in sorted({*old.settings, *new.settings}):
            if (was := old.settings.get(key)) != (became := new.settings.get(key)):
                yield Difference(pod, key, was, became)
        if old.services is None or new.services is None:
            if old.services != new.services:
                yield Difference(pod, "WEBSERVER_ONLY", str(old.services), str(new.services))
            continue
        for key in sorted({*old.services, *new.services}):
            was, became = (each.get(key, DEFAULTS.get(key, "true")) for each in (old.services, new.services))
            if was != became:
                yield Difference(pod, key, was, became)


def _pod(container: Mapping[str, Value]) -> Pod:
    entries = container.get("env")
    raw = {}
    for entry in entries if isinstance(entries, list) else []:
        item = as_map(entry)
        source = item.get("valueFrom")
        raw[str(item["name"])] = json.dumps(source, sort_keys=True) if source else str(item.get("value") or "")
    args = json.dumps(container.get("args"))
    runs = "background" in str(container["name"]) or not (
        raw.get("PREFECT__SERVER_WEBSERVER_ONLY") or "--no-services" in args
    )
    read = dict(DEFAULTS)
    # Of two spellings the newer one wins, so it is read last.
    for name in sorted(raw, key=lambda name: name.startswith("PREFECT_SERVER_")):
        value = raw[name]
        today = name.replace("PREFECT_API_DATABASE_", "PREFECT_SERVER_DATABASE_")
        today = today.replace("PREFECT_API_SERVICES_", "PREFECT_SERVER_SERVICES_")
        if value or not name.startswith("PREFECT_REDIS_"):
            read[today] = TRUTHS.get(value.lower(), value) if today.endswith(BOOLEANS) else value
    read.pop("PREFECT__SERVER_WEBSERVER_ONLY", None)
    if read.get("PREFECT_MESSAGING_BROKER", WITHOUT_REDIS) == WITHOUT_REDIS:
        # Without that broker nothing reads the connection.
        read = {name: value for name, value in read.items() if not name.startswith(REDIS)}
    services = {name: value for name, value in read.items() if _is_toggle(name)}
    return Pod({name: value for name, value in read.items() if name not in services}, services if runs else None)


def _is_toggle(name: str) -> bool:
    return name.startswith("PREFECT_SERVER_SERVICES_") and name.endswith("_ENABLED") and "STREAM_OUT" not in name
