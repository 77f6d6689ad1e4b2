"""What may be wrong with a docket URL that is sound: it is told while the URL is written, and by no rule afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.prefect import messaging, redis_url
from migrator.prefect.names import REDIS_BLOCK
from migrator.values import tree
from migrator.values.changes import Notice
from migrator.values.release import Release


def on_another_server(release: Release, url: str) -> Iterator[Notice]:
    """A URL that somebody gave: another server than messaging's, or other credentials on it, may be a slip."""
    filled = messaging.filled_in(release, url)
    address = messaging.messaging(release, "background")
    is_known = not redis_url.what_is_wrong_with_host(address.host)
    if not messaging.goes_over_redis(release) or not is_known or redis_url.complaint_about(filled):
        return
    parts = redis_url.parse_url(filled)
    docket, own = (f"{redis_url.in_url(host)}:{port}" for host, port in (parts[3:5], (address.host, address.port)))
    if str(parts.port) != address.port or not redis_url.same_server(parts.host, address.host):
        yield Notice(
            f"The docket is on the Redis at {docket}, and Prefect's messaging on {own}. If that is meant, make sure "
            f"that Prefect's pods reach it, and that nothing else uses or flushes its database {parts.database}.",
            "warning",
        )
    elif _differs(address, parts):
        yield Notice(
            f"The docket URL has other credentials than messaging.redis, on the same Redis at {own}. If that is meant, "
            "make sure that they are right.",
            "warning",
        )


def _differs(address: messaging.Address, parts: redis_url.Url) -> bool:
    """Whether user or password are others than the values show for messaging."""
    from urllib.parse import unquote  # on demand: with `ipaddress` behind it, it weighs on every start

    if address.password.kind != "visible" or any(map(redis_url.is_placeholder, (parts.username, parts.password))):
        return False
    return (unquote(parts.username), unquote(parts.password)) != (address.username, address.password.value)


def without_password(release: Release) -> Iterator[Notice]:
    """A URL put together from values that show no password, where one may stand in what cannot be read."""
    around = release.surroundings
    if around.unseen:
        yield Notice(
            f"The docket URL has no password, as the values that can be read have none. If {', '.join(around.unseen)} "
            "hold one, choose --docket-secret instead, or write $(PREFECT_REDIS_MESSAGING_PASSWORD) into the URL.",
            "warning",
        )
    path = (*release.root, *REDIS_BLOCK, "password")
    for sealed in around.sealed(path) if around.sealed is not None else ():
        yield Notice(
            f"The docket URL has no password, and {sealed}, which is encrypted, sets {tree.show(path)}. If the release "
            "gets that file, Redis asks for the password in the docket URL as well: choose --docket-secret instead.",
            "warning",
        )
