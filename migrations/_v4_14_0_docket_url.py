"""Step of 4.14.0: both deployments get one docket, a database of the customer's choosing on the messaging Redis."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.migration import (
    LAST,
    AddKey,
    Ask,
    Change,
    Choice,
    Effect,
    Notice,
    Outcome,
    Question,
    Release,
    SetValue,
    Value,
    after,
    prefect,
    redis,
    tree,
)

WHY = "without one docket every background replica keeps a queue of its own, and work is done twice"
HOST = (*prefect.MESSAGING, "redis", "host")
WHY_HOST = "the chart refuses the presets' example host"
_SECRET = re.compile(r"(?P<name>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(?P<key>[A-Za-z0-9._-]+))?")


def redis_host(host: str, problem: str) -> Question:
    """The question for the Redis server, where the values do not name one that can be used."""
    return Question(
        id="redis-host",
        text=f"Which host serves Prefect's messaging Redis? The values say {host!r}, which {problem}.",
        flag="--redis-host",
        complaint=redis.complaint_about_host,
    )


def redis_db(release: Release, address: redis.Address) -> Question:
    """The question for the docket's database; free ones are suggested, taken ones refused."""
    free = [n for n in range(redis.DATABASES) if not redis.taken_by(release, address.host, address.port, n)]
    suggestion = 2 if 2 in free or not free else next((n for n in free if n > 0), free[0])
    used = [
        f"{n} by {who}"
        for n in range(redis.DATABASES)
        if (who := redis.taken_by(release, address.host, address.port, n))
    ]
    known = f" In use on that server: {', '.join(used)}." if used else ""
    return Question(
        id="redis-db",
        text=f"Which database of the Redis at {address.host}:{address.port} is to hold the docket? It must be one that "
        f"nothing else uses or flushes; a server has 0 to 15 unless configured otherwise.{known}",
        flag="--redis-db",
        suggestion=str(suggestion),
        complaint=lambda answer: _complaint_about_database(release, address, answer),
    )


def docket_password(source: str) -> Question:
    """The question for a password that the chart injects from a Secret, and that no file shows."""
    return Question(
        id="docket-password",
        text=f"The Redis password comes from {source}, so it cannot stand in the docket URL. How shall the pods get it?",
        flag="--docket-secret NAME[:KEY] or --answer docket-password=reference",
        choices=(
            Choice("reference", f"the URL holds {redis.PASSWORD_REFERENCE}, which Kubernetes fills in as it is: right "
                   "unless the password holds one of @ : / ? # % (it is not percent-encoded)"),
            Choice("secret", "the whole URL stands in a Secret of yours, which has to exist before the upgrade"),
        ),
    )


def docket_secret(reason: str) -> Question:
    """The question for a Secret that holds the whole docket URL."""
    return Question(
        id="docket-secret",
        text=f"Which Secret holds the docket URL (NAME, or NAME:KEY; the key is docket-url unless given)? {reason}",
        flag="--docket-secret NAME[:KEY] or --docket-url",
        complaint=lambda answer: "" if _SECRET.fullmatch(answer) else f"{answer!r} is no NAME or NAME:KEY of a Secret",
    )


def docket_url(release: Release, reason: str) -> Question:
    """The question for the docket URL as a whole, where it cannot be put together from the values."""
    return Question(
        id="docket-url",
        text=f"Which URL is the docket's (redis[s]://[USER:PASSWORD@]HOST:PORT/DATABASE)? {reason}",
        flag="--docket-url",
        complaint=lambda answer: _complaint_about_url(release, answer),
    )


def host(release: Release, ask: Ask) -> Iterator[Outcome]:
    """`messaging.redis.host` is no longer the presets' example."""
    standing = str(tree.get(release.prefect, HOST) or "")
    if not prefect.is_separate(release) or redis.EXAMPLE_HOST not in standing:
        return
    answer = ask(redis_host(standing, redis.what_is_wrong_with_host(standing)))
    if answer is None:
        return
    shown = tree.show(HOST)
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
        where = tree.show((*prefect.DOCKET, "url"))
        yield from _by_url(release, ask, f"{where} is {_masked(standing.url)!r}, which is not sound: {complaint}.")
    elif tree.get(release.prefect, (*prefect.MESSAGING, "broker")) != redis.BROKER:
        broker = tree.get(release.prefect, (*prefect.MESSAGING, "broker"))
        yield from _by_url(release, ask, f"messaging.broker is {broker!r}, so no Redis stands in the values.")
    else:
        yield from _build(release, ask)


def _build(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Put the URL together from the messaging Redis and the answers."""
    if redis.uses_bundled(release) and not (release.name and release.namespace):
        for flag, what in (("release-name", "Helm release"), ("namespace", "namespace")):
            ask(_bundled(flag, what))
        return
    server, address = redis.messaging(release, "server"), redis.messaging(release, "background")
    differing = _differences(server, address)
    if differing:
        reason = f"The messaging Redis differs by pod in {differing}: {server.source} against {address.source}."
        yield from _by_url(release, ask, reason)
        return
    if not address.port.isdecimal():
        yield from _by_url(release, ask, f"The port of the messaging Redis is {address.port!r}.")
        return
    if address.password.kind == "hidden":
        yield from _by_secret(release, ask, f"The password of the messaging Redis comes from {address.password.source}.")
        return
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
    match = _SECRET.fullmatch(answer)
    assert match is not None, "the question's complaint let this answer pass"
    key = match["key"] or "docket-url"
    yield from _write_secret(release, match["name"], key, WHY)
    yield from _drop_from_env(release)
    namespace = f" --namespace {release.namespace}" if release.namespace else ""
    yield Notice(
        f"The Secret has to exist before the upgrade: kubectl create secret generic {match['name']}{namespace} "
        f"--from-literal={key}='redis://USER:PASSWORD@HOST:6379/DATABASE' (credentials percent-encoded)."
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
        shown = tree.show(prefect.DOCKET)
        if standing is tree.MISSING and len(wanted) == 1:
            name, text = next(iter(wanted.items()))
            yield Change(layer, edit, f"{shown}.{name}", None, text, why, effect)
        elif standing is tree.MISSING:
            yield Change(layer, edit, shown, None, value, why, effect)
        else:
            yield Change(layer, SetValue(route, value), shown, None, value, why, effect)
        return
    for name, text in wanted.items():
        path = tree.show((*prefect.DOCKET, name))
        if name not in standing:
            yield Change(layer, AddKey((*route, name), text), path, None, text, why, effect)
        elif standing[name] != text:
            yield Change(layer, SetValue((*route, name), text), path, standing[name], text, why, effect)


def _drop_from_env(release: Release) -> Iterator[Change]:
    for listed, entry in prefect.docket_entries(release):
        why = "on the background pod it would win over the docket that the chart injects"
        yield from prefect.remove(release, listed, (entry,), why, "required")


def _about_database(database: int) -> Iterator[Outcome]:
    if database >= redis.DATABASES:
        text = f"Database {database} exists only if the Redis server is configured for more than {redis.DATABASES}."
        yield Notice(text, "warning")


def _complaint_about_database(release: Release, address: redis.Address, answer: str) -> str:
    if not answer.strip().isdecimal():
        return f"{answer!r} is not the number of a database"
    who = redis.taken_by(release, address.host, address.port, int(answer))
    if not who:
        return ""
    only_one = " (on a server with one database only, say so with --docket-url)" if int(answer) == 0 else ""
    return f"database {int(answer)} is used by {who} already{only_one}"


def _complaint_about_url(release: Release, url: str) -> str:
    complaint = redis.complaint_about(url)
    if complaint:
        return f"{_masked(url)!r} is not sound: {complaint}"
    if redis.EXAMPLE_HOST in url:
        return f"{_masked(url)!r} holds the presets' example host, which the chart refuses"
    parts = redis.parse_url(url)
    who = redis.taken_by(release, parts.host, str(parts.port), parts.database)
    if who and not (parts.database == 0 and redis.messaging(release, "background").database == "0"):
        return f"database {parts.database} there is used by {who} already"
    return ""


def _bundled(flag: str, what: str) -> Question:
    text = f"What is the {what} called? The docket is to live in the Redis that prefect-server bundles, and its service "
    return Question(id=flag, text=f"{text}is named after it.", flag=f"--{flag}")


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


def _masked(url: str) -> str:
    return re.sub(r"(://[^/@]*:)[^@]*@", r"\1***@", url)
