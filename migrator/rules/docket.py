"""Rules of the docket that separate background services share."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts.presets import EXAMPLE_HOST
from migrator.prefect import deployment, env, env_edits, messaging, redis_databases, redis_url
from migrator.prefect.deployment import target_has_docket
from migrator.prefect.docket import (
    Docket,
    docket_entries,
    docket_on,
    dockets_in_env,
    injected_docket,
    is_private,
    shared_with,
    tls_mismatch,
)
from migrator.prefect.names import DOCKET, DOCKET_NAME
from migrator.prefect.redis_url import PASSWORD_REFERENCE, Url
from migrator.rules.rule import PODS, Breach, Rule, at, at_entry, full_path, pods
from migrator.values import tree
from migrator.values.edits import Route
from migrator.values.release import Release

URL: Route = (*DOCKET, "url")


def _needs_docket(release: Release) -> bool:
    return deployment.is_separate(release) and target_has_docket(release)


def _missing(release: Release) -> Iterator[Breach]:
    for pod in pods(release) if _needs_docket(release) else ():
        if _has_no_docket(release, pod) and not env.extra_sources(release, pod):
            yield at(release, URL, f"{PODS[pod]} has no docket, so every process keeps its own")


def _unseen(release: Release) -> Iterator[Breach]:
    for pod in pods(release) if _needs_docket(release) else ():
        sources = env.extra_sources(release, pod)
        if _has_no_docket(release, pod) and sources:
            yield at(release, URL, f"{PODS[pod]} has no docket, unless {' or '.join(sources)} sets one")


def _has_no_docket(release: Release, pod: str) -> bool:
    """A null and the presets' example have their own rules."""
    injected = injected_docket(release)
    if not isinstance(tree.get(release.prefect, DOCKET), dict) or EXAMPLE_HOST in injected.url:
        return False
    docket = docket_on(release, pod)
    return docket is not None and not docket.secret and is_private(docket.url)


def _private(release: Release) -> Iterator[Breach]:
    if deployment.is_separate(release):
        return
    reason = deployment.multi_process_reason(release)
    in_env = next((each.docket for each in dockets_in_env(release) if each.pod == "server"), Docket())
    if reason and in_env is not None and not in_env.secret and redis_url.url_error(in_env.url):
        text = f"{reason}, so the background services run more than once, each with its own docket"
        yield at(release, ("server",), text)


def _invalid_url(release: Release) -> Iterator[Breach]:
    for pod, docket in _urls(release):
        error = redis_url.url_error(messaging.with_placeholders(release, docket.url))
        if error:
            yield at(release, URL, f"the docket URL of {PODS[pod]} is not valid: {error}")


def _urls(release: Release) -> Iterator[tuple[str, Docket]]:
    """Each pod's docket URL, if it can be read; a second one that is the same is left out."""
    seen = set()
    for pod in pods(release) if _needs_docket(release) else ():
        docket = docket_on(release, pod)
        if docket is not None and not is_private(docket.url) and docket.url not in seen:
            seen.add(docket.url)
            yield pod, docket


def valid_urls(release: Release) -> Iterator[Url]:
    """The docket URLs that can be read and are valid, each once."""
    for _, docket in _urls(release):
        url = messaging.with_placeholders(release, docket.url)
        if not redis_url.url_error(url):
            yield redis_url.parse_url(url)


def _differs(release: Release) -> Iterator[Breach]:
    if not _needs_docket(release):
        return
    server, background = docket_on(release, "server"), docket_on(release, "background")
    in_env = docket_entries(release)
    if server is None or server != background:
        text = "the two pods may not be on the same docket"
        if server is not None and background is not None:
            text = "the two pods have different dockets: the chart's wins on the server pod, env on the background pod"
        yield at_entry(*in_env[-1], text) if in_env else at(release, URL, text)


def _shared_with_cache(release: Release) -> Iterator[Breach]:
    yield from _shared_with(release, with_messaging=False)


def _shared_with_messaging(release: Release) -> Iterator[Breach]:
    yield from _shared_with(release, with_messaging=True)


def _shared_with(release: Release, *, with_messaging: bool) -> Iterator[Breach]:
    """A database that both use counts as messaging's: a server with a single database leaves no choice."""
    for url in valid_urls(release):
        who = shared_with(url, release)
        if who and any("messaging" in each for each in who) is with_messaging:
            yield at(
                release, URL, (f"the docket is in database {url.database}, which is also used by {' and '.join(who)}")
            )


def _high(release: Release) -> Iterator[Breach]:
    for url in valid_urls(release):
        if url.database >= redis_databases.DATABASES:
            yield at(release, URL, f"the docket is in database {url.database}; a server has 0 to 15 by default")


def _tls(release: Release) -> Iterator[Breach]:
    for url in valid_urls(release):
        clash = tls_mismatch(release, url)
        if clash:
            yield at(release, URL, f"the docket URL cannot be right: {clash}")


def _reference(release: Release) -> Iterator[Breach]:
    for pod, docket in _urls(release):
        if "$(" not in docket.url:
            continue
        known = messaging.injects_password(release)
        if not known or "$(" in docket.url.replace(PASSWORD_REFERENCE, ""):
            yield at(
                release,
                URL,
                (f"the docket URL of {PODS[pod]} refers to a variable that the chart does not set before it"),
            )


def _docket_name(release: Release) -> Iterator[Breach]:
    for pod in pods(release) if deployment.is_separate(release) else ():
        found = env.winner(release, pod, "PREFECT_SERVER_DOCKET_NAME")
        if found is not None:
            env_list, entry = found
            text = f"{env_edits.path_of(env_list, entry.name)} is set on {PODS[pod]}"
            yield Breach(text, env_list.layer, env_list.route_of(entry))


def _null_docket(release: Release) -> Iterator[Breach]:
    if _needs_docket(release) and not isinstance(tree.get(release.prefect, DOCKET), dict):
        yield at(
            release,
            DOCKET,
            f"{full_path(release, DOCKET)} is not a mapping, and the chart cannot render it",
        )


ONE_DATABASE = (
    "Choose a database on that server that nothing else uses or flushes: flushing the docket's stops the "
    "background services."
)

RULES = (
    Rule(
        "docket-null",
        "error",
        "messaging.docket is a mapping, not null.",
        "Remove the key, or give it a url.",
        _null_docket,
    ),
    Rule(
        "docket-missing",
        "error",
        "Separate services share a docket: messaging.docket.url or existingSecret, not memory://.",
        "Run infrahub-migrator migrate, or set messaging.docket.url to redis://HOST:6379/2.",
        _missing,
    ),
    Rule(
        "docket-unseen",
        "warning",
        "The docket is set in the values, not in a ConfigMap or Secret that only one pod may get.",
        "Set messaging.docket.url or existingSecret, which overrides the ConfigMap or Secret.",
        _unseen,
    ),
    Rule(
        "docket-private",
        "warning",
        "Several API processes that run the services share a docket.",
        "Work is done twice: run one process, set backgroundServices.runAsSeparateDeployment to true, or put "
        f"{DOCKET_NAME} into server.env (messaging.docket counts for separate services only).",
        _private,
    ),
    Rule(
        "docket-url",
        "error",
        "A docket URL has the form redis[s]://[USER:PASSWORD@]HOST[:PORT]/N, with percent-encoded credentials.",
        "Write it in that form; anything else connects to another server or database, or stops Prefect.",
        _invalid_url,
    ),
    Rule(
        "docket-differs",
        "error",
        "Both pods are on the same docket.",
        f"Remove {DOCKET_NAME} from the env lists and set messaging.docket.url or existingSecret.",
        _differs,
    ),
    Rule(
        "docket-shared-with-cache",
        "error",
        "The docket is not in the Infrahub cache's database.",
        ONE_DATABASE,
        _shared_with_cache,
    ),
    Rule(
        "docket-shared",
        "warning",
        "The docket is not in messaging's database.",
        ONE_DATABASE + " On a server with only one database there is no other choice.",
        _shared_with_messaging,
    ),
    Rule(
        "docket-database",
        "warning",
        "The docket's database is one that Redis has by default, 0 to 15.",
        "Choose a lower one, or make sure that the server is configured for that many: otherwise the background "
        "services stop at start.",
        _high,
    ),
    Rule(
        "docket-tls",
        "error",
        "On messaging's own server, the docket URL is rediss:// exactly if messaging.redis.ssl is true.",
        "Make the scheme and ssl agree: rediss:// on a plain port hangs, redis:// on a TLS port is refused.",
        _tls,
    ),
    Rule(
        "docket-reference",
        "error",
        f"Only {PASSWORD_REFERENCE} works in a docket URL, and only if the chart injects a password.",
        "Put the whole URL into a Secret and name it in messaging.docket.existingSecret.",
        _reference,
    ),
    Rule(
        "docket-name",
        "error",
        "PREFECT_SERVER_DOCKET_NAME is not set: the background services' docket is always named prefect.",
        "Remove it: with it, the API pods take the background services' tasks and drop them.",
        _docket_name,
    ),
)
