"""Who uses which Redis database: this release, by its own values, and the other releases of the run."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from migrator.prefect import env
from migrator.prefect.messaging import messaging, sets_cache_address, text_of
from migrator.prefect.names import CACHE_ADDRESS, CACHE_URL
from migrator.prefect.redis_url import (
    in_namespace,
    is_bundled_cache,
    is_number,
    is_placeholder,
    messaging_host_error,
    parse_url,
    same_server,
    url_error,
)
from migrator.values.context import Use
from migrator.values.merge import as_map
from migrator.values.release import Release

DATABASES = 16
"""How many databases a Redis server has by default (redis.conf, `databases`)."""


_MOST_NAMED = 3
"""How many users of one database messages name."""


class _Claim(NamedTuple):
    """A database in use, as the values give it; `is_own` marks the Infrahub chart's own cache."""

    host: str
    port: str
    database: str
    who: str
    is_own: bool = False


class Database(NamedTuple):
    """A database that a docket could use: who is known to use it, why it cannot (empty: it can), and its keys.

    `keys` is None where nobody looked. `summary` sums it all up as text.
    """

    number: int
    who: str
    error: str
    keys: int | None
    summary: str


IN_ONE_NAMESPACE = "if both are in one namespace: --answers FILE accepts a namespace for each release"
"""Until both namespaces are known, a bare name is taken for one server."""

_INFRAHUB = (("infrahubServer", "the Infrahub cache"), ("infrahubTaskWorker", "the task workers' cache"))


def uses(release: Release) -> list[Use]:
    """The databases known to be in use: messaging's on each pod, and the Infrahub cache's."""
    return release.once("redis_use", "uses", lambda: _uses(release))


def _uses(release: Release) -> list[Use]:
    found = [
        Use(each.host, each.port, int(each.database), each.who)
        for each in _claims(release)
        if is_number(each.database) and (each.host or each.is_own)
    ]
    return list(dict.fromkeys(found))


def _claims(release: Release) -> Iterator[_Claim]:
    """All that the values say about databases, including placeholders and missing hosts."""
    for pod in ("server", "background"):
        address = messaging(release, pod)
        yield _Claim(address.host, address.port, address.database, "Prefect's messaging")
    yield from _cache_of_infrahub(release)
    yield from _cache_of_prefect(release)


def unknown_databases(release: Release, host: str, port: str) -> list[tuple[str, str]]:
    """Who uses a database whose number is filled in later, and the placeholder for it.

    Those certainly not on the server at `host` and `port` are left out.
    """
    found = [
        (each.who, each.database)
        for each in _claims(release)
        if each.database and not is_number(each.database) and _may_be_at(each, host, port)
    ]
    return list(dict.fromkeys(found))


def _may_be_at(claim: _Claim, host: str, port: str) -> bool:
    if not claim.host or messaging_host_error(claim.host):
        return True
    return same_server(claim.host, host) and (claim.port == port or not is_number(claim.port))


def own_users(release: Release, host: str, port: str, database: int, aliases: Collection[str] = ()) -> str:
    """Who uses that database according to the release's own values; empty if nobody is known to.

    `aliases` are other names of the server.
    """
    who = [
        use.who
        for use in uses(release)
        if use.database == database
        and use.port == str(port)
        and any(_is_host_of(use, name) for name in (host, *aliases))
    ]
    return " and ".join(dict.fromkeys(who))


def users_elsewhere(release: Release, hosts: Collection[str], port: str, database: int) -> str:
    """Which other releases of the run use that database on the server with these names; empty if none."""
    if release.surroundings.others is None:
        return ""
    names = [in_namespace(host, release.namespace) for host in hosts]
    who = list(dict.fromkeys(use.who for use in release.surroundings.others.uses_of(names, str(port), database)))
    if len(who) > _MOST_NAMED:
        return f"{', '.join(who[:_MOST_NAMED])} and others"
    return " and ".join(who)


def may_be_another_server(release: Release, hosts: Collection[str], port: str, database: int) -> bool:
    """Whether only other releases use that database, possibly on a server of the same name in another namespace."""
    others = release.surroundings.others
    if others is None or own_users(release, "", port, database, hosts):
        return False
    bare = [in_namespace(host, release.namespace) for host in hosts if in_namespace(host, "any") != host]
    return any(not (release.namespace and use.host not in hosts) for use in others.uses_of(bare, str(port), database))


def _is_host_of(use: Use, host: str) -> bool:
    return same_server(use.host, host) if use.host else is_bundled_cache(host)


def _cache_of_infrahub(release: Release) -> Iterator[_Claim]:
    for part, who in _INFRAHUB:
        values = as_map(as_map(as_map(release.infrahub.get(part)).get(part)).get("env"))
        url = text_of(values.get(CACHE_URL))
        if url:
            yield from _claim_of_url(url, who)
        elif values:
            address = text_of(values.get(CACHE_ADDRESS))
            own = as_map(release.infrahub.get("redis")).get("enabled") is True
            database = text_of(values.get("INFRAHUB_CACHE_DATABASE")) or "0"
            port = text_of(values.get("INFRAHUB_CACHE_PORT")) or "6379"
            yield _Claim(address, port, database, who, own)


def _cache_of_prefect(release: Release) -> Iterator[_Claim]:
    """The cache that the Infrahub code in the Prefect pods locks with; the enterprise entry point sets its address."""
    for pod in ("server", "background"):
        url = env.winner(release, pod, CACHE_URL)
        if url is not None and url[1].is_plain:
            yield from _claim_of_url(text_of(url[1].value), "the Infrahub cache")
            continue
        address = _plain(release, pod, CACHE_ADDRESS, "")
        if pod == "server" and sets_cache_address(release):
            address = messaging(release, pod).host
        database = _plain(release, pod, "INFRAHUB_CACHE_DATABASE", "0")
        port = _plain(release, pod, "INFRAHUB_CACHE_PORT", "6379")
        yield _Claim(address, port, database, "the Infrahub cache")


def _plain(release: Release, pod: str, name: str, default: str) -> str:
    found = env.winner(release, pod, name)
    if found is None:
        return default
    if found[1].value_from is not None:
        return "" if name == CACHE_ADDRESS else "set by valueFrom"
    return text_of(found[1].value)


def _claim_of_url(url: str, who: str) -> Iterator[_Claim]:
    """What a cache's URL takes; its database may be a placeholder. Nothing if the URL cannot be read otherwise."""
    server, _, database = url.rpartition("/")
    if not is_number(database) and not is_placeholder(database):
        return
    if not url_error(f"{server}/0"):
        parts = parse_url(f"{server}/0")
        yield _Claim(parts.host, str(parts.port), database, who)
    elif is_placeholder(database):
        yield _Claim("", "", "filled in later", who)  # the part before it may hold a password


def database_error(release: Release, hosts: Collection[str], port: str, database: int) -> str:
    """Why the docket cannot use that database of the server with these names; empty if it can."""
    who = users(release, hosts, port, database)
    return _problem(release, database, who, bool(who) and may_be_another_server(release, hosts, port, database))


def _problem(release: Release, database: int, who: str, may_be_another: bool) -> str:
    seen = release.surroundings.redis_state
    if seen is not None and (lack := seen.missing_reason(database)):
        return f"the Redis at {seen.where} has no database {database}: {lack}"
    if not who:
        return ""
    hint = f" ({IN_ONE_NAMESPACE})" if may_be_another else ""
    return f"database {database} there is already used by {who}{hint}"


def users(release: Release, hosts: Collection[str], port: str, database: int) -> str:
    """Who uses that database of the server with these names, in this release or another; empty if none is known."""
    own = own_users(release, "", port, database, hosts)
    return " and ".join(filter(None, (own, users_elsewhere(release, hosts, port, database))))


def survey(release: Release, hosts: Collection[str], port: str) -> list[Database]:
    """The databases that the server with these names has by default, and what is known about each."""
    seen = release.surroundings.redis_state
    found = []
    for number in range(DATABASES):
        who = users(release, hosts, port, number)
        may_be_another = may_be_another_server(release, hosts, port, number)
        part = "if in one namespace" if may_be_another else ""
        words = (f"used by {who}" if who else "no known user", part, seen.contents(number) if seen else "")
        problem = _problem(release, number, who, may_be_another)
        keys = seen.keys.get(number) if seen else None
        found.append(Database(number, f"{who} {part}".strip(), problem, keys, ", ".join(filter(None, words))))
    return found


def suggest(databases: Collection[Database]) -> int:
    """The number to suggest: a free and empty database, preferably 2, and 0 only if there is no other."""
    free = [each for each in databases if not each.error]
    best = sorted(free, key=lambda each: (each.number == 0, bool(each.keys), each.number != 2, each.number))
    return best[0].number if best else 2
