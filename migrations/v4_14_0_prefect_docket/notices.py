"""What a customer should know about 4.14.0 that no edit expresses."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts import published
from migrator.charts.presets import EXAMPLE_HOST
from migrator.migration import Ask, Outcome
from migrator.prefect import deployment, env, messaging, redis_databases, redis_url, shapes
from migrator.prefect.docket import cache_conflict, injected_docket, unusable_url_error
from migrator.prefect.names import MESSAGING, PIN, SEPARATE
from migrator.values import tree
from migrator.values.changes import Notice
from migrator.values.merge import as_map
from migrator.values.release import Release


def notices(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Report on the release as the previous steps leave it; change nothing."""
    if not deployment.is_separate(release):
        yield from _single(release)
        return
    yield from _docket_database(release)
    if release is not release.start:
        yield from _pin_was_duplicated(release)
        yield from _on_upgrading(release)


def _single(release: Release) -> Iterator[Notice]:
    """Report that nothing is to be done if the background services run inside the API process, and why."""
    if env.may_be_set_unseen(release, SEPARATE):
        return  # whether it is single is still an open question
    one = "" if deployment.multi_process_reason(release) else " One process needs no shared docket."
    has_example = EXAMPLE_HOST in str(tree.get(release.start.prefect, MESSAGING))
    is_refused = has_example and shapes.refuses_example_host(release)
    yield Notice(
        "backgroundServices.runAsSeparateDeployment is not true, so the background services run inside the API "
        f"process.{one}{'' if is_refused else ' Nothing changes here.'}"
    )
    if has_example and not is_refused:
        yield Notice(
            f"messaging has the presets' example host {EXAMPLE_HOST}, and with configPreset set the new chart "
            "refuses it even if nothing uses it. Set your own host.",
            "warning",
        )


def _docket_database(release: Release) -> Iterator[Notice]:
    """Report what no rule checks about the docket's database, whoever chose it."""
    docket = injected_docket(release)
    if docket.secret or not docket.url or unusable_url_error(release, docket.url) or cache_conflict(release, docket):
        return  # then the docket's step asks for another one
    parts = redis_url.parse_url(messaging.with_placeholders(release, docket.url))
    for who, placeholder in redis_databases.unknown_databases(release, parts.host, str(parts.port)):
        yield Notice(
            f"The database of {who} is {placeholder}, so it may or may not be the docket's, {parts.database}. Make "
            "sure that it is a different one.",
            "warning",
        )
    others = redis_databases.users_elsewhere(release, [parts.host], str(parts.port), parts.database)
    if others:
        place = f"The docket's database {parts.database} at {redis_url.in_url(parts.host)}:{parts.port}"
        yield Notice(
            f"{place} is also used by {others}. If that is the same Redis (one bare name in two namespaces is "
            "two), give each release its own database: otherwise they take each other's work.",
            "warning",
        )
    own = as_map(release.infrahub.get("redis"))
    keeps_nothing = tree.get(own, ("master", "persistence", "enabled")) is False
    if own.get("enabled") is True and keeps_nothing and redis_url.is_bundled_cache(parts.host):
        yield Notice(
            "The Infrahub chart's own Redis loses everything when it restarts, the docket included "
            "(redis.master.persistence.enabled is false). If automations or late runs stop after that, restart the "
            "background services."
        )


def _pin_was_duplicated(release: Release) -> Iterator[Notice]:
    """The old chart injected the pin's name itself: with a user's entry, a pod had it twice."""
    if deployment.has_docket(release.before.prefect) or not deployment.has_new_names(release):
        return  # the old chart injects another name already, or the new one not yet
    found = release.as_found()
    pods = {
        pod: env_list.layer
        for pod in env.POD_LISTS
        for env_list, entry in env.on_pod(found, pod)
        if entry.name == PIN and env_list.layer != env.IN_DEFAULTS
    }
    if pods:
        # A file that this release does not change may have been migrated before for another release that shares it.
        left = [number for number in pods.values() if release.layers[number].data == found.layers[number].data]
        names = " and ".join(dict.fromkeys(found.layers[number].name for number in left))
        unless = f" (unless {names} has it only since that file was migrated)" if left else ""
        yield Notice(
            f"The {' and '.join(pods)} pods have had {PIN} twice so far{unless}, and have it once after the "
            "upgrade. Kubernetes can lose both in the process: check the live pods' env after the upgrade."
        )


def _on_upgrading(release: Release) -> Iterator[Notice]:
    """The chart before 4.14.0 refuses the key `docket`, and old defaults would bring the toggles back."""
    name = release.name or "RELEASE"
    namespace = f" --namespace {release.namespace}" if release.namespace else ""
    controller = release.surroundings.controller
    no_return = bool(published.one_way_steps_ahead(release))
    if controller:
        yield Notice(
            f"Commit values and chart version together: the old chart refuses the new values. {controller} then "
            f"upgrades both at once.{'' if no_return else ' To roll back, revert that commit.'}",
            is_next_step=True,
        )
    else:
        yield Notice(
            "Upgrade values and chart together: the old chart refuses the new file. Use helm upgrade with -f FILE "
            "or --reset-then-reuse-values, never --reuse-values, which keeps the old chart's defaults.",
            is_next_step=True,
        )
        if not no_return:  # else a separate migration reports what leads back
            yield Notice(
                "To roll back, restore both the old file and the old chart: infrahub-migrator undo FILE and helm "
                f"rollback {name}{namespace}.",
                is_next_step=True,
            )
    yield Notice(
        "Give each Prefect installation its own Redis database: the docket is always named prefect, so two "
        "installations on one database take each other's work."
    )
