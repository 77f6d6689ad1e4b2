"""Who uses which database of a Redis: this release by its own values, and the other releases of the run."""

from __future__ import annotations

from collections.abc import Collection

from migrator.prefect import env
from migrator.prefect.messaging import messaging, server_args, text_of
from migrator.prefect.redis_url import (
    complaint_about,
    in_namespace,
    is_bundled_cache,
    is_number,
    parse_url,
    same_server,
)
from migrator.values.context import Use
from migrator.values.merge import as_map
from migrator.values.release import Release

DATABASES = 16
"""How many databases a Redis server has unless its configuration says otherwise (redis.conf, `databases`)."""


_INFRAHUB = (("infrahubServer", "the Infrahub cache"), ("infrahubTaskWorker", "the task workers' cache"))


def uses(release: Release) -> list[Use]:
    """The databases known to be in use: messaging's on each pod, and the Infrahub cache's."""
    return release.once("redis_use", "uses", lambda: _uses(release))


def _uses(release: Release) -> list[Use]:
    found = []
    for pod in ("server", "background"):
        address = messaging(release, pod)
        if address.host and is_number(address.database):
            found.append(Use(address.host, address.port, int(address.database), "Prefect's messaging"))
    found += _cache_of_infrahub(release)
    found += _cache_of_prefect(release)
    return list(dict.fromkeys(found))


def unknown_databases(release: Release) -> list[tuple[str, str]]:
    """Who uses a database whose number is filled in later, and the placeholder that stands for it."""
    found = [("Prefect's messaging", messaging(release, pod).database) for pod in ("server", "background")]
    for part, who in _INFRAHUB:
        values = as_map(as_map(as_map(release.infrahub.get(part)).get(part)).get("env"))
        found.append((who, text_of(values.get("INFRAHUB_CACHE_DATABASE"))))
    for pod in ("server", "background"):
        entry = env.winner(release, pod, "INFRAHUB_CACHE_DATABASE")
        if entry is not None:
            shown = text_of(entry[1].value) if entry[1].value_from is None else "set by valueFrom"
            found.append(("the Infrahub cache", shown))
    return [each for each in dict.fromkeys(found) if each[1] and not is_number(each[1])]


def taken_by(release: Release, host: str, port: str, database: int, aliases: Collection[str] = ()) -> str:
    """Who uses that database by the release's own values; empty: nobody that is known.

    The server may go by `aliases`, too.
    """
    who = [
        use.who
        for use in uses(release)
        if use.database == database
        and use.port == str(port)
        and any(_is_host_of(use, name) for name in (host, *aliases))
    ]
    return " and ".join(dict.fromkeys(who))


def taken_elsewhere(release: Release, hosts: Collection[str], port: str, database: int) -> str:
    """Which other releases of the run use that database on the server that goes by `hosts`; empty: none."""
    names = [in_namespace(host, release.namespace) for host in hosts]
    who = [
        use.who
        for use in release.surroundings.others
        if use.database == database and use.port == str(port) and any(same_server(use.host, name) for name in names)
    ]
    return " and ".join(dict.fromkeys(who))


def _is_host_of(use: Use, host: str) -> bool:
    return same_server(use.host, host) if use.host else is_bundled_cache(host)


def _cache_of_infrahub(release: Release) -> list[Use]:
    found = []
    for part, who in _INFRAHUB:
        values = as_map(as_map(as_map(release.infrahub.get(part)).get(part)).get("env"))
        url = text_of(values.get("INFRAHUB_CACHE_URL"))
        if url:
            found += _use_of_url(url, who)
            continue
        address = text_of(values.get("INFRAHUB_CACHE_ADDRESS"))
        own = as_map(release.infrahub.get("redis")).get("enabled") is True
        database = text_of(values.get("INFRAHUB_CACHE_DATABASE")) or "0"
        port = text_of(values.get("INFRAHUB_CACHE_PORT")) or "6379"
        if values and (address or own) and is_number(database):
            found.append(Use(address, port, int(database), who))
    return found


def _cache_of_prefect(release: Release) -> list[Use]:
    """The cache that the Infrahub code in the Prefect pods locks with; the enterprise entry point sets its address."""
    found = []
    for pod in ("server", "background"):
        url = env.winner(release, pod, "INFRAHUB_CACHE_URL")
        if url is not None and url[1].is_plain:
            found += _use_of_url(text_of(url[1].value), "the Infrahub cache")
            continue
        entry = env.winner(release, pod, "INFRAHUB_CACHE_ADDRESS")
        address = text_of(entry[1].value) if entry is not None and entry[1].is_plain else ""
        if pod == "server" and "INFRAHUB_CACHE_ADDRESS=$PREFECT_REDIS_MESSAGING_HOST" in server_args(release):
            address = messaging(release, pod).host
        set_to = env.winner(release, pod, "INFRAHUB_CACHE_DATABASE")
        database = text_of(set_to[1].value) if set_to is not None else "0"
        set_port = env.winner(release, pod, "INFRAHUB_CACHE_PORT")
        port = text_of(set_port[1].value) if set_port is not None else "6379"
        if address and is_number(database):
            found.append(Use(address, port, int(database), "the Infrahub cache"))
    return found


def _use_of_url(url: str, who: str) -> list[Use]:
    if complaint_about(url):
        return []
    parts = parse_url(url)
    return [Use(parts.host, str(parts.port), parts.database, who)]


def why_not(release: Release, hosts: Collection[str], port: str, database: int) -> str:
    """Why the docket cannot live in that database of the server that goes by `hosts`; empty where it can."""
    seen = release.surroundings.seen
    lack = seen.lack(database) if seen is not None else ""
    if seen is not None and lack:
        return f"there is no database {database} in the Redis at {seen.where}: {lack}"
    who = _users(release, hosts, port, database)
    return f"database {database} there is used by {who} already" if who else ""


def _users(release: Release, hosts: Collection[str], port: str, database: int) -> str:
    own = taken_by(release, "", port, database, hosts)
    return " and ".join(filter(None, (own, taken_elsewhere(release, hosts, port, database))))
