"""What a customer should know of 4.14.0 that no edit expresses."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts import published
from migrator.migration import Ask, Outcome
from migrator.prefect import deployment, env, env_edits, messaging, redis_databases, redis_url
from migrator.prefect.docket import on_the_cache, standing_docket, what_is_wrong_with_url
from migrator.prefect.names import DOCKET_NAME, INJECTED_PIN, PIN, REGISTER
from migrator.values import tree
from migrator.values.changes import Notice
from migrator.values.merge import as_map
from migrator.values.release import Release

CONNECTION = "PREFECT_API_DATABASE_CONNECTION_URL"


def notices(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Look at the release as the steps before leave it; change nothing."""
    yield from _connections_that_lose(release)
    yield from _duplicates_in_lists(release)
    if not deployment.is_separate(release):
        return
    yield from _migrate_that_loses(release)
    yield from _duplicates_with_others(release)
    yield from _bundled_password(release)
    yield from _docket_name(release)
    yield from _docket_database(release)
    if deployment.has_infrahub_image(release):
        yield from _bootstrap(release)
    if release is not release.start:
        yield from _once_twice_now_once(release)
        yield from _on_upgrading(release)


def _connections_that_lose(release: Release) -> Iterator[Notice]:
    for pod in env.POD_LISTS if deployment.has_new_names(release) else ():
        found = env.winner(release, pod, CONNECTION)
        if found is not None and found[0].layer != env.IN_DEFAULTS:
            text = (
                "no longer counts: the new chart sets PREFECT_SERVER_DATABASE_CONNECTION_URL, which wins over it. "
                "Remove the entry, and set the database by the chart's own values (secret, postgresql)."
            )
            yield env_edits.notice(release, found[0], CONNECTION, text, "warning", "database-override")


def _migrate_that_loses(release: Release) -> Iterator[Notice]:
    found = env.winner(release, "background", PIN) if deployment.has_new_names(release) else None
    if found is not None and env.as_bool(found[1].value) is True:
        text = (
            f"is {env.spelled(found[1])}: the old chart obeyed it on the background pod, and on the new one "
            f'{INJECTED_PIN} "false" wins. Take it out.'
        )
        yield env_edits.notice(release, found[0], PIN, text, "warning", "database-override")


def _duplicates_in_lists(release: Release) -> Iterator[Notice]:
    for listed in env.own_lists(release):
        for name in dict.fromkeys(entry.name for entry in listed.entries):
            times = len(listed.named(name))
            if times > 1:
                text = f"stands {times} times; the last wins, and server-side apply refuses it. Leave one."
                yield env_edits.notice(release, listed, name, text, "warning", "env-twice")


def _duplicates_with_others(release: Release) -> Iterator[Notice]:
    """Names that a pod gets twice from different places: two lists, or a list and the chart."""
    injected = {name for name, _ in deployment.injected(release)} - {DOCKET_NAME}
    for pod, path in env.POD_LISTS.items():
        own, shared = env.effective(release, path), env.effective_global(release)
        for listed in (own, shared):
            names = [name for name in dict.fromkeys(entry.name for entry in listed.entries) if name in injected]
            if names and listed.layer != env.IN_DEFAULTS:
                text = f"{tree.show(listed.route)} holds names that the chart sets on the {pod} pod as well: "
                wins = "the chart's own value wins" if pod == "server" else "yours wins"
                yield Notice(f"{text}{', '.join(names)}. There {wins}: take yours out.", "warning", rule="env-twice")
        twice = [name for name in dict.fromkeys(entry.name for entry in own.entries) if shared.named(name)]
        if twice:
            text = f"The {pod} pod gets names twice, from {tree.show(shared.route)} and {tree.show(own.route)}: "
            yield Notice(f"{text}{', '.join(twice)}. The latter win; leave one of each.", "warning", rule="env-twice")


def _bundled_password(release: Release) -> Iterator[Notice]:
    host = messaging.given_bundled_password(release)
    if host and messaging.goes_over_redis(release):
        text = f"{messaging.BUNDLED_PASSWORD.format(host=host)}. {messaging.BUNDLED_PASSWORD_REMEDY}"
        yield Notice(text, "warning", rule="bundled-password")


def _docket_name(release: Release) -> Iterator[Notice]:
    for pod in env.POD_LISTS:
        found = env.winner(release, pod, "PREFECT_SERVER_DOCKET_NAME")
        if found is not None:
            text = 'breaks the background services, whose docket is always named "prefect". Take it out.'
            yield env_edits.notice(release, found[0], found[1].name, text, "warning", "docket-name")


def _docket_database(release: Release) -> Iterator[Notice]:
    """What is to be known of the database that the docket is on now, whoever chose it."""
    docket = standing_docket(release)
    if docket.secret or not docket.url or what_is_wrong_with_url(release, docket.url):
        return
    parts = redis_url.parse_url(messaging.filled_in(release, docket.url))
    who = redis_databases.taken_by(release, parts.host, str(parts.port), parts.database)
    if who and not on_the_cache(release, docket):  # the docket's step asks for another one then
        text = f"The docket's database {parts.database} is used by {who} as well"
        yield Notice(
            f"{text}: whoever empties that database stops the background services.", "warning", rule="docket-shared"
        )
    for who, placeholder in redis_databases.unknown_databases(release, parts.host, str(parts.port)):
        yield Notice(
            f"The database of {who} is {placeholder}, so it cannot be known here whether it is the docket's, "
            f"{parts.database}. Make sure that it is another one.",
            "warning",
        )
    others = redis_databases.taken_elsewhere(release, [parts.host], str(parts.port), parts.database)
    if others:
        place = f"The docket's database {parts.database} at {redis_url.in_url(parts.host)}:{parts.port}"
        yield Notice(
            f"{place} is taken by {others} as well. If that is one Redis (a bare name in two namespaces is two), give "
            "each release a database of its own: they take each other's work.",
            "warning",
        )
    if parts.database >= redis_databases.DATABASES:
        text = f"The docket's database {parts.database} exists only where Redis is configured for more than"
        yield Notice(
            f"{text} {redis_databases.DATABASES}; where it does not, the background services stop at start.",
            "warning",
            rule="docket-database",
        )
    own = as_map(release.infrahub.get("redis"))
    keeps_nothing = tree.get(own, ("master", "persistence", "enabled")) is False
    if own.get("enabled") is True and keeps_nothing and redis_url.is_bundled_cache(parts.host):
        yield Notice(
            "The Infrahub chart's own Redis loses everything when it restarts (redis.master.persistence.enabled is "
            "false), the docket included. If automations or late runs stop after that, restart the background services."
        )


def _bootstrap(release: Release) -> Iterator[Notice]:
    found = env.winner(release, "server", REGISTER)
    if found is None and env.may_stand_unseen(release, env.SERVER):
        return
    if found is None or found[1].value != "false":
        state = f"is {env.spelled(found[1])}" if found is not None else "is missing"
        text = f'{REGISTER} {state} on the server pod, and Infrahub sets up Prefect only where it is exactly "false". '
        yield Notice(f"{text}Put it right in server.env.", "warning", rule="blocks-register")


def _once_twice_now_once(release: Release) -> Iterator[Notice]:
    """The old chart injected the pin's name itself: with an entry of the user's, a pod had it twice."""
    if deployment.has_docket(release.before.prefect) or not deployment.has_new_names(release):
        return  # that chart injects another name already, or the new one does not yet
    found = release.as_found()
    pods = {
        pod: listed.layer
        for pod in env.POD_LISTS
        for listed, entry in env.on_pod(found, pod)
        if entry.name == PIN and listed.layer != env.IN_DEFAULTS
    }
    if pods:
        # A file that this release leaves as it is may have been migrated before, for another one that shares it.
        left = [number for number in pods.values() if release.layers[number].data == found.layers[number].data]
        names = " and ".join(dict.fromkeys(found.layers[number].name for number in left))
        unless = f" (unless it stands in {names} only since that file was migrated)" if left else ""
        yield Notice(
            f"The {' and '.join(pods)} pods had {PIN} twice until now{unless}, and have it once after the upgrade. "
            "Kubernetes can lose both on that way: look at the live pods' env after the upgrade."
        )


def _on_upgrading(release: Release) -> Iterator[Notice]:
    """The chart before 4.14.0 refuses the key `docket`, and old defaults would bring the toggles back."""
    name = release.name or "RELEASE"
    namespace = f" --namespace {release.namespace}" if release.namespace else ""
    controller = release.surroundings.controller
    no_return = bool(published.ways_of_no_return(release))
    if controller:
        yield Notice(
            "Values and chart version go into one commit: the old chart refuses the new values. "
            f"{controller} then upgrades both at once.{'' if no_return else ' To roll back, revert that commit.'}",
            comes_next=True,
        )
    else:
        yield Notice(
            "Upgrade file and chart in one go: the old chart refuses the new file. Use helm upgrade with -f FILE or "
            "with --reset-then-reuse-values, never with --reuse-values, which keeps the old chart's defaults.",
            comes_next=True,
        )
        if not no_return:  # else a migration of its own says what alone leads back
            yield Notice(
                "To roll back, put back the old file and the old chart: infrahub-migrator undo FILE, and helm rollback "
                f"{name}{namespace}.",
                comes_next=True,
            )
    yield Notice(
        "Give each Prefect installation a Redis database of its own: the docket's name is always prefect, and two "
        "installations on one database take each other's work."
    )
