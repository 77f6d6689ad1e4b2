"""What a rule is, and what it looks at: a release's values as the target chart would read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from migrator.prefect import deployment, env
from migrator.prefect.docket import standing_docket
from migrator.prefect.env import Entry, EnvList
from migrator.prefect.messaging import BROKER
from migrator.prefect.names import DOCKET, DOCKET_NAME, MESSAGING
from migrator.records import Record
from migrator.values import tree
from migrator.values.edits import Route
from migrator.values.merge import as_map
from migrator.values.release import Release

PODS = {"server": "the server pod", "background": "the background pod"}


class Breach(Record):
    """One place where a rule is broken: what is wrong, the layer (-1: the chart's own values) and the route there.

    `about` is what stays the same when a migration moves it or makes it less (empty: `text`). `remedy` mends just this
    one (empty: the rule's own does).
    """

    text: str
    layer: int
    route: Route
    about: str = ""
    remedy: str = ""


class Rule(Record):
    """What must hold on the target version: `title` says it, `remedy` how to mend a breach.

    An "error" is something that Helm, Kubernetes or Prefect refuses, or that goes wrong at run time; a "warning" is
    something that works and is likely not meant.
    """

    id: str
    severity: Literal["error", "warning"]
    title: str
    remedy: str
    breaches: Callable[[Release], Iterator[Breach]]


def at(release: Release, path: Route, text: str) -> Breach:
    """A breach at `path` below the Prefect root, in the last layer that has it, or else its nearest parent."""
    value = tree.get(release.prefect, path)
    if not release.owners(path) and value is not None and value != "" and not isinstance(value, (dict, list)):
        text += " (from the chart's own values)"
    for depth in range(len(path), -1, -1):
        owners = release.owners(path[:depth])
        if owners:
            return Breach(text, owners[-1], release.root + path[:depth])
    return Breach(text, release.home(), release.root)


def at_entry(listed: EnvList, entry: Entry, text: str) -> Breach:
    """A breach at an env entry, be it in a layer or in the chart's own list."""
    return Breach(text, listed.layer, listed.route_of(entry))


def named(release: Release, path: Route) -> str:
    """A path below the Prefect root, for a sentence."""
    return tree.show(release.root + path)


def spelled(entry: Entry) -> str:
    """What an entry sets, for a sentence: text in quotes, anything else as it would stand in YAML."""
    if isinstance(entry.value, (dict, list)):
        return "no text"
    if isinstance(entry.value, (int, float)) and not isinstance(entry.value, bool):
        return str(entry.value)
    return env.spelled(entry)


def is_bumped(release: Release) -> bool:
    """Whether the target chart has the docket, and with it all that came in 4.14.0."""
    return tree.exists(release.after.prefect, DOCKET)


def names_by_chart(release: Release, pod: str) -> list[str]:
    """The env names that the chart itself puts on the pod, in its order (the database URL counts as one of them)."""
    database = "PREFECT_SERVER_DATABASE" if deployment.has_new_names(release) else "PREFECT_API_DATABASE"
    if pod == "server":
        names = [
            "HOME",
            "PREFECT_DEBUG_MODE",
            "PREFECT_LOGGING_SERVER_LEVEL",
            "PREFECT_SERVER_API_BASE_PATH",
            "PREFECT_SERVER_API_HOST",
            "PREFECT_SERVER_API_PORT",
            "PREFECT_UI_API_URL",
            "PREFECT_UI_STATIC_DIRECTORY",
            f"{database}_CONNECTION_URL",
        ]
        if tree.get(release.prefect, ("server", "basicAuth", "enabled")) is True:
            names.append("PREFECT_SERVER_API_AUTH_STRING")
    else:
        names = [
            "HOME",
            "PREFECT_DEBUG_MODE",
            "PREFECT_LOGGING_SERVER_LEVEL",
            "PREFECT_UI_ENABLED",
            f"{database}_CONNECTION_URL",
        ]
    return names + names_injected(release)


def names_injected(release: Release) -> list[str]:
    """The block of names that stands on both pods of separate services, in its order; empty on a single deployment."""
    if not deployment.is_separate(release):
        return []
    messaging = as_map(tree.get(release.prefect, MESSAGING))
    values = as_map(messaging.get("redis"))
    bumped = is_bumped(release)
    names = [f"PREFECT_{'SERVER' if deployment.has_new_names(release) else 'API'}_DATABASE_MIGRATE_ON_START"]
    names += ["PREFECT_MESSAGING_BROKER", "PREFECT_MESSAGING_CACHE"]
    if messaging.get("broker") == BROKER:
        names += ["PREFECT_SERVER_EVENTS_CAUSAL_ORDERING", "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"]
        bundled = as_map(release.prefect.get("redis")).get("enabled") is True
        secret = bundled or (bumped and values.get("existingSecret"))
        optional = {"SSL": values.get("ssl"), "USERNAME": values.get("username")}
        optional["PASSWORD"] = values.get("password") or secret
        names += [
            f"PREFECT_REDIS_MESSAGING_{name}"
            for name in ("HOST", "PORT", "SSL", "DB", "USERNAME", "PASSWORD")
            if optional.get(name, True)
        ]
    docket = standing_docket(release)
    if bumped and (docket.secret or docket.url):
        names.append(DOCKET_NAME)
    return names


def all_lists(release: Release) -> list[tuple[str, EnvList]]:
    """The env lists that the pods get, each once, with its pod ("server", "background", or "" for both)."""
    found = [("", env.effective_global(release)), ("server", env.effective(release, env.SERVER))]
    if deployment.is_separate(release):
        found.append(("background", env.effective(release, env.BACKGROUND)))
    return found


def nearest(key: str, known: Iterable[str]) -> str:
    """The known key that is spelt most like this one, upper and lower case alike; empty where none is near."""
    from difflib import get_close_matches

    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(key.lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else ""


def pods(release: Release) -> list[str]:
    """The pods that the release has."""
    return ["server", "background"] if deployment.is_separate(release) else ["server"]
