"""Step of the messaging block: removes entries that the chart injects with fixed values next to the block."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.migration import Ask, Outcome
from migrator.prefect import caches, deployment, env, env_edits
from migrator.prefect.docket import has_working_docket
from migrator.prefect.env import EnvList
from migrator.prefect.names import CACHE_ADDRESS, INJECTED_PIN, PIN
from migrator.values.changes import Location, Notice
from migrator.values.release import Release

from .wiring import ALL_NAMES, FIXED

WHY = "the chart sets the same value on both pods"
WHY_LOSES = 'with separate services the chart\'s own "false" comes later and wins'
WHY_MIGRATE = "the chart already keeps the background pod from migrating the database"


def leftovers(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Remove ordering, lease storage, and the old presets' migrate-on-start where the chart sets it.

    On the background pod the chart always sets it; on the server pod only until the chart that sets it under another
    name, with which Infrahub looks for the entry. Vanilla Prefect never looks for it, so there the list need not be an
    old preset's: an earlier migration may have removed what showed it. If the services become separate in this run, the
    server's entry would be set twice from now on, and lose.
    """
    if not deployment.is_separate(release) or has_working_docket(release.start):
        return
    injected = {name for name, _ in deployment.injected(release)}
    for env_list in env.own_lists(release):
        for name, fixed in FIXED.items():
            entries = env_list.named(name) if name in injected else ()
            if entries and all(entry.is_plain and entry.value == fixed for entry in entries):
                yield from env_edits.remove(env_list, entries, WHY, "none")
    server = env.lists_in_layers(release, env.SERVER) if _is_set_on_server(release, injected) else []
    background = env.lists_in_layers(release, env.BACKGROUND) if injected & {PIN, INJECTED_PIN} else []
    for env_list in (*server, *background):
        entries = env_list.named(PIN)
        is_old = _was_old(release, env_list) or not deployment.has_infrahub_image(release)
        if is_old and entries and all(entry.is_plain and env.as_bool(entry.value) is False for entry in entries):
            yield from env_edits.remove(env_list, entries, WHY if env_list in server else WHY_MIGRATE, "none")
        elif entries and env_list in server and not deployment.is_separate(release.start):
            yield from env_edits.remove(env_list, entries, WHY_LOSES, "none")
    yield from _cache_addresses(release)


def _is_set_on_server(release: Release, injected: set[str]) -> bool:
    """Whether the chart's own entry keeps the server pod from migrating, and no bootstrap looks for the user's."""
    return PIN in injected or (INJECTED_PIN in injected and not deployment.has_infrahub_image(release))


def _cache_addresses(release: Release) -> Iterator[Notice]:
    """Report the entries that may stay; a rule reports those at the presets' example host."""
    reported = {left.place for left in caches.example_hosts(release)}
    for env_list in env.own_lists(release):
        for entry in env_list.named(CACHE_ADDRESS)[-1:]:
            if Location(env_list.layer, env_list.route_of(entry)) not in reported:
                where = env_edits.path_of(env_list, CACHE_ADDRESS)
                yield Notice(f"{where} stays: it is harmless, and a custom server.args may need it.")


def _was_old(release: Release, now: EnvList) -> bool:
    """Whether the list is from an old preset: before 4.13.0 they all set the cache's address in it."""
    before = [
        env_list
        for env_list in env.pod_lists(release.start)
        if (env_list.layer, env_list.route) == (now.layer, now.route)
    ]
    return any(env_list.named(CACHE_ADDRESS, *ALL_NAMES) for env_list in before)
