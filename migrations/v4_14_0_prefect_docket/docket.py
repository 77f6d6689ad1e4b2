"""Step of 4.14.0: both deployments get one docket, a database on the messaging Redis that the customer chooses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.charts.presets import EXAMPLE_HOST
from migrator.migration import Ask, Outcome
from migrator.prefect import deployment, env, messaging, redis_url, shapes
from migrator.prefect.docket import (
    Docket,
    cache_conflict,
    docket_entries,
    docket_on,
    dockets_in_env,
    has_working_docket,
    injected_docket,
    is_private,
    unusable_url_error,
    url_to_fill_in,
)
from migrator.prefect.names import DOCKET, DOCKET_NAME, MESSAGING, MESSAGING_HOST, MESSAGING_URL, REDIS_HOST
from migrator.prefect.questions import masked, redis_host
from migrator.prefect.redis_databases import database_error
from migrator.values import tree
from migrator.values.changes import Effect, Notice
from migrator.values.part import prefect_part
from migrator.values.release import Release

from .docket_edits import can_use_reference, layer_to_keep, password_is_elsewhere, write_secret, write_url
from .doubts import missing_password, on_another_server
from .questions import SECRET, bundled_name, docket_password, docket_secret, docket_url, redis_db

WHY = "without a shared docket every background replica keeps its own queue, and work is done twice"
WHY_UNUSED = "the chart refuses the preset's example URL even if nothing uses it"
WHY_MOVED = "moved from env: the chart now injects the docket into both deployments"
WHY_NO_HOST = "both pods connect to Redis through it, and it names no host"
WHY_HOST = "the chart refuses the presets' example host"
PRESET_URL = rf"redis://[\w.-]*{EXAMPLE_HOST}[\w.-]*:6379/(?P<database>[0-9]+)"
"""The docket URL as the presets ship it; only the database may be the customer's own."""


def host(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Make `messaging.redis.host` name a real server rather than the presets' example or nothing usable."""
    current = str(tree.get(release.prefect, REDIS_HOST) or "")
    is_example = EXAMPLE_HOST in current
    if not (is_example or _has_no_redis(release, current)):
        return
    if not (deployment.is_separate(release) or (is_example and shapes.refuses_example_host(release))):
        return
    answer = ask(redis_host(current, redis_url.messaging_host_error(current), release))
    if answer is None:
        return
    why = WHY_HOST if is_example else WHY_NO_HOST
    part, owners = prefect_part(release), release.owners(REDIS_HOST)
    for layer in owners:
        is_last = layer == owners[-1]
        if EXAMPLE_HOST in str(part.in_layer(layer, REDIS_HOST)) or (is_last and not is_example):
            yield part.set(REDIS_HOST, answer, why, "required", layer=layer)
    if not owners:
        yield part.set(REDIS_HOST, answer, why, "required")


def _has_no_redis(release: Release, current: str) -> bool:
    """Whether both pods lack a Redis, as far as can be read: no host, or one that cannot be a shared server."""
    if not messaging.uses_redis(release) or env.may_be_set_unseen(release, REDIS_HOST):
        return False
    if any(env.winner(release, pod, MESSAGING_URL, MESSAGING_HOST) is not None for pod in env.POD_LISTS):
        return False  # the docket's step asks about them
    return redis_url.is_never_shared(current) if current else not messaging.uses_bundled(release)


def docket(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Make `messaging.docket` name one working docket, with no other one in env lists."""
    if not deployment.is_separate(release):
        yield from _unused(release, ask)
        return
    crowded = cache_conflict(release, injected_docket(release))
    if has_working_docket(release) and not crowded:
        return
    if ask.given("docket-secret") is not None:
        yield from _by_secret(release, ask, "")
    elif ask.given("docket-url") is not None:
        yield from _by_url(release, ask, "")
    elif dockets_in_env(release):
        yield from _from_env(release, ask)
    elif has_working_docket(release):
        yield from _to_another_database(release, ask, injected_docket(release).url, crowded)
    else:
        yield from _from_values(release, ask)


def _unused(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Replace the preset's example on a single deployment, which a flavoured chart refuses although it is unused: with
    nothing, or with the docket to use once the services are separate."""
    if not shapes.refuses_example_host(release) or EXAMPLE_HOST not in injected_docket(release).url:
        return
    if ask.given("docket-url") is not None:
        yield from _by_url(release, ask, "")
    elif ask.given("redis-db") is not None:
        yield from _build(release, ask)
    else:
        yield from write_url(release, "", WHY_UNUSED, "required")
        yield Notice(
            f"{tree.show((*release.root, *DOCKET, 'url'))} is now empty. Set a real URL before you ever run the "
            "background services separately, or they share no docket.",
        )


def _to_another_database(release: Release, ask: Ask, url: str, users: str) -> Iterator[Outcome]:
    """Move a working docket out of a database that something else uses: same URL, another database."""
    parts = redis_url.parse_url(messaging.with_placeholders(release, url))
    reason = f"The docket's URL names database {parts.database}, which is used by {users}. "
    number = ask(redis_db(release, parts.host, [parts.host], str(parts.port), reason))
    if number is not None:
        why = f"database {parts.database} is used by {users}, and the docket must not share it"
        moved = f"{url.rpartition('/')[0]}/{int(number)}"
        yield from write_url(release, moved, why, "required", layer_to_keep(release, url))


def _from_env(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Move a docket in env lists to `messaging.docket`, if both pods name the same one."""
    server, background = docket_on(release, "server"), docket_on(release, "background")
    if server is None or background is None:
        yield from _by_url(release, ask, f"{DOCKET_NAME} in env cannot be read from here.")
        return
    named = {server, background} - {Docket()}
    only = named.pop() if len(named) == 1 else None
    # A pod without its own docket joins the other's, and a preset's example wins over env on the server pod: both
    # change behaviour.
    is_as_before = server == background and EXAMPLE_HOST not in injected_docket(release).url
    is_as_before = is_as_before and not any(env.is_optional(entry) for _, entry in docket_entries(release))
    effect: Effect = "none" if is_as_before else "required"
    if named:
        yield from _by_url(release, ask, f"{DOCKET_NAME} differs between the server and background pods.")
    elif only is None:
        yield from _build(release, ask)
    elif only.secret:
        yield from write_secret(release, only.secret, only.key, WHY_MOVED, effect)
    elif is_private(only.url) or (ask.given("redis-db") is not None and unusable_url_error(release, only.url)):
        yield from _build(release, ask)
    elif problem := unusable_url_error(release, only.url):
        yield from _by_url(release, ask, f"{DOCKET_NAME} in env is {masked(only.url)!r}: {problem}.")
    elif (layer := layer_to_keep(release, only.url)) is None:
        reason = f"{DOCKET_NAME} contains a password, which would be written in clear text into a file that has none."
        yield from _by_secret(release, ask, reason)
    elif users := cache_conflict(release, only):
        yield from _to_another_database(release, ask, only.url, users)
    else:
        yield from write_url(release, only.url, WHY_MOVED, effect, layer)


def _from_values(release: Release, ask: Ask) -> Iterator[Outcome]:
    current = injected_docket(release)
    where = tree.show((*release.root, *DOCKET, "url"))
    problem = unusable_url_error(release, current.url.replace(EXAMPLE_HOST, "host"))
    if current.secret:
        why = "the chart refuses its example URL even beside a Secret; when empty, the Secret is used"
        yield from write_url(release, "", why, "required")
    elif is_private(current.url) or re.fullmatch(PRESET_URL, current.url):
        yield from _build(release, ask)
    elif not problem:
        name = _host_of_messaging(release, ask)
        if name:
            url = current.url.replace(redis_url.in_url(redis_url.parse_url(current.url).host), redis_url.in_url(name))
            yield from write_url(release, url, WHY_HOST, "required", layer_to_keep(release, current.url))
    elif ask.given("redis-db") is not None:
        yield from _build(release, ask)
    else:
        yield from _by_url(release, ask, f"{where} is {masked(current.url)!r}: {problem}.")


def _build(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Build the URL from the messaging Redis and the answers."""
    broker = tree.get(release.prefect, (*MESSAGING, "broker"))
    server, address = messaging.messaging(release, "server"), messaging.messaging(release, "background")
    differing = messaging.differences(server, address)
    hidden = [each.password.source for each in (address, server) if each.password.kind == "hidden"]
    if broker != messaging.BROKER:
        shown = "null" if broker is None else repr(broker)
        yield from _by_url(release, ask, f"messaging.broker is {shown}, so the values name no Redis.")
    elif differing:
        reason = (
            f"The server and background pods connect to the messaging Redis differently: they differ in {differing}."
        )
        yield from _by_url(release, ask, reason)
    elif not (redis_url.is_number(address.port) and 0 < int(address.port) < 65536):
        yield from _by_url(release, ask, f"The port of the messaging Redis is {address.port!r}.")
    elif hidden:
        yield from _by_secret(release, ask, f"The values show no password for the messaging Redis: {hidden[0]}.")
    else:
        yield from _build_from(release, ask, server, address)


def _build_from(release: Release, ask: Ask, server: messaging.Address, address: messaging.Address) -> Iterator[Outcome]:
    """Ask for everything that is missing before giving up, so that one run shows all questions."""
    password = address.password
    is_open = password.kind == "injected" or (password.kind == "visible" and password_is_elsewhere(release, password))
    if is_open and password.kind == "visible" and not can_use_reference(release, password):
        reason = (
            f"{password.source} is in a separate file, and would be copied in clear text to the file with the host."
        )
        yield from _by_secret(release, ask, reason)
        return
    how = "carried"
    if is_open or (password.kind == "visible" and ask.given("docket-password") is not None):
        how = ask(docket_password(password.source)) or ""
    if how == "secret":
        yield from _by_secret(release, ask, "")
        return
    if how == "reference":
        address = address._replace(password=password._replace(kind="injected"))
    name = _host_of_messaging(release, ask)
    names = [each for each in dict.fromkeys((name, server.host, address.host)) if each]
    own_url = tree.get(release.own_values(), (*release.root, *DOCKET, "url"))
    preset = re.fullmatch(PRESET_URL, str(own_url))
    chosen = preset["database"] if preset else ""
    if not chosen or ask.given("redis-db") is not None or database_error(release, names, address.port, int(chosen)):
        chosen = ask(redis_db(release, name or "", names, address.port)) or ""
    if chosen and name and how:
        yield from write_url(release, messaging.build_url(address, name, int(chosen)), WHY, "required")
        if address.password.kind == "visible":
            yield _set_twice(release, password)
        if address.password.kind == "none":
            yield from missing_password(release)


def _set_twice(release: Release, password: messaging.Password) -> Notice:
    where = f"{tree.show((*release.root, *DOCKET, 'url'))} as well as in {password.source}"
    by_reference = can_use_reference(release, password)
    instead = "--answer docket-password=reference or --docket-secret" if by_reference else "--docket-secret"
    return Notice(f"The Redis password is now in {where}: rotate both together, or use {instead} instead.")


def _host_of_messaging(release: Release, ask: Ask) -> str | None:
    """The host of the messaging Redis; asked for if the values name none that can be used in a URL."""
    server, background = messaging.messaging(release, "server"), messaging.messaging(release, "background")
    if messaging.uses_bundled(release) and not background.host:
        name = release.name or ask(bundled_name("release-name", "Helm release")) or ""
        namespace = release.namespace or ask(bundled_name("namespace", "namespace")) or ""
        return messaging.bundled_host(release, name, namespace) or None
    is_filled_in = messaging.is_filled_in(release, background.host)
    problem = "" if is_filled_in else redis_url.messaging_host_error(background.host)
    if not problem and server.host != background.host:
        problem = f"is set by {background.source} on the background pod, while the server pod gets {server.host!r}"
    return ask(redis_host(background.host, problem, release)) if problem else background.host


def _by_url(release: Release, ask: Ask, reason: str) -> Iterator[Outcome]:
    url = ask(docket_url(release, reason))
    if url is not None:
        yield from write_url(release, url, WHY, "required")
        yield from on_another_server(release, url)


def _by_secret(release: Release, ask: Ask, reason: str) -> Iterator[Outcome]:
    if ask.given("docket-password") == "secret":
        ask(docket_password(messaging.messaging(release, "background").password.source))
    answer = ask(docket_secret(reason))
    if answer is None:
        return
    match = re.fullmatch(SECRET, answer)
    assert match is not None, "answer_error let this answer pass"
    key = match["key"] or "docket-url"
    yield from write_secret(release, match["name"], key, WHY, "required")
    namespace = f" --namespace {release.namespace}" if release.namespace else ""
    yield Notice(
        f"The Secret must exist before the upgrade: kubectl create secret generic {match['name']}{namespace} "
        f"--from-literal={key}='{url_to_fill_in(release)}' (USER and PASSWORD percent-encoded; leave out "
        "USER:PASSWORD@ if Redis needs none; N is a database that nothing else uses).",
        is_next_step=True,
    )
