"""Rules that a look at the running Redis lets hold (`--check-redis`); without a look they break nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.prefect import deployment
from migrator.prefect.deployment import is_bumped
from migrator.prefect.docket import standing_docket
from migrator.rules.docket import ONE_DATABASE, URL, sound_urls
from migrator.rules.rule import Breach, Rule, at
from migrator.values.release import Release
from migrator.values.seen import Seen


def _seen(release: Release) -> Iterator[Seen]:
    seen = release.surroundings.seen
    if seen is not None and deployment.is_separate(release) and is_bumped(release):
        yield seen


def _databases(release: Release) -> Iterator[tuple[Seen, int]]:
    """The docket's database on the Redis that was looked at; out of a Secret only the URL of the look can tell it."""
    for seen in _seen(release):
        numbers = [url.database for url in sound_urls(release)]
        if standing_docket(release).secret and seen.named is not None:
            numbers = [seen.named]
        yield from ((seen, number) for number in dict.fromkeys(numbers))


def _lacking(release: Release) -> Iterator[Breach]:
    for seen, number in _databases(release):
        lack = seen.lack(number)
        if lack:
            yield at(release, URL, f"the docket lives in database {number}, and of the Redis at {seen.where}: {lack}")


def _unseen(release: Release) -> Iterator[Breach]:
    for seen, number in _databases(release):
        if seen.lack(number) is None:
            yield at(release, URL, f"whether the Redis at {seen.where} has a database {number} cannot be known")
    for seen in _seen(release):
        secret = standing_docket(release).secret
        if secret and seen.named is None:
            yield at(release, URL, f"which database the docket lives in is known to the Secret {secret} alone")


def _filled(release: Release) -> Iterator[Breach]:
    brought = standing_docket(release) != standing_docket(release.start)
    for seen, number in _databases(release):
        count = seen.keys.get(number, 0)
        text = f"database {number} of the Redis at {seen.where} holds {seen.contents(number)} already"
        if count and number not in seen.dockets:
            yield at(release, URL, f"{text}, and not a docket's alone")
        elif count and brought:
            yield at(release, URL, f"{text}, and the release has had none there until now")


def _forgetful(release: Release) -> Iterator[Breach]:
    for seen in _seen(release):
        if seen.persists is False:
            text = f"the Redis at {seen.where} keeps nothing over a restart (appendonly is no, save is empty)"
            yield at(release, URL, f"{text}, the docket neither")


def _evicting(release: Release) -> Iterator[Breach]:
    for seen in _seen(release):
        if seen.evicts:
            text = f"the Redis at {seen.where} throws any key away once its memory is full"
            yield at(release, URL, f"{text} (maxmemory-policy {seen.evicts}), the docket's too")


RULES = (
    Rule(
        "redis-database",
        "error",
        "The Redis that was looked at has the docket's database.",
        "Choose one that it has; where it has one only, give Prefect a Redis of its own.",
        _lacking,
    ),
    Rule(
        "redis-unseen",
        "warning",
        "The docket's database is among those that were looked at.",
        "Name it in the URL of the look: --check-redis redis://HOST:PORT/N.",
        _unseen,
    ),
    Rule(
        "redis-keys",
        "warning",
        "Nothing but the release's own docket is in the docket's database.",
        ONE_DATABASE,
        _filled,
    ),
    Rule(
        "redis-persistence",
        "warning",
        "The docket's Redis keeps its data over a restart.",
        "Turn on appendonly or save; else restart the background services whenever that Redis has been restarted.",
        _forgetful,
    ),
    Rule(
        # https://redis.io/docs/latest/develop/reference/eviction/: allkeys-* may evict any key, noeviction none.
        "redis-eviction",
        "warning",
        "The docket's Redis throws nothing away while it is still wanted.",
        "Set maxmemory-policy to noeviction, or give the docket a Redis of its own.",
        _evicting,
    ),
)
