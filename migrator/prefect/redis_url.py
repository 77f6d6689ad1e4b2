"""What a docket URL must be, and what a Redis host can be: text checks that need no release.

What redis-py does with a URL that is not quite right is in its `parse_url` (redis/connection.py): `/abc` and a missing
path mean database 0, `?db=` beats the path, credentials are percent-decoded. Such URLs connect, to the wrong place.
"""

import re
from typing import NamedTuple

from migrator.charts.presets import EXAMPLE_HOST

PASSWORD_REFERENCE = "$(PREFECT_REDIS_MESSAGING_PASSWORD)"
"""Kubernetes expands this in the docket URL, since the chart injects the password right before it."""

_URL = (
    r"(?P<scheme>rediss?)://"
    r"(?:(?P<username>[^:@/?#\s\[\]]*)(?::(?P<password>[^:@/?#\s\[\]]*))?@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:@/?#\s\[\]<>{}]+|[^:@/?#\s\[\]<>]*\$\{\w+\}[^:@/?#\s\[\]<>]*)"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"/(?P<database>[0-9]{1,18})"
)
_HOST = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?|[\w.-]*\$\{\w+\}[\w.-]*"
_PLACEHOLDER_MARKS = ("${", "$(", "<", ">", "{{")
_FILLED_IN_LATER = r"\$\{.+\}|\$\(.+\)|^<.*>$|\{\{.*\}\}|^ref\+|^ENC\["

_OWN_POD = (
    r"(?:ip6-)?localhost6?(?:\.localdomain6?)?\.?|127(?:\.\d{1,3}){1,3}|0(?:\.0){0,3}|[0:]*::?0*1?|"
    r"::ffff:127(?:\.\d{1,3}){3}"
)
"""What a pod calls itself: the names of /etc/hosts, and the loopback and wildcard addresses, short forms included."""
_TO_BE_FILLED_IN = (
    r"(?:change|replace|fill|edit)[-_.]?(?:me|it|this|in)(?:[-_.]?(?:in|please))?|todo|tbd|fixme|x{3,}|"
    r"your[-_.]?(?:own[-_.]?)?(?:redis|valkey|cache)?(?:[-_.]?host(?:name)?)?"
)

_UNSEEN = "<value of "


class Url(NamedTuple):
    """The parts of a valid docket URL; credentials stay percent-encoded."""

    scheme: str
    username: str
    password: str
    host: str
    port: int
    database: int


def is_number(text: str) -> bool:
    """Whether a text is a whole number as Redis and Kubernetes read it: digits 0 to 9, within 64 bits."""
    return text.isascii() and text.isdecimal() and len(text) <= 18


def url_error(url: str) -> str:
    """Why a docket URL is not valid; empty if it is."""
    match = re.fullmatch(_URL, url)
    if match is not None:
        if match["port"] and not 0 < int(match["port"]) < 65536:
            return f"port {match['port']} is not between 1 and 65535"
        for part in ("username", "password"):
            if re.search(r"%(?![0-9A-Fa-f]{2})", match[part] or ""):
                return f"its {part} has a % that starts no percent-encoded character (write % as %25)"
        problem = _shared_host_error(match["host"].strip("[]"))
        return f"its host {problem}" if problem else _reference_error(url)
    split = url.partition("://")
    if "{{" in url:
        return "it contains a template expression, which the chart does not render there"
    if not split[1] or split[0] not in ("redis", "rediss"):
        scheme = split[0] if split[1] else ""
        return (
            f"its scheme is {scheme!r}, and only redis:// and rediss:// (lowercase; rediss for TLS) are supported"
            if scheme
            else "it does not begin with redis:// or rediss://"
        )
    rest = split[2]
    if "?" in rest:
        return "it has a query, and `?db=` overrides the database in the path"
    authority, slash, path = rest.rpartition("/")
    if not slash:
        return "it names no database (…/N), which silently means database 0"
    if not authority or authority.endswith("@"):
        return "it names no host, which silently means localhost"
    if "/" in authority or "#" in rest or authority.count("@") > 1:
        return "it has an unencoded @, / or #: percent-encode the password (%40, %2F, %23), or give exactly one /N"
    if not is_number(path):
        return f"its database {path!r} is not a number, which silently means database 0"
    return "its host or port cannot be read"


def _reference_error(url: str) -> str:
    reference = re.search(r"\$\(.*?\)", url.replace(PASSWORD_REFERENCE, ""))
    if reference is None:
        return ""
    return f"Kubernetes cannot fill in {reference[0]} on the background pod, where no entry of yours comes before it"


def parse_url(url: str) -> Url:
    """The parts of a valid docket URL."""
    match = re.fullmatch(_URL, url)
    if match is None:
        raise ValueError(url_error(url))
    return Url(
        match["scheme"],
        match["username"] or "",
        match["password"] or "",
        match["host"].strip("[]"),
        int(match["port"] or 6379),
        int(match["database"]),
    )


def host_error(host: str) -> str:
    """Why an answer is not a valid host; empty if it is."""
    if EXAMPLE_HOST in host:
        return f"{EXAMPLE_HOST} is the presets' example, which the chart refuses (alone or inside a longer name)"
    if _shared_host_error(host):
        return f"{host} {_shared_host_error(host)}"
    if not _is_host(host):
        return "that is not a host name: give only the name or address, without scheme, port or database"
    return ""


def messaging_host_error(host: str) -> str:
    """Why the messaging host in the values cannot be used as it is; empty if it can."""
    if not host.strip():
        return "is empty"
    if host != host.strip():
        return "has spaces around it"
    if EXAMPLE_HOST in host:
        return "is the presets' example host"
    if "{{" in host:
        return "is a template expression, which the chart does not render there"
    if any(mark in host for mark in _PLACEHOLDER_MARKS) or host.startswith(("ref+", "ENC[")):
        return "is a placeholder"
    if not _is_host(host):
        return "is not a host name"
    return _shared_host_error(host)


def is_never_shared(host: str) -> bool:
    """Whether a host is well-formed but certainly not a Redis that all pods share."""
    return bool(_shared_host_error(host))


def _shared_host_error(host: str) -> str:
    """Why a well-formed host cannot be a shared server, as a clause; empty if it may be one."""
    if re.fullmatch(_OWN_POD, host, re.IGNORECASE):
        return "is each pod itself, and all pods must use the same server"
    if re.fullmatch(_TO_BE_FILLED_IN, host, re.IGNORECASE):
        return "is a reminder to fill in a host"
    return ""


def in_url(host: str) -> str:
    """A host as written in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def is_placeholder(credential: str) -> bool:
    """Whether the user or password is filled in later, by a person or Kubernetes."""
    return re.search(_FILLED_IN_LATER, credential, re.DOTALL) is not None


def unseen_placeholder(what: str) -> str:
    """The placeholder for a value that is inside something that cannot be read here."""
    return f"{_UNSEEN}{what}>"


def unseen_source(value: str) -> str:
    """What holds the value behind such a placeholder; empty for any other value."""
    return value[len(_UNSEEN) : -1] if value.startswith(_UNSEEN) else ""


def in_container(text: str) -> str:
    """An env value as the container sees it: Kubernetes turns $$ into $; a URL avoids that with %24."""
    return text.replace("$$", "$")


def _is_host(text: str) -> bool:
    if ":" not in text:
        return re.fullmatch(_HOST, text, re.ASCII) is not None and ".." not in text
    import ipaddress

    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return "%" not in text  # an IPv6 zone is local to one pod


def same_server(one: str, other: str) -> bool:
    """Whether two names are certainly one server: equal, or one is the other without its domain."""
    first, second = (name.lower().rstrip(".") for name in (one, other))
    return first == second or first.startswith(second + ".") or second.startswith(first + ".")


def in_namespace(host: str, namespace: str) -> str:
    """The host with its namespace if it is a bare service name, which is a different server in each namespace."""
    is_bare = host and not any(character in host for character in ".:")
    return f"{host}.{namespace}" if is_bare and namespace else host


def is_bundled_cache(host: str) -> bool:
    """Whether the host has the name of the Infrahub chart's own cache (its Redis has `nameOverride: cache`)."""
    label = host.partition(".")[0]
    return label.endswith(("-cache-master", "-cache-headless")) or label in ("cache-master", "cache-headless")
