"""What a customer should know of 4.14.0 that no edit expresses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from migrator.migration import Ask, Notice, Outcome, Release, env, prefect, redis, tree

LOST = "PREFECT_API_DATABASE_CONNECTION_URL"
PIN = "PREFECT_API_DATABASE_MIGRATE_ON_START"
REGISTER = "PREFECT_API_BLOCKS_REGISTER_ON_START"


def notices(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Look at the release as the steps before leave it; change nothing."""
    yield from _names_that_lose(release)
    yield from _duplicates(release)
    if not prefect.is_separate(release):
        return
    yield from _docket_name(release)
    yield from _persistence(release)
    if prefect.has_infrahub_image(release):
        yield from _bootstrap(release)
    if release is not release.start:
        yield from _on_upgrading(release)


def _names_that_lose(release: Release) -> Iterator[Notice]:
    for pod in env.POD_LISTS:
        for listed, entry in env.on_pod(release, pod):
            if entry.name == LOST and listed.layer != env.IN_DEFAULTS:
                yield Notice(
                    f"{prefect.path_of(listed, LOST)} loses to PREFECT_SERVER_DATABASE_CONNECTION_URL, which "
                    "the chart sets now: set the database by the chart's own values instead.",
                    "warning",
                    listed.layer,
                    listed.route_of(entry),
                )
    found = env.winner(release, "background", PIN)
    if prefect.is_separate(release) and found is not None and env.as_bool(found[1].value) is True:
        listed, entry = found
        yield Notice(
            f"{prefect.path_of(listed, PIN)} is {env.spelled(entry)}: the old chart obeyed it on the background "
            'pod, the new one\'s PREFECT_SERVER_DATABASE_MIGRATE_ON_START "false" wins over it.',
            "warning",
            listed.layer,
            listed.route_of(entry),
        )


def _duplicates(release: Release) -> Iterator[Notice]:
    lists = [listed for path in env.POD_LISTS.values() for listed in env.lists_in_layers(release, path)]
    for listed in [*lists, *env.global_lists(release)]:
        for name, times in Counter(entry.name for entry in listed.entries).items():
            if times > 1:
                yield Notice(
                    f"{prefect.path_of(listed, name)} stands {times} times; the last wins, and server-side "
                    "apply refuses it. After an upgrade that goes from two to one, look at the live pod's env.",
                    "warning",
                    listed.layer,
                    listed.route_of(listed.named(name)[-1]),
                )


def _docket_name(release: Release) -> Iterator[Notice]:
    for pod in env.POD_LISTS:
        found = env.winner(release, pod, "PREFECT_SERVER_DOCKET_NAME")
        if found is not None:
            listed, entry = found
            yield Notice(
                f"{prefect.path_of(listed, entry.name)} breaks the background services: they always use the "
                "name prefect. Take it out.",
                "warning",
                listed.layer,
                listed.route_of(entry),
            )


def _persistence(release: Release) -> Iterator[Notice]:
    url = prefect.standing_docket(release).url
    if redis.EXAMPLE_HOST in url or redis.complaint_about(url):
        return
    bundled = tree.get(release.infrahub, ("redis", "master", "persistence", "enabled")) is False
    if bundled and redis.is_bundled_cache(redis.parse_url(url).host):
        yield Notice(
            "The chart's own cache keeps nothing over a restart (redis.master.persistence.enabled is false), and a "
            "docket that is emptied can stop the background services' loops until they are restarted."
        )


def _bootstrap(release: Release) -> Iterator[Notice]:
    found = env.winner(release, "server", REGISTER)
    value = found[1].value if found is not None else None
    if value != "false":
        state = f"is {env.spelled(found[1])}" if found is not None else "is missing"
        yield Notice(
            f'{REGISTER} {state} on the server: Infrahub sets up Prefect only where it is exactly "false".',
            "warning",
        )


def _on_upgrading(release: Release) -> Iterator[Notice]:
    """The chart before 4.14.0 refuses the key `docket`, and old defaults would bring the toggles back."""
    name = release.name or "RELEASE"
    yield Notice(
        "Upgrade file and chart in one go, with -f FILE or --reset-then-reuse-values, never with --reuse-values: that "
        "keeps the old chart's defaults, and the old chart refuses the new file."
    )
    yield Notice(
        "Rolling back needs the old file and the old chart: infrahub-migrator undo FILE, and "
        f"helm rollback {name}{f' --namespace {release.namespace}' if release.namespace else ''}."
    )
    yield Notice(
        "No other Prefect installation may use the docket's database: the background services' docket is always named "
        "prefect, and two of them would take each other's work."
    )
