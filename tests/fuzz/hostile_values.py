"""Values that were changed to the wrong type, written as YAML in various styles."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable
from typing import NamedTuple

from migrator.values import tree
from migrator.values.edits import Key, Route, Value

WRONG: tuple[Value, ...] = (
    None, True, False, 0, 1, -1, 1.5, 10**30, "", " ", "x", "null", "true", "false", "True", "on", "0", "2", "{}",
    "[]", [], {}, [None], [[]], [{}], ["x"], [0], {"": None}, {"name": "x"}, {"value": "x"}, {"a": {"b": []}},
    [{"name": None}], [{"value": "x"}], [{"name": "x", "value": None}], [{"name": "x", "value": {"a": 1}}],
    [{"name": ["x"], "value": "x"}], "{{ .Values.x }}", '{{ include "a" . | quote }}', "${VAR}", "<host>",
    "ref+vault://a#b", "ENC[AES256_GCM,data:x,type:str]", "redis://redis:6379/2", "redis://u:p@redis:6379/2",
    "redis://redis", "redis://[::1]:6379/3", "redis://[::1", "redis://h:p/2", "rediss://:a%2Fb@redis:6380/15",
    "REDIS://redis/2", "redis://redis/\u0662", "redis://redis/2?db=3", "redis+sentinel://a/b/2", "memory://",
    "example-infrahub-cache-master", "redis://example-infrahub-cache-master:6379/2", "fd00::1", "a b", "a\nb",
    "\x1b[2J", "\u202e", "\u0662", "\U0001f4a9", "\ufeff", "\x07", "x" * 2000,
    "$(PREFECT_REDIS_MESSAGING_PASSWORD)", "*a", "&a", "!a", "a: b", "a #b", "- a", "medium", "small", "nonsense",
    "4.13.0-medium", "1.2.3-1", "6379", 6379, 65536, "6379.0", "prefect_redis.messaging",
    "prefect.server.utilities.messaging.memory",
)  # fmt: skip
NAMES = (
    "PREFECT__SERVER_WEBSERVER_ONLY", "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED",
    "PREFECT_API_SERVICES_EVENT_LOGGER_ENABLED", "PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED",
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED", "PREFECT_SERVER_DOCKET_URL", "PREFECT_SERVER_DOCKET_NAME",
    "PREFECT_API_DATABASE_MIGRATE_ON_START", "PREFECT_SERVER_DATABASE_MIGRATE_ON_START",
    "PREFECT_API_DATABASE_CONNECTION_URL", "PREFECT_REDIS_MESSAGING_URL", "PREFECT_REDIS_MESSAGING_HOST",
    "PREFECT_REDIS_MESSAGING_DB", "PREFECT_REDIS_MESSAGING_PORT", "PREFECT_REDIS_MESSAGING_PASSWORD",
    "PREFECT_MESSAGING_BROKER", "PREFECT_REDIS_MESSAGING_SSL", "PREFECT_REDIS_MESSAGING_USERNAME",
    "PROMETHEUS_MULTIPROC_DIR", "INFRAHUB_CACHE_DATABASE", "INFRAHUB_CACHE_ADDRESS", "INFRAHUB_CACHE_URL",
    "PREFECT_API_BLOCKS_REGISTER_ON_START", "PREFECT_UI_SERVE_BASE",
)  # fmt: skip
KEYS = (
    "null", "on", "123", "", "a b", "\u00e9", "a.b", "~", "1.5", "\x1b[2J", "- a", "a: b", "env", "messaging",
    "redis", "docket", "prefect-server", "infrahub", "server", "backgroundServices", "global", "prefect", "url",
    "host", "existingSecret", "configPreset", "enabled", "args", "extraEnvVarsSecret", "extraEnvVarsCM", "sops",
)  # fmt: skip
PARTS: tuple[Route, ...] = (
    ("global", "prefect", "env"), ("global", "prefect", "image"), ("server", "args"), ("server", "env"),
    ("server", "replicaCount"), ("server", "extraEnvVarsSecret"), ("backgroundServices", "env"),
    ("backgroundServices", "extraEnvVarsCM"), ("backgroundServices", "runAsSeparateDeployment"),
    ("backgroundServices", "replicaCount"), ("backgroundServices", "messaging"),
    ("backgroundServices", "messaging", "broker"), ("backgroundServices", "messaging", "redis"),
    ("backgroundServices", "messaging", "redis", "host"), ("backgroundServices", "messaging", "redis", "port"),
    ("backgroundServices", "messaging", "redis", "db"), ("backgroundServices", "messaging", "redis", "ssl"),
    ("backgroundServices", "messaging", "redis", "password"),
    ("backgroundServices", "messaging", "redis", "username"),
    ("backgroundServices", "messaging", "redis", "existingSecret"), ("backgroundServices", "messaging", "docket"),
    ("backgroundServices", "messaging", "docket", "url"),
    ("backgroundServices", "messaging", "docket", "existingSecret"), ("redis",), ("redis", "enabled"), ("enabled",),
    ("worker",), ("externalDatabase",),
)  # fmt: skip
"""Where the migrations look, below the Prefect root."""


def slim(rng: random.Random, value: Value) -> Value:
    """Usually only what a migration looks at, with some entries of the env lists, so that a run is shorter."""
    root = _root(value)
    if rng.random() < 0.1 or not isinstance(value, dict):
        return value
    part = tree.get(value, root)
    assert isinstance(part, dict)
    kept: dict[str, Value] = {}
    for key in ("global", "server", "backgroundServices", "redis"):
        found = copy.deepcopy(part.get(key))
        if isinstance(found, dict) and isinstance(entries := found.get("env"), list):
            found["env"] = [entry for entry in entries if rng.random() < 0.6]
        if found is not None:
            kept[key] = found
    made: Value = kept
    for step in reversed(root):
        made = {str(step): made}
    assert isinstance(made, dict)
    return {"configPreset": value["configPreset"], **made} if "configPreset" in value and rng.random() < 0.8 else made


def mutated(rng: random.Random, value: Value) -> Value:
    """A copy of the values with a few changes, most of them in the Prefect part, and sometimes at another root."""
    value = copy.deepcopy(value)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 4))):
        value = rng.choice(CHANGES)(rng, value)
    return _elsewhere(rng, value) if rng.random() < 0.15 else value


def _root(value: Value) -> Route:
    for route in (("infrahub", "prefect-server"), ("prefect-server",)):
        if tree.exists(value, route):
            return route
    return ()


def _routes(value: Value, root: Route) -> list[Route]:
    found: list[Route] = []
    stack = [(root, tree.get(value, root) if tree.exists(value, root) else None)]
    while stack:
        route, here = stack.pop()
        if route:
            found.append(route)
        pairs: list[tuple[Key, Value]] = []
        if isinstance(here, dict):
            pairs = list(here.items())
        elif isinstance(here, list):
            pairs = list(enumerate(here))
        stack += [((*route, key), child) for key, child in pairs]
    return found


def _put(value: Value, route: Route, new: Value) -> Value:
    """The value with `new` at `route`; whatever is in its way becomes a mapping."""
    if not route:
        return new
    key, rest = route[0], route[1:]
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        value[key] = _put(value[key], rest, new)
        return value
    made = value if isinstance(value, dict) else {}
    made[str(key)] = _put(made.get(str(key)), rest, new)
    return made


def _wrong(rng: random.Random) -> Value:
    return copy.deepcopy(rng.choice(WRONG))


def _anywhere(rng: random.Random, value: Value) -> Value:
    """A wrong value in place of an existing one, or the existing one wrapped in a list or mapping."""
    routes = _routes(value, _root(value) if rng.random() < 0.8 else ())
    if not routes:
        return value
    route = rng.choice(routes)
    old = copy.deepcopy(tree.get(value, route))
    return _put(value, route, rng.choice((_wrong(rng), _wrong(rng), _wrong(rng), [old], {"value": old}, str(old))))


def _at_a_part(rng: random.Random, value: Value) -> Value:
    """A wrong value where a migration looks."""
    return _put(value, _root(value) + rng.choice(PARTS), _wrong(rng))


def _key(rng: random.Random, value: Value) -> Value:
    """A key renamed, removed, or put in place of another."""
    routes = [
        route for route in _routes(value, _root(value) if rng.random() < 0.8 else ()) if isinstance(route[-1], str)
    ]
    if not routes:
        return value
    route = rng.choice(routes)
    holder = tree.get(value, route[:-1])
    assert isinstance(holder, dict)
    kept = holder.pop(str(route[-1]))
    if rng.random() < 0.7:
        holder[rng.choice(KEYS)] = kept
    return value


def _entry(rng: random.Random, value: Value) -> Value:
    """An env entry added, duplicated, emptied, templated, or of the wrong type."""
    side = rng.choice(
        (("server",), ("server",), ("backgroundServices",), ("backgroundServices",), ("global", "prefect"))
    )
    route = (*_root(value), *side, "env")
    found = tree.get(value, route) if tree.exists(value, route) else []
    entries = list(found) if isinstance(found, list) else []
    old: Value = rng.choice(entries) if entries else {"name": rng.choice(NAMES), "value": "true"}
    name = old.get("name") if isinstance(old, dict) and rng.random() < 0.5 else rng.choice(NAMES)
    reference: Value = {rng.choice(("secretKeyRef", "configMapKeyRef", "fieldRef", "x")): _wrong(rng)}
    place: dict[str, Value] = {"name": "s", "key": "k"}
    entry: tuple[Value, ...] = (
        {"name": name, "value": _wrong(rng)},
        {"name": name, "value": _wrong(rng)},
        {"name": name, "valueFrom": reference},
        {"name": name, "valueFrom": {"secretKeyRef": place}},
        {"name": name, "value": "true", "valueFrom": reference},
        {"name": name},
        {"name": _wrong(rng), "value": "true"},
        copy.deepcopy(old),
        _wrong(rng),
    )
    new = rng.choice(entry)
    at = rng.randrange(len(entries) + 1)
    entries[at : at + rng.choice((0, 0, 1, len(entries)))] = [new] * rng.choice((1, 1, 2))
    return _put(value, route, copy.deepcopy(entries))


CHANGES: tuple[Callable[[random.Random, Value], Value], ...] = (_anywhere, _at_a_part, _at_a_part, _key, _entry, _entry)


def _elsewhere(rng: random.Random, value: Value) -> Value:
    """The Prefect part at another root, or at several."""
    root = _root(value)
    part = tree.get(value, root) if root else value
    keys = rng.choice(
        (
            (),
            ("prefect-server",),
            ("infrahub", "prefect-server"),
            ("stack", "infrahub", "prefect-server"),
            ("infrahub",),
            ("0",),
        )
    )
    if rng.random() < 0.2:
        return _put(value, keys, copy.deepcopy(part)) if keys else value
    for key in reversed(keys):
        part = {key: part}
    return part


class Style(NamedTuple):
    """How YAML is written: indentation, lists indented or not, quotes, and how often flow style is used."""

    step: int
    lists_in: bool
    quote: str
    flow: float
    comments: float
    newline: str


def text_of(rng: random.Random, value: Value) -> bytes:
    """The value as YAML."""
    style = Style(
        rng.choice((2, 2, 2, 4, 3)),
        rng.random() < 0.5,
        rng.choice(("plain", "plain", '"', "'")),
        rng.choice((0.0, 0.0, 0.1, 0.5)),
        rng.choice((0.0, 0.05)),
        rng.choice(("\n", "\n", "\n", "\r\n")),
    )
    text = _block(rng, style, value, 0).lstrip("\n")
    return text.replace("\n", style.newline).encode("utf-8", "surrogatepass")


def _block(rng: random.Random, style: Style, value: Value, indent: int) -> str:
    """The value after a key's colon or a dash, with the space or line break that it begins with."""
    if not isinstance(value, (dict, list)) or not value or rng.random() < style.flow:
        return " " + _flow(style, value) + "\n"
    pad = " " * indent
    text = "\n"
    pairs = (
        [(f"{_scalar(style, key)}:", child) for key, child in value.items()]
        if isinstance(value, dict)
        else [("-", child) for child in value]
    )
    for head, child in pairs:
        if rng.random() < style.comments:
            text += f"{pad}# about {head.strip(':-')}\n".replace("\r", "")
        deeper = indent + style.step
        if head != "-" and isinstance(child, list) and not style.lists_in:
            deeper = indent
        if head == "-" and isinstance(child, dict):
            deeper = indent + 2
        written = _block(rng, style, child, deeper)
        if head == "-" and written.startswith("\n") and isinstance(child, dict) and "#" not in written:
            written = " " + written[1 + indent + 2 :]
        text += f"{pad}{head}{written}"
    return text


def _flow(style: Style, value: Value) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(style, key)}: {_flow(style, child)}" for key, child in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(style, child) for child in value) + "]"
    return _scalar(style, value)


_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*")
_WORDS = ("true", "false", "null", "on", "off", "yes", "no", "y", "n")


def _scalar(style: Style, value: Value) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    if style.quote == "plain" and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    if style.quote == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=bool(len(value) % 2) and value.isascii())
