"""The messaging Redis connection of each pod, as the charts set it up."""

import re
from typing import NamedTuple

from migrator.prefect import env
from migrator.prefect.names import CACHE_ADDRESS, MESSAGING, REDIS_BLOCK
from migrator.prefect.redis_url import (
    PASSWORD_REFERENCE,
    host_error,
    in_container,
    in_url,
    is_placeholder,
    unseen_source,
)
from migrator.values import tree
from migrator.values.edits import Value
from migrator.values.merge import Map, as_map
from migrator.values.release import Release

BROKER = "prefect_redis.messaging"

UNREADABLE = "{{...}}"
"""Placeholder for a value that a template or a reference will fill in."""


class Password(NamedTuple):
    """Where the messaging password comes from.

    `kind`: "none"; "visible" (`value` holds it); "injected" (the chart injects it from a Secret, so that
    `PASSWORD_REFERENCE` works); "hidden" (it can neither be read nor referred to). `source` names the place, and for a
    hidden one is a clause that says why it is hidden.
    """

    kind: str
    value: str = ""
    source: str = ""


class Address(NamedTuple):
    """The messaging Redis of one pod. `host` is empty where the chart's own Redis would be used."""

    host: str
    port: str
    database: str
    username: str
    password: Password
    tls: bool
    source: str


def redis_values(release: Release) -> Map:
    """What the values say about the messaging Redis."""
    return as_map(tree.get(release.prefect, REDIS_BLOCK))


def has_bundled(release: Release) -> bool:
    """Whether the Redis that prefect-server bundles is enabled."""
    return as_map(release.prefect.get("redis")).get("enabled") is True


def uses_redis(release: Release) -> bool:
    """Whether the broker is Redis; with any other broker the chart sets nothing for Redis."""
    return tree.get(release.prefect, (*MESSAGING, "broker")) == BROKER


def build_url(address: Address, host: str, database: int) -> str:
    """The docket URL for that database of the messaging Redis, including a visible password."""
    from urllib.parse import quote  # on demand: with `ipaddress` behind it, it weighs on every start

    credentials = ""
    password = ""
    if address.password.kind == "visible":
        password = quote(address.password.value, safe="")
    elif address.password.kind == "injected":
        password = PASSWORD_REFERENCE
    if address.username or password:
        credentials = quote(address.username, safe="") + (f":{password}" if password else "") + "@"
    return f"{'rediss' if address.tls else 'redis'}://{credentials}{in_url(host)}:{address.port}/{database}"


def messaging(release: Release, pod: str) -> Address:
    """The messaging Redis as that pod sees it on the target chart.

    On the server pod the chart's injected values win over env entries, on the background pod env entries win; either
    way PREFECT_REDIS_MESSAGING_URL overrides the rest (prefect-redis, RedisMessagingSettings).
    """
    values = redis_values(release)
    url = env.winner(release, pod, "PREFECT_REDIS_MESSAGING_URL")
    if url is not None and url[1].value != "":
        return _from_url(url[1])
    bundled = has_bundled(release)
    host = host_of_messaging(release)

    def pick(name: str, injected: str, always: bool) -> tuple[str, str]:
        own = env.winner(release, pod, f"PREFECT_REDIS_MESSAGING_{name}")
        wins = pod == "background" or not (always or injected)
        if own is None or not wins:
            return injected, "messaging.redis"
        return (text_of(own[1].value) if own[1].is_plain else UNREADABLE), f"env {own[1].name}"

    host, source = pick("HOST", host, True)
    ssl = pick("SSL", "true" if values.get("ssl") is True else "", False)[0]
    return Address(
        host=host,
        port=pick("PORT", text_of(values.get("port", 6379)), True)[0],
        database=pick("DB", text_of(values.get("db", 0)), True)[0],
        username=in_container(pick("USERNAME", text_of(values.get("username")), False)[0]),
        password=_password(release, pod, values, bundled),
        tls=env.as_bool(ssl) is True,
        source=source,
    )


def differences(server: Address, background: Address) -> str:
    """How the pods' connections certainly differ, apart from hosts and databases; empty if they do not."""
    ours = {"port": server.port, "username": server.username, "TLS": server.tls}
    theirs = {"port": background.port, "username": background.username, "TLS": background.tls}
    names = [name for name in ours if ours[name] != theirs[name]]
    passwords = (server.password, background.password)
    if all(each.kind != "hidden" for each in passwords) and len({each[:2] for each in passwords}) > 1:
        names.append("password")
    return ", ".join(names)


def host_of_messaging(release: Release) -> str:
    """The host that the chart injects: the one in the values, else the bundled Redis's; empty while it is unknown."""
    values = redis_values(release)
    host = "" if values.get("host") is None else str(values.get("host"))
    bundled = has_bundled(release)
    return host or (bundled_host(release, release.name, release.namespace) if bundled else "")


def bundled_host(release: Release, name: str, namespace: str) -> str:
    """The service of the Redis that prefect-server itself bundles; empty while release name or namespace are unknown.

    The name is the Bitnami common chart's `common.names.fullname` followed by `-headless`, as built in prefect-server's
    `backgroundServices.envVars`.
    """
    values = as_map(release.prefect.get("redis"))
    short = text_of(values.get("nameOverride")) or "redis"
    full = text_of(values.get("fullnameOverride"))
    if not full and name:
        # A character that a DNS label does not allow, such as a dot, becomes a hyphen.
        label = re.sub(r"(-?[^a-z\d-])+-?", "-", name.lower())
        full = label if short in label else f"{label}-{short}"
    if not full or not namespace:
        return ""
    return f"{full[:63].removesuffix('-')}-headless.{namespace}.svc.cluster.local"


def injects_password(release: Release) -> bool:
    """Whether the chart injects the messaging password, so that `PASSWORD_REFERENCE` has a value."""
    values = redis_values(release)
    return _injected_password(values, has_bundled(release)).kind != "none"


def uses_bundled(release: Release) -> bool:
    """Whether the messaging Redis is the one that prefect-server bundles."""
    values = redis_values(release)
    return has_bundled(release) and not values.get("host")


def host_given_bundled_password(release: Release) -> str:
    """The host of another Redis that gets the bundled one's password; empty if none does.

    While `redis.enabled` is true the chart takes the password from the bundled Redis's Secret, whatever the host is,
    and ignores `existingSecret` (`backgroundServices.envVars` of prefect-server).
    """
    values = redis_values(release)
    host = text_of(values.get("host"))
    is_own = host == bundled_host(release, release.name, release.namespace) or uses_bundled(release)
    return host if has_bundled(release) and not is_own and not values.get("password") else ""


def with_placeholders(release: Release, text: str) -> str:
    """The text with a placeholder for each `{{...}}` that a generator fills in before Helm reads it."""
    return re.sub(r"\{\{[^{}]*\}\}", "${generated}", text) if release.surroundings.is_templated else text


def is_filled_in(release: Release, host: str) -> bool:
    """Whether a generator fills in a host in this text, wherever in the values it is."""
    filled = with_placeholders(release, host)
    return filled != host and not host_error(filled)


def server_args(release: Release) -> str:
    """The server's arguments as one line; empty if the chart's own are used."""
    args = as_map(release.prefect.get("server")).get("args")
    return " ".join(text_of(arg) for arg in args) if isinstance(args, list) else text_of(args)


def sets_cache_address(release: Release) -> bool:
    """Whether the server's arguments overwrite the Infrahub cache's address with messaging's host."""
    return f"{CACHE_ADDRESS}=$PREFECT_REDIS_MESSAGING_HOST" in server_args(release)


def _password(release: Release, pod: str, values: Map, bundled: bool) -> Password:
    own = env.winner(release, pod, "PREFECT_REDIS_MESSAGING_PASSWORD")
    injected = _injected_password(values, bundled)
    username = text_of(values.get("username"))
    user = env.winner(release, pod, "PREFECT_REDIS_MESSAGING_USERNAME")
    if user is not None and not user[1].is_plain and (pod == "background" or not username):
        # A readable password is of no use in a URL if the username cannot be read.
        return Password("hidden", "", f"the username comes from env {user[1].name}, which cannot be read here")
    if own is not None and (pod == "background" or injected.kind == "none"):
        entry = own[1]
        return _password_of(_whole(entry.value) if entry.is_plain else UNREADABLE, f"env {entry.name}")
    if is_placeholder(username):
        return Password("hidden", "", "messaging.redis.username is a placeholder")
    if injected.kind == "none":
        sources = env.extra_sources(release, pod)
        if sources:
            return Password("hidden", "", f"{sources[0]} may have it")
        if username:
            return Password("hidden", "", "only a username is set")
    return injected


def _injected_password(values: Map, bundled: bool) -> Password:
    """What `backgroundServices.envVars` of prefect-server injects, in its order of precedence."""
    password = _whole(values.get("password") or None)  # a template treats false, 0 and {} as empty
    secret = text_of(values.get("existingSecret") or None)
    if bundled and not password:
        return Password("injected", "", "the bundled Redis's Secret")
    if secret:
        return Password("injected", "", f"Secret {secret}")
    if unseen_source(password):
        # The controller hands it to Helm, so the chart injects the password itself.
        return Password("injected", "", unseen_source(password))
    return _password_of(password, "messaging.redis.password")


def _password_of(text: str, source: str) -> Password:
    if not text:
        return Password("none")
    if is_placeholder(text):
        return Password("hidden", "", f"{source} is filled in later")
    return Password("visible", in_container(text), source)


def _from_url(entry: env.Entry) -> Address:
    from urllib.parse import unquote, urlsplit  # on demand, as above

    source = f"env {entry.name}"
    try:
        parts = urlsplit(text_of(entry.value) if entry.is_plain else "")
        port = parts.port or 6379
    except ValueError:  # a broken port or IPv6 address
        parts, port = urlsplit(""), 6379
    if parts.scheme not in ("redis", "rediss") or not parts.hostname or is_placeholder(text_of(entry.value)):
        return Address(
            UNREADABLE, "6379", "", "", Password("hidden", "", f"{source} cannot be read here"), False, source
        )
    query_db = re.search(r"(?:^|&)db=(\d+)", parts.query)
    password = unquote(parts.password or "")
    return Address(
        host=parts.hostname,
        port=str(port),
        database=query_db[1] if query_db else (parts.path.strip("/") or "0"),
        username=unquote(parts.username or ""),
        password=Password("visible", password, source) if password else Password("none"),
        tls=parts.scheme == "rediss",
        source=source,
    )


def _whole(value: Value) -> str:
    """A password as a template prints it, including surrounding whitespace, which is part of it."""
    return value if isinstance(value, str) else text_of(value)


def text_of(value: Value) -> str:
    """A value as a chart's template prints it: YAML reads 06380 as a float, and Go prints that as 6380.

    From 1e21 on Go prints an exponent (package strconv, FormatFloat).
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return "" if value is None else str(value).strip()
