"""Doubts about a valid docket URL: reported when the URL is written, and not by a rule afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.prefect import messaging, redis_url
from migrator.prefect.names import REDIS_BLOCK
from migrator.values import tree
from migrator.values.changes import Notice
from migrator.values.release import Release


def on_another_server(release: Release, url: str) -> Iterator[Notice]:
    """Report a given URL whose server or credentials differ from messaging's: that may be a mistake."""
    filled = messaging.with_placeholders(release, url)
    address = messaging.messaging(release, "background")
    is_known = not redis_url.messaging_host_error(address.host)
    if not messaging.uses_redis(release) or not is_known or redis_url.url_error(filled):
        return
    parts = redis_url.parse_url(filled)
    docket, own = (f"{redis_url.in_url(host)}:{port}" for host, port in (parts[3:5], (address.host, address.port)))
    if str(parts.port) != address.port or not redis_url.same_server(parts.host, address.host):
        yield Notice(
            f"The docket is on the Redis at {docket}, Prefect's messaging on {own}. If you mean it, make sure that "
            f"Prefect's pods can reach it, and that nothing else uses or flushes its database {parts.database}.",
            "warning",
        )
    elif _differs(release, address, parts):
        yield Notice(
            f"The docket URL and messaging.redis have different credentials for the same Redis at {own}. Make sure "
            "that both are right.",
            "warning",
        )


def _differs(release: Release, address: messaging.Address, parts: redis_url.Url) -> bool:
    """Whether user or password certainly differ from messaging's.

    A Redis without a password refuses one: AUTH fails (seen on Redis 7.0.15).
    """
    from urllib.parse import unquote  # on demand: it imports `ipaddress`, which slows every start

    if any(map(redis_url.is_placeholder, (parts.username, parts.password))):
        return False
    if address.password.kind == "none":
        return bool(parts.password) and not release.surroundings.unseen and not _encrypted(release)
    if address.password.kind != "visible":
        return False
    return (unquote(parts.username), unquote(parts.password)) != (address.username, address.password.value)


def _encrypted(release: Release) -> tuple[str, ...]:
    """The encrypted files that set messaging's password."""
    sealed = release.surroundings.sealed
    return () if sealed is None else sealed((*release.root, *REDIS_BLOCK, "password"))


def missing_password(release: Release) -> Iterator[Notice]:
    """Report a URL built from values without a visible password, if there may be one in what cannot be read."""
    around = release.surroundings
    if around.unseen:
        yield Notice(
            f"The docket URL has no password, because no values read here have one. If {', '.join(around.unseen)} "
            "set one, use --docket-secret instead, or put $(PREFECT_REDIS_MESSAGING_PASSWORD) into the URL.",
            "warning",
        )
    path = (*release.root, *REDIS_BLOCK, "password")
    for sealed in _encrypted(release):
        yield Notice(
            f"The docket URL has no password, but {sealed}, which is encrypted, sets {tree.show(path)}. If the release "
            "uses that file, the docket URL needs the password too: use --docket-secret instead.",
            "warning",
        )
