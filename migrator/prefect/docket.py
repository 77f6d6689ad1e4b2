"""Which docket a release's pods share: the chart's own, and any that env lists name."""

from __future__ import annotations

from typing import NamedTuple

from migrator.charts.presets import EXAMPLE_HOST
from migrator.prefect import env, redis_databases, redis_url
from migrator.prefect.messaging import injects_password, messaging, with_placeholders
from migrator.prefect.names import DOCKET, DOCKET_NAME
from migrator.values import tree
from migrator.values.context import Use
from migrator.values.edits import Value
from migrator.values.merge import as_map
from migrator.values.release import Release


class Docket(NamedTuple):
    """Where the pods find their docket: a URL or a key of a Secret; neither if it is private to each process."""

    url: str = ""
    secret: str = ""
    key: str = "docket-url"


class NewSecret(NamedTuple):
    """A Secret that must exist before the upgrade: name, key, what it holds, and a template to fill in."""

    name: str
    key: str
    what: str
    url: str


class EnvDocket(NamedTuple):
    """A docket that an env list names on one pod. `docket` is None where it cannot be read."""

    pod: str
    name: str
    docket: Docket | None


def injected_docket(release: Release) -> Docket:
    """The docket that the chart injects on the target version; a Secret takes precedence over a URL.

    A URL that a controller reads from elsewhere cannot be checked any more than a Secret can, and counts as one.
    """
    values = as_map(tree.get(release.prefect, DOCKET))
    url, secret = str(values.get("url") or ""), str(values.get("existingSecret") or "")
    unseen = redis_url.unseen_source(url)
    return Docket(
        url="" if unseen else url,
        secret=secret or unseen,
        key=str(values.get("existingSecretKey") or "docket-url"),
    )


def new_secret(release: Release) -> NewSecret | None:
    """The Secret that the values newly name for the docket; None if there is none."""
    docket = injected_docket(release)
    if not docket.secret or injected_docket(release.start).secret:
        return None
    return NewSecret(docket.secret, docket.key, "the docket URL", url_to_fill_in(release))


def url_to_fill_in(release: Release) -> str:
    """The docket URL with everything that is known and not secret; descriptive placeholders for the rest."""
    address = messaging(release, "background")
    is_known = not redis_url.messaging_host_error(address.host) and redis_url.is_number(address.port)
    where = f"{redis_url.in_url(address.host)}:{address.port}" if is_known else "HOST:6379"
    return f"{'rediss' if address.tls else 'redis'}://USER:PASSWORD@{where}/N"


def has_working_docket(release: Release) -> bool:
    """Whether both pods end up on the same working docket, as far as the values show."""
    docket = injected_docket(release)
    if dockets_in_env(release):
        return False
    if docket.secret:
        return EXAMPLE_HOST not in docket.url
    return bool(docket.url) and not unusable_url_error(release, docket.url)


def is_private(url: str) -> bool:
    """Whether a docket URL gives each process its own docket, as an empty one does."""
    return not url or url.lower().startswith("memory:")


def shared_with(url: redis_url.Url, release: Release) -> list[str]:
    """Who uses the database that a valid docket URL names, according to the release's own values; each once."""
    used = redis_databases.uses(release)
    return list(dict.fromkeys(use.who for use in used if _is_same_database(use, url)))


def _is_same_database(use: Use, url: redis_url.Url) -> bool:
    is_same_host = redis_url.same_server(use.host, url.host) if use.host else redis_url.is_bundled_cache(url.host)
    return use.database == url.database and use.port == str(url.port) and is_same_host


def cache_conflict(release: Release, docket: Docket) -> str:
    """Who loses work or locks because the docket is in their database; empty if nobody does.

    A database that messaging uses too counts as messaging's: a server with a single database leaves no choice.
    """
    url = with_placeholders(release, docket.url)
    if docket.secret or redis_url.url_error(url):
        return ""
    who = shared_with(redis_url.parse_url(url), release)
    return "" if any("messaging" in each for each in who) else " and ".join(who)


def unusable_url_error(release: Release, url: str) -> str:
    """Why a docket URL would not work on this release; empty if it would."""
    error = redis_url.url_error(with_placeholders(release, url))
    if error:
        return error
    if EXAMPLE_HOST in url:
        return f"it contains the presets' example host {EXAMPLE_HOST}, which the chart refuses"
    if redis_url.PASSWORD_REFERENCE in url and not injects_password(release):
        return f"{redis_url.PASSWORD_REFERENCE} is not set, since messaging.redis has no password"
    parts = redis_url.parse_url(with_placeholders(release, url))
    return tls_mismatch(release, parts)


def unusable_database_error(release: Release, url: str) -> str:
    """Why a docket cannot use the database that a valid URL names; empty if it can.

    It may share database 0 with messaging, since a server may have no other.
    """
    parts = redis_url.parse_url(with_placeholders(release, url))
    place = ([parts.host], str(parts.port), parts.database)
    own = redis_databases.own_users(release, parts.host, str(parts.port), parts.database)
    if parts.database == 0 and "messaging" in own and not redis_databases.users_elsewhere(release, *place):
        return ""
    return redis_databases.database_error(release, *place)


def tls_mismatch(release: Release, url: redis_url.Url) -> str:
    """How TLS differs between a valid docket URL and messaging on one server, as a clause; else empty."""
    address = messaging(release, "background")
    is_same = redis_url.same_server(address.host, url.host) and address.port == str(url.port)
    if not is_same or address.tls == (url.scheme == "rediss"):
        return ""
    return f"it is {url.scheme}://, while messaging uses that server {'with' if address.tls else 'without'} TLS"


def docket_on(release: Release, pod: str) -> Docket | None:
    """The docket that the pod reads on the target version: an empty one if it has none, None if it cannot be known.

    On the server pod the chart's own comes last and wins; on the background pod an env entry does. The presets' example
    is not a docket.
    """
    in_values = injected_docket(release)
    injected = Docket(secret=in_values.secret, key=in_values.key) if in_values.secret else Docket(in_values.url)
    if EXAMPLE_HOST in injected.url:
        injected = Docket()
    in_env = next((each for each in dockets_in_env(release) if each.pod == pod), None)
    if in_env is None or (pod == "server" and injected != Docket()):
        return injected
    return in_env.docket


def dockets_in_env(release: Release) -> list[EnvDocket]:
    """The dockets that env lists name, as each pod would read them, without the one that the chart injects."""
    found = []
    for pod in env.POD_LISTS:
        entry = env.winner(release, pod, DOCKET_NAME)
        if entry is not None:
            found.append(EnvDocket(pod, DOCKET_NAME, _docket_of(entry[1])))
    return found


def docket_entries(release: Release) -> list[tuple[env.EnvList, env.Entry]]:
    """Every env entry in a named layer that names a docket, including those that never win."""
    return [(env_list, entry) for env_list in env.own_lists(release) for entry in env_list.named(DOCKET_NAME)]


def _docket_of(entry: env.Entry) -> Docket | None:
    secret = env.secret_of(entry)
    if secret is not None:
        return Docket(secret=secret[0], key=secret[1])
    if entry.is_plain and _is_text_without_references(entry.value):
        return Docket(url=str(entry.value))
    return None


def _is_text_without_references(value: Value) -> bool:
    """`$(NAME)` expands only names defined earlier; by then the chart has defined only the messaging password."""
    return isinstance(value, str) and "$(" not in value.replace(redis_url.PASSWORD_REFERENCE, "")
