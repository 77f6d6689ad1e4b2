"""How env entries connect a release to Redis: what each pod sees, and what both agree on."""

from typing import NamedTuple

from migrator.prefect import env, names, redis_url
from migrator.prefect.messaging import BROKER
from migrator.prefect.names import MESSAGING
from migrator.values import tree
from migrator.values.edits import Route, Value
from migrator.values.merge import as_map
from migrator.values.release import Release

REDIS = ("host", "port", "db", "ssl", "username")
NAMES, URL, PASSWORD = names.MESSAGING_NAMES, names.MESSAGING_URL, names.MESSAGING_PASSWORD
FIXED = {
    "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
}
"""What the chart injects with fixed values if the broker is Redis."""

ALL_NAMES = (*NAMES.values(), PASSWORD, URL, *FIXED)
PLAIN = {
    "host": "", "port": "6379", "db": "0", "ssl": "false", "username": "", "broker": BROKER,
    "cache": BROKER,
}  # fmt: skip
"""What applies if nothing is set: the defaults of the chart without a flavour."""

_ALWAYS_INJECTED = ("host", "port", "db", "broker", "cache")


class Setting(NamedTuple):
    """One setting as each pod sees it: text, or None if it cannot be read here.

    `existing` is what a layer's `messaging` sets while so far only env entries counted (empty: nothing).
    """

    key: str
    server: str | None
    background: str | None
    existing: str = ""

    @property
    def agreed(self) -> str | None:
        """The value if all agree; None if they differ or it cannot be read."""
        if self.existing and self.existing != self.server:
            return None
        return self.server if self.server == self.background else None


def sets_address(release: Release, pod: str) -> bool:
    """Whether env entries in a named layer set the address of the pod's Redis."""
    found = [env.winner(release, pod, name) for name in (NAMES["host"], URL)]
    return any(each is not None and each[0].layer != env.IN_DEFAULTS for each in found)


def settings(release: Release, *, env_only: bool) -> list[Setting]:
    """Every setting, as each pod sees it.

    With `env_only` nothing is injected yet, so entries count first, then `messaging`; a pod whose entries set no Redis
    address takes what it does not set itself from the other pod. Otherwise the chart's own values win on the server
    pod, the entries on the background pod.
    """
    pods = {pod: _seen(release, pod, env_only) for pod in env.POD_LISTS}
    if env_only:
        for pod, other in (("server", "background"), ("background", "server")):
            if not sets_address(release, pod):
                own = {key for key, name in NAMES.items() if env.winner(release, pod, name) is not None}
                pods[pod] = {key: pods[pod if key in own else other][key] for key in NAMES}
    in_layers = {key: value for key, value in in_values(release).items() if env_only and release.owners(route_of(key))}
    return [Setting(key, pods["server"][key], pods["background"][key], in_layers.get(key, "")) for key in NAMES]


def _seen(release: Release, pod: str, env_only: bool) -> dict[str, str | None]:
    injected = in_values(release)
    seen: dict[str, str | None] = {}
    for key, name in NAMES.items():
        found = env.winner(release, pod, name)
        is_injected = not env_only and (key in _ALWAYS_INJECTED or injected[key] not in ("", "false"))
        if found is None or (pod == "server" and is_injected):
            says_so = not env_only or release.owners(route_of(key))
            seen[key] = injected[key] if says_so else PLAIN[key]
        else:
            seen[key] = _text(key, found[1].value) if _can_move(found[1]) else None
    url = url_of(release, pod)
    if url:
        from_url = _parts(url)
        seen |= from_url if from_url is not None else {}
    return seen


def url_of(release: Release, pod: str) -> str | None:
    """PREFECT_REDIS_MESSAGING_URL on the pod; empty if there is none, None if it cannot be read."""
    found = env.winner(release, pod, URL)
    if found is None or found[1].value == "":
        return ""
    return str(found[1].value) if _can_move(found[1]) else None


def movable_url(release: Release, *, env_only: bool) -> str:
    """The URL that both pods have, if `messaging.redis` can express all of it; else empty.

    With `env_only` a pod whose entries set no Redis address takes the other's, as in `settings`.
    """
    urls = {pod: url_of(release, pod) for pod in env.POD_LISTS}
    if env_only:
        for pod, other in (("server", "background"), ("background", "server")):
            if not sets_address(release, pod):
                urls[pod] = urls[other]
    url = urls["server"]
    return url if url and url == urls["background"] and _parts(url) is not None else ""


def password_in(url: str) -> str:
    """The password in a movable URL."""
    from urllib.parse import unquote

    return unquote(redis_url.parse_url(url).password)


def in_values(release: Release) -> dict[str, str]:
    """What the effective `messaging` sets, by key."""
    messaging = as_map(tree.get(release.prefect, MESSAGING))
    values = {**as_map(messaging.get("redis")), **{key: messaging.get(key) for key in ("broker", "cache")}}
    return {key: _text(key, values.get(key)) for key in NAMES}


def route_of(key: str) -> Route:
    """Where a setting is below the Prefect root."""
    return (*MESSAGING, "redis", key) if key in REDIS else (*MESSAGING, key)


def _parts(url: str) -> dict[str, str | None] | None:
    """The settings in a URL; None if `messaging.redis` cannot express them."""
    from urllib.parse import unquote

    if redis_url.url_error(url):
        return None
    parts = redis_url.parse_url(url)
    if redis_url.messaging_host_error(parts.host):
        return None
    return {
        "host": parts.host,
        "port": str(parts.port),
        "db": str(parts.database),
        "ssl": "true" if parts.scheme == "rediss" else "false",
        "username": unquote(parts.username),
    }


def _can_move(entry: env.Entry) -> bool:
    """Whether the value means the same in `messaging`, where templates and references are not expanded."""
    is_text = not isinstance(entry.value, (dict, list))  # a container cannot get a mapping or a list
    return is_text and entry.is_plain and "$(" not in str(entry.value)


def stops_prefect(entry: env.Entry) -> bool:
    """Whether Prefect fails to start with this entry: it imports broker and cache by name, and parses a boolean.

    Sources: prefect/server/utilities/messaging/__init__.py (create_publisher, create_cache), and RedisMessagingSettings
    of prefect-redis, where an empty string means the default.
    """
    text = "" if entry.value is None else str(entry.value)
    if text.isspace():
        return True  # not a valid name, number or user
    if entry.name in (NAMES["broker"], NAMES["cache"]):
        return entry.value_from is None and not text.strip()
    return entry.name == NAMES["ssl"] and entry.is_plain and bool(text) and env.as_bool(text) is None


def _text(key: str, value: Value) -> str:
    if key == "ssl":
        return "true" if env.as_bool(value) is True else "false"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return PLAIN[key] if value is None or text.strip() == "" else text.strip()
