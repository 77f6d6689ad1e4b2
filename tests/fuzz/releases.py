"""Random releases as customers have them: a chart, a flavour or none, and layers of values that its old version takes.

They differ in where Redis is configured (env lists, `messaging`, or both), in their lists, passwords, toggles, pin and
docket, and in how the text is written. Their oddities are those of real files.
"""

from __future__ import annotations

import copy
import json
import random
from typing import NamedTuple

from migrator.values import tree
from migrator.values.edits import Route, Value
from migrator.values.merge import as_map
from tests.fuzz.hostile_values import text_of

Part = dict[str, Value]

ROOTS: dict[str, tuple[str, ...]] = {
    "prefect-server": (),
    "infrahub": ("prefect-server",),
    "infrahub-enterprise": ("infrahub", "prefect-server"),
}
FLAVOURS = ("small", "medium", "medium-data", "large", "large-data")
SERVICES = ("EVENT_LOGGER", "EVENT_PERSISTER", "TRIGGERS", "TASK_RUN_RECORDER")
HOSTS = ("redis", "cache-master.prod", "10.0.0.7", "infrahub-cache-master")
BROKER = "prefect_redis.messaging"


class Release(NamedTuple):
    """What a customer runs: the chart, its flavour (empty for none), and the texts of the layers, lowest first."""

    chart: str
    flavour: str
    layers: tuple[bytes, ...]

    @property
    def root(self) -> Route:
        return ROOTS[self.chart]


def draw(rng: random.Random) -> Release:
    """One release."""
    chart = rng.choice(tuple(ROOTS))
    flavour = rng.choice(FLAVOURS) if chart == "infrahub-enterprise" and rng.random() < 0.5 else ""
    part = _prefect(rng, bool(flavour))
    if chart != "infrahub":
        # The real prefect-server accepts separate services with Prefect's own image only with a full version number.
        shared = as_map(as_map(part.setdefault("global", {})).setdefault("prefect", {}))
        shared["image"] = {"prefectTag": "3.6.13"}
    values: Part = part
    for key in reversed(ROOTS[chart]):
        values = {key: values}
    if flavour and rng.random() < 0.5:
        values = {"configPreset": flavour, **values}
    return Release(chart, flavour, tuple(_texts(rng, values, ROOTS[chart])))


def _prefect(rng: random.Random, is_flavoured: bool) -> Part:
    separate = rng.choice((True, True, True, True, False, None))
    wiring = rng.choice(("env", "env", "messaging", "messaging", "both"))
    server: Part = {}
    background: Part = {}
    shared: list[Value] = []
    if separate is not None:
        background["runAsSeparateDeployment"] = separate
    if wiring != "env" or rng.random() < 0.1:
        background["messaging"] = _messaging(rng)
    ours, theirs = _toggles(rng)
    entries = _wiring(rng) if wiring != "messaging" else []
    where = rng.choice(("both", "both", "both", "server", "background", "global"))
    if where == "global":
        shared = entries
    ours = [*(entries if where in ("both", "server") else []), *_server_entries(rng), *ours]
    theirs = [*(copy.deepcopy(entries) if where in ("both", "background") else []), *theirs]
    if where == "both" and entries and rng.random() < 0.15:
        _differ(rng, theirs)
    has_lists = 0.6 if is_flavoured else 0.85
    if rng.random() < has_lists:
        server["env"] = [*ours]
    if rng.random() < has_lists:
        background["env"] = [*theirs]
    if rng.random() < 0.4:
        server["replicaCount"] = rng.choice((1, 2, 4))
    if rng.random() < 0.15:
        server["args"] = ["gunicorn", "infrahub.prefect_server.app:create_infrahub_prefect()"]
    part: Part = {"server": server, "backgroundServices": background}
    if shared or rng.random() < 0.1:
        part = {"global": {"prefect": {"env": shared or [_entry("PREFECT_LOGGING_LEVEL", "INFO")]}}, **part}
    if rng.random() < 0.06:
        rng.choice((server, background))["extraEnvVarsSecret"] = "more-env"
    if rng.random() < 0.12:
        part["redis"] = {"enabled": True}
    return part


def _entry(name: str, value: Value) -> Value:
    return {"name": name, "value": value}


def _secret(name: str, secret: str, key: str) -> Value:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def _messaging(rng: random.Random) -> Part:
    redis: Part = {}
    if rng.random() < 0.9:
        redis["host"] = rng.choice(HOSTS)
    if rng.random() < 0.6:
        redis["db"] = rng.choice((0, 1, 1, 1, "1", 3))
    if rng.random() < 0.3:
        redis["port"] = rng.choice((6379, 6380, "6380"))
    if rng.random() < 0.2:
        redis["ssl"] = rng.choice((True, False))
    if rng.random() < 0.25:
        redis["password"] = rng.choice(("plain", "p@ss/w#rd", "with space"))
    if rng.random() < 0.1:
        redis["username"] = "prefect"
    messaging: Part = {"redis": redis}
    if rng.random() < 0.2:
        messaging = {"broker": BROKER, "cache": BROKER, "redis": redis}
    return messaging


def _wiring(rng: random.Random) -> list[Value]:
    if rng.random() < 0.08:
        url = rng.choice(
            ("redis://redis:6379/1", "rediss://me:p%40ss@redis:6380/1", "redis://redis", "redis://r/1?db=3")
        )
        return [_entry("PREFECT_REDIS_MESSAGING_URL", url), _entry("PREFECT_MESSAGING_BROKER", BROKER)]
    found = [_entry("PREFECT_REDIS_MESSAGING_HOST", rng.choice(HOSTS))]
    if rng.random() < 0.8:
        found.append(_entry("PREFECT_MESSAGING_BROKER", BROKER))
        found.append(_entry("PREFECT_MESSAGING_CACHE", BROKER))
    if rng.random() < 0.6:
        found.append(_entry("PREFECT_SERVER_EVENTS_CAUSAL_ORDERING", "prefect_redis.ordering"))
        found.append(_entry("PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE", "prefect_redis.lease_storage"))
    if rng.random() < 0.7:
        found.append(_entry("PREFECT_REDIS_MESSAGING_DB", rng.choice(("0", "1", "1", "4"))))
    if rng.random() < 0.3:
        found.append(_entry("PREFECT_REDIS_MESSAGING_PORT", rng.choice(("6379", "6380"))))
    if rng.random() < 0.15:
        found.append(_entry("PREFECT_REDIS_MESSAGING_SSL", rng.choice(("true", "True", "false"))))
    if rng.random() < 0.1:
        found.append(_entry("PREFECT_REDIS_MESSAGING_USERNAME", "prefect"))
    password = rng.random()
    if password < 0.15:
        found.append(_entry("PREFECT_REDIS_MESSAGING_PASSWORD", rng.choice(("plain", "p@ss/w#rd"))))
    elif password < 0.35:
        found.append(_secret("PREFECT_REDIS_MESSAGING_PASSWORD", "redis", rng.choice(("redis-password", "password"))))
    if rng.random() < 0.3:
        rng.shuffle(found)
    return found


def _server_entries(rng: random.Random) -> list[Value]:
    found = []
    if rng.random() < 0.6:
        found.append(_entry("PREFECT_UI_SERVE_BASE", "/"))
    if rng.random() < 0.6:
        found.append(_entry("PREFECT__SERVER_WEBSERVER_ONLY", rng.choice(("true", "true", "false", ""))))
    if rng.random() < 0.5:
        found.append(_entry("PREFECT_API_DATABASE_MIGRATE_ON_START", rng.choice(("false", "false", "False", "true"))))
    if rng.random() < 0.6:
        found.append(_entry("PREFECT_API_BLOCKS_REGISTER_ON_START", "false"))
    if rng.random() < 0.3:
        found.append(_entry("WEB_CONCURRENCY", "4"))
    if rng.random() < 0.4:
        found.append(_entry("INFRAHUB_CACHE_ADDRESS", rng.choice(HOSTS)))
    if rng.random() < 0.05:
        found.append(_entry("PREFECT_SERVER_DATABASE_MIGRATE_ON_START", rng.choice(("false", "true"))))
    if rng.random() < 0.08:
        found.append(_entry("PREFECT_SERVER_DOCKET_URL", rng.choice(("redis://redis:6379/5", "memory://"))))
    return found


def _toggles(rng: random.Random) -> tuple[list[Value], list[Value]]:
    """The toggles of both lists: the preset's pairs, some of them, or odd ones."""
    style = rng.choice(("all", "all", "some", "none", "odd"))
    spelling = rng.choice(("PREFECT_SERVER_SERVICES_", "PREFECT_SERVER_SERVICES_", "PREFECT_API_SERVICES_"))
    sides: tuple[list[Value], list[Value]] = ([], [])
    for side, usual in zip(sides, ("false", "true")):
        for service in SERVICES:
            if style == "none" or (style in ("some", "odd") and rng.random() < 0.5):
                continue
            odd = style == "odd" and rng.random() < 0.4
            value = rng.choice(("true", "false", "True", "0", "off")) if odd else usual
            side.append(_entry(f"{spelling}{service}_ENABLED", value))
        if style == "odd" and rng.random() < 0.1:
            side.append(_secret(f"{spelling}TRIGGERS_ENABLED", "toggles", "triggers"))
        if style == "odd" and rng.random() < 0.3:
            side.append(_entry("PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED", rng.choice(("true", "false"))))
    return sides


def _differ(rng: random.Random, entries: list[Value]) -> None:
    """Make the list differ from the other one about the connection, or leave out a part of it."""
    entry = as_map(entries[rng.randrange(min(3, len(entries)))])
    if rng.random() < 0.5:
        entries.remove(entry)
    elif entry.get("name") == "PREFECT_REDIS_MESSAGING_HOST":
        entries[entries.index(entry)] = _entry("PREFECT_REDIS_MESSAGING_HOST", "elsewhere")


def _texts(rng: random.Random, values: Part, root: Route) -> list[bytes]:
    """The values as one text or several layers; sometimes both lists are one, by an alias."""
    how = rng.random()
    if how < 0.1 and (shared := _by_alias(values, root)):
        return [shared]
    if how < 0.65:
        return [text_of(rng, values)]
    # The lower layer has some of the parts, and some that the upper one overrides.
    lower, upper = copy.deepcopy(values), copy.deepcopy(values)
    for number, side in enumerate(("server", "backgroundServices")):
        parts = [as_map(tree.get(each, (*root, side))) for each in (lower, upper)]
        for key in [*parts[0]]:
            dropped = rng.choice((0, 1, 1) if number else (0, 1))
            del parts[dropped][key]
    return [text_of(rng, lower), text_of(rng, upper)]


def _by_alias(values: Part, root: Route) -> bytes:
    """Both lists as one, by an anchor, in flow style; empty unless there are both."""
    sides = [as_map(tree.get(values, (*root, side))) for side in ("server", "backgroundServices")]
    if not all(side.get("env") for side in sides):
        return b""
    entries = sides[1]["env"]
    sides[0]["env"], sides[1]["env"] = "<first>", "<second>"
    text = json.dumps(values, indent=2)
    return text.replace('"<first>"', f"&env {json.dumps(entries)}").replace('"<second>"', "*env").encode()
