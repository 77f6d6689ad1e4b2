"""Step of 4.14.0: both deployments get one docket, a database of the customer's choosing on the messaging Redis."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.migration import (
    LAST,
    AddKey,
    Ask,
    Change,
    Effect,
    Notice,
    Outcome,
    Release,
    SetValue,
    Value,
    after,
    prefect,
    redis,
    tree,
)

from ._v4_14_0_docket_questions import (
    SECRET,
    bundled_name,
    docket_password,
    docket_secret,
    docket_url,
    masked,
    redis_db,
    redis_host,
)

WHY = "without one docket every background replica keeps a queue of its own, and work is done twice"
HOST = (*prefect.MESSAGING, "redis", "host")
WHY_HOST = "the chart refuses the presets' example host"


def host(release: Release, ask: Ask) -> Iterator[Outcome]:
    """`messaging.redis.host` is no longer the presets' example."""
    standing = str(tree.get(release.prefect, HOST) or "")
    if not prefect.is_separate(release) or redis.EXAMPLE_HOST not in standing:
        return
    answer = ask(redis_host(standing, redis.what_is_wrong_with_host(standing)))
    if answer is None:
        return
    shown = tree.show(release.root + HOST)
    owners = release.owners(HOST)
    for layer in owners:
        before = tree.get(release.layers[layer].data, release.root + HOST)
        if redis.EXAMPLE_HOST in str(before):
            yield Change(layer, SetValue(release.root + HOST, answer), shown, before, answer, WHY_HOST, "required")
    if not owners:
        beside = release.owners(HOST[:-1])
        layer = beside[-1] if beside else release.home()
        yield Change(layer, AddKey(release.root + HOST, answer), shown, None, answer, WHY_HOST, "required")


def docket(release: Release, ask: Ask) -> Iterator[Outcome]:
    """`messaging.docket` names one sound docket, and no env list names another."""
    if not prefect.is_separate(release):
        return
    if prefect.has_sound_docket(release):
        yield from _about_standing(release)
    elif ask.given("docket-secret") is not None:
        yield from _by_secret(release, ask, "")
    elif ask.given("docket-url") is not None:
        yield from _by_url(release, ask, "")
    elif prefect.dockets_in_env(release):
        yield from _from_env(release, ask)
    else:
        yield from _from_values(release, ask)


def _about_standing(release: Release) -> Iterator[Outcome]:
    """What stands is kept; that it shares a database is worth knowing."""
    url = prefect.standing_docket(release).url
    if prefect.standing_docket(release).secret or redis.complaint_about(url):
        return
    parts = redis.parse_url(url)
    who = redis.taken_by(release, parts.host, str(parts.port), parts.database)
    if who:
        yield Notice(f"The docket is kept on database {parts.database}, which is used by {who} as well.", "warning")


def _from_env(release: Release, ask: Ask) -> Iterator[Outcome]:
    """A docket in env lists moves to `messaging.docket`, if all of them mean the same."""
    found = prefect.dockets_in_env(release)
    dockets = {each.docket for each in found}
    standing = prefect.standing_docket(release)
    if _names_a_docket(standing) and redis.EXAMPLE_HOST not in standing.url:
        dockets.add(standing if standing.secret else prefect.Docket(url=standing.url))
    only = next(iter(dockets)) if len(dockets) == 1 else None
    pods = " and ".join(f"the {each.pod} pod" for each in found)
    if len(dockets) > 1:
        yield from _by_url(release, ask, f"{prefect.DOCKET_NAME} in the env of {pods} and the chart's differ by pod.")
    elif only is None:
        yield from _by_url(release, ask, f"{prefect.DOCKET_NAME} in the env of {pods} cannot be read from here.")
    elif only.secret:
        yield from _write_secret(release, only.secret, only.key, "moved from env: the chart injects the docket now")
        yield from _drop_from_env(release)
    elif redis.complaint_about(only.url) or redis.EXAMPLE_HOST in only.url:
        complaint = redis.complaint_about(only.url) or WHY_HOST
        yield from _by_url(release, ask, f"The one in the env of {pods} is not sound: {complaint}.")
    else:
        yield from _write_url(release, only.url, "moved from env: the chart injects the docket now", "none")
        yield from _drop_from_env(release)


def _from_values(release: Release, ask: Ask) -> Iterator[Outcome]:
    standing = prefect.standing_docket(release)
    is_example = redis.EXAMPLE_HOST in standing.url
    if standing.secret:
        yield from _write_url(release, "", "the chart refuses the example URL even beside a Secret", "required")
    elif is_example and _url_owners(release) and not redis.complaint_about(standing.url):
        parts = redis.parse_url(standing.url)
        name = _host_of_messaging(release, ask)
        if name:
            where = f"[{name}]" if ":" in name else name
            yield from _write_url(release, standing.url.replace(parts.host, where), WHY_HOST, "required")
    elif standing.url and not is_example:
        complaint = redis.complaint_about(standing.url)
        where = tree.show((*release.root, *prefect.DOCKET, "url"))
        yield from _by_url(release, ask, f"{where} is {masked(standing.url)!r}, which is not sound: {complaint}.")
    elif tree.get(release.prefect, (*prefect.MESSAGING, "broker")) != redis.BROKER:
        broker = tree.get(release.prefect, (*prefect.MESSAGING, "broker"))
        yield from _by_url(release, ask, f"messaging.broker is {broker!r}, so no Redis stands in the values.")
    else:
        yield from _build(release, ask)


def _build(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Put the URL together from the messaging Redis and the answers."""
    server, address = redis.messaging(release, "server"), redis.messaging(release, "background")
    differing = _differences(server, address)
    if differing:
        reason = f"The messaging Redis differs by pod in {differing}: {server.source} against {address.source}."
        yield from _by_url(release, ask, reason)
    elif not address.port.isdecimal():
        yield from _by_url(release, ask, f"The port of the messaging Redis is {address.port!r}.")
    elif address.password.kind == "hidden":
        yield from _by_secret(release, ask, f"The messaging password comes from {address.password.source}.")
    else:
        yield from _build_from(release, ask, address)


def _build_from(release: Release, ask: Ask, address: redis.Address) -> Iterator[Outcome]:
    """Ask all that is missing before giving up on any of it, so that one run tells all."""
    injected = address.password.kind == "injected"
    how = ask(docket_password(address.password.source)) if injected else "reference"
    if how == "secret":
        yield from _by_secret(release, ask, "")
        return
    name = _host_of_messaging(release, ask)
    address = address._replace(host=name or address.host)
    database = ask(redis_db(release, address))
    if database is not None and name and how:
        yield from _write_url(release, redis.build_url(address, name, int(database)), WHY, "required")
        yield from _about_database(int(database))


def _host_of_messaging(release: Release, ask: Ask) -> str | None:
    """The host of the messaging Redis, asked for where the values name none that can stand in a URL."""
    if redis.uses_bundled(release) and not (release.name and release.namespace):
        for flag, what in (("release-name", "Helm release"), ("namespace", "namespace")):
            ask(bundled_name(flag, what))
        return None
    server, background = redis.messaging(release, "server"), redis.messaging(release, "background")
    problem = redis.what_is_wrong_with_host(background.host)
    if not problem and server.host != background.host:
        problem = f"{background.source} sets on the background pod, while the server pod gets {server.host!r}"
    return ask(redis_host(background.host, problem)) if problem else background.host


def _by_url(release: Release, ask: Ask, reason: str) -> Iterator[Outcome]:
    if ask.given("docket-secret") is not None:
        yield from _by_secret(release, ask, reason)
        return
    url = ask(docket_url(release, reason))
    if url is not None:
        yield from _write_url(release, url, WHY, "required")
        yield from _drop_from_env(release)
        yield from _about_database(redis.parse_url(url).database)


def _by_secret(release: Release, ask: Ask, reason: str) -> Iterator[Outcome]:
    if ask.given("docket-url") is not None:
        yield from _by_url(release, ask, reason)
        return
    answer = ask(docket_secret(reason))
    if answer is None:
        return
    match = SECRET.fullmatch(answer)
    assert match is not None, "the question's complaint let this answer pass"
    key = match["key"] or "docket-url"
    yield from _write_secret(release, match["name"], key, WHY)
    yield from _drop_from_env(release)
    namespace = f" --namespace {release.namespace}" if release.namespace else ""
    address = redis.messaging(release, "background")
    known = not redis.what_is_wrong_with_host(address.host) and address.port.isdecimal()
    where = f"{address.host}:{address.port}" if known else "HOST:6379"
    yield Notice(
        f"The Secret has to exist before the upgrade: kubectl create secret generic {match['name']}{namespace} "
        f"--from-literal={key}='{'rediss' if address.tls else 'redis'}://USER:PASSWORD@{where}/DATABASE' "
        "(credentials percent-encoded; leave USER:PASSWORD@ out where Redis asks for none)."
    )


def _write_url(release: Release, url: str, why: str, effect: Effect) -> Iterator[Change]:
    yield from _write(release, {"url": url}, why, effect)


def _write_secret(release: Release, name: str, key: str, why: str) -> Iterator[Change]:
    """The Secret's name, its key where it is another than the chart's, and no URL that the chart would refuse."""
    wanted = {"existingSecret": name}
    if key != "docket-url" or prefect.standing_docket(release).key != key:
        wanted["existingSecretKey"] = key
    if release.flavour or prefect.standing_docket(release).url:
        wanted = {"url": "", **wanted}
    yield from _write(release, wanted, why, "required")


def _write(release: Release, wanted: dict[str, str], why: str, effect: Effect) -> Iterator[Change]:
    """Set keys of `messaging.docket` in the last layer that says anything of the messaging Redis or the docket."""
    owners = release.owners((*prefect.MESSAGING, "redis")) + release.owners(prefect.DOCKET)
    layer = max(owners) if owners else release.home()
    route = release.root + prefect.DOCKET
    standing = release.in_layer(layer, prefect.DOCKET)
    if not isinstance(standing, dict):
        value: Value = dict(wanted)
        beside = isinstance(release.in_layer(layer, (*prefect.MESSAGING, "redis")), dict)
        edit = AddKey(route, value, after("redis") if beside else LAST)
        shown = tree.show(route)
        if standing is tree.MISSING and len(wanted) == 1:
            name, text = next(iter(wanted.items()))
            yield Change(layer, edit, f"{shown}.{name}", None, text, why, effect)
        elif standing is tree.MISSING:
            yield Change(layer, edit, shown, None, value, why, effect)
        else:
            yield Change(layer, SetValue(route, value), shown, None, value, why, effect)
        return
    for name, text in wanted.items():
        path = tree.show((*route, name))
        if name not in standing:
            yield Change(layer, AddKey((*route, name), text), path, None, text, why, effect)
        elif standing[name] != text:
            yield Change(layer, SetValue((*route, name), text), path, standing[name], text, why, effect)


def _drop_from_env(release: Release) -> Iterator[Change]:
    for listed, entry in prefect.docket_entries(release):
        why = "on the background pod it would win over the docket that the chart injects"
        yield from prefect.remove(listed, (entry,), why, "required")


def _about_database(database: int) -> Iterator[Outcome]:
    if database >= redis.DATABASES:
        text = f"Database {database} exists only if the Redis server is configured for more than {redis.DATABASES}."
        yield Notice(text, "warning")


def _url_owners(release: Release) -> list[int]:
    return [n for n in release.owners((*prefect.DOCKET, "url")) if release.in_layer(n, (*prefect.DOCKET, "url"))]


def _names_a_docket(docket: prefect.Docket) -> bool:
    return bool(docket.secret or docket.url)


def _differences(server: redis.Address, background: redis.Address) -> str:
    """In what the pods' connections differ, hosts and databases aside; empty where in nothing."""
    ours = {"port": server.port, "username": server.username, "TLS": server.tls}
    theirs = {"port": background.port, "username": background.username, "TLS": background.tls}
    names = [name for name in ours if ours[name] != theirs[name]]
    if (server.password.kind, server.password.value) != (background.password.kind, background.password.value):
        names.append("password")
    return ", ".join(names)
