"""Rules of the messaging Redis, and of the keys that the chart's schema allows next to it."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts.presets import EXAMPLE_HOST
from migrator.errors import nearest
from migrator.prefect import caches, deployment, env, messaging, redis_url, shapes
from migrator.prefect.deployment import target_has_docket
from migrator.prefect.names import DOCKET, MESSAGING, REDIS_BLOCK, REDIS_HOST
from migrator.rules.rule import Breach, Rule, at, full_path
from migrator.values import tree
from migrator.values.edits import Route
from migrator.values.merge import as_map
from migrator.values.release import Release

DOCKET_URL: Route = (*DOCKET, "url")
_KNOWN = {
    MESSAGING: {"broker", "cache", "redis", "docket"},
    REDIS_BLOCK: {
        "host",
        "port",
        "db",
        "username",
        "password",
        "ssl",
        "existingSecret",
        "existingSecretPasswordKey",
    },
    DOCKET: {"url", "existingSecret", "existingSecretKey"},
}
_SINCE_THE_DOCKET = {"docket", "existingSecret", "existingSecretPasswordKey"}


def _example_host(release: Release) -> Iterator[Breach]:
    if not _host_counts(release) or not target_has_docket(release):  # charts before the docket do not check it
        return
    for path in (REDIS_HOST, DOCKET_URL):
        value = tree.get(release.prefect, path)
        if EXAMPLE_HOST in str(value or ""):
            breach = at(release, path, f"{full_path(release, path)} contains {EXAMPLE_HOST}")
            unused = "" if deployment.is_separate(release) else _UNUSED
            yield breach._replace(remedy=unused)


_UNUSED = (
    'Set it to the host of your Redis, or to "": nothing uses it without separate services, but a flavoured chart '
    "refuses to install with the example."
)


def _host_counts(release: Release) -> bool:
    """A flavoured enterprise chart checks the host even if nothing connects to it."""
    return shapes.refuses_example_host(release) or deployment.is_separate(release)


def _example_cache(release: Release) -> Iterator[Breach]:
    for left in caches.example_hosts(release):
        yield Breach(left.text, *left.place, remedy=left.remedy)


def _no_host(release: Release) -> Iterator[Breach]:
    if not deployment.is_separate(release):
        return
    host = str(tree.get(release.prefect, REDIS_HOST) or "")
    if not host and not messaging.has_bundled(release):
        yield at(release, REDIS_HOST, f"{full_path(release, REDIS_HOST)} is empty and redis.enabled is not true")
    elif "{{" in host and not messaging.is_filled_in(release, host):
        yield at(
            release,
            REDIS_HOST,
            f"{full_path(release, REDIS_HOST)} is a template expression, which the chart does not render",
        )


def _placeholder_host(release: Release) -> Iterator[Breach]:
    host = str(tree.get(release.prefect, REDIS_HOST) or "")
    if not deployment.is_separate(release) or not host or "{{" in host or EXAMPLE_HOST in host:
        return
    problem = redis_url.messaging_host_error(host)
    if problem:
        yield at(release, REDIS_HOST, f"{full_path(release, REDIS_HOST)} {problem}")


def _bundled_password(release: Release) -> Iterator[Breach]:
    if not deployment.is_separate(release) or not messaging.uses_redis(release):
        return
    host = messaging.host_given_bundled_password(release)
    if host:
        text = f"redis.enabled is true, so the pods get the password of the chart's own Redis for {host}"
        yield at(release, REDIS_HOST, text)


def _messaging_differs(release: Release) -> Iterator[Breach]:
    if not deployment.is_separate(release) or not messaging.uses_redis(release):
        return  # with another broker the chart sets nothing for Redis, and Prefect does not connect to it
    server, background = messaging.messaging(release, "server"), messaging.messaging(release, "background")
    differing = [
        word
        for word, ours, theirs in (
            ("host", server.host, background.host),
            ("port", server.port, background.port),
            ("database", server.database, background.database),
        )
        if ours != theirs
    ]
    if differing:
        text = (
            f"the pods connect to different messaging Redis servers: {', '.join(differing)} from "
            f"{server.source} on the server pod"
        )
        yield at(release, env.BACKGROUND, f"{text}, from {background.source} on the background pod")


def _refused_keys(release: Release) -> Iterator[Breach]:
    """What the chart's schema refuses, whether the services are separate or not."""
    for path, known in _KNOWN.items():
        allowed = known if target_has_docket(release) else known - _SINCE_THE_DOCKET
        if not target_has_docket(release) and path == DOCKET:
            continue
        values = tree.get(release.prefect, path)
        for key in as_map(values):
            if key not in allowed:
                breach = at(release, (*path, key), f"{full_path(release, (*path, key))} is not a key of this chart")
                yield breach._replace(remedy=_remedy_of_key(release, (*path, key), allowed))
    ssl = tree.get(release.prefect, (*REDIS_BLOCK, "ssl"))
    if ssl is not None and not isinstance(ssl, bool):
        path = (*REDIS_BLOCK, "ssl")
        yield at(
            release, path, f"{full_path(release, path)} is {ssl!r}, and the chart accepts only true and false"
        )._replace(remedy="Write true or false, without quotes.")


def _remedy_of_key(release: Release, path: Route, allowed: set[str]) -> str:
    key = str(path[-1])
    if key in _SINCE_THE_DOCKET and not target_has_docket(release):
        return "Remove it, or upgrade to a chart that has it: 4.14.0 (prefect-server 2026.4.10163454) or newer."
    near = nearest(key, sorted(allowed))
    return (
        f"Did you mean {full_path(release, (*path[:-1], near))}?"
        if near
        else f"Remove it; the known keys are {_listed(allowed)}."
    )


def _listed(keys: set[str]) -> str:
    return ", ".join(sorted(keys))


RULES = (
    Rule(
        "example-host",
        "error",
        "Neither messaging.redis.host nor messaging.docket.url has the presets' example host.",
        "Set it to the host of your Redis; a flavoured chart refuses to install with the example.",
        _example_host,
    ),
    Rule(
        "cache-example-host",
        "warning",
        "No pod uses the presets' example host for the Infrahub cache.",
        caches.REMEDY,
        _example_cache,
        "infrahub",
    ),
    Rule(
        "messaging-host",
        "error",
        "Separate services have a messaging Redis: messaging.redis.host, or the bundled one.",
        "Set messaging.redis.host to the host name of your Redis, or redis.enabled to true.",
        _no_host,
    ),
    Rule(
        "messaging-host-placeholder",
        "warning",
        "The messaging host is a host name, not a placeholder.",
        "Make sure that it is filled in before Helm reads the file.",
        _placeholder_host,
    ),
    Rule(
        "bundled-password",
        "warning",
        "Your own Redis is not given the password of the chart's Redis.",
        "Set redis.enabled to false if nothing uses that Redis, and set your own password with "
        "messaging.redis.existingSecret or messaging.redis.password.",
        _bundled_password,
    ),
    Rule(
        "messaging-differs",
        "warning",
        "Both pods connect to the same messaging Redis.",
        "Remove the PREFECT_REDIS_MESSAGING_ entries from the env lists; the chart sets them on both pods.",
        _messaging_differs,
    ),
    Rule(
        "messaging-keys",
        "error",
        "messaging, messaging.redis and messaging.docket have only keys of the chart's schema.",
        "Correct or remove it: the chart's schema refuses it.",
        _refused_keys,
    ),
)
